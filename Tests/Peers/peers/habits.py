# SPDX-License-Identifier: EUPL-1.2
"""Ways in which the gateway may write an answer, and a Connector a request, all of which have to be read (Cl@ve dossier
§3, §10.4, §11.2; eIDAS dossier §1.2, §2.7, §5.3, §8.4)."""
import datetime as dt

from lxml import etree

from . import xml
from .edits import drop, edit, setter, text
from .foreign_node import Spoil
from .names import CONSENT, EIDAS, NATURAL, POST, SAML, SAMLP, UNSPECIFIED, XS, XSI, eidas, saml, samlp
from .signatures import wrapped



def same(root):
    return root


def ago(seconds):
    return xml.now() - dt.timedelta(seconds=seconds)


def everywhere(written):
    """All instants of the message, as `written` writes them."""
    names = ("IssueInstant", "NotBefore", "NotOnOrAfter", "AuthnInstant")

    def change(root):
        for element in root.iter():
            for name in names:
                if element.get(name):
                    element.set(name, written(xml.instant(element.get(name))))
    return edit(change)


def renamed(*pairs):
    """The document with other prefixes."""
    def change(root):
        octets = etree.tostring(root)
        for old, new in pairs:
            octets = octets.replace(old.encode(), new.encode())
        return xml.parse(octets)
    return change


def by_default(root):
    """The protocol in the default namespace."""
    return renamed(("<saml2p:", "<"), ("</saml2p:", "</"), ("xmlns:saml2p=", "xmlns="))(root)


def typed(kind):
    def change(root):
        for value in root.iter(saml("AttributeValue")):
            if kind is None:
                value.attrib.pop(f"{{{XSI}}}type", None)
            else:
                value.set(f"{{{XSI}}}type", kind)
    return edit(change)


def rows(change):
    """Attribute by attribute."""
    def walk(root):
        for row in list(root.iter(saml("Attribute"))):
            change(row)
    return edit(walk)


def lines(width, end, name="SAMLResponse"):
    """The form with line breaks in its Base64."""
    return lambda fields: fields | {name: wrapped(fields[name], width).replace("\n", end)}


def selected(value):
    def change(root):
        for row in root.iter(saml("Attribute")):
            if row.get("FriendlyName") == "SelectedIdP":
                row[0].text = value
    return edit(change)


def extra(friendly, name, value):
    def change(root):
        statement = root.find(f".//{saml('AttributeStatement')}")
        statement.append(xml.parse(
            f'<saml2:Attribute xmlns:saml2="{SAML}" FriendlyName="{friendly}" Name="{name}" NameFormat="'
            f'urn:oasis:names:tc:SAML:2.0:attrname-format:uri"><saml2:AttributeValue>{value}</saml2:AttributeValue>'
            '</saml2:Attribute>'))
    return edit(change)


def names_in_text(root):
    """Names with blanks around them, as the specification's own sample pads its values."""
    for row in root.iter(saml("Attribute")):
        if row.get("FriendlyName") in ("FamilyName", "FirstName"):
            row[0].text = f"\n   {row[0].text}\n  "


