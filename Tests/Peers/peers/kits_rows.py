# SPDX-License-Identifier: EUPL-1.2
"""What the official integration engine was observed to send, accept and refuse (Cl@ve dossier §11), row by row.

Requests: each row as the gateway half of the engine judges it. Answers: each variation that the engine refuses must be
refused by the reader of `clave_answer`, which all our answers pass; so none of ours is such.
"""
import datetime as dt
import secrets
from dataclasses import replace

from lxml import etree

from . import decryption, encryption, kits, persons, signatures, xml
from .edits import again, drop, edit, setter, text
from .encryption import Transport
from .foreign_node import unchanged
from .journey import Journey, failed, identified
from .keys import stranger
from .names import (CLAVE, DS, MAX_MESSAGE, NATURAL, OAEP_MGF1P, POST, SAML, SAMLP, SIGNATURES, SUCCESS, UNSPECIFIED,
                    XSI, ds, eidas, saml, samlp, xenc)
from .report import refused
from .world import add_service
from .xml import Refused, require, text_of

BINDINGS = "urn:oasis:names:tc:SAML:2.0:bindings:"
FORMATS = "urn:oasis:names:tc:SAML:1.1:nameid-format:"
OLD = [name for name, kit in kits.KITS.items() if not kit.algorithm.startswith("rsa-pss")]
NAME = "S2800000A_JAVA27"
LOGOUT = ("Reason", "NotOnOrAfter")


def old(minutes):
    return edit(lambda root: root.set("IssueInstant", xml.stamp(xml.now() - dt.timedelta(minutes=minutes))))


def required(root):
    for row in root.iter(eidas("RequestedAttribute")):
        if NATURAL in row.get("Name"):
            row.set("isRequired", "true")


# Row, variation, change of the request, our rule; None where it is accepted.
REQUESTS = (
    ("2.2 ProtocolBinding", "absent", setter("ProtocolBinding", None), None),
    ("2.2 ProtocolBinding", "HTTP-POST", setter("ProtocolBinding", POST), None),
    ("2.2 ProtocolBinding", "Artifact", setter("ProtocolBinding", BINDINGS + "HTTP-Artifact"), "request.binding"),
    ("2.3 ProviderName", "without application", setter("ProviderName", NAME), None),
    ("2.3 ProviderName", "with application", setter("ProviderName", NAME + ";Sede"), None),
    ("2.3 ProviderName", "text after a second ;", setter("ProviderName", NAME + ";Sede;more"), None),
    ("2.3 ProviderName", "nothing after ;", setter("ProviderName", NAME + ";"), None),
    ("2.3 ProviderName", "nothing before ;", setter("ProviderName", ";" + NAME), "peer.unknown"),
    ("2.6 RequestedAttributes", "empty", edit(lambda root: root.find(f".//{eidas('RequestedAttributes')}").clear()),
     None),
    ("2.6 RequestedAttributes", "identity attributes required", edit(required), None),
    ("2.10 Destination", "absent", setter("Destination", None), "message.destination"),
    ("2.10 IsPassive", "true", setter("IsPassive", "true"), "request.is-passive"),
    ("2.10 Consent", "absent", setter("Consent", None), None),
    ("2.10 Consent", "obtained", setter("Consent", "urn:oasis:names:tc:SAML:2.0:consent:obtained"), "message.consent"),
    ("2.10 Comparison", "exact", setter("Comparison", "exact", samlp("RequestedAuthnContext")), "request.loa"),
    ("2.10 LoA", "another URI", text(saml("AuthnContextClassRef"), "http://www.stork.gov.eu/1.0/citizenQAALevel/3"),
     "request.loa"),
    ("2.10 LoA", "absent", drop(samlp("RequestedAuthnContext")), None),
    ("2.10 NameIDPolicy", "absent", drop(samlp("NameIDPolicy")), "request.name-id"),
    ("2.10 NameIDPolicy", "emailAddress", setter("Format", FORMATS + "emailAddress", samlp("NameIDPolicy")),
     "request.name-id"),
    ("2.10 Extensions", "absent", drop(samlp("Extensions")), "request.extensions"),
    ("2.10 AssertionConsumerServiceURL", "absent", setter("AssertionConsumerServiceURL", None), None),
    ("2.10 ForceAuthn", "absent", setter("ForceAuthn", None), None),
    ("2.10 IssueInstant", "4 minutes old", old(4), None),
    # The engine accepts any age. We do not: a request that was read elsewhere could be used for ever.
    ("2.10 IssueInstant", "20 minutes old", old(20), "message.issue-instant"),
)
# Row, variation, options of the signature. All are accepted, and answered with RSA-SHA512 unless registered otherwise.
SIGNED = (
    *(("2.5 signature of requests", name, {"algorithm": name}) for name in SIGNATURES if name.startswith("rsa")),
    *(("2.5 InclusiveNamespaces", prefix, {"prefixes": (prefix,)}) for prefix in ("eidas-natural", "xs")),
    ("2.5 InclusiveNamespaces", "absent", {"prefixes": ()}),
    ("11.1 certificate", "wrapped at 76 characters", {"wrap": 76}),
    ("11.1 Reference", "empty", {"empty_reference": True}),
)


