# SPDX-License-Identifier: EUPL-1.2
"""Logins from abroad with other settings, in races and over restarts, and with pysaml2 as the Connector."""
import concurrent.futures
import time
from dataclasses import fields, replace

from . import abroad, citizens, sources
from .browser import outward, pressable
from .citizens import ANA, DIRECTOR
from .clave_answer import claims_success
from .crossing import failed, identified
from .names import LOA, NOT_NOTIFIED, TRANSIENT
from .pysaml2_connector import PySAML2Connector
from .pysaml2_logins import unable
from .report import refused
from .xml import encode, require, unwrapped

OPTIONAL = ("Gender", "PlaceOfBirth", "BirthName")
REMEMBERED = {}     # identifiers that were derived in one stage, for another


def prepare(where):
    where.sources = sources.Register(citizens.EVERYBODY)
    (where.folder / "identifier.key").write_text("5a" * 32 + "\n")
    (where.folder / "identifier.key").chmod(0o600)


def one_page(matrix):
    """Puente asks once, after identification."""
    matrix.pages = 1
    matrix.login("consent after identification only")
    matrix.login("the same with optional attributes", optional=OPTIONAL, released=("Gender",))
    matrix.login("the same for a company's representative", DIRECTOR)
    matrix.failure("the gateway says no", citizens.CANCELS, "Responder", "AuthnFailed")
    with matrix.report.case("the citizen does not agree") as note:
        crossing = matrix.crossing().begin()
        note(matrix.told(crossing, crossing.browser.press(crossing.answer(ANA), "deny"), "RequestDenied"))


def requester_needed(matrix):
    """Private requesters have to say for whom they ask."""
    with matrix.report.case("our metadata says that RequesterID is needed"):
        require(matrix.connector.proxy.wants_requester, "no entity category")
    private, either = matrix.world.connectors["PT"], matrix.world.connectors["IT"]
    matrix.login("public, without RequesterID")
    for one, sector in ((private, None), (either, "private")):
        matrix.login(f"private {one.country}, with RequesterID", connector=one, sector=sector, requester="urn:x:rp:1")
        with matrix.report.case(f"private {one.country}, without: 202020") as note:
            crossing = matrix.crossing(one, sector=sector)
            identity = one.read(crossing.delivery(crossing.ask()), crossing.asked)
            require(identity.status[0].endswith(":Requester"), f"status {identity.status}")
            note(failed(identity, code="202020").message)


def derived(matrix):
    """Identifiers that tell nothing, for each receiving state another."""
    seen = {}
    for name in ("FR", "FR", "DE"):
        with matrix.report.case(f"a derived identifier for {name}") as note:
            crossing = matrix.crossing(matrix.world.connectors[name])
            identity = crossing.run(ANA)
            text = identity.first("PersonIdentifier")
            require(text.startswith(f"ES/{name}/") and ANA.identifier[:8] not in text, f"identifier {text}")
            require(seen.setdefault(name, text) == text, "another identifier in the next login")
            note(f"{len(text)} characters")
    with matrix.report.case("they differ between states and persons"):
        other = matrix.crossing().run(citizens.NIE).first("PersonIdentifier")
        require(len({seen["FR"][6:], seen["DE"][6:], other[6:]}) == 3, "two of them are alike")
    with matrix.report.case("a company keeps its public number, who acts for it does not"):
        identity = matrix.crossing(legal=True).run(DIRECTOR)
        require(identity.first("LegalPersonIdentifier").endswith(DIRECTOR.company[0]), "the company's number")
        require(DIRECTOR.identifier[:8] not in identity.first("RepresentativePersonIdentifier"), "the person's number")
    REMEMBERED.update(seen)


def derived_again(matrix):
    """Another node with the same key for identifiers: they outlive the keys that sign."""
    for name in ("FR", "DE"):
        with matrix.report.case(f"the identifier for {name} is the one that it was before the keys were rolled over"):
            found = matrix.crossing(matrix.world.connectors[name]).run(ANA).first("PersonIdentifier")
            require(found == REMEMBERED[name], "another identifier")


