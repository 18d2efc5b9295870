# SPDX-License-Identifier: EUPL-1.2
"""The schemas of SAML, XML Signature and Encryption and eIDAS, which pysaml2 carries, as one more judge of messages.

pysaml2 lacks the attributes that eIDAS has had since 1.3 and the representatives: the first are added here with the
types of the reference node, the second are the same types in another namespace (eIDAS dossier §3.2 to §3.4).
"""
import functools
import importlib.resources

import xmlschema
from lxml import etree

from .names import (ALG, DS, EIDAS, LEGAL, LEGAL_REPRESENTATIVE, MD, MDATTR, NATURAL, NATURAL_REPRESENTATIVE, SAML,
                    SAMLP, XENC, XENC11)
from .xml import Refused

FILES = {
    "http://www.w3.org/XML/1998/namespace": "xml.xsd", DS: "xmldsig-core-schema.xsd", XENC: "xenc-schema.xsd",
    XENC11: "xenc-schema-11.xsd", SAML: "saml-schema-assertion-2.0.xsd", SAMLP: "saml-schema-protocol-2.0.xsd",
    MD: "saml-schema-metadata-2.0.xsd", MDATTR: "sstc-metadata-attr.xsd",
    ALG: "sstc-saml-metadata-algsupport-v1.0.xsd", EIDAS: "eidas-schema-saml-extensions.xsd",
}
PERSONS = {NATURAL: "eidas-schema-attribute-naturalperson.xsd", LEGAL: "eidas-schema-attribute-legalperson.xsd"}
REPRESENTATIVES = {NATURAL: NATURAL_REPRESENTATIVE, LEGAL: LEGAL_REPRESENTATIVE}
COUNTRIES = ("Nationality", "CountryOfBirth", "CountryOfResidence")
TEXTS = {NATURAL: ("TownOfBirth", "PhoneNumber", "EmailAddress"), LEGAL: ("LegalPhoneNumber", "LegalEmailAddress")}


def simple_type(name, pattern=None):
    inner = f'<xsd:pattern value="{pattern}"/>' if pattern else ""
    return (f'<xsd:simpleType name="{name}Type"><xsd:restriction base="xsd:string">{inner}</xsd:restriction>'
            '</xsd:simpleType>')


def persons():
    """Schema texts of the four kinds of persons, by namespace."""
    folder, out = importlib.resources.files("saml2.data.schemas"), {}
    for namespace, name in PERSONS.items():
        later = "".join(simple_type(n, "[A-Z][A-Z]") for n in COUNTRIES if namespace == NATURAL)
        later += "".join(map(simple_type, TEXTS[namespace]))
        text = folder.joinpath(name).read_text().replace("</xsd:schema>", later + "</xsd:schema>")
        out[namespace] = text
        out[REPRESENTATIVES[namespace]] = text.replace(f'"{namespace}"', f'"{REPRESENTATIVES[namespace]}"')
    return out


@functools.cache
def schema():
    folder = importlib.resources.files("saml2.data.schemas")
    locations = {namespace: str(folder.joinpath(name)) for namespace, name in FILES.items()}
    out = xmlschema.XMLSchema(locations[SAMLP], locations=locations, build=False, use_fallback=False)
    for namespace, path in locations.items():
        if namespace != SAMLP:
            out.import_schema(namespace, path)
    for namespace, text in persons().items():
        out.add_schema(text, namespace)
    out.build()
    return out


def validate(root):
    """Raises Refused where the element is not valid."""
    try:
        fault = next(schema().iter_errors(etree.ElementTree(root)), None)
    except xmlschema.XMLSchemaException as unknown:  # an xsi:type that no schema knows
        raise Refused(f"schema: {unknown}") from None
    if fault is not None:
        raise Refused(f"schema: {fault.reason} at {fault.path}")
