# SPDX-License-Identifier: EUPL-1.2
"""eIDAS AuthnRequests and Responses: building, and reading back with strict checks."""
import base64
import datetime as dt
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from . import xmldsig, xmlenc

SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
EIDAS = "http://eidas.europa.eu/saml-extensions"
NATURAL = "http://eidas.europa.eu/attributes/naturalperson"
NAME_URI = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
UNSPECIFIED = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
LOA = {x: f"http://eidas.europa.eu/LoA/{x}" for x in ("low", "substantial", "high")}

# minimum data set of a natural person: friendly name, attribute name, xsi:type
MDS = (
    ("PersonIdentifier", NATURAL + "/PersonIdentifier", "PersonIdentifierType"),
    ("FamilyName", NATURAL + "/CurrentFamilyName", "CurrentFamilyNameType"),
    ("FirstName", NATURAL + "/CurrentGivenName", "CurrentGivenNameType"),
    ("DateOfBirth", NATURAL + "/DateOfBirth", "DateOfBirthType"),
)
# What 'translate' renames. A bench convention (name in -> name out, friendly name out); the names
# on the right are Cl@ve-style, but nothing here claims to be the real Cl@ve mapping.
MAPPING = {
    NATURAL + "/PersonIdentifier": ("http://es.minhafp.clave/NationalPersonIdentifier",
                                    "NationalPersonIdentifier"),
    NATURAL + "/CurrentFamilyName": ("http://es.minhafp.clave/FirstSurname", "FirstSurname"),
    NATURAL + "/CurrentGivenName": ("http://es.minhafp.clave/GivenName", "GivenName"),
    NATURAL + "/DateOfBirth": ("http://es.minhafp.clave/DateOfBirth", "DateOfBirth"),
}

COUNTRIES = ("AT BE BG CH CY CZ DE DK EE EL ES FI FR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO "
             "SE SI SK UA").split()
FAMILY = ("García", "Núñez", "Müller", "Novák", "O'Brien", "Øster", "Kowalska", "Żuk", "Ångström",
          "D'Angelo & Figli", "Saint-Exupéry", "Tóth", "Ionescu", "Šimić", "Jónsdóttir", "Smith")
FIRST = ("María", "José", "Jürgen", "Zoë", "Łukasz", "Anaïs", "Siobhán", "Bjørn", "Ștefan", "Ana",
         "Chloé", "Tomáš", "Elena", "Kārlis", "Aurélie", "John", "Ana María", "Jean-Luc")
NON_LATIN = (("Ωνάσης", "Onassis"), ("Иванова", "Ivanova"), ("Παπαδόπουλος", "Papadopoulos"))


class MessageError(Exception):
    pass


def stamp(t):
    return t.strftime("%Y-%m-%dT%H:%M:%S.") + f"{t.microsecond // 1000:03d}Z"


def parse_stamp(text):
    return dt.datetime.fromisoformat(text.replace("Z", "+00:00"))


@dataclass
class Value:
    text: str
    latin: bool = True


@dataclass
class Person:
    """Attribute name -> values, in MDS order."""
    attributes: dict = field(default_factory=dict)

    @staticmethod
    def make(rng, country):
        family = [Value(rng.choice(FAMILY))]
        if rng.below(8) == 0:
            native, latin = rng.choice(NON_LATIN)
            family = [Value(latin), Value(native, latin=False)]
        born = dt.date(1930, 1, 1) + dt.timedelta(days=rng.below(28000))
        return Person({
            MDS[0][1]: [Value(f"{country}/ES/{rng.bytes(5).hex().upper()}")],
            MDS[1][1]: family,
            MDS[2][1]: [Value(rng.choice(FIRST))],
            MDS[3][1]: [Value(born.isoformat())],
        })

    def plain(self):
        return {name: [v.text for v in values] for name, values in self.attributes.items()}


# --- building ------------------------------------------------------------------------------

