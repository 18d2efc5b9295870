# SPDX-License-Identifier: EUPL-1.2
"""Metadata: that of a Proxy-Service is written, that of our Connector is read and judged (eIDAS dossier §4, §9)."""
import datetime as dt
from dataclasses import dataclass

from . import keys, signatures, xml
from .names import (ALG, APPLICATION, ASSURANCE, DIGESTS, DS, EIDAS, EIDAS_SIGNATURES, FRIENDLY, LOA, MD, MDATTR,
                    PERSISTENT, POST, PROTOCOL_VERSION, REDIRECT, SAML, SAMLP, TRANSIENT, UNSPECIFIED, URI_FORMAT, XS,
                    XSI, ds, eidas, md, saml)
from .xml import require, text_of


def entity_attribute(name, values):
    inner = "".join(f'<saml2:AttributeValue xsi:type="xs:string">{v}</saml2:AttributeValue>' for v in values)
    return f'<saml2:Attribute Name="{name}" NameFormat="{URI_FORMAT}">{inner}</saml2:Attribute>'


def proxy_service(node, *, valid_for=dt.timedelta(days=1), versions=("1.4.1", "1.4", "1.3", "1.2"), country=None,
                  certificates=None, sso=None):
    """Unsigned EntityDescriptor of a Proxy-Service."""
    shown = certificates or [node.signer.certificate]
    descriptors = "".join(
        '<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>'
        f'{xml.encode(keys.der(c))}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>' for c in shown)
    methods = "".join(f'<alg:DigestMethod Algorithm="{uri}"/>' for uri in DIGESTS.values()) + "".join(
        f'<alg:SigningMethod Algorithm="{uri}"/>' for uri in sorted(EIDAS_SIGNATURES))
    services = "".join(f'<md:SingleSignOnService Binding="{binding}" Location="{sso or node.sso}"/>'
                       for binding in (POST, REDIRECT))
    formats = "".join(f"<md:NameIDFormat>{f}</md:NameIDFormat>" for f in (PERSISTENT, TRANSIENT, UNSPECIFIED))
    supported = "".join(f'<saml2:Attribute FriendlyName="{friendly}" Name="{name}" NameFormat="{URI_FORMAT}"/>'
                        for name, friendly in FRIENDLY.items())
    return xml.parse(
        f'<md:EntityDescriptor xmlns:md="{MD}" xmlns:saml2="{SAML}" xmlns:mdattr="{MDATTR}" xmlns:alg="{ALG}"'
        f' xmlns:eidas="{EIDAS}" xmlns:ds="{DS}" xmlns:xs="{XS}" xmlns:xsi="{XSI}" ID="{xml.identifier()}"'
        f' entityID="{node.entity_id}" validUntil="{xml.stamp(xml.now() + valid_for)}"><md:Extensions>'
        f'<mdattr:EntityAttributes>{entity_attribute(PROTOCOL_VERSION, versions)}'
        f'{entity_attribute(APPLICATION, ["Peers:node:1.0"])}'
        f'{entity_attribute(ASSURANCE, [LOA[level] for level in node.levels])}</mdattr:EntityAttributes>{methods}'
        f'</md:Extensions><md:IDPSSODescriptor WantAuthnRequestsSigned="true" protocolSupportEnumeration="{SAMLP}">'
        f'<md:Extensions><eidas:NodeCountry>{country or node.country}</eidas:NodeCountry></md:Extensions>{descriptors}'
        f'{formats}{services}{supported}</md:IDPSSODescriptor>'
        '<md:Organization><md:OrganizationName xml:lang="en">Peers</md:OrganizationName><md:OrganizationDisplayName'
        ' xml:lang="en">Peers</md:OrganizationDisplayName><md:OrganizationURL xml:lang="en">https://peers.example/'
        '</md:OrganizationURL></md:Organization>'
        + "".join(f'<md:ContactPerson contactType="{kind}"><md:Company>Peers</md:Company><md:EmailAddress>'
                  f'{kind}@peers.example</md:EmailAddress></md:ContactPerson>' for kind in ("support", "technical"))
        + '</md:EntityDescriptor>')


@dataclass(frozen=True)
class Connector:
    """What another node learns from our connector metadata."""

    entity_id: str
    acs: str
    signing: tuple
    encryption: object
    sector: str | None
    name_id_formats: tuple

    @classmethod
    def read(cls, octets, pinned):
        """Reads and judges signed connector metadata (dossier §4.2, §6.1). Raises Refused."""
        document = xml.parse(octets)
        require(document.tag == md("EntityDescriptor"), f"root is {document.tag}")
        root = signatures.verify(document, pinned, algorithms=EIDAS_SIGNATURES, at=0, empty_reference=True)
        require(xml.instant(root.get("validUntil"), "validUntil") > xml.now(), "metadata expired")
        role = root.find(md("SPSSODescriptor"))
        require(role is not None and SAMLP in role.get("protocolSupportEnumeration", "").split(), "no SP role")
        require(role.get("AuthnRequestsSigned") == "true", "AuthnRequestsSigned is not true")
        require(text_of(role, f"{md('Extensions')}/{eidas('NodeCountry')}") == "ES", "NodeCountry is not ES")
        found = {use: tuple(certificates(role, use)) for use in ("signing", "encryption")}
        require(found["signing"] and found["encryption"], "a signing or an encryption key is missing")
        require(not {keys.der(c) for c in found["signing"]} & {keys.der(c) for c in found["encryption"]},
                "one certificate for signing and encryption")
        require(all(d.get("use") in found for d in role.iter(md("KeyDescriptor"))), "KeyDescriptor without use")
        endpoints = role.findall(md("AssertionConsumerService"))
        posts = [e.get("Location") for e in endpoints if e.get("Binding") == POST]
        require(posts and endpoints[0].get("isDefault") == "true", "no default ACS with POST")
        versions = values_of(root, PROTOCOL_VERSION)
        require("1.4" in versions and "1.4.1" in versions, f"protocol versions {versions}")
        require(values_of(root, APPLICATION), "no application identifier")
        require(root.findall(f"{md('Extensions')}/{{{ALG}}}SigningMethod"), "no SigningMethod published")
        require(root.find(md("Organization")) is not None, "no Organization")
        contacts = {c.get("contactType") for c in root.findall(md("ContactPerson"))}
        require({"support", "technical"} <= contacts, f"contacts {contacts}")
        return cls(root.get("entityID"), posts[0], found["signing"], found["encryption"][0],
                   text_of(root, f"{md('Extensions')}/{eidas('SPType')}"),
                   tuple(f.text for f in role.findall(md("NameIDFormat"))))


def certificates(role, use):
    for descriptor in role.findall(md("KeyDescriptor")):
        if descriptor.get("use") == use:
            for text in descriptor.iter(ds("X509Certificate")):
                yield keys.certificate(xml.unwrapped(text.text))


def values_of(root, name):
    path = f"{md('Extensions')}/{{{MDATTR}}}EntityAttributes/{saml('Attribute')}"
    return [text_of(v) for a in root.findall(path) if a.get("Name") == name for v in a.findall(saml("AttributeValue"))]


