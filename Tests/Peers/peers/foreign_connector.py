# SPDX-License-Identifier: EUPL-1.2
"""An eIDAS Connector of another state: metadata, requests by every binding, strict reading of our answers (dossier §1,
§2, §4.2, §8)."""
import datetime as dt
import secrets
import urllib.parse
import zlib
from dataclasses import dataclass, replace
from xml.sax.saxutils import escape, quoteattr

from cryptography.hazmat.primitives.asymmetric import ec, utils

from . import connector_answer, forge, metadata, signatures, xml
from .names import (CONSENT, EIDAS, ENTITY, LEGAL_SET, LOA, NAMED, NATURAL_SET, POST, REDIRECT, SAML, SAMLP,
                    SIGNATURES, URI_FORMAT)

COMMISSION = "commission"      # GET with plain Base64 and the enveloped signature: no DEFLATE, no SigAlg (§1.1)
BINDINGS = (POST, REDIRECT, COMMISSION)


@dataclass(frozen=True)
class Asked:
    """A request that is under way, and what its answer has to keep to."""

    id: str
    octets: bytes
    relay_state: str | None
    wanted: dict                  # attribute name -> is required
    levels: tuple                 # URIs
    comparison: str
    name_id: str | None
    at: dt.datetime
    binding: str = POST
    acs: str | None = None        # None: the default one

    @property
    def legal(self):
        return any("/legalperson/" in name for name in self.wanted)

    @property
    def natural(self):
        return any("/naturalperson/" in name for name in self.wanted)

    def form(self):
        """Fields of the POST binding."""
        relay = {} if self.relay_state is None else {"RelayState": self.relay_state}
        return {"SAMLRequest": xml.encode(self.octets)} | relay


