# SPDX-License-Identifier: EUPL-1.2
"""An AuthnRequest of our Connector, read as strictly as the specification and the nodes in the field (dossier §6.2)."""
import datetime as dt
from dataclasses import dataclass

from lxml import etree

from . import signatures, xml
from .names import (CONSENT, EIDAS_SIGNATURES, ENTITY, FRIENDLY, LEGAL, LEGAL_SET, LOA, MAX_MESSAGE, MAX_RELAY_STATE,
                    NATURAL_SET, PERSISTENT, TRANSIENT, UNSPECIFIED, URI_FORMAT, eidas, saml, samlp)
from .xml import Refused, require, text_of

FORBIDDEN = ("AssertionConsumerServiceURL", "AssertionConsumerServiceIndex", "ProtocolBinding",
             "AttributeConsumingServiceIndex")


@dataclass(frozen=True)
class Request:
    """What a node knows of a request that it accepted."""

    id: str
    loa: tuple
    comparison: str
    attributes: dict            # attribute name -> is required
    relay_state: str | None
    name_id: str | None
    provider: str | None

    @property
    def legal(self):
        return any(name.startswith(LEGAL) for name in self.attributes)


def read(node, fields):
    """Raises Refused for whatever some node would refuse."""
    require(set(fields) in ({"SAMLRequest"}, {"SAMLRequest", "RelayState"}), f"form fields {sorted(fields)}")
    require(len(fields["SAMLRequest"]) <= MAX_MESSAGE, "request too large")
    relay_state = fields.get("RelayState")
    require(relay_state is None or 0 < len(relay_state.encode()) <= MAX_RELAY_STATE, "RelayState empty or too long")
    document = xml.parse(xml.decode(fields["SAMLRequest"], "SAMLRequest"))
    require(document.tag == samlp("AuthnRequest"), f"root is {document.tag}")
    root = verified(document, node.connector)
    children = [etree.QName(c).localname for c in root]
    schema = ["Issuer", "Signature", "Extensions", "NameIDPolicy", "RequestedAuthnContext", "Scoping"]
    require(children == sorted(set(children), key=schema.index) if set(children) <= set(schema) else False,
            f"children {children}")
    envelope(root, node)
    name_id = root.find(samlp("NameIDPolicy"))
    if name_id is not None:
        require(name_id.get("Format") in (PERSISTENT, TRANSIENT, UNSPECIFIED), "NameIDPolicy/@Format")
    comparison, levels = assurance(root)
    return Request(root.get("ID"), levels, comparison, extensions(root, node), relay_state,
                   None if name_id is None else name_id.get("Format"), root.get("ProviderName"))


def verified(document, connector):
    faults = []
    for certificate in connector.signing:
        try:
            return signatures.verify(document, certificate, algorithms=EIDAS_SIGNATURES)
        except Refused as fault:
            faults.append(str(fault))
    raise Refused("; ".join(faults))


def envelope(root, node):
    require(root.get("Version") == "2.0" and root.get("ID", "").startswith("_"), "Version or ID")
    age = xml.now() - xml.instant(root.get("IssueInstant"), "IssueInstant")
    require(dt.timedelta(seconds=-1) <= age <= dt.timedelta(minutes=1), f"outdated request: {age}")
    require(root.get("Destination") == node.sso, f"Destination {root.get('Destination')!r}")
    require(root.get("ForceAuthn") == "true", "ForceAuthn is not true")
    require(root.get("IsPassive") == "false", "IsPassive is not false")
    require(root.get("Consent") in (None, CONSENT + "unspecified"), "Consent")
    require(len(root.get("ProviderName", "")) <= 128, "ProviderName too long")
    for name in FORBIDDEN:
        require(root.get(name) is None, f"{name} is present")
    issuer = root.find(saml("Issuer"))
    require(issuer.get("Format") in (None, ENTITY), "Issuer/@Format")
    require(text_of(issuer) == node.connector.entity_id, f"Issuer {text_of(issuer)!r}")
    require(root.find(f".//{eidas('NodeCountry')}") is None, "NodeCountry in a request")


def assurance(root):
    context = root.find(samlp("RequestedAuthnContext"))
    require(context is not None, "no RequestedAuthnContext")
    levels = tuple(text_of(r) for r in context.findall(saml("AuthnContextClassRef")))
    comparison = context.get("Comparison")
    require(levels and len(levels) == len(set(levels)), f"LoA {levels}")
    notified = [level for level in levels if level in LOA.values()]
    if comparison == "minimum":
        require(len(levels) == 1 and notified, f"minimum with {levels}")
    else:
        require(comparison == "exact" and len(levels) > len(notified), f"{comparison} with {levels}")
    for level in levels:
        require(level in LOA.values() or not level.lower().startswith("http://eidas.europa.eu/loa/"),
                f"LoA {level} is in the reserved space")
    return comparison, levels


def extensions(root, node):
    element = root.find(samlp("Extensions"))
    require(element is not None and len(element), "no Extensions")
    kinds = [c.tag for c in element]
    require(set(kinds) <= {eidas("SPType"), eidas("RequestedAttributes")}, f"Extensions hold {kinds}")
    sector = text_of(element, eidas("SPType"))
    require((sector is None) != (node.connector.sector is None), "SPType twice or not at all")
    require((sector or node.connector.sector) in ("public", "private"), "SPType")
    rows = element.findall(f"{eidas('RequestedAttributes')}/{eidas('RequestedAttribute')}")
    require(rows, "no RequestedAttribute")
    wanted = {}
    for row in rows:
        name = row.get("Name")
        require(name not in wanted, f"{name} asked twice")
        require(row.get("NameFormat") == URI_FORMAT, "NameFormat")
        require(name in FRIENDLY, f"{name} is not in our metadata")
        require(row.get("FriendlyName") in (None, FRIENDLY[name]), f"FriendlyName {row.get('FriendlyName')}")
        require(row.get("isRequired") in ("true", "false"), "isRequired")
        require("/representative/" not in name, "a representative attribute is asked for")
        wanted[name] = row.get("isRequired") == "true"
    legal = {name.startswith(LEGAL) for name in wanted}
    require(len(legal) == 1, "natural and legal attributes together")
    mandatory = {name for _, name, _ in (LEGAL_SET if legal == {True} else NATURAL_SET)}
    require(mandatory <= set(wanted), f"data set incomplete: {sorted(mandatory - set(wanted))}")
    for name, required in wanted.items():
        require(required == (name in mandatory), f"isRequired of {name} is not that of the profile")
    return wanted


