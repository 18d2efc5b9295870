# SPDX-License-Identifier: EUPL-1.2
"""Registers that die, dawdle and lie during logins from abroad: the citizen sees a kind page with a way on, the
Connector gets a proper status, nobody waits for long, and when the register is well again so is all.

    python -m peers.proxy_sources [--puente PROGRAM] [--config FOLDER] [--only TEXT]
"""
import concurrent.futures
import re
import sys
import time
from dataclasses import replace

from lxml import html

from . import abroad, keys
from .browser import Browser, outward
from .citizens import ANA, DIRECTOR, EVERYBODY, MINOR, NIE
from .crossing import Crossing, failed, identified
from .drivers import Stage, drive, parser
from .http_source import HTTP_FAULTS, HTTPSource
from .register import LATE
from .soap_source import SOAP_FAULTS, SOAPSource
from .sources import MISSING, SQLITE_FAULTS, Register, Sources
from .xml import require

PATIENCE = 3.5            # seconds from the gateway's answer to the page: the source's two, and then some
CODES = ("202010", "203021", "203001")
RULES = {MISSING: ("attribute.missing", "attribute.data-set-incomplete")}
WORDS = {"en": "nothing about you was sent", "es": "no se ha enviado ningún dato suyo"}


def kind(page, language):
    """A page for a person: their language, what happened and what to do, a code for support, and a button onwards."""
    require(page.status in (200, 400, 503), f"HTTP {page.status}")
    tree = html.document_fromstring(page.text)
    require(tree.get("lang") == language, f"the page is in {tree.get('lang')}")
    require(len(tree.findall(".//h1")) == 1 and tree.findall(".//h2"), "no headings")
    text = " ".join(tree.find(".//main").text_content().split())
    require(WORDS[language] in text, "the page does not say that nothing was sent")
    require(tree.find(".//code") is not None, "no code for support")
    found = outward(page)
    require(found is not None, "no way on")
    button = tree.find(".//form//button")
    require(button is not None and button.text_content().strip(), "no button")
    for word in ("sqlite", "SQL", "HTTP", "timeout", "null", "exception", "127.0.0.1", *EVERYBODY[0].register.values()):
        require(not re.search(rf"\b{re.escape(word)}\b", text), f"the page says {word}")
    return found


class Trial:
    """Logins in a world whose register may be broken."""

    def __init__(self, where, server, report):
        self.world, self.server, self.report = where, server, report
        self.connectors = list(where.connectors.values())
        self.number = 0

    def crossing(self, language="en", **options):
        crossing = Crossing(self.world, self.connectors[0], options)
        crossing.browser = Browser(self.world.public, self.world.port, language=language)
        return crossing

    def login(self, citizen=ANA, released=None, **options):
        crossing = self.crossing(legal=citizen.company is not None, **options)
        return identified(crossing.run(citizen, released=released), crossing, citizen, released)

    def fails(self, citizen=ANA, patience=PATIENCE, **options):
        """A login that cannot be completed; how long the citizen waited, and what the Connector was told."""
        self.number += 1
        language = "es" if self.number % 2 else "en"
        crossing = self.crossing(language, legal=citizen.company is not None, **options).begin()
        began = time.monotonic()
        page = crossing.answer(citizen)
        took = time.monotonic() - began
        require(took < patience, f"the citizen waited {took:.1f} s")
        identity = failed(crossing.connector.read(kind(page, language), crossing.asked), "Responder", code=CODES)
        return f"{took:.1f} s, {identity.message}"

    def fault(self, register, fault, outcome, citizen=ANA):
        with self.report.case(f"{register.name}: {fault}") as note:
            register.break_by(fault)
            try:
                note(self.fails(citizen))
                found = self.server.rules()
                require(found[-1] in RULES.get(outcome, (outcome,)), f"the operator learns {found[-1]}, not {outcome}")
                require(outcome == MISSING or outcome in found, f"the log has {found}")
            finally:
                register.mend()
            self.login(citizen)
            require(self.server.alive(), "Puente has ended")


