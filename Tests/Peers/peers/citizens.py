# SPDX-License-Identifier: EUPL-1.2
"""Invented people of Spain, as Cl@ve tells of them and as a register knows them (Cl@ve dossier §3.6, §3.7, §6)."""
from dataclasses import dataclass, field, replace
from xml.sax.saxutils import escape

from . import xml
from .names import LOA, NAMED

LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
AFIRMA, PERMANENT, PIN, MOBILE = "AFIRMA", "SEGSOC", "PIN24H", "IDP_MOVIL"
METHODS = (AFIRMA, PERMANENT, PIN, MOBILE)
SPACES = ' xmlns:dss="urn:oasis:names:tc:dss:1.0:core:schema" xmlns:afxp="urn:afirma:dss:1.0:profile:XSS:schema"'


def dni(number):
    return f"{number:08d}{LETTERS[number % 23]}"


def nie(first, number):
    return f"{first}{number:07d}{LETTERS[('XYZ'.index(first) * 10_000_000 + number) % 23]}"


def nif(first, number):
    """Of Spaniards without a DNI (K, L) and of foreigners without a NIE (M)."""
    return f"{first}{number:07d}{LETTERS[number % 23]}"


def cif(first, number, letter=None):
    """Of an entity; `letter` says whether the control is a letter, by default as is customary."""
    digits = [int(d) for d in f"{number:07d}"]
    total = sum(digits[1::2]) + sum(sum(divmod(2 * d, 10)) for d in digits[0::2])
    control = (10 - total % 10) % 10
    letter = first in "PQRSNW" if letter is None else letter
    return f"{first}{number:07d}{'JABCDEFGHI'[control] if letter else control}"


def partial_afirma(fields, *, declared=True, inside=""):
    """Base64 of the extract of a certificate's validation; `declared` False is the early form without namespaces."""
    rows = "".join(
        f"<afxp:ReadableField><afxp:FieldIdentity>{escape(name)}</afxp:FieldIdentity>"
        + ("" if value is None else f"<afxp:FieldValue>{escape(value)}</afxp:FieldValue>") + "</afxp:ReadableField>"
        for name, value in fields.items())
    text = (f"<Partial_Afirma_Response{SPACES if declared else ''}><afxp:ReadableCertificateInfo>{rows}{inside}"
            "</afxp:ReadableCertificateInfo></Partial_Afirma_Response>")
    return xml.encode(text.encode())


@dataclass(frozen=True)
class Citizen:
    name: str
    identifier: str
    first: str
    family: str                    # both surnames
    surname: str                   # the first one
    method: str = AFIRMA
    loa: str = "high"
    certificate: dict | None = field(default_factory=lambda: {"clasificacion": "0"})   # fields of PartialAfirma
    declared: bool = True          # PartialAfirma with its namespaces
    status: tuple = ()             # a failure instead of an identity
    message: str = "003002 - Authentication Failed"
    register: dict = field(default_factory=dict)       # canonical name -> value: what sources know
    company: tuple | None = None   # (identifier, name) that the certificate represents

    @property
    def level(self):
        return LOA.get(self.loa, self.loa)

    def extract(self):
        """PartialAfirma as the gateway sends it, or None."""
        if self.method != AFIRMA or self.certificate is None:
            return None
        number, name = self.company or (self.identifier, None)
        known = {"NIF-CIF": number, "razonSocial": name, "NIFResponsable": self.identifier,
                 "nombreResponsable": self.first, "numeroSerie": "1234567890", "idEmisor": "CN=AC FICTICIA, C=ES"}
        return partial_afirma(self.certificate | {k: v for k, v in known.items() if k not in self.certificate},
                              declared=self.declared)

    def told(self):
        """[(friendly name, attribute name, type, value)] of the identity, as the gateway sends it."""
        rows = [("FamilyName", NAMED["FamilyName"], "eidas-natural:CurrentFamilyNameType", self.family),
                ("FirstName", NAMED["FirstName"], "eidas-natural:CurrentGivenNameType", self.first),
                ("PersonIdentifier", NAMED["PersonIdentifier"], "eidas-natural:PersonIdentifierType", self.identifier),
                clave("FirstSurname", self.surname)]
        if self.extract():
            rows.append(clave("PartialAfirma", self.extract()))
        if self.method == PERMANENT:
            rows.append(clave("RegisterType", "2"))
        return [*rows, clave("SelectedIdP", self.method)]

    def known(self, country, legal=False, natural=True):
        """friendly name -> value: all that may be released to a Connector of `country` that asks about such persons."""
        person = {"PersonIdentifier": f"ES/{country}/{self.identifier}", "FamilyName": self.family,
                  "FirstName": self.first} | self.register
        if not legal:
            return person
        number, name = self.company
        if natural:
            return person | {"LegalPersonIdentifier": f"ES/{country}/{number}", "LegalName": name}
        return {"LegalPersonIdentifier": f"ES/{country}/{number}", "LegalName": name} | {
            "Representative" + friendly: value for friendly, value in person.items()}

    def by(self, method, loa=None):
        return replace(self, method=method, loa=loa or self.loa, name=f"{self.name} by {method}")


