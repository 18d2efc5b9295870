# SPDX-License-Identifier: EUPL-1.2
"""Registers that complete an identity: what is in them, and how attribute-sources.yaml tells of them.

Each is a source of one kind: a SQLite file, an HTTP server with JSON (`http_source`), a SOAP service (`soap_source`).
`Sources` writes the file for any number of them. What a register does wrong is its `fault`: see FAULTS of each kind.
"""
import contextlib
import json
import os
import sqlite3
from dataclasses import dataclass, field

COLUMNS = {"DateOfBirth": "born", "Gender": "sex", "PlaceOfBirth": "place", "BirthName": "birth_name"}
PATIENT = {"failures": 100, "seconds": 1}


class Sources:
    """Several registers in one file. `more` is what the file says besides."""

    def __init__(self, *registers, **more):
        self.registers, self.more = registers, more

    def declare(self, folder):
        path = folder / "metadata" / "attribute-sources.yaml"
        path.write_text(json.dumps(self.more | {"sources": [r.entry(folder) for r in self.registers]},
                                   ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        return path


@dataclass
class Register:
    """A table of a SQLite file, one row a person."""

    people: tuple
    gives: tuple = tuple(COLUMNS)
    name: str = "register"
    terms: dict = field(default_factory=dict)      # cost, timeout-seconds, cache-seconds, circuit-breaker …
    fault: str = ""
    path: object = None
    _lock: object = None

    def declare(self, folder):
        return Sources(self).declare(folder)

    def entry(self, folder):
        self.path = folder / f"{self.name}.sqlite"
        self.fill()
        return self.common() | {
            "sql": {"file": str(self.path), "table": "people", "key": "document"},
            "attributes": [{"name": name, "at": COLUMNS[name]} for name in self.gives]}

    def common(self):
        return {"name": self.name, "timeout-seconds": 2, "circuit-breaker": PATIENT} | self.terms

    def fill(self, **changes):
        """Writes the file anew; `changes` are values that every row gets instead of its own."""
        self.path.unlink(missing_ok=True)
        with contextlib.closing(sqlite3.connect(self.path)) as file, file:
            file.execute(f"CREATE TABLE people (document TEXT, {', '.join(COLUMNS.values())})")
            for person in self.people:
                row = [changes.get(name, person.register.get(name)) for name in COLUMNS]
                if any(value is not None for value in row):
                    file.execute(f"INSERT INTO people VALUES (?{', ?' * len(row)})", [person.identifier, *row])

    # --- what may go wrong ----------------------------------------------------------------------------------------

    def break_by(self, fault):
        self.mend()
        getattr(self, "_" + fault.replace(" ", "_"))()

    def mend(self):
        if self._lock is not None:
            self._lock.close()
            self._lock = None
        if self.path.is_dir():
            self.path.rmdir()
        self.fill()

    def _gone(self):
        self.path.unlink()

    def _cut(self):
        os.truncate(self.path, 1500)

    def _empty(self):
        os.truncate(self.path, 0)

    def _noise(self):
        self.path.write_bytes(os.urandom(8192))

    def _folder(self):
        self.path.unlink()
        self.path.mkdir()

    def _locked(self):
        self._lock = sqlite3.connect(self.path, isolation_level=None)
        self._lock.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._lock.execute("BEGIN EXCLUSIVE")

    def _no_table(self):
        self._run("ALTER TABLE people RENAME TO persons")

    def _no_column(self):
        self._run("ALTER TABLE people RENAME COLUMN born TO birth")

    def _two_rows(self):
        self._run("INSERT INTO people SELECT * FROM people")

    def _not_a_date(self):
        self.fill(DateOfBirth="28.02.1974")

    def _no_such_day(self):
        self.fill(DateOfBirth="1974-02-30")

    def _octets(self):
        self.fill(DateOfBirth=b"\x00\xff")

    def _fraction(self):
        self.fill(DateOfBirth=1974.5)

    def _blank(self):
        self.fill(DateOfBirth="  ")

    def _endless(self):
        """A view that never comes to an end."""
        self._run("DROP TABLE people", f"CREATE VIEW people AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1"
                  f" FROM n) SELECT 'x' || i AS document, {', '.join(f'i AS {c}' for c in COLUMNS.values())} FROM n")

    def _run(self, *statements):
        with contextlib.closing(sqlite3.connect(self.path)) as file, file:
            for statement in statements:
                file.execute(statement)


# Whether the register could not be asked, or gave what is no answer: the Connector learns the same, the operator not.
UNAVAILABLE, INVALID, MISSING = "source.unavailable", "source.invalid", "missing"
SQLITE_FAULTS = {
    "gone": UNAVAILABLE, "cut": UNAVAILABLE, "empty": UNAVAILABLE, "noise": UNAVAILABLE, "folder": UNAVAILABLE,
    "locked": UNAVAILABLE, "no table": UNAVAILABLE, "no column": UNAVAILABLE, "endless": UNAVAILABLE,
    "two rows": INVALID, "not a date": INVALID, "no such day": INVALID, "octets": INVALID, "fraction": INVALID,
    "blank": MISSING,
}
