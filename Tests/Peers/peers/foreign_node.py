# SPDX-License-Identifier: EUPL-1.2
"""An eIDAS Proxy-Service of another state: metadata, strict reading of our requests, answers (dossier §1, §2, §9)."""
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from . import encryption, signatures, xml
from .metadata import Connector, proxy_service
from .names import (BEARER, CONSENT, ENTITY, LEGAL, LOA, NATURAL, SAML, SAMLP, STATUS, SUCCESS, UNSPECIFIED,
                    URI_FORMAT, XSI)
from .node_request import read


def unchanged(value):
    return value


@dataclass(frozen=True)
class Spoil:
    """Hooks that spoil one thing each, in the order in which an answer is made. Each returns what goes on."""

    facts: dict = field(default_factory=dict)              # what the message says: see `ForeignNode.draft`
    assertion: Callable = unchanged                        # element, before it is encrypted
    plain: Callable = unchanged                            # octets, before they are encrypted
    encrypted: Callable = unchanged                        # EncryptedData and keys beside it, a list of elements
    response: Callable = unchanged                         # element, before it is signed
    signed: Callable = unchanged                           # element, after it was signed
    octets: Callable = unchanged                           # the document
    fields: Callable = unchanged                           # the form: {name: value} or [(name, value)]
    encryption: dict = field(default_factory=dict)         # options of encryption.encrypt
    signing: dict = field(default_factory=dict)            # options of signatures.sign
    encrypts: bool = True
    signs: bool = True


HONEST = Spoil()


