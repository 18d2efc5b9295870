# SPDX-License-Identifier: EUPL-1.2
"""The credulous proxy of the other direction: Connectors ask it, it asks the national gateway, and believes everything.

The peers are tried on each other with it: the judges must be content with what it writes, must notice whatever is
spoiled on purpose, and the hostile cases must fool it.
"""
import base64
import datetime as dt
import html
import http.server
import urllib.parse
import zlib

from lxml import etree

from . import citizens, decryption, encryption, metadata, signatures, xml
from .abroad import METADATA, RETURN, SSO
from .names import (APPLICATION, ASSURANCE, BEARER, CLAVE, CONSENT, EIDAS, ENTITY, LEGAL, LEGAL_REPRESENTATIVE,
                    LOA, NAMED, NATURAL, NATURAL_REPRESENTATIVE, PERSISTENT, POST, PROFILE, PROTOCOL_VERSION, REDIRECT,
                    SAML, SAMLP, STATUS, SUCCESS, TRANSIENT, URI_FORMAT, XSI, eidas, saml, samlp)
from .standin import Served, hidden_fields

PREFIXES = {NATURAL: "eidas-natural", LEGAL: "eidas-legal", NATURAL_REPRESENTATIVE: "eidas-natural-representative",
            LEGAL_REPRESENTATIVE: "eidas-legal-representative"}
HEAD = f'xmlns:saml2p="{SAMLP}" xmlns:saml2="{SAML}" xmlns:xsi="{XSI}" ' + " ".join(
    f'xmlns:{p}="{n}"' for n, p in PREFIXES.items())


def same(element):
    return element


