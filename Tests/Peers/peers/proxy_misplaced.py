# SPDX-License-Identifier: EUPL-1.2
"""Answers of the national gateway, soundly signed, that belong to another login, browser, time or form."""
import urllib.parse
from dataclasses import replace

from . import citizens, forms, xml
from .cases import Cases
from .citizens import ANA, EVIL
from .foreign_node import Spoil

CASES = Cases("answer")
case = CASES.case

# --- another request, browser, time --------------------------------------------------------------------------------


@case("E02", "the answer to one login in another login of the same browser, with its RelayState")
def _(h):
    first = h.start()
    second = replace(h.crossing(), browser=first.browser).begin()
    _, form = h.gateway.answer(first.request, ANA)
    return first.browser.post(h.gateway.acs, form | {"RelayState": second.request.relay_state})


@case("E02", "two logins of two browsers, answers swapped")
def _(h):
    victim, forger = h.start(), h.crossing().begin()
    _, form = h.gateway.answer(forger.request, EVIL)
    return victim.browser.post(h.gateway.acs, form)


@case("E02", "two logins of two browsers, answers swapped with the RelayState of the other")
def _(h):
    victim, forger = h.start(), h.crossing().begin()
    _, form = h.gateway.answer(forger.request, EVIL)
    return victim.browser.post(h.gateway.acs, form | {"RelayState": victim.request.relay_state})


@case("E02", "another Connector's login in the same browser, answers swapped")
def _(h):
    first = h.start()
    second = replace(h.crossing(h.other), browser=first.browser).begin()
    _, form = h.gateway.answer(second.request, EVIL)
    return first.browser.post(h.gateway.acs, form | {"RelayState": first.request.relay_state})


@case("E20", "posted by another browser")
def _(h):
    _, form = h.gateway.answer(h.start().request, ANA)
    return h.stranger().post(h.gateway.acs, form)


@case("E20", "posted by another browser that is in a login of its own")
def _(h):
    crossing, victim = h.start(), h.crossing().begin()
    _, form = h.gateway.answer(crossing.request, ANA)
    return victim.browser.post(h.gateway.acs, form)


@case("E15", "unsolicited, from a browser that never came by")
def _(h):
    request = replace(h.crossing().begin().request, id=xml.identifier())
    _, form = h.gateway.answer(request, ANA)
    return h.stranger().post(h.gateway.acs, form)


@case("E01", "the same answer again after the citizen agreed")
def _(h):
    _, form = h.gateway.answer(h.start().request, ANA)
    h.now.finish(h.now.browser.post(h.gateway.acs, form))
    return h.now.browser.post(h.gateway.acs, form)


@case("E21", "a second, different answer to a login that is over")
def _(h):
    crossing = h.start()
    crossing.finish(crossing.answer(ANA))
    return crossing.answer(EVIL)


@case("E21", "a success after a failure")
def _(h):
    crossing = h.start()
    crossing.finish(crossing.answer(citizens.CANCELS))
    return crossing.answer(ANA)


@case("E21", "an answer after the citizen turned back")
def _(h):
    crossing = h.start()
    crossing.browser.press(crossing.before, "cancel")
    return crossing.answer(ANA)


@case("E01", "an assertion with an ID that was used")
def _(h):
    shared = {"assertion_id": xml.identifier()}
    first = h.start()
    first.finish(first.answer(ANA, Spoil(facts=shared)))
    return h.start().answer(ANA, Spoil(facts=shared))


@case("E01", "an answer with an ID that was used")
def _(h):
    shared = {"id": xml.identifier()}
    first = h.start()
    first.finish(first.answer(ANA, Spoil(facts=shared)))
    return h.start().answer(ANA, Spoil(facts=shared))


# --- the form ------------------------------------------------------------------------------------------------------


def form(class_id, title, change):
    CASES.add(class_id, title, lambda h: h.answer(ANA, Spoil(fields=lambda fields: change(list(fields.items())))))


for row in forms.ANSWERS:
    form(*row)
form("E16", "RelayState missing", forms.without("RelayState"))
form("E16", "RelayState empty", forms.replaced("RelayState", lambda v: ""))
form("E16", "RelayState twice", lambda pairs: [*pairs, ("RelayState", "b")])
form("F01", "SAMLRequest beside it", lambda pairs: [*pairs, ("SAMLRequest", "AAAA")])
form("F01", "a logout beside it", lambda pairs: [*pairs, ("logoutResponse", "AAAA")])


@case("F05", "by GET")
def _(h):
    acs, fields = h.gateway.answer(h.start().request, ANA)
    return h.now.browser.get(f"{acs}?{urllib.parse.urlencode(fields)}")


@case("F01", "SAMLResponse in the query and another in the body")
def _(h):
    acs, fields = h.gateway.answer(h.start().request, ANA)
    return h.now.browser.post(f"{acs}?{urllib.parse.urlencode(fields)}", {"SAMLResponse": "AAAA"})
