# SPDX-License-Identifier: EUPL-1.2
"""Hostile answers of a foreign node, leg 3: encryption that is forbidden, damaged, or holds something else."""
import base64
import os

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from lxml import etree

from . import decryption, encryption, keys, xml
from .cases import Cases
from .foreign_node import Spoil
from .names import DS, OAEP_MGF1P, SAML, SAMLP, XENC, XENC11, ds, xenc
from .persons import GERMAN

CASES = Cases("answer")
case, spoiled = CASES.case, CASES.spoiled


def method(path, algorithm):
    """Renames an algorithm after the fact."""
    def change(elements):
        elements[0].find(path).set("Algorithm", algorithm)
        return elements
    return change


CONTENT, KEY = xenc("EncryptionMethod"), f"{ds('KeyInfo')}/{xenc('EncryptedKey')}/{xenc('EncryptionMethod')}"
spoiled("D01", "AES-CBC named", encrypted=method(CONTENT, XENC + "aes256-cbc"))
spoiled("D01", "Triple DES named", encrypted=method(CONTENT, XENC + "tripledes-cbc"))
spoiled("D02", "RSA 1.5 named", encrypted=method(KEY, XENC + "rsa-1_5"))
spoiled("D03", "rsa-oaep-mgf1p from a peer without permission", encryption={
    "transport": encryption.Transport(OAEP_MGF1P, None)})
spoiled("D03", "OAEP with SHA-1 as digest", encryption={"transport": encryption.Transport(digest="sha1")})
spoiled("D03", "OAEP without DigestMethod", encryption={
    "transport": encryption.Transport(digest=None), "engine": "hand"})
spoiled("D03", "OAEP with MGF1-SHA-1", encryption={"transport": encryption.Transport(mgf="sha1")})
spoiled("D03", "OAEP without MGF", encryption={"transport": encryption.Transport(mgf=None), "engine": "hand"})


@case("D01", "AES-256-CBC")
def _(h):
    return h.answer(GERMAN, Spoil(encrypted=lambda e: [old_cipher(e[0], h)]))


@case("D02", "RSA 1.5 in earnest")
def _(h):
    return h.answer(GERMAN, Spoil(encrypted=lambda e: [old_transport(e[0], h)]))


def content_key(data, h):
    """The content key of an encryption that we made: the keys of this world are ours."""
    key = data.find(f"{ds('KeyInfo')}/{xenc('EncryptedKey')}")
    return decryption.content_key(key, h.world.own["encryption"].key)


def old_cipher(data, h):
    secret, iv = content_key(data, h), os.urandom(16)
    plain = decryption.decrypt(data, h.world.own["encryption"])
    fill = 16 - len(plain) % 16
    machine = Cipher(algorithms.AES(secret), modes.CBC(iv)).encryptor()
    sealed = iv + machine.update(plain + b"\0" * (fill - 1) + bytes([fill])) + machine.finalize()
    data.find(CONTENT).set("Algorithm", XENC + "aes256-cbc")
    cipher_value(data).text = xml.encode(sealed)
    return data


def old_transport(data, h):
    secret = content_key(data, h)
    key = data.find(f"{ds('KeyInfo')}/{xenc('EncryptedKey')}")
    key.find(xenc("EncryptionMethod"))[:] = []
    key.find(xenc("EncryptionMethod")).set("Algorithm", XENC + "rsa-1_5")
    public = h.world.own["encryption"].certificate.public_key()
    cipher_value(key).text = xml.encode(public.encrypt(secret, padding.PKCS1v15()))
    return data


def cipher_value(data):
    return data.find(f"{xenc('CipherData')}/{xenc('CipherValue')}")


def sealed(change):
    """Edits the octets of the content."""
    def edit(elements):
        value = cipher_value(elements[0])
        value.text = xml.encode(change(base64.b64decode("".join(value.text.split()))))
        return elements
    return edit


def key_value(change):
    def edit(elements):
        value = cipher_value(elements[0].find(f"{ds('KeyInfo')}/{xenc('EncryptedKey')}"))
        value.text = xml.encode(change(base64.b64decode("".join(value.text.split()))))
        return elements
    return edit


spoiled("D04", "tag cut by four octets", encrypted=sealed(lambda o: o[:-4]))
spoiled("D04", "tag altered", encrypted=sealed(lambda o: o[:-1] + bytes([o[-1] ^ 1])))
spoiled("D04", "content shorter than IV and tag", encrypted=sealed(lambda o: o[:20]))
spoiled("D04", "content empty", encrypted=sealed(lambda o: b""))
spoiled("D04", "content altered", encrypted=sealed(lambda o: o[:40] + bytes([o[40] ^ 1]) + o[41:]))
spoiled("D05", "wrapped key altered", encrypted=key_value(lambda o: o[:-1] + bytes([o[-1] ^ 1])))
spoiled("D05", "wrapped key cut", encrypted=key_value(lambda o: o[:-1]))
spoiled("D05", "wrapped key empty", encrypted=key_value(lambda o: b""))
spoiled("D05", "cipher that does not fit the content key", encrypted=method(CONTENT, XENC11 + "aes128-gcm"))


