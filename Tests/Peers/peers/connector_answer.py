# SPDX-License-Identifier: EUPL-1.2
"""An answer of our Proxy-Service, read as strictly as the specification and the nodes in the field (eIDAS dossier §2,
§3, §6.3, §6.5)."""
import base64
import datetime as dt
import re
from dataclasses import dataclass, field

from lxml import etree

from . import decryption, keys, santuario, schemas, signatures, xml
from .clave_answer import LATIN, order
from .names import (BEARER, CIPHERS, CONSENT, EIDAS_SIGNATURES, ENTITY, LEGAL_SET, LEVELS, LOA, MAX_MESSAGE,
                    MGF, NATURAL_SET, OAEP, OAEP_DIGESTS, PERSISTENT, PROFILE, REPRESENTATIVE_SET, STATUS, SUCCESS,
                    TRANSIENT, UNSPECIFIED, URI_FORMAT, XENC, XSI, ds, saml, samlp)
from .xml import Refused, require, text_of

SKEW = dt.timedelta(seconds=1)
LONGEST = dt.timedelta(minutes=10)
# The only ones that the Commission's node knows (§2.2).
SUB_STATUS = {STATUS + name for name in ("AuthnFailed", "RequestDenied", "InvalidAttrNameOrValue",
                                         "InvalidNameIDPolicy")}
COUNTRY = ("Nationality", "CountryOfBirth", "CountryOfResidence")
IDENTIFIERS = ("PersonIdentifier", "LegalPersonIdentifier", "RepresentativePersonIdentifier")
WITH_SCRIPTS = ("FamilyName", "FirstName", "BirthName", "LegalName", "RepresentativeFamilyName",
                "RepresentativeFirstName")


@dataclass(frozen=True)
class Identity:
    """What the Connector learns."""

    success: bool
    status: tuple
    message: str
    loa: str | None = None
    attributes: dict = field(default_factory=dict)   # friendly name -> [(text, is Latin)]
    name_id: str | None = None
    consent: str | None = None

    @property
    def code(self):
        """The six digits that a failure begins with."""
        return self.message.partition(" ")[0]

    def first(self, friendly):
        values = self.attributes.get(friendly)
        return values[0][0] if values else None


