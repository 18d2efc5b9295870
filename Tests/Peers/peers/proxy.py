# SPDX-License-Identifier: EUPL-1.2
"""Whole logins of people of Spain at services abroad, through a running Puente between a Connector and the gateway.

    python -m peers.proxy [--puente PROGRAM] [--config FOLDER] [--suites rsa3072,p256,...]
"""
import subprocess
import sys
from dataclasses import replace

from . import abroad, citizens, habits
from .browser import label, outward
from .citizens import ANA, DIRECTOR, METHODS, TREASURER
from .crossing import Crossing, failed, identified
from .drivers import Stage, drive, parser
from .encryption import Transport
from .foreign_connector import BINDINGS
from .foreign_node import HONEST, Spoil
from .gateway_request import GATEWAY, NEWEST, Seen
from .login import SUITES
from .metadata import ProxyService
from .names import (CIPHERS, LEGAL_SET, LEVELS, LOA, NAMED, NATURAL_SET, NOT_NOTIFIED, OAEP_MGF1P, PERSISTENT,
                    PROFILE, REDIRECT, SIGNATURES, TRANSIENT, UNSPECIFIED)
from .proxy_stages import OPTIONAL, PREPARED, VARIANTS, prepare
from .xml import parse, require, unwrapped

# What the gateway says when a login fails (Cl@ve dossier §3.3), and the sub-status that a Connector is told.
FAILURES = (
    (("Responder", "AuthnFailed"), "003002 - Authentication Failed (no certificate has been submitted)", "AuthnFailed"),
    (("Responder",), "003002 - certificate not valid: El certificado está caducado", None),
    (("Responder",), "003002 - Type of certificate not allowed (8)", None),
    (("Responder",), "003002 - [IdP @firma] The selected credential's LoA (http://eidas.europa.eu/LoA/low) is lower"
     " than requested LoA (http://eidas.europa.eu/LoA/high)", None),
    (("Responder",), "003002 (Authentication Failed: Detalle error: 17)", None),
    (("Requester", "RequestDenied"), "202007 - no consent", "RequestDenied"),
    (("Requester", "InvalidAttrNameOrValue"), "202005 - attributes", "InvalidAttrNameOrValue"),
    (("Requester", "InvalidNameIDPolicy"), "203001 - policy", "InvalidNameIDPolicy"),
    (("Responder", "VersionMismatch"), "203001 - version", None),
    (("AuthnFailed",), "003002 - Authentication Failed", "AuthnFailed"),
    (("Responder", "AuthnFailed"), "", "AuthnFailed"),
    (("Responder", "urn:example:unheard-of"), "no code at all\nand two lines", None),
    (("Responder",), "003002 - " + "x" * 3000, None),
)


