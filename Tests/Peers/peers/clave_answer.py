# SPDX-License-Identifier: EUPL-1.2
"""An answer of the gateway, read as strictly as all kit generations together (Cl@ve dossier §11.2)."""
import datetime as dt
import re
from dataclasses import dataclass, field

from lxml import etree

from . import decryption, keys, santuario, signatures, xml
from .names import (CIPHERS, CLAVE, CONSENT, DS, FRIENDLY, LEVELS, LOA, MAX_MESSAGE, NATURAL, OAEP, SUCCESS,
                    TYPE_NAMES, URI_FORMAT, XS, XSI, ds, saml, samlp)
from .xml import Refused, require, text_of

# Attributes that a service may meet besides those of the data sets, each an xs:string (dossier §3.6).
CLAVE_ATTRIBUTES = {CLAVE + name: name for name in (
    "FirstSurname", "PartialAfirma", "SelectedIdP", "RelayState", "RegisterType", "NationalPersonIdentifier")}
LATIN = re.compile(r"[\u0000-\u024F\u1E00-\u1EFF\u2000-\u206F\u0300-\u036F]*")
LATIN_NAMES = ("FamilyName", "FirstName", "LegalName", "BirthName")


@dataclass(frozen=True)
class Login:
    """What the service learns."""

    success: bool
    status: tuple
    message: str
    loa: str | None = None
    attributes: dict = field(default_factory=dict)  # friendly name -> [(text, is Latin)]
    encrypted: bool = False

    def first(self, friendly):
        values = self.attributes.get(friendly)
        return values[0][0] if values else None