@dataclass(frozen=True)
class Reader:
    """Reads the answer to one request."""

    connector: object
    asked: object

    def read(self, delivery):
        fields, asked = delivery.fields, self.asked
        require(delivery.url == self.acs, f"delivered to {delivery.url}")
        wanted = {"SAMLResponse"} | ({"RelayState"} if asked.relay_state is not None else set())
        require(set(fields) == wanted, f"form fields {sorted(fields)}")
        require(fields.get("RelayState") == asked.relay_state, "RelayState was not echoed")
        require(len(fields["SAMLResponse"]) <= MAX_MESSAGE, "answer too large")
        document = xml.parse(xml.decode(fields["SAMLResponse"], "SAMLResponse"))
        require(document.tag == samlp("Response"), f"root is {document.tag}")
        root = self._verified(document)
        schemas.validate(document)
        self._envelope(root)
        codes, message = self._status(root)
        if codes[0] != SUCCESS:
            order(root, "Issuer", "Status")
            return Identity(False, codes, message, consent=root.get("Consent"))
        order(root, "Issuer", "Status", "EncryptedAssertion")
        require(root.get("Consent") == CONSENT + "obtained", "a citizen agreed, and Consent does not say so")
        assertion = self._open(root.find(saml("EncryptedAssertion")))
        require(assertion.get("ID") != root.get("ID"), "one ID for answer and assertion")
        name_id = self._subject(assertion)
        loa = self._assertion(assertion)
        attributes = self._attributes(assertion)
        self._sets(attributes)
        if asked.name_id == TRANSIENT:
            told = {text for values in attributes.values() for text, _ in values}
            require(name_id not in told, "a transient NameID tells who it is")
        return Identity(True, codes, message, loa, attributes, name_id, root.get("Consent"))

    @property
    def acs(self):
        return self.asked.acs or self.connector.acs

    # --- the parts, in the order of the dossier ---------------------------------------------------------------

    def _verified(self, document):
        faults = []
        for certificate in self.connector.proxy.signing:
            try:
                return signatures.verify(document, certificate, algorithms=EIDAS_SIGNATURES)
            except Refused as fault:
                faults.append(str(fault))
        raise Refused("; ".join(faults))

    def _envelope(self, root):
        require(root.get("Version") == "2.0" and re.fullmatch(r"_[\w.\-]{32,}", root.get("ID", "")), "Version or ID")
        require(root.get("InResponseTo") == self.asked.id, f"InResponseTo {root.get('InResponseTo')!r}")
        require(root.get("Destination") == self.acs, f"Destination {root.get('Destination')!r}")
        require(root.get("Consent") in (None, CONSENT + "unspecified", CONSENT + "obtained"), "Consent")
        age = xml.now() - xml.instant(root.get("IssueInstant"), "Response/@IssueInstant")
        require(-SKEW <= age <= dt.timedelta(minutes=1), f"issued {age} ago")
        self._issuer(root)

    def _issuer(self, element):
        issuer = element.find(saml("Issuer"))
        require(issuer.get("Format") in (None, ENTITY), "Issuer/@Format")
        require(text_of(issuer) == self.connector.proxy.entity_id, f"Issuer {text_of(issuer)!r}")

    @staticmethod
    def _status(root):
        status = root.find(samlp("Status"))
        codes = tuple(c.get("Value") for c in status.iter(samlp("StatusCode")))
        require(len(codes) <= 2 and len(status.findall(samlp("StatusCode"))) == 1, f"status codes {codes}")
        message = text_of(status, samlp("StatusMessage"))
        require(message, "no StatusMessage")
        if codes[0] == SUCCESS:
            require(codes == (SUCCESS,) and message == SUCCESS, f"success says {codes} {message!r}")
        else:
            require(codes[0] in (STATUS + "Requester", STATUS + "Responder"), f"status {codes[0]}")
            require(set(codes[1:]) <= SUB_STATUS, f"sub-status {codes[1:]}")
            require(re.fullmatch(r"\d{6} - \S.*", message) and len(message) <= 300, f"StatusMessage {message!r}")
        return codes, message

    def _open(self, sealed):
        found, recipient = decryption.describe(sealed), self.connector.recipient
        ciphers = [CIPHERS[c] for c in self.connector.ciphers]
        require(found["cipher"] in ciphers, f"cipher {found['cipher']} is not in our metadata")
        if recipient.is_rsa:
            require(found["transport"] == OAEP, f"key transport {found['transport']}")
            strong = [uri for name, uri in OAEP_DIGESTS.items() if name != "sha1"]
            require(found["digest"] in strong, f"OAEP digest {found['digest']}")
            require(found["mgf"] in [uri for name, uri in MGF.items() if name != "sha1"], f"mask {found['mgf']}")
        else:
            require(found["agreement"], "no key agreement for an EC key")
        data, wrapped = decryption.parts_of(sealed)
        require(len(sealed) == 1 and len(wrapped) == 1 and wrapped[0].getparent().getparent() is data,
                "EncryptedKey does not sit inside KeyInfo")
        require(data.get("Type") == XENC + "Element", f"Type {data.get('Type')}")
        require(any("".join(c.text.split()) == xml.encode(keys.der(recipient.certificate))
                    for c in wrapped[0].iter(ds("X509Certificate"))), "the recipient's certificate is not named")
        plain = decryption.decrypt(sealed, recipient)
        require(decryption.decrypt_by_xmlsec(sealed, recipient) == plain, "libxmlsec decrypts something else")
        require(santuario.decrypt(sealed, recipient) == plain, "Santuario decrypts something else")
        root = xml.parse(plain)
        require(root.tag == saml("Assertion"), f"decrypted {root.tag}")
        require(not list(root.iter(etree.Comment, etree.PI)), "comments or processing instructions")
        schemas.validate(root)
        order(root, "Issuer", "Signature?", "Subject", "Conditions", "AuthnStatement", "AttributeStatement")
        return self._verified(root) if root.find(ds("Signature")) is not None else root

    def _subject(self, assertion):
        subject = assertion.find(saml("Subject"))
        order(subject, "NameID", "SubjectConfirmation")
        name_id = subject.find(saml("NameID"))
        wanted = (self.asked.name_id,) if self.asked.name_id else (PERSISTENT, UNSPECIFIED)
        require(name_id.get("Format") in wanted, f"NameID {name_id.get('Format')}")
        require(not {"NameQualifier", "SPNameQualifier"} & set(name_id.attrib), "qualifiers of NameID")
        text = text_of(name_id)
        require(text and text.strip() == text and len(text) <= 256, "NameID empty, padded or too long")
        confirmation = subject.find(saml("SubjectConfirmation"))
        require(confirmation.get("Method") == BEARER, "not a bearer confirmation")
        data = confirmation.find(saml("SubjectConfirmationData"))
        require(set(data.attrib) == {"InResponseTo", "NotOnOrAfter", "Recipient"}, f"confirmation {set(data.attrib)}")
        require(data.get("InResponseTo") == self.asked.id, "SubjectConfirmationData/@InResponseTo")
        require(data.get("Recipient") == self.acs, f"Recipient {data.get('Recipient')}")
        self._ends(data)
        return text

    @staticmethod
    def _ends(element):
        ends = xml.instant(element.get("NotOnOrAfter"), "NotOnOrAfter") - xml.now()
        require(-SKEW < ends <= LONGEST, f"NotOnOrAfter in {ends}")

    def _assertion(self, assertion):
        require(assertion.get("Version") == "2.0", "Version of the assertion")
        require(xml.instant(assertion.get("IssueInstant")) <= xml.now() + SKEW, "assertion issued in the future")
        self._issuer(assertion)
        conditions = assertion.find(saml("Conditions"))
        order(conditions, "AudienceRestriction", "OneTimeUse?")
        require(xml.instant(conditions.get("NotBefore"), "NotBefore") <= xml.now() + SKEW, "not yet valid")
        self._ends(conditions)
        audiences = [text_of(a) for a in conditions.find(saml("AudienceRestriction"))]
        require(audiences == [self.connector.entity_id], f"audiences {audiences}")
        statement = assertion.find(saml("AuthnStatement"))
        moment = xml.instant(statement.get("AuthnInstant"), "AuthnInstant")
        require(self.asked.at - dt.timedelta(minutes=1) <= moment <= xml.now() + SKEW, f"AuthnInstant {moment}")
        order(statement, "AuthnContext")
        order(statement[0], "AuthnContextClassRef")
        loa = text_of(statement[0][0])
        require(satisfies(loa, self.asked), f"LoA {loa}, asked for {self.asked.comparison} {self.asked.levels}")
        require(loa in self.connector.proxy.levels, f"LoA {loa} is not in our metadata")
        return loa

    def _attributes(self, assertion):
        out, names = {}, []
        for row in assertion.find(saml("AttributeStatement")):
            name = row.get("Name")
            names.append(name)
            require(row.tag == saml("Attribute"), f"{row.tag} among the attributes")
            require(name in PROFILE, f"attribute {name} is not known")
            require(name in self.asked.wanted or "/representative/" in name, f"nobody asked for {name}")
            require(row.get("FriendlyName") == PROFILE[name][0], f"FriendlyName {row.get('FriendlyName')!r} of {name}")
            require(row.get("NameFormat") == URI_FORMAT, f"NameFormat of {name}")
            values = [value_of(name, v) for v in row]
            require(values, f"{name} without a value")
            check_values(self.connector.country, PROFILE[name][0], values)
            out[PROFILE[name][0]] = values
        require(len(names) == len(set(names)), "an attribute twice")
        return out

    def _sets(self, attributes):
        """What was asked as required is there; sets are complete; a representative only beside a legal person."""
        missing = [name for name, required in self.asked.wanted.items()
                   if required and name in PROFILE and PROFILE[name][0] not in attributes]
        require(not missing, f"missing: {missing}")
        for rows in (NATURAL_SET, LEGAL_SET, REPRESENTATIVE_SET):
            touched = [f for f, _, _ in rows if f in attributes]
            require(len(touched) in (0, len(rows)), f"in part only: {touched}")
        acting = any(f.startswith("Representative") for f in attributes)
        represented = self.asked.legal and not self.asked.natural   # both at once: the old way, up to 1.3 (§3.5)
        require(acting == represented, "a representative where nobody is represented, or none")