@dataclass
class ForeignNode:
    country: str
    entity_id: str
    sso: str
    signer: object                    # Identity: messages
    metadata_signer: object           # Identity: metadata
    digest: str = "sha256"
    transport: encryption.Transport = encryption.Transport()
    cipher: str = "aes256-gcm"
    engine: str | None = None         # who encrypts: "xmlsec", "hand", or whoever can
    beside: bool = False              # EncryptedKey beside EncryptedData
    signs_assertion: bool = False
    levels: tuple = ("low", "substantial", "high")
    old_transport: bool = False       # registered with the permission to use rsa-oaep-mgf1p
    connector: Connector | None = None

    @property
    def algorithm(self):
        return self.signer.signature(self.digest)

    def metadata(self, **changes):
        """Signed EntityDescriptor (dossier §9.9), octets."""
        root = proxy_service(self, **changes)
        return xml.write(signatures.sign(root, self.metadata_signer, self.metadata_signer.signature("sha256"), at=0))

    def trust(self, octets, pinned):
        """Reads and verifies the connector's metadata; requests are judged by it from now on."""
        self.connector = Connector.read(octets, pinned)

    def read(self, fields):
        """An AuthnRequest that the connector sent here. Raises Refused."""
        return read(self, fields)

    def answer(self, request, person, spoil=HONEST, **facts):
        """(ACS, form fields) for an outcome of the login."""
        facts = self.facts(request, person) | facts | spoil.facts
        root = self.draft(facts)
        if not person.status:
            assertion = spoil.assertion(self.assertion(facts))
            if self.signs_assertion:
                assertion = signatures.sign(assertion, self.signer, self.algorithm)
            root.append(self.sealed(assertion, spoil) if spoil.encrypts else assertion)
        root = spoil.response(root)
        if spoil.signs:
            root = signatures.sign(root, **({"signer": self.signer, "algorithm": self.algorithm} | spoil.signing))
        octets = spoil.octets(xml.write(spoil.signed(root)))
        form = {"SAMLResponse": xml.encode(octets)}
        if request.relay_state is not None:
            form["RelayState"] = request.relay_state
        return self.connector.acs, spoil.fields(form)

    def facts(self, request, person):
        moment = xml.now()
        return {
            "id": xml.identifier(), "assertion_id": xml.identifier(), "in_response_to": request.id,
            "confirmed": request.id, "issuer": self.entity_id, "assertion_issuer": self.entity_id,
            "destination": self.connector.acs, "recipient": self.connector.acs,
            "audience": self.connector.entity_id, "issued": moment, "begins": moment,
            "ends": moment + dt.timedelta(minutes=5), "bearer_ends": moment + dt.timedelta(minutes=5),
            "loa": LOA.get(person.loa, person.loa), "person": person, "codes": person.status,
            "name_id": None, "attributes": person.attributes(self.country),
        }

    def draft(self, facts):
        """Response without an assertion."""
        codes = [STATUS + c if ":" not in c else c for c in facts["codes"]] or [SUCCESS]
        message = SUCCESS if codes[0] == SUCCESS else "003002 - Authentication failed"
        nested = "".join(f'<saml2p:StatusCode Value="{code}">' for code in codes) + "</saml2p:StatusCode>" * len(codes)
        return xml.parse(
            f'<saml2p:Response xmlns:saml2p="{SAMLP}" xmlns:saml2="{SAML}" ID="{facts["id"]}" Version="2.0"'
            f' IssueInstant="{instant(facts["issued"])}" InResponseTo={quoteattr(facts["in_response_to"])}'
            f' Destination={quoteattr(facts["destination"])} Consent="{CONSENT}obtained">'
            f'<saml2:Issuer Format="{ENTITY}">{escape(facts["issuer"])}</saml2:Issuer>'
            f'<saml2p:Status>{nested}<saml2p:StatusMessage>{message}</saml2p:StatusMessage></saml2p:Status>'
            '</saml2p:Response>')

    def assertion(self, facts):
        rows = "".join(attribute(*row) for row in facts["attributes"])
        identifiers = [values for friendly, _, _, values in facts["attributes"]
                       if friendly.endswith("PersonIdentifier")]
        name_id = facts["name_id"] or (identifiers[0][0][0] if identifiers else "unknown")
        return xml.parse(
            f'<saml2:Assertion xmlns:saml2="{SAML}" xmlns:xsi="{XSI}" xmlns:eidas-natural="{NATURAL}"'
            f' xmlns:eidas-legal="{LEGAL}" ID="{facts["assertion_id"]}" Version="2.0"'
            f' IssueInstant="{instant(facts["issued"])}">'
            f'<saml2:Issuer Format="{ENTITY}">{escape(facts["assertion_issuer"])}</saml2:Issuer><saml2:Subject>'
            f'<saml2:NameID Format="{UNSPECIFIED}">{escape(name_id)}</saml2:NameID>'
            f'<saml2:SubjectConfirmation Method="{BEARER}"><saml2:SubjectConfirmationData'
            f' InResponseTo={quoteattr(facts["confirmed"])} NotOnOrAfter="{instant(facts["bearer_ends"])}"'
            f' Recipient={quoteattr(facts["recipient"])}/></saml2:SubjectConfirmation></saml2:Subject>'
            f'<saml2:Conditions NotBefore="{instant(facts["begins"])}" NotOnOrAfter="{instant(facts["ends"])}">'
            f'<saml2:AudienceRestriction><saml2:Audience>{escape(facts["audience"])}</saml2:Audience>'
            f'</saml2:AudienceRestriction></saml2:Conditions>'
            f'<saml2:AuthnStatement AuthnInstant="{instant(facts["issued"])}"><saml2:AuthnContext>'
            f'<saml2:AuthnContextClassRef>{escape(facts["loa"])}</saml2:AuthnContextClassRef></saml2:AuthnContext>'
            f'</saml2:AuthnStatement><saml2:AttributeStatement>{rows}</saml2:AttributeStatement></saml2:Assertion>')

    def sealed(self, assertion, spoil=HONEST):
        """EncryptedAssertion for the connector's encryption certificate."""
        options = {"transport": self.transport, "cipher": self.cipher, "engine": self.engine, "beside": self.beside,
                   "recipients": [self.connector.encryption]} | spoil.encryption
        container = xml.parse(f'<saml2:EncryptedAssertion xmlns:saml2="{SAML}"/>')
        container.extend(spoil.encrypted(encryption.encrypt(spoil.plain(xml.standalone(assertion)), **options)))
        return container


def instant(value):
    return value if isinstance(value, str) else xml.stamp(value)


def attribute(friendly, name, type_name, values):
    prefix = "eidas-legal" if name.startswith(LEGAL) else "eidas-natural"
    marks = {True: "", False: f' {prefix}:LatinScript="false"'}
    inner = "".join(f'<saml2:AttributeValue xsi:type="{prefix}:{type_name}"{marks[latin]}>{escape(text)}'
                    '</saml2:AttributeValue>' for text, latin in values)
    return (f'<saml2:Attribute FriendlyName="{friendly}" Name="{name}" NameFormat="{URI_FORMAT}">{inner}'
            '</saml2:Attribute>')