def authn_request(ident, issuer, destination, clock, suite, key, cert, rng=None, acs=None,
                  loa="substantial", sp_type="public", attributes=MDS):
    wanted = "".join(
        f'<eidas:RequestedAttribute FriendlyName="{friendly}" Name="{name}"'
        f' NameFormat="{NAME_URI}" isRequired="true"/>' for friendly, name, _ in attributes)
    acs_attr = (f" AssertionConsumerServiceURL={quoteattr(acs)}"
                ' ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"') if acs else ""
    root = xmldsig.parse((
        f'<saml2p:AuthnRequest xmlns:saml2p="{SAMLP}" xmlns:eidas="{EIDAS}" xmlns:saml2="{SAML}"'
        f' Consent="urn:oasis:names:tc:SAML:2.0:consent:unspecified"'
        f' Destination={quoteattr(destination)} ForceAuthn="true" ID="{ident}" IsPassive="false"'
        f' IssueInstant="{stamp(clock)}" ProviderName="Puente bench SP" Version="2.0"{acs_attr}>'
        f'<saml2:Issuer>{escape(issuer)}</saml2:Issuer>'
        f'<saml2p:Extensions><eidas:SPType>{sp_type}</eidas:SPType>'
        f'<eidas:RequestedAttributes>{wanted}</eidas:RequestedAttributes></saml2p:Extensions>'
        f'<saml2p:NameIDPolicy AllowCreate="true" Format="{UNSPECIFIED}"/>'
        f'<saml2p:RequestedAuthnContext Comparison="minimum">'
        f'<saml2:AuthnContextClassRef>{LOA[loa]}</saml2:AuthnContextClassRef>'
        f'</saml2p:RequestedAuthnContext></saml2p:AuthnRequest>').encode())
    xmldsig.sign(root, key, cert, suite, rng)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def assertion_text(ident, issuer, audience, recipient, in_response_to, clock, valid, name_id, session,
                   loa_uri, attributes):
    """attributes: (friendly name, name, AttributeValue elements as text) each."""
    later = stamp(clock + valid)
    attrs = "".join(f'<saml2:Attribute FriendlyName="{friendly}" Name="{name}"'
                    f' NameFormat="{NAME_URI}">{values}</saml2:Attribute>'
                    for friendly, name, values in attributes)
    return (
        f'<saml2:Assertion xmlns:saml2="{SAML}" xmlns:eidas-natural="{NATURAL}" ID="{ident}"'
        f' IssueInstant="{stamp(clock)}" Version="2.0">'
        f'<saml2:Issuer>{escape(issuer)}</saml2:Issuer>'
        f'<saml2:Subject><saml2:NameID Format="{PERSISTENT}">{escape(name_id)}</saml2:NameID>'
        f'<saml2:SubjectConfirmation Method="{BEARER}"><saml2:SubjectConfirmationData'
        f' InResponseTo={quoteattr(in_response_to)} NotOnOrAfter="{later}"'
        f' Recipient={quoteattr(recipient)}/></saml2:SubjectConfirmation></saml2:Subject>'
        f'<saml2:Conditions NotBefore="{stamp(clock)}" NotOnOrAfter="{later}">'
        f'<saml2:AudienceRestriction><saml2:Audience>{escape(audience)}</saml2:Audience>'
        f'</saml2:AudienceRestriction></saml2:Conditions>'
        f'<saml2:AuthnStatement AuthnInstant="{stamp(clock)}" SessionIndex="{session}">'
        f'<saml2:AuthnContext><saml2:AuthnContextClassRef>{escape(loa_uri)}</saml2:AuthnContextClassRef>'
        f'</saml2:AuthnContext></saml2:AuthnStatement>'
        f'<saml2:AttributeStatement>{attrs}</saml2:AttributeStatement></saml2:Assertion>').encode()


def assertion(ident, issuer, audience, recipient, in_response_to, clock, valid, person, name_id,
              session, loa="substantial", typed=True):
    """typed: attribute values carry their eIDAS xsi:type and LatinScript, as the eIDAS profile asks.
    Untyped values are for baselines whose schema check refuses these."""
    attrs = []
    for friendly, name, xsi_type in MDS:
        attrs.append((friendly, name, "".join(
            '<saml2:AttributeValue'
            + (' eidas-natural:LatinScript="false"' if typed and not v.latin else "")
            + (f' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
               f' xsi:type="eidas-natural:{xsi_type}"' if typed else "")
            + f'>{escape(v.text)}</saml2:AttributeValue>' for v in person.attributes[name])))
    return xmldsig.parse(assertion_text(ident, issuer, audience, recipient, in_response_to, clock, valid,
                                        name_id, session, LOA[loa], attrs))


