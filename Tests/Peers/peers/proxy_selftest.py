# SPDX-License-Identifier: EUPL-1.2
"""The peers of the other direction tried on each other: see `selftest`, which runs this."""
from lxml import etree

from . import abroad, citizens, gateway_request, proxy, proxy_hostile, soap_source, xml
from .citizens import ANA
from .crossing import Crossing, identified
from .edits import again, drop, edit, setter, text
from .foreign_connector import BINDINGS
from .names import LOA, NAMED, PERSISTENT, SAML, SAMLP, STATUS, XSI, ds, eidas, md, saml, samlp
from .proxy_standin import HEAD, ProxyStandIn, row
from .report import refused
from .xml import Refused, require

STATEMENT = f".//{saml('AttributeStatement')}"
POLICY, CONTEXT = samlp("NameIDPolicy"), samlp("RequestedAuthnContext")


def rows(name, change):
    """Edits the RequestedAttribute of that friendly name."""
    return edit(lambda r: [change(e) for e in list(r.iter(eidas("RequestedAttribute")))
                           if e.get("FriendlyName") == name])


def typed(kind):
    return edit(lambda r: r.find(f".//{eidas('AttributeValue')}").set(f"{{{XSI}}}type", kind))


UNSIGNED = edit(lambda r: r.remove(r.find(ds("Signature"))))
# By the title of a check in `gateway_request`: what it refuses, as a change of our request or of its signature.
CHECKS = {
    "root is AuthnRequest 2.0": setter("Version", "1.1"),
    "valid by the schemas": setter("Surprise", "1"),
    "ProviderName is registered": setter("ProviderName", "S9999999Z_OTHER;Puente"),
    "Destination is the gateway": setter("Destination", None),
    "IsPassive is not true": setter("IsPassive", "true"),
    "Consent is unspecified": setter("Consent", "urn:oasis:names:tc:SAML:2.0:consent:obtained"),
    "Comparison is minimum": setter("Comparison", "exact", CONTEXT),
    "LoA is one of the three": text(saml("AuthnContextClassRef"), "http://www.stork.gov.eu/1.0/citizenQAALevel/3"),
    "NameIDPolicy is there, of a served format": setter(
        "Format", "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress", POLICY),
    "Extensions are there": drop(samlp("Extensions")),
    "ProtocolBinding is absent or HTTP-POST": setter(
        "ProtocolBinding", "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact"),
    "IssueInstant is now": setter("IssueInstant", "2026-01-01T00:00:00.000Z"),
    "no Issuer": edit(lambda r: r.insert(0, xml.parse(
        f'<s:Issuer xmlns:s="{SAML}">https://puente.test/clave/acs</s:Issuer>'))),
    "no ProtocolBinding": setter("ProtocolBinding", "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"),
    "children in order, nothing else": edit(lambda r: r.append(xml.parse(
        f'<p:Scoping xmlns:p="{SAMLP}"/>'))),
    "attributes of the kit, nothing else": setter("AssertionConsumerServiceIndex", "1"),
    "ForceAuthn is true, IsPassive false": setter("ForceAuthn", "false"),
    "ID as the engine makes it": setter("ID", "_short"),
    "the return address is ours": setter("AssertionConsumerServiceURL", "https://puente.test/acs"),
    "ProviderName is NIF_DIR3;application": setter("ProviderName", "S2800000A_E00000000;Puente;more"),
    "no SPType": edit(lambda r: r.find(samlp("Extensions")).insert(0, etree.Element(eidas("SPType")))),
    "requested attributes are named in full, each once": rows("AEATIdP", lambda e: e.set("FriendlyName", "x")),
    "isRequired: false for those of Cl@ve": rows("AEATIdP", lambda e: e.set("isRequired", "true")),
    "RelayState attribute with one typed value, last": typed("xs:string"),
    "EU citizens are excluded: no loop through two nodes": rows("EIDASIdP", lambda e: e.getparent().remove(e)),
    "exclusions have no value": rows("EIDASIdP", lambda e: etree.SubElement(e, eidas("AttributeValue"))),
    "some method is left": edit(lambda r: [e.getparent().insert(0, xml.parse(etree.tostring(e).replace(
        b"EIDASIdP", name.encode()))) for e in list(r.iter(eidas("RequestedAttribute")))
        if e.get("FriendlyName") == "EIDASIdP" for name in ("AFirmaIdP", "GISSIdP", "CLVMOVILIdP")]),
    "NameIDPolicy persistent or unspecified, AllowCreate": setter("AllowCreate", "false", POLICY),
    "one LoA is asked for": drop(CONTEXT),
    "nothing of the requester abroad but what was agreed": edit(lambda r: r.append(xml.parse(
        f'<p:Scoping xmlns:p="{SAMLP}"><p:RequesterID>x</p:RequesterID></p:Scoping>'))),
}
SIGNED_CHECKS = {
    "signed at the root by the registered key": {},
    "RSA-SHA512, SHA-512, Reference #ID, first child": {"algorithm": "rsa-sha256"},
    "InclusiveNamespaces eidas-natural, since a value uses it": {"prefixes": ()},
    "the registered certificate is shown": {"certificate": None},
}
STATED = ("RelayState is there, not empty and short", "ID was never used")     # told by the form and by what was before
ANSWERS = {  # what a Connector must notice in our answer
    "another Destination": setter("Destination", "https://x/"), "no Destination": setter("Destination", None),
    "InResponseTo of another": setter("InResponseTo", "_x"), "no InResponseTo": setter("InResponseTo", None),
    "old": setter("IssueInstant", "2026-01-01T00:00:00.000Z"), "Consent missing": setter("Consent", None),
    "Issuer of another": text(saml("Issuer"), "https://x/"), "no StatusMessage": drop(samlp("StatusMessage")),
    "StatusMessage not the URI": text(samlp("StatusMessage"), "ok"), "no assertion": drop(saml("EncryptedAssertion")),
    "two assertions": again(saml("EncryptedAssertion")), "a comment": edit(lambda r: r.append(etree.Comment("x"))),
    "another status": setter("Value", STATUS + "VersionMismatch", f".//{samlp('StatusCode')}"),
    "an attribute that the schema has not": setter("x", "1"),
}
FAILURES = {  # and in a failure
    "an assertion in it": edit(lambda r: r.append(xml.parse(
        f'<s:EncryptedAssertion xmlns:s="{SAML}"/>'))),
    "StatusMessage without a code": text(samlp("StatusMessage"), "no"),
    "StatusMessage of two lines": text(samlp("StatusMessage"), "003002 - a\nb"),
    "a sub-status that no node knows": setter("Value", "urn:x", f".//{samlp('StatusCode')}/{samlp('StatusCode')}"),
}