class ProxyStandIn(Served):
    def __init__(self, world):
        self.world, self.pending = world, {}
        self.spoil_metadata = self.spoil_request = self.spoil_assertion = self.spoil_answer = self.spoil_signed = same
        self.request_signing, self.answer_signing, self.answer_relay, self.cipher = {}, {}, None, None

    @property
    def handler(self):
        return _Handler

    def introduce(self, octets):
        for connector in self.world.connectors.values():
            connector.trust(octets, self.world.own["metadata"].certificate, self.world.public + METADATA)

    # --- what it writes ---------------------------------------------------------------------------------------

    def metadata(self):
        where, one = self.world, metadata.entity_attribute
        services = "".join(f'<md:SingleSignOnService Binding="{b}" Location="{where.public}{SSO}"/>'
                           for b in (POST, REDIRECT))
        supported = "".join(f'<saml2:Attribute FriendlyName="{f}" Name="{n}" NameFormat="{URI_FORMAT}"/>'
                            for n, (f, _) in PROFILE.items() if "/representative/" not in n)
        root = xml.parse(
            f'<md:EntityDescriptor {metadata.HEAD} ID="{xml.identifier()}" entityID="{where.public}{METADATA}"'
            f' validUntil="{xml.stamp(xml.now() + dt.timedelta(days=1))}"><md:Extensions><mdattr:EntityAttributes>'
            f'{one(PROTOCOL_VERSION, metadata.VERSIONS)}{one(APPLICATION, ["Peers:standin:1"])}'
            f'{one(ASSURANCE, LOA.values())}</mdattr:EntityAttributes>{metadata.METHODS}</md:Extensions>'
            f'<md:IDPSSODescriptor WantAuthnRequestsSigned="true" protocolSupportEnumeration="{SAMLP}"><md:Extensions>'
            '<eidas:NodeCountry>ES</eidas:NodeCountry></md:Extensions>'
            f'{metadata.key_descriptor("signing", where.own["proxy"].certificate)}{metadata.name_id_formats()}'
            f'{services}{supported}</md:IDPSSODescriptor>{metadata.PEOPLE}</md:EntityDescriptor>')
        signer = where.own["metadata"]
        return xml.write(signatures.sign(self.spoil_metadata(root), signer, signer.signature(), at=0))

    def receive(self, fields):
        """Remembers the request; the key of what was asked."""
        octets = base64.b64decode(fields["SAMLRequest"])
        root = xml.parse(octets if octets.lstrip().startswith(b"<") else zlib.decompress(octets, -15))
        require_root(root, "AuthnRequest")
        issuer = xml.text_of(next(root.iter(saml("Issuer"))))
        connector = next((c for c in self.world.connectors.values() if c.entity_id == issuer),
                         next(iter(self.world.connectors.values())))
        key = xml.identifier(17)
        self.pending[key] = {"root": root, "relay": fields.get("RelayState"), "connector": connector}
        return key

    def request(self, key):
        """(gateway, form): the request for the national gateway."""
        asked, national = self.pending[key]["root"], self.world.national
        loa = xml.text_of(next(asked.iter(saml("AuthnContextClassRef"))))
        legal = any(LEGAL in r.get("Name", "") for r in asked.iter(eidas("RequestedAttribute")))
        hidden = ("AEATIdP", "EIDASIdP", "GISSIdP", "CLVMOVILIdP")[:4 if legal else 2]
        excluded = "".join(f'<eidas:RequestedAttribute FriendlyName="{n}" Name="{CLAVE}{n}" NameFormat="{URI_FORMAT}"'
                           ' isRequired="false"/>' for n in hidden)
        root = xml.parse(
            f'<saml2p:AuthnRequest xmlns:saml2p="{SAMLP}" xmlns:saml2="{SAML}" xmlns:eidas="{EIDAS}"'
            f' xmlns:eidas-natural="{NATURAL}" AssertionConsumerServiceURL="{self.world.public}{RETURN}"'
            f' Consent="{CONSENT}unspecified" Destination="{national.address}" ForceAuthn="true"'
            f' ID="{xml.identifier(64)}" IsPassive="false" IssueInstant="{xml.stamp(xml.now())}"'
            f' ProviderName="{national.provider};{national.application}" Version="2.0"><saml2p:Extensions>'
            f'<eidas:RequestedAttributes>{excluded}<eidas:RequestedAttribute FriendlyName="RelayState"'
            f' Name="{CLAVE}RelayState" NameFormat="{URI_FORMAT}" isRequired="false"><eidas:AttributeValue'
            f' xmlns:xsi="{XSI}" xsi:type="eidas-natural:PersonIdentifierType">{key}</eidas:AttributeValue>'
            '</eidas:RequestedAttribute></eidas:RequestedAttributes></saml2p:Extensions>'
            f'<saml2p:NameIDPolicy AllowCreate="true" Format="{PERSISTENT}"/><saml2p:RequestedAuthnContext'
            f' Comparison="minimum"><saml2:AuthnContextClassRef>{loa if loa in LOA.values() else LOA["low"]}'
            '</saml2:AuthnContextClassRef></saml2p:RequestedAuthnContext></saml2p:AuthnRequest>')
        options = {"algorithm": "rsa-sha512", "prefixes": ("eidas-natural",)} | self.request_signing
        signed = signatures.sign(self.spoil_request(root), self.world.own["registered"], **options)
        return national.address, {"SAMLRequest": xml.encode(xml.write(signed)), "RelayState": key}

    def believe(self, fields):
        """Reads what the gateway says, whoever says it; the key of the login, and whether somebody was identified."""
        login = self.pending[fields["RelayState"]]
        root = xml.parse(xml.unwrapped(fields["SAMLResponse"]))
        require_root(root, "Response")
        for sealed in list(root.iter(saml("EncryptedAssertion"))):
            plain = decryption.decrypt(sealed, self.world.own["registered"])
            sealed.getparent().replace(sealed, xml.parse(plain))
        assertion = next(root.iter(saml("Assertion")), None)
        login["told"] = None if assertion is None else {
            a.get("FriendlyName"): xml.text_of(a[0]) for a in assertion.iter(saml("Attribute")) if len(a)}
        login["loa"] = None if assertion is None else xml.text_of(next(assertion.iter(saml("AuthnContextClassRef"))))
        return fields["RelayState"], assertion is not None

    def optional(self, key):
        rows = self.pending[key]["root"].iter(eidas("RequestedAttribute"))
        return [PROFILE[r.get("Name")][0] for r in rows if r.get("isRequired") == "false" and r.get("Name") in PROFILE]

    def person(self, key):
        """friendly name -> value: what the gateway said, and what a register knows."""
        login = self.pending[key]
        told, country = login["told"], login["connector"].country
        known = next((c.register for c in citizens.EVERYBODY if c.identifier == told["PersonIdentifier"]), {})
        out = {f: told[f] for f in ("FamilyName", "FirstName")} | {"DateOfBirth": "1970-01-01"} | known | {
            f: told[f] for f in ("DateOfBirth",) if f in told} | {
                "PersonIdentifier": f"ES/{country}/{told['PersonIdentifier']}"}
        names = [r.get("Name") for r in login["root"].iter(eidas("RequestedAttribute"))]
        if not any(LEGAL in name for name in names):
            return out
        fields = read_extract(told["PartialAfirma"])
        company = {"LegalPersonIdentifier": f"ES/{country}/{fields['NIF-CIF'].removeprefix('VATES-')}",
                   "LegalName": fields["razonSocial"]}
        if any(NATURAL in name for name in names):
            return out | company
        return company | {"Representative" + f: v for f, v in out.items() if f in (
            "PersonIdentifier", "FamilyName", "FirstName", "DateOfBirth")}

    def answer(self, key, released=(), status=None):
        """(ACS, form): an identity, or the failure that `status` names: codes and message."""
        login = self.pending[key]
        root, connector, moment = login["root"], login["connector"], xml.now()
        codes, message = status or ((SUCCESS,), SUCCESS)
        nested = "".join(f'<saml2p:StatusCode Value="{c}">' for c in codes) + "</saml2p:StatusCode>" * len(codes)
        consent = "unspecified" if status else "obtained"
        response = xml.parse(
            f'<saml2p:Response {HEAD} ID="{xml.identifier()}" Version="2.0" Destination="{connector.acs}"'
            f' InResponseTo="{root.get("ID")}" IssueInstant="{xml.stamp(moment)}" Consent="{CONSENT}{consent}">'
            f'<saml2:Issuer Format="{ENTITY}">{self.world.public}{METADATA}</saml2:Issuer><saml2p:Status>{nested}'
            f'<saml2p:StatusMessage>{html.escape(message)}</saml2p:StatusMessage></saml2p:Status></saml2p:Response>')
        if status is None:
            sealed = xml.parse(f'<saml2:EncryptedAssertion xmlns:saml2="{SAML}"/>')
            assertion = self.spoil_assertion(self.assertion(key, released, moment))
            sealed.extend(encryption.encrypt(xml.standalone(assertion), [connector.recipient.certificate],
                                             cipher=self.cipher or connector.ciphers[0]))
            response.append(sealed)
        signer = self.world.own["proxy"]
        signed = signatures.sign(self.spoil_answer(response), signer,
                                 **({"algorithm": signer.signature()} | self.answer_signing))
        relay = self.answer_relay or login["relay"]
        fields = {"SAMLResponse": xml.encode(xml.write(self.spoil_signed(signed)))}
        return connector.acs, fields | ({} if relay is None else {"RelayState": relay})

    def assertion(self, key, released, moment):
        login = self.pending[key]
        root, connector, person = login["root"], login["connector"], self.person(key)
        asked = {r.get("Name"): r.get("isRequired") == "true" for r in root.iter(eidas("RequestedAttribute"))}
        rows = "".join(row(NAMED[f], v) for f, v in person.items()
                       if asked.get(NAMED[f]) or f in released or f.startswith("Representative"))
        policy = root.find(samlp("NameIDPolicy"))
        kind = PERSISTENT if policy is None else policy.get("Format")
        name_id = xml.identifier() if kind == TRANSIENT else next(iter(person.values()))
        ends = xml.stamp(moment + dt.timedelta(minutes=5))
        return xml.parse(
            f'<saml2:Assertion {HEAD} ID="{xml.identifier()}" Version="2.0" IssueInstant="{xml.stamp(moment)}">'
            f'<saml2:Issuer Format="{ENTITY}">{self.world.public}{METADATA}</saml2:Issuer><saml2:Subject>'
            f'<saml2:NameID Format="{kind}">{html.escape(name_id)}</saml2:NameID><saml2:SubjectConfirmation'
            f' Method="{BEARER}"><saml2:SubjectConfirmationData InResponseTo="{root.get("ID")}" NotOnOrAfter="{ends}"'
            f' Recipient="{connector.acs}"/></saml2:SubjectConfirmation></saml2:Subject><saml2:Conditions'
            f' NotBefore="{xml.stamp(moment)}" NotOnOrAfter="{ends}"><saml2:AudienceRestriction><saml2:Audience>'
            f'{connector.entity_id}</saml2:Audience></saml2:AudienceRestriction></saml2:Conditions>'
            f'<saml2:AuthnStatement AuthnInstant="{xml.stamp(moment)}"><saml2:AuthnContext><saml2:AuthnContextClassRef>'
            f'{login["loa"]}</saml2:AuthnContextClassRef></saml2:AuthnContext></saml2:AuthnStatement>'
            f'<saml2:AttributeStatement>{rows}</saml2:AttributeStatement></saml2:Assertion>')


