# SPDX-License-Identifier: EUPL-1.2
"""The hand-written messages of `handmade` as a foreign node and as a Cl@ve service, in one suite of algorithms each."""
import datetime as dt
import secrets
from dataclasses import dataclass, replace

from cryptography.exceptions import InvalidTag
from handmade import saml, xmldsig, xmlenc
from handmade.rng import Drbg
from handmade.suites import DS, SUITES, Suite

from . import xml
from .clave_service import ClaveService, Sent
from .foreign_node import HONEST, ForeignNode
from .names import LOA, NATURAL_SET
from .xml import Refused, require

SIGNATURES = {"pkcs1": "rsa-", "pss": "rsa-pss-", "ecdsa": "ecdsa-"}
KINDS = {"rsa3072": "rsa3072", "rsa4096": "rsa4096", "ec256": "p256"}
FAULTS = (saml.MessageError, xmldsig.SignatureError, xmlenc.DecryptionError, InvalidTag, ValueError, AttributeError)


def remove_signature(root):
    root.remove(root.find(f"{{{DS}}}Signature"))
    return root


@dataclass
class HandmadeNode(ForeignNode):
    """`typed` values; the assertion is signed as well as the Response."""

    suite: Suite | None = None

    def read(self, fields):
        """Both readers must understand the same."""
        request = super().read(fields)
        found = saml.read_authn_request(saml.post_decode(fields["SAMLRequest"]), self.connector.signing[0], self.sso)
        wanted = {"id": request.id, "issuer": self.connector.entity_id, "acs": None, "loa": request.loa[0],
                  "sp_type": None if self.connector.sector else "public", "attributes": list(request.attributes)}
        require(found == wanted, f"read {found}, not {wanted}")
        return request

    def assertion(self, request, person):
        rows = person.attributes(self.country)
        who = saml.Person({name: [saml.Value(text, latin) for text, latin in values] for _, name, _, values in rows})
        return saml.assertion(
            Drbg(secrets.token_hex()).ident(), self.entity_id, self.connector.entity_id, self.connector.acs, request.id,
            xml.now(), dt.timedelta(minutes=5), who, rows[0][3][0][0], "_session", loa=person.loa)

    def response(self, request, assertion, **options):
        return saml.response(
            Drbg(secrets.token_hex()).ident(), self.entity_id, self.connector.acs, request.id, xml.now(), assertion,
            self.suite, self.signer.key, self.signer.certificate, self.connector.encryption, **options)

    def answer(self, request, person, spoil=HONEST, **options):
        """`spoil.assertion` and `spoil.octets` are looked at; `options` go to handmade."""
        octets = spoil.octets(self.response(request, spoil.assertion(self.assertion(request, person)), **options))
        return self.connector.acs, {"SAMLResponse": saml.post_encode(octets), "RelayState": request.relay_state}


@dataclass
class HandmadeService(ClaveService):
    suite: Suite | None = None

    @property
    def settings(self):
        """What the operator registers besides."""
        return {"signature": SIGNATURES[self.suite.scheme] + self.suite.hash, "signs-assertion": True}

    def request(self, gateway, *, loa="low"):
        """handmade's request; its ProviderName is fixed, so that it is signed anew with the registered one."""
        sent = Sent(xml.identifier(), b"", secrets.token_urlsafe(6), None, loa, xml.now())
        pair = self.signer.key, self.signer.certificate, self.suite
        root = remove_signature(xmldsig.parse(saml.authn_request(
            sent.id, self.issuer, gateway, sent.at, self.suite, *pair[:2], acs=self.acs, loa=loa)))
        root.set("ProviderName", self.provider + ";handmade")
        return replace(sent, octets=xml.write(xmldsig.sign(root, *pair)))

    def judge(self, fields, sent, certificate):
        """handmade's reading of an answer; raises Refused."""
        try:
            return saml.read_response(
                saml.post_decode(fields["SAMLResponse"]), certificate, self.recipient.key, now=xml.now(),
                audience=self.acs, destination=self.acs, in_response_to=sent.id)
        except FAULTS as fault:
            raise Refused(f"handmade: {type(fault).__name__}: {fault}") from None

    def read(self, fields, sent, certificate, gateway_issuer=None):
        """Both readers must understand the same."""
        login = super().read(fields, sent, certificate, gateway_issuer)
        found = self.judge(fields, sent, certificate)
        require(found["loa"] == LOA[login.loa], f"LoA {found['loa']}")
        for friendly, name, _ in NATURAL_SET:
            require(found["attributes"][name] == [text for text, _ in login.attributes[friendly]], f"other {friendly}")
        return login


def modern(suite):
    """The suite with what eIDAS asks of RSA: PSS, and OAEP with SHA-2."""
    return SUITES[suite.name.replace("-sha", "-pss-sha")] if suite.scheme == "pkcs1" else suite
