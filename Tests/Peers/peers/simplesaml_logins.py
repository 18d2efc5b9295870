# SPDX-License-Identifier: EUPL-1.2
"""Whole logins of services behind SimpleSAMLphp, answers that it must refuse, and the answers that are beyond it."""
import datetime as dt
from dataclasses import dataclass

from . import persons, signatures, xml
from .browser import Browser, Delivery
from .decryption import decrypt
from .edits import drop, edit, setter, text
from .foreign_node import unchanged
from .keys import identity, stranger
from .names import CLAVE, LOA, OAEP, ds, saml
from .report import refused
from .simplesaml import SimpleSAML, Service, Visit
from .world import LEGAL_WANTS
from .xml import require

# source, algorithm of its requests, whether encrypted, what services.yaml says besides
SERVICES = (
    ("plain", "rsa-sha256", False, {}),
    ("sha256", "rsa-sha512", False, {"signature": "rsa-sha256"}),
    ("both", "rsa-sha384", False, {"signs-assertion": True, "signature": "rsa-sha384"}),
    ("sealed", "rsa-sha512", True, {}),
    ("sealedboth", "rsa-sha256", True, {"signs-assertion": True}),
    ("gcm128", "rsa-sha256", True, {"cipher": "aes128-gcm"}),
    ("gcm192", "rsa-sha256", True, {"cipher": "aes192-gcm"}),
    ("legal", "rsa-sha256", False, {"persons": ["legal"]}),
)
# What xmlseclibs, as Debian 12 has it, cannot read: (source, setting, what it says).
LIMITS = (
    ("pss256", {"signature": "rsa-pss-sha256"}, "Unsupported signing algorithm."),
    ("pss512", {"signature": "rsa-pss-sha512"}, "Unsupported signing algorithm."),
    ("oaep", {"transport": OAEP}, "Failed to decrypt XML element."),
)


def prepare(where):
    """Adds the services to a world."""
    where.services, where.settings = dict(where.services), dict(where.settings)
    signer = identity("rsa3072", "SimpleSAMLphp")
    rows = [*SERVICES, *((source, "rsa-sha256", "transport" in changes, changes) for source, changes, _ in LIMITS)]
    for source, algorithm, encrypted, changes in rows:
        settings = {k: v for k, v in changes.items() if k not in ("cipher", "transport")}
        service = Service(source, f"S2800010A_{source.upper()}", signer, algorithm, encrypted,
                          LEGAL_WANTS if "persons" in changes else (),
                          **{k: v for k, v in changes.items() if k in ("cipher", "transport")})
        where.services[service.provider], where.settings[service.provider] = service, settings


@dataclass
class Login:
    """A person at a service behind SimpleSAMLphp, at Puente and at a foreign node, each with a browser."""

    world: object
    server: SimpleSAML
    service: Service
    person: persons.Person = persons.GERMAN
    loa: str = "low"
    country: str = "AT"

    def __post_init__(self):
        self.visit = Visit(self.server, self.service)

    def answered(self):
        """The form with Puente's answer, which SimpleSAMLphp has not yet seen."""
        node, puente = self.world.nodes[self.country], Browser(self.world.public, self.world.port)
        asked = self.visit.ask(self.loa)
        require(asked.url == self.world.gateway, f"SimpleSAMLphp sends to {asked.url}")
        to_node = puente.deliver(puente.post(asked.url, asked.fields), self.country)
        require(to_node.url == node.sso, f"sent to {to_node.url}")
        acs, form = node.answer(node.read(to_node.fields), self.person)
        return puente.deliver(puente.post(acs, form))

    def run(self):
        return self.visit.hand(self.answered())


def identified(told, login):
    """Checks that SimpleSAMLphp read who the person is, and nothing else."""
    require(told["success"], f"no success: {told}")
    rows = login.person.attributes(login.country)
    wanted = {name: [text for text, _ in values] for friendly, name, _, values in rows if friendly != "Gender"}
    wanted |= {CLAVE + "SelectedIdP": ["EIDAS"], CLAVE + "RelayState": [login.visit.relay]}
    require(told["attributes"] == wanted, f"attributes {told['attributes']}, not {wanted}")
    require(told["name_id"] == rows[0][3][0][0], f"NameID {told['name_id']}")
    require(told["loa"] == LOA[login.person.loa], f"LoA {told['loa']}")
    require(told["gateway"] == login.world.public + "/Proxy2", f"Issuer {told['gateway']}")


def run(where, puente, report):
    services = {s.source: s for s in where.services.values() if isinstance(s, Service)}
    with SimpleSAML(where, services.values()) as server:
        def login(source, **options):
            return Login(where, server, services[source], **options)
        report.say(f"SimpleSAMLphp {server.version()}")
        honest(login, report)
        with report.case("plain SAML, without the Extensions of Cl@ve, is turned away"):
            asked = login("plain").visit.ask(text="<w/>")
            page = Browser(where.public, where.port).post(asked.url, asked.fields)
            require((page.status, puente.last_rule()) == (400, "request.extensions"), f"HTTP {page.status}")
        spoiled(where, login, report)
        limits(login, report)


def shown(setting):
    return f"{setting[0]} {str(setting[1]).rsplit('/', 1)[-1]}"