@case("D05", "sixty EncryptedKeys that do not open before the right one")
def _(h):
    def many(elements):
        key = elements[0].find(f"{ds('KeyInfo')}/{xenc('EncryptedKey')}")
        for number in range(60):
            other = xml.parse(etree.tostring(key))
            other.set("Id", f"_k{number}")
            cipher_value(other).text = xml.encode(bytes(384))
            key.addprevious(other)
        return elements
    return h.answer(GERMAN, Spoil(encrypted=many))


@case("D12", "encrypted for somebody else")
def _(h):
    return h.answer(GERMAN, Spoil(encryption={"recipients": [keys.stranger().certificate]}))


def inside(elements, text):
    info = elements[0].find(ds("KeyInfo"))
    info[:] = [xml.parse(text)]
    return elements


spoiled("D08", "RetrievalMethod to the web", encrypted=lambda e: inside(
    e, f'<ds:RetrievalMethod xmlns:ds="{DS}" URI="http://127.0.0.1:9/k" Type="{XENC}EncryptedKey"/>'))
spoiled("D08", "RetrievalMethod to nowhere", encrypted=lambda e: inside(
    e, f'<ds:RetrievalMethod xmlns:ds="{DS}" URI="#_nowhere" Type="{XENC}EncryptedKey"/>'))


def reference(elements):
    cipher = elements[0].find(xenc("CipherData"))
    cipher[:] = [xml.parse(f'<xenc:CipherReference xmlns:xenc="{XENC}" URI="http://127.0.0.1:9/c"/>')]
    return elements


spoiled("D08", "CipherReference to the web", encrypted=reference)
spoiled("D06", "Type says Content", encryption={"type_uri": XENC + "Content"})
spoiled("D06", "decrypts to two assertions", plain=lambda o: o + o)
spoiled("D06", "decrypts to nothing", plain=lambda o: b"", encryption={"engine": "hand"})
spoiled("D06", "decrypts to text", plain=lambda o: b"hello")
spoiled("D06", "decrypts to a DOCTYPE", plain=lambda o: b"<!DOCTYPE x [<!ENTITY e 'x'>]>" + o)
spoiled("D06", "decrypts to an external entity", plain=lambda o: (
    b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>' + o.replace(b">Mustermann<", b">&e;<")))
spoiled("D06", "decrypts to UTF-16", plain=lambda o: o.decode().encode("utf-16"))
spoiled("D06", "decrypts to a Response", plain=lambda o: f'<p:Response xmlns:p="{SAMLP}" ID="_x"/>'.encode())
spoiled("D06", "decrypts to an assertion within another element", plain=lambda o: b"<x>" + o + b"</x>")
spoiled("D06", "decrypts to an assertion with text after it", plain=lambda o: o + b"x")
spoiled("D07", "encryption inside encryption", plain=lambda o: (
    f'<saml2:EncryptedAssertion xmlns:saml2="{SAML}"/>'.encode()))
spoiled("D07", "deep nesting inside", plain=lambda o: o.replace(
    b">Mustermann<", b">" + b"<a>" * 5000 + b"</a>" * 5000 + b"<"))


@case("D06", "EncryptedAssertion holds two EncryptedData")
def _(h):
    return h.answer(GERMAN, Spoil(encrypted=lambda e: [
        e[0], xml.parse(etree.tostring(e[0]).replace(b"_ed1", b"_ed2"))]))


@case("D06", "an ID of the assertion is that of the answer")
def _(h):
    shared = xml.identifier()
    return h.answer(GERMAN, Spoil(facts={"id": shared, "assertion_id": shared}))

# --- key agreement, in worlds whose encryption key is on a curve ---------------------------------------------------

AGREEMENT = Cases("answer")


def agreement_case(title, change):
    AGREEMENT.spoiled("D09", title, encrypted=change)


def inner(elements, tag):
    return next(elements[0].iter(tag))


def point(octets):
    def change(elements):
        found = inner(elements, "{http://www.w3.org/2009/xmldsig11#}PublicKey")
        found.text = xml.encode(octets(base64.b64decode(found.text)))
        return elements
    return change


def parameter(name, text):
    def change(elements):
        inner(elements, f"{{{XENC11}}}ConcatKDFParams").set(name, text)
        return elements
    return change


agreement_case("point off the curve", point(lambda o: o[:-1] + bytes([o[-1] ^ 1])))
agreement_case("point at infinity", point(lambda o: b"\0"))
agreement_case("point of zeros", point(lambda o: b"\4" + b"\0" * (len(o) - 1)))
agreement_case("point cut", point(lambda o: o[:-1]))
agreement_case("parameters altered", parameter("PartyUInfo", "0041"))
agreement_case("parameters not octet-aligned", parameter("PartyUInfo", "0741"))
agreement_case("parameters not hexadecimal", parameter("PartyUInfo", "zz"))
agreement_case("another curve named", lambda e: inner(
    e, "{http://www.w3.org/2009/xmldsig11#}NamedCurve").set("URI", "urn:oid:1.3.132.0.33") or e)
agreement_case("key derivation unknown", lambda e: inner(
    e, f"{{{XENC11}}}KeyDerivationMethod").set("Algorithm", XENC11 + "pbkdf2") or e)
agreement_case("agreement unknown", lambda e: inner(e, xenc("AgreementMethod")).set("Algorithm", XENC + "dh") or e)
agreement_case("key derivation with SHA-1", lambda e: inner(
    e, f"{{{XENC11}}}ConcatKDFParams")[0].set("Algorithm", DS + "sha1") or e)