def friendly(name):
    return PROFILE[name][0] if name in PROFILE else None


def satisfies(loa, asked):
    if asked.comparison == "exact":
        return loa in asked.levels
    notified = {uri: LEVELS.index(level) for level, uri in LOA.items()}
    return loa in notified and notified[loa] >= notified[asked.levels[0]]


def value_of(name, element):
    """(text, is Latin) of an AttributeValue."""
    require(element.tag == saml("AttributeValue"), f"{element.tag} in {name}")
    text = text_of(element)
    require(text and text.strip() == text and not len(element), f"{name}: empty, padded or with elements")
    namespace = name.rpartition("/")[0]
    prefix, _, local = element.get(f"{{{XSI}}}type", "").rpartition(":")
    found = (element.nsmap.get(prefix), local)
    require(found == (namespace, PROFILE[name][1]), f"xsi:type of {name}: {found}")
    script = element.get(f"{{{namespace}}}LatinScript")
    require(script in (None, "false"), f"LatinScript {script!r}: written only where it is false")
    return text, script is None


def check_values(country, friendly, values):
    latin = [latin for _, latin in values]
    if friendly in WITH_SCRIPTS:
        require(latin in ([True], [True, False]), f"{friendly}: scripts {latin}")
        require(LATIN.fullmatch(values[0][0]), f"{friendly} is not in Latin script")
    else:
        require(all(latin) and (len(values) == 1 or friendly == "Nationality"), f"{friendly}: {len(values)} values")
    for text, _ in values:
        require(len(text) <= 65535, f"{friendly} too long")
        if friendly in IDENTIFIERS:
            require(re.fullmatch(rf"ES/{country}/\S+", text) and len(text) <= 256, f"{friendly} of another form")
        elif friendly.endswith("DateOfBirth"):
            require(re.fullmatch(r"\d{4}-\d\d-\d\d", text) and dt.date.fromisoformat(text) <= dt.date.today(), friendly)
        elif friendly == "Gender":
            require(text in ("Male", "Female", "Unspecified"), friendly)
        elif friendly in COUNTRY:
            require(re.fullmatch("[A-Z]{2}", text) and text != "GR", friendly)
        elif friendly in ("CurrentAddress", "LegalAddress"):
            check_address(friendly, text)


def check_address(friendly, text):
    """Elements one after the other without a root, on a line each, prefixed and without attributes (§3.7)."""
    names = ("PoBox", "LocatorDesignator", "LocatorName", "CvaddressArea", "Thoroughfare", "PostName",
             "AdminunitFirstline", "AdminunitSecondline", "PostCode")
    prefix = "eidas-natural" if friendly == "CurrentAddress" else "eidas-legal"
    lines = base64.b64decode(text, validate=True).decode().strip().split("\n")
    found = [re.fullmatch(rf"<{prefix}:(\w+)>[^<]+</{prefix}:\1>", line) for line in lines]
    require(all(found), f"{friendly}: not written as other nodes read it")
    order_of = [names.index(m.group(1)) for m in found]
    require(order_of == sorted(set(order_of)), f"{friendly}: order of the lines")
