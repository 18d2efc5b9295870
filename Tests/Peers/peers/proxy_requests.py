# SPDX-License-Identifier: EUPL-1.2
"""Hostile requests of a Connector, leg 1 of the other direction: spoiled signatures, documents, bindings and forms."""
import base64
import urllib.parse
import zlib
from dataclasses import replace

from lxml import etree

from . import forge, keys, signatures, xml
from .browser import FORM
from .cases import Cases
from .foreign_connector import COMMISSION, deflate
from .names import DS, NAMED, NATURAL_SET, REDIRECT, SIGNATURES, ds, eidas, saml, samlp

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


# --- the real Redirect binding -------------------------------------------------------------------------------------

def redirect(class_id, title, edit=None, name="FR", **sending):
    """`edit` gets the good query string and gives what is sent."""
    def run(h):
        connector = h.world.connectors[name]
        asked = connector.request(binding=REDIRECT)
        h.asked.append(asked)
        query = connector.query(asked, **sending)
        return h.browser.get(f"{connector.proxy.redirect}?{edit(query) if edit else query}")
    add(class_id, "Redirect: " + title, run)


def pairs_of(query):
    return [tuple(part.partition("=")[::2]) for part in query.split("&")]


def joined(pairs):
    return "&".join(f"{n}={v}" for n, v in pairs)


def without(*names):
    return lambda query: joined(p for p in pairs_of(query) if p[0] not in names)


def with_value(name, change):
    return lambda query: joined((n, change(v) if n == name else v) for n, v in pairs_of(query))


redirect("C01", "signature taken away", without("Signature"))
redirect("C01", "signature and algorithm taken away", without("Signature", "SigAlg"))
redirect("F02", "algorithm taken away", without("SigAlg"))
redirect("F02", "signature empty", with_value("Signature", lambda v: ""))
redirect("F02", "RelayState taken away", without("RelayState"))
redirect("F02", "RelayState changed", with_value("RelayState", lambda v: "other"))
redirect("F02", "RelayState put in after signing", lambda query: joined(
    [*pairs_of(query)[:1], ("RelayState", "added"), *pairs_of(query)[2:]]))
redirect("F02", "another algorithm named", with_value("SigAlg", lambda v: urllib.parse.quote(
    SIGNATURES["rsa-pss-sha512"], safe="")))
redirect("C08", "RSA-SHA1 named", with_value("SigAlg", lambda v: urllib.parse.quote(DS + "rsa-sha1", safe="")))
redirect("C09", "an algorithm that nobody knows", with_value("SigAlg", lambda v: "urn%3Anone"))
redirect("C08", "RSA PKCS#1 v1.5, which eIDAS forbids", method=SIGNATURES["rsa-sha256"])
redirect("F02", "SigAlg twice", lambda query: query + "&SigAlg=x")
redirect("F02", "Signature twice", lambda query: query + "&Signature=x")
redirect("F01", "SAMLRequest twice", lambda query: joined([*pairs_of(query)[:1], *pairs_of(query)]))
redirect("F01", "RelayState twice", lambda query: query + "&RelayState=x")
redirect("F01", "an unsigned request first, the signed one after it", lambda query: "SAMLRequest=AAAA&" + query)
redirect("F02", "a letter of the request changed", with_value("SAMLRequest", lambda v: v[:50] + (
    "A" if v[50] != "A" else "B") + v[51:]))
redirect("F02", "a letter of the signature changed", with_value("Signature", lambda v: v[:50] + (
    "A" if v[50] != "A" else "B") + v[51:]))
redirect("C02", "signed by a stranger", lambda query: joined([*pairs_of(query)[:3], ("Signature", urllib.parse.quote(
    xml.encode(forge.raw(keys.stranger(), "rsa-pss-sha256", joined(pairs_of(query)[:3]).encode())), safe=""))]))
redirect("F02", "other escapes than those that were signed", with_value(
    "RelayState", lambda v: f"%{ord(v[0]):02X}{v[1:]}"))
redirect("F03", "deflate bomb", deflated=deflate(b" " * 20_000_000))
redirect("F03", "octets after the deflated ones", deflated=deflate(b"<x/>") + b"xyz")
redirect("F03", "zlib header", deflated=zlib.compress(b"<x/>"))
redirect("F03", "nothing deflated", deflated=b"")
redirect("F03", "not deflated at all", deflated=b"\xff" * 40)
redirect("F03", "Base64 in the URL alphabet", with_value("SAMLRequest", lambda v: v.replace("%2B", "-").replace(
    "%2F", "_") + "-_"))
redirect("F03", "broken escapes", with_value("SAMLRequest", lambda v: v[:40] + "%zz" + v[40:]))


@case("C14", "Redirect: signed by another state in this one's name")
def _(h):
    root, asked = h.connector.draft(binding=REDIRECT)
    thief = replace(h.connector, signer=h.other.signer)
    h.asked.append(asked)
    return h.browser.get(f"{h.connector.proxy.redirect}?{thief.query(thief.sealed(root, asked))}")


