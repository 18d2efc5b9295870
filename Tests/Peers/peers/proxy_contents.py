# SPDX-License-Identifier: EUPL-1.2
"""Hostile answers of the national gateway, soundly signed: what they say of times, addresses and people."""
import base64
import datetime as dt
from dataclasses import replace

from lxml import etree

from . import citizens, forge, xml
from .cases import Cases
from .citizens import ANA, DIRECTOR, EVIL, TREASURER, dni, partial_afirma
from .edits import again, drop, edit, setter
from .foreign_node import Spoil
from .habits import extra, rows, selected
from .names import BEARER, CLAVE, LOA, NAMED, NATURAL_REPRESENTATIVE, NOT_NOTIFIED, STATUS, saml, samlp

CASES = Cases("answer")
DAY = dt.timedelta(days=1)


def fact(class_id, title, citizen=ANA, loa="low", legal=False, **facts):
    """An answer of the gateway that says something else; functions of the Attacker are called."""
    def run(h):
        said = {k: v(h) if callable(v) else v for k, v in facts.items()}
        return h.answer(citizen, Spoil(facts=said), loa=loa, legal=legal)
    CASES.add(class_id, title, run)


def edited(class_id, title, change, citizen=ANA, **options):
    """The answer, edited before it is signed."""
    CASES.add(class_id, title, lambda h: h.answer(citizen, Spoil(response=change), **options))


def later(**moment):
    return lambda h: xml.now() + dt.timedelta(**moment)


# --- request, address, audience, time ------------------------------------------------------------------------------

fact("E02", "InResponseTo of nobody", in_response_to="_" + "0" * 32)
fact("E02", "InResponseTo empty", in_response_to="")
fact("E02", "InResponseTo of the Connector's request", in_response_to=lambda h: h.start().asked.id)
fact("E02", "confirmation answers another request", confirmed="_" + "0" * 32)
fact("E03", "Destination of another host", destination="https://evil.test/acs")
fact("E03", "Destination empty", destination="")
fact("E03", "Destination is the address of foreign nodes", destination=lambda h: h.world.acs)
fact("E03", "Recipient of another host", recipient="https://evil.test/acs")
fact("E04", "Audience of another service", audiences=["https://sede.test/clave/acs"])
fact("E04", "no Audience", audiences=[])
fact("E04", "Audience with something appended", audiences=lambda h: [h.gateway.acs + "/x"])
fact("E05", "Issuer of somebody else", issuer="https://evil.test/Proxy2")
fact("E05", "Issuer of the assertion is somebody else", assertion_issuer="https://evil.test/Proxy2")
fact("E06", "conditions expired a day ago", begins=later(days=-2), ends=later(days=-1))
fact("E06", "conditions begin tomorrow", begins=later(days=1), ends=later(days=2))
fact("E06", "conditions begin in five minutes", begins=later(minutes=5))
fact("E06", "conditions ended five minutes ago", begins=later(minutes=-20), ends=later(minutes=-5))
fact("E06", "conditions end before they begin", begins=later(), ends=later(days=-1))
fact("E06", "bearer confirmation expired", bearer_ends=later(days=-1))
fact("E06", "issued a day ago", issued=later(days=-1))
fact("E06", "issued tomorrow", issued=later(days=1))
fact("E06", "identified tomorrow", authenticated=later(days=1))
fact("E18", "identified a day ago, although asked anew", authenticated=later(days=-1))
for bad in ("yesterday", "2026-13-45T25:61:61Z", "2026-11-21T24:00:00", "", "20261121T101010Z"):
    fact("E06", f"conditions end at {bad!r}", ends=bad)
for name in ("InResponseTo", "Destination", "IssueInstant", "Version", "ID"):
    def unnamed(h, name=name):
        """Signed by hand: libraries do not sign a root without an ID."""
        def sign(root):
            root.attrib.pop(name)
            return forge.craft(root, h.gateway.signer, "rsa-sha512", uri="" if name == "ID" else None)
        return h.answer(ANA, Spoil(signs=False, signed=sign))
    CASES.add("B16", f"answer without {name}", unnamed)
for name in ("Subject", "Conditions", "AudienceRestriction", "AuthnStatement", "AttributeStatement", "AuthnContextClassRef",
             "NameID"):
    edited("B16", f"no {name}", drop(saml(name)))
