# SPDX-License-Identifier: EUPL-1.2
"""Hostile requests of a service, leg 1: spoiled signatures and documents, misuse of the form, and forbidden content."""
import base64
import urllib.parse
import zlib

from lxml import etree

from . import forge, keys, xml
from .browser import FORM
from .cases import Cases
from .forms import replaced, without
from .kits import requested
from .names import CONSENT, EIDAS, LOA, NATURAL, eidas, samlp

CASES = Cases("request")
add, case = CASES.add, CASES.case
BOUNDARY = b"----x"

# --- signatures and documents --------------------------------------------------------------------------------------


def _abused(make, ec=False):
    def run(h):
        service = h.ec_service if ec else h.service
        root, sent = service.draft(h.gateway)
        return h.post(h.fields(make(root, service.signer, "ecdsa-sha256" if ec else service.kit.algorithm), sent))
    return run


def _wrapped(make):
    def run(h):
        signed = h.service.request(h.gateway, loa="high")
        evil, sent = h.service.draft(h.gateway)
        return h.post(h.fields(make(xml.parse(signed.octets), evil), sent))
    return run


def _document(make):
    def run(h):
        sent = h.service.request(h.gateway)
        return h.post(h.fields(make(sent.octets), sent))
    return run


for row in forge.SIGNATURES_ABUSED:
    add(row[0], row[1], _abused(row[2]))
for row in forge.PSS_ABUSED:
    add(row[0], row[1],
        lambda h, make=row[2]: _abused(lambda root, s, _: make(root, s, "rsa-pss-sha256"))(h))
for row in forge.ECDSA_ABUSED:
    add(row[0], row[1], _abused(row[2], ec=True))
for row in forge.WRAPPINGS:
    add(row[0], row[1], _wrapped(row[2]))
for row in forge.DOCUMENTS:
    add(row[0], row[1], _document(row[2]))

# --- content, signed by a registered service -----------------------------------------------------------------------


def spoiled(class_id, title, edit, sealing=None, **changes):
    """A request that is soundly signed and says what it must not."""
    def run(h):
        root, sent = h.service.draft(h.gateway, **{k: v(h) if callable(v) else v for k, v in changes.items()})
        edit(root)
        return h.post(h.fields(h.service.sealed(root, sent, **(sealing or {})).octets, sent))
    add(class_id, title, run)


def _by_hand(h, **changes):
    """For what no signing library would sign."""
    root, sent = h.service.draft(h.gateway, **changes)
    return h.post(h.fields(forge.craft(root, h.service.signer, "rsa-sha512"), sent))


def setting(name, value):
    def edit(root):
        if value is None:
            root.attrib.pop(name, None)
        else:
            root.set(name, value)
    return edit


def removing(tag):
    return lambda root: root.remove(root.find(tag))


def repeating(tag):
    return lambda root: root.insert(root.index(root.find(tag)), xml.parse(etree.tostring(root.find(tag))))


def context(comparison=None, reference=None):
    def edit(root):
        element = root.find(samlp("RequestedAuthnContext"))
        if comparison:
            element.set("Comparison", comparison)
        if reference:
            element[0].text = reference
    return edit


def asking(text):
    def edit(root):
        holder = xml.parse(f'<w xmlns:eidas="{EIDAS}" xmlns:eidas-natural="{NATURAL}">{text}</w>')
        root.find(f"{samlp('Extensions')}/{eidas('RequestedAttributes')}").extend(list(holder))
    return edit


def nothing(_root):
    pass


spoiled("E03", "no Destination", setting("Destination", None))
spoiled("E03", "Destination of another gateway", setting(
    "Destination", "https://pasarela.clave.gob.es/Proxy2/ServiceProvider"))
spoiled("E03", "Destination is our other endpoint", nothing, destination=lambda h: h.world.acs)
spoiled("E17", "return address not registered", nothing, acs="https://evil.test/acs")
spoiled("E17", "return address with a suffix", nothing, acs=lambda h: h.service.acs + ".evil.test/")
spoiled("E17", "return address with user info", nothing,
        acs=lambda h: h.service.acs.replace("https://", "https://x@evil.test/?https://"))
spoiled("E17", "return address in other case", nothing, acs=lambda h: h.service.acs.upper())
spoiled("E17", "return address with path dots", nothing, acs=lambda h: h.service.acs + "/../../evil")
spoiled("F08", "return address javascript:", nothing, acs="javascript:alert(1)")
spoiled("E23", "unknown ProviderName", nothing, provider="S9999999Z_UNKNOWN")
spoiled("E23", "ProviderName missing", setting("ProviderName", None))
spoiled("E23", "ProviderName in other case", nothing, provider=lambda h: h.service.provider.lower())
spoiled("E23", "ProviderName with a blank", nothing, provider=lambda h: " " + h.service.provider)
spoiled("E23", "ProviderName of another service", nothing, provider=lambda h: h.ec_service.provider)
spoiled("E23", "ProviderName begins with ;", nothing, provider=lambda h: ";" + h.service.provider)
spoiled("B17", "ProviderName with a look-alike letter", nothing,
        provider=lambda h: h.service.provider.replace("A", "\u0391"))
