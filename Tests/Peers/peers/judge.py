# SPDX-License-Identifier: EUPL-1.2
"""Judges a folder of documents that somebody else signed and encrypted: at least two judges for each.

    python -m peers.judge FOLDER [--any]      (--any: do not insist on every algorithm being there)
"""
import argparse
import pathlib
import sys

from . import decryption, keys, samples, signatures, xml
from .encryption import other_info
from .names import XENC11, ds, xenc
from .report import Report
from .xml import Refused, require


def signed(sample, folder):
    """Judgements on a signature: {judge: None or the reason of its no}."""
    certificate = keys.certificate(sample.pem("certificate", folder))
    document = xml.parse(pathlib.Path(folder, sample.file).read_bytes())
    found = [e for e in document.iter() if isinstance(e.tag, str) and e.get("ID") == sample.element]
    require(len(found) == 1, f"{len(found)} elements with ID {sample.element!r}")
    element = xml.alone(found[0])
    judges = {"signxml": signatures.by_signxml, "libxmlsec": signatures.by_xmlsec}
    if signatures.program() and signatures.program_can(sample.algorithm):
        judges["xmlsec1"] = signatures.by_program
    if sample.expected:
        method = element.find(f"{ds('Signature')}/{ds('SignedInfo')}/{ds('SignatureMethod')}")
        require(method is not None and method.get("Algorithm") == sample.algorithm, "another algorithm than promised")
    return {name: opinion(judge, element, certificate) for name, judge in judges.items()}


def encrypted(sample, folder):
    """Judgements on a ciphertext: {judge: plain octets or Refused}."""
    identity = sample.identity(folder)
    document = xml.parse(pathlib.Path(folder, sample.file).read_bytes())
    data = next(document.iter(xenc("EncryptedData")))
    container = data if data.getparent() is None else data.getparent()
    if sample.expected is not False:
        described = decryption.describe(container)
        require(described["cipher"] == sample.algorithm, "another cipher than promised")
    parameters = next(container.iter(f"{{{XENC11}}}ConcatKDFParams"), None)
    by_name = "libxmlsec"
    if parameters is not None and not other_info(parameters.get):
        by_name = "libxmlsec (key-encryption key derived by hand)"
    judges = {"cryptography": decryption.decrypt, by_name: decryption.decrypt_by_xmlsec}
    return {name: opinion(judge, container, identity) for name, judge in judges.items()}


def opinion(judge, *arguments):
    try:
        return judge(*arguments) or b""
    except Refused as fault:
        return fault


def judge(sample, folder):
    """Names of the judges, all of whom agree with what is expected. Raises Refused."""
    said = (signed if sample.kind == "signed" else encrypted)(sample, folder)
    for name, answer in said.items():
        if sample.expected is False:
            require(isinstance(answer, Refused), f"{name} accepts it")
        else:
            require(not isinstance(answer, Refused), f"{name}: {answer}")
            if sample.kind == "encrypted":
                require(answer == sample.expected.encode(), f"{name} reads something else")
    require(len(said) >= 2, "only one judge")
    return ", ".join(said)


def run(folder, title, demand=True):
    report = Report(title)
    found = samples.read(folder)
    for sample in found:
        with report.case(f"{sample.kind}: {sample.title}") as note:
            note(("refused by " if sample.expected is False else "") + judge(sample, folder))
    if demand:
        with report.case("every algorithm and curve is there"):
            missing = sorted(f"{kind} {name}" for kind, name in samples.Coverage.of(found).missing)
            require(not missing, "missing: " + ", ".join(missing))
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