def honest(trial):
    for citizen in (ANA, NIE, DIRECTOR):
        with trial.report.case(f"nothing broken: {citizen.name}"):
            trial.login(citizen)
    with trial.report.case("optional attributes of the register"):
        trial.login(optional=("Gender",))
    with trial.report.case("somebody of whom the register has nothing") as note:
        note(trial.fails(MINOR))


def every_fault(faults):
    def run(trial):
        register = trial.world.sources
        honest(trial)
        for fault, outcome in faults.items():
            trial.fault(register, fault, outcome)
        trial.fault(register, next(iter(faults)), next(iter(faults.values())), DIRECTOR)
    return run


def tls(trial):
    with trial.report.case("TLS with a client certificate"):
        trial.login()


def no_tls(trial):
    with trial.report.case("no login") as note:
        note(trial.fails())
        require(not trial.world.sources.asked, "the question was put all the same")
        require("source.unavailable" in trial.server.rules(), "the operator is not told")


def several(trial):
    """Two registers, the cheap one first."""
    cheap, dear = trial.world.sources.registers
    with trial.report.case("both well: only the cheap one is asked"):
        trial.login()
        require(len(cheap.asked) == 1, f"asked {len(cheap.asked)} times")
    for fault in ("dead", "slow", "not JSON", "another person", "status 404", "no such day"):
        with trial.report.case(f"the cheap one: {fault}; the dear one answers"):
            cheap.break_by(fault)
            try:
                trial.login()
            finally:
                cheap.mend()
    with trial.report.case("both dead") as note:
        cheap.break_by("dead")
        dear.break_by("gone")
        try:
            note(trial.fails(patience=6))
        finally:
            cheap.mend()
            dear.mend()
        trial.login()


def at_once(trial):
    """Two slow registers, each with something of its own."""
    first, second = trial.world.sources.registers
    first.delay = second.delay = 1
    try:
        with trial.report.case("two slow registers are asked at the same time") as note:
            crossing = trial.crossing(optional=("Gender",)).begin()
            began = time.monotonic()
            page = crossing.answer(ANA)
            took = time.monotonic() - began
            identified(crossing.finish(page), crossing, ANA)
            note(f"{took:.1f} s")
            require(took < 1.8, f"{took:.1f} s")
        with trial.report.case("the page of consent says who gave what"):
            text = crossing.consent.text
            require("Cl@ve" in text and all(r.name in text for r in (first, second)), "an origin is not told")
    finally:
        first.delay = second.delay = 0
    for fault in ("dead", "slow", "not JSON"):
        with trial.report.case(f"the register of an optional attribute: {fault}; the login goes on without it"):
            second.break_by(fault)
            try:
                trial.login(optional=("Gender",), released=())
            finally:
                second.mend()
    with trial.report.case("twenty at once while one register dies halfway") as note:
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            jobs = [pool.submit(trial.login, optional=("Gender",) if n > 9 else ()) for n in range(10)]
            second.break_by("dead")
            jobs += [pool.submit(trial.login) for _ in range(10)]
            ended = [job.exception() for job in jobs]
        second.mend()
        note(f"{sum(e is None for e in ended)} identified")
        require(not any(ended), str(next((e for e in ended if e), "")))


def deadline(trial):
    register = trial.world.sources.registers[0]
    with trial.report.case("the whole may take two seconds, whatever a source may") as note:
        register.break_by("slow")
        try:
            note(trial.fails(patience=3.2))
        finally:
            register.mend()
        trial.login()


def breaker(trial):
    register = trial.world.sources
    with trial.report.case("after three failures nobody waits any more") as note:
        register.break_by("slow")
        for _ in range(3):
            trial.fails()
        before = len(register.asked)
        note(trial.fails(patience=0.8))
        require(len(register.asked) == before, "the register was asked all the same")
    with trial.report.case("and after its time it is asked again"):
        register.mend()
        time.sleep(2.2)
        trial.login()
        trial.login()