def methods(matrix):
    """Cl@ve Móvil notified, PIN refused, Permanente not offered, certificates capped."""
    with matrix.report.case("what is not offered is excluded"):
        excluded = matrix.crossing().begin().request.excluded
        require({"GISSIdP", "AEATIdP"} <= excluded and "CLVMOVILIdP" not in excluded, f"excluded {excluded}")
    matrix.login("a method that the operator lets count as notified", ANA.by(citizens.MOBILE, "substantial"),
                 loa="substantial", given=LOA["substantial"])
    matrix.login("a level is capped", replace(ANA, loa="high"), given=LOA["substantial"])
    with matrix.report.case("who asks for more is told so before anybody is asked") as note:
        crossing = matrix.crossing(loa="high")
        note(failed(crossing.connector.read(crossing.delivery(crossing.ask()), crossing.asked), code="202015").message)
    every = [NOT_NOTIFIED["low"], NOT_NOTIFIED["substantial"], *LOA.values()]
    for method in (citizens.PIN, citizens.PERMANENT):
        matrix.failure(f"{method}, which is refused", ANA.by(method, "substantial"), "Responder", comparison="exact",
                       levels=every)
    with matrix.report.case("our metadata has no level that is not served"):
        require(LOA["high"] not in matrix.connector.proxy.levels, f"{matrix.connector.proxy.levels}")


METHOD_SETTINGS = {"clave-gateway": {"methods": {
    "certificate": {"released-as": "notified", "highest-loa": "substantial"},
    "mobile": {"released-as": "notified", "highest-loa": "substantial"},
    "pin": {"released-as": "refused"}, "permanent": {"offered": False}}}}


def nameless(matrix):
    matrix.login("ProviderName without application")


def unnamed(where):
    prepare(where)
    where.national = replace(where.national, application="")


def at_once(report, title, times, call, good, most=1):
    """`call` many times at the same moment: one has to be `good`, and no more than `most` may."""
    with report.case(title) as note:
        with concurrent.futures.ThreadPoolExecutor(times) as pool:
            pages = [job.result() for job in [pool.submit(call) for _ in range(times)]]
        note(", ".join(str(p.status) for p in pages))
        require(1 <= sum(map(good, pages)) <= most, f"{sum(map(good, pages))} of {times} got through")
        require(all(page.status in (200, 400, 409, 503) for page in pages), "an answer of another sort")


def one_ending(matrix, times):
    """Answers about two persons and a refusal, all good, at the same moment: the same one counts for every page."""
    crossing, national = matrix.crossing().begin(), matrix.world.national
    forms = [national.answer(crossing.request, who) for who in (ANA, citizens.EVIL, citizens.CANCELS)] * times
    with concurrent.futures.ThreadPoolExecutor(len(forms)) as pool:
        pages = list(pool.map(lambda form: crossing.browser.post(*form), forms))
    ends = {form.fields["SAMLResponse"] if (form := outward(page)) else crossing.browser.get(page.url).text
            for page in pages}
    require({page.status for page in pages} == {200} and len(ends) == 1, f"{len(ends)} endings")
    return "refused" if outward(pages[0]) else "consent"


def state(matrix):
    """What is remembered: in races, over a restart, and no longer than a minute."""
    def tells(page):
        found = outward(page)
        return found is not None and claims_success(found.fields)

    def goes_on(word):
        return lambda page: pressable(page, word)[0] is not None

    asked = matrix.connector.request()
    at_once(matrix.report, "one request eight times at once", 8, lambda: matrix.connector.send(
        matrix.crossing().browser, asked), goes_on("continue"))
    crossing = matrix.crossing().begin()
    acs, form = matrix.world.national.answer(crossing.request, ANA)
    at_once(matrix.report, "one answer eight times at once: to the one page of this browser", 8,
            lambda: crossing.browser.post(acs, form), goes_on("accept"), most=8)
    with matrix.report.case("answers about two persons and a refusal at once, ten times") as note:
        note(", ".join(one_ending(matrix, 4) for _ in range(10)))
    page = crossing.browser.get(crossing.before.url.replace("/request", "/consent"))
    at_once(matrix.report, "one yes eight times at once", 8, lambda: crossing.browser.press(page, "accept"), tells)

    before, away, back, over = (matrix.crossing() for _ in range(4))
    shown = before.ask()
    away.begin()
    waiting = back.begin().answer(ANA)
    over.begin()
    acs, form = matrix.world.national.answer(over.request, ANA)
    identified(over.finish(over.browser.post(acs, form)), over, ANA)
    matrix.server.restart()
    with matrix.report.case("a restart while somebody reads who asks"):
        delivery = before.delivery(before.browser.press(shown, "continue"))
        before.request = matrix.world.national.read(delivery.fields)
        identified(before.finish(before.answer(ANA)), before, ANA)
    with matrix.report.case("a restart while somebody is at the gateway"):
        identified(away.finish(away.answer(ANA)), away, ANA)
    with matrix.report.case("a restart while somebody reads what will be sent"):
        identified(back.finish(waiting), back, ANA)
    for title, call in (("a request", lambda: matrix.connector.send(over.browser, over.asked)),
                        ("an answer", lambda: over.browser.post(acs, form))):
        with matrix.report.case(f"{title} of before the restart, once more"):
            page = call()
            require(page.status in (400, 409) and outward(page) is None, f"HTTP {page.status}")

    before, away, back = (matrix.crossing() for _ in range(3))
    shown = before.ask()
    away.begin()
    waiting = back.begin().answer(ANA)
    time.sleep(61)
    for title, call in (("goes on", lambda: before.browser.press(shown, "continue")),
                        ("comes back from the gateway", lambda: away.answer(ANA)),
                        ("says yes", lambda: back.browser.press(waiting, "accept"))):
        with matrix.report.case(f"somebody {title} after the minute that a login may take here"):
            page = call()
            require(page.status in (400, 410) and not tells(page), f"HTTP {page.status}")


