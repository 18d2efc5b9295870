# SPDX-License-Identifier: EUPL-1.2
"""The acceptance list of the Proxy-Service, row by row (eIDAS dossier §6.2 and §6.3): what must be refused, how it is
shown, and with which code. Each row has its positive twin among the honest logins.

A row is (number, title, run, shown, codes): shown is "P" where a page, "S" where a SAML failure has to come; "PS" where
the request is authentic, so that Puente may tell the Connector instead of showing a page (§6.2, last paragraph).
"""
import concurrent.futures
import datetime as dt
from dataclasses import replace


from . import citizens, forge, xml
from .citizens import ANA, DIRECTOR
from .edits import drop
from .foreign_connector import deflate, requested
from .foreign_node import Spoil
from .habits import rows
from .names import (CONSENT, EIDAS, LEGAL_SET, LOA, NAMED, NATURAL_SET, NOT_NOTIFIED, REDIRECT, eidas,
                    saml, samlp)
from .proxy_requests import inserted, removing, setting
from .xml import require

REQUESTS, ANSWERS = [], []
MINIMUM = {name: True for _, name, _ in NATURAL_SET}
UNKNOWN_FORMAT = "urn:none:format"
EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"


def check(row, said):
    """Whether it was shown as the row has it."""
    shown, codes = row[3], row[4] if len(row) > 4 else ()
    require(said[0] in shown, f"shown as {said}, expected {shown}")
    if said[0] == "S" and codes:
        require(any(f": {code} - " in said for code in codes), f"{said}, expected {' or '.join(codes)}")
    if shown == "S" and row[0] in REQUESTER:
        require(said.startswith("S Requester"), f"{said}, expected Requester")


REQUESTER = ("P1-35", "P1-36", "P1-37", "P1-38", "P1-40", "P1-43", "P1-44")


def row(number, title, run, shown, *codes, table=REQUESTS):
    table.append((number, title, run, shown, codes))


def draft(number, title, edit=None, shown="PS", *codes, name="FR", **options):
    """A request that differs from an honest one in one thing, and is soundly signed."""
    def run(h):
        connector = h.world.connectors[name]
        values = {k: v(h) if callable(v) else v for k, v in options.items()}
        root, asked = connector.draft(**values)
        if edit:
            edit(root)
        return h.ask(connector.sealed(root, asked), connector)
    row(number, title, run, shown, *codes)


def odd(number, title, name, shown="P", *codes, **options):
    """An honest request of a Connector that is not in order: see `abroad.ODD`."""
    def run(h):
        connector = h.world.connectors[name]
        return h.ask(connector.request(**options), connector)
    row(number, f"{title} ({name})", run, shown, *codes)


def by_hand(number, title, edit, shown="P", **crafting):
    """For what no signing library would sign."""
    def run(h):
        root, asked = h.connector.draft()
        edit(root)
        made = forge.craft(root, h.connector.signer, h.connector.algorithm, **crafting)
        return h.ask(replace(asked, octets=xml.write(made)))
    row(number, title, run, shown)


def fields(number, title, change, shown="P"):
    def run(h):
        asked = h.connector.request()
        return h.post(change(asked.form()))
    row(number, title, run, shown)


# --- §6.2: a Connector's request -----------------------------------------------------------------------------------

for method in ("PUT", "DELETE", "PATCH"):
    row("P1-01", f"by {method}", lambda h, m=method: h.browser.send(m, h.sso, b"x"), "P")
fields("P1-02", "no SAMLRequest", lambda form: {"RelayState": "x"})
fields("P1-02", "SAMLRequest of 140000 characters", lambda form: form | {"SAMLRequest": "A" * 140_000})
fields("P1-02", "SAMLRequest that is no Base64", lambda form: form | {"SAMLRequest": "*" + form["SAMLRequest"]})
fields("P1-03", "RelayState of 81 characters", lambda form: form | {"RelayState": "r" * 81})


def flood(h):
    """Sixty bad requests at once: each is answered, none is lost."""
    def one(_):
        return h.stranger().post(h.sso, {"SAMLRequest": "AAAA"})
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        pages = list(pool.map(one, range(60)))
    require(all(page.status in (400, 429, 503) for page in pages), f"{sorted({p.status for p in pages})}")
    return pages[0]


row("P1-04", "sixty bad requests at once", flood, "P")
fields("P1-05", "DOCTYPE", lambda form: form | {"SAMLRequest": xml.encode(
    b"<!DOCTYPE x>" + xml.unwrapped(form["SAMLRequest"]).split(b"?>", 1)[1])})
