# SPDX-License-Identifier: EUPL-1.2
"""Puente's verifier against libxmlsec1 and Apache Santuario: vectors, and generated and mutated messages.

    python -m peers.differential [--judge PROGRAM] [--count N] [--seed N] [--only N] [--also FOLDER] [--write-docs]

What Puente accepts, both others must accept, over the same octets. What Puente refuses and another accepts must fall
under a row of `strictness`, by the fault that Puente names and by what is seen in the document. Docs/differential.md
has the rows.
"""
import argparse
import csv
import os
import pathlib
import random
import sys
import time
import warnings
from collections import Counter
from dataclasses import dataclass

from cryptography import x509
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from lxml import etree

from . import keys, mutate, samples, santuario, strictness, xml
from .lines import Broken, LineProgram, octets
from .names import CURVE_OIDS, DS, DSIG11, ds
from .report import Report
from .xml import Refused, require

warnings.filterwarnings("ignore", category=CryptographyDeprecationWarning)  # about serial numbers of others
ROOT = pathlib.Path(__file__).resolve().parents[3]
VECTORS = ROOT / "Tests" / "Vectors"
DOCUMENT = ROOT / "Docs" / "differential.md"
KEPT = ROOT / ".work" / "differential"
FIRST, LAST = "<!-- rows of a run: peers.differential --write-docs -->", "<!-- end of the rows -->"
OTHERS = ("libxmlsec1", "Santuario")
BY_ALL, BY_NONE = "accepted by all, over the same octets", "refused by all"


@dataclass(frozen=True)
class Question:
    title: str
    document: bytes
    certificate: x509.Certificate
    identifier: str = ""
    attribute: str = "ID"


class Court:
    """The three verifiers. Each answer is the octets that are signed, or Refused."""

    def __init__(self, program):
        self.ours = LineProgram("Puente", [program])

    def ask(self, question):
        return {"Puente": self._puente(question), "libxmlsec1": self._xmlsec(question),
                "Santuario": self._santuario(question)}

    def _fields(self, question):
        return (question.attribute, question.identifier, keys.der(question.certificate), question.document)

    def _puente(self, question):
        try:
            return octets(self.ours.ask("puente", *self._fields(question))[0])
        except Refused as fault:
            return fault

    def _xmlsec(self, question):
        try:
            signed, count = self.ours.ask("xmlsec", *self._fields(question))
            return octets(signed) if count == "1" else Several(octets(signed))
        except Refused as fault:
            return fault

    def _santuario(self, question):
        try:
            signed, count = santuario.judge(question.document, question.identifier, question.certificate,
                                            question.attribute)
            return signed if count == 1 else Several(signed)
        except Refused as fault:
            return fault


class Several(bytes):
    """What the first of several References covers."""


def settle(question, answers):
    """The row that the answers fall under. Raises Refused for a disagreement that nothing explains."""
    mine = answers["Puente"]
    others = [answers[name] for name in OTHERS]
    if not isinstance(mine, Refused):
        for name in OTHERS:
            require(not isinstance(answers[name], Refused), f"Puente alone accepts: {answers[name]}")
            require(answers[name] == mine and type(answers[name]) is bytes, f"{name} finds other octets signed")
        return BY_ALL
    if all(isinstance(other, Refused) for other in others):
        return BY_NONE
    fault = str(mine).removeprefix("Puente: ")
    view = strictness.View(question.document, question.attribute, question.identifier, question.certificate)
    row = strictness.explanation(fault, view)
    said = ", ".join(f"{name}: {'accepts' if not isinstance(answers[name], Refused) else answers[name]}"
                     for name in OTHERS)
    require(row is not None, f"Puente refuses ({fault}), {said}: no row explains it")
    return row.name


def found_out(court, questions_of_group):
    """Whoever stands in Puente's place and errs is found out: each error yields just the faults that it should."""
    told = [(q, court.ask(q)) for q in questions_of_group]
    accepted = [(q, a) for q, a in told if all(type(a[name]) is bytes for name in OTHERS)]
    doubtful = [(q, a) for q, a in told if any(isinstance(a[name], Refused) for name in OTHERS)]
    require(len(accepted) > 20 and len(doubtful) > 20, "too few of a kind")

    def faults(cases, mine):
        count = 0
        for question, answers in cases:
            try:
                settle(question, answers | {"Puente": mine(answers)})
            except Refused:
                count += 1
        return count

    require(faults(accepted, lambda a: a["Santuario"]) == 0, "fault found with one that agrees")
    require(faults(doubtful, lambda a: b"<x/>") == len(doubtful), "one that accepts all passes")
    require(faults(accepted, lambda a: a["Santuario"] + b" ") == len(accepted), "one that reads other octets passes")
    for fault in ("digest", "signatureValue"):  # no oddity of a valid document explains these
        found = faults(accepted, lambda a, said=fault: Refused(f"Puente: {said}"))
        require(found >= len(accepted) - 2, "one that refuses all passes")
    return f"{len(accepted)} good, {len(doubtful)} doubtful"


