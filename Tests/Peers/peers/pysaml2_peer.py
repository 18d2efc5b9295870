# SPDX-License-Identifier: EUPL-1.2
"""pysaml2 with the xmlsec1 program: as a foreign node in whole logins, and as a service that judges our answers.

pysaml2 cannot choose a content cipher: it names 3DES-CBC in one place and asks xmlsec1 for a key of that size in
another. `ciphered` puts AES-GCM in both. `TypedServer` adds `xsi:type` and LatinScript, which no setting does.
"""
import contextlib
import functools
import logging
import warnings
from dataclasses import dataclass

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it names modes that `cryptography` has moved
    import saml2.entity
    import saml2.sigver
    from saml2.client import Saml2Client
    from saml2.config import IdPConfig, SPConfig
    from saml2.server import Server
from saml2 import SAMLError
from saml2.attribute_converter import AttributeConverter
from saml2.saml import NameID

from . import keys, xml
from .foreign_node import HONEST, ForeignNode
from .metadata import Connector
from .names import (CIPHERS, DIGESTS, DS, EIDAS, LEGAL, LOA, MD, NATURAL, POST, PROFILE, SAMLP, SIGNATURES, STATUS,
                    TYPE_NAMES, UNSPECIFIED, URI_FORMAT, md)
from .node_request import Request
from .signatures import program
from .xml import Refused, require

PREFIXES = {NATURAL: "eidas-natural", LEGAL: "eidas-legal"}


@contextlib.contextmanager
def ciphered(cipher):
    """pysaml2 with AES-GCM as content cipher, or as it is where `cipher` is None."""
    program_of, part = saml2.sigver.CryptoBackendXmlSec1, saml2.entity.pre_encryption_part
    before = program_of.encrypt_assertion

    def encrypt_assertion(self, statement, enc_key, template, key_type=None, node_xpath=None, node_id=None):
        return before(self, statement, enc_key, template, "aes-" + cipher[3:6], node_xpath, node_id)
    if cipher:
        saml2.entity.pre_encryption_part = functools.partial(part, msg_enc=CIPHERS[cipher])
        program_of.encrypt_assertion = encrypt_assertion
    try:
        yield
    finally:
        saml2.entity.pre_encryption_part, program_of.encrypt_assertion = part, before


def files(folder, name, **contents):
    """Paths of files with these contents, since pysaml2 and xmlsec1 want files."""
    out = {}
    for suffix, octets in contents.items():
        path = folder / f"pysaml2-{name}.{suffix}"
        path.write_bytes(octets)
        out[suffix] = str(path)
    return out


def configuration(kind, entity_id, paths, service):
    logging.getLogger("saml2").setLevel(logging.CRITICAL + 1)  # it logs each refusal with a trace
    require(program(), "no xmlsec1 program: run bin/setup")
    converter = AttributeConverter(URI_FORMAT)
    known = {name: friendly for name, (friendly, _) in PROFILE.items()}
    converter.from_dict({"identifier": URI_FORMAT, "fro": known, "to": {f: n for n, f in known.items()}})
    pair = {"key_file": paths["key"], "cert_file": paths["crt"]}
    config = kind().load({"entityid": entity_id, **pair, "encryption_keypairs": [pair], "xmlsec_binary": program(),
                          "metadata": {"local": [paths["xml"]]}, "allow_unknown_attributes": True, "service": service})
    config.attribute_converters = [converter]
    return config


@contextlib.contextmanager
def refusals():
    """What pysaml2 raises, as a judge's no: the reason, without the document that it adds."""
    try:
        yield
    except (SAMLError, saml2.sigver.XmlsecError) as fault:
        told = str(fault).replace("\\", "")
        reason = told.partition("'error': ")[2] or told
        raise Refused(f"pysaml2: {type(fault).__name__}: {reason[:120]}") from None


class TypedServer(Server):
    """Puts `xsi:type` and LatinScript on the values of the assertion that pysaml2 has made."""

    scripts = None      # attribute name -> [is Latin]; None leaves the values as pysaml2 types them

    def setup_assertion(self, *arguments, **options):
        assertion = super().setup_assertion(*arguments, **options)
        for attribute in assertion.attribute_statement[0].attribute if self.scripts else ():
            namespace = attribute.name.rpartition("/")[0]
            prefix = PREFIXES[namespace]
            for value, latin in zip(attribute.attribute_value, self.scripts[attribute.name], strict=True):
                value.set_type(f"{prefix}:{TYPE_NAMES[attribute.name]}")
                value.extension_attributes[f"xmlns:{prefix}"] = namespace
                if not latin:
                    value.extension_attributes[f"{{{namespace}}}LatinScript"] = "false"
        return assertion


