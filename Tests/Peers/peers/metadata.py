# SPDX-License-Identifier: EUPL-1.2
"""Metadata: that of other nodes is written, ours is read and judged (eIDAS dossier §4, §6.1, §9)."""
import datetime as dt
from dataclasses import dataclass

from . import keys, schemas, signatures, xml
from .names import (ALG, APPLICATION, ASSURANCE, CATEGORY, CIPHERS, DIGESTS, DS, ECDH_ES, EIDAS, EIDAS_SIGNATURES,
                    FRIENDLY, KEY_WRAPS, LEGAL_SET, LOA, MD, MDATTR, MGF, NATURAL_SET, NOT_NOTIFIED, OAEP, PERSISTENT,
                    POST, PROFILE, PROTOCOL_VERSION, REDIRECT, SAML, SAMLP, TRANSIENT, UNSPECIFIED, URI_FORMAT,
                    WANTS_REQUESTER, XENC11, XS, XSI, ds, eidas, md, saml)
from .xml import require, text_of

VERSIONS = ("1.4.1", "1.4", "1.3", "1.2")
FORMATS = (PERSISTENT, TRANSIENT, UNSPECIFIED)
HEAD = (f'xmlns:md="{MD}" xmlns:saml2="{SAML}" xmlns:mdattr="{MDATTR}" xmlns:alg="{ALG}" xmlns:eidas="{EIDAS}"'
        f' xmlns:ds="{DS}" xmlns:xs="{XS}" xmlns:xsi="{XSI}"')
METHODS = "".join(f'<alg:DigestMethod Algorithm="{uri}"/>' for uri in DIGESTS.values()) + "".join(
    f'<alg:SigningMethod Algorithm="{uri}"/>' for uri in sorted(EIDAS_SIGNATURES))
PEOPLE = (
    '<md:Organization><md:OrganizationName xml:lang="en">Peers</md:OrganizationName><md:OrganizationDisplayName'
    ' xml:lang="en">Peers</md:OrganizationDisplayName><md:OrganizationURL xml:lang="en">https://peers.example/'
    '</md:OrganizationURL></md:Organization>'
    + "".join(f'<md:ContactPerson contactType="{kind}"><md:Company>Peers</md:Company><md:EmailAddress>'
              f'{kind}@peers.example</md:EmailAddress></md:ContactPerson>' for kind in ("support", "technical")))


def entity_attribute(name, values):
    inner = "".join(f'<saml2:AttributeValue xsi:type="xs:string">{v}</saml2:AttributeValue>' for v in values)
    return f'<saml2:Attribute Name="{name}" NameFormat="{URI_FORMAT}">{inner}</saml2:Attribute>'


def key_descriptor(use, certificate, inside=""):
    return (f'<md:KeyDescriptor use="{use}"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>'
            f'{xml.encode(keys.der(certificate))}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>{inside}'
            '</md:KeyDescriptor>')


def name_id_formats(formats=FORMATS):
    return "".join(f"<md:NameIDFormat>{f}</md:NameIDFormat>" for f in formats)


def root_attributes(node, valid_for):
    ends = f' validUntil="{xml.stamp(xml.now() + valid_for)}"' if valid_for is not None else ""
    return f'{HEAD} ID="{xml.identifier()}" entityID="{node.entity_id}"{ends}'


def proxy_service(node, *, valid_for=dt.timedelta(days=1), versions=VERSIONS, country=None, certificates=None,
                  sso=None):
    """Unsigned EntityDescriptor of a Proxy-Service."""
    descriptors = "".join(key_descriptor("signing", c) for c in certificates or [node.signer.certificate])
    services = "".join(f'<md:SingleSignOnService Binding="{binding}" Location="{sso or node.sso}"/>'
                       for binding in (POST, REDIRECT))
    supported = "".join(f'<saml2:Attribute FriendlyName="{friendly}" Name="{name}" NameFormat="{URI_FORMAT}"/>'
                        for name, friendly in FRIENDLY.items())
    return xml.parse(
        f'<md:EntityDescriptor {root_attributes(node, valid_for)}><md:Extensions>'
        f'<mdattr:EntityAttributes>{entity_attribute(PROTOCOL_VERSION, versions)}'
        f'{entity_attribute(APPLICATION, ["Peers:node:1.0"])}'
        f'{entity_attribute(ASSURANCE, [LOA[level] for level in node.levels])}</mdattr:EntityAttributes>{METHODS}'
        f'</md:Extensions><md:IDPSSODescriptor WantAuthnRequestsSigned="true" protocolSupportEnumeration="{SAMLP}">'
        f'<md:Extensions><eidas:NodeCountry>{country or node.country}</eidas:NodeCountry></md:Extensions>{descriptors}'
        f'{name_id_formats()}{services}{supported}</md:IDPSSODescriptor>{PEOPLE}</md:EntityDescriptor>')