spoiled("E18", "IsPassive true", setting("IsPassive", "true"))
spoiled("B16", "Version 1.1", setting("Version", "1.1"))
spoiled("B16", "Version missing", setting("Version", None))
add("B16", "ID is no NCName", lambda h: _by_hand(h, identifier="0 1"))
spoiled("B16", "ID missing", setting("ID", None), sealing={"empty_reference": True})
spoiled("E06", "IssueInstant is no date", setting("IssueInstant", "yesterday"))
spoiled("E06", "IssueInstant of another age, ahead", setting("IssueInstant", "2199-01-01T00:00:00Z"))
spoiled("E06", "IssueInstant missing", setting("IssueInstant", None))
spoiled("E18", "Consent of another sort", setting("Consent", CONSENT + "explicit"))
spoiled("F06", "ProtocolBinding Artifact", setting(
    "ProtocolBinding", "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact"))
spoiled("B16", "no Extensions", removing(samlp("Extensions")))
spoiled("B16", "no NameIDPolicy", removing(samlp("NameIDPolicy")))
spoiled("B16", "two Extensions", repeating(samlp("Extensions")))
spoiled("B16", "two RequestedAuthnContext", repeating(samlp("RequestedAuthnContext")))
spoiled("B16", "NameIDPolicy emailAddress", lambda root: root.find(samlp("NameIDPolicy")).set(
    "Format", "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"))
spoiled("B16", "children in another order", lambda root: root.append(root.find(samlp("Extensions"))))
spoiled("E10", "Comparison exact", context("exact"))
spoiled("E10", "Comparison better", context("better"))
spoiled("E10", "LoA unknown", context(reference="http://eidas.europa.eu/LoA/medium"))
spoiled("E10", "LoA of another scheme", context(reference="urn:oasis:names:tc:SAML:2.0:ac:classes:Password"))
spoiled("E10", "LoA empty", context(reference=" "))
spoiled("E22", "EU citizens excluded", nothing, excluded=("EIDASIdP",))
spoiled("E11", "unknown attribute, required", asking(requested("urn:none:x", "x", required=True)))
spoiled("E11", "representative attribute asked for", asking(requested(
    NATURAL + "/representative/PersonIdentifier", "RepresentativePersonIdentifier", required=True)))
spoiled("B19", "RequestedAttributes by the thousand", asking("".join(
    requested(f"urn:none:{i}", "x") for i in range(3000))))


@case("B04", "comment within the LoA")
def _(h):
    return _cut(h, etree.Comment("x"))


@case("B05", "processing instruction within the LoA")
def _(h):
    return _cut(h, etree.PI("x", "y"))


def _cut(h, node):
    """The signature still holds for a comment: canonical forms leave comments out."""
    root = xml.parse(h.service.request(h.gateway).octets)
    reference = root.find(f"{samlp('RequestedAuthnContext')}/*")
    text, half = reference.text, len(LOA["low"]) - 3
    reference.text, node.tail = text[:half], text[half:]
    reference.append(node)
    _, sent = h.service.draft(h.gateway)
    return h.post(h.fields(root, sent))


@case("C13", "signed with the key for encryption")
def _(h):
    root, sent = h.sealed_service.draft(h.gateway)
    other = keys.Identity(h.sealed_service.recipient.key, h.sealed_service.recipient.certificate, "rsa3072")
    return h.post(h.fields(forge.sign(root, other, "rsa-sha512"), sent))


@case("C14", "signed by another registered service")
def _(h):
    root, sent = h.service.draft(h.gateway)
    return h.post(h.fields(forge.sign(root, h.sealed_service.signer, "rsa-sha512"), sent))


@case("A22", "metadata in its place")
def _(h):
    _, sent = h.service.draft(h.gateway)
    return h.post(sent.form(country=h.node.country) | {"SAMLRequest": xml.encode(h.node.metadata())})


@case("A23", "an answer in its place")
def _(h):
    journey = h.journey().begin()
    _, form = h.node.answer(journey.request, h.person)
    return h.post({"SAMLRequest": form["SAMLResponse"], "RelayState": "x", "country": h.node.country})


@case("A23", "our own request sent back to us")
def _(h):
    journey = h.journey().begin()
    return h.post({"SAMLRequest": journey.delivered["SAMLRequest"], "RelayState": "x", "country": h.node.country})


