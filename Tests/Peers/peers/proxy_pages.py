# SPDX-License-Identifier: EUPL-1.2
"""Misuse of the pages on which a citizen goes on and agrees: by others, twice, too early or too late."""
from .browser import FORM
from .cases import Cases
from .citizens import ANA

CASES = Cases("pages")
page = CASES.case


def consenting(h, **options):
    """A login that waits for the citizen's yes, and its page."""
    return h.start(**options).answer(ANA)


def action(page_, word):
    return next(f for f in page_.forms if any(word in button for button in f.buttons)).action


@page("E20", "another browser says yes")
def _(h):
    return h.stranger().post(action(consenting(h), "accept"), {"accept": "1"})


@page("E20", "another browser that is in a login of its own says yes")
def _(h):
    target = action(consenting(h), "accept")
    victim = h.crossing().begin()
    victim.answer(ANA)
    return victim.browser.post(target, {"accept": "1"})


@page("E20", "another browser looks at the page of consent")
def _(h):
    return h.stranger().get(consenting(h).url)


@page("E20", "another browser looks at the page before")
def _(h):
    h.start()
    return h.stranger().get(h.now.before.url)


def from_elsewhere(site):
    """Yes, and onwards, from a form on a page of somebody else, with this browser's cookies."""
    told = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"} if site else {}

    def send(browser, target, word):
        return browser.send("POST", target, f"{word}=1".encode(), {
            "Content-Type": FORM, "Origin": "https://evil.test"} | told)

    @page("F14", f"yes from a form of another site ({site or 'an old browser'})")
    def _(h):
        consent = consenting(h)
        return send(h.now.browser, action(consent, "accept"), "accept")

    @page("F14", f"onwards from a form of another site ({site or 'an old browser'})")
    def _(h):
        crossing = h.crossing()
        before = crossing.ask()
        return send(crossing.browser, action(before, "continue"), "continue")


for name in ("cross-site", "same-site", None):
    from_elsewhere(name)


@page("E21", "yes before anybody was identified")
def _(h):
    crossing = h.start()
    return crossing.browser.post(crossing.before.url.replace("/request", "/consent"), {"accept": "1"})


@page("E21", "yes while nobody has gone on yet")
def _(h):
    crossing = h.crossing()
    before = crossing.ask()
    return crossing.browser.post(before.url.replace("/request", "/consent"), {"accept": "1"})


@page("E21", "yes twice")
def _(h):
    consent = consenting(h)
    h.now.finish(h.now.agree(consent))
    return h.now.browser.press(consent, "accept")


@page("E21", "yes after no")
def _(h):
    consent = consenting(h)
    h.now.browser.press(consent, "deny")
    return h.now.browser.press(consent, "accept")


@page("E21", "onwards again after identification")
def _(h):
    consenting(h)
    return h.now.browser.press(h.now.before, "continue")


@page("E21", "onwards again after all is over")
def _(h):
    h.now = None
    crossing = h.start()
    crossing.finish(crossing.answer(ANA))
    return crossing.browser.press(crossing.before, "continue")


@page("F01", "yes and no at once")
def _(h):
    consent = consenting(h)
    return h.now.browser.post(action(consent, "accept"), [("accept", "1"), ("deny", "1")])


@page("E19", "the exchange of another direction")
def _(h):
    service, node = next(iter(h.world.services.values())), h.world.nodes["AT"]
    request = service.request(h.world.gateway)
    shown = h.browser.post(h.world.gateway, request.form())
    return h.browser.post(shown.url.replace("/country", "/consent"), {"accept": "1", "country": node.country})


@page("F14", "a path instead of an exchange")
def _(h):
    return h.browser.post("/x/..%2f..%2fetc/consent", {"accept": "1"})
