# SPDX-License-Identifier: EUPL-1.2
"""Hostile requests of a Connector, leg 1 of the other direction: what is wrong with the way in which they are sent."""
import base64
import urllib.parse
import zlib
from dataclasses import replace

from . import forge, keys, signatures, xml
from .browser import FORM
from .cases import Cases
from .foreign_connector import COMMISSION, deflate
from .names import DS, REDIRECT, SIGNATURES

CASES = Cases("request")
add, case = CASES.add, CASES.case

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
redirect("F01", "SAMLResponse beside it", lambda query: query + "&SAMLResponse=AAAA")
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
form("F01", "SAMLResponse beside it", lambda pairs: [*pairs, ("SAMLResponse", "AAAA")])
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
