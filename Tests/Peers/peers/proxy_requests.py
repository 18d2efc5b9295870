# SPDX-License-Identifier: EUPL-1.2
"""Hostile requests of a Connector, leg 1 of the other direction: spoiled signatures, documents, bindings and forms."""
from dataclasses import replace

from lxml import etree

from . import forge, keys, signatures, xml
from .cases import Cases
from .foreign_connector import COMMISSION
from .names import NAMED, NATURAL_SET, REDIRECT, ds, eidas, saml, samlp

CASES = Cases("request")
add, case = CASES.add, CASES.case

# --- signatures and documents --------------------------------------------------------------------------------------


def sent(h, root, asked):
    octets = root if isinstance(root, bytes) else xml.write(root)
    return h.ask(replace(asked, octets=octets))


def _abused(make, name="FR", algorithm=None, binding=None):
    def run(h):
        connector = h.world.connectors[name]
        root, asked = connector.draft(**({"binding": binding} if binding else {}))
        made = make(root, connector.signer, algorithm or connector.algorithm)
        h.asked.append(asked)
        return connector.send(h.browser, replace(asked, octets=xml.write(made)))
    return run


def _wrapped(make):
    """The forger has a sound request of the Connector and puts another one around it."""
    def run(h):
        signed = h.connector.request()
        evil, asked = h.connector.draft(optional=("Gender", "PlaceOfBirth"), provider="Forged")
        return sent(h, make(xml.parse(signed.octets), evil), asked)
    return run


def _document(make):
    def run(h):
        asked = h.connector.request()
        return sent(h, make(asked.octets), asked)
    return run


for row in forge.SIGNATURES_ABUSED:
    add(row[0], row[1], _abused(row[2]))
for row in forge.PSS_ABUSED:
    add(row[0], row[1], _abused(row[2]))
for row in forge.ECDSA_ABUSED:
    add(row[0], row[1], _abused(row[2], "DE"))
for row in forge.SIGNATURES_ABUSED:
    if row[0] in ("C01", "C02", "C03", "C04", "A24", "A13"):
        add(row[0], "the Commission's redirect: " + row[1], _abused(row[2], binding=COMMISSION))
for digest in ("sha256", "sha512"):
    add("C08", f"RSA PKCS#1 v1.5 with {digest.upper()}, which eIDAS forbids",
        _abused(signatures.sign, algorithm=f"rsa-{digest}"))
for row in forge.WRAPPINGS:
    add(row[0], row[1], _wrapped(row[2]))
for row in forge.DOCUMENTS:
    add(row[0], row[1], _document(row[2]))

# --- who signs -----------------------------------------------------------------------------------------------------


def signed_by(class_id, title, who, name=None):
    def run(h):
        root, asked = h.connector.draft()
        signer = who(h)
        return sent(h, signatures.sign(root, signer, name or signer.signature()), asked)
    add(class_id, title, run)


signed_by("C13", "signed with the key for metadata", lambda h: h.connector.metadata_signer)
signed_by("C13", "signed with the key for encryption", lambda h: keys.Identity(
    h.connector.recipient.key, h.connector.recipient.certificate, h.connector.recipient.kind))
signed_by("C14", "signed by another state in this one's name", lambda h: h.other.signer)
signed_by("C14", "signed by the national gateway", lambda h: h.gateway.signer)


@case("A22", "metadata in its place")
def _(h):
    return h.post({"SAMLRequest": xml.encode(h.connector.metadata())})


@case("A22", "our own metadata in its place")
def _(h):
    octets = h.browser.get("/eidas/proxy/metadata").body
    return h.post({"SAMLRequest": xml.encode(octets)})


@case("A23", "an answer of ours in its place")
def _(h):
    crossing = h.start()
    page = crossing.agree(crossing.answer(h.person))
    return h.post({"SAMLRequest": crossing.delivery(page).fields["SAMLResponse"]})


@case("A23", "our own request to the gateway sent back to us")
def _(h):
    return h.post({"SAMLRequest": h.start().delivered["SAMLRequest"]})


@case("A23", "an answer of the gateway in its place")
def _(h):
    _, form = h.gateway.answer(h.start().request, h.person)
    return h.post({"SAMLRequest": form["SAMLResponse"]})


@case("A23", "a request of a Spanish service")
def _(h):
    service = next(iter(h.world.services.values()))
    return h.post({"SAMLRequest": xml.encode(service.request(h.world.gateway).octets), "RelayState": "x"})


@case("A23", "a Connector's request at the address of Spanish services")
def _(h):
    return h.browser.post(h.world.gateway, h.connector.request().form() | {"country": "AT"})


@case("A23", "a Connector's request at the address of answers")
def _(h):
    return h.browser.post(h.gateway.acs, {"SAMLResponse": h.connector.request().form()["SAMLRequest"]})


def cut(class_id, title, path, node):
    """The signature still holds for a comment: canonical forms leave comments out."""
    def run(h):
        asked = h.connector.request(optional=("Gender",))
        root = xml.parse(asked.octets)
        target, put = root.find(path), node()
        half = len(target.text) // 2
        target.text, put.tail = target.text[:half], target.text[half:]
        target.append(put)
        return sent(h, root, asked)
    add(class_id, title, run)


for name, path in (("the LoA", f".//{saml('AuthnContextClassRef')}"), ("Issuer", saml("Issuer"))):
    cut("B04", f"comment within {name}", path, lambda: etree.Comment("x"))
    cut("B05", f"processing instruction within {name}", path, lambda: etree.PI("x", "y"))

# --- replay --------------------------------------------------------------------------------------------------------


