# SPDX-License-Identifier: EUPL-1.2
"""One login from the service's button back to the service, in steps that a driver may interrupt."""
from dataclasses import dataclass, field

from .browser import Browser, Delivery
from .foreign_node import HONEST
from .xml import Refused, require


@dataclass
class Journey:
    world: object
    service: object
    node: object
    loa: str = "low"
    selector: bool = False           # choose the country on the page rather than by the extra field
    browser: Browser = None
    sent: object = None
    request: object = None
    delivered: dict = None           # the form that went to the node
    extra: dict = field(default_factory=dict)

    def __post_init__(self):
        self.browser = self.browser or Browser(self.world.public, self.world.port)

    def begin(self, sent=None):
        """Legs 1 and 2: up to the request that the foreign node accepts. `sent` is a request that was made already."""
        self.sent = sent or self.service.request(self.world.gateway, loa=self.loa)
        country = {} if self.selector else {"country": self.node.country}
        page = self.browser.post(self.world.gateway, self.sent.form(**country, **self.extra))
        delivery = self.browser.deliver(page, self.node.country)
        if delivery.url == self.service.acs:
            login = self.service.read(delivery.fields, self.sent, self.world.clave_certificate)
            raise Refused(f"answered before anybody was asked: {login.status} {login.message}")
        require(delivery.url == self.node.sso, f"sent to {delivery.url}")
        self.delivered = delivery.fields
        self.request = self.node.read(delivery.fields)
        return self

    def answer(self, person, spoil=HONEST):
        """Leg 3: what the browser sees after the node has answered."""
        acs, form = self.node.answer(self.request, person, spoil)
        return self.browser.post(acs, form)

    def finish(self, page):
        """Leg 4: what the service reads."""
        delivery = page if isinstance(page, Delivery) else self.browser.deliver(page)
        require(delivery.url == self.service.acs, f"delivered to {delivery.url}")
        return self.service.read(delivery.fields, self.sent, self.world.clave_certificate)

    def run(self, person, spoil=HONEST):
        self.begin()
        return self.finish(self.answer(person, spoil))


def identified(login, node, person):
    """Checks that the service learned exactly who the person is."""
    require(login.success, f"no success: {login.status} {login.message}")
    require(login.loa == person.loa, f"LoA {login.loa}, the node said {person.loa}")
    wanted = {friendly: values for friendly, _, _, values in person.attributes(node.country)}
    for friendly, values in wanted.items():
        if friendly in login.attributes:
            require(login.attributes[friendly] == values, f"{friendly}: {login.attributes[friendly]}, not {values}")
    mandatory = [f for f in wanted if f != "Gender"]
    missing = [f for f in mandatory if f not in login.attributes]
    require(not missing, f"missing: {missing}")
    require("SelectedIdP" in login.attributes, "SelectedIdP is missing")
    return login


def failed(login):
    """Checks that the service learned that nobody was identified, and nothing else."""
    require(not login.success and not login.attributes, f"expected a failure, got {login.status}")
    return login
