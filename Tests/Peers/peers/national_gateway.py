# SPDX-License-Identifier: EUPL-1.2
"""The national gateway of Cl@ve 2.0, for which we are a registered service: reads our requests, writes its answers
(Cl@ve dossier §3, §9.3 to §9.5)."""
import datetime as dt
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from . import encryption, gateway_request, signatures, xml
from .foreign_node import HONEST, instant
from .names import BEARER, CONSENT, ENTITY, NATURAL, SAML, SAMLP, STATUS, SUCCESS, URI_FORMAT, XS, XSI

HEAD = (f'xmlns:saml2p="{SAMLP}" xmlns:saml2="{SAML}" xmlns:xs="{XS}" xmlns:xsi="{XSI}" xmlns:eidas="{NATURAL}"'
        f' xmlns:eidas-natural="{NATURAL}"')


@dataclass
class NationalGateway:
    address: str
    issuer: str
    signer: object                # Identity: answers
    client: object                # certificate of the registered service: ours
    acs: str
    provider: str = "S2800000A_E00000000"
    application: str = "Puente"
    algorithm: str = "rsa-sha512"
    transport: encryption.Transport | None = None     # encrypts assertions for the service; None: plain (§3.5)
    cipher: str = "aes256-gcm"
    used: set = field(default_factory=set)            # IDs of requests

    def read(self, fields):
        """A request that we sent here. Raises Refused."""
        request = gateway_request.read(self, fields)
        self.used.add(request.id)
        return request

    def answer(self, request, citizen, spoil=HONEST, **facts):
        """(return address, form fields) for an outcome of the login."""
        facts = self.facts(request, citizen) | facts | spoil.facts
        root = self.draft(facts)
        if not citizen.status:
            assertion = spoil.assertion(self.assertion(facts))
            root.append(self.sealed(assertion, spoil) if self.transport or spoil.encryption else assertion)
        root = spoil.response(root)
        if spoil.signs:
            root = signatures.sign(root, **({"signer": self.signer, "algorithm": self.algorithm} | spoil.signing))
        octets = spoil.octets(xml.write(spoil.signed(root)))
        return request.acs, spoil.fields({"SAMLResponse": xml.encode(octets), "RelayState": request.relay_state})

    def facts(self, request, citizen):
        moment = xml.now()
        ends = moment + dt.timedelta(minutes=5)
        return {
            "id": xml.identifier(), "assertion_id": xml.identifier(), "in_response_to": request.id,
            "confirmed": request.id, "issuer": self.issuer, "assertion_issuer": self.issuer,
            "destination": request.acs, "recipient": request.acs, "audiences": [request.acs], "issued": moment,
            "begins": moment, "ends": ends, "bearer_ends": ends, "authenticated": moment, "loa": citizen.level,
            "codes": citizen.status, "message": citizen.message if citizen.status else SUCCESS,
            "name_id": citizen.identifier, "format": request.name_id, "conditions": "",
            "attributes": [*citizen.told(), ("RelayState", "http://es.minhafp.clave/RelayState",
                                             "eidas-natural:PersonIdentifierType", request.relay_attribute)],
        }

    def draft(self, facts):
        """Response without an assertion."""
        codes = [STATUS + c if ":" not in c else c for c in facts["codes"]] or [SUCCESS]
        nested = "".join(f'<saml2p:StatusCode Value="{code}">' for code in codes) + "</saml2p:StatusCode>" * len(codes)
        message = f"<saml2p:StatusMessage>{escape(facts['message'])}</saml2p:StatusMessage>" if facts["message"] else ""
        return xml.parse(
            f'<saml2p:Response {HEAD} Consent="{CONSENT}obtained" Destination={quoteattr(facts["destination"])}'
            f' ID="{facts["id"]}" InResponseTo={quoteattr(facts["in_response_to"])}'
            f' IssueInstant="{instant(facts["issued"])}" Version="2.0"><saml2:Issuer Format="{ENTITY}">'
            f'{escape(facts["issuer"])}</saml2:Issuer><saml2p:Status>{nested}{message}</saml2p:Status>'
            '</saml2p:Response>')

    def assertion(self, facts):
        rows = "".join(attribute(*row) for row in facts["attributes"])
        audiences = "".join(f"<saml2:Audience>{escape(a)}</saml2:Audience>" for a in facts["audiences"])
        return xml.parse(
            f'<saml2:Assertion {HEAD} ID="{facts["assertion_id"]}" IssueInstant="{instant(facts["issued"])}"'
            f' Version="2.0"><saml2:Issuer Format="{ENTITY}">{escape(facts["assertion_issuer"])}</saml2:Issuer>'
            f'<saml2:Subject><saml2:NameID Format="{facts["format"]}">{escape(facts["name_id"])}</saml2:NameID>'
            f'<saml2:SubjectConfirmation Method="{BEARER}"><saml2:SubjectConfirmationData'
            f' InResponseTo={quoteattr(facts["confirmed"])} NotOnOrAfter="{instant(facts["bearer_ends"])}"'
            f' Recipient={quoteattr(facts["recipient"])}/></saml2:SubjectConfirmation></saml2:Subject>'
            f'<saml2:Conditions NotBefore="{instant(facts["begins"])}" NotOnOrAfter="{instant(facts["ends"])}">'
            f'<saml2:AudienceRestriction>{audiences}</saml2:AudienceRestriction>{facts["conditions"]}'
            f'</saml2:Conditions><saml2:AuthnStatement AuthnInstant="{instant(facts["authenticated"])}">'
            f'<saml2:AuthnContext><saml2:AuthnContextClassRef>{escape(facts["loa"])}</saml2:AuthnContextClassRef>'
            '<saml2:AuthnContextDecl/></saml2:AuthnContext></saml2:AuthnStatement>'
            f'<saml2:AttributeStatement>{rows}</saml2:AttributeStatement></saml2:Assertion>')

    def sealed(self, assertion, spoil=HONEST):
        """EncryptedAssertion for the certificate of the registered service."""
        options = {"transport": self.transport or encryption.Transport(), "cipher": self.cipher,
                   "recipients": [self.client]} | spoil.encryption
        container = xml.parse(f'<saml2:EncryptedAssertion xmlns:saml2="{SAML}"/>')
        container.extend(spoil.encrypted(encryption.encrypt(spoil.plain(xml.standalone(assertion)), **options)))
        return container


def attribute(friendly, name, kind, value):
    """`value` is a text, a list of texts, or of (text, is Latin); None leaves the attribute without a value."""
    values = [] if value is None else [value] if isinstance(value, str) else value
    inner = ""
    for one in values:
        text, latin = (one, True) if isinstance(one, str) else one
        mark = "" if latin else ' eidas-natural:LatinScript="false"'
        inner += f'<saml2:AttributeValue xsi:type="{kind}"{mark}>{escape(text)}</saml2:AttributeValue>'
    return (f'<saml2:Attribute FriendlyName="{friendly}" Name="{name}" NameFormat="{URI_FORMAT}">{inner}'
            '</saml2:Attribute>')