@dataclass
class PySAML2Node(ForeignNode):
    """A Proxy-Service. Its key must be on a curve: xmlsec1 1.2 knows no RSA-PSS, and eIDAS no PKCS#1 v1.5."""

    folder: object = None
    typed: bool = True
    content: str | None = "aes256-gcm"     # None: the 3DES-CBC of pysaml2
    server: TypedServer | None = None

    def trust(self, octets, pinned):
        """pysaml2 reads our connector's metadata, and verifies its signature."""
        self.connector = Connector.read(octets, pinned)
        paths = files(self.folder, self.country, key=self.signer.key_pem, crt=self.signer.certificate_pem, xml=octets,
                      pin=keys.Identity(None, pinned, "").certificate_pem)
        self.server = TypedServer(config=configuration(IdPConfig, self.entity_id, paths, {"idp": {
            "endpoints": {"single_sign_on_service": [(self.sso, POST)]}, "want_authn_requests_signed": True,
            "policy": {"default": {"lifetime": {"minutes": 5}, "attribute_restrictions": None,
                                   "name_form": URI_FORMAT}}}}))
        with refusals():
            self.server.sec.verify_signature(octets.decode(), cert_file=paths["pin"],
                                             node_name=md("EntityDescriptor").strip("{").replace("}", ":"))

    def read(self, fields):
        """pysaml2 reads and verifies; it must understand what the strict reader does."""
        with refusals():
            message = self.server.parse_authn_request(fields["SAMLRequest"], POST).message
        context, wanted = message.requested_authn_context, {}
        for element in message.extensions.extension_elements:
            if (element.namespace, element.tag) == (EIDAS, "RequestedAttributes"):
                wanted = {row.attributes["Name"]: row.attributes["isRequired"] == "true" for row in element.children}
        found = Request(message.id, tuple(r.text for r in context.authn_context_class_ref), context.comparison, wanted,
                        fields.get("RelayState"), message.name_id_policy.format, message.provider_name)
        require(found == super().read(fields), f"pysaml2 read {found}")
        return found

    def answer(self, request, person, spoil=HONEST, **facts):
        octets = spoil.octets((self.failure if person.status else self.success)(request, person).encode())
        form = {"SAMLResponse": xml.encode(octets), "RelayState": request.relay_state}
        return self.connector.acs, spoil.fields(form)

    @property
    def signing(self):
        return {"sign_alg": SIGNATURES[self.algorithm], "digest_alg": DIGESTS[self.digest]}

    def success(self, request, person):
        rows = person.attributes(self.country)
        scripts = {name: [latin for _, latin in values] for _, name, _, values in rows}
        self.server.scripts = scripts if self.typed else None
        with ciphered(self.content):
            return str(self.server.create_authn_response(
                identity={friendly: [text for text, _ in values] for friendly, _, _, values in rows},
                in_response_to=request.id, destination=self.connector.acs, sp_entity_id=self.connector.entity_id,
                name_id=NameID(format=UNSPECIFIED, text=rows[0][3][0][0]), authn={"class_ref": LOA[person.loa]},
                sign_response=True, sign_assertion=self.signs_assertion, encrypt_assertion=True, **self.signing))

    def failure(self, request, person):
        """Only a node with an RSA key can: unlike an encrypted answer, this one passes a list of algorithms."""
        return str(self.server.create_error_response(
            request.id, self.connector.acs, (STATUS + person.status[1], "003002 - Authentication failed"),
            sign=True, **self.signing))


def metadata_of_gateway(world):
    """The gateway has none of its own: services are given its certificate."""
    return (f'<md:EntityDescriptor xmlns:md="{MD}" xmlns:ds="{DS}" entityID="{world.public}/Proxy2">'
            f'<md:IDPSSODescriptor protocolSupportEnumeration="{SAMLP}"><md:KeyDescriptor use="signing"><ds:KeyInfo>'
            f'<ds:X509Data><ds:X509Certificate>{xml.encode(keys.der(world.clave_certificate))}</ds:X509Certificate>'
            f'</ds:X509Data></ds:KeyInfo></md:KeyDescriptor><md:SingleSignOnService Binding="{POST}"'
            f' Location="{world.gateway}"/></md:IDPSSODescriptor></md:EntityDescriptor>').encode()


def judge(world, service, sent, fields):
    """Friendly names and values as pysaml2, in the place of the service, reads the gateway's answer; raises Refused."""
    who = service.recipient or service.signer
    paths = files(world.folder, service.provider, key=who.key_pem, crt=who.certificate_pem,
                  xml=metadata_of_gateway(world))
    client = Saml2Client(configuration(SPConfig, service.acs, paths, {"sp": {
        "endpoints": {"assertion_consumer_service": [(service.acs, POST)]}, "want_response_signed": True,
        "want_assertions_signed": False, "allow_unsolicited": False}}))
    with refusals():
        return client.parse_authn_request_response(fields["SAMLResponse"], POST, outstanding={sent.id: "/"}).ava