by_hand("P1-06", "an element that the schema has not", inserted(".", "<x/>"))
by_hand("P1-06", "an attribute that the schema has not", setting("Surprise", "1"))
by_hand("P1-06", "a root of another name", lambda root: setattr(root, "tag", samlp("LogoutRequest")))
row("P1-07", "no signature", lambda h: _unsigned(h), "P")


def _unsigned(h):
    root, asked = h.connector.draft()
    return h.ask(replace(asked, octets=xml.write(root)))


draft("P1-08", "no Issuer", removing(saml("Issuer")), "P")
draft("P1-08", "Issuer of another format", setting("Format", EMAIL, saml("Issuer")), "P")
odd("P1-09", "a Connector that nobody registered", "unknown")
odd("P1-09", "metadata that has expired", "expired")
odd("P1-09", "metadata signed by another key than the pinned one", "misnamed")
odd("P1-09", "metadata of another country", "elsewhere")
odd("P1-09", "metadata without a return address", "nowhere")
for index, title in ((9, "RSA-SHA1 or ECDSA-SHA1"), (10, "SHA-1 as digest only")):
    row("P1-10", title, lambda h, make=forge.SIGNATURES_ABUSED[index][2]: _forged(h, make), "P")


def _forged(h, make):
    root, asked = h.connector.draft()
    return h.ask(replace(asked, octets=xml.write(make(root, h.connector.signer, h.connector.algorithm))))


row("P1-11", "a stranger's certificate", lambda h: _forged(h, forge.SIGNATURES_ABUSED[1][2]), "P")
odd("P1-12", "a published certificate that has expired", "overdue")
odd("P1-12", "a published certificate that is not valid yet", "early")
odd("P1-13", "a published certificate signed with SHA-1", "sha1")
odd("P1-14", "a published RSA key of 2048 bits", "weak")
row("P1-15", "a signature value that does not fit", lambda h: _forged(h, lambda root, s, a: forge.craft(
    root, s, a, value=lambda data: bytes(384))), "P")
for name in ("ID", "Version", "IssueInstant"):
    by_hand("P1-16", f"no {name}", setting(name, None), uri="" if name == "ID" else None)
by_hand("P1-16", "Version 1.1", setting("Version", "1.1"))
for title, moment in (("ten minutes old", {"minutes": -10}), ("a day old", {"days": -1}),
                      ("ten minutes ahead", {"minutes": 10})):
    draft("P1-17", title, None, "PS", at=lambda h, m=moment: xml.now() + dt.timedelta(**m))
draft("P1-18", "Consent of another sort", setting("Consent", CONSENT + "explicit"))
draft("P1-19", "ForceAuthn missing", setting("ForceAuthn", None))
draft("P1-19", "ForceAuthn false", setting("ForceAuthn", "false"))
draft("P1-20", "IsPassive true", setting("IsPassive", "true"))
draft("P1-21", "ProtocolBinding Artifact", setting(
    "ProtocolBinding", "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact"))
draft("P1-22", "no Destination", setting("Destination", None))
draft("P1-23", "no Extensions", removing(samlp("Extensions")))
draft("P1-23", "Extensions that are empty", lambda root: root.find(samlp("Extensions")).clear())
draft("P1-23", "no RequestedAttributes", removing(f"{samlp('Extensions')}/{eidas('RequestedAttributes')}"))
draft("P1-24", "NameIDPolicy of a format that nobody knows", None, "PS", name_id=UNKNOWN_FORMAT)
for title, comparison, levels in (
        ("minimum with two levels", "minimum", [LOA["low"], LOA["high"]]),
        ("exact, notified only", "exact", [LOA["high"]]),
        ("exact, low without those above", "exact", [NOT_NOTIFIED["low"], LOA["low"]]),
        ("minimum with a level that was not notified", "minimum", [NOT_NOTIFIED["low"]]),
        ("better", "better", [LOA["low"]]), ("maximum", "maximum", [LOA["low"]]),
        ("a level twice", "exact", [NOT_NOTIFIED["low"], NOT_NOTIFIED["low"]]),
        ("a level that the prefix does not have", "minimum", ["http://eidas.europa.eu/LoA/medium"]),
        ("the prefix in other case", "exact", [NOT_NOTIFIED["low"], "http://EIDAS.europa.eu/loa/test"]),
        ("an empty level", "minimum", [" "])):
    draft("P1-25", title, None, "PS", "202015", comparison=comparison, levels=levels)
draft("P1-25", "no RequestedAuthnContext", removing(samlp("RequestedAuthnContext")))
draft("P1-25", "RequestedAuthnContext without a level", lambda root: root.find(samlp("RequestedAuthnContext")).remove(
    root.find(samlp("RequestedAuthnContext"))[0]))