def encryption_methods(certificate, ciphers):
    """What a Connector says of its encryption key: data ciphers, then how the content key reaches it (§4.2)."""
    out = "".join(f'<md:EncryptionMethod Algorithm="{CIPHERS[c]}"/>' for c in ciphers)
    if keys.kind_of(certificate.public_key()).startswith("rsa"):
        return out + (f'<md:EncryptionMethod Algorithm="{OAEP}"><ds:DigestMethod Algorithm="{DIGESTS["sha256"]}"/>'
                      f'<xenc11:MGF xmlns:xenc11="{XENC11}" Algorithm="{MGF["sha256"]}"/></md:EncryptionMethod>')
    return out + "".join(f'<md:EncryptionMethod Algorithm="{uri}"/>' for uri in (ECDH_ES, KEY_WRAPS[256]))


def connector(node, *, valid_for=dt.timedelta(days=1), country=None, signing=None, encrypting=None, acs=None,
              signed_requests="true", methods=True):
    """Unsigned EntityDescriptor of a Connector. `signing` and `encrypting` are certificates, `acs` are addresses."""
    signing = [node.signer.certificate] if signing is None else signing
    encrypting = [node.recipient.certificate] if encrypting is None else encrypting
    descriptors = "".join(key_descriptor("signing", c) for c in signing) + "".join(
        key_descriptor("encryption", c, encryption_methods(c, node.ciphers) if methods else "") for c in encrypting)
    endpoints = "".join(
        f'<md:AssertionConsumerService Binding="{POST}" Location="{address}" index="{number}"'
        f'{" isDefault=" + chr(34) + "true" + chr(34) if number == 0 else ""}/>'
        for number, address in enumerate([node.acs, *node.other_acs] if acs is None else acs))
    versions = entity_attribute(PROTOCOL_VERSION, node.versions) if node.versions else ""
    sector = f"<eidas:SPType>{node.sector}</eidas:SPType>" if node.sector else ""
    return xml.parse(
        f'<md:EntityDescriptor {root_attributes(node, valid_for)}><md:Extensions><mdattr:EntityAttributes>{versions}'
        f'{entity_attribute(APPLICATION, ["Peers:connector:1.0"])}</mdattr:EntityAttributes>{sector}{METHODS}'
        f'</md:Extensions><md:SPSSODescriptor AuthnRequestsSigned="{signed_requests}" WantAssertionsSigned="false"'
        f' protocolSupportEnumeration="{SAMLP}">'
        f'<md:Extensions><eidas:NodeCountry>{country or node.country}</eidas:NodeCountry></md:Extensions>{descriptors}'
        f'{name_id_formats()}{endpoints}</md:SPSSODescriptor>{PEOPLE}</md:EntityDescriptor>')


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
        root = opened(octets, pinned)
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
        node_extensions(root)
        return cls(root.get("entityID"), posts[0], found["signing"], found["encryption"][0],
                   text_of(root, f"{md('Extensions')}/{eidas('SPType')}"),
                   tuple(f.text for f in role.findall(md("NameIDFormat"))))