HERE = "https://puente.test/clave/acs"
ACCEPTED = {
    "several audiences, ours first": Spoil(facts={"audiences": [HERE, "https://other.test/acs"]}),
    "several audiences, ours last": Spoil(facts={"audiences": ["https://other.test/acs", HERE]}),
    "OneTimeUse": Spoil(facts={"conditions": "<saml2:OneTimeUse/>"}),
    "ProxyRestriction of nothing": Spoil(facts={"conditions": '<saml2:ProxyRestriction/>'}),
    "instants with +00:00": Spoil(response=everywhere(lambda i: i.strftime("%Y-%m-%dT%H:%M:%S.000+00:00"))),
    "instants without milliseconds": Spoil(response=everywhere(lambda i: i.strftime("%Y-%m-%dT%H:%M:%SZ"))),
    "instants with nanoseconds": Spoil(response=everywhere(lambda i: i.strftime("%Y-%m-%dT%H:%M:%S.123456789Z"))),
    "line breaks in Base64, CRLF": Spoil(fields=lines(76, "\r\n")),
    "line breaks in Base64, LF": Spoil(fields=lines(64, "\n")),
    "prefixes samlp and saml": Spoil(response=renamed(
        ("saml2p:", "samlp:"), ("saml2:", "saml:"), ("xmlns:saml2p=", "xmlns:samlp="),
        ("xmlns:saml2=", "xmlns:saml="))),
    "the protocol in the default namespace": Spoil(response=by_default),
    "eidas-natural under another prefix": Spoil(response=renamed(("eidas-natural", "np"))),
    "eidas unbound": Spoil(response=renamed((f' xmlns:eidas="{NATURAL}"', ""))),
    "empty Reference": Spoil(signing={"empty_reference": True}),
    "InclusiveNamespaces xs": Spoil(signing={"prefixes": ("xs",)}),
    "InclusiveNamespaces eidas-natural": Spoil(signing={"prefixes": ("eidas-natural", "xs")}),
    "certificate wrapped at 76 characters": Spoil(signing={"wrap": 76}),
    "SHA-256 as digest of RSA-SHA512": Spoil(signing={"digest": "sha256"}),
    "no Consent": Spoil(response=setter("Consent", None)),
    "Consent unspecified": Spoil(response=setter("Consent", CONSENT + "unspecified")),
    "Issuer without Format": Spoil(response=setter("Format", None, saml("Issuer"))),
    "Extensions of its own": Spoil(response=edit(lambda root: root.find(saml("Issuer")).addnext(xml.parse(
        f'<saml2p:Extensions xmlns:saml2p="{SAMLP}"><x:note xmlns:x="urn:example:x" a="b">c</x:note></saml2p:Extensions>'
    )))),
    "no StatusMessage": Spoil(response=drop(samlp("StatusMessage"))),
    "another StatusMessage": Spoil(response=text(samlp("StatusMessage"), "ok")),
    "no AuthnContextDecl": Spoil(response=drop(saml("AuthnContextDecl"))),
    "NameID with qualifiers": Spoil(response=setter("NameQualifier", "http://clave", f".//{saml('NameID')}")),
    "NameID of another value": Spoil(facts={"name_id": "x"}),
    "confirmation with Address": Spoil(response=setter("Address", "10.0.0.1", f".//{saml('SubjectConfirmationData')}")),
    "NotBefore long ago": Spoil(facts={"begins": "2026-01-01T00:00:00.000Z"}),
    "values typed xs:string": Spoil(response=typed("xs:string")),
    "values without a type": Spoil(response=typed(None)),
    "FriendlyName missing": Spoil(response=rows(lambda row: row.attrib.pop("FriendlyName"))),
    "attributes in the opposite order": Spoil(response=edit(lambda root: root.find(
        f".//{saml('AttributeStatement')}").__setitem__(slice(None), list(root.find(
            f".//{saml('AttributeStatement')}"))[::-1]))),
    "an attribute that nobody knows": Spoil(response=extra("x", "urn:example:x", "surplus")),
    "RegisterType and NationalPersonIdentifier": Spoil(response=lambda root: extra(
        "RegisterType", "http://es.minhafp.clave/RegisterType", "2")(extra(
            "NationalPersonIdentifier", "http://es.minhafp.clave/NationalPersonIdentifier", "12345678Z")(root))),
    "an attribute without a value": Spoil(response=edit(lambda root: root.find(
        f".//{saml('AttributeStatement')}").append(xml.parse(
            f'<saml2:Attribute xmlns:saml2="{SAML}" FriendlyName="RegisterType" Name="http://es.minhafp.clave/'
            'RegisterType" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri"/>')))),
    "names with blanks around them": Spoil(response=edit(names_in_text)),
    "identifier with blanks around it": Spoil(response=rows(lambda row: row.get("FriendlyName") == "PersonIdentifier"
                                                            and setattr(row[0], "text", " 12345678Z "))),
    "identifier with a hyphen": Spoil(response=rows(lambda row: row.get("FriendlyName") == "PersonIdentifier"
                                                         and setattr(row[0], "text", "12345678-Z"))),
    "identifier in small letters": Spoil(response=rows(lambda row: row.get("FriendlyName") == "PersonIdentifier"
                                                       and setattr(row[0], "text", "12345678z"))),
    "SelectedIdP with a prefix": Spoil(response=selected("CLAVE_AFIRMA")),
    "no FirstSurname": Spoil(response=rows(lambda row: row.get("FriendlyName") == "FirstSurname"
                                           and row.getparent().remove(row))),
    "declarations repeated within": Spoil(response=renamed(
        ("<saml2:AttributeValue ", f'<saml2:AttributeValue xmlns:xs="{XS}" xmlns:eidas-natural="{NATURAL}" '))),
    "indented": Spoil(response=lambda root: xml.parse(etree.tostring(root, pretty_print=True))),
    "no SubjectConfirmation": Spoil(response=drop(saml("SubjectConfirmation"))),
    "named SAML 2.0 at length": Spoil(octets=lambda octets: octets.replace(
        b"<?xml version='1.0' encoding='UTF-8'?>", b'<?xml version="1.0" encoding="UTF-8" standalone="no"?>')),
}


