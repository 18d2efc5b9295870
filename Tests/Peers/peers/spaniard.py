# SPDX-License-Identifier: EUPL-1.2
"""What somebody from Spain does in the demo's second story, step by step."""
from contextlib import contextmanager

from .visitor import Visitor
from .words import *  # noqa: F403
from .words_abroad import *  # noqa: F403
from .xml import require


class Spaniard(Visitor):
    """A visitor who also knows the way from mock France by Cl@ve and back."""

    def begin_abroad(self, *options):
        """At the French service: chooses options by their labels, and asks to be identified."""
        self.open(self.demo.states + "/fr/mairie")
        self.see("mairie", MAIRIE)
        if options:
            self.press(OPTIONS)
            self.see("mairie-options", MAIRIE)
            for option in options:
                self.press(option)
        self.press(IDENTIFY_SPANISH)
        self.carried("to-spain-by-browser", TO_SPAIN_BY_BROWSER)

    def go_to_clave(self, *options):
        self.begin_abroad(*options)
        self.see("request", REQUEST)
        self.press(TO_CLAVE_LABEL)
        self.carried("to-clave", TO_CLAVE)
        self.see("methods", METHODS)

    def fill(self, **fields):
        for name, text in fields.items():
            field = self.session.one(f"input[name={name}]")
            field.clear()
            field.type(text)

    def come_back_from_clave(self):
        self.carried("from-clave", FROM_CLAVE)

    def show_certificate(self, name, *options):
        """All the way to what Puente makes of it."""
        self.go_to_clave(*options)
        self.press(CERTIFICATE)
        self.see("certificates", CERTIFICATE)
        self.press(name)
        self.come_back_from_clave()

    def ask_for_notice(self):
        """All the way to the page that waits for the phone."""
        self.go_to_clave()
        self.press(MOBILE)
        self.see("mobile", MOBILE)
        self.fill(person=BEGONA_ID)
        self.press(SEND_NOTICE)
        self.see("mobile-notice", MOBILE)

    @contextmanager
    def phone(self):
        """For a while the mock phone is in front, which is another tab."""
        page = self.session.new_tab()
        self.sit_down()
        yield
        self.session.show(page)

    def confirm_on_phone(self):
        self.see("phone-confirm", CONFIRM_LOGIN)
        self.press(CONFIRM_PHONE)
        self.see("phone-confirmed", CONFIRMED)

    def wait_for_phone(self):
        """With script the page finds out by itself."""
        if self.mode.bare:
            self.press(HAVE_CONFIRMED)
        self.come_back_from_clave()

    def read_sms(self):
        """The last message on the mock phone."""
        with self.phone():
            self.open(self.demo.gateway + "/telefono")
            self.see("phone", PHONE)
            return self.session.one("[data-fact=sms]").attribute("data-value")

    def consent(self, *declined):
        """Agrees to everything but the optional data with these names."""
        self.see("consent", CONSENT)
        for label in declined:
            self.press(label)
        self.press(ACCEPT)
        self.carried("to-mairie", TO_SERVICE)

    # MARK: How it ends

    def see_known(self, name, loa, notified, values, page="known"):
        """The French service knows the person: level, scheme, and each value."""
        self.see(page, name)
        facts = [self.session.one(f"[data-fact={fact}]").text for fact in ("loa", "notified")]
        require(facts == [self.say(loa), self.say(notified)], f"{name}: {facts}")
        table = self.table
        for label, value in values.items():
            require(table.get(self.say(label)) == value, f"{label}: {table.get(self.say(label))}, not {value}")
        return table

    def see_not_known(self, page, words, codes, message):
        self.see(f"not-known-{page}", NOT_IDENTIFIED)
        self.reads(words, TO_THE_START)
        table = self.table
        require(table[self.say(("Códigos", "Codes"))] == codes, f"codes {table}")
        require(message in table[self.say(("Mensaje", "Message"))], f"message {table}")
