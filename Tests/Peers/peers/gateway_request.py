# SPDX-License-Identifier: EUPL-1.2
"""A request of our Proxy-Service at the national gateway, judged check by check (Cl@ve dossier §2, §11).

`GATEWAY` are the refusals that the gateway half of the official engine was observed to make, and the checks that any
gateway makes; `NEWEST` is the shape in which the newest integration kit writes. A request has to pass all of them.
"""
import datetime as dt
import re
from dataclasses import dataclass

from . import schemas, signatures, xml
from .clave_answer import order
from .names import (CLAVE, CONSENT, DIGESTS, EC14N, FRIENDLY, LOA, MAX_MESSAGE, MAX_RELAY_STATE, NATURAL, PERSISTENT,
                    POST, SIGNATURES, TRANSIENT, UNSPECIFIED, URI_FORMAT, XSI, ds, eidas, saml, samlp)
from .xml import require, text_of

EXCLUSIONS = ("AFirmaIdP", "GISSIdP", "AEATIdP", "CLVMOVILIdP", "EIDASIdP")
SKEW = dt.timedelta(seconds=1)
GATEWAY, NEWEST = [], []


@dataclass(frozen=True)
class Seen:
    """A request as it arrived."""

    gateway: object
    fields: dict
    root: object

    @property
    def rows(self):
        return self.root.findall(f"{samlp('Extensions')}/{eidas('RequestedAttributes')}/{eidas('RequestedAttribute')}")

    @property
    def signature(self):
        return self.root.find(ds("Signature"))

    def row(self, name):
        return next((r for r in self.rows if r.get("Name") == CLAVE + name), None)


@dataclass(frozen=True)
class Request:
    """What the gateway knows of a request that it accepted."""

    id: str
    acs: str
    loa: str
    relay_state: str
    relay_attribute: str
    excluded: frozenset
    provider: str
    application: str
    name_id: str
    wanted: dict             # name -> is required


def check(table, row, title):
    def keep(function):
        table.append((row, title, function))
        return function
    return keep


def read(gateway, fields):
    """Raises Refused for whatever some gateway would refuse, or the newest kit would not write."""
    require(set(fields) == {"SAMLRequest", "RelayState"}, f"form fields {sorted(fields)}")
    require(len(fields["SAMLRequest"]) <= MAX_MESSAGE, "request too large")
    root = xml.parse(xml.decode(fields["SAMLRequest"], "SAMLRequest"))
    seen = Seen(gateway, fields, root)
    for row, title, function in GATEWAY + NEWEST:
        try:
            function(seen)
        except xml.Refused as fault:
            raise xml.Refused(f"{row} {title}: {fault}") from None
    provider, _, application = root.get("ProviderName").partition(";")
    relay = seen.row("RelayState")
    return Request(
        root.get("ID"), root.get("AssertionConsumerServiceURL"), text_of(next(root.iter(saml("AuthnContextClassRef")))),
        fields["RelayState"], text_of(relay[0]), frozenset(n for n in EXCLUSIONS if seen.row(n) is not None), provider,
        application, root.find(samlp("NameIDPolicy")).get("Format"),
        {r.get("Name"): r.get("isRequired") == "true" for r in seen.rows if not r.get("Name").startswith(CLAVE)})


def gateway(row, title):
    return check(GATEWAY, row, title)


def newest(row, title):
    return check(NEWEST, row, title)


# --- what a gateway refuses ----------------------------------------------------------------------------------------

@gateway("2.1", "RelayState is there, not empty and short")
def _(seen):
    require(0 < len(seen.fields["RelayState"].encode()) <= MAX_RELAY_STATE, "RelayState")


@gateway("2.2", "root is AuthnRequest 2.0")
def _(seen):
    require(seen.root.tag == samlp("AuthnRequest"), f"root is {seen.root.tag}")
    require(seen.root.get("Version") == "2.0", "Version")


@gateway("2.2", "valid by the schemas")
def _(seen):
    schemas.validate(seen.root)


@gateway("2.3", "ProviderName is registered")
def _(seen):
    require((seen.root.get("ProviderName") or "").partition(";")[0] == seen.gateway.provider, "ProviderName")


