# SPDX-License-Identifier: EUPL-1.2
"""Invented citizens of the foreign nodes."""
from dataclasses import dataclass, field

from .names import LEGAL_SET, NATURAL_OPTIONAL, NATURAL_SET


@dataclass(frozen=True)
class Person:
    """`values`: friendly name -> [(text, is Latin)]; identifiers are without the country prefix."""

    name: str
    values: dict = field(default_factory=dict)
    loa: str = "high"
    identifier: str = "PersonIdentifier"
    status: tuple = ()           # a failure instead of an identity

    def attributes(self, country, destination="ES"):
        """[(friendly name, attribute name, type name, values)] as a node of `country` sends them."""
        rows = []
        for friendly, name, type_name in NATURAL_SET + NATURAL_OPTIONAL + LEGAL_SET:
            values = self.values.get(friendly)
            if values and friendly == self.identifier:
                values = [(f"{country}/{destination}/{text}", latin) for text, latin in values]
            if values:
                rows.append((friendly, name, type_name, values))
        return rows


def natural(name, identifier, family, first, born, *, loa="high", **more):
    def both(value):
        return [(value, True)] if isinstance(value, str) else [(value[0], True), (value[1], False)]

    values = {"PersonIdentifier": both(identifier), "FamilyName": both(family), "FirstName": both(first),
              "DateOfBirth": both(born)}
    return Person(name, values | {k: both(v) for k, v in more.items()}, loa)


GERMAN = natural("German", "5d5a8e1f0c", "Mustermann", "Erika", "1964-08-12", Gender="Female")
GREEK = natural("Greek, two scripts", "k7Pq-00017", ("Kalamaris", "Καλαμάρης"), ("Ifigeneia", "Ιφιγένεια"),
                "1987-11-30")
BULGARIAN = natural("Bulgarian, two scripts", "BG8001010001", ("Dimitrova", "Димитрова"), ("Yana", "Яна"), "1980-01-01")
POLISH = natural("Pole with diacritics", "80010112345", "Żółć-Wójcik", "Świętosława", "1980-01-01")
SPECIAL = natural("markup in the name", "x&y<z>\"'", "O'Brien & <Söhne>", "Zoë ]]> \"Q\"", "1999-12-31")
LOW = natural("German, LoA low", "000low", "Niedrig", "Nora", "1990-05-05", loa="low")
LEGAL = Person("legal person", {"LegalPersonIdentifier": [("HRB-4711", True)],
                                "LegalName": [("Brückenbau GmbH & Co. KG", True)]},
               identifier="LegalPersonIdentifier")
CANCELS = Person("cancels", status=("Responder", "AuthnFailed"))
EVIL = natural("forged", "forged-0001", "Forged", "Fiona", "1970-01-01")