def cache(trial):
    register = trial.world.sources
    with trial.report.case("what was answered is kept for a while"):
        trial.login()
        before = len(register.asked)
        register.break_by("dead")
        trial.login()
        require(len(register.asked) == before, "asked again")
        register.mend()
    with trial.report.case("and only for the same person"):
        before = len(register.asked)
        trial.login(NIE)
        require(len(register.asked) == before + 1, "not asked")


def levels(trial):
    """The register may only be asked about logins of level low."""
    with trial.report.case("a register for level low, and a login of that level"):
        trial.login(replace(ANA, loa="low"))
    with trial.report.case("a register for level low, and a login of level high") as note:
        before = len(trial.world.sources.asked)
        note(trial.fails())
        require(len(trial.world.sources.asked) == before, "asked all the same")


def authority():
    return keys.identity("p256", "authority of registers", "authority")


def https(address="127.0.0.1", **others):
    """A register with TLS; `others` name which authorities are others than they should be."""
    return lambda: HTTPSource(EVERYBODY, name="tls-register", authority=authority(), address=address, **{
        name: authority() for name in others})


def http(name, gives=("DateOfBirth", "Gender"), **terms):
    return HTTPSource(EVERYBODY, gives, name, {k.replace("_", "-"): v for k, v in terms.items()})


STAGES = (
    ("a SQLite file", lambda: Register(EVERYBODY), every_fault(SQLITE_FAULTS)),
    ("HTTP and JSON", lambda: http("web-register"), every_fault(HTTP_FAULTS)),
    ("SOAP in the manner of SCSP", lambda: SOAPSource(EVERYBODY), every_fault(SOAP_FAULTS)),
    ("TLS", https(), tls),
    ("TLS: the server shows a stranger's certificate", https(shown=True), no_tls),
    ("TLS: the certificate is that of another address", https("127.0.0.2"), no_tls),
    ("TLS: the server asks for another client certificate", https(wanted=True), no_tls),
    ("several, one after the other", lambda: Sources(
        http("cheap", cost=1), Register(EVERYBODY, ("DateOfBirth",), "dear", {"cost": 50})), several),
    ("several at once", lambda: Sources(http("births", ("DateOfBirth",)), http("genders", ("Gender",))), at_once),
    ("a deadline for all", lambda: Sources(http("births", ("DateOfBirth",), timeout_seconds=LATE - 1), **{
        "deadline-seconds": 2}), deadline),
    ("a circuit breaker", lambda: http("births", circuit_breaker={"failures": 3, "seconds": 2}), breaker),
    ("a cache", lambda: http("births", cache_seconds=60), cache),
    ("levels", lambda: http("births", highest_loa="low"), levels),
)


def stage(title, make, cases):
    def prepare(where):
        where.sources = make()

    def run(where, server, report):
        registers = where.sources.registers if isinstance(where.sources, Sources) else (where.sources,)
        for register in registers:
            register.mend()
        try:
            trial = Trial(where, server, report)
            cases(trial)
            with report.case("nobody's data is in the log"):
                text = server.log.read_text("utf-8", "replace")
                for secret in (ANA.identifier, ANA.family, ANA.register["DateOfBirth"], "/people/"):
                    require(secret not in text, "the log tells who it was")
        finally:
            for register in registers:
                getattr(register, "stop", lambda: None)()
    return Stage("p256", f"Attribute sources: {title}", run, prepare=prepare)


def make(folder, kind_, *, like=None):
    return abroad.make(folder, kind_, like=like, countries=("FR",))


def main(arguments=None):
    options = parser(__doc__.split("\n")[0])
    options.add_argument("--only", default="", metavar="TEXT", help="only stages whose title holds this text")
    given = options.parse_args(arguments)
    return drive([stage(*row) for row in STAGES if given.only in row[0]], given, make=make)


if __name__ == "__main__":
    sys.exit(main())