def clave(name, value):
    return name, f"http://es.minhafp.clave/{name}", "xs:string", value


def person(name, identifier, first, *surnames, born="1974-02-28", **more):
    register = {"DateOfBirth": born} | more.pop("register", {})
    return Citizen(name, identifier, first, " ".join(surnames), surnames[0],
                   register={k: v for k, v in register.items() if v is not None}, **more)


ANA = person("Ana", dni(12345678), "ANA", "EJEMPLO", "PRUEBA", register={
    "Gender": "Female", "PlaceOfBirth": "Castellón de la Plana", "BirthName": "ANA EJEMPLO PRUEBA"})
BEGONA = person("Begoña, diacritics", dni(87654321), "BEGOÑA", "NÚÑEZ", "PEÑA GARCÍA-ÁÜ", born="1999-12-31")
NIE = person("foreign resident", nie("Y", 1234567), "LENA", "MUSTER", born="1980-01-31")
ABROAD = person("Spaniard without DNI", nif("L", 7654321), "CARMEN", "DEL CAMPO", "RÍO", born="1955-07-01")
FOREIGN = person("foreigner without NIE", nif("M", 1234567), "JOÃO", "SOUSA", born="1990-10-10")
MARKUP = person("markup in the name", dni(11223344), "O'NEIL & <SONS>", "\"Q\" ]]>", "D'ORS", born="1961-03-04")
OFFICIAL = person("public employee", dni(22334455), "PILAR", "FUNCIONARIA", "EJEMPLO",
                  certificate={"clasificacion": "5"})
MINOR = person("nobody has a date of birth", dni(33445566), "NADIE", "SIN", "FECHA", born=None)
UNKNOWN = person("in no register", dni(44556677), "DESCONOCIDO", "EN", "REGISTRO", born=None)
DIRECTOR = person("representative of a company", dni(55667788), "RAÚL", "DIRECTOR", "EJEMPLO", born="1968-05-17",
                  certificate={"clasificacion": "11"}, company=(cif("B", 1234567), "Puentes Imaginarios & Cía., S.L."))
TREASURER = person("representative of a community", dni(66778899), "INÉS", "TESORERA", "EJEMPLO", born="1977-08-08",
                   certificate={"clasificacion": "12"}, company=(cif("H", 7654321), "Comunidad de Vecinos Faro 7"))
EVIL = person("forged", dni(99999999), "FALSO", "FALSIFICADO", "INVENTADO", born="1970-01-01")
PEOPLE = (ANA, BEGONA, NIE, ABROAD, FOREIGN, MARKUP, OFFICIAL, DIRECTOR, TREASURER)
EVERYBODY = (*PEOPLE, MINOR, EVIL)


def refused(*codes, message="003002 - Authentication Failed"):
    """A login at the gateway that fails."""
    return replace(ANA, name="/".join(codes), status=codes, message=message)


CANCELS = refused("Responder", "AuthnFailed", message="003002 - Authentication Failed (user cancelled)")