@dataclass(frozen=True)
class Reader:
    """Reads the answer to one request."""

    service: object
    sent: object
    certificate: object

    def read(self, fields, gateway_issuer=None):
        sent, kit = self.sent, self.service.kit
        require(list(fields) in (["SAMLResponse", "RelayState"], ["RelayState", "SAMLResponse"]),
                f"form fields {sorted(fields)}")
        require(fields["RelayState"] == sent.relay_field, "RelayState field was not echoed")
        octets = xml.decode(fields["SAMLResponse"], "SAMLResponse")
        require(len(etree.tostring(xml.parse(octets), pretty_print=True)) <= MAX_MESSAGE, "answer too large")
        document = xml.parse(octets)
        require(document.tag == samlp("Response"), f"root is {document.tag}")
        root = signatures.verify(document, self.certificate, algorithms=kit.accepts)
        self._envelope(root, gateway_issuer)
        codes, message = self._status(root)
        assertions = root.findall(saml("Assertion"))
        sealed = root.findall(saml("EncryptedAssertion"))
        if codes[0] != SUCCESS:
            require(not sealed or self.service.recipient, "unexpected encryption of an error")
            require(assertions or not kit.needs_assertion_in_errors, "an error without an assertion (1.4.3)")
            for assertion in [*assertions, *map(self._open, sealed)]:
                self._error_assertion(assertion)
            return Login(False, codes, message)
        require(len(assertions) + len(sealed) == 1, f"{len(assertions) + len(sealed)} assertions")
        require(bool(sealed) == bool(self.service.recipient),
                "plain assertion for a service with encryption" if self.service.recipient else "unexpected encryption")
        assertion = self._open(sealed[0]) if sealed else assertions[0]
        loa = self._assertion(assertion)
        attributes = self._attributes(assertion)
        return Login(True, codes, message, loa, attributes, bool(sealed))

    # --- the parts, in the order of the dossier ---------------------------------------------------------------

    def _envelope(self, root, gateway_issuer):
        order(root, "Issuer", "Signature?", "Status", "Assertion?", "EncryptedAssertion?")
        require(root.get("Version") == "2.0" and re.fullmatch(r"[A-Za-z_][\w.\-]*", root.get("ID", "")),
                "Version or ID")
        require(root.get("Destination") == self.service.acs, f"Destination {root.get('Destination')!r}")
        require(root.get("InResponseTo") == self.sent.id, f"InResponseTo {root.get('InResponseTo')!r}")
        require(root.get("Consent") in (None, CONSENT + "unspecified", CONSENT + "obtained"), "Consent is invalid")
        xml.instant(root.get("IssueInstant"), "Response/@IssueInstant")
        issuer = text_of(root, saml("Issuer"))
        require(issuer, "Issuer name required")
        require(gateway_issuer in (None, issuer), f"Issuer {issuer!r}")

    def _status(self, root):
        codes = tuple(c.get("Value") for c in root.find(samlp("Status")).iter(samlp("StatusCode")))
        require(codes and all(codes), "StatusCode")
        message = (text_of(root, f"{samlp('Status')}/{samlp('StatusMessage')}") or "").strip()
        require(message, "StatusMessage is missing or empty")
        require(codes[0] != SUCCESS or message == SUCCESS, "StatusMessage of a success is not the success URI")
        require(codes[0] == SUCCESS or message != SUCCESS, "StatusMessage of a failure says success")
        return codes, message

    def _open(self, sealed):
        found = decryption.describe(sealed)
        require(self.service.kit.reads_encrypted, "this kit reads no encryption")
        require(found["cipher"] in CIPHERS.values(), f"cipher {found['cipher']}")
        if self.service.recipient.is_rsa:
            require(found["transport"] == self.service.transport, f"key transport {found['transport']}")
            if self.service.transport == OAEP:
                require(found["digest"] and found["mgf"], "OAEP without digest or mask")
            else:  # engine 2.7 opens it only with SHA-1 inside
                require(found["digest"] in (None, DS + "sha1"), "OAEP digest")
        else:
            require(found["agreement"], "no key agreement for an EC key")
        data, found_keys = decryption.parts_of(sealed)
        require(len(found_keys) == 1 and found_keys[0].getparent().getparent() is data,
                "EncryptedKey does not sit inside KeyInfo")
        require(any("".join(c.text.split()) == xml.encode(keys.der(self.service.recipient.certificate))
                    for c in found_keys[0].iter(ds("X509Certificate"))), "keyInfo cannot be null")
        plain = decryption.decrypt(sealed, self.service.recipient)
        require(santuario.decrypt(sealed, self.service.recipient) == plain, "Santuario reads something else")
        require(decryption.decrypt_by_xmlsec(sealed, self.service.recipient) == plain,
                "libxmlsec decrypts something else")
        root = xml.parse(plain)
        require(root.tag == saml("Assertion"), f"decrypted {root.tag}")
        return root

    def _assertion(self, assertion):
        order(assertion, "Issuer", "Signature?", "Subject", "Conditions", "AuthnStatement", "AttributeStatement")
        if assertion.find(ds("Signature")) is not None:
            signatures.verify(assertion, self.certificate, algorithms=self.service.kit.accepts)
        require(text_of(assertion, saml("Issuer")), "Assertion/Issuer is required")
        self._subject(assertion)
        self._conditions(assertion)
        statement = assertion.find(saml("AuthnStatement"))
        require(xml.instant(statement.get("AuthnInstant")) <= xml.now() + self.service.skew,
                "AuthnInstant in the future")
        references = [text_of(r) for r in statement.iter(saml("AuthnContextClassRef"))]
        require(len(references) == 1 and references[0] in LOA.values(), f"LoA {references}")
        loa = references[0].rsplit("/", 1)[-1]
        require(LEVELS.index(loa) >= LEVELS.index(self.sent.loa),
                f"LoA {loa} is lower than requested LoA {self.sent.loa}")
        return loa

    def _error_assertion(self, assertion):
        """1.4.3 also checks audience and times of the assertion in an error. It says nothing about anybody."""
        require(text_of(assertion, saml("Issuer")), "Assertion/Issuer is required")
        self._subject(assertion)
        self._conditions(assertion)
        require(text_of(assertion, f"{saml('Subject')}/{saml('NameID')}") == "NotAvailable", "a NameID in an error")
        told = {a.get("FriendlyName") for a in assertion.iter(saml("Attribute"))}
        require(told <= {"SelectedIdP", "RelayState"}, f"attributes in an error: {told}")

    def _subject(self, assertion):
        subject = assertion.find(saml("Subject"))
        require(subject is not None and text_of(subject, saml("NameID")), "Subject/NameID is required")
        data = subject.find(f"{saml('SubjectConfirmation')}/{saml('SubjectConfirmationData')}")
        require(data is not None, "no SubjectConfirmationData")
        require(data.get("InResponseTo") == self.sent.id, "SubjectConfirmationData/@InResponseTo")
        require(data.get("Recipient") == self.service.acs, "SubjectConfirmationData/@Recipient")
        require(xml.instant(data.get("NotOnOrAfter")) > xml.now() - self.service.skew, "bearer confirmation expired")

    def _conditions(self, assertion):
        conditions = assertion.find(saml("Conditions"))
        require(conditions is not None, "Conditions is required")
        begins, ends = (xml.instant(conditions.get(a), a) for a in ("NotBefore", "NotOnOrAfter"))
        moment = xml.now()
        require(begins <= moment + self.service.skew, "Current time is before NotBefore condition")
        require(moment - self.service.skew < ends, "Token date expired")
        require(moment - begins >= dt.timedelta(seconds=25), "NotBefore leaves slow clocks no room")
        restrictions = conditions.findall(saml("AudienceRestriction"))
        require(restrictions, "AudienceRestriction is required")
        audiences = [text_of(a) for a in restrictions[0].findall(saml("Audience"))]
        require(audiences and audiences[0] == self.service.acs, f"Audiences {audiences} are not allowed")

    def _attributes(self, assertion):
        out, names = {}, []
        for attribute in assertion.find(saml("AttributeStatement")).findall(saml("Attribute")):
            name, friendly = attribute.get("Name"), attribute.get("FriendlyName")
            names.append(name)
            known = {**FRIENDLY, **CLAVE_ATTRIBUTES}
            require(name in known, f"attribute {name} is not known")
            require(friendly == known[name], f"FriendlyName {friendly!r} of {name}")
            require(attribute.get("NameFormat") == URI_FORMAT, "NameFormat is required")
            out[friendly] = [self._value(name, v) for v in attribute.findall(saml("AttributeValue"))]
            require(out[friendly], f"{friendly} without a value")
            if friendly in LATIN_NAMES:
                require(out[friendly][0][1], f"{friendly} begins with a value in another script")
                require(LATIN.fullmatch(out[friendly][0][0]), f"{friendly} is non LatinScript")
        require(len(names) == len(set(names)), "Duplicate values for attribute")
        require(names, "empty AttributeStatement")
        if self.sent.relay_attribute is not None:
            require([v for v, _ in out.get("RelayState", [])] == [self.sent.relay_attribute],
                    "RelayState attribute was not echoed")
        if "DateOfBirth" in out:
            require(re.fullmatch(r"\d{4}-\d\d-\d\d", out["DateOfBirth"][0][0]), "Date has wrong format")
        return out

    @staticmethod
    def _value(name, value):
        text = text_of(value)
        require(text and text.strip() == text, "value cannot be null, or has blanks around it")
        require(not len(value), "elements inside a value")
        prefix, _, local = value.get(f"{{{XSI}}}type", "").rpartition(":")
        namespace = value.nsmap.get(prefix or None)
        expected = {(XS, "string")}
        if name in TYPE_NAMES:
            expected.add((name.rsplit("/", 1)[0], TYPE_NAMES[name]))
        if name == CLAVE + "RelayState":
            expected.add((NATURAL, "PersonIdentifierType"))
        require((namespace, local) in expected, f"xsi:type {namespace} {local} of {name}")
        require(value.get("LatinScript") is None, "unqualified LatinScript")
        script = value.get(f"{{{name.rsplit('/', 1)[0]}}}LatinScript")
        require(script in (None, "true", "false"), f"LatinScript {script!r}")
        return text, script != "false"


def order(element, *expected):
    """Children, in this order; `?` marks what may be missing. Nothing else, nothing twice."""
    found = [etree.QName(c).localname for c in element if isinstance(c.tag, str)]
    wanted = [e.rstrip("?") for e in expected if not e.endswith("?") or e.rstrip("?") in found]
    require(found == wanted, f"{etree.QName(element).localname} holds {found}, expected {wanted}")


def claims_success(fields):
    """Whether a form tells a service that somebody was identified, whatever its signature is worth."""
    try:
        root = xml.parse(xml.unwrapped(fields["SAMLResponse"]))
    except (Refused, KeyError, ValueError):
        return False
    codes = [c.get("Value") for c in root.iter(samlp("StatusCode"))]
    return bool(codes) and codes[0] == SUCCESS