def prepare(where):
    """A service that wants no assertion in failures."""
    where.services, where.settings = dict(where.services), dict(where.settings)
    add_service(where, "S2800030A_PLAINERRORS", kits.KITS["java-2.7"], **{"assertion-in-errors": False})


def run(where, server, report):
    rows = Rows(where, server, report)
    rows.requests()
    rows.sent()
    rows.answers()
    rows.logouts()


class Rows:
    def __init__(self, where, server, report):
        self.world, self.server, self.report = where, server, report
        self.service, self.node = where.services[NAME], where.nodes["AT"]

    # --- requests -------------------------------------------------------------------------------------------------

    def login(self, service=None, change=unchanged, person=persons.GERMAN, **sealing):
        service = service or self.service
        root, sent = service.draft(self.world.gateway)
        root = change(root)
        if root.find(f".//*[@Name='{CLAVE}RelayState']") is None:
            sent = replace(sent, relay_attribute=None)
        journey = Journey(self.world, service, self.node)
        try:
            journey.begin(service.sealed(root, sent, **sealing))
        except Refused as fault:
            raise Refused(f"{fault}: {self.server.last_rule()}") from None
        return journey, journey.browser.deliver(journey.answer(person))

    def requests(self):
        for row, variation, change, rule in REQUESTS:
            with self.report.case(f"{row}: {variation}, {'refused' if rule else 'accepted'}") as note:
                if rule:
                    fault = refused(variation, self.login, None, change)
                    require(fault.endswith(f" at {self.world.gateway}: {rule}"), fault)
                    note(rule)
                else:
                    journey, delivery = self.login(change=change)
                    identified(journey.finish(delivery), self.node, persons.GERMAN)
        for row, variation, sealing in SIGNED:
            with self.report.case(f"{row}: {variation}, accepted") as note:
                journey, delivery = self.login(**sealing)
                identified(journey.finish(delivery), self.node, persons.GERMAN)
                note(self.method(delivery))
                require(self.method(delivery) == SIGNATURES["rsa-sha512"], "not answered with RSA-SHA512")

    @staticmethod
    def method(delivery):
        root = xml.parse(xml.decode(delivery.fields["SAMLResponse"]))
        return root.find(f".//{ds('SignatureMethod')}").get("Algorithm")

    def sent(self):
        """Each generation as it writes requests, and reads what we answer."""
        for name, kit in kits.KITS.items():
            service = next(s for s in self.world.services.values() if s.kit is kit and not s.recipient)
            with self.report.case(f"11.1 request of {name}, its answer") as note:
                journey, delivery = self.login(service)
                root = xml.parse(journey.sent.octets)
                note(f"{root.get('ProviderName')}, {'an' if kit.issuer else 'no'} Issuer, {kit.algorithm}")
                require((root.find(saml("Issuer")) is not None) == kit.issuer, "Issuer")
                identified(journey.finish(delivery), self.node, persons.GERMAN)

    # --- answers --------------------------------------------------------------------------------------------------

    def answers(self):
        sealed, greek = self.world.services["S2800001B_JAVA27"], persons.GREEK
        for service, person, rows in ((self.service, greek, ANSWERS), (sealed, greek, SEALED)):
            journey, delivery = self.login(service, person=person)
            with self.report.case(f"3, 11.2: our answer to {service.provider}, read by all engines together"):
                identified(journey.finish(delivery), self.node, person)
            for row, variation, spoil, says in rows:
                self.variation(f"11.2 {row}: {variation}", journey, delivery, spoil, says)
        for variation, change in (("line breaks", broken), ("no padding", unpadded),
                                  ("URL alphabet", lambda base64: base64[:8] + "-_" + base64[10:])):
            with self.report.case(f"11.2 Base64: {variation}, ours is not such") as note:
                changed = delivery.fields | {"SAMLResponse": change(delivery.fields["SAMLResponse"])}
                note(refused(variation, journey.finish, replace(delivery, fields=changed)))
        self.audience()
        self.failures()

    def spoiled(self, journey, delivery, spoil):
        root = spoil(self, xml.parse(xml.decode(delivery.fields["SAMLResponse"])))
        octets = root if isinstance(root, bytes) else xml.write(root)
        return replace(delivery, fields=delivery.fields | {"SAMLResponse": xml.encode(octets)})

    def variation(self, title, journey, delivery, spoil, says):
        with self.report.case(f"{title}, ours is not such") as note:
            fault = refused(title, journey.finish, self.spoiled(journey, delivery, spoil))
            require(says in fault, f"refused for another reason: {fault}")
            note(fault)

    def audience(self):
        service = self.world.services["S2800000A_PHP"]
        with self.report.case("3.4 Audience: the return URL first, whatever Issuer the request has"):
            journey, delivery = self.login(service, text(saml("Issuer"), "https://issuer.test/of-the-request"))
            identified(journey.finish(delivery), self.node, persons.GERMAN)
            audiences = [a.text for a in xml.parse(xml.decode(delivery.fields["SAMLResponse"])).iter(saml("Audience"))]
            require(audiences == [service.acs, "https://issuer.test/of-the-request"], f"{audiences}")

    def failures(self):
        """Rows `error ...`: 1.4.3 wants an assertion, 2.7 what it wants of every answer."""
        silent = self.world.services["S2800030A_PLAINERRORS"]
        for name in ("S2800000A_JAVA143", NAME, silent.provider):
            told = "without" if name == silent.provider else "with"
            with self.report.case(f"3.3 error for {name}: {told} Assertion"):
                journey, delivery = self.login(self.world.services[name], person=persons.CANCELS)
                failed(journey.finish(delivery))
                found = xml.parse(xml.decode(delivery.fields["SAMLResponse"])).findall(saml("Assertion"))
                require(len(found) == (name != silent.provider), f"{len(found)} assertions")
        journey, delivery = self.login(self.world.services["S2800000A_JAVA143"], person=persons.CANCELS)
        for row, variation, spoil, says in ERRORS:
            self.variation(f"11.2 {row}: {variation}", journey, delivery, spoil, says)

    # --- logouts --------------------------------------------------------------------------------------------------

    def logouts(self):
        for name in OLD:
            service = next(s for s in self.world.services.values() if s.kit.name == name and not s.recipient)
            for variation, change in (("Reason and NotOnOrAfter", unchanged),
                                      ("neither", edit(lambda root: [root.attrib.pop(n) for n in LOGOUT]))):
                with self.report.case(f"4 logout of {name}: {variation}"):
                    self.logout(service, change)

    def logout(self, service, change):
        """The return URL as Issuer without Format, the service as NameID, no SessionIndex (dossier §4.1, §11.1)."""
        moment, identifier = xml.now(), kits.identifier(service.kit.id_length)
        root = xml.parse(
            f'<saml2p:LogoutRequest xmlns:saml2p="{SAMLP}" xmlns:saml2="{SAML}" Destination="{self.world.gateway}"'
            f' ID="{identifier}" IssueInstant="{xml.stamp(moment)}" Reason="urn:oasis:names:tc:SAML:2.0:logout:user"'
            f' NotOnOrAfter="{xml.stamp(moment + dt.timedelta(seconds=300))}" Version="2.0"><saml2:Issuer>{service.acs}'
            f'</saml2:Issuer><saml2:NameID Format="{UNSPECIFIED}" SPNameQualifier="{service.acs}">{service.provider}'
            '</saml2:NameID></saml2p:LogoutRequest>')
        octets, relay = xml.write(kits.seal(service.kit, change(root), service.signer)), secrets.token_urlsafe(6)
        journey = Journey(self.world, service, self.node)
        page = journey.browser.post(self.world.gateway, {"logoutRequest": xml.encode(octets), "RelayState": relay})
        require(page.status == 200 and len(page.forms) == 1, f"HTTP {page.status}: {self.server.last_rule()}")
        form = page.forms[0]
        require(form.action == service.acs and form.fields["RelayState"] == relay, f"{form.action} {form.fields}")
        answer = signatures.verify(xml.parse(xml.decode(form.fields["logoutResponse"])), self.world.clave_certificate,
                                   algorithms=service.kit.accepts)
        require(answer.tag == samlp("LogoutResponse"), answer.tag)
        require(answer.get("InResponseTo") == identifier and answer.get("Destination") == service.acs, "envelope")
        require(answer.get("Consent") is None and not answer.find(saml("Issuer")).attrib, "Consent, or Issuer's Format")
        require([answer.find(f".//{samlp('StatusCode')}").get("Value"),
                 text_of(answer, f"{samlp('Status')}/{samlp('StatusMessage')}")] == [SUCCESS, SUCCESS], "Status")