def honest(login, report):
    for source, algorithm, encrypted, changes in SERVICES:
        told = ", ".join([algorithm, *(["encrypted"] if encrypted else []), *map(shown, changes.items())])
        with report.case(f"service {source}: {told}"):
            one = login(source, person=persons.LEGAL if "persons" in changes else persons.GERMAN)
            identified(one.run(), one)
    for person in (persons.GREEK, persons.BULGARIAN, persons.POLISH, persons.SPECIAL, persons.LOW):
        with report.case(f"person: {person.name}"):
            one = login("sealed", person=person)
            identified(one.run(), one)
    for loa in ("substantial", "high"):
        with report.case(f"LoA {loa} asked, high given"):
            one = login("plain", loa=loa)
            identified(one.run(), one)
    for source in ("plain", "sealed"):
        with report.case(f"service {source}: the person cancels") as note:
            told = login(source, person=persons.CANCELS).run()
            require(not told["success"], f"a success: {told}")
            require(told["message"].startswith("Responder/AuthnFailed: 003002"), told["message"])
            note(told["message"])


# --- answers that it must refuse ------------------------------------------------------------------------------------

PAST = xml.stamp(xml.now() - dt.timedelta(hours=1))
NAME = f"{saml('Attribute')}[@FriendlyName='FamilyName']/{saml('AttributeValue')}"
# Changes of an answer that is signed anew with the gateway's own key: (title, change, what SimpleSAMLphp says)
CONTENT = (
    ("nothing changed", unchanged, None),
    ("another audience", text(f"{saml('Audience')}[2]", "https://other.test"), "not a valid audience"),
    ("assertion expired", setter("NotOnOrAfter", PAST, f".//{saml('Conditions')}"), "assertion that has expired"),
    ("assertion not yet valid", setter("NotBefore", "2099-01-01T00:00:00Z", f".//{saml('Conditions')}"),
     "valid in the future"),
    ("confirmation expired", setter("NotOnOrAfter", PAST, f".//{saml('SubjectConfirmationData')}"),
     "NotOnOrAfter in SubjectConfirmationData"),
    ("another recipient", setter("Recipient", "https://other.test", f".//{saml('SubjectConfirmationData')}"),
     "Recipient in SubjectConfirmationData"),
    ("confirmation of another request", setter("InResponseTo", "_other", f".//{saml('SubjectConfirmationData')}"),
     "InResponseTo in SubjectConfirmationData"),
    ("another destination", setter("Destination", "https://other.test"), "Destination in response"),
    ("another issuer", text(saml("Issuer"), "https://other.test"), "isn't a valid IdP for this SP"),
    ("no AuthnStatement", drop(saml("AuthnStatement")), "No AuthnStatement"),
)


def spoiled(where, login, report):
    key = where.own["clave"]

    def hand(source, spoil):
        """SimpleSAMLphp is handed the answer that `spoil` made of Puente's."""
        one = login(source)
        delivery = one.answered()
        root = spoil(xml.parse(xml.decode(delivery.fields["SAMLResponse"])))
        fields = delivery.fields | {"SAMLResponse": xml.encode(xml.write(root))}
        told = one.visit.hand(Delivery(delivery.url, fields, delivery.page))
        require(told["success"], told.get("message"))
        return one, told

    def case(title, source, spoil, says):
        with report.case(f"refused: {title}") as note:
            fault = refused(title, hand, source, spoil)
            require(says in fault, fault)
            note(fault)

    def signed(change, signer=key):
        def spoil(root):
            return signatures.sign(change(drop(ds("Signature"))(root)), signer, "rsa-sha512")
        return spoil

    for title, change, says in CONTENT:
        if says:
            case(title, "plain", signed(change), says)
        else:
            with report.case("accepted: signed anew, nothing changed"):
                one, told = hand("plain", signed(change))
                identified(told, one)
    case("a name changed after signing", "plain", text(NAME, "Other"),
         "Neither the assertion nor the response was signed")
    case("a name changed in a signed assertion", "both", signed(text(NAME, "Other")),
         "Reference validation failed")
    case("signed by a stranger", "plain", signed(unchanged, stranger()), "Unable to validate Signature")
    case("not signed", "plain", drop(ds("Signature")),
         "Neither the assertion nor the response was signed")
    case("ciphertext changed", "sealed", signed(edit(flip)), "Failed to decrypt")
    case("plain instead of encrypted", "sealed", signed(edit(lambda root: opened(root, login("sealed").service))),
         "Received unencrypted assertion")


def flip(root):
    value = root.findall(".//{*}CipherValue")[-1]
    octets = bytearray(xml.unwrapped(value.text))
    octets[40] ^= 1
    value.text = xml.encode(bytes(octets))


def opened(root, service):
    sealed = root.find(saml("EncryptedAssertion"))
    sealed.getparent().replace(sealed, xml.parse(decrypt(sealed, service.recipient)))


# --- what is beyond it ----------------------------------------------------------------------------------------------

def limits(login, report):
    for source, changes, says in LIMITS:
        with report.case(f"beyond it: {shown(next(iter(changes.items())))}") as note:
            fault = refused(source, login(source).run)
            require(says in fault, fault)
            note(fault)
