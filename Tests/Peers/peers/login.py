# SPDX-License-Identifier: EUPL-1.2
"""Whole logins through a running Puente, over all suites, kit generations, ways of delivery and persons.

    python -m peers.login [--puente PROGRAM] [--config FOLDER] [--suites rsa3072,p256,...]
"""
import contextlib
import sys
from dataclasses import replace

from . import persons, world
from .drivers import Stage, drive, parser
from .encryption import Transport
from .foreign_node import Spoil
from .journey import Journey, failed, identified
from .names import CIPHERS, FRIENDLY, NATURAL, OAEP_MGF1P
from .xml import require

SUITES = ("rsa3072", "p256", "p384", "p521", "bp256", "bp384", "bp512")
PERSONS = (persons.GERMAN, persons.GREEK, persons.BULGARIAN, persons.POLISH, persons.SPECIAL)
PLAIN = "S2800000A_JAVA27"


@contextlib.contextmanager
def altered(node, **changes):
    """The node with other habits, for one login."""
    before = {name: getattr(node, name) for name in changes}
    for name, value in changes.items():
        setattr(node, name, value)
    try:
        yield node
    finally:
        for name, value in before.items():
            setattr(node, name, value)


class Matrix:
    """All cases of one world, in the order in which they run."""

    def __init__(self, where, report):
        self.world, self.report = where, report
        self.service, self.node = where.services[PLAIN], where.nodes["AT"]

    def login(self, title, *, service=None, node=None, person=persons.GERMAN, spoil=None, **options):
        service, node = service or self.service, node or self.node
        with self.report.case(title) as note:
            login = Journey(self.world, service, node, **options).run(person, spoil or Spoil())
            identified(login, node, person)
            require(login.encrypted == (service.recipient is not None), "delivered otherwise than registered")
            note(f"LoA {login.loa}" + (", encrypted" if login.encrypted else ""))
            return login

    def failure(self, title, person=persons.CANCELS, **options):
        with self.report.case(title) as note:
            login = failed(Journey(self.world, options.pop("service", self.service), self.node, **options).run(
                person, options.pop("spoil", Spoil())))
            note(f"{'/'.join(c.rsplit(':', 1)[-1] for c in login.status)}: {login.message}")

    def nodes(self):
        for node in self.world.nodes.values():
            self.login(f"node {node.country} signs {node.signer.kind} {node.algorithm}", node=node)

    def encryptions(self, kind):
        for name, transport, engine in world.transports(kind):
            with altered(self.node, transport=transport, engine=engine):
                self.login(f"node encrypts {name}")
        for cipher in CIPHERS:
            with altered(self.node, cipher=cipher):
                self.login(f"node encrypts {cipher}")
        with altered(self.node, beside=True):
            self.login("node puts EncryptedKey beside EncryptedData")
        with altered(self.node, signs_assertion=True):
            self.login("node signs the assertion too")
        if kind.startswith("rsa"):
            node = self.world.nodes["CZ"]
            with altered(node, transport=Transport(OAEP_MGF1P, None)):
                self.login("node encrypts rsa-oaep-mgf1p, with permission", node=node)
            with altered(node, transport=Transport(OAEP_MGF1P, "sha256")):
                self.login("node encrypts rsa-oaep-mgf1p and SHA-256, with permission", node=node)

    def services(self):
        for number, service in enumerate(self.world.services.values()):
            person = persons.LEGAL if service.wants else PERSONS[number % len(PERSONS)]
            self.login(f"service {service.provider} ({service.kit.name}), {person.name}", service=service,
                       person=person, selector=number % 2 == 0)

    def persons(self):
        for person in PERSONS:
            self.login(f"person: {person.name}", person=person)
        self.login("person: LoA low, low is enough", person=persons.LOW)
        for asked, given in (("substantial", "substantial"), ("substantial", "high"), ("high", "high")):
            self.login(f"LoA {asked} asked, {given} given", person=replace(persons.GERMAN, loa=given), loa=asked)

    def failures(self):
        for name in ("java-2.7", "java-1.4.3", "php", "java-3.0.0"):
            service = next(s for s in self.world.services.values() if s.kit.name == name)
            self.failure(f"the person cancels, answered to {name}", service=service)
        for codes in (("Responder", "RequestDenied"), ("Requester", "InvalidAttrNameOrValue"), ("Responder",),
                      ("Requester", "InvalidNameIDPolicy"), ("VersionMismatch",),
                      ("Responder", "urn:example:unheard-of")):
            self.failure(f"the node answers {'/'.join(codes)}", replace(persons.CANCELS, status=codes))
        for title, family in (("of blanks that take no room", "\u200b\u3164"), ("in Tifinagh alone", "\u2d5c\u2d30"),
                              ("of Greek longer than any name", "\u03a9" * 5000)):
            self.failure(f"a name {title}", replace(persons.GERMAN, values=persons.GERMAN.values | {
                "FamilyName": [(family, True)]}))
        sealed = next(s for s in self.world.services.values() if s.recipient)
        self.failure("the person cancels, service with encryption", service=sealed)

    def manners(self):
        """What must be let through, dropped or repeated to the letter."""
        def unasked(root):
            row = root.find(f".//{{*}}Attribute[@Name='{NATURAL}/DateOfBirth']")
            other = row.makeelement(row.tag, dict(row.attrib) | {"Name": "urn:example:unknown", "FriendlyName": "x"})
            other.append(row.makeelement("{urn:oasis:names:tc:SAML:2.0:assertion}AttributeValue"))
            other[0].text = "surplus"
            row.getparent().append(other)
            return root
        login = self.login("an attribute that nobody asked for is dropped", spoil=Spoil(assertion=unasked))
        with self.report.case("and is not delivered"):
            require(login and set(login.attributes) <= set(FRIENDLY.values()) | {"SelectedIdP", "RelayState"},
                    "an unknown attribute reached the service")
        for relay in ("\"><script>alert(1)</script>", "a b+c%20&d=é", "x" * 80):
            self.relay(relay)

    def relay(self, text):
        with self.report.case(f"RelayState {text[:30]!r} comes back to the letter"):
            journey = Journey(self.world, self.service, self.node)
            before = self.service.request

            def request(gateway, **options):
                return replace(before(gateway, **options), relay_field=text)
            self.service.request = request
            try:
                identified(journey.run(persons.GERMAN), self.node, persons.GERMAN)
            finally:
                del self.service.request

    def cookies(self):
        """The browser is bound by a cookie that a form post from another site brings back."""
        with self.report.case("cookies are HttpOnly, Secure and come back from another site"):
            journey = Journey(self.world, self.service, self.node).begin()
            for name, line in journey.browser.attributes.items():
                flags = {part.strip().lower() for part in line.split(";")[1:]}
                require({"httponly", "secure", "samesite=none"} <= flags, f"{name}: {sorted(flags)}")
            require(journey.browser.attributes, "no cookie binds the login to the browser")


def run_world(where, kind, report, thorough):
    matrix = Matrix(where, report)
    matrix.nodes()
    matrix.encryptions(kind)
    if thorough:
        matrix.services()
        matrix.persons()
        matrix.failures()
        matrix.manners()


def main(arguments=None):
    options = parser(__doc__.split("\n")[0])
    options.add_argument("--suites", default=",".join(SUITES), help="kinds of our own keys")
    given = options.parse_args(arguments)
    return drive([stage(kind, number) for number, kind in enumerate(given.suites.split(","))], given)


def stage(kind, number):
    """Everything with the first kind of keys, the cryptography with the others, SPType once in metadata, then not."""
    def run(where, _server, report):
        run_world(where, kind, report, thorough=number == 0)
        if number == 0:
            Matrix(where, report).cookies()
    return Stage(kind, f"Logins, our keys {kind}", run, {"connector": {"sp-type": "in-request"}} if number else {})


if __name__ == "__main__":
    sys.exit(main())