class Matrix:
    """All cases of one world, in the order in which they run."""

    def __init__(self, where, server, report):
        self.world, self.server, self.report = where, server, report
        self.connector = next(iter(where.connectors.values()))
        self.pages = 2

    def crossing(self, connector=None, **options):
        sending = options.pop("sending", {})
        return Crossing(self.world, connector or self.connector, options, sending, self.pages)

    def login(self, title, citizen=ANA, *, spoil=HONEST, released=None, given=None, **options):
        with self.report.case(title) as note:
            crossing = self.crossing(legal=citizen.company is not None, **options)
            identity = identified(crossing.run(citizen, spoil, released), crossing, citizen, released)
            require(given is None or identity.loa == given, f"LoA {identity.loa}, expected {given}")
            note(identity.loa.partition("europa.eu/")[2])
            return crossing, identity
        return None, None

    def failure(self, title, citizen, *status, code=None, spoil=HONEST, **options):
        with self.report.case(title) as note:
            identity = failed(self.crossing(**options).run(citizen, spoil), *status, code=code)
            note(f"{'/'.join(s.rpartition(':')[2] for s in identity.status)}: {identity.message}")
            return identity

    def metadata(self):
        """What the Connector has read and judged when it came to know us, and where else it can be had (§4.3, §6.1)."""
        proxy = self.connector.proxy
        with self.report.case("our metadata: levels that can be given") as note:
            given = {*LOA.values(), NOT_NOTIFIED["low"], NOT_NOTIFIED["substantial"]}
            require(set(proxy.levels) == given, f"{sorted(set(proxy.levels) ^ given)}")
            note(f"{len(proxy.levels)}")
        with self.report.case("our metadata: attributes that can be given, by Cl@ve and by the register") as note:
            given = {f for f, _, _ in (*NATURAL_SET, *LEGAL_SET)} | set(OPTIONAL)
            told = {PROFILE[name][0] for name in proxy.attributes if "/representative/" not in name}
            require(told == given, f"{sorted(told ^ given)}")
            note(", ".join(sorted(told)))
        with self.report.case("our metadata: as a document of its own type, to be kept for a while"):
            page = self.crossing().browser.get(abroad.METADATA)
            require(page.headers.get("content-type") == "application/samlmetadata+xml", f"{page.headers}")
            require("max-age" in page.headers.get("cache-control", ""), "it may not be kept")
        with self.report.case("our metadata: the same from the command line"):
            ran = subprocess.run([self.server.program, "metadata", "proxy-service", "--config",
                                  self.world.folder / "puente.yaml"], capture_output=True, timeout=60, check=False)
            require(ran.returncode == 0, ran.stderr.decode()[-200:])
            found = ProxyService.read(ran.stdout, self.world.own["metadata"].certificate, address=proxy.entity_id)
            require(found == proxy, "it says something else")

    # --- who asks -------------------------------------------------------------------------------------------------

    def connectors(self):
        for name, one in self.world.connectors.items():
            versions = ", ".join(one.versions) or "no version"
            self.login(f"Connector {name}: {one.algorithm} of {one.signer.kind}, opens with {one.recipient.kind},"
                       f" {versions}", connector=one)

    def bindings(self):
        for name in ("FR", "DE", "CZ", "SE"):
            for binding in BINDINGS:
                self.login(f"Connector {name} asks by {binding.rpartition(':')[2]}", binding=binding,
                           connector=self.world.connectors[name])
        self.login("ECDSA on Redirect in DER, as Java's own signatures are", connector=self.world.connectors["DE"],
                   binding=REDIRECT, sending={"der": True})
        for binding in BINDINGS:
            for relay in (None, "x" * 80, "\"><script>alert(1)</script>", "a b+c%20&d=é"):
                self.login(f"RelayState {str(relay)[:20]!r} by {binding.rpartition(':')[2]} comes back to the letter",
                           binding=binding, relay_state=relay)
        one = self.world.connectors["DE"]
        self.login("an address of the metadata other than the default", connector=one, acs=one.other_acs[0],
                   acs_attribute=one.other_acs[0])
        self.login("the default address, named", connector=one, acs_attribute=one.acs)

    def requests(self):
        for kind in (None, PERSISTENT, TRANSIENT, UNSPECIFIED):
            self.login(f"NameIDPolicy {kind and kind.rpartition(':')[2]}", name_id=kind)
        first = self.login("a persistent NameID", name_id=PERSISTENT)[1]
        again = self.login("and it is the same in the next login", name_id=PERSISTENT)[1]
        with self.report.case("persistent NameIDs agree"):
            require(first and again and first.name_id == again.name_id, "two persistent names for one person")
        private, either = self.world.connectors["PT"], self.world.connectors["IT"]
        self.login("private sector, told in metadata", connector=private, requester="urn:pt:relying-party:7")
        self.login("private sector, told in the request", connector=either, sector="private", requester="urn:it:rp:7")
        self.login("public sector, told in the request", connector=either, sector="public")
        self.login("RequesterID of 1024 characters", requester="urn:x:" + "r" * 1018)
        self.login("no ProviderName", provider=None)
        self.login("a ProviderName of 128 characters with markup", provider="<b onload='x'>&\"" + "p" * 112)
        self.login("an attribute that nobody knows is not sent", wanted={
            name: True for name in (NAMED[f] for f in ("PersonIdentifier", "FamilyName", "FirstName", "DateOfBirth"))}
            | {"urn:example:unknown": False, "http://eidas.europa.eu/attributes/naturalperson/Unheard": False})
        self.login("an attribute that nobody knows is dropped even where it is mandatory (P1-28)", wanted={
            name: True for _, name, _ in NATURAL_SET} | {"urn:example:unknown": True})
        self.login("an optional attribute that nobody has is not sent", optional=("EmailAddress", "CurrentAddress"),
                   released=())
        self.login("asked 50 seconds ago", at=habits.ago(50))
        for title, (change, sealing) in habits.REQUESTS.items():
            with self.report.case(f"Connector's request: {title}"):
                root, asked = self.connector.draft()
                crossing = self.crossing().begin(self.connector.sealed(change(root), asked, **sealing))
                identified(crossing.finish(crossing.answer(ANA)), crossing, ANA)
        self.queries()
        for name in ("EL", "DE"):
            self.login(f"identifier for {name}", connector=self.world.connectors[name])

    def queries(self):
        """The real Redirect binding leaves open where in the address its parameters stand."""
        for title, change in (
                ("parameters in another order", lambda pairs: [*pairs[1:], pairs[0]]),
                ("SAMLEncoding named", lambda pairs: [*pairs, (
                    "SAMLEncoding", "urn%3Aoasis%3Anames%3Atc%3ASAML%3A2.0%3Abindings%3AURL-Encoding%3ADEFLATE")])):
            with self.report.case(f"Redirect: {title}"):
                asked = self.connector.request(binding=REDIRECT)
                pairs = [part.split("=", 1) for part in self.connector.query(asked).split("&")]
                crossing = self.crossing(binding=REDIRECT)
                crossing.asked = asked
                page = crossing.browser.get(f"{self.connector.proxy.redirect}?" + "&".join(
                    f"{name}={value}" for name, value in change(pairs)))
                delivery = crossing.delivery(crossing.browser.press(page, "continue"))
                crossing.request = crossing.gateway.read(delivery.fields)
                identified(crossing.finish(crossing.answer(ANA)), crossing, ANA)
        with self.report.case("POST: line breaks in Base64"):
            crossing = self.crossing()
            crossing.asked = self.connector.request()
            form = habits.lines(76, "\r\n", "SAMLRequest")(crossing.asked.form())
            page = crossing.browser.post(self.connector.proxy.post, form)
            delivery = crossing.delivery(crossing.browser.press(page, "continue"))
            crossing.request = crossing.gateway.read(delivery.fields)
            identified(crossing.finish(crossing.answer(ANA)), crossing, ANA)

    # --- who is identified, and how -------------------------------------------------------------------------------

    def people(self):
        for citizen in citizens.PEOPLE:
            self.login(f"person: {citizen.name}", citizen)
        for citizen in (ANA, DIRECTOR, TREASURER):
            self.login(f"PartialAfirma without namespaces: {citizen.name}", replace(citizen, declared=False))
        stated = Spoil(response=habits.extra("DateOfBirth", NAMED["DateOfBirth"], "2001-09-09"))
        for citizen in (citizens.MINOR, ANA):
            with self.report.case(f"Cl@ve states a date of birth: {citizen.name}"):
                crossing = self.crossing()
                told = replace(citizen, register=citizen.register | {"DateOfBirth": "2001-09-09"})
                identified(crossing.run(citizen, stated), crossing, told)
        both = {name: True for _, name, _ in (*NATURAL_SET, *LEGAL_SET)}
        for name in ("CZ", "AT"):
            self.login(f"a company and who acts for it side by side, as peers up to 1.3 may ask: {name}", DIRECTOR,
                       connector=self.world.connectors[name], wanted=both)
        self.login("a company's representative, asked by a peer with EC keys", DIRECTOR,
                   connector=self.world.connectors["CZ"])
        self.login("a certificate without PartialAfirma fields but the class", replace(ANA, certificate={
            "clasificacion": "0", "NIF-CIF": None, "razonSocial": None, "NIFResponsable": None}))
        self.login("a certificate whose numbers bear their kind (ETSI EN 319 412-1)", replace(ANA, certificate={
            "clasificacion": "0", "NIF-CIF": "IDCES-" + ANA.identifier, "NIFResponsable": "IDCES-" + ANA.identifier}))
        self.login("a company's certificate whose numbers bear their kind", replace(DIRECTOR, certificate={
            "clasificacion": "11", "NIF-CIF": "VATES-" + DIRECTOR.company[0],
            "NIFResponsable": "IDCES-" + DIRECTOR.identifier}))
        self.login("a public employee whose certificate names the office", replace(citizens.OFFICIAL, certificate={
            "clasificacion": "5", "NIF-CIF": citizens.cif("S", 2833002), "razonSocial": "Ayuntamiento de Ejemplo"}))

    def assurance(self):
        for number, asked in enumerate(LEVELS):
            for level in LEVELS[number:]:
                self.login(f"certificate: {asked} asked, {level} given", replace(ANA, loa=level), loa=asked,
                           given=LOA[level])
        some = [NOT_NOTIFIED["low"], NOT_NOTIFIED["substantial"]]
        for method in METHODS[1:]:
            for level in LEVELS[:2]:
                self.login(f"{method} {level}, where a scheme that was not notified is accepted", ANA.by(method, level),
                           comparison="exact", levels=some, given=NOT_NOTIFIED[level])
        self.login("certificate, where either is accepted", levels=[*some, LOA["substantial"], LOA["high"]],
                   comparison="exact", given=LOA["high"])
        for method in METHODS[1:]:
            self.failure(f"{method}, where only notified schemes are accepted", ANA.by(method, "substantial"),
                         "Responder", "AuthnFailed", code="202019")

    # --- what the citizen agrees to -------------------------------------------------------------------------------

    def consent(self):
        crossing = self.login("optional attributes, all released", optional=OPTIONAL)[0]
        with self.report.case("each of them has a box on the page of consent"):
            boxes = {label(box) for form in crossing.consent.forms for box in form.boxes}
            require(boxes == set(OPTIONAL), f"boxes {boxes}")
        for released in ((), ("Gender",), ("PlaceOfBirth", "BirthName")):
            self.login(f"optional attributes, released: {', '.join(released) or 'none'}", optional=OPTIONAL,
                       released=released)
        with self.report.case("the citizen does not agree") as note:
            crossing = self.crossing().begin()
            page = crossing.browser.press(crossing.answer(ANA), "deny")
            note(self.told(crossing, page, "RequestDenied"))
        with self.report.case("the citizen turns back before identification") as note:
            crossing = self.crossing()
            page = crossing.browser.press(crossing.ask(), "cancel")
            note(self.told(crossing, page, "AuthnFailed", "RequestDenied"))
        with self.report.case("the page before tells who asks, from where, and for what"):
            page = self.crossing(provider="Ministère des Essais & Cie", optional=("Gender",)).ask().text
            for word in ("Minist", "Essais &amp; Cie", "France"):
                require(word in page, f"{word} is not on the page")

    def told(self, crossing, page, *subs):
        identity = failed(crossing.connector.read(crossing.delivery(page), crossing.asked))
        require(identity.status[-1].rpartition(":")[2] in subs, f"status {identity.status}")
        return f"{identity.status[-1].rpartition(':')[2]}: {identity.message}"

    def failures(self):
        self.failure("the citizen cancels at the gateway", citizens.CANCELS, "Responder", "AuthnFailed")
        for codes, message, sub in FAILURES:
            self.failure(f"the gateway says {'/'.join(codes)[:40]}: {message[:50]!r}",
                         citizens.refused(*codes, message=message), *(("Responder",) if not sub else (
                             codes[0] if codes[0] == "Requester" else "Responder", sub)))
        self.failure("LoA lower than asked", replace(ANA, loa="low"), "Responder", code="202019", loa="high")
        self.failure("no date of birth to be had", citizens.MINOR, "Responder", code=("202010", "203021"))
        self.failure("somebody in no register", citizens.UNKNOWN, "Responder", code=("202010", "203021"))
        self.failure("names that no answer has room for", replace(
            ANA, first="A" * 36000, family="B" * 36000,
            certificate={"clasificacion": "0", "nombreResponsable": "ANA"}), "Responder")
        self.failure("a name that nobody sees", replace(ANA, first="\u200b\u2800"), "Responder",
                     "InvalidAttrNameOrValue")
        self.failure("a company's representative for a natural person", DIRECTOR, "Responder")
        self.failure("a natural person's certificate for a company", ANA, "Responder", legal=True)
        self.failure("Cl@ve Permanente for a company", ANA.by(citizens.PERMANENT, "substantial"), "Responder",
                     legal=True)
        for number in (1, 2, 3, 4, 6, 7, 8, 9, 10, 13):
            self.failure(f"a certificate of class {number}", replace(ANA, certificate={"clasificacion": str(number)}),
                         "Responder")

    # --- what the gateway may do ----------------------------------------------------------------------------------

    def gateway(self):
        for title, spoil in habits.ACCEPTED.items():
            self.login(f"gateway: {title}", spoil=spoil)
        for name in SIGNATURES:
            if name.startswith("rsa"):
                self.login(f"gateway signs {name}", spoil=Spoil(signing={"algorithm": name}))
        for cipher in CIPHERS:
            self.login(f"gateway encrypts {cipher}, rsa-oaep-mgf1p", spoil=Spoil(encryption={
                "cipher": cipher, "transport": Transport(OAEP_MGF1P, None)}))
        self.login("gateway encrypts aes256-gcm, rsa-oaep of XML Encryption 1.1", spoil=Spoil(encryption={
            "transport": Transport()}))
        self.login("gateway encrypts a company's representative", DIRECTOR, spoil=Spoil(encryption={
            "transport": Transport(OAEP_MGF1P, None)}))

    def rows(self):
        """Our request, check by check."""
        crossing = self.crossing(optional=("Gender",)).begin()
        self.world.national.used.discard(crossing.request.id)
        seen = Seen(self.world.national, crossing.delivered, parse(unwrapped(crossing.delivered["SAMLRequest"])))
        for table, whose in ((GATEWAY, "the gateway asks"), (NEWEST, "the newest kit writes")):
            for row, title, check in table:
                with self.report.case(f"{whose}: {row} {title}"):
                    check(seen)
        for asked, levels, comparison in (("low", None, "minimum"), ("high", None, "minimum"),
                                          ("low", [NOT_NOTIFIED["low"]], "exact")):
            with self.report.case(f"the gateway is asked for {asked}, of {levels or asked}"):
                request = self.crossing(loa=asked, levels=levels, comparison=comparison).begin().request
                require(request.loa == LOA[asked], f"asked for {request.loa}")
        with self.report.case("a company is asked for: no method but the certificate is offered"):
            excluded = self.crossing(legal=True).begin().request.excluded
            require({"GISSIdP", "CLVMOVILIdP"} <= excluded and "AFirmaIdP" not in excluded, f"excluded {excluded}")

    # --- manners --------------------------------------------------------------------------------------------------

    def manners(self):
        with self.report.case("cookies are HttpOnly, Secure and come back from another site"):
            browser = self.crossing().begin().browser
            require(browser.attributes, "no cookie binds the login to the browser")
            for name, line in browser.attributes.items():
                flags = {part.strip().lower() for part in line.split(";")[1:]}
                require({"httponly", "secure", "samesite=none"} <= flags, f"{name}: {sorted(flags)}")
        for title, citizen, spoil in (("the same answer", ANA, HONEST),
                                      ("an answer about somebody else", citizens.EVIL, HONEST),
                                      ("an unsigned one about somebody else", citizens.EVIL, Spoil(signs=False)),
                                      ("a failure", citizens.CANCELS, HONEST)):
            with self.report.case(f"after the gateway's answer {title}: what the citizen looks at stays as it was"):
                crossing = self.crossing().begin()
                first = crossing.answer(ANA)
                second = crossing.answer(citizen, spoil)
                require(outward(second) is None and citizens.EVIL.family not in second.text, "the later one counts")
                identified(crossing.finish(first), crossing, ANA)
        with self.report.case("neither yes nor no is neither"):
            crossing = self.crossing().begin()
            consent = crossing.answer(ANA)
            page = crossing.browser.post(consent.url, {"perhaps": "1"})
            require(outward(page) is None, "an answer was sent")
            identified(crossing.finish(consent), crossing, ANA)
        with self.report.case("yes by GET is only a look"):
            crossing = self.crossing().begin()
            consent = crossing.answer(ANA)
            target = next(f for f in consent.forms if any("accept" in b for b in f.buttons)).action
            page = crossing.browser.get(f"{target}{'&' if '?' in target else '?'}accept=1")
            require(outward(page) is None, "a GET has sent the answer")
            identified(crossing.finish(page), crossing, ANA)
        with self.report.case("two logins in one browser, one after the other's question"):
            first = self.crossing().begin()
            second = replace(self.crossing(self.world.connectors["DE"]), browser=first.browser).begin()
            for crossing in (first, second):
                identified(crossing.finish(crossing.answer(ANA)), crossing, ANA)
        with self.report.case("two logins at once in two browsers, answered crosswise in time"):
            pair = [self.crossing(self.world.connectors[name]).begin() for name in ("FR", "DE")]
            pages = [crossing.answer(who) for crossing, who in zip(pair, (ANA, citizens.NIE), strict=True)]
            for crossing, page, who in reversed(list(zip(pair, pages, (ANA, citizens.NIE), strict=True))):
                identified(crossing.finish(page), crossing, who)
        with self.report.case("headers of the pages of consent"):
            crossing = self.crossing(optional=OPTIONAL)
            pages = [crossing.ask(), crossing.begin().answer(ANA)]
            for page in pages:
                policy = page.headers.get("content-security-policy", "")
                require("frame-ancestors 'none'" in policy and "default-src 'none'" in policy, f"policy {policy}")
                require("no-store" in page.headers.get("cache-control", ""), "the page may be kept")
                require(page.headers.get("x-content-type-options") == "nosniff", "nosniff")
                require(page.headers.get("referrer-policy") == "no-referrer", "referrer")

    def log(self):
        """Nothing of a citizen is in the log."""
        with self.report.case("nobody's data is in the log"):
            text = self.server.log.read_text("utf-8", "replace")
            for citizen in citizens.EVERYBODY:
                for secret in (citizen.identifier, citizen.family, citizen.register.get("DateOfBirth")):
                    require(not secret or secret not in text, f"{citizen.name} is in the log")


