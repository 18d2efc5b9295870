# SPDX-License-Identifier: EUPL-1.2
"""Hostile answers of a foreign node, leg 3: abused signatures and documents, other signers, other countries."""
from lxml import etree

from . import forge, keys, signatures, xml
from .cases import Cases
from .foreign_node import Spoil
from .names import saml
from .persons import EVIL, GERMAN

CASES = Cases("answer")
add, case, spoiled, fact = CASES.add, CASES.case, CASES.spoiled, CASES.fact

# --- signatures and documents --------------------------------------------------------------------------------------


def _abused(make, ec=False, algorithm=None):
    def run(h):
        node = h.ec_node if ec else h.node
        return h.answer(GERMAN, Spoil(
            signs=False, signed=lambda root: make(root, node.signer, algorithm or node.algorithm)), node=node)
    return run


for row in forge.SIGNATURES_ABUSED:
    add(row[0], row[1], _abused(row[2]))
for row in forge.PSS_ABUSED:
    add(row[0], row[1], _abused(row[2]))
for row in forge.ECDSA_ABUSED:
    add(row[0], row[1], _abused(row[2], ec=True))
for digest in ("sha256", "sha512"):
    add("C08", f"RSA PKCS#1 v1.5 with {digest.upper()}, which eIDAS forbids",
        _abused(signatures.sign, algorithm=f"rsa-{digest}"))


def _wrapped(make):
    """The forger has a sound answer for himself and puts a forged one around it."""
    def run(h):
        def wrap(signed):
            evil = h.node.draft(h.node.facts(h.now.request, EVIL))
            evil.append(h.node.sealed(h.node.assertion(h.node.facts(h.now.request, EVIL))))
            return make(signed, evil)
        return h.answer(GERMAN, Spoil(signed=wrap))
    return run


for row in forge.WRAPPINGS:
    add(row[0], row[1], _wrapped(row[2]))
for row in forge.DOCUMENTS:
    spoiled(row[0], row[1], octets=row[2])


def _assertion_wrapped(make, encrypted):
    """The same with the signature of the assertion: the answer around it is unsigned."""
    def run(h):
        facts = h.node.facts(h.now.request if h.now else h.start().request, GERMAN)
        sound = signatures.sign(h.node.assertion(facts), h.node.signer, h.node.algorithm)
        forged = make(sound, h.node.assertion(h.node.facts(h.now.request, EVIL)))
        return h.answer(GERMAN, Spoil(assertion=lambda _: forged, signs=False, encrypts=encrypted))
    return run


for row in forge.WRAPPINGS:
    add(row[0], "encrypted assertion, " + row[1], _assertion_wrapped(row[2], True))


def sibling(evil_first):
    def edit(h):
        facts = h.node.facts(h.now.request, EVIL)
        forged = h.node.sealed(h.node.assertion(facts))

        def change(root):
            sealed = root.find(saml("EncryptedAssertion"))
            root.insert(root.index(sealed) + (0 if evil_first else 1), forged)
            return root
        return change
    return edit


def with_evil(class_id, title, edit, when="signed", **spoil):
    def run(h):
        h.start()
        return h.answer(GERMAN, Spoil(**{when: edit(h)}, **spoil))
    add(class_id, title, run)


def swapped(h):
    def change(root):
        sealed = root.find(saml("EncryptedAssertion"))
        root.replace(sealed, h.node.sealed(h.node.assertion(h.node.facts(h.now.request, EVIL))))
        return root
    return change


def plain_beside(h):
    def change(root):
        root.insert(len(root) - 1, h.node.assertion(h.node.facts(h.now.request, EVIL)))
        return root
    return change


with_evil("A25", "encrypted assertion swapped by the forger's", swapped)
with_evil("A26", "the forger's encrypted assertion first, answer signed before", sibling(True))
with_evil("A26", "the forger's encrypted assertion last, answer signed before", sibling(False))
with_evil("A26", "two encrypted assertions, signed", sibling(False), when="response")
with_evil("A26", "a plain assertion beside the encrypted one, signed", plain_beside, when="response")
spoiled("D10", "plain assertion, answer signed", encrypts=False)
spoiled("D11", "encrypted assertion, nothing signed", signs=False)


@case("D10", "plain signed assertion, nothing else signed")
def _(h):
    def sign(assertion):
        return signatures.sign(assertion, h.node.signer, h.node.algorithm)
    return h.answer(GERMAN, Spoil(assertion=sign, signs=False, encrypts=False))


