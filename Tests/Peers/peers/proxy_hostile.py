# SPDX-License-Identifier: EUPL-1.2
"""Hostile messages against a running Proxy-Service: no Connector may be told of anybody by any of them, and afterwards
all still works.

    python -m peers.proxy_hostile [--puente PROGRAM] [--config FOLDER] [--only TEXT]
"""
import sys
from dataclasses import dataclass, field, replace

from . import (abroad, citizens, explained, proxy_answers, proxy_bindings, proxy_contents, proxy_misplaced, proxy_pages,
               proxy_requests, proxy_rows, sources)
from .browser import Browser, outward, pressable
from .clave_answer import claims_success
from .crossing import Crossing, failed, identified
from .drivers import Stage, drive, parser
from .foreign_node import HONEST
from .xml import Refused, require

REFUSALS = (400, 401, 403, 404, 405, 406, 408, 409, 410, 411, 413, 414, 415, 422, 429, 431, 503)


@dataclass
class Attacker:
    """What a case needs: a world, whom to attack with, and the login that is under way."""

    world: object
    name: str = "FR"
    browser: Browser = None
    now: Crossing = None            # the login under way
    asked: list = field(default_factory=list)      # requests that were sent: answers have to belong to one

    person, evil = citizens.ANA, citizens.EVIL

    def reset(self):
        self.browser, self.now, self.asked = self.stranger(), None, []

    @property
    def connector(self):
        return self.world.connectors[self.name]

    @property
    def other(self):
        return self.world.connectors["DE"]

    @property
    def gateway(self):
        return self.world.national

    @property
    def sso(self):
        return self.connector.proxy.post

    def stranger(self):
        return Browser(self.world.public, self.world.port)

    def crossing(self, connector=None, **options):
        return Crossing(self.world, connector or self.connector, options)

    def start(self, connector=None, **options):
        self.now = self.crossing(connector, **options).begin()
        self.browser = self.now.browser
        self.asked.append(self.now.asked)
        return self.now

    def ask(self, asked, connector=None, **sending):
        """Sends a request in the attacker's browser."""
        self.asked.append(asked)
        return (connector or self.connector).send(self.browser, asked, **sending)

    def post(self, fields):
        return self.browser.post(self.sso, fields)

    def answer(self, citizen, spoil=HONEST, **options):
        """The answer of the gateway in the login under way, or in a new one."""
        if self.now is None:
            self.start(**options)
        return self.now.answer(citizen, spoil)


def verdict(attacker, page):
    """How an attack was turned away: "P …" on a page, or "S …" in SAML. Raises Refused if it got anywhere."""
    found = outward(page)
    if found is None:
        require(page.status != 200 or pressable(page, "continue")[0] is None, "the request was accepted")
        require(page.status != 200 or pressable(page, "accept")[0] is None, "the answer was accepted")
        require(page.status in REFUSALS, f"HTTP {page.status} and no way on")
        return f"P HTTP {page.status}"
    require(found.url != attacker.gateway.address, "carried on to the gateway")
    require(not claims_success(found.fields), "a Connector receives a Success")
    for connector in attacker.world.connectors.values():
        for asked in attacker.asked:
            if found.url in (connector.acs, *connector.other_acs):
                try:
                    identity = failed(connector.read(found, replace(asked, acs=found.url)))
                except Refused:
                    continue
                subs = "/".join(code.rpartition(":")[2] for code in identity.status)
                return f"S {subs}: {identity.message}"
    raise Refused(f"an answer goes to {found.url} that no Connector can read")


def attack(report, attacker, server, row):
    """One case; an honest login follows it."""
    with report.case(f"{row[0]} {row[1]}") as note:
        attacker.reset()
        said = verdict(attacker, row[2](attacker))
        note(said)
        if len(row) > 3:
            proxy_rows.check(row, said)
        require(server.alive(), "Puente has ended")
        crossing = Crossing(attacker.world, attacker.connector)
        identified(crossing.run(citizens.ANA), crossing, citizens.ANA)


def cases():
    return [row for module in (proxy_requests, proxy_bindings, proxy_answers, proxy_misplaced, proxy_contents,
                               proxy_pages) for row in module.CASES] + proxy_rows.REQUESTS + proxy_rows.ANSWERS


def prepare(where):
    where.sources = sources.Register(citizens.EVERYBODY)
    abroad.add_odd(where)


def main(arguments=None):
    options = parser(__doc__.split("\n")[0])
    options.add_argument("--only", default="", metavar="TEXT", help="only cases whose class or title holds this text")
    given = options.parse_args(arguments)
    rows = [row for row in cases() if given.only.lower() in f"{row[0]} {row[1]}".lower()]

    def run(where, server, report):
        attacker = Attacker(where)
        for row in rows:
            attack(report, attacker, server, row)
        if not given.only:
            explained.judge(where, server, report)
    stage = Stage("rsa3072", "Hostile messages from abroad and from the gateway", run, prepare=prepare)
    return drive([stage] if rows else [], given, width=92, make=abroad.make)


if __name__ == "__main__":
    sys.exit(main())