def by_pysaml2(matrix):
    """pysaml2 asks; it must read what the strict reader reads."""
    for name, one in matrix.world.connectors.items():
        matrix.login(f"{name}: {one.algorithm}, opens with {one.recipient.kind}", connector=one)
    for citizen in (citizens.BEGONA, citizens.MARKUP, DIRECTOR):
        matrix.login(f"person: {citizen.name}", citizen)
    matrix.login("optional attributes, one released", optional=OPTIONAL, released=("Gender",))
    matrix.login("LoA high, a transient NameID and a RequesterID", loa="high", name_id=TRANSIENT, requester="urn:x:rp")
    with matrix.report.case("beyond it: a request signed on a curve, by its own list of algorithms") as note:
        one = matrix.connector
        note(unable(lambda: one.written(None, *one.draft()), "Signature algo not in allowed list"))
    with matrix.report.case("pysaml2 reads our failure as one") as note:
        crossing = matrix.crossing().begin()
        delivery = crossing.delivery(crossing.answer(citizens.CANCELS))
        said = refused("failure", crossing.connector.judge, delivery, crossing.asked)
        require("AuthnFailed" in said, said)
        note(said)
    for title, old in (("Destination", b' Destination="'), ("ciphertext", b"CipherValue>")):
        with matrix.report.case(f"pysaml2 refuses our answer with another {title}") as note:
            crossing = matrix.crossing().begin()
            delivery = crossing.delivery(crossing.agree(crossing.answer(ANA)))
            octets = unwrapped(delivery.fields["SAMLResponse"]).replace(old, old + b"AAAA", 1)
            spoiled = replace(delivery, fields=delivery.fields | {"SAMLResponse": encode(octets)})
            note(refused(title, crossing.connector.judge, spoiled, crossing.asked))


def of_pysaml2(where):
    prepare(where)
    for name, kind, recipient, digest in (("DE", "p256", "rsa3072", "sha256"), ("SE", "p384", "p384", "sha384"),
                                          ("CZ", "p521", "p256", "sha512")):
        one = abroad.connector(name, kind, recipient, digest)
        where.connectors[name] = PySAML2Connector(folder=where.folder, **{
            f.name: getattr(one, f.name) for f in fields(one)})
    where.connectors = {name: where.connectors[name] for name in ("DE", "SE", "CZ")}


VARIANTS = {
    "one-page": ("consent on one page", one_page, {"proxy-service": {"consent-pages": 1}}),
    "requester": ("RequesterID needed", requester_needed, {"proxy-service": {"needs-requester-id": True}}),
    "derived": ("derived identifiers", derived, {"proxy-service": {"identifiers": "derived",
                                                                   "identifier-key": "identifier.key"}}),
    "derived again": ("derived identifiers, other keys of our own", derived_again, {
        "proxy-service": {"identifiers": "derived", "identifier-key": "identifier.key"}}),
    "methods": ("methods as the operator wants them", methods, METHOD_SETTINGS),
    "nameless": ("no application name", nameless, {}),
    "state": ("what is remembered", state, {"exchange-minutes": 1}),
    "pysaml2": ("pysaml2 as the Connector", by_pysaml2, {}),
}
PREPARED = {nameless: unnamed, by_pysaml2: of_pysaml2}