def value(friendly, change):
    return edit(lambda r: [change(a) for a in list(r.iter(saml("Attribute"))) if a.get("FriendlyName") == friendly])


def said(friendly, new):
    return value(friendly, lambda a: setattr(a[0], "text", new))


ASSERTIONS = {  # and in the assertion
    "no Subject": drop(saml("Subject")), "NameID empty": text(saml("NameID"), ""),
    "NameID of another format": setter("Format", "urn:oasis:names:tc:SAML:2.0:nameid-format:transient", (
        f".//{saml('NameID')}")),
    "qualifiers of NameID": setter("NameQualifier", "x", f".//{saml('NameID')}"),
    "confirmation for another request": setter("InResponseTo", "_x", f".//{saml('SubjectConfirmationData')}"),
    "Recipient of another": setter("Recipient", "https://x/", f".//{saml('SubjectConfirmationData')}"),
    "confirmation for a day": setter("NotOnOrAfter", "2199-01-01T00:00:00.000Z", (
        f".//{saml('SubjectConfirmationData')}")),
    "confirmation with Address": setter("Address", "10.0.0.1", f".//{saml('SubjectConfirmationData')}"),
    "no Conditions": drop(saml("Conditions")), "Audience of another": text(saml("Audience"), "https://x/"),
    "two audiences": again(saml("Audience")),
    "expired": setter("NotOnOrAfter", "2026-01-01T00:00:00.000Z", saml("Conditions")),
    "not yet valid": setter("NotBefore", "2199-01-01T00:00:00.000Z", saml("Conditions")),
    "identified long ago": setter("AuthnInstant", "2026-01-01T00:00:00.000Z", saml("AuthnStatement")),
    "SessionIndex and locality": edit(lambda r: etree.SubElement(
        r.find(saml("AuthnStatement")), saml("SubjectLocality"))),
    "LoA lower": text(saml("AuthnContextClassRef"), LOA["low"]), "LoA unknown": text(
        saml("AuthnContextClassRef"), "urn:x"),
    "two AuthnStatement": again(saml("AuthnStatement")), "two AttributeStatement": again(saml("AttributeStatement")),
    "an attribute twice": again(saml("Attribute")), "a value empty": said("FirstName", ""),
    "a value with blanks": said("FirstName", " x "),
    "an attribute that nobody asked for": edit(lambda r: r.find(STATEMENT).append(xml.parse(
        f'<w {HEAD}>{row(NAMED["Gender"], "Male")}</w>')[0])),
    "a mandatory attribute missing": value("DateOfBirth", lambda a: a.getparent().remove(a)),
    "a representative of a natural person": edit(lambda r: [r.find(STATEMENT).append(xml.parse(
        etree.tostring(a).replace(b"naturalperson", b"naturalperson/representative").replace(
            b'FriendlyName="', b'FriendlyName="Representative'))) for a in list(r.find(STATEMENT))]),
    "FriendlyName wrong": value("FirstName", lambda a: a.set("FriendlyName", "x")),
    "NameFormat missing": value("FirstName", lambda a: a.attrib.pop("NameFormat")),
    "type xs:string": value("FirstName", lambda a: a[0].set(f"{{{XSI}}}type", "saml2:string")),
    "LatinScript unqualified": value("FirstName", lambda a: a[0].set("LatinScript", "false")),
    "a name in Greek alone": said("FirstName", "Ιφιγένεια"),
    "a date of another form": said("DateOfBirth", "28.02.1974"), "a date to come": said("DateOfBirth", "2974-02-28"),
    "an identifier without countries": said("PersonIdentifier", "12345678Z"),
    "an identifier for another state": said("PersonIdentifier", "ES/DE/12345678Z"),
    "an identifier of another state": said("PersonIdentifier", "PT/FR/12345678Z"),
}
METADATA = {  # and in our metadata
    "expired": setter("validUntil", "2020-01-01T00:00:00.000Z"), "without validUntil": setter("validUntil", None),
    "NodeCountry of another": text(eidas("NodeCountry"), "PT"), "no NodeCountry": drop(eidas("NodeCountry")),
    "WantAuthnRequestsSigned false": setter("WantAuthnRequestsSigned", "false", md("IDPSSODescriptor")),
    "another entityID": setter("entityID", "https://puente.test/other"), "no keys": drop(md("KeyDescriptor")),
    "a key without use": edit(lambda r: r.find(f".//{md('KeyDescriptor')}").attrib.pop("use")),
    "one endpoint": drop(md("SingleSignOnService")), "an endpoint twice": again(md("SingleSignOnService")),
    "no contacts": drop(md("ContactPerson")), "no Organization": drop(md("Organization")),
    "a data set in part": edit(lambda r: r.find(md("IDPSSODescriptor")).remove(r.find(
        f"{md('IDPSSODescriptor')}/{saml('Attribute')}"))),
    "an attribute twice": edit(lambda r: r.find(md("IDPSSODescriptor")).append(xml.parse(etree.tostring(r.find(
        f"{md('IDPSSODescriptor')}/{saml('Attribute')}"))))), "no LoA": edit(lambda r: [
        a.getparent().remove(a) for a in list(r.iter(saml("Attribute"))) if "assurance" in a.get("Name")]),
    "children out of order": edit(lambda r: r.find(md("IDPSSODescriptor")).append(r.find(f".//{md('KeyDescriptor')}"))),
}


