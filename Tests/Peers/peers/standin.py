# SPDX-License-Identifier: EUPL-1.2
"""A small and credulous proxy in Puente's place, so that the peers can be tried on each other.

It checks nothing: it believes the first assertion that it finds. The judges must be content with what it writes, must
notice whatever is spoiled on purpose (`spoil_request`, `spoil_answer`), and the hostile cases must fool it.
"""
import datetime as dt
import html
import http.server
import re
import threading
import urllib.parse

from lxml import etree

from . import decryption, encryption, keys, metadata, signatures, xml
from .foreign_node import attribute
from .names import (ALG, APPLICATION, BEARER, CLAVE, CONSENT, DS, EIDAS, EIDAS_SIGNATURES, ENTITY, FRIENDLY, LEGAL,
                    LEGAL_SET, MD, MDATTR, NATURAL, NATURAL_SET, PERSISTENT, POST, PROTOCOL_VERSION, SAML, SAMLP,
                    STATUS, SUCCESS, TYPE_NAMES, UNSPECIFIED, URI_FORMAT, XS, XSI, saml)
from .world import CONNECTOR, GATEWAY

HEAD = (f'xmlns:saml2p="{SAMLP}" xmlns:saml2="{SAML}" xmlns:xs="{XS}" xmlns:xsi="{XSI}"'
        f' xmlns:eidas-natural="{NATURAL}" xmlns:eidas-legal="{LEGAL}"')


class Served:
    """Serves a World on its port while the context lasts; `handler` is the class that answers."""

    handler = None

    def __enter__(self):
        handler = type("Handler", (self.handler,), {"standin": self})
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.world.port), handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.introduce(self.metadata())
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def alive(self):
        return True