def response(ident, issuer, destination, in_response_to, clock, assertion_element, suite,
             sign_key, sign_cert, enc_cert, rng=None, encrypt=True, sign_assertion=True):
    """Signed Response holding the (signed, then encrypted) assertion."""
    if sign_assertion:
        xmldsig.sign(assertion_element, sign_key, sign_cert, suite, rng)
    inner = etree.tostring(assertion_element)
    if encrypt:
        inner = (b'<saml2:EncryptedAssertion>' + xmlenc.encrypt(inner, enc_cert, suite, rng)
                 + b'</saml2:EncryptedAssertion>')
    root = xmldsig.parse((
        f'<saml2p:Response xmlns:saml2p="{SAMLP}" xmlns:saml2="{SAML}"'
        f' Consent="urn:oasis:names:tc:SAML:2.0:consent:obtained"'
        f' Destination={quoteattr(destination)} ID="{ident}" InResponseTo="{in_response_to}"'
        f' IssueInstant="{stamp(clock)}" Version="2.0">'
        f'<saml2:Issuer>{escape(issuer)}</saml2:Issuer>'
        f'<saml2p:Status><saml2p:StatusCode Value="{SUCCESS}"/></saml2p:Status>').encode()
        + inner + b'</saml2p:Response>')
    xmldsig.sign(root, sign_key, sign_cert, suite, rng)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


# --- reading -------------------------------------------------------------------------------

def read_authn_request(data, cert, destination=None):
    root = xmldsig.parse(data)
    if root.tag != f"{{{SAMLP}}}AuthnRequest":
        raise MessageError(f"not an AuthnRequest: {root.tag}")
    root = xmldsig.verify(root, cert)
    if destination is not None and root.get("Destination") != destination:
        raise MessageError("wrong Destination")
    return {
        "id": root.get("ID"),
        "issuer": root.findtext(f"{{{SAML}}}Issuer"),
        "acs": root.get("AssertionConsumerServiceURL"),
        "sp_type": root.findtext(f".//{{{EIDAS}}}SPType"),
        "loa": root.findtext(f".//{{{SAML}}}AuthnContextClassRef"),
        "attributes": [a.get("Name") for a in root.iter(f"{{{EIDAS}}}RequestedAttribute")],
    }


def read_response(data, sign_cert, enc_key, now=None, audience=None, destination=None,
                  in_response_to=None, allow_cbc=False, need_response_signature=True,
                  need_assertion_signature=True, skew=dt.timedelta(minutes=3)):
    """Attributes of a Response as the relying party would accept them, or an exception."""
    root = xmldsig.parse(data)
    if root.tag != f"{{{SAMLP}}}Response":
        raise MessageError(f"not a Response: {root.tag}")
    if need_response_signature:
        root = xmldsig.verify(root, sign_cert)
    if destination is not None and root.get("Destination") != destination:
        raise MessageError("wrong Destination")
    if in_response_to is not None and root.get("InResponseTo") != in_response_to:
        raise MessageError("wrong InResponseTo")
    if root.find(f"{{{SAMLP}}}Status/{{{SAMLP}}}StatusCode").get("Value") != SUCCESS:
        raise MessageError("status is not Success")
    sealed = root.findall(f"{{{SAML}}}EncryptedAssertion")
    if len(sealed) != 1 or root.findall(f"{{{SAML}}}Assertion"):
        raise MessageError("expected exactly one EncryptedAssertion and no plain Assertion")
    inner = xmlenc.decrypt_element(sealed[0], enc_key, allow_cbc=allow_cbc)
    if inner.tag == f"{{{SAML}}}EncryptedAssertion" or inner.tag != f"{{{SAML}}}Assertion":
        raise MessageError(f"decrypted element is not an Assertion: {inner.tag}")
    if need_assertion_signature:
        inner = xmldsig.verify(inner, sign_cert)
    conditions = inner.find(f"{{{SAML}}}Conditions")
    if now is not None:
        if conditions.get("NotBefore") and now + skew < parse_stamp(conditions.get("NotBefore")):
            raise MessageError("not yet valid")
        if now - skew >= parse_stamp(conditions.get("NotOnOrAfter")):
            raise MessageError("expired")
    if audience is not None and audience not in [
            a.text for a in conditions.iter(f"{{{SAML}}}Audience")]:
        raise MessageError("wrong audience")
    return {
        "id": root.get("ID"),
        "issuer": root.findtext(f"{{{SAML}}}Issuer"),
        "in_response_to": root.get("InResponseTo"),
        "name_id": inner.findtext(f"{{{SAML}}}Subject/{{{SAML}}}NameID"),
        "loa": inner.findtext(f".//{{{SAML}}}AuthnContextClassRef"),
        "attributes": {
            a.get("Name"): ["".join(v.itertext()) for v in a.findall(f"{{{SAML}}}AttributeValue")]
            for a in inner.iter(f"{{{SAML}}}Attribute")},
    }


# --- HTTP-POST binding ---------------------------------------------------------------------

def post_encode(data):
    return base64.b64encode(data).decode()


def post_decode(text):
    return base64.b64decode(text)
