# SPDX-License-Identifier: EUPL-1.2
"""Hostile messages against a running Puente: nobody may be identified by any of them, and afterwards all still works.

    python -m peers.hostile [--puente PROGRAM] [--config FOLDER] [--only TEXT]
"""
import sys

from . import explained, hostile_answers, hostile_ciphers, hostile_contents, hostile_requests, names, persons, xml
from .browser import Browser
from .clave_answer import claims_success
from .drivers import Stage, drive, parser
from .foreign_node import HONEST
from .journey import Journey, identified
from .xml import Refused, require


class Attacker:
    """What a case needs: a world, whom to attack with, and the login that is under way."""

    person, cancels = persons.GERMAN, persons.CANCELS

    def __init__(self, where):
        self.world = where
        self.service = where.services["S2800000A_JAVA27"]
        self.sealed_service = where.services["S2800001B_JAVA27"]
        self.ec_service = where.services["S2800004E_PHP"]
        self.node, self.other_node, self.ec_node = (where.nodes[c] for c in ("AT", "BE", "DE"))
        self.reset()

    def reset(self):
        self.browser, self.now = self.stranger(), None

    @property
    def gateway(self):
        return self.world.gateway

    def stranger(self):
        return Browser(self.world.public, self.world.port)

    def fields(self, document, sent):
        octets = document if isinstance(document, bytes) else xml.write(document)
        return sent.form(country=self.node.country) | {"SAMLRequest": xml.encode(octets)}

    def post(self, fields):
        return self.browser.post(self.gateway, fields)

    def journey(self, **options):
        return Journey(self.world, self.service, options.pop("node", self.node), **options)

    def start(self, **options):
        self.now = self.journey(**options).begin()
        self.browser = self.now.browser
        return self.now

    def answer(self, person, spoil=HONEST, node=None, loa="low"):
        """The answer of a node in the login under way, or in a new one."""
        if self.now is None:
            self.start(node=node or self.node, loa=loa)
        return self.now.answer(person, spoil)


def verdict(attacker, page):
    """What came of an attack, in words. Raises Refused if it got anywhere or if Puente stumbled."""
    for _ in range(4):
        if page.status in (400, 401, 403, 404, 405, 406, 408, 409, 410, 411, 413, 414, 415, 422, 429, 431, 503):
            return f"HTTP {page.status}"
        require(page.status == 200, f"HTTP {page.status}")
        answers = [f for f in page.forms if "SAMLResponse" in f.fields]
        require(not any("SAMLRequest" in f.fields for f in page.forms), "carried on to the foreign node")
        if answers:
            require(not any(claims_success(f.fields) for f in answers), "a service receives a Success")
            known = {s.acs for s in attacker.world.services.values()}
            require(all(f.action in known for f in answers), f"an answer goes to {answers[0].action}")
            return "SAML failure " + status_of(answers[0].fields)
        choice = [f for f in page.forms if any(n == "country" for n, _ in f.buttons)]
        require(choice, "HTTP 200 and a page that leads nowhere")
        page = attacker.browser.post(choice[0].action, choice[0].fields | {"country": attacker.node.country})
    raise Refused("pages without end")


def status_of(fields):
    root = xml.parse(xml.unwrapped(fields["SAMLResponse"]))
    return "/".join(c.get("Value").rsplit(":", 1)[-1] for c in root.iter(names.samlp("StatusCode")))


def attack(report, attacker, server, row):
    class_id, title, run = row
    with report.case(f"{class_id} {title}") as note:
        attacker.reset()
        note(verdict(attacker, run(attacker)))
        require(server.alive(), "Puente has ended")
        login = Journey(attacker.world, attacker.service, attacker.node).run(persons.GERMAN)
        identified(login, attacker.node, persons.GERMAN)


def cases():
    return hostile_requests.CASES + hostile_answers.CASES + hostile_ciphers.CASES + hostile_contents.CASES


def attack_all(where, server, report, rows):
    attacker = Attacker(where)
    for row in rows:
        attack(report, attacker, server, row)


def attack_and_explain(where, server, report, rows):
    attack_all(where, server, report, rows)
    explained.judge(where, server, report)


def main(arguments=None):
    options = parser(__doc__.split("\n")[0])
    options.add_argument("--only", default="", metavar="TEXT", help="only cases whose class or title holds this text")
    given = options.parse_args(arguments)
    stages = []
    for kind, rows, run in (("rsa3072", cases(), attack_all if given.only else attack_and_explain),
                            ("p256", hostile_ciphers.AGREEMENT, attack_all)):
        rows = [row for row in rows if given.only.lower() in f"{row[0]} {row[1]}".lower()]
        if rows:
            stages.append(Stage(kind, f"Hostile messages, our keys {kind}",
                                lambda where, server, report, rows=rows, run=run: run(where, server, report, rows)))
    return drive(stages, given, width=84)


if __name__ == "__main__":
    sys.exit(main())
