# SPDX-License-Identifier: EUPL-1.2
"""What a visitor of the demo does and expects, step by step."""
import re
from dataclasses import replace

from .walk import Walk
from .words import *  # noqa: F403
from .xml import require

SUPPORT_CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}")


class Visitor(Walk):
    """A person of the journeys: knows the way through the pages."""

    def begin(self, *options):
        """At the demo service: chooses options by their labels, and asks to be identified."""
        self.open(self.demo.service + "/")
        self.see("service", SERVICE)
        if options:
            self.press(OPTIONS)
            self.see("service-options", SERVICE)
            for option in options:
                self.press(option)
        self.press(IDENTIFY)
        self.carried("to-puente", TO_PUENTE)

    def switch_language(self):
        """From here on the pages are expected in the other language."""
        self.mode = replace(self.mode, english=not self.mode.english)

    def carried(self, page, heading):
        """A page that goes on by itself does not where there is no script."""
        if self.mode.bare:
            self.see(page, heading)
            self.press(CONTINUE)

    def carried_by_key(self, page, heading):
        if self.mode.bare:
            self.see(page, heading)
            self.tab_to(CONTINUE, "Enter")

    def choose(self, country, page="selector"):
        self.see(page, SELECTOR)
        self.press(country)
        self.carried("to-country", TO_COUNTRY)

    def log_in(self, country, citizen):
        self.see(f"login-{CODES[country]}", LOGIN)
        self.press(citizen)
        self.see(f"confirm-{CODES[country]}", CONFIRM)

    def agree(self, label=AGREE):
        self.press(label)
        self.return_to_service()

    def return_to_service(self):
        self.carried("to-spain", TO_SPAIN)
        self.carried("to-service", TO_SERVICE)

    def answer_wrongly(self, how):
        self.press(WRONGLY)
        self.see("confirm-wrongly", CONFIRM)
        self.press(how)
        self.carried("to-spain", TO_SPAIN)

    def identify(self, country, citizen, *options, page="selector"):
        self.begin(*options)
        self.choose(country, page)
        self.log_in(country, citizen)
        self.agree()

    # MARK: How it ends

    def see_identified(self, name, country, loa, values, page="identified"):
        """The service knows the person: country, level, and each value in each of its scripts."""
        self.see(page, name)
        facts = [self.session.one(f"[data-fact={fact}]").text for fact in ("country", "loa")]
        require(facts == [self.say(country), self.say(loa)], f"{name}: {facts}")
        table = self.table
        for label, value in values.items():
            found = table.get(self.say(label), "").split("\n")
            wanted = [value] if isinstance(value, str) else [
                value[0], f"{value[1]} ({self.say(('en su escritura', 'in its own script'))})"]
            require(found == wanted, f"{label}: {found}, not {wanted}")

    def see_not_identified(self, page, words, codes, message):
        self.see(page, NOT_IDENTIFIED)
        self.reads(words, TO_THE_START)
        table = self.table
        require(table[self.say(("Códigos", "Codes"))] == codes, f"codes {table}")
        require(message in table[self.say(("Mensaje", "Message"))], f"message {table}")

    def see_error(self, page, heading, status, *ways):
        """An error page: what happened, what to do, a support code to tell, somebody to tell it, and ways on."""
        self.see(f"error-{page}", heading, status)
        self.reads(WHAT_TO_DO)
        code = self.session.one(".code").text
        require(SUPPORT_CODE.fullmatch(code), f"support code {code!r}")
        require(self.session.all(".support a[href^='mailto:']"), "nobody to tell the support code")
        for way in ways:
            self.find(way, "button, a")
        found = [e.text for e in self.session.all(".ways a, .ways button")]
        require(len(found) == len(ways), f"ways on: {found}, not {[self.say(w) for w in ways]}")

    def expect_cookies(self):
        """Three, none of which script can read, and all gone with the window."""
        cookies = self.session.cookies()
        require(set(cookies) == {"puente", "demo-sede", "demo-lang"}, f"cookies {sorted(cookies)}")
        for name, cookie in cookies.items():
            flags = cookie["httpOnly"], cookie["sameSite"], cookie["path"], "expiry" in cookie
            require(flags == (True, "Lax", "/", False), f"cookie {name}: {flags}")
        require(re.fullmatch("[0-9a-f]{32}", cookies["puente"]["value"]), "what the cookie says")