for name in ("Conditions", "Subject", "AuthnStatement", "AttributeStatement", "NameID"):
    edited("B16", f"two {name}", again(saml(name)))
for name in ("NotBefore", "NotOnOrAfter"):
    edited("E06", f"Conditions without {name}", setter(name, None, f".//{saml('Conditions')}"))
edited("E08", "confirmation of another method", setter(
    "Method", BEARER.replace("bearer", "holder-of-key"), f".//{saml('SubjectConfirmation')}"))
edited("E08", "confirmation without Recipient", setter("Recipient", None, f".//{saml('SubjectConfirmationData')}"))
edited("E09", "two Status", again(samlp("Status")))
edited("E09", "no Status", drop(samlp("Status")))
edited("E09", "status without a code", drop(samlp("StatusCode")))
fact("E09", "success below a failure", codes=("Responder", "Success"))
fact("E09", "failure below a success", codes=("Success", "AuthnFailed"))
edited("E09", "failure with an assertion inside", setter("Value", STATUS + "Responder", f".//{samlp('StatusCode')}"))
edited("E09", "success without an assertion", drop(saml("Assertion")))
edited("B16", "assertion before the status", edit(lambda root: root.insert(1, root[-1])))
edited("B16", "version 1.1", setter("Version", "1.1"))
edited("E08", "Consent of another sort", setter("Consent", "urn:none"))

# --- levels --------------------------------------------------------------------------------------------------------

fact("E10", "LoA lower than asked", loa="high", citizen=replace(ANA, loa="substantial"))
CASES.add("E10", "LoA unknown", lambda h: h.answer(replace(ANA, loa="http://eidas.europa.eu/LoA/medium")))
CASES.add("E10", "LoA in other case", lambda h: h.answer(replace(ANA, loa=LOA["high"].replace("high", "HIGH"))))
CASES.add("E10", "LoA not notified", lambda h: h.answer(replace(ANA, loa=NOT_NOTIFIED["high"])))
CASES.add("E10", "LoA of another scheme", lambda h: h.answer(replace(
    ANA, loa="urn:oasis:names:tc:SAML:2.0:ac:classes:X509")))
edited("E10", "two LoA", again(saml("AuthnContextClassRef")))
for method in citizens.METHODS[1:]:
    CASES.add("E10", f"{method} where only notified schemes serve", lambda h, m=method: h.answer(
        ANA.by(m, "substantial")))
edited("E19", "no method told", rows(lambda row: row.get("FriendlyName") == "SelectedIdP"
                                     and row.getparent().remove(row)))
edited("E19", "a method that nobody knows", selected("CARRIER_PIGEON"))
edited("E19", "two methods in one", selected("AFIRMA,SEGSOC"))
edited("E19", "the method of EU citizens, which was excluded", selected("EIDAS"))
CASES.add("E19", "a certificate's PartialAfirma beside Cl@ve Móvil", lambda h: h.answer(
    ANA.by(citizens.MOBILE, "substantial"), Spoil(response=extra(
        "PartialAfirma", CLAVE + "PartialAfirma", ANA.extract()))))
edited("E16", "the RelayState attribute of another request", rows(
    lambda row: row.get("FriendlyName") == "RelayState" and setattr(row[0], "text", "other")))

# --- who it is -----------------------------------------------------------------------------------------------------


def known_as(identifier, citizen=ANA, certified=None):
    """The person with another identifier; PartialAfirma says `certified`, by default the same."""
    other = replace(citizen, identifier=identifier)
    return replace(other, certificate=citizen.certificate | {"NIF-CIF": certified or identifier,
                                                             "NIFResponsable": certified or identifier})


def person(class_id, title, citizen, **options):
    CASES.add(class_id, title, lambda h: h.answer(citizen, **options))