def require_root(root, name):
    xml.require(etree.QName(root).localname in (name, "Envelope"), f"root is {root.tag}")


def read_extract(text):
    """Fields of PartialAfirma, whatever its namespaces are worth."""
    root = etree.fromstring(base64.b64decode(text), etree.XMLParser(recover=True))
    cells = [e.text for e in root.iter() if e.tag.endswith(("FieldIdentity", "FieldValue"))]
    return dict(zip(cells[::2], cells[1::2], strict=False))


def row(name, value):
    friendly, kind = PROFILE[name]
    prefix = PREFIXES[name.rpartition("/")[0]]
    return (f'<saml2:Attribute FriendlyName="{friendly}" Name="{name}" NameFormat="{URI_FORMAT}"><saml2:AttributeValue'
            f' xsi:type="{prefix}:{kind}">{html.escape(value)}</saml2:AttributeValue></saml2:Attribute>')


DENIED = ((STATUS + "Requester", STATUS + "RequestDenied"), "202012 - The citizen does not agree")
CANCELLED = ((STATUS + "Responder", STATUS + "AuthnFailed"), "003002 - Authentication failed")


class _Handler(http.server.BaseHTTPRequestHandler):
    standin = None

    def log_message(self, *_):
        pass

    def reply(self, code, text, kind="text/html; charset=utf-8"):
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(text if isinstance(text, bytes) else text.encode())

    def form(self, target, fields=(), inside=""):
        hidden = hidden_fields(dict(fields))
        self.reply(200, f'<form method="post" action="{html.escape(target)}">{hidden}{inside}</form>')

    def do_GET(self):
        path, _, query = self.path.partition("?")
        if path == METADATA:
            self.reply(200, self.standin.metadata(), "application/samlmetadata+xml")
        else:
            self.serve(path, query)

    def do_POST(self):
        octets = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.serve(self.path.partition("?")[0], octets.decode("utf-8", "replace"))

    def serve(self, path, text):
        pairs = urllib.parse.parse_qsl(text, keep_blank_values=True)
        try:
            self.step(path, dict(pairs), pairs)
        except (KeyError, ValueError, TypeError, IndexError, xml.Refused, etree.LxmlError, StopIteration,
                AttributeError, zlib.error):
            self.reply(400, "<p>no</p>")

    def step(self, path, fields, pairs):
        standin = self.standin
        if path == SSO:
            key = standin.receive(fields)
            self.form(f"/x/{key}/request", (), '<button name="continue">go</button><button name="cancel">no</button>')
        elif path == RETURN:
            key, identified = standin.believe(fields)
            if not identified:
                self.form(*standin.answer(key, status=CANCELLED))
                return
            boxes = "".join(f'<input type="checkbox" name="release" value="{f}" checked>'
                            for f in standin.optional(key) if f in standin.person(key))
            self.form(f"/x/{key}/consent", (),
                      boxes + '<button name="accept">yes</button><button name="deny">no</button>')
        else:
            key, page = path.split("/")[2:]
            if page == "request":
                self.form(*(standin.request(key) if "continue" in fields else standin.answer(key, status=CANCELLED)))
            else:
                released = [v for n, v in pairs if n == "release"]
                self.form(*standin.answer(key, released, None if "accept" in fields else DENIED))
