# SPDX-License-Identifier: EUPL-1.2
"""Rows while things run, and one plain line at the end."""
import time
from contextlib import contextmanager

from .xml import Refused


class Report:
    """Counts cases. `with report.case(name):` passes unless the body raises."""

    def __init__(self, title, width=64):
        self.passed, self.width, self.faults = 0, width, []
        print(f"\n{title}", flush=True)

    def say(self, text):
        print(f"  --    {text}", flush=True)

    @contextmanager
    def case(self, name):
        began, note = time.monotonic(), []
        try:
            yield note.append
        except Refused as fault:
            self.row(False, name, str(fault), began)
        except Exception as error:  # a crash of a judge is a failure of its case, told in full
            self.row(False, name, f"{type(error).__name__}: {error}", began)
        else:
            self.row(True, name, "; ".join(note), began)

    @property
    def failed(self):
        return len(self.faults)

    def fail(self, name, note):
        self.row(False, name, note, time.monotonic())

    def row(self, good, name, note, began):
        if good:
            self.passed += 1
        else:
            self.faults.append(name)
        took = f"{(time.monotonic() - began) * 1000:5.0f} ms"
        note = " ".join(note.split())[:300]
        print(f"  {'ok  ' if good else 'FAIL'}  {name:<{self.width}} {took}  {note}".rstrip(), flush=True)

    def end(self):
        """Prints the summary; the exit code."""
        for name in self.faults:
            print(f"  failed: {name}")
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        return 1 if self.failed or not self.passed else 0


def refused(what, call, *arguments, **options):
    """Asserts that a judge says no."""
    try:
        call(*arguments, **options)
    except Refused as fault:
        return str(fault)
    raise AssertionError(f"accepted: {what}")
