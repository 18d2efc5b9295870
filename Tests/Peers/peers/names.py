# SPDX-License-Identifier: EUPL-1.2
"""Namespaces, algorithm identifiers and constants of the profiles, as the specifications spell them."""

DS = "http://www.w3.org/2000/09/xmldsig#"
DSIG11 = "http://www.w3.org/2009/xmldsig11#"
EC14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
XENC = "http://www.w3.org/2001/04/xmlenc#"
XENC11 = "http://www.w3.org/2009/xmlenc11#"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
MORE07 = "http://www.w3.org/2007/05/xmldsig-more#"
ENVELOPED = DS + "enveloped-signature"

SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
MD = "urn:oasis:names:tc:SAML:2.0:metadata"
MDATTR = "urn:oasis:names:tc:SAML:metadata:attribute"
ALG = "urn:oasis:names:tc:SAML:metadata:algsupport"
EIDAS = "http://eidas.europa.eu/saml-extensions"
NATURAL = "http://eidas.europa.eu/attributes/naturalperson"
LEGAL = "http://eidas.europa.eu/attributes/legalperson"
NATURAL_REPRESENTATIVE = NATURAL + "/representative"
LEGAL_REPRESENTATIVE = LEGAL + "/representative"
CLAVE = "http://es.minhafp.clave/"
XS = "http://www.w3.org/2001/XMLSchema"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

ENTITY = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
UNSPECIFIED = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
URI_FORMAT = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
STATUS = "urn:oasis:names:tc:SAML:2.0:status:"
SUCCESS = STATUS + "Success"
CONSENT = "urn:oasis:names:tc:SAML:2.0:consent:"
LEVELS = ("low", "substantial", "high")
LOA = {level: f"http://eidas.europa.eu/LoA/{level}" for level in LEVELS}
NOT_NOTIFIED = {level: f"http://eidas.europa.eu/NotNotified/LoA/{level}" for level in LEVELS}
PROTOCOL_VERSION = "http://eidas.europa.eu/entity-attributes/protocol-version"
APPLICATION = "http://eidas.europa.eu/entity-attributes/application-identifier"
CATEGORY = "http://macedir.org/entity-category"
WANTS_REQUESTER = "http://eidas.europa.eu/entity-attributes/termsofaccess/requesterid"
ASSURANCE = "urn:oasis:names:tc:SAML:attribute:assurance-certification"

# Size limit of one parameter and of the relay state, as every node and kit has them (Cl@ve dossier §2.1).
MAX_MESSAGE = 131072
MAX_RELAY_STATE = 80

DIGESTS = {"sha256": XENC + "sha256", "sha384": MORE + "sha384", "sha512": XENC + "sha512"}
SIGNATURES = (
    {f"rsa-pss-{h}": MORE07 + f"{h}-rsa-MGF1" for h in DIGESTS}
    | {f"rsa-{h}": MORE + f"rsa-{h}" for h in DIGESTS}
    | {f"ecdsa-{h}": MORE + f"ecdsa-{h}" for h in DIGESTS}
)
# What eIDAS Cryptographic Requirements 1.4 §3.3.1 allow on messages and metadata.
EIDAS_SIGNATURES = {uri for name, uri in SIGNATURES.items() if name.startswith(("rsa-pss", "ecdsa"))}

CIPHERS = {f"aes{bits}-gcm": XENC11 + f"aes{bits}-gcm" for bits in (128, 192, 256)}
OAEP = XENC11 + "rsa-oaep"
OAEP_MGF1P = XENC + "rsa-oaep-mgf1p"
MGF = {h: XENC11 + f"mgf1{h}" for h in ("sha1", *DIGESTS)}
OAEP_DIGESTS = DIGESTS | {"sha1": DS + "sha1"}
ECDH_ES = XENC11 + "ECDH-ES"
CONCAT_KDF = XENC11 + "ConcatKDF"
KEY_WRAPS = {bits: XENC + f"kw-aes{bits}" for bits in (128, 192, 256)}

CURVE_OIDS = {
    "secp256r1": "1.2.840.10045.3.1.7",
    "secp384r1": "1.3.132.0.34",
    "secp521r1": "1.3.132.0.35",
    "brainpoolP256r1": "1.3.36.3.3.2.8.1.1.7",
    "brainpoolP384r1": "1.3.36.3.3.2.8.1.1.11",
    "brainpoolP512r1": "1.3.36.3.3.2.8.1.1.13",
}

