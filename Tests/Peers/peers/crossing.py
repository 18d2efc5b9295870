# SPDX-License-Identifier: EUPL-1.2
"""One login from a Connector abroad to the national gateway and back, in steps that a driver may interrupt."""
from dataclasses import dataclass, field

from .browser import Browser, outward, pressable
from .citizens import ANA
from .foreign_node import HONEST
from .names import NAMED, PROFILE
from .xml import Refused, require


@dataclass
class Crossing:
    world: object
    connector: object
    options: dict = field(default_factory=dict)      # of the request: see ForeignConnector.draft
    sending: dict = field(default_factory=dict)      # of the Redirect binding: see ForeignConnector.query
    pages: int = 2                                   # how many pages ask the citizen
    browser: Browser = None
    asked: object = None
    request: object = None
    delivered: dict = None                           # the form that went to the gateway
    before: object = None                            # the page before identification
    consent: object = None                           # the one after it

    def __post_init__(self):
        self.browser = self.browser or Browser(self.world.public, self.world.port)

    @property
    def gateway(self):
        return self.world.national

    def ask(self, asked=None):
        """Leg 1: the page that tells who asks, or whatever comes instead. `asked` is a request that is made already."""
        self.asked = asked or self.connector.request(**self.options)
        return self.connector.send(self.browser, self.asked, **self.sending)

    def begin(self, asked=None):
        """Legs 1 and 2: up to the request that the gateway accepts."""
        page = self.ask(asked)
        if self.pages == 2:
            require(page.status == 200, f"HTTP {page.status} at {page.url}")
            self.early(page)
            self.before = page
            page = self.browser.press(page, "continue")
        delivery = self.delivery(page)
        require(delivery.url == self.gateway.address, f"sent to {delivery.url}")
        self.delivered = delivery.fields
        self.request = self.gateway.read(delivery.fields)
        return self

    def early(self, page):
        found = outward(page)
        if found is not None and found.url == self.connector.acs:
            answer = self.connector.read(found, self.asked)
            raise Refused(f"answered before anybody was asked: {answer.status} {answer.message}")

    def delivery(self, page):
        """The form on this page that goes elsewhere."""
        found = outward(page)
        require(found is not None, f"HTTP {page.status} at {page.url}: no way on")
        return found

    def answer(self, citizen, spoil=HONEST, **facts):
        """Leg 3: what the browser sees after the gateway has answered."""
        acs, form = self.gateway.answer(self.request, citizen, spoil, **facts)
        return self.browser.post(acs, form)

    def agree(self, page, released=None):
        """The citizen's yes, with these optional attributes (all that are offered, unless told otherwise)."""
        self.consent = page
        return self.browser.press(page, "accept", released)

    def finish(self, page, released=None):
        """Leg 4: what the Connector reads, after the citizen has agreed where there is something to agree to."""
        if pressable(page, "accept")[0] is not None:
            page = self.agree(page, released)
        return self.connector.read(self.delivery(page), self.asked)

    def run(self, citizen=ANA, spoil=HONEST, released=None):
        self.begin()
        return self.finish(self.answer(citizen, spoil), released)


def identified(identity, crossing, citizen, released=None):
    """Checks that the Connector learned exactly who the person is, and nothing beyond what was asked and released."""
    require(identity.success, f"no success: {identity.status} {identity.message}")
    country, asked = crossing.connector.country, crossing.asked
    known = citizen.known(country, asked.legal, asked.natural)
    for friendly, values in identity.attributes.items():
        expected = known.get(friendly)
        require([text for text, _ in values] == [expected], f"{friendly}: {values}, not {expected}")
    optional = {PROFILE[name][0] for name, required in asked.wanted.items() if not required and name in PROFILE}
    given = optional & set(known) if released is None else set(released)
    wanted = {PROFILE[name][0] for name, required in asked.wanted.items() if required and name in PROFILE} | given
    told = {f for f in identity.attributes if NAMED[f] in asked.wanted}
    require(told == wanted, f"told {sorted(told)}, expected {sorted(wanted)}")
    return identity


def failed(identity, *status, code=None):
    """Checks that the Connector learned that nobody was identified, and how that is put."""
    require(not identity.success and not identity.attributes, f"expected a failure, got {identity.status}")
    found = tuple(s.rpartition(":")[2] for s in identity.status)
    require(found[:len(status)] == status, f"status {found}, expected {status}: {identity.message}")
    require(code is None or identity.code in ((code,) if isinstance(code, str) else code),
            f"code {identity.message!r}, expected {code}")
    return identity
