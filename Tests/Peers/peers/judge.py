# SPDX-License-Identifier: EUPL-1.2
"""Judges a folder of documents that somebody else signed and encrypted: at least three judges for each.

    python -m peers.judge FOLDER [--any]      (--any: do not insist on every algorithm being there)

After all judges have accepted a document one thing in it is spoiled, another one each time, and all must refuse it.
"""
import argparse
import pathlib
import sys

from . import decryption, keys, samples, santuario, signatures, spoil, xml
from .encryption import other_info
from .matrix import Matrix
from .names import XENC11, ds, xenc
from .report import Report
from .xml import Refused, require


class Signed:
    """A signed element, its signer's certificate, and who can judge it."""

    def __init__(self, sample, folder):
        self.certificate = keys.certificate(sample.pem("certificate", folder))
        document = xml.parse(pathlib.Path(folder, sample.file).read_bytes())
        found = [e for e in document.iter() if isinstance(e.tag, str) and e.get("ID") == sample.element]
        require(len(found) == 1, f"{len(found)} elements with ID {sample.element!r}")
        self.part = xml.alone(found[0])
        if sample.expected:
            method = self.part.find(f"{ds('Signature')}/{ds('SignedInfo')}/{ds('SignatureMethod')}")
            require(method is not None, "no SignatureMethod")
            require(method.get("Algorithm") == sample.algorithm, "another algorithm than promised")
        self.judges = {"libxmlsec": signatures.by_xmlsec, "Santuario": santuario.by_santuario}
        if not signatures.is_shortened(self.part, self.certificate):
            self.judges["signxml"] = signatures.by_signxml
        if signatures.program() and signatures.program_can(sample.algorithm):
            self.judges["xmlsec1"] = signatures.by_program
        self.spoilers = spoil.SIGNED

    def ask(self, judge):
        judge(self.part, self.certificate)
        return True


class Encrypted:
    """Something encrypted, a recipient, and who can open it."""

    def __init__(self, sample, folder):
        self.identity = sample.identity(folder)
        document = xml.parse(pathlib.Path(folder, sample.file).read_bytes())
        data = next(document.iter(xenc("EncryptedData")))
        self.part = data if data.getparent() is None else data.getparent()
        if sample.expected is not False:
            require(decryption.describe(self.part)["cipher"] == sample.algorithm, "another cipher than promised")
        parameters = next(self.part.iter(f"{{{XENC11}}}ConcatKDFParams"), None)
        by_name = "libxmlsec"
        if parameters is not None and not other_info(parameters.get):
            by_name = "libxmlsec (key-encryption key derived by hand)"
        self.judges = {"cryptography": decryption.decrypt, by_name: decryption.decrypt_by_xmlsec,
                       "Santuario": santuario.decrypt}
        self.spoilers = spoil.ENCRYPTED

    def ask(self, judge):
        return judge(self.part, self.identity).decode()


def judge(sample, folder, turn=0):
    """Names of the judges, all of whom agree with what is expected, and refuse the same with one thing spoiled.

    `turn` says which thing. Raises Refused.
    """
    case = (Signed if sample.kind == "signed" else Encrypted)(sample, folder)
    require(len(case.judges) >= 3, "too few judges")
    if sample.expected is False:
        all_refuse(case, "it")
    else:
        for name, one in case.judges.items():
            require(case.ask(one) == sample.expected, f"{name} reads something else")
        titles = list(case.spoilers)
        title = titles[turn % len(titles)]
        case.spoilers[title](case)
        all_refuse(case, title)
    return tuple(case.judges)


def all_refuse(case, what):
    for name, one in case.judges.items():
        try:
            case.ask(one)
        except Refused:
            continue
        raise Refused(f"{name} accepts {what}")


def run(folder, title, demand=True):
    report, matrix = Report(title), Matrix()
    found = samples.read(folder)
    for turn, sample in enumerate(found):
        with report.case(f"{sample.kind}: {sample.title}") as note:
            names = judge(sample, folder, turn)
            matrix.add(sample, folder, names)
            note(("refused by " if sample.expected is False else "") + ", ".join(names))
    matrix.show()
    if demand:
        with report.case("every method, cipher, key transport and curve was judged by two or more"):
            require(not matrix.missing(), "missing: " + ", ".join(matrix.missing()))
    return report


def main(arguments=None):
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("folder")
    options.add_argument("--any", action="store_true", help="do not insist on every algorithm")
    given = options.parse_args(arguments)
    try:
        return run(given.folder, f"Judging {given.folder}", not given.any).end()
    except Refused as fault:
        print(f"FAIL {fault}\n0 passed, 1 failed")
        return 1


if __name__ == "__main__":
    sys.exit(main())