# Minimum data sets (Implementing Regulation (EU) 2015/1501, annex): friendly name, attribute name, type name.
NATURAL_SET = (
    ("PersonIdentifier", NATURAL + "/PersonIdentifier", "PersonIdentifierType"),
    ("FamilyName", NATURAL + "/CurrentFamilyName", "CurrentFamilyNameType"),
    ("FirstName", NATURAL + "/CurrentGivenName", "CurrentGivenNameType"),
    ("DateOfBirth", NATURAL + "/DateOfBirth", "DateOfBirthType"),
)
NATURAL_OPTIONAL = (
    ("BirthName", NATURAL + "/BirthName", "BirthNameType"),
    ("PlaceOfBirth", NATURAL + "/PlaceOfBirth", "PlaceOfBirthType"),
    ("CurrentAddress", NATURAL + "/CurrentAddress", "CurrentAddressType"),
    ("Gender", NATURAL + "/Gender", "GenderType"),
)
LEGAL_SET = (
    ("LegalPersonIdentifier", LEGAL + "/LegalPersonIdentifier", "LegalPersonIdentifierType"),
    ("LegalName", LEGAL + "/LegalName", "LegalNameType"),
)
NATURAL_LATER = (  # since 1.3
    ("Nationality", NATURAL + "/Nationality", "NationalityType"),
    ("CountryOfBirth", NATURAL + "/CountryOfBirth", "CountryOfBirthType"),
    ("TownOfBirth", NATURAL + "/TownOfBirth", "TownOfBirthType"),
    ("CountryOfResidence", NATURAL + "/CountryOfResidence", "CountryOfResidenceType"),
    ("PhoneNumber", NATURAL + "/PhoneNumber", "PhoneNumberType"),
    ("EmailAddress", NATURAL + "/EmailAddress", "EmailAddressType"),
)
LEGAL_OPTIONAL = (
    ("LegalAddress", LEGAL + "/LegalPersonAddress", "LegalPersonAddressType"),
    ("VATRegistration", LEGAL + "/VATRegistrationNumber", "VATRegistrationNumberType"),
    ("TaxReference", LEGAL + "/TaxReference", "TaxReferenceType"),
    ("D-2012-17-EUIdentifier", LEGAL + "/D-2012-17-EUIdentifier", "D-2012-17-EUIdentifierType"),
    ("LEI", LEGAL + "/LEI", "LEIType"), ("EORI", LEGAL + "/EORI", "EORIType"),
    ("SEED", LEGAL + "/SEED", "SEEDType"), ("SIC", LEGAL + "/SIC", "SICType"),
    ("LegalPhoneNumber", LEGAL + "/LegalPhoneNumber", "LegalPhoneNumberType"),
    ("LegalEmailAddress", LEGAL + "/LegalEmailAddress", "LegalEmailAddressType"),
)
# Of the natural person who represents another (Attribute Profile 1.4 §2.8).
REPRESENTATIVE_SET = tuple(
    ("Representative" + friendly, name.replace(NATURAL, NATURAL_REPRESENTATIVE), kind)
    for friendly, name, kind in NATURAL_SET)
# All that a Connector may meet, by name: (friendly name, type name).
PROFILE = {name: (friendly, kind) for friendly, name, kind in (
    *NATURAL_SET, *NATURAL_OPTIONAL, *NATURAL_LATER, *LEGAL_SET, *LEGAL_OPTIONAL, *REPRESENTATIVE_SET)}
NAMED = {friendly: name for name, (friendly, _) in PROFILE.items()}
FRIENDLY = {name: friendly for friendly, name, _ in NATURAL_SET + NATURAL_OPTIONAL + LEGAL_SET}
TYPE_NAMES = {name: type_name for _, name, type_name in NATURAL_SET + NATURAL_OPTIONAL + LEGAL_SET}


def ds(tag):
    return f"{{{DS}}}{tag}"


def xenc(tag):
    return f"{{{XENC}}}{tag}"


def saml(tag):
    return f"{{{SAML}}}{tag}"


def samlp(tag):
    return f"{{{SAMLP}}}{tag}"


def md(tag):
    return f"{{{MD}}}{tag}"


def eidas(tag):
    return f"{{{EIDAS}}}{tag}"