@case("E01", "the same twice")
def _(h):
    asked = h.connector.request()
    h.ask(asked)
    return h.ask(asked)


@case("E01", "the same twice, from another browser")
def _(h):
    asked = h.connector.request()
    h.ask(asked)
    h.browser = h.stranger()
    return h.ask(asked)


@case("E01", "the same again after the login is over")
def _(h):
    crossing = h.start()
    crossing.finish(crossing.answer(h.person))
    return h.ask(crossing.asked)


@case("E01", "another one with an ID that was used")
def _(h):
    root, asked = h.connector.draft()
    h.ask(h.connector.sealed(root, asked))
    root.set("ProviderName", "Other")
    return h.ask(h.connector.sealed(root, asked))


@case("E01", "the same by POST and then by Redirect")
def _(h):
    root, asked = h.connector.draft()
    h.ask(h.connector.sealed(root, asked))
    root.set("Destination", h.connector.proxy.redirect)
    return h.ask(h.connector.sealed(root, replace(asked, binding=REDIRECT)))


# --- content, soundly signed ---------------------------------------------------------------------------------------


def spoiled(class_id, title, edit=lambda root: None, **options):
    """A request that is soundly signed and says what it must not."""
    def run(h):
        values = {k: v(h) if callable(v) else v for k, v in options.items()}
        root, asked = h.connector.draft(**values)
        edit(root)
        return h.ask(h.connector.sealed(root, asked))
    add(class_id, title, run)


def setting(name, value, path="."):
    def edit(root):
        found = root.find(path)
        if value is None:
            found.attrib.pop(name, None)
        else:
            found.set(name, value)
    return edit


def removing(path):
    return lambda root: [e.getparent().remove(e) for e in root.findall(path)]


def doubled(path):
    return lambda root: root.find(path).addnext(xml.parse(etree.tostring(root.find(path))))


def inserted(path, text):
    return lambda root: root.find(path).append(xml.parse(text))


MINIMUM = {name: True for _, name, _ in NATURAL_SET}
spoiled("E03", "Destination of another country's node", destination="https://node.fr.test/eidas/proxy/sso")
spoiled("E03", "Destination is the address of answers", destination=lambda h: h.gateway.acs)
spoiled("E03", "Destination is the address of Spanish services", destination=lambda h: h.world.gateway)
spoiled("E17", "return address not in the metadata", acs_attribute="https://evil.test/acs")
spoiled("E17", "return address with a suffix", acs_attribute=lambda h: h.connector.acs + ".evil.test/")
spoiled("E17", "return address in other case", acs_attribute=lambda h: h.connector.acs.upper())
spoiled("E17", "return address of another Connector", acs_attribute=lambda h: h.other.acs)
spoiled("F08", "return address javascript:", acs_attribute="javascript:alert(1)")
spoiled("E17", "an index that is not in the metadata", setting("AssertionConsumerServiceIndex", "17"))
spoiled("B16", "two Extensions", doubled(samlp("Extensions")))
spoiled("B16", "two RequestedAuthnContext", doubled(samlp("RequestedAuthnContext")))
spoiled("B16", "two Issuer", doubled(saml("Issuer")))
spoiled("B16", "children in another order", lambda root: root.append(root.find(samlp("Extensions"))))
spoiled("B16", "a Subject", lambda root: root.find(samlp("Extensions")).addnext(xml.parse(
    '<saml2:Subject xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion"><saml2:NameID>12345678Z</saml2:NameID>'
    '</saml2:Subject>')))
spoiled("B18", "Issuer with a blank", lambda root: setattr(root.find(saml("Issuer")), "text", (
    root.findtext(saml("Issuer")) + "\u00a0")))
spoiled("B17", "Issuer with a look-alike letter", lambda root: setattr(root.find(saml("Issuer")), "text", (
    root.findtext(saml("Issuer")).replace("c", "\u0441", 1))))
spoiled("B17", "Issuer in other case", lambda root: setattr(root.find(saml("Issuer")), "text", (
    root.findtext(saml("Issuer")).upper())))
spoiled("E11", "an attribute asked twice, once optional", inserted(
    f"{samlp('Extensions')}/{eidas('RequestedAttributes')}", etree.tostring(xml.parse(
        '<eidas:RequestedAttribute xmlns:eidas="http://eidas.europa.eu/saml-extensions" FriendlyName="FirstName"'
        f' Name="{NAMED["FirstName"]}" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri"'
        ' isRequired="false"/>'))))
spoiled("B19", "RequestedAttributes by the thousand", wanted=MINIMUM | {f"urn:none:{i}": False for i in range(3000)})
spoiled("B15", "xsi:nil on an attribute", setting("{http://www.w3.org/2001/XMLSchema-instance}nil", "true",
                                                  f".//{eidas('RequestedAttribute')}"))
spoiled("E06", "IssueInstant is no date", setting("IssueInstant", "yesterday"))
spoiled("E06", "IssueInstant at 24:00", setting("IssueInstant", "2026-11-21T24:00:00Z"))
spoiled("E06", "IssueInstant without a zone", lambda root: root.set("IssueInstant", root.get("IssueInstant")[:-1]))
spoiled("E06", "IssueInstant of another age, ahead", setting("IssueInstant", "2199-01-01T00:00:00Z"))
spoiled("A17", "a signature within Extensions", lambda root: root.find(samlp("Extensions")).append(etree.Element(
    ds("Signature"))))


@case("B16", "ID is no NCName")
def _(h):
    root, asked = h.connector.draft()
    root.set("ID", "0 1")
    return sent(h, forge.craft(root, h.connector.signer, h.connector.algorithm), replace(asked, id="0 1"))