def judges_say_no(where, report):
    connector = where.connectors["FR"]

    def walk(citizen=ANA):
        crossing = Crossing(where, connector, {"loa": "substantial", "name_id": PERSISTENT})
        return identified(crossing.run(citizen), crossing, citizen) if not citizen.status else crossing.run(citizen)

    with ProxyStandIn(where) as server:
        with report.case("other direction, nothing spoiled: everybody is content"):
            require(walk().success, "no success")
        checks(where, server, report)
        for hook, cases, citizen in (("spoil_answer", ANSWERS, ANA), ("spoil_assertion", ASSERTIONS, ANA),
                                     ("spoil_answer", FAILURES, citizens.CANCELS)):
            for title, change in cases.items():
                with report.case(f"{hook.removeprefix('spoil_')} to a Connector: {title}") as note:
                    setattr(server, hook, change)
                    try:
                        note(refused(title, walk, citizen))
                    finally:
                        setattr(server, hook, lambda element: element)
        for title, options in (("PKCS#1", {"signer": where.own["registered"], "algorithm": "rsa-sha256"}),
                               ("another key", {"signer": where.own["metadata"]}), ("empty reference", {
                                   "empty_reference": True}), ("in the wrong place", {"at": 0})):
            with report.case(f"answer to a Connector, signature: {title}") as note:
                server.answer_signing = options
                try:
                    note(refused(title, walk))
                finally:
                    server.answer_signing = {}
        with report.case("answer to a Connector: RelayState changed") as note:
            server.answer_relay = "other"
            note(refused("RelayState", walk))
            server.answer_relay = None
        with report.case("answer to a Connector: a cipher that its metadata has not") as note:
            server.cipher = "aes192-gcm"
            note(refused("cipher", walk))
            server.cipher = None
        for title, change in METADATA.items():
            with report.case(f"metadata of a Proxy-Service: {title}") as note:
                server.spoil_metadata = change
                try:
                    note(refused(title, connector.trust, server.metadata(), where.own["metadata"].certificate,
                                 where.public + abroad.METADATA))
                finally:
                    server.spoil_metadata = lambda element: element