class StandIn(Served):
    def __init__(self, world):
        self.world, self.pending = world, {}
        self.spoil_request = self.spoil_answer = self.spoil_signed = self.spoil_assertion = lambda element: element
        self.spoil_metadata = lambda element: element
        self.answer_signing, self.answer_relay = {}, None

    @property
    def handler(self):
        return _Handler

    def introduce(self, octets):
        for node in self.world.nodes.values():
            node.trust(octets, self.world.own["metadata"].certificate)

    # --- what it writes ---------------------------------------------------------------------------------------

    def metadata(self):
        own = self.world.own
        descriptors = "".join(
            f'<md:KeyDescriptor use="{use}"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>'
            f'{xml.encode(keys.der(own[name].certificate))}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>'
            '</md:KeyDescriptor>' for use, name in (("signing", "signing"), ("encryption", "encryption")))
        root = xml.parse(
            f'<md:EntityDescriptor xmlns:md="{MD}" xmlns:ds="{DS}" xmlns:alg="{ALG}" xmlns:mdattr="{MDATTR}"'
            f' xmlns:eidas="{EIDAS}" xmlns:saml2="{SAML}" xmlns:xs="{XS}" xmlns:xsi="{XSI}" ID="{xml.identifier()}"'
            f' entityID="{self.world.public}{CONNECTOR}" validUntil="{xml.stamp(xml.now() + dt.timedelta(days=1))}">'
            '<md:Extensions><mdattr:EntityAttributes>'
            f'{metadata.entity_attribute(PROTOCOL_VERSION, ["1.4.1", "1.4", "1.3"])}'
            f'{metadata.entity_attribute(APPLICATION, ["Peers:standin:1"])}</mdattr:EntityAttributes>'
            '<eidas:SPType>public</eidas:SPType>'
            + "".join(f'<alg:SigningMethod Algorithm="{uri}"/>' for uri in EIDAS_SIGNATURES)
            + f'</md:Extensions><md:SPSSODescriptor AuthnRequestsSigned="true" protocolSupportEnumeration="{SAMLP}">'
            f'<md:Extensions><eidas:NodeCountry>ES</eidas:NodeCountry></md:Extensions>{descriptors}'
            f'<md:NameIDFormat>{UNSPECIFIED}</md:NameIDFormat><md:AssertionConsumerService Binding="{POST}"'
            f' Location="{self.world.acs}" index="0" isDefault="true"/></md:SPSSODescriptor><md:Organization>'
            '<md:OrganizationName xml:lang="en">x</md:OrganizationName></md:Organization>'
            '<md:ContactPerson contactType="support"/><md:ContactPerson contactType="technical"/>'
            '</md:EntityDescriptor>')
        signer = own["metadata"]
        return xml.write(signatures.sign(self.spoil_metadata(root), signer, signer.signature(), at=0))

    def request(self, fields):
        asked = xml.parse(xml.unwrapped(fields["SAMLRequest"]))
        node = self.world.nodes[fields["country"]]
        identifier, relay = xml.identifier(), xml.identifier(17)
        legal = any(LEGAL in (e.get("Name") or "") for e in asked.iter())
        rows = "".join(f'<eidas:RequestedAttribute FriendlyName="{f}" Name="{n}" NameFormat="{URI_FORMAT}"'
                       ' isRequired="true"/>' for f, n, _ in (LEGAL_SET if legal else NATURAL_SET))
        loa = xml.text_of(next(asked.iter(saml("AuthnContextClassRef"))))
        root = xml.parse(
            f'<saml2p:AuthnRequest xmlns:saml2p="{SAMLP}" xmlns:saml2="{SAML}" xmlns:eidas="{EIDAS}" ID="{identifier}"'
            f' Version="2.0" IssueInstant="{xml.stamp(xml.now())}" Destination="{node.sso}" ForceAuthn="true"'
            f' IsPassive="false" Consent="{CONSENT}unspecified" ProviderName="Sede"><saml2:Issuer Format="{ENTITY}">'
            f'{self.world.public}{CONNECTOR}</saml2:Issuer><saml2p:Extensions><eidas:RequestedAttributes>{rows}'
            f'</eidas:RequestedAttributes></saml2p:Extensions><saml2p:NameIDPolicy Format="{UNSPECIFIED}"/>'
            '<saml2p:RequestedAuthnContext Comparison="minimum"><saml2:AuthnContextClassRef>'
            f'{loa}</saml2:AuthnContextClassRef></saml2p:RequestedAuthnContext></saml2p:AuthnRequest>')
        self.pending[relay] = (asked, fields["RelayState"], node)
        signer = self.world.own["signing"]
        signed = signatures.sign(self.spoil_request(root), signer, signer.signature("sha384"))
        return node.sso, {"SAMLRequest": xml.encode(xml.write(signed)), "RelayState": relay}

    def answer(self, fields):
        """Believes the first assertion in the document that anybody could read, decrypted if need be."""
        asked, relay_field, _node = self.pending[fields["RelayState"]]
        found = xml.parse(xml.unwrapped(fields["SAMLResponse"]))
        for sealed in list(found.iter(saml("EncryptedAssertion"))):
            plain = decryption.decrypt(sealed, self.world.own["encryption"])
            sealed.getparent().replace(sealed, xml.parse(plain))
        believed = next(filter(readable, found.iter(saml("Assertion"))), None)
        service = next(s for s in self.world.services.values()
                       if s.provider == (asked.get("ProviderName") or "").split(";")[0])
        return service.acs, self.sealed(service, asked, relay_field, believed)

    def sealed(self, service, asked, relay_field, believed):
        moment, acs = xml.now(), service.acs
        root = xml.parse(
            f'<saml2p:Response {HEAD} ID="{xml.identifier()}" Version="2.0" Destination="{acs}"'
            f' InResponseTo="{asked.get("ID")}" IssueInstant="{xml.stamp(moment)}" Consent="{CONSENT}obtained">'
            f'<saml2:Issuer Format="{ENTITY}">{self.world.public}/Proxy2</saml2:Issuer><saml2p:Status>'
            f'{status(believed is not None)}</saml2p:Status></saml2p:Response>')
        assertion = self.spoil_assertion(self.assertion(asked, acs, believed, moment))
        if service.recipient is None or believed is None:
            root.append(assertion)
        else:
            sealed = xml.parse(f'<saml2:EncryptedAssertion xmlns:saml2="{SAML}"/>')
            transport = encryption.Transport(service.transport, *(
                ("sha256", "sha256") if service.transport.endswith("rsa-oaep") or not service.recipient.is_rsa
                else ("sha1", None)))
            sealed.extend(encryption.encrypt(xml.standalone(assertion), [service.recipient.certificate],
                                             transport=transport))
            root.append(sealed)
        signed = signatures.sign(self.spoil_answer(root), self.world.own["clave"],
                                 **({"algorithm": "rsa-sha512"} | self.answer_signing))
        octets = xml.write(self.spoil_signed(signed))
        return {"SAMLResponse": xml.encode(octets), "RelayState": self.answer_relay or relay_field}

    def assertion(self, asked, acs, believed, moment):
        rows, loa = "", "http://eidas.europa.eu/LoA/low"
        if believed is not None:
            loa = xml.text_of(next(believed.iter(saml("AuthnContextClassRef"))))
            rows = "".join(self.row(a) for a in believed.iter(saml("Attribute")) if a.get("Name") in FRIENDLY)
            echo = [v for a in asked.iter(f"{{{EIDAS}}}RequestedAttribute") if a.get("Name") == CLAVE + "RelayState"
                    for v in a]
            rows += clave("SelectedIdP", "EIDAS") + "".join(clave("RelayState", v.text) for v in echo)
            rows = f"<saml2:AttributeStatement>{rows}</saml2:AttributeStatement>"
        begins, ends = (xml.stamp(moment + dt.timedelta(seconds=s)) for s in (-45, 300))
        return xml.parse(
            f'<saml2:Assertion {HEAD} ID="{xml.identifier()}" Version="2.0" IssueInstant="{xml.stamp(moment)}">'
            f'<saml2:Issuer Format="{ENTITY}">{self.world.public}/Proxy2</saml2:Issuer><saml2:Subject><saml2:NameID'
            f' Format="{PERSISTENT}">{"x" if believed is not None else "NotAvailable"}</saml2:NameID>'
            f'<saml2:SubjectConfirmation Method="{BEARER}"><saml2:SubjectConfirmationData Recipient="{acs}"'
            f' InResponseTo="{asked.get("ID")}" NotOnOrAfter="{ends}"/></saml2:SubjectConfirmation></saml2:Subject>'
            f'<saml2:Conditions NotBefore="{begins}" NotOnOrAfter="{ends}"><saml2:AudienceRestriction><saml2:Audience>'
            f'{acs}</saml2:Audience></saml2:AudienceRestriction></saml2:Conditions><saml2:AuthnStatement'
            f' AuthnInstant="{xml.stamp(moment)}"><saml2:AuthnContext><saml2:AuthnContextClassRef>{loa}'
            f'</saml2:AuthnContextClassRef></saml2:AuthnContext></saml2:AuthnStatement>{rows}</saml2:Assertion>')

    @staticmethod
    def row(found):
        name = found.get("Name")
        values = [(xml.text_of(v), v.get(f"{{{name.rsplit('/', 1)[0]}}}LatinScript") != "false") for v in found]
        return attribute(FRIENDLY[name], name, TYPE_NAMES[name], values)


