# SPDX-License-Identifier: EUPL-1.2
"""Hostile answers of the national gateway, leg 3 of the other direction: abused signatures, documents and ciphers,
other signers, and answers in the wrong place, time or browser."""
from dataclasses import replace

from lxml import etree

from . import forge, hostile_ciphers, keys, signatures, xml
from .cases import Cases
from .citizens import ANA, EVIL
from .encryption import Transport
from .foreign_node import Spoil
from .names import DS, OAEP_MGF1P, XENC, saml

CASES = Cases("answer")
add, case = CASES.add, CASES.case
SEALED = {"transport": Transport(OAEP_MGF1P, None)}


def spoiled(class_id, title, citizen=ANA, options=None, **spoil):
    """An answer of the gateway, spoiled in one way; `options` are those of the request."""
    add(class_id, title, lambda h: h.answer(citizen, Spoil(**spoil), **(options or {})))


# --- signatures and documents --------------------------------------------------------------------------------------


def _abused(make):
    return lambda h: h.answer(ANA, Spoil(signs=False, signed=lambda root: make(root, h.gateway.signer, "rsa-sha512")))


for row in forge.SIGNATURES_ABUSED:
    add(row[0], row[1], _abused(row[2]))
for row in forge.DOCUMENTS:
    spoiled(row[0], row[1], octets=row[2])


def evil_answer(h):
    facts = h.gateway.facts(h.now.request, EVIL)
    root = h.gateway.draft(facts)
    root.append(h.gateway.assertion(facts))
    return root


def _wrapped(make):
    """The forger has a sound answer about himself and puts one about somebody else around it."""
    def run(h):
        h.start()
        return h.answer(ANA, Spoil(signed=lambda signed: make(signed, evil_answer(h))))
    return run


def _assertion_wrapped(make):
    """The same with a signature of the assertion: the answer around it is unsigned."""
    def run(h):
        facts = h.gateway.facts(h.start().request, ANA)
        sound = signatures.sign(h.gateway.assertion(facts), h.gateway.signer, "rsa-sha512")
        forged = make(sound, h.gateway.assertion(h.gateway.facts(h.now.request, EVIL)))
        return h.answer(ANA, Spoil(assertion=lambda _: forged, signs=False))
    return run


for row in forge.WRAPPINGS:
    add(row[0], row[1], _wrapped(row[2]))
    add(row[0], "assertion, " + row[1], _assertion_wrapped(row[2]))


def beside(position, when="signed", sealed=False):
    """The forger's assertion before or after the gateway's."""
    def run(h):
        forged = h.gateway.assertion(h.gateway.facts(h.start().request, EVIL))
        if sealed:
            forged = h.gateway.sealed(forged, Spoil(encryption=SEALED))

        def change(root):
            root.insert(len(root) + position, forged)
            return root
        return h.answer(ANA, Spoil(**{when: change}))
    return run


add("A26", "the forger's assertion first, answer signed before", beside(-1))
add("A26", "the forger's assertion last, answer signed before", beside(0))
add("A26", "two assertions, signed", beside(0, "response"))
add("A26", "an encrypted one beside the plain one, signed", beside(0, "response", True))
add("A26", "the forger's encrypted one first, answer signed before", beside(-1, "signed", True))


@case("A25", "encrypted assertion swapped by the forger's")
def _(h):
    forged = h.gateway.assertion(h.gateway.facts(h.start().request, EVIL))

    def swap(root):
        root.replace(root[-1], h.gateway.sealed(forged, Spoil(encryption=SEALED)))
        return root
    return h.answer(ANA, Spoil(encryption=SEALED, signed=swap))


@case("A25", "plain assertion swapped by the forger's encrypted one")
def _(h):
    forged = h.gateway.assertion(h.gateway.facts(h.start().request, EVIL))

    def swap(root):
        root.replace(root[-1], h.gateway.sealed(forged, Spoil(encryption=SEALED)))
        return root
    return h.answer(ANA, Spoil(signed=swap))


@case("A24", "assertion signed, answer unsigned")
def _(h):
    return h.answer(ANA, Spoil(signs=False, assertion=lambda a: signatures.sign(a, h.gateway.signer, "rsa-sha512")))


@case("A24", "assertion signed by a stranger, answer signed")
def _(h):
    return h.answer(ANA, Spoil(assertion=lambda a: signatures.sign(a, keys.stranger(), "rsa-sha512")))


@case("A24", "assertion signed, then changed, answer signed")
def _(h):
    def change(assertion):
        signed = signatures.sign(assertion, h.gateway.signer, "rsa-sha512")
        signed.find(f".//{saml('AttributeValue')}").text = "OTRA"
        return signed
    return h.answer(ANA, Spoil(assertion=change))


@case("A21", "the signed assertion of another login in a fresh answer")
def _(h):
    first = h.crossing().begin()
    facts = h.gateway.facts(first.request, ANA)
    sound = signatures.sign(h.gateway.assertion(facts), h.gateway.signer, "rsa-sha512")
    h.start()
    return h.answer(ANA, Spoil(assertion=lambda _: sound, signs=False))


def cut(name, node):
    """A comment or an instruction inside a text, after signing: the signature does not see a comment."""
    def run(h):
        def change(root):
            target, put = root.find(f".//{saml(name)}"), node()
            half = len(target.text) // 2
            target.text, put.tail = target.text[:half], target.text[half:]
            target.append(put)
            return root
        return h.answer(ANA, Spoil(signed=change))
    return run