@gateway("2.5", "signed at the root by the registered key")
def _(seen):
    signatures.verify(seen.root, seen.gateway.client, algorithms=SIGNATURES.values(), empty_reference=True,
                      prefixes=True)


@gateway("2.10", "Destination is the gateway")
def _(seen):
    require(seen.root.get("Destination") == seen.gateway.address, f"Destination {seen.root.get('Destination')!r}")


@gateway("2.10", "IsPassive is not true")
def _(seen):
    require(seen.root.get("IsPassive") in (None, "false"), "IsPassive")


@gateway("2.10", "Consent is unspecified")
def _(seen):
    require(seen.root.get("Consent") in (None, CONSENT + "unspecified"), "Consent")


@gateway("2.10", "Comparison is minimum")
def _(seen):
    context = seen.root.find(samlp("RequestedAuthnContext"))
    require(context is None or context.get("Comparison") == "minimum", "Comparison")


@gateway("2.10", "LoA is one of the three")
def _(seen):
    levels = [text_of(r) for r in seen.root.iter(saml("AuthnContextClassRef"))]
    require(len(levels) <= 1 and set(levels) <= set(LOA.values()), f"LoA {levels}")


@gateway("2.10", "NameIDPolicy is there, of a served format")
def _(seen):
    policy = seen.root.find(samlp("NameIDPolicy"))
    require(policy is not None and policy.get("Format") in (PERSISTENT, TRANSIENT, UNSPECIFIED), "NameIDPolicy")


@gateway("2.10", "Extensions are there")
def _(seen):
    require(seen.root.find(samlp("Extensions")) is not None, "no Extensions")


@gateway("2.2", "ProtocolBinding is absent or HTTP-POST")
def _(seen):
    require(seen.root.get("ProtocolBinding") in (None, POST), "ProtocolBinding")


@gateway("2.10", "ID was never used")
def _(seen):
    require(seen.root.get("ID") not in seen.gateway.used, "ID was used before")


@gateway("2.10", "IssueInstant is now")
def _(seen):
    age = xml.now() - xml.instant(seen.root.get("IssueInstant"), "IssueInstant")
    require(-SKEW <= age <= dt.timedelta(minutes=1), f"issued {age} ago")


# --- what the newest kit writes ------------------------------------------------------------------------------------

@newest("2.4", "no Issuer")
def _(seen):
    require(seen.root.find(saml("Issuer")) is None, "Issuer found")


@newest("11.1", "no ProtocolBinding")
def _(seen):
    require(seen.root.get("ProtocolBinding") is None, "ProtocolBinding found")


@newest("2.2", "children in order, nothing else")
def _(seen):
    order(seen.root, "Signature", "Extensions", "NameIDPolicy", "RequestedAuthnContext")


@newest("2.2", "attributes of the kit, nothing else")
def _(seen):
    wanted = {"AssertionConsumerServiceURL", "Consent", "Destination", "ForceAuthn", "ID", "IsPassive",
              "IssueInstant", "ProviderName", "Version"}
    require(set(seen.root.attrib) == wanted, f"attributes {sorted(set(seen.root.attrib) ^ wanted)}")


@newest("2.2", "ForceAuthn is true, IsPassive false")
def _(seen):
    require((seen.root.get("ForceAuthn"), seen.root.get("IsPassive")) == ("true", "false"), "ForceAuthn, IsPassive")


@newest("11.1", "ID as the engine makes it")
def _(seen):
    require(re.fullmatch(r"_[A-Za-z0-9._-]{32,63}", seen.root.get("ID", "")), f"ID {seen.root.get('ID')!r}")


@newest("2.2", "the return address is ours")
def _(seen):
    acs = seen.root.get("AssertionConsumerServiceURL")
    require(acs == seen.gateway.acs and len(acs) <= 150, f"AssertionConsumerServiceURL {acs!r}")


@newest("2.3", "ProviderName is NIF_DIR3;application")
def _(seen):
    name = seen.root.get("ProviderName")
    shape = rf"{re.escape(seen.gateway.provider)}(;[^;]+)?"
    require(re.fullmatch(shape, name) and len(name) <= 128, f"ProviderName {name!r}")
    require(name.partition(";")[2] == seen.gateway.application, f"application {name.partition(';')[2]!r}")


