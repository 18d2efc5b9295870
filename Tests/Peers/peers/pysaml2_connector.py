# SPDX-License-Identifier: EUPL-1.2
"""pysaml2 with the xmlsec1 program as a Connector abroad: it reads our metadata, signs requests and reads answers.

Its key must be on a curve: xmlsec1 1.2 knows no RSA-PSS. pysaml2 has a list of RSA algorithms in front of requests,
which `on_curves` lengthens. The program opens neither `rsa-oaep` of XML Encryption 1.1 nor ECDH-ES, which is all that
eIDAS allows: `opening` lets the hand-written decryption of these peers do it in its place.
"""
import contextlib
from dataclasses import dataclass, replace

import saml2.entity
from saml2.client import Saml2Client
from saml2.config import SPConfig
from saml2.saml import NAMEID_FORMAT_ENTITY, Issuer
from saml2.samlp import RequesterID, Scoping
from saml2.sigver import CryptoBackendXmlSec1

from . import decryption, keys, xml
from .foreign_connector import ForeignConnector
from .names import DIGESTS, POST, PROFILE, SIGNATURES, URI_FORMAT, md, saml
from .pysaml2_peer import configuration, files, refusals
from .xml import require


@contextlib.contextmanager
def opening(identity):
    """pysaml2 with our decryption in the place of the program's."""
    before = CryptoBackendXmlSec1.decrypt

    def decrypt(_backend, text, key_file=None):
        root = xml.parse(text if isinstance(text, bytes) else text.encode())
        for sealed in list(root.iter(saml("EncryptedAssertion"))):
            sealed[:] = [xml.parse(decryption.decrypt(sealed, identity))]
        return xml.write(root).decode()
    CryptoBackendXmlSec1.decrypt = decrypt
    try:
        yield
    finally:
        CryptoBackendXmlSec1.decrypt = before


@contextlib.contextmanager
def on_curves():
    """pysaml2 with ECDSA among the algorithms that it lets through to the program."""
    before = saml2.entity.SIG_ALLOWED_ALG
    saml2.entity.SIG_ALLOWED_ALG = tuple(SIGNATURES.items())
    try:
        yield
    finally:
        saml2.entity.SIG_ALLOWED_ALG = before


@dataclass
class PySAML2Connector(ForeignConnector):
    folder: object = None
    client: Saml2Client | None = None

    def trust(self, octets, pinned, address=None):
        super().trust(octets, pinned, address)
        paths = files(self.folder, "C" + self.country, key=self.signer.key_pem, crt=self.signer.certificate_pem,
                      xml=octets, pin=keys.Identity(None, pinned, "").certificate_pem)
        self.client = Saml2Client(configuration(SPConfig, self.entity_id, paths, {"sp": {
            "endpoints": {"assertion_consumer_service": [(self.acs, POST)]}, "want_response_signed": True,
            "want_assertions_signed": False, "allow_unsolicited": False, "hide_assertion_consumer_service": True,
            "sp_type": self.sector, "sp_type_in_metadata": True}}))
        with refusals():
            self.client.sec.verify_signature(octets.decode(), cert_file=paths["pin"],
                                             node_name=md("EntityDescriptor").strip("{").replace("}", ":"))
        found = self.client.metadata.single_sign_on_service(self.proxy.entity_id, POST)
        require([place["location"] for place in found] == [self.proxy.post], f"pysaml2 finds {found}")

    def request(self, *, requester=None, **options):
        """What `draft` would ask, written and signed by pysaml2."""
        with on_curves():
            return self.written(requester, *self.draft(requester=requester, **options))

    def written(self, requester, _draft, asked):
        number, text = self.client.create_authn_request(
            self.proxy.post, message_id=asked.id, sign=True, sign_alg=SIGNATURES[self.algorithm],
            digest_alg=DIGESTS[self.digest], force_authn="true", is_passive="false",
            provider_name="pysaml2", nameid_format=asked.name_id, allow_create="true",
            issuer=Issuer(text=self.entity_id, format=NAMEID_FORMAT_ENTITY),
            requested_authn_context={"authn_context_class_ref": list(asked.levels), "comparison": asked.comparison},
            scoping=Scoping(requester_id=[RequesterID(text=requester)]) if requester else None,
            requested_attributes=[
                {"name": name, "friendly_name": PROFILE[name][0], "name_format": URI_FORMAT, "required": required}
                for name, required in asked.wanted.items()])
        require(number == asked.id, "pysaml2 took another ID")
        return replace(asked, octets=str(text).encode())

    def read(self, delivery, asked):
        """pysaml2 reads and verifies; it must understand what the strict reader does."""
        identity = super().read(delivery, asked)
        if not identity.success:
            return identity
        found = self.judge(delivery, asked)
        told = {friendly: [text for text, _ in values] for friendly, values in identity.attributes.items()}
        require(found.ava == told, f"pysaml2 reads {found.ava}")
        require(found.name_id.text == identity.name_id, "pysaml2 reads another NameID")
        return identity

    def judge(self, delivery, asked):
        """The answer, as pysaml2 alone reads it. Raises Refused."""
        with refusals(), opening(self.recipient):
            return self.client.parse_authn_request_response(
                delivery.fields["SAMLResponse"], POST, outstanding={asked.id: "/"})