@dataclass
class ForeignConnector:
    country: str
    entity_id: str
    acs: str
    signer: object                # Identity: requests
    recipient: object             # Identity: opens answers
    metadata_signer: object       # Identity: metadata
    digest: str = "sha256"
    sector: str | None = "public"         # in metadata; None: in each request
    versions: tuple = metadata.VERSIONS
    ciphers: tuple = ("aes256-gcm", "aes128-gcm")
    other_acs: tuple = ()
    proxy: metadata.ProxyService | None = None

    @property
    def algorithm(self):
        return self.signer.signature(self.digest)

    def metadata(self, **changes):
        """Signed EntityDescriptor (dossier §9.8), octets."""
        root = metadata.connector(self, **changes)
        return xml.write(signatures.sign(root, self.metadata_signer, self.metadata_signer.signature("sha256"), at=0))

    def trust(self, octets, pinned, address=None):
        """Reads and verifies the Proxy-Service's metadata; answers are judged by it from now on."""
        self.proxy = metadata.ProxyService.read(octets, pinned, address=address)

    def draft(self, *, binding=POST, legal=False, optional=(), wanted=None, loa="low", levels=None,
              comparison="minimum", name_id=None, requester=None, sector=None, provider="Service de démonstration",
              relay_state="", acs=None, destination=None, at=None, acs_attribute=None):
        """(unsigned request, Asked without octets): both so that a hostile case can spoil the former.

        `optional` are friendly names; `wanted` replaces everything that is asked: {name: is required}.
        `relay_state` None sends none, empty a random one.
        """
        if wanted is None:
            wanted = {name: True for _, name, _ in (LEGAL_SET if legal else NATURAL_SET)}
            wanted |= {NAMED[friendly]: False for friendly in optional}
        asked = Asked(xml.identifier(), b"", secrets.token_urlsafe(9) if relay_state == "" else relay_state, wanted,
                      tuple(levels or [LOA.get(loa, loa)]), comparison, name_id, at or xml.now(), binding, acs)
        if destination is None:
            destination = self.proxy.post if binding == POST else self.proxy.redirect
        return self.write(asked, destination, requester, sector, provider, acs_attribute), asked

    def write(self, asked, destination, requester, sector, provider, acs_attribute):
        shown = sector or (None if self.sector else "public")
        rows = "".join(requested(name, required) for name, required in asked.wanted.items())
        levels = "".join(f"<saml2:AuthnContextClassRef>{escape(level)}</saml2:AuthnContextClassRef>"
                         for level in asked.levels)
        named = f" ProviderName={quoteattr(provider)}" if provider else ""
        place = f" AssertionConsumerServiceURL={quoteattr(acs_attribute)}" if acs_attribute else ""
        return xml.parse(
            f'<saml2p:AuthnRequest xmlns:saml2p="{SAMLP}" xmlns:saml2="{SAML}" xmlns:eidas="{EIDAS}" ID="{asked.id}"'
            f' Version="2.0" IssueInstant="{xml.stamp(asked.at)}" Destination={quoteattr(destination)}'
            f' Consent="{CONSENT}unspecified" ForceAuthn="true" IsPassive="false"{named}{place}>'
            f'<saml2:Issuer Format="{ENTITY}">{escape(self.entity_id)}</saml2:Issuer><saml2p:Extensions>'
            + (f"<eidas:SPType>{shown}</eidas:SPType>" if shown else "")
            + f'<eidas:RequestedAttributes>{rows}</eidas:RequestedAttributes></saml2p:Extensions>'
            + (f'<saml2p:NameIDPolicy AllowCreate="true" Format="{asked.name_id}"/>' if asked.name_id else "")
            + f'<saml2p:RequestedAuthnContext Comparison="{asked.comparison}">{levels}</saml2p:RequestedAuthnContext>'
            + (f"<saml2p:Scoping><saml2p:RequesterID>{escape(requester)}</saml2p:RequesterID></saml2p:Scoping>"
               if requester else "")
            + "</saml2p:AuthnRequest>")

    def request(self, **changes):
        root, asked = self.draft(**changes)
        return self.sealed(root, asked)

    def sealed(self, root, asked, **changes):
        """The request, signed: within the document, but for the real Redirect binding."""
        if asked.binding == REDIRECT:
            return replace(asked, octets=xml.write(root))
        options = {"signer": self.signer, "algorithm": self.algorithm} | changes
        return replace(asked, octets=xml.write(signatures.sign(root, **options)))

    def query(self, asked, *, pairs=lambda pairs: pairs, der=False, method=None, deflated=None):
        """The query string of either GET. `pairs` edits what is signed; `der` writes ECDSA values as Java does."""
        if asked.binding != REDIRECT:
            return urllib.parse.urlencode(asked.form())
        packed = deflate(asked.octets) if deflated is None else deflated
        signed = [("SAMLRequest", xml.encode(packed))]
        signed += [("RelayState", asked.relay_state)] if asked.relay_state is not None else []
        signed += [("SigAlg", method or SIGNATURES[self.algorithm])]
        text = urllib.parse.urlencode(pairs(signed), quote_via=urllib.parse.quote, safe="")
        value = forge.raw(self.signer, self.algorithm, text.encode())
        if der and not self.signer.is_rsa:
            half = len(value) // 2
            value = utils.encode_dss_signature(int.from_bytes(value[:half], "big"), int.from_bytes(value[half:], "big"))
        return text + "&Signature=" + urllib.parse.quote(xml.encode(value), safe="")

    def send(self, browser, asked, **options):
        """What the citizen's browser sees after it has carried the request to us."""
        if asked.binding == POST:
            return browser.post(self.proxy.post, asked.form())
        return browser.get(f"{self.proxy.redirect}?{self.query(asked, **options)}")

    def read(self, delivery, asked):
        """The login that an answer means. Raises Refused for anything that some node would refuse."""
        return connector_answer.Reader(self, asked).read(delivery)


def requested(name, required, value=None):
    friendly = f' FriendlyName="{connector_answer.friendly(name)}"' if connector_answer.friendly(name) else ""
    inner = "" if value is None else f"<eidas:AttributeValue>{escape(value)}</eidas:AttributeValue>"
    flag = required if isinstance(required, str) else str(required).lower()
    return (f'<eidas:RequestedAttribute{friendly} Name={quoteattr(name)} NameFormat="{URI_FORMAT}"'
            f' isRequired="{flag}">{inner}</eidas:RequestedAttribute>')


def deflate(octets):
    machine = zlib.compressobj(wbits=-15)
    return machine.compress(octets) + machine.flush()


def is_ec(identity):
    return isinstance(identity.key, ec.EllipticCurvePrivateKey)