class Tally:
    """How often each row occurred, and how the others judged there."""

    def __init__(self):
        self.rows, self.patterns = Counter(), Counter()

    def add(self, row, answers):
        self.rows[row] += 1
        self.patterns[row, tuple(not isinstance(answers[name], Refused) for name in OTHERS)] += 1

    def cells(self, row):
        """Both others accept; libxmlsec1 alone; Santuario alone."""
        return [self.patterns[row, pattern] for pattern in ((True, True), (True, False), (False, True))]


# --- vectors -------------------------------------------------------------------------------------------------------


def vectors():
    """Every signature in every XML document below Tests/Vectors: folders with an index, and `.vector` files."""
    for path in sorted(VECTORS.rglob("*.vector")):
        head, _, message = path.read_bytes().partition(b"\n\n")
        yield from questions(f"{path.parent.name}/{path.stem}", message, registered())
    for index in sorted(VECTORS.rglob("index.csv")):
        folder = index.parent
        found = certificates_of(folder)
        with open(index, encoding="utf-8", newline="") as file:
            for line in csv.DictReader(file):
                path = folder / line["file"]
                if path.is_file() and path.suffix in (".xml", ".txt"):
                    yield from questions(f"{folder.name}/{line['file']}", path.read_bytes(), found)


def registered():
    return [keys.certificate(path.read_bytes()) for path in sorted((VECTORS / "keys").glob("*.pem"))]


def certificates_of(folder):
    out = []
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".crt", ".cer", ".pem", ".der") and b"CERTIFICATE" in path.read_bytes():
            out += x509.load_pem_x509_certificates(path.read_bytes())
    return out


def questions(title, document, known):
    """A question for each signature: with the certificates or over the keys that it shows, or each known one."""
    try:
        root = etree.fromstring(document, mutate.PARSER)
    except (etree.XMLSyntaxError, ValueError):
        for certificate in known[:1]:
            yield Question(f"{title}: no tree", document, certificate)
        return
    for number, signature in enumerate(root.iter(ds("Signature"))):
        parent = signature.getparent()
        element = signature if parent is None else parent
        attribute = next((a for a in ("ID", "Id", "id", "AssertionID", "ResponseID") if element.get(a)), "ID")
        identifier = element.get(attribute, "")
        if not identifier and element is not root:
            continue  # nothing tells it from others
        for certificate in by_key_info(signature) or known:
            yield Question(f"{title}, signature {number}", document, certificate, identifier, attribute)


def by_key_info(signature):
    """Certificates that KeyInfo shows, or certificates made over the keys that it shows."""
    out = []
    for shown in signature.iterfind(f"{ds('KeyInfo')}/{ds('X509Data')}/{ds('X509Certificate')}"):
        try:
            out.append(x509.load_der_x509_certificate(xml.unwrapped(shown.text)))
            out[-1].public_key()
        except Exception:  # whatever is in there, it is no certificate that can be read
            continue
    for value in signature.iterfind(f"{ds('KeyInfo')}/{ds('KeyValue')}"):
        try:
            out.append(certificate_over(key_value(value)))
        except (ValueError, AttributeError, TypeError):
            continue
    return out


def key_value(value):
    number = lambda path: int.from_bytes(xml.unwrapped(value.findtext(path)), "big")
    if value.find(ds("RSAKeyValue")) is not None:
        return rsa.RSAPublicNumbers(number(f"{ds('RSAKeyValue')}/{ds('Exponent')}"),
                                    number(f"{ds('RSAKeyValue')}/{ds('Modulus')}")).public_key()
    named = value.find(f".//{{{DSIG11}}}NamedCurve").get("URI").removeprefix("urn:oid:")
    name = next(n for n, oid in CURVE_OIDS.items() if oid == named)
    curve = next(c for c in keys.CURVES.values() if c.name == name)()
    return ec.EllipticCurvePublicKey.from_encoded_point(
        curve, xml.unwrapped(value.findtext(f".//{{{DSIG11}}}PublicKey")))


def certificate_over(public):
    """A certificate over somebody's public key, issued by a stranger: a container that every judge can read."""
    return keys.certify(Public(public), "key of a KeyValue", signer=keys.stranger().key)


class Public:
    """What `keys.certify` needs of a key where only the public half is there."""

    def __init__(self, public):
        self.public = public

    def public_key(self):
        return self.public


def from_folder(folder):
    """The signed documents that `peers.maker` or Puente wrote."""
    for sample in samples.read(folder):
        if sample.kind == "signed":
            yield Question(sample.title, pathlib.Path(folder, sample.file).read_bytes(),
                           keys.certificate(sample.pem("certificate", folder)), sample.element)


# --- the run -------------------------------------------------------------------------------------------------------