draft("P1-25", "no Comparison, which means exact", setting("Comparison", None, samlp("RequestedAuthnContext")))
FIRST = f".//{eidas('RequestedAttribute')}"
draft("P1-26", "an attribute without Name", setting("Name", None, FIRST))
draft("P1-26", "an attribute without NameFormat", setting("NameFormat", None, FIRST))
draft("P1-27", "RequesterID of 1025 characters", None, "PS", requester="urn:" + "x" * 1021)
draft("P1-28", "nothing but attributes that nobody knows", None, "S", "202005", wanted={"urn:none:x": False})
for friendly in ("PersonIdentifier", "FirstName"):
    draft("P1-29", f"a representative's {friendly}", None, "PS", wanted=MINIMUM | {
        NAMED[friendly].replace("naturalperson", "naturalperson/representative"): False})
draft("P1-30", "a mandatory attribute asked as optional", None, "PS", wanted=MINIMUM | {NAMED["FirstName"]: False})
draft("P1-30", "an optional attribute asked as mandatory", None, "PS", wanted=MINIMUM | {NAMED["Gender"]: True})
draft("P1-30", "isRequired missing", setting("isRequired", None, FIRST))
draft("P1-30", "isRequired perhaps", setting("isRequired", "perhaps", FIRST))


def hinted(name, value):
    text = requested(NAMED[name], False, value).replace("<eidas:RequestedAttribute", (
        f'<eidas:RequestedAttribute xmlns:eidas="{EIDAS}"'))
    return inserted(f"{samlp('Extensions')}/{eidas('RequestedAttributes')}", text)


draft("P1-31", "a gender that is none, as a hint", hinted("Gender", "Robot"))
draft("P1-32", "a blank Issuer", lambda root: setattr(root.find(saml("Issuer")), "text", "  "), "P")
by_hand("P1-32", "an empty ID", setting("ID", ""), uri="")
odd("P1-33", "protocol versions that we do not have", "ancient", "PS", "203027")
draft("P1-34", "a return address that is not in the metadata", None, "PS", acs_attribute="https://evil.test/acs")
# P1-35, a private requester without RequesterID while that is needed: in the stage "RequesterID needed" of `proxy`.
draft("P1-36", "meant for another country's node", None, "PS", "202014", destination="https://eidas.fr.test/proxy/sso")
draft("P1-37", "no attribute that we have", None, "S", "202005", wanted={"urn:none:x": False, "urn:none:y": False})
draft("P1-38", "an attribute of the profile that we do not give, as mandatory", None, "PS", "202005", "203021",
      wanted=MINIMUM | {NAMED["EmailAddress"]: True})


def by_other_method(binding):
    def run(h):
        asked = h.connector.request(binding=binding)
        if binding == REDIRECT:
            root = xml.parse(asked.octets)
            root.set("ProtocolBinding", "urn:oasis:names:tc:SAML:2.0:bindings:SOAP")
            return h.ask(replace(asked, octets=xml.write(root)))
        root, asked = h.connector.draft()
        root.set("ProtocolBinding", REDIRECT)
        return h.ask(h.connector.sealed(root, asked))
    return run


row("P1-39", "POST with ProtocolBinding Redirect", by_other_method(None), "PS")
row("P1-39", "Redirect with ProtocolBinding SOAP", by_other_method(REDIRECT), "PS")
draft("P1-40", "NameIDPolicy emailAddress", None, "S", "202022", name_id=EMAIL)
draft("P1-41", "natural and legal persons at once, of a peer that has 1.4", None, "PS", wanted=MINIMUM | {
    name: True for _, name, _ in LEGAL_SET})
draft("P1-41", "the same of a peer that tells no version", None, "PS", name="NL", wanted=MINIMUM | {
    name: True for _, name, _ in LEGAL_SET})
draft("P1-42", "Destination that is not ours", None, "PS", destination="https://puente.test/eidas/proxy/other")
draft("P1-42", "Destination with a port", None, "PS", destination="https://puente.test:8443/eidas/proxy/sso")
draft("P1-42", "Destination by http", None, "PS", destination="http://puente.test/eidas/proxy/sso")
draft("P1-43", "a level that nobody here has", None, "S", "202015", comparison="exact", levels=["urn:example:loa"])


def unpublished_binding(h):
    """Unsigned deflated GET: no binding that our metadata has."""
    root, asked = h.connector.draft(binding=REDIRECT)
    return h.browser.get(f"{h.connector.proxy.redirect}?SAMLRequest=" + xml.encode(deflate(xml.write(root))).replace(
        "+", "%2B").replace("/", "%2F").replace("=", "%3D"))