@newest("2.5", "RSA-SHA512, SHA-512, Reference #ID, first child")
def _(seen):
    require(seen.root.index(seen.signature) == 0, "the signature is not the first child")
    info = seen.signature.find(ds("SignedInfo"))
    require(info.find(ds("SignatureMethod")).get("Algorithm") == SIGNATURES["rsa-sha512"], "SignatureMethod")
    require(info.find(f".//{ds('DigestMethod')}").get("Algorithm") == DIGESTS["sha512"], "DigestMethod")
    require(info.find(ds("Reference")).get("URI") == "#" + seen.root.get("ID"), "Reference")


@newest("2.5", "InclusiveNamespaces eidas-natural, since a value uses it")
def _(seen):
    require(signatures.prefixes_of(seen.signature) == ("eidas-natural",), "PrefixList")
    included = seen.signature.findall(f"{ds('SignedInfo')}/{ds('CanonicalizationMethod')}/{{{EC14N}}}*")
    require(not included, "InclusiveNamespaces on SignedInfo")
    require(seen.root.nsmap.get("eidas-natural") == NATURAL, "eidas-natural is not declared on the root")


@newest("2.5", "the registered certificate is shown")
def _(seen):
    signatures.structure(seen.root, seen.gateway.client, algorithms=SIGNATURES.values(), prefixes=True)


@newest("2.6", "no SPType")
def _(seen):
    require([c.tag for c in seen.root.find(samlp("Extensions"))] == [eidas("RequestedAttributes")], "Extensions")


@newest("2.6", "requested attributes are named in full, each once")
def _(seen):
    names = [r.get("Name") for r in seen.rows]
    require(len(names) == len(set(names)), "an attribute twice")
    known = FRIENDLY | {CLAVE + n: n for n in (*EXCLUSIONS, "RelayState", "FirstSurname", "PartialAfirma")}
    for row in seen.rows:
        require(row.get("Name") in known, f"{row.get('Name')} asked for")
        require(row.get("FriendlyName") == known[row.get("Name")], f"FriendlyName {row.get('FriendlyName')}")
        require(row.get("NameFormat") == URI_FORMAT, "NameFormat")


@newest("2.6", "isRequired: false for those of Cl@ve")
def _(seen):
    for row in seen.rows:
        if row.get("Name").startswith(CLAVE):
            require(row.get("isRequired") == "false", f"isRequired of {row.get('FriendlyName')}")


@newest("2.6.1", "RelayState attribute with one typed value, last")
def _(seen):
    row = seen.row("RelayState")
    require(row is not None and len(row) == 1 and row[0].tag == eidas("AttributeValue"), "RelayState attribute")
    prefix, _, local = row[0].get(f"{{{XSI}}}type", "").partition(":")
    require((row[0].nsmap.get(prefix), local) == (NATURAL, "PersonIdentifierType"), "type of the RelayState value")
    require(text_of(row[0]) and len(text_of(row[0])) <= MAX_RELAY_STATE, "RelayState value")
    require(seen.rows[-1] is row, "RelayState is not the last attribute")


@newest("2.6.2", "EU citizens are excluded: no loop through two nodes")
def _(seen):
    require(seen.row("EIDASIdP") is not None, "EIDASIdP is not excluded")


@newest("2.6.2", "exclusions have no value")
def _(seen):
    for name in EXCLUSIONS:
        require(seen.row(name) is None or not len(seen.row(name)), f"{name} has a value")


@newest("2.6.2", "some method is left")
def _(seen):
    require(any(seen.row(name) is None for name in EXCLUSIONS), "every method is excluded")


@newest("2.7", "NameIDPolicy persistent or unspecified, AllowCreate")
def _(seen):
    policy = seen.root.find(samlp("NameIDPolicy"))
    require(policy.get("Format") in (PERSISTENT, UNSPECIFIED), f"Format {policy.get('Format')}")
    require(policy.get("AllowCreate") == "true", "AllowCreate")


@newest("2.8", "one LoA is asked for")
def _(seen):
    require(len(list(seen.root.iter(saml("AuthnContextClassRef")))) == 1, "RequestedAuthnContext")


@newest("2.4", "nothing of the requester abroad but what was agreed")
def _(seen):
    require(not [e for e in seen.root.iter() if e.tag in (samlp("Scoping"), samlp("RequesterID"))], "Scoping")