class Run:
    def __init__(self, program, seed):
        self.court, self.seed, self.tally, self.report = Court(program), seed, Tally(), Report("Differential test")
        self.asked, self.made = Counter(), Counter()

    def group(self, title, questions_of_group):
        """One row of the report for many questions; each disagreement that nothing explains is a row of its own."""
        began, faults = time.monotonic(), 0
        for question in questions_of_group:
            self.asked[title] += 1
            try:
                answers = self.court.ask(question)
                self.tally.add(settle(question, answers), answers)
            except (Refused, Broken) as fault:
                faults += 1
                self.keep(question)
                self.report.fail(f"{title}: {question.title}", str(fault))
        count = self.asked[title]
        self.report.row(not faults and count > 0, f"{title}: all agree, or the table says why",
                        f"{count} questions", began)

    def keep(self, question):
        KEPT.mkdir(parents=True, exist_ok=True)
        name = "".join(c if c.isalnum() else "-" for c in question.title)[:80]
        (KEPT / f"{name}.xml").write_bytes(question.document)
        (KEPT / f"{name}.pem").write_bytes(question.certificate.public_bytes(keys.serialization.Encoding.PEM))

    def mutants(self, numbers):
        messages = mutate.Messages()
        for number in numbers:
            rng = random.Random(f"{self.seed}:{number}")
            draft = messages.changed(rng)
            self.made.update(draft.done)
            yield Question(f"{number}: {draft.algorithm}, {', '.join(draft.done) or 'unchanged'}", draft.octets,
                           draft.certificate, draft.identifier)

    def show(self):
        print(f"\n  {'':<76}{'asked':>7}{'both':>7}{'xmlsec':>8}{'Santuario':>11}")
        for name, count in self.tally.rows.most_common():
            cells = "" if name in (BY_ALL, BY_NONE) else "{:>7}{:>8}{:>11}".format(*self.tally.cells(name))
            print(f"  {name:<76}{count:>7}{cells}")
        print(flush=True)


def words(row):
    return f"| {row.name} | {', '.join(f'`{fault}`' for fault in row.faults)} | {row.why} |"


def with_rows(text, run):
    """The document with a table of this run between its two marks."""
    head, _, rest = text.partition(FIRST)
    counts = ", ".join(f"{count} {title}" for title, count in run.asked.items())
    lines = [FIRST, f"One run, seed {run.seed}: {counts}. {run.tally.rows[BY_ALL]} {BY_ALL}; "
             f"{run.tally.rows[BY_NONE]} {BY_NONE}. The others:", "",
             "| What | Puente says | Why Puente refuses it | both accept | libxmlsec1 alone | Santuario alone |",
             "|---|---|---|---|---|---|"]
    lines += [words(row) + " " + " | ".join(map(str, run.tally.cells(row.name))) + " |" for row in strictness.ROWS]
    return head + "\n".join(lines) + "\n" + LAST + rest.partition(LAST)[2]


def main(arguments=None):
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--judge", default=os.environ.get("PUENTE_JUDGE", ROOT / ".build/debug/puente-judge"))
    options.add_argument("--count", type=int, default=3000, help="generated messages")
    options.add_argument("--seed", type=int, default=None, help="default: another one each time")
    options.add_argument("--only", type=int, help="just this generated message")
    options.add_argument("--also", action="append", default=[], metavar="FOLDER", help="documents with a manifest")
    options.add_argument("--write-docs", action="store_true")
    given = options.parse_args(arguments)
    seed = random.SystemRandom().randrange(10**6) if given.seed is None else given.seed
    print(f"seed {seed}")
    run = Run(given.judge, seed)
    if given.only is not None:
        run.group("generated", run.mutants([given.only]))
        return run.report.end()
    with run.report.case("all three verifiers answer"):
        run.court.ask(next(run.mutants([0])))
    if run.report.failed:  # as they would to every question
        return run.report.end()
    with run.report.case("an erring verifier in Puente's place is found out") as note:
        note(found_out(run.court, run.mutants(range(-120, 0))))
    run.group("vectors", vectors())
    for folder in given.also:
        run.group(f"documents of {pathlib.Path(folder).name}", from_folder(folder))
    run.group("generated", run.mutants(range(given.count)))
    run.show()
    with run.report.case("every kind of change was made"):
        unmade = [name for name, _, _ in mutate.CHANGES if not run.made[name]]
        require(not unmade or given.count < 1000, "never: " + ", ".join(unmade))
    if given.write_docs:
        DOCUMENT.write_text(with_rows(DOCUMENT.read_text("utf-8"), run), "utf-8")
    with run.report.case("Docs/differential.md has every row, with the words of the program"):
        documented = DOCUMENT.read_text("utf-8")
        missing = [row.name for row in strictness.ROWS if words(row) not in documented]
        require(not missing, "missing, or written otherwise (--write-docs): " + ", ".join(missing))
    return run.report.end()


if __name__ == "__main__":
    sys.exit(main())