for name in ("Issuer", "NameID", "AttributeValue", "Audience", "AuthnContextClassRef"):
    add("B04", f"comment within {name}", cut(name, lambda: etree.Comment("x")))
    add("B05", f"processing instruction within {name}", cut(name, lambda: etree.PI("x", "y")))
spoiled("B05", "CDATA in a value", octets=lambda octets: octets.replace(b">EJEMPLO<", b"><![CDATA[EJEMPLO]]><"))


def signed_by(class_id, title, who):
    def run(h):
        signer = who(h)
        return h.answer(ANA, Spoil(signing={"signer": signer, "algorithm":
                                            "rsa-sha512" if signer.is_rsa else signer.signature()}))
    add(class_id, title, run)


signed_by("C14", "signed by a Connector", lambda h: h.connector.signer)
signed_by("C14", "signed by a Spanish service", lambda h: next(iter(h.world.services.values())).signer)
signed_by("C16", "signed by our own key as a registered service", lambda h: h.world.own["registered"])
signed_by("C16", "signed by our own key as a Proxy-Service", lambda h: h.world.own["proxy"])
signed_by("C16", "signed by our own key as the gateway of services", lambda h: h.world.own["clave"])
signed_by("C14", "signed by a foreign Proxy-Service", lambda h: h.world.nodes["AT"].signer)


@case("A22", "our own metadata in its place")
def _(h):
    octets = h.browser.get("/eidas/proxy/metadata").body
    return h.answer(ANA, Spoil(octets=lambda _: octets))


@case("A23", "our own request sent back")
def _(h):
    crossing = h.start()
    return crossing.browser.post(h.gateway.acs, {"SAMLResponse": crossing.delivered["SAMLRequest"],
                                                 "RelayState": crossing.request.relay_state})


@case("A23", "our own answer to a Connector sent to us")
def _(h):
    first = h.start()
    delivery = first.delivery(first.agree(first.answer(ANA)))
    second = h.start()
    return second.browser.post(h.gateway.acs, {"SAMLResponse": delivery.fields["SAMLResponse"],
                                               "RelayState": second.request.relay_state})


@case("A23", "the Connector's request sent as the answer")
def _(h):
    crossing = h.start()
    return crossing.browser.post(h.gateway.acs, {"SAMLResponse": xml.encode(crossing.asked.octets),
                                                 "RelayState": crossing.request.relay_state})


@case("A23", "an answer of the gateway at the address of foreign nodes")
def _(h):
    crossing = h.start()
    _, form = h.gateway.answer(crossing.request, ANA)
    return crossing.browser.post(h.world.acs, form)


# --- encryption ----------------------------------------------------------------------------------------------------


class _Own:
    """What the ciphers of `hostile_ciphers` need: the key for which the gateway encrypts."""

    def __init__(self, h):
        self.world = replace(h.world, own={"encryption": h.world.own["registered"]})


def sealed(class_id, title, **spoil):
    spoiled(class_id, title, **({"encryption": SEALED} | spoil))


for name, algorithm in (("AES-CBC", XENC + "aes256-cbc"), ("Triple DES", XENC + "tripledes-cbc")):
    sealed("D01", f"{name} named", encrypted=hostile_ciphers.method(hostile_ciphers.CONTENT, algorithm))
sealed("D02", "RSA 1.5 named", encrypted=hostile_ciphers.method(hostile_ciphers.KEY, XENC + "rsa-1_5"))
for title, change in (("tag altered", lambda o: o[:-1] + bytes([o[-1] ^ 1])), ("tag cut", lambda o: o[:-4]),
                      ("content altered", lambda o: o[:40] + bytes([o[40] ^ 1]) + o[41:]), ("empty", lambda o: b"")):
    sealed("D04", f"encrypted content: {title}", encrypted=hostile_ciphers.sealed(change))
for title, change in (("altered", lambda o: o[:-1] + bytes([o[-1] ^ 1])), ("cut", lambda o: o[:-1])):
    sealed("D05", f"wrapped key {title}", encrypted=hostile_ciphers.key_value(change))


@case("D01", "AES-256-CBC")
def _(h):
    return h.answer(ANA, Spoil(encryption=SEALED, encrypted=lambda e: [hostile_ciphers.old_cipher(e[0], _Own(h))]))


@case("D02", "RSA 1.5 in earnest")
def _(h):
    return h.answer(ANA, Spoil(encryption=SEALED, encrypted=lambda e: [hostile_ciphers.old_transport(e[0], _Own(h))]))


@case("D12", "encrypted for somebody else")
def _(h):
    return h.answer(ANA, Spoil(encryption=SEALED | {"recipients": [keys.stranger().certificate]}))


@case("D12", "encrypted for our key as a Connector")
def _(h):
    return h.answer(ANA, Spoil(encryption={"recipients": [h.world.own["encryption"].certificate]}))


sealed("D11", "encrypted assertion, nothing signed", signs=False)
sealed("D06", "decrypts to two assertions", plain=lambda o: o + o)
sealed("D06", "decrypts to text", plain=lambda o: b"hello")
sealed("D06", "decrypts to a DOCTYPE", plain=lambda o: b"<!DOCTYPE x [<!ENTITY e 'x'>]>" + o)
sealed("D06", "decrypts to an answer", plain=lambda o: b"<x>" + o + b"</x>")
sealed("D08", "CipherReference to the web", encrypted=hostile_ciphers.reference)
sealed("D08", "RetrievalMethod to the web", encrypted=lambda e: hostile_ciphers.inside(
    e, f'<ds:RetrievalMethod xmlns:ds="{DS}" URI="http://127.0.0.1:9/k" Type="{XENC}EncryptedKey"/>'))