row("P1-44", "a binding that our metadata has not: deflated, not signed", unpublished_binding, "P")
draft("P1-45", "SPType in metadata and request", None, "PS", "202016", sector="public")
draft("P1-45", "SPType in metadata and another in the request", None, "PS", "202016", sector="private")
draft("P1-46", "SPType in neither", removing(f"{samlp('Extensions')}/{eidas('SPType')}"), "PS", "202017", name="IT")
draft("P1-46", "SPType twice in the request", inserted(samlp("Extensions"), (
    f'<eidas:SPType xmlns:eidas="{EIDAS}">public</eidas:SPType>')), "PS", "202016", name="IT")
draft("P1-46", "SPType of another word", lambda root: setattr(root.find(f".//{eidas('SPType')}"), "text", "both"), "PS",
      name="IT")
row("P1-47", "the same request twice", lambda h: _twice(h), "P")


def _twice(h):
    asked = h.connector.request()
    h.ask(asked)
    return h.ask(asked)


odd("P1-48", "a return address of 320 characters", "long")
odd("P1-48", "a return address by http", "plain")
for number, friendly in enumerate(("PersonIdentifier", "FamilyName", "FirstName", "DateOfBirth")):
    draft("P1-49", f"a data set without {friendly}", None, "PS", "203021", wanted={
        n: r for n, r in MINIMUM.items() if n != NAMED[friendly]})
draft("P1-49", "a company without its name", None, "PS", "203021", wanted={NAMED["LegalPersonIdentifier"]: True})
odd("P1-50", "no key to encrypt for", "keyless")
odd("P1-50", "a key of 2048 bits to encrypt for", "frail")
odd("P1-51", "a Connector that is switched off", "disabled")

# --- §6.3: what comes of the national answer -----------------------------------------------------------------------


def outcome(number, title, citizen, shown, *codes, spoil=Spoil(), **options):
    row(number, title, lambda h: h.answer(citizen, spoil, **options), shown, *codes, table=ANSWERS)


def _answered_twice(h):
    acs, form = h.gateway.answer(h.start().request, ANA)
    h.now.finish(h.now.browser.post(acs, form))
    return h.now.browser.post(acs, form)


row("P2-01", "an answer that was used", _answered_twice, "P", table=ANSWERS)
row("P2-01", "an answer that belongs to no login", lambda h: h.browser.post(h.gateway.acs, h.gateway.answer(
    replace(h.crossing().begin().request, id=xml.identifier()), ANA)[1]), "P", table=ANSWERS)
outcome("P2-02", "the gateway says no", citizens.CANCELS, "S", "003002")
outcome("P2-03", "no attributes", ANA, "PS", spoil=Spoil(response=drop(saml("AttributeStatement"))))
outcome("P2-04", "no first name", ANA, "S", "202010", "203021", spoil=Spoil(response=rows(
    lambda r: r.get("FriendlyName") == "FirstName" and r.getparent().remove(r))))
outcome("P2-04", "no date of birth to be had", citizens.MINOR, "S", "202010", "203021")
outcome("P2-05", "a company without its name", replace(DIRECTOR, certificate={
    "clasificacion": "11", "razonSocial": None}), "S", "202010", "203021", legal=True)
outcome("P2-05", "a company whose representative has no date of birth", replace(
    DIRECTOR, identifier=citizens.MINOR.identifier, register={}), "S", "202010", "203021", legal=True)
outcome("P2-06", "a person's certificate where a company is asked for", ANA, "S", legal=True)
outcome("P2-07", "a level that is none of ours", replace(ANA, loa="http://eidas.europa.eu/LoA/medium"), "PS", "202021",
        "202019")
outcome("P2-08", "a level that is too low", replace(ANA, loa="low"), "S", "202019", loa="high")
outcome("P2-08", "a scheme that was not notified", ANA.by(citizens.MOBILE, "substantial"), "S", "202019",
        loa="substantial")
outcome("P2-09", "a family name of 70000 characters", ANA, "PS", "203001", spoil=Spoil(response=rows(
    lambda r: r.get("FriendlyName") == "FamilyName" and setattr(r[0], "text", "x" * 70_000))))
outcome("P2-10", "an identifier of 300 characters", replace(ANA, identifier="1" * 299 + "Z"), "PS")
outcome("P2-13", "an empty value", ANA, "PS", spoil=Spoil(response=rows(
    lambda r: r.get("FriendlyName") == "FirstName" and setattr(r[0], "text", ""))))
# P2-11, P2-12, P2-14 to P2-18 hold for every answer: `connector_answer` judges each of them by these.