def clave(name, value):
    return (f'<saml2:Attribute FriendlyName="{name}" Name="{CLAVE}{name}" NameFormat="{URI_FORMAT}">'
            f'<saml2:AttributeValue xsi:type="xs:string">{html.escape(value)}</saml2:AttributeValue></saml2:Attribute>')


def readable(assertion):
    """Whether whatever is said to be in Latin script has something in it that is."""
    latin = [value for value in assertion.iter(saml("AttributeValue")) if not any(
        name.endswith("LatinScript") and said == "false" for name, said in value.attrib.items())]
    return all(re.search("[0-9A-Za-z\u00c0-\u024f]", xml.text_of(value)) for value in latin)


def status(success):
    if success:
        return f'<saml2p:StatusCode Value="{SUCCESS}"/><saml2p:StatusMessage>{SUCCESS}</saml2p:StatusMessage>'
    return (f'<saml2p:StatusCode Value="{STATUS}Responder"><saml2p:StatusCode Value="{STATUS}AuthnFailed"/>'
            '</saml2p:StatusCode><saml2p:StatusMessage>003002 - Authentication Failed</saml2p:StatusMessage>')


def hidden_fields(fields):
    return "".join(f'<input type="hidden" name="{n}" value="{html.escape(v)}">' for n, v in fields.items())


class _Handler(http.server.BaseHTTPRequestHandler):
    standin = None

    def log_message(self, *_):
        pass

    def reply(self, code, body, kind="text/html; charset=utf-8"):
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path == CONNECTOR:
            self.reply(200, self.standin.metadata(), "application/samlmetadata+xml")
        else:
            self.reply(404, b"")

    def do_POST(self):
        octets = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fields = dict(urllib.parse.parse_qsl(octets.decode("utf-8", "replace"), keep_blank_values=True))
        try:
            if self.path == GATEWAY and "country" not in fields:
                hidden = hidden_fields(fields)
                choice = "".join(f'<button name="country" value="{c}">{c}</button>' for c in self.standin.world.nodes)
                self.reply(200, f'<form method="post" action="{GATEWAY}">{hidden}{choice}</form>'.encode())
                return
            action, form = (self.standin.request if self.path == GATEWAY else self.standin.answer)(fields)
        except (KeyError, ValueError, xml.Refused, etree.LxmlError, StopIteration, AttributeError):
            self.reply(400, b"<p>no</p>")
            return
        self.reply(200, f'<form method="post" action="{html.escape(action)}">{hidden_fields(form)}</form>'.encode())