@case("E01", "the same twice")
def _(h):
    sent = h.service.request(h.gateway)
    h.post(sent.form(country=h.node.country))
    return h.post(sent.form(country=h.node.country))


@case("E01", "the same twice, from another browser")
def _(h):
    sent = h.service.request(h.gateway)
    h.post(sent.form(country=h.node.country))
    return h.stranger().post(h.gateway, sent.form(country=h.node.country))


@case("E01", "another one with an ID that was used")
def _(h):
    root, sent = h.service.draft(h.gateway)
    h.post(h.fields(h.service.sealed(root, sent).octets, sent))
    root.set("ProviderName", h.service.provider)
    return h.post(h.fields(h.service.sealed(root, sent).octets, sent))


# --- the form ------------------------------------------------------------------------------------------------------


def form(class_id, title, change):
    """`change` gets the good pairs and gives what is posted."""
    def run(h):
        sent = h.service.request(h.gateway)
        return h.post(change(list(sent.form(country=h.node.country).items())))
    add(class_id, title, run)


form("E16", "RelayState of 81 characters", replaced("RelayState", lambda v: "r" * 81))
form("E16", "RelayState of 60000 characters", replaced("RelayState", lambda v: "r" * 60000))
form("F01", "SAMLRequest missing", without("SAMLRequest"))
form("F01", "SAMLRequest twice", lambda pairs: [pairs[0], *pairs])
form("F01", "RelayState twice", lambda pairs: [*pairs, ("RelayState", "other")])
form("F01", "country twice", lambda pairs: [*pairs, ("country", "XX")])
form("F03", "Base64 in the URL alphabet", replaced("SAMLRequest", lambda v: base64.urlsafe_b64encode(
    base64.b64decode(v) + b"<!--" + bytes([0xC3, 0xBF]) * 6 + b"-->").decode()))
form("F03", "Base64 with strange letters", replaced("SAMLRequest", lambda v: v[:40] + "*" + v[41:]))
form("F03", "Base64 without padding and one letter short", replaced("SAMLRequest", lambda v: v.rstrip("=")[:-1]))
form("F03", "Base64 with text after the padding", replaced("SAMLRequest", lambda v: v + "====AAAA"))
form("F03", "Base64 twice", replaced("SAMLRequest", lambda v: xml.encode(v.encode())))
form("F03", "deflated", replaced("SAMLRequest", lambda v: xml.encode(zlib.compress(base64.b64decode(v))[2:-4])))
form("F03", "deflate bomb", replaced("SAMLRequest", lambda v: xml.encode(zlib.compress(b" " * 20_000_000)[2:-4])))
form("F03", "SAMLRequest empty", replaced("SAMLRequest", lambda v: ""))


def sending(class_id, title, send):
    """`send` gets the browser, the address and the encoded pairs."""
    def run(h):
        pairs = h.service.request(h.gateway).form(country=h.node.country)
        return send(h.browser, h.gateway, urllib.parse.urlencode(pairs).encode())
    add(class_id, title, run)


sending("F05", "by GET", lambda b, url, body: b.get(f"{url}?{body.decode()}"))
sending("F04", "by PUT", lambda b, url, body: b.send("PUT", url, body, {"Content-Type": FORM}))
sending("F04", "as JSON", lambda b, url, body: b.send("POST", url, body, {"Content-Type": "application/json"}))
sending("F04", "without a content type", lambda b, url, body: b.send("POST", url, body))
sending("F04", "as XML", lambda b, url, body: b.send("POST", url, b"<x/>", {"Content-Type": "text/xml"}))
sending("F04", "as multipart", lambda b, url, body: b.send(
    "POST", url, b"--" + BOUNDARY + b'\r\nContent-Disposition: form-data; name="SAMLRequest"\r\n\r\nx\r\n--'
    + BOUNDARY + b"--", {"Content-Type": "multipart/form-data; boundary=" + BOUNDARY.decode()}))
sending("F04", "body of 3 MB", lambda b, url, body: b.send(
    "POST", url, body + b"&x=" + b"A" * 3_000_000, {"Content-Type": FORM}))
sending("F01", "SAMLRequest in query and body", lambda b, url, body: b.send(
    "POST", f"{url}?{body.decode()}", body, {"Content-Type": FORM}))
sending("F03", "broken escapes", lambda b, url, body: b.send(
    "POST", url, b"SAMLRequest=%zz%&RelayState=%", {"Content-Type": FORM}))
sending("F03", "octets that are not UTF-8", lambda b, url, body: b.send(
    "POST", url, b"SAMLRequest=%ff%fe&RelayState=%c3%28", {"Content-Type": FORM}))
sending("F10", "to an address that is not there", lambda b, url, body: b.send(
    "POST", url + "/../../../etc/passwd", body, {"Content-Type": FORM}))