# --- variations of our answer ---------------------------------------------------------------------------------------

def anew(change, **signing):
    """Changed, and signed again with the gateway's own key."""
    def spoil(rows, root):
        root.remove(root.find(ds("Signature")))
        return signatures.sign(change(root), rows.world.own["clave"],
                               **({"algorithm": "rsa-sha512"} | {k: v(rows) if callable(v) else v
                                                                 for k, v in signing.items()}))
    return spoil


def after(change):
    """Changed after it was signed."""
    return lambda rows, root: change(root)


def crafted(change):
    """Signed by libxmlsec over a template of our own."""
    def spoil(rows, root):
        root.remove(root.find(ds("Signature")))
        template = signatures.template(SIGNATURES["rsa-sha512"], "http://www.w3.org/2001/04/xmlenc#sha512",
                                       "#" + root.get("ID"))
        root.insert(1, change(template))
        return signatures.sign_template(root, template, rows.world.own["clave"])
    return spoil


def inclusive(template):
    template.findall(f".//{ds('Transform')}")[1].set("Algorithm", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315")
    return template


def by_stranger(root):
    assertion = root.find(saml("Assertion"))
    root.replace(assertion, signatures.sign(assertion, stranger(), "rsa-sha512"))


def broken(base64):
    return signatures.wrapped(base64, 76)


def unpadded(base64):
    octets = xml.decode(base64)
    return xml.encode(octets + b"\n" * (2 if len(octets) % 3 == 2 else 1)).rstrip("=")


def only_greek(root):
    value = root.find(FAMILY)
    value.getparent().remove(value)


def huge(root):
    value = root.find(f".//{saml('Attribute')}/{saml('AttributeValue')}")
    value.text = "x" * MAX_MESSAGE


DATA, CONDITIONS = (f".//{saml(name)}" for name in ("SubjectConfirmationData", "Conditions"))
FIRST, VALUE = f".//{saml('Attribute')}", f".//{saml('Attribute')}/{saml('AttributeValue')}"
FAMILY = f".//{saml('Attribute')}[@FriendlyName='FamilyName']/{saml('AttributeValue')}"
BIRTH = f"{saml('Attribute')}[@FriendlyName='DateOfBirth']/{saml('AttributeValue')}"
TYPE = f"{{{XSI}}}type"
LATER = xml.stamp(xml.now() + dt.timedelta(hours=1))
PAST = xml.stamp(xml.now() - dt.timedelta(hours=1))
ENVELOPE = (
    ("signature", "missing", after(drop(ds("Signature"))), "0 signatures"),
    ("Destination", "missing", anew(setter("Destination", None)), "Destination"),
    ("Destination", "empty", anew(setter("Destination", "")), "Destination"),
    ("InResponseTo", "missing", anew(setter("InResponseTo", None)), "InResponseTo"),
)
ANSWERS = ENVELOPE + (
    ("signature", "sha512-rsa-MGF1", anew(unchanged, algorithm="rsa-pss-sha512"), "signature algorithm"),
    ("signature", "sha384-rsa-MGF1", anew(unchanged, algorithm="rsa-pss-sha384"), "signature algorithm"),
    ("signature", "RSA-SHA1", anew(unchanged, algorithm=DS + "rsa-sha1", digest=DS + "sha1"), "signature algorithm"),
    ("signature", "tampered content", after(setter("IssueInstant", PAST)), "signature"),
    ("transform", "inclusive c14n", crafted(inclusive), "transforms"),
    ("KeyInfo", "missing", after(drop(ds("KeyInfo"))), "KeyInfo"),
    ("KeyInfo", "without X509Data", after(drop(ds("X509Data"))), "certificates in KeyInfo"),
    ("key", "not in the store", anew(unchanged, certificate=lambda rows: stranger().certificate),
     "another certificate"),
    ("assertion", "signed by an unknown key", anew(edit(by_stranger)), "another certificate"),
    ("signature", "not between Issuer and Status", anew(unchanged, at=0), "wrong place"),
    ("schema", "Assertion without Issuer", anew(edit(lambda r: r.find(saml("Assertion")).remove(
        r.find(f"{saml('Assertion')}/{saml('Issuer')}")))), "Assertion holds"),
    ("schema", "ID not an NCName", anew(setter("ID", "1a")), "Version or ID"),
    ("schema", "DOCTYPE", lambda rows, root: b"<!DOCTYPE x>" + etree.tostring(root), "DOCTYPE"),
    ("Consent", "another URI", anew(setter("Consent", "urn:x")), "Consent"),
    ("Issuer", "missing", anew(edit(lambda r: r.remove(r.find(saml("Issuer")))), at=0), "Response holds"),
    ("Issuer", "empty", anew(text(saml("Issuer"), "")), "Issuer name required"),
    ("StatusMessage", "empty", anew(text(samlp("StatusMessage"), "")), "StatusMessage"),
    ("Success", "without Assertion", anew(drop(saml("Assertion"))), "0 assertions"),
    ("Success", "two Assertions", anew(again(saml("Assertion"))), "repeated"),
    ("Subject", "missing", anew(drop(saml("Subject"))), "Assertion holds"),
    ("NameID", "missing", anew(drop(saml("NameID"))), "Subject/NameID"),
    ("NameID", "empty", anew(text(saml("NameID"), "")), "Subject/NameID"),
    ("SubjectConfirmation", "without Data", anew(drop(saml("SubjectConfirmationData"))), "SubjectConfirmationData"),
    ("Conditions", "missing", anew(drop(saml("Conditions"))), "Assertion holds"),
    ("NotBefore", "missing", anew(setter("NotBefore", None, CONDITIONS)), "NotBefore"),
    ("NotOnOrAfter", "missing", anew(setter("NotOnOrAfter", None, CONDITIONS)), "NotOnOrAfter"),
    ("AudienceRestriction", "missing", anew(drop(saml("AudienceRestriction"))), "AudienceRestriction"),
    ("Audience", "another", anew(text(saml("Audience"), "https://other.test")), "are not allowed"),
    ("time", "before NotBefore", anew(setter("NotBefore", LATER, CONDITIONS)), "before NotBefore"),
    ("time", "NotBefore just now, no skew", anew(edit(lambda r: r.find(CONDITIONS).set("NotBefore", xml.stamp(
        xml.now())))), "no room"),
    ("time", "after NotOnOrAfter", anew(setter("NotOnOrAfter", PAST, CONDITIONS)), "expired"),
    ("AuthnStatement", "none", anew(drop(saml("AuthnStatement"))), "Assertion holds"),
    ("AuthnStatement", "two", anew(again(saml("AuthnStatement"))), "Assertion holds"),
    ("AttributeStatement", "missing", anew(drop(saml("AttributeStatement"))), "Assertion holds"),
    ("AttributeStatement", "empty", anew(edit(lambda r: r.find(f".//{saml('AttributeStatement')}").clear())),
     "empty AttributeStatement"),
    ("NameFormat", "missing", anew(setter("NameFormat", None, FIRST)), "NameFormat"),
    ("xsi:type", "unknown in the schema", anew(setter(TYPE, "eidas-natural:NoSuchType", VALUE)), "xsi:type"),
    ("xsi:type", "undeclared prefix", anew(setter(TYPE, "none:string", VALUE)), "xsi:type"),
    ("xsi:type", "xs:integer", anew(setter(TYPE, "xs:integer", VALUE)), "xsi:type"),
    ("attribute", "not in the registry", anew(setter("Name", "urn:example:unknown", FIRST)), "is not known"),
    ("attribute", "empty value", anew(text(f"{saml('Attribute')}/{saml('AttributeValue')}", "")), "cannot be null"),
    ("attribute", "twice", anew(again(saml("Attribute"))), "Duplicate"),
    ("script", "FamilyName not in Latin script alone", anew(edit(only_greek)), "another script"),
    ("script", "unqualified LatinScript", anew(setter("LatinScript", "true", FAMILY)), "unqualified LatinScript"),
    ("DateOfBirth", "31/01/1980", anew(text(BIRTH, "31/01/1980")), "Date has wrong format"),
    ("DateOfBirth", "1980-01-31Z", anew(text(BIRTH, "1980-01-31Z")), "Date has wrong format"),
    ("size", "more than 131072 bytes", anew(edit(huge)), "too large"),
)
ERRORS = ENVELOPE + (
    ("error", "without Assertion, 1.4.3", anew(drop(saml("Assertion"))), "without an assertion"),
    ("error", "Assertion expired, 1.4.3", anew(setter("NotOnOrAfter", PAST, CONDITIONS)), "expired"),
    ("error", "Assertion for another audience, 1.4.3", anew(text(saml("Audience"), "https://other.test")),
     "are not allowed"),
)


def encrypted(**options):
    """Opened, and encrypted again for the service in another way."""
    def change(rows, root):
        service, holder = rows.world.services["S2800001B_JAVA27"], root.find(saml("EncryptedAssertion"))
        plain = decryption.decrypt(holder, service.recipient)
        for child in list(holder):
            holder.remove(child)
        holder.extend(encryption.encrypt(plain, [service.recipient.certificate],
                                         **({"transport": Transport(OAEP_MGF1P, "sha1")} | options)))
        return anew(unchanged)(rows, root)
    return change


SEALED = (
    ("EncryptedAssertion", "AES-256-CBC", anew(setter(
        "Algorithm", "http://www.w3.org/2001/04/xmlenc#aes256-cbc", f".//{xenc('EncryptionMethod')}")), "cipher"),
    ("EncryptedAssertion", "rsa-oaep-mgf1p with SHA-256", encrypted(transport=Transport(OAEP_MGF1P, "sha256")),
     "OAEP digest"),
    ("EncryptedKey", "beside EncryptedData", encrypted(beside=True), "inside KeyInfo"),
    ("EncryptedKey", "without the recipient's certificate", anew(drop(
        f"{xenc('EncryptedKey')}/{ds('KeyInfo')}/{ds('X509Data')}")), "keyInfo"),
)