def checks(where, server, report):
    """Each check of the gateway says no to what it is for, whatever the others say."""
    for row_, title, function in (*gateway_request.GATEWAY, *gateway_request.NEWEST):
        if title in STATED:
            with report.case(f"gateway, {row_} {title}: can say no") as note:
                found = seen(where, unsigned=False)
                found.fields["RelayState"] = ""
                where.national.used.add(found.root.get("ID"))
                note(refused(title, function, found))
            continue
        with report.case(f"gateway, {row_} {title}: can say no") as note:
            server.spoil_request = CHECKS.get(title, lambda element: element)
            options = dict(SIGNED_CHECKS.get(title, {}))
            if "certificate" in options:
                options["certificate"] = where.own["clave"].certificate
            server.request_signing = options
            try:
                note(refused(title, function, seen(where, unsigned="signed" in title)))
            finally:
                server.spoil_request, server.request_signing = (lambda element: element), {}


def seen(where, unsigned):
    """A request as it reaches the gateway."""
    crossing = Crossing(where, where.connectors["FR"])
    delivery = crossing.delivery(crossing.browser.press(crossing.ask(), "continue"))
    root = xml.parse(xml.unwrapped(delivery.fields["SAMLRequest"]))
    return gateway_request.Seen(where.national, delivery.fields, UNSIGNED(root) if unsigned else root)


def hostile_cases_are_real(where, report, least):
    with ProxyStandIn(where) as server:
        attacker, fooled, stopped, broken = proxy_hostile.Attacker(where), [], [], []
        for case in proxy_hostile.cases():
            attacker.reset()
            try:
                stopped.append(proxy_hostile.verdict(attacker, case[2](attacker)))
            except Refused:
                fooled.append(case[0])
            except Exception as error:
                broken.append(f"{case[1]}: {type(error).__name__} {error}")
            require(server.alive(), "the stand-in has ended")
    with report.case("other direction: every hostile case can be made") as note:
        note(f"{len(fooled) + len(stopped)} cases")
        require(not broken, "; ".join(broken))
    with report.case("other direction: the credulous proxy is fooled") as note:
        note(f"{len(fooled)} of {len(fooled) + len(stopped)}")
        require(len(fooled) >= least, f"only {len(fooled)}, expected {least}")
    with report.case("other direction: a case of every class fools it"):
        for letter in ("A", "B", "C", "D", "E", "F", "P1", "P2"):
            require(any(name.startswith(letter) for name in fooled), f"no case of class {letter} fools it")


def numbers(report):
    """Check characters as the dossier computed them (Cl@ve dossier §6.5)."""
    with report.case("check characters of Spanish numbers"):
        for found, expected in (
                (citizens.dni(0), "00000000T"), (citizens.dni(12345678), "12345678Z"),
                (citizens.dni(99999999), "99999999R"),
                (citizens.nie("X", 1234567), "X1234567L"), (citizens.nie("Y", 1234567), "Y1234567X"),
                (citizens.nie("Z", 0), "Z0000000M"), (citizens.nif("M", 1234567), "M1234567L"),
                (citizens.cif("B", 1234567), "B12345674"), (citizens.cif("S", 2833002), "S2833002E"),
                (citizens.cif("Q", 2826004), "Q2826004J"), (citizens.cif("A", 0), "A00000000")):
            require(found == expected, f"{found}, not {expected}")


def soap(report):
    """The SOAP register reads what it signs, and notices each damage of an envelope."""
    register = soap_source.SOAPSource((ANA,))
    question = soap_source.BODY.replace("{identifier}", ANA.identifier).replace("{first-name}", ANA.first)
    asked = soap_source.sealed(xml.parse(question), register.client, xml.now())
    with report.case("SOAP: a signed question and its signed answer"):
        body = soap_source.opened(register.answer(asked)[1], register.signer.certificate)
        require(ANA.register["DateOfBirth"] in etree.tostring(body).decode(), "no date of birth")
    for fault in ("signed by a stranger", "two hours old", "changed after signing", "wrapped", "DOCTYPE"):
        with report.case(f"SOAP: {fault} is noticed") as note:
            register.fault = fault
            note(refused(fault, soap_source.opened, register.answer(asked)[1], register.signer.certificate))


def run(folder, report):
    numbers(report)
    soap(report)
    where = None
    for kind in ("rsa3072", "bp384"):
        where = abroad.make(folder / f"abroad-{kind}", kind, like=where)
        with ProxyStandIn(where) as server:
            matrix = proxy.Matrix(where, server, report)
            proxy.cryptography(matrix)
            if kind == "rsa3072":
                for binding in BINDINGS:
                    matrix.login(f"asked by {binding.rpartition(':')[2]} with EC keys", binding=binding,
                                 connector=where.connectors["CZ"])
                matrix.people()
                matrix.rows()
        if kind == "rsa3072":
            judges_say_no(where, report)
    proxy_hostile.prepare(where)
    hostile_cases_are_real(where, report, 560)
