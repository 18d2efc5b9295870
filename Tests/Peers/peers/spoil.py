# SPDX-License-Identifier: EUPL-1.2
"""One thing spoiled in a document that a judge has just accepted. Each takes a `judge.Signed` or `judge.Encrypted`."""
from dataclasses import replace

from . import keys
from .names import ds, xenc
from .xml import encode, unwrapped


def flipped(text, at=-1):
    octets = bytearray(unwrapped(text))
    octets[at] ^= 1
    return encode(bytes(octets))


def content(root):
    """An attribute more: every element can have one."""
    root.set("spoiled", "1")


def digest(root):
    value = root.find(f".//{ds('DigestValue')}")
    value.text = flipped(value.text)


def value(root):
    found = root.find(f".//{ds('SignatureValue')}")
    found.text = flipped(found.text, 7)


def _another(case):
    kind = keys.kind_of(case.certificate.public_key())
    case.certificate = keys.stranger(kind).certificate


def _cipher_value(path, at=-1):
    def change(case):
        data = next(case.part.iter(xenc("EncryptedData")))
        for parent in data.findall(path) or case.part.iter(xenc("EncryptedKey")):
            found = parent.find(f"{xenc('CipherData')}/{xenc('CipherValue')}")
            found.text = flipped(found.text, at)
    return change


def _recipient(case):
    kind = keys.kind_of(case.identity.key.public_key())
    case.identity = replace(case.identity, key=keys.stranger(kind).key)


SIGNED = {
    "content changed": lambda case: content(case.part), "digest changed": lambda case: digest(case.part),
    "signature value changed": lambda case: value(case.part), "another key": _another,
}
ENCRYPTED = {
    "last octet of the tag": _cipher_value("."), "first octet of the nonce": _cipher_value(".", 0),
    "octet of the content": _cipher_value(".", 14), "octet of the wrapped keys": _cipher_value(
        f"{ds('KeyInfo')}/{xenc('EncryptedKey')}", 5), "another private key": _recipient,
}