@case("F05", "Redirect: a signature within as well, of a stranger")
def _(h):
    root, asked = h.connector.draft(binding=REDIRECT)
    inside = signatures.sign(root, keys.stranger(), "rsa-pss-sha256")
    return h.ask(h.connector.sealed(inside, asked))


@case("F05", "Redirect: a good signature within, none outside, deflated")
def _(h):
    root, asked = h.connector.draft(binding=REDIRECT)
    inside = signatures.sign(root, h.connector.signer, "rsa-pss-sha256")
    h.asked.append(asked)
    return h.browser.get(h.connector.proxy.redirect + "?" + urllib.parse.urlencode(
        {"SAMLRequest": xml.encode(deflate(xml.write(inside))), "RelayState": asked.relay_state}))


@case("F05", "Redirect: signature and algorithm in the form of a POST")
def _(h):
    root, asked = h.connector.draft()
    query = h.connector.query(h.connector.sealed(root, replace(asked, binding=REDIRECT)))
    pairs = urllib.parse.parse_qsl(query)
    return h.post([("SAMLRequest", xml.encode(xml.write(root))), *pairs[1:]])


@case("F05", "POST: deflated and signed as for Redirect")
def _(h):
    asked = h.connector.request(binding=REDIRECT)
    return h.post(urllib.parse.parse_qsl(h.connector.query(asked)))


@case("F05", "a request meant for POST by the Commission's redirect, unsigned")
def _(h):
    root, asked = h.connector.draft(binding=COMMISSION)
    return h.ask(replace(asked, octets=xml.write(root)))


@case("F05", "the Commission's redirect, and a Signature beside it")
def _(h):
    asked = h.connector.request(binding=COMMISSION)
    query = h.connector.query(asked) + "&" + urllib.parse.urlencode({"SigAlg": SIGNATURES["rsa-pss-sha256"],
                                                                     "Signature": xml.encode(bytes(384))})
    h.asked.append(asked)
    return h.browser.get(f"{h.connector.proxy.redirect}?{query}")


# --- the form ------------------------------------------------------------------------------------------------------


def form(class_id, title, change):
    """`change` gets the good pairs and gives what is posted."""
    def run(h):
        asked = h.connector.request()
        h.asked.append(asked)
        return h.post(change(list(asked.form().items())))
    add(class_id, title, run)


def replaced(name, value):
    return lambda pairs: [(n, value(v) if n == name else v) for n, v in pairs]


form("E16", "RelayState of 81 characters", replaced("RelayState", lambda v: "r" * 81))
form("E16", "RelayState of 60000 characters", replaced("RelayState", lambda v: "r" * 60000))
form("E16", "RelayState with control characters", replaced("RelayState", lambda v: "a\r\nb\0"))
form("F01", "SAMLRequest missing", lambda pairs: [p for p in pairs if p[0] != "SAMLRequest"])
form("F01", "SAMLRequest twice", lambda pairs: [pairs[0], *pairs])
form("F01", "RelayState twice", lambda pairs: [*pairs, ("RelayState", "other")])
form("F03", "Base64 with strange letters", replaced("SAMLRequest", lambda v: v[:40] + "*" + v[41:]))
form("F03", "Base64 cut", replaced("SAMLRequest", lambda v: v[:-5]))
form("F03", "Base64 with text after the padding", replaced("SAMLRequest", lambda v: v + "====AAAA"))
form("F03", "Base64 twice", replaced("SAMLRequest", lambda v: xml.encode(v.encode())))
form("F03", "deflated", replaced("SAMLRequest", lambda v: xml.encode(zlib.compress(base64.b64decode(v))[2:-4])))
form("F03", "SAMLRequest empty", replaced("SAMLRequest", lambda v: ""))
form("F05", "named SAMLResponse", lambda pairs: [("SAMLResponse" if n == "SAMLRequest" else n, v) for n, v in pairs])


def sending(class_id, title, send):
    """`send` gets the browser, the address and the encoded pairs."""
    def run(h):
        asked = h.connector.request()
        h.asked.append(asked)
        return send(h.browser, h.sso, urllib.parse.urlencode(asked.form()).encode())
    add(class_id, title, run)


sending("F04", "by PUT", lambda b, url, body: b.send("PUT", url, body, {"Content-Type": FORM}))
sending("F04", "as JSON", lambda b, url, body: b.send("POST", url, body, {"Content-Type": "application/json"}))
sending("F04", "without a content type", lambda b, url, body: b.send("POST", url, body))
sending("F04", "body of 3 MB", lambda b, url, body: b.send(
    "POST", url, body + b"&x=" + b"A" * 3_000_000, {"Content-Type": FORM}))
sending("F04", "query of 300 kB", lambda b, url, body: b.get(url + "?SAMLRequest=" + "A" * 300_000))
sending("F01", "SAMLRequest in query and body", lambda b, url, body: b.send(
    "POST", f"{url}?{body.decode()}", body, {"Content-Type": FORM}))
sending("F03", "octets that are not UTF-8", lambda b, url, body: b.send(
    "POST", url, b"SAMLRequest=%ff%fe&RelayState=%c3%28", {"Content-Type": FORM}))

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