@case("A24", "assertion signed and encrypted, answer unsigned")
def _(h):
    def sign(assertion):
        return signatures.sign(assertion, h.node.signer, h.node.algorithm)
    return h.answer(GERMAN, Spoil(assertion=sign, signs=False))


@case("A24", "assertion signed by a stranger, answer signed")
def _(h):
    return h.answer(GERMAN, Spoil(assertion=lambda a: signatures.sign(a, keys.stranger(), "rsa-pss-sha256")))


@case("A24", "assertion signed, then changed, answer signed")
def _(h):
    def sign(assertion):
        signed = signatures.sign(assertion, h.node.signer, h.node.algorithm)
        signed.find(f".//{saml('AttributeValue')}").text = "DE/ES/other"
        return signed
    return h.answer(GERMAN, Spoil(assertion=sign))


def cut(path, node):
    """A comment or instruction inside a text of the signed assertion; the signature does not see a comment."""
    def run(h):
        def change(assertion):
            signed = signatures.sign(assertion, h.node.signer, h.node.algorithm)
            target, put = signed.find(path), node()
            half = len(target.text) // 2
            target.text, put.tail = target.text[:half], target.text[half:]
            target.append(put)
            return signed
        return h.answer(GERMAN, Spoil(assertion=change))
    return run


for name in ("NameID", "AttributeValue", "Audience", "AuthnContextClassRef"):
    add("B04", f"comment within {name}", cut(f".//{saml(name)}", lambda: etree.Comment("x")))
    add("B05", f"processing instruction within {name}", cut(f".//{saml(name)}", lambda: etree.PI("x", "y")))


@case("B04", "comment within Issuer of the answer")
def _(h):
    def change(root):
        issuer, put = root.find(saml("Issuer")), etree.Comment("x")
        issuer.text, put.tail = issuer.text[:12], issuer.text[12:]
        issuer.append(put)
        return root
    return h.answer(GERMAN, Spoil(signed=change))


spoiled("B05", "CDATA in a value", plain=lambda o: o.replace(b">Mustermann<", b"><![CDATA[Mustermann]]><"))

# --- keys, countries, roles ----------------------------------------------------------------------------------------


@case("C14", "signed by another state in this one's name")
def _(h):
    return h.answer(GERMAN, Spoil(signing={"signer": h.other_node.signer, "algorithm": h.other_node.algorithm}))


@case("C14", "another state answers for itself")
def _(h):
    journey = h.start()
    acs, form = h.other_node.answer(journey.request, GERMAN)
    return journey.browser.post(acs, form)


@case("C13", "signed with the key for metadata")
def _(h):
    signer = h.node.metadata_signer
    return h.answer(GERMAN, Spoil(signing={"signer": signer, "algorithm": signer.signature()}))


@case("A22", "metadata in its place")
def _(h):
    return h.answer(GERMAN, Spoil(octets=lambda _: h.node.metadata()))


@case("A23", "our own request sent back")
def _(h):
    journey = h.start()
    return journey.browser.post(h.world.acs, {"SAMLResponse": journey.delivered["SAMLRequest"],
                                              "RelayState": journey.delivered.get("RelayState", "")})


@case("A23", "our answer to a service sent to us")
def _(h):
    journey = h.start()
    delivery = journey.browser.deliver(journey.answer(h.person))
    second = h.start()
    return second.browser.post(h.world.acs, {"SAMLResponse": delivery.fields["SAMLResponse"],
                                             "RelayState": second.request.relay_state or ""})


@case("A23", "the request of the service sent to us")
def _(h):
    journey = h.start()
    return journey.browser.post(h.world.acs, {"SAMLResponse": xml.encode(journey.sent.octets),
                                              "RelayState": journey.request.relay_state or ""})


def identified(text):
    """The attributes of GERMAN with another identifier."""
    rows = GERMAN.attributes("DE")
    return [(f, n, t, [(text, True)]) if f == "PersonIdentifier" else (f, n, t, v) for f, n, t, v in rows]


fact("C14", "identifier of another state", attributes=identified("FR/ES/0001"))
fact("C14", "identifier without countries", attributes=identified("0001"))
fact("C14", "identifier with a lower-case country", attributes=lambda h: identified(f"{h.node.country.lower()}/ES/1"))
fact("C14", "identifier with blanks", attributes=lambda h: identified(f"{h.node.country}/ES/00 01"))
fact("C14", "identifier without its last part", attributes=lambda h: identified(f"{h.node.country}/ES/"))
fact("C14", "identifier of 300 characters", attributes=lambda h: identified(f"{h.node.country}/ES/" + "x" * 300))
fact("B17", "identifier with a look-alike letter", attributes=lambda h: identified("\u0410T/ES/0001"))
