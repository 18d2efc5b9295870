# SPDX-License-Identifier: EUPL-1.2
"""The manifest that a maker and a judge share. Its format is described in ../README.md."""
import json
import pathlib
from dataclasses import asdict, dataclass

from . import keys
from .xml import Refused, require

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Sample:
    """One claim about one document. `certificate` and `key` are PEM, or the name of a file beside the manifest."""

    file: str
    kind: str                    # signed | encrypted
    title: str
    algorithm: str               # signature method, or content cipher
    certificate: str             # of the signer, or of the recipient
    expected: object             # signed: true or false; encrypted: the plain text, or false
    element: str = ""            # signed: ID of the signed element
    key: str = ""                # encrypted: private key of the recipient
    transport: str = ""          # encrypted: key transport, or key wrap below ECDH-ES
    curve: str = ""              # signed by or agreed with a key on this curve
    maker: str = ""

    def pem(self, name, folder):
        text = getattr(self, name)
        require(text, f"{self.file}: no {name}")
        return text.encode() if text.startswith("-----BEGIN") else pathlib.Path(folder, text).read_bytes()

    def identity(self, folder):
        certificate = keys.certificate(self.pem("certificate", folder))
        return keys.Identity(keys.private(self.pem("key", folder)), certificate, "")


def read(folder):
    path = pathlib.Path(folder, MANIFEST)
    require(path.is_file(), f"no {path}")
    known = set(Sample.__dataclass_fields__)
    try:
        return [Sample(**{k: v for k, v in row.items() if k in known}) for row in json.loads(path.read_text("utf-8"))]
    except (ValueError, TypeError, AttributeError) as fault:
        raise Refused(f"{path} is no manifest: {fault}") from None


def write(folder, samples):
    rows = [{k: v for k, v in asdict(sample).items() if v != ""} for sample in samples]
    path = pathlib.Path(folder, MANIFEST)
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