def asked_rows(change):
    """RequestedAttribute by RequestedAttribute."""
    return edit(lambda root: [change(row) for row in root.iter(eidas("RequestedAttribute"))])


def extension(text):
    return edit(lambda root: root.find(samlp("Extensions")).append(xml.parse(text)))


def scoped(text):
    return edit(lambda root: root.append(xml.parse(f'<p:Scoping xmlns:p="{SAMLP}">{text}</p:Scoping>')))


LEVEL, POLICY = saml("AuthnContextClassRef"), samlp("NameIDPolicy")
NUMBERED = "AssertionConsumerServiceIndex"
# What a Connector may do with its request: change of the document before it is signed, options of the signature.
REQUESTS = {
    "instant without milliseconds": (everywhere(lambda i: i.strftime("%Y-%m-%dT%H:%M:%SZ")), {}),
    "instant with +00:00": (everywhere(lambda i: i.strftime("%Y-%m-%dT%H:%M:%S.000+00:00")), {}),
    "prefixes samlp and saml": (renamed(("saml2p:", "samlp:"), ("saml2:", "saml:"), ("xmlns:saml2p=", "xmlns:samlp="),
                                        ("xmlns:saml2=", "xmlns:saml=")), {}),
    "the protocol in the default namespace": (by_default, {}),
    "indented": (lambda root: xml.parse(etree.tostring(root, pretty_print=True)), {}),
    "empty Reference, as the Commission's node writes metadata": (same, {"empty_reference": True}),
    "InclusiveNamespaces": (same, {"prefixes": ("eidas",)}),
    "certificate wrapped at 76 characters": (same, {"wrap": 76}),
    "SHA-512 as digest": (same, {"digest": "sha512"}),
    "Issuer without Format": (setter("Format", None, saml("Issuer")), {}),
    "no Consent": (setter("Consent", None), {}),
    "Consent obtained": (setter("Consent", CONSENT + "obtained"), {}),
    "no IsPassive": (setter("IsPassive", None), {}),
    "ForceAuthn 1, IsPassive 0": (lambda root: setter("ForceAuthn", "1")(setter("IsPassive", "0")(root)), {}),
    "no FriendlyName": (asked_rows(lambda row: row.attrib.pop("FriendlyName")), {}),
    "isRequired 1": (asked_rows(lambda row: row.set("isRequired", "1")), {}),
    "attributes in the opposite order": (edit(lambda root: next(root.iter(eidas("RequestedAttributes"))).__setitem__(
        slice(None), list(next(root.iter(eidas("RequestedAttributes"))))[::-1])), {}),
    "LoA with line breaks around it, as in the specification's sample": (edit(lambda root: setattr(
        next(root.iter(LEVEL)), "text", f"\n    {next(root.iter(LEVEL)).text}\n  ")), {}),
    "NameIDPolicy without AllowCreate": (edit(lambda root: root.find(samlp("Extensions")).addnext(xml.parse(
        f'<p:NameIDPolicy xmlns:p="{SAMLP}" Format="{UNSPECIFIED}"/>'))), {}),
    "ProtocolBinding HTTP-POST": (setter("ProtocolBinding", POST), {}),
    "AttributeConsumingServiceIndex": (setter("AttributeConsumingServiceIndex", "0"), {}),
    "the index of the default address": (setter(NUMBERED, "0"), {}),
    "NodeCountry in the request": (extension(f'<e:NodeCountry xmlns:e="{EIDAS}">FR</e:NodeCountry>'), {}),
    "an extension that nobody knows": (extension('<x:Y xmlns:x="urn:example:x"><x:Z/></x:Y>'), {}),
    "an IDPList": (scoped('<p:IDPList><p:IDPEntry ProviderID="urn:x"/></p:IDPList>'), {}),
    "two RequesterIDs": (scoped("<p:RequesterID>urn:x:1</p:RequesterID><p:RequesterID>urn:x:2</p:RequesterID>"), {}),
}