for title, identifier in (
        ("DNI with a wrong letter", "12345678A"), ("DNI without a letter", "12345678"),
        ("DNI with nine digits", "123456789Z"),
        ("NIE with a wrong letter", "Y1234567A"), ("identifier empty", ""), ("identifier blank", "   "),
        ("identifier with a slash", "12345678/Z"), ("identifier of 300 characters", "1" * 300),
        ("a foreign identifier", "DE/ES/0123456789"), ("an identifier of another state", "FR/ES/12345678Z"),
        ("identifier with a line break", "1234\n5678Z"), ("identifier with a look-alike letter", "\u04101234567L"),
        ("an identifier in other digits", "\u0661\u0662345678Z"), ("markup", "<b>12345678Z</b>"),
        ("a company as a person", DIRECTOR.company[0])):
    person("C14" if "state" in title or "foreign" in title else "B17", title, known_as(identifier))
edited("E12", "no identifier", rows(lambda row: row.get("FriendlyName") == "PersonIdentifier"
                                    and row.getparent().remove(row)))
for name in ("FirstName", "FamilyName"):
    edited("E12", f"no {name}", rows(lambda row, name=name: row.get("FriendlyName") == name
                                     and row.getparent().remove(row)))
    edited("E11", f"{name} blank", rows(lambda row, name=name: row.get("FriendlyName") == name
                                        and setattr(row[0], "text", "   ")))
    edited("E11", f"{name} of 70000 characters", rows(lambda row, name=name: row.get("FriendlyName") == name
                                                      and setattr(row[0], "text", "x" * 70_000)))
edited("E11", "an attribute twice", again(saml("Attribute")))
edited("E11", "two identifiers in one attribute", rows(
    lambda row: row.get("FriendlyName") == "PersonIdentifier" and row.append(xml.parse(
        etree.tostring(row[0]).replace(ANA.identifier.encode(), EVIL.identifier.encode())))))
edited("E11", "another identifier under the name of an attribute that is not asked", rows(
    lambda row: row.get("FriendlyName") == "PersonIdentifier" and row.set("Name", "urn:example:PersonIdentifier")))
edited("E11", "elements within a value", rows(lambda row: row.get("FriendlyName") == "FirstName"
                                              and etree.SubElement(row[0], "{urn:x}b")))
person("E12", "nobody's date of birth, which the requester must have", citizens.MINOR)
person("E12", "a company's representative where a person is asked for", DIRECTOR)
person("E12", "a community's representative where a person is asked for", TREASURER)
person("E12", "a person's certificate where a company is asked for", ANA, legal=True)
person("E12", "Cl@ve Permanente where a company is asked for", ANA.by(citizens.PERMANENT, "substantial"), legal=True)
edited("E13", "a representative of the gateway's own beside a person", extra(
    "RepresentativePersonIdentifier", NATURAL_REPRESENTATIVE + "/PersonIdentifier", "11223344B"), legal=True)
edited("E12", "a legal person out of attributes instead of the certificate", lambda root: extra(
    "LegalPersonIdentifier", NAMED["LegalPersonIdentifier"], "B12345674")(extra(
        "LegalName", NAMED["LegalName"], "Empresa inventada")(root)), legal=True)

# --- certificates --------------------------------------------------------------------------------------------------

for number in (1, 2, 3, 4, 6, 7, 8, 9, 10, 13, -1, 99):
    person("C05", f"certificate of class {number}", replace(ANA, certificate={"clasificacion": str(number)}))
    if number in (1, 4, 6, 8):
        person("C05", f"certificate of class {number} where a company is asked for", replace(
            DIRECTOR, certificate={"clasificacion": str(number)}), legal=True)
for title, value in (("empty", ""), ("missing", None), ("text", "natural"), ("0 and 11", "0,11"),
                     ("written 011", "011"), ("0x0B", "0x0B"), ("+11", "+11"), ("with a line break", "1\n1")):
    person("C05", f"certificate class {title}", replace(ANA, certificate={"clasificacion": value}))
    person("C05", f"certificate class {title} where a company is asked for", replace(
        DIRECTOR, certificate={"clasificacion": value}), legal=True)
person("C05", "certificate without a class", replace(ANA, certificate={}))
person("C05", "a certificate and no PartialAfirma", replace(ANA, certificate=None))
person("C05", "a certificate and no PartialAfirma where a company is asked for", replace(DIRECTOR, certificate=None),
       legal=True)
person("C14", "PartialAfirma is another person's", known_as(ANA.identifier, certified=EVIL.identifier))
for title, number in (("with a wrong letter", "12345678Q"), ("that is none", "sin NIF"),
                      ("in brackets", "[12345678Z]")):
    person("C14", f"PartialAfirma with a number {title}", known_as(ANA.identifier, certified=number))