def everything(matrix):
    matrix.rows()
    matrix.metadata()
    matrix.connectors()
    matrix.bindings()
    matrix.requests()
    matrix.people()
    matrix.assurance()
    matrix.consent()
    matrix.failures()
    matrix.gateway()
    matrix.manners()


def cryptography(matrix):
    matrix.connectors()
    for binding in BINDINGS[1:]:
        matrix.login(f"asked by {binding.rpartition(':')[2]}", binding=binding)


def stage(kind, title, cases, settings=None, prepared=prepare):
    def run(where, server, report):
        matrix = Matrix(where, server, report)
        cases(matrix)
        matrix.log()
    return Stage(kind, title, run, settings or {}, prepared)


def stages(kinds):
    for number, kind in enumerate(kinds):
        yield stage(kind, f"Logins from abroad, our keys {kind}", cryptography if number else everything)
    for title, cases, settings in VARIANTS.values():
        yield stage("p256", f"Logins from abroad: {title}", cases, settings, PREPARED.get(cases, prepare))


def main(arguments=None):
    options = parser(__doc__.split("\n")[0])
    options.add_argument("--suites", default=",".join(SUITES), help="kinds of our own keys")
    given = options.parse_args(arguments)
    return drive(list(stages(given.suites.split(","))), given, width=84, make=abroad.make)


if __name__ == "__main__":
    sys.exit(main())
