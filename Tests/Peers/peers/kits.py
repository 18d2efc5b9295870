# SPDX-License-Identifier: EUPL-1.2
"""How each generation of integration kit writes a Cl@ve 2.0 request and what it refuses to read (dossier §2, §11)."""
import secrets
import string
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from . import xml
from .names import (CLAVE, CONSENT, DS, EIDAS, ENTITY, LEGAL, LOA, NATURAL, PERSISTENT, SAML, SAMLP, SIGNATURES,
                    UNSPECIFIED, URI_FORMAT, XSI)
from .signatures import sign

ALL = frozenset(SIGNATURES.values())
# Engines 2.7 and 1.4.3 refuse PSS with SHA-384 and SHA-512 (dossier §11.2).
OLD = frozenset(uri for name, uri in SIGNATURES.items() if name not in ("rsa-pss-sha384", "rsa-pss-sha512"))
ID_ALPHABET = string.ascii_letters + string.digits + "._-"


@dataclass(frozen=True)
class Kit:
    name: str
    algorithm: str = "rsa-sha512"
    issuer: bool = False
    sp_type: bool = False
    application: str = "SedeEjemplo"     # what follows `;` in ProviderName; empty for none
    name_id: str = PERSISTENT
    relay_attribute: bool = True         # asks for the RelayState attribute, with a value
    prefixes: bool = False               # InclusiveNamespaces as soon as an attribute has a value
    empty_reference: bool = False
    wrap: int = 0                        # line length of the certificate's Base64
    id_length: int = 33
    milliseconds: bool = True
    protocol_binding: bool = False
    default_namespace: bool = False      # written by hand, without prefixes
    accepts: frozenset = ALL             # signature algorithms of answers
    reads_encrypted: bool = True
    checks_content: bool = True          # kit 3.0.0 checks neither signature nor times nor audience
    needs_assertion_in_errors: bool = False
    strict_registry: bool = False        # attributes that its registry does not know are refused


KITS = {kit.name: kit for kit in (
    Kit("java-3.0.0", algorithm="rsa-pss-sha512", reads_encrypted=False),
    Kit("java-3.0.0-pkcs1", reads_encrypted=False),
    Kit("java-2.8.4", algorithm="rsa-pss-sha512", application="SedeEjemplo", name_id=UNSPECIFIED, prefixes=True,
        wrap=76, id_length=64),
    Kit("java-2.7", name_id=UNSPECIFIED, prefixes=True, wrap=76, id_length=64, accepts=OLD),
    Kit("java-1.4.3", application="", name_id=UNSPECIFIED, prefixes=True, wrap=76, id_length=64, accepts=OLD,
        needs_assertion_in_errors=True),
    Kit("php", issuer=True, sp_type=True, name_id=UNSPECIFIED, milliseconds=False, protocol_binding=True,
        algorithm="rsa-sha256"),
    Kit("hand-written", issuer=True, sp_type=True, application="", empty_reference=True, default_namespace=True,
        relay_attribute=False),
)}


def identifier(length):
    return "_" + "".join(secrets.choice(ID_ALPHABET) for _ in range(length - 1))


def requested(name, friendly, required=False, value=None):
    text = ""
    if value is not None:
        text = (f'<eidas:AttributeValue xmlns:xsi="{XSI}" xsi:type="eidas-natural:PersonIdentifierType">{value}'
                '</eidas:AttributeValue>')
    return (f'<eidas:RequestedAttribute FriendlyName="{friendly}" Name="{name}" NameFormat="{URI_FORMAT}"'
            f' isRequired="{"true" if required else "false"}">{text}</eidas:RequestedAttribute>')


def draft(kit, *, provider, acs, destination, issuer, identifier, instant, loa="low", relay=None, attributes=(),
          excluded=("AEATIdP",)):
    """An unsigned AuthnRequest, as the kit writes it. `attributes` are (name, friendly name, required)."""
    wanted = "".join(requested(CLAVE + name, name) for name in excluded)
    wanted += "".join(requested(name, friendly, required) for name, friendly, required in attributes)
    if kit.relay_attribute:
        wanted += requested(CLAVE + "RelayState", "RelayState", value=relay)
    written = xml.stamp(instant) if kit.milliseconds else instant.strftime("%Y-%m-%dT%H:%M:%SZ")
    binding = ' ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"' if kit.protocol_binding else ""
    text = (
        f'<saml2p:AuthnRequest xmlns:saml2p="{SAMLP}" xmlns:saml2="{SAML}" xmlns:ds="{DS}" xmlns:eidas="{EIDAS}"'
        f' xmlns:eidas-natural="{NATURAL}" xmlns:eidas-legal="{LEGAL}"'
        f' AssertionConsumerServiceURL={quoteattr(acs)}'
        f' Consent="{CONSENT}unspecified" Destination={quoteattr(destination)} ForceAuthn="true" ID="{identifier}"'
        f' IsPassive="false" IssueInstant="{written}"{binding}'
        f' ProviderName={quoteattr(provider + (";" + kit.application if kit.application else ""))} Version="2.0">'
        + (f'<saml2:Issuer Format="{ENTITY}">{issuer}</saml2:Issuer>' if kit.issuer else "")
        + '<saml2p:Extensions>' + ("<eidas:SPType>public</eidas:SPType>" if kit.sp_type else "")
        + f'<eidas:RequestedAttributes>{wanted}</eidas:RequestedAttributes></saml2p:Extensions>'
        f'<saml2p:NameIDPolicy AllowCreate="true" Format="{kit.name_id}"/>'
        f'<saml2p:RequestedAuthnContext Comparison="minimum"><saml2:AuthnContextClassRef>{LOA.get(loa, loa)}'
        '</saml2:AuthnContextClassRef></saml2p:RequestedAuthnContext></saml2p:AuthnRequest>')
    if kit.default_namespace:
        text = text.replace("<saml2p:", "<").replace("</saml2p:", "</").replace("xmlns:saml2p=", "xmlns=")
    return xml.parse(text)


def seal(kit, root, signer, **changes):
    """The request, signed as the kit signs."""
    has_value = next(root.iter(f"{{{EIDAS}}}AttributeValue"), None) is not None
    options = {"algorithm": kit.algorithm, "empty_reference": kit.empty_reference, "wrap": kit.wrap,
               "prefixes": ("eidas-natural",) if kit.prefixes and has_value else ()}
    if not signer.is_rsa:
        options["algorithm"] = "ecdsa-sha512"
    return sign(root, signer, **(options | changes))