@dataclass(frozen=True)
class ProxyService:
    """What a Connector abroad learns from our Proxy-Service metadata."""

    entity_id: str
    post: str
    redirect: str
    signing: tuple
    levels: tuple
    attributes: dict            # name -> friendly name
    wants_requester: bool

    @classmethod
    def read(cls, octets, pinned, *, address=None):
        """Reads and judges signed Proxy-Service metadata, found at `address` (dossier §4.3, §6.1). Raises Refused."""
        root = opened(octets, pinned)
        schemas.validate(xml.parse(octets))
        require(address is None or root.get("entityID") == address, f"entityID is not {address}")
        role = root.find(md("IDPSSODescriptor"))
        require(role is not None and SAMLP in role.get("protocolSupportEnumeration", "").split(), "no IdP role")
        require(root.find(md("SPSSODescriptor")) is None, "a second role")
        require(role.get("WantAuthnRequestsSigned") == "true", "WantAuthnRequestsSigned is not true")
        require(text_of(role, f"{md('Extensions')}/{eidas('NodeCountry')}") == "ES", "NodeCountry is not ES")
        require(all(d.get("use") == "signing" for d in role.iter(md("KeyDescriptor"))), "keys other than for signing")
        signing = tuple(certificates(role, "signing"))
        require(signing, "no signing key")
        for kind in (keys.kind_of(c.public_key()) for c in signing):
            require(not kind.startswith("rsa") or int(kind[3:]) >= 3072, f"signing key {kind}")
        require({f.text for f in role.findall(md("NameIDFormat"))} >= set(FORMATS), "NameID formats")
        services = {s.get("Binding"): s.get("Location") for s in role.findall(md("SingleSignOnService"))}
        require(len(services) == len(role.findall(md("SingleSignOnService"))) == 2, f"endpoints {services}")
        require(set(services) == {POST, REDIRECT}, f"bindings {set(services)}")
        require(all(a.startswith("https://") for a in services.values()), "an endpoint without TLS")
        node_extensions(root)
        require(root.find(f".//{eidas('SPType')}") is None, "SPType of a Proxy-Service")
        levels = tuple(values_of(root, ASSURANCE))
        require(levels and len(levels) == len(set(levels)), f"LoA {levels}")
        require(set(levels) <= {*LOA.values(), *NOT_NOTIFIED.values()}, f"LoA {levels}")
        categories = values_of(root, CATEGORY)
        require(set(categories) <= {WANTS_REQUESTER}, f"entity categories {categories}")
        return cls(root.get("entityID"), services[POST], services[REDIRECT], signing, levels, supported(role),
                   bool(categories))


def opened(octets, pinned):
    """The signed and unexpired EntityDescriptor."""
    document = xml.parse(octets)
    require(document.tag == md("EntityDescriptor"), f"root is {document.tag}")
    root = signatures.verify(document, pinned, algorithms=EIDAS_SIGNATURES, at=0, empty_reference=True)
    require(xml.instant(root.get("validUntil"), "validUntil") > xml.now(), "metadata expired")
    return root


def node_extensions(root):
    """What every node publishes, whichever its role (§4.1, §4.4)."""
    versions = values_of(root, PROTOCOL_VERSION)
    require("1.4" in versions and "1.4.1" in versions, f"protocol versions {versions}")
    require(len(values_of(root, APPLICATION)) == 1, "not one application identifier")
    require(root.findall(f"{md('Extensions')}/{{{ALG}}}SigningMethod"), "no SigningMethod published")
    require(root.find(md("Organization")) is not None, "no Organization")
    contacts = {c.get("contactType") for c in root.findall(md("ContactPerson"))}
    require({"support", "technical"} <= contacts, f"contacts {contacts}")


def supported(role):
    """The attributes that a Proxy-Service publishes: of the profile, complete sets, each once."""
    rows = role.findall(saml("Attribute"))
    found = {row.get("Name"): row.get("FriendlyName") for row in rows}
    require(len(found) == len(rows), "an attribute published twice")
    require(all(row.get("NameFormat") == URI_FORMAT for row in rows), "NameFormat of a published attribute")
    for name, friendly in found.items():
        if "/representative/" not in name:
            require(name in PROFILE and friendly in (None, PROFILE[name][0]), f"published: {friendly} {name}")
    for rule in (NATURAL_SET, LEGAL_SET):
        touched = [name for _, name, _ in rule if name in found]
        require(len(touched) in (0, len(rule)), f"published in part only: {touched}")
    require(found, "no attributes published")
    return found


def certificates(role, use):
    for descriptor in role.findall(md("KeyDescriptor")):
        if descriptor.get("use") == use:
            for text in descriptor.iter(ds("X509Certificate")):
                yield keys.certificate(xml.unwrapped(text.text))


def values_of(root, name):
    path = f"{md('Extensions')}/{{{MDATTR}}}EntityAttributes/{saml('Attribute')}"
    return [text_of(v) for a in root.findall(path) if a.get("Name") == name for v in a.findall(saml("AttributeValue"))]