person("C14", "PartialAfirma of a representative is another person's", replace(DIRECTOR, certificate={
    "clasificacion": "11", "NIFResponsable": EVIL.identifier}), legal=True)
person("E12", "a representative without the company's number", replace(DIRECTOR, certificate={
    "clasificacion": "11", "NIF-CIF": None}), legal=True)
person("E12", "a representative without the company's name", replace(DIRECTOR, certificate={
    "clasificacion": "11", "razonSocial": None}), legal=True)
person("E12", "a representative with a blank for the company's name", replace(DIRECTOR, certificate={
    "clasificacion": "11", "razonSocial": "  "}), legal=True)
for title, number in (("a wrong control letter", "B12345678"), ("a person's number", dni(55667788)), ("markup", "<b/>"),
                      ("a slash", "B1234567/4"), ("another state's prefix", "FR/ES/B12345674")):
    person("B17", f"a company's number with {title}", replace(DIRECTOR, certificate={
        "clasificacion": "11", "NIF-CIF": number}), legal=True)


def extract(class_id, title, value, legal=False):
    """PartialAfirma replaced by other text."""
    change = rows(lambda row: row.get("FriendlyName") == "PartialAfirma" and setattr(row[0], "text", value))
    edited(class_id, "PartialAfirma: " + title, change, DIRECTOR if legal else ANA, legal=legal)


def text_of_extract(octets):
    return xml.encode(octets)


SOUND = base64.b64decode(DIRECTOR.extract())
for legal in (False, True):
    who = " of a company" if legal else ""
    extract("B19", "not Base64" + who, "*****", legal)
    extract("B19", "not XML" + who, text_of_extract(b"hello"), legal)
    extract("B19", "empty" + who, text_of_extract(b"<Partial_Afirma_Response/>"), legal)
    extract("B02", "external entity" + who, text_of_extract(
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>' + SOUND.replace(b">11<", b">&e;<")), legal)
    extract("B03", "a billion laughs" + who, text_of_extract(forge.LAUGHS + SOUND.replace(b">11<", b">&j;<")), legal)
    extract("B19", "depth 20000" + who, text_of_extract(b"<a>" * 20000 + b"</a>" * 20000), legal)
extract("A26", "two classes, 0 first", partial_afirma({"clasificacion": "0"}, inside=(
    "<afxp:ReadableField><afxp:FieldIdentity>clasificacion</afxp:FieldIdentity><afxp:FieldValue>11</afxp:FieldValue>"
    "</afxp:ReadableField>")))
extract("A26", "two classes, 11 first, where a company is asked for", partial_afirma(
    {"clasificacion": "11", "NIF-CIF": DIRECTOR.company[0], "razonSocial": "X"}, inside=(
        "<afxp:ReadableField><afxp:FieldIdentity>clasificacion</afxp:FieldIdentity><afxp:FieldValue>0</afxp:FieldValue>"
        "</afxp:ReadableField>")), True)
extract("A26", "two companies", partial_afirma(
    {"clasificacion": "11", "NIF-CIF": DIRECTOR.company[0], "razonSocial": "X"}, inside=(
        "<afxp:ReadableField><afxp:FieldIdentity>NIF-CIF</afxp:FieldIdentity><afxp:FieldValue>A00000000"
        "</afxp:FieldValue></afxp:ReadableField>")), True)
extract("B04", "a comment within the company's number", text_of_extract(
    SOUND.replace(b">B1234567", b">B123<!--x-->4567")), True)
extract("B05", "an instruction within the class", text_of_extract(SOUND.replace(b">11<", b">1<?x y?>1<")), True)
extract("B07", "the fields in another namespace", text_of_extract(SOUND.replace(
    b"urn:afirma:dss:1.0:profile:XSS:schema", b"urn:evil")), True)


@CASES.case("E11", "two PartialAfirma")
def _(h):
    def twice(root):
        row = next(r for r in root.iter(saml("Attribute")) if r.get("FriendlyName") == "PartialAfirma")
        row.append(xml.parse(etree.tostring(row[0])))
        row[1].text = DIRECTOR.extract()
        return root
    return h.answer(ANA, Spoil(response=twice))
