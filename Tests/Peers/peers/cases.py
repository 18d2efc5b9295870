# SPDX-License-Identifier: EUPL-1.2
"""Lists of hostile cases: (class of attack, title, function of an Attacker that returns the page that came back)."""
from .foreign_node import Spoil
from .persons import GERMAN


class Cases(list):
    def __init__(self, leg):
        super().__init__()
        self.leg = leg

    def add(self, class_id, title, function):
        self.append((class_id, f"{self.leg}: {title}", function))

    def case(self, class_id, title):
        """Decorator."""
        def keep(function):
            self.add(class_id, title, function)
            return function
        return keep

    def spoiled(self, class_id, title, person=GERMAN, loa="low", **spoil):
        """An answer of the right node, spoiled in one way."""
        self.add(class_id, title, lambda h: h.answer(person, Spoil(**spoil), loa=loa))

    def fact(self, class_id, title, person=GERMAN, loa="low", **facts):
        """An answer of the right node that says something else; functions of the Attacker are called."""
        def run(h):
            said = {k: v(h) if callable(v) else v for k, v in facts.items()}
            return h.answer(person, Spoil(facts=said), loa=loa)
        self.add(class_id, title, run)
