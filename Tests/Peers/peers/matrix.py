# SPDX-License-Identifier: EUPL-1.2
"""Which algorithms and curves were judged, by how many: a table per kind of document, and what is missing in it."""
import pathlib
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import rsa

from . import decryption, keys, xml
from .names import CIPHERS, CURVE_OIDS, DS, KEY_WRAPS, OAEP, OAEP_DIGESTS, SIGNATURES, ds, xenc

RSA_TRANSPORTS = ("OAEP sha256", "OAEP sha384", "OAEP sha512", "mgf1p sha1")
METHOD_OF = {uri: name for name, uri in SIGNATURES.items()}
CIPHER_OF = {uri: name for name, uri in CIPHERS.items()}
DIGEST_OF = {uri: name for name, uri in OAEP_DIGESTS.items()}
WRAP_OF = {uri: bits for bits, uri in KEY_WRAPS.items()}
TABLES = {"signed": (tuple(SIGNATURES), ("RSA", *CURVE_OIDS)),
          "encrypted": ((*RSA_TRANSPORTS, *(f"{curve} kw-aes{bits}" for curve in CURVE_OIDS for bits in KEY_WRAPS)),
                        tuple(CIPHERS))}


@dataclass
class Cell:
    accepted: int = 0
    refused: int = 0
    judges: int = 99

    def __str__(self):
        return f"{self.accepted}+{self.refused} by {self.judges}" if self.judges < 99 else "-"


class Matrix:
    def __init__(self):
        self.cells = {}

    def add(self, sample, folder, judges):
        cell = self.cells.setdefault((sample.kind, *_place(sample, folder)), Cell())
        cell.judges = min(cell.judges, len(judges))
        if sample.expected is False:
            cell.refused += 1
        else:
            cell.accepted += 1
            cell.refused += 1  # the same, spoiled

    def show(self):
        """Documents accepted + refused, by at least so many judges each."""
        for kind, (rows, columns) in TABLES.items():
            print(f"\n  {kind:<26}" + "".join(f"{column:<17}" for column in columns))
            for row in rows:
                cells = [self.cells.get((kind, row, column), Cell()) for column in columns]
                if any(cell.accepted or cell.refused for cell in cells):
                    print(f"  {row:<26}" + "".join(f"{str(cell):<17}" for cell in cells))
        print(flush=True)

    def missing(self):
        """Names of the cells without an accepted document, or with one judge only."""
        wanted = [("signed", method, key) for method, key in _pairs()]
        wanted += [("encrypted", row, column) for row in TABLES["encrypted"][0] for column in CIPHERS]
        found = {place for place, cell in self.cells.items() if cell.accepted and cell.refused and cell.judges >= 2}
        return [" ".join(place) for place in wanted if place not in found]


def _pairs():
    return [(method, key) for method in SIGNATURES for key in ("RSA", *CURVE_OIDS)
            if method.startswith("rsa") == (key == "RSA")]


def _place(sample, folder):
    """(row, column) of the table."""
    public = keys.certificate(sample.pem("certificate", folder)).public_key()
    key = "RSA" if isinstance(public, rsa.RSAPublicKey) else public.curve.name
    if sample.kind == "signed":
        return METHOD_OF[sample.algorithm], key
    cipher = CIPHER_OF[sample.algorithm]
    if key != "RSA":
        return f"{key} kw-aes{WRAP_OF[sample.transport]}", cipher
    document = xml.parse(pathlib.Path(folder, sample.file).read_bytes())
    keys_found = [k for k in document.iter(xenc("EncryptedKey"))
                  if k.find(xenc("EncryptionMethod")).get("Algorithm") == sample.transport]
    digest = decryption.for_recipient(sample.identity(folder), keys_found).find(
        f"{xenc('EncryptionMethod')}/{ds('DigestMethod')}")
    name = DIGEST_OF[DS + "sha1" if digest is None else digest.get("Algorithm")]
    return f"{'OAEP' if sample.transport == OAEP else 'mgf1p'} {name}", cipher
