# SPDX-License-Identifier: EUPL-1.2
"""Hostile answers of a foreign node, leg 3: content, order, state and form. Signatures and ciphers are sound here."""
import datetime as dt
import urllib.parse
from dataclasses import replace

from lxml import etree

from . import forge, forms, signatures, xml
from .cases import Cases
from .foreign_node import Spoil, attribute
from .names import BEARER, NATURAL_SET, SAML, SAMLP, saml, samlp
from .persons import EVIL, GERMAN, LEGAL

CASES = Cases("answer")
case, spoiled, fact = CASES.case, CASES.spoiled, CASES.fact
DAY = dt.timedelta(days=1)

fact("E02", "InResponseTo of nobody", in_response_to="_" + "0" * 32)
fact("E02", "InResponseTo empty", in_response_to="")
fact("E02", "confirmation answers another request", confirmed="_" + "0" * 32)
fact("E03", "Destination of another host", destination="https://evil.test/acs")
fact("E03", "Destination empty", destination="")
fact("E03", "Destination is our gateway", destination=lambda h: h.gateway)
fact("E03", "Recipient of another host", recipient="https://evil.test/acs")
fact("E04", "Audience of another node", audience="https://connector.test/metadata")
fact("E04", "Audience is our ACS", audience=lambda h: h.world.acs)
fact("E04", "Audience with something appended", audience=lambda h: h.node.connector.entity_id + "/x")
fact("E05", "Issuer of another node", issuer=lambda h: h.other_node.entity_id)
fact("E05", "Issuer unknown", issuer="https://nobody.test/metadata")
fact("E05", "Issuer of the assertion is another node", assertion_issuer=lambda h: h.other_node.entity_id)
fact("E06", "conditions expired a day ago", begins=lambda h: xml.now() - 2 * DAY, ends=lambda h: xml.now() - DAY)
fact("E06", "conditions begin tomorrow", begins=lambda h: xml.now() + DAY, ends=lambda h: xml.now() + 2 * DAY)
fact("E06", "conditions end before they begin", begins=lambda h: xml.now(), ends=lambda h: xml.now() - DAY)
fact("E06", "bearer confirmation expired", bearer_ends=lambda h: xml.now() - DAY)
fact("E06", "issued a day ago", issued=lambda h: xml.now() - DAY)
fact("E06", "issued tomorrow", issued=lambda h: xml.now() + DAY)
for bad in ("yesterday", "2026-13-45T25:61:61Z", "2026-11-21T24:00:00", "", "20261121T101010Z", "1e9"):
    fact("E06", f"conditions end at {bad!r}", ends=bad)
fact("E10", "LoA lower than asked", person=replace(GERMAN, loa="low"), loa="high")
fact("E10", "LoA unknown", loa="low", person=replace(GERMAN, loa="http://eidas.europa.eu/LoA/medium"))
fact("E10", "LoA not notified", person=replace(GERMAN, loa="http://eidas.europa.eu/NotNotified/LoA/high"))
fact("E10", "LoA in other case", person=replace(GERMAN, loa="http://eidas.europa.eu/LoA/HIGH"))
fact("E10", "LoA of another scheme", person=replace(GERMAN, loa="urn:oasis:names:tc:SAML:2.0:ac:classes:Password"))
fact("E09", "failure with an assertion inside", codes=("Responder", "AuthnFailed"))
fact("E09", "success below a failure", codes=("Responder", "Success"))
fact("E09", "unknown status", codes=("urn:none",))


def without(friendly):
    return lambda h: [row for row in GERMAN.attributes(h.node.country) if row[0] != friendly]


for friendly, _, _ in NATURAL_SET:
    fact("E12", f"mandatory {friendly} missing", attributes=without(friendly))
fact("E12", "no attributes at all", attributes=())


def other_values(friendly, values):
    return lambda h: [(f, n, t, values if f == friendly else v) for f, n, t, v in GERMAN.attributes(h.node.country)]


fact("E11", "date of birth that is none", attributes=other_values("DateOfBirth", [("12.08.1964", True)]))
fact("E11", "date of birth 30 February", attributes=other_values("DateOfBirth", [("1964-02-30", True)]))
fact("E11", "empty family name", attributes=other_values("FamilyName", [("", True)]))
fact("E11", "blank family name", attributes=other_values("FamilyName", [("   ", True)]))
fact("E11", "two identifiers", attributes=lambda h: other_values("PersonIdentifier", [
    (f"{h.node.country}/ES/1", True), (f"{h.node.country}/ES/2", True)])(h))
fact("E11", "family name of 70000 characters", attributes=other_values("FamilyName", [("x" * 70000, True)]))
fact("E11", "attribute twice", attributes=lambda h: [*GERMAN.attributes(h.node.country),
                                                     GERMAN.attributes(h.node.country)[0]])


@case("E12", "a legal person where a natural one was asked for")
def _(h):
    return h.answer(LEGAL)


def edited(class_id, title, edit):
    """The assertion, edited by the right node."""
    def change(assertion):
        edit(assertion)
        return assertion
    spoiled(class_id, title, assertion=change)


def answered(class_id, title, edit):
    """The answer around it, edited before it is signed."""
    def change(root):
        edit(root)
        return root
    spoiled(class_id, title, response=change)


def drop(path):
    def edit(root):
        found = root.find(path)
        found.getparent().remove(found)
    return edit


def twice(path):
    def edit(root):
        found = root.find(path)
        other = xml.parse(etree.tostring(found, with_tail=False))
        for name in ("ID", "Id"):
            if other.get(name):
                other.set(name, xml.identifier())
        found.addnext(other)
    return edit


def attr(path, name, value=None):
    def edit(root):
        target = root if path is None else root.find(path)
        target.attrib.pop(name, None)
        if value is not None:
            target.set(name, value)
    return edit


CONFIRMATION = f"{saml('Subject')}/{saml('SubjectConfirmation')}"
for name in ("Issuer", "Subject", "Conditions", "AuthnStatement", "AttributeStatement"):
    edited("B16", f"assertion without {name}", drop(saml(name)))
for name in ("Issuer", "Subject", "Conditions", "AuthnStatement", "AttributeStatement"):
    edited("B16", f"assertion with two {name}", twice(saml(name)))
edited("B16", "assertion without ID", attr(None, "ID"))
edited("B16", "assertion of version 1.1", attr(None, "Version", "1.1"))
edited("B16", "subject without NameID", drop(f".//{saml('NameID')}"))
edited("E04", "no AudienceRestriction", drop(f".//{saml('AudienceRestriction')}"))
edited("E04", "a second restriction to somebody else", lambda a: a.find(saml("Conditions")).append(xml.parse(
    f'<s:AudienceRestriction xmlns:s="{SAML}"><s:Audience>https://x.test/</s:Audience></s:AudienceRestriction>')))
edited("E06", "conditions without NotOnOrAfter", attr(saml("Conditions"), "NotOnOrAfter"))
edited("E08", "no SubjectConfirmation", drop(f".//{saml('SubjectConfirmation')}"))
edited("E08", "confirmation by holder of key", attr(
    CONFIRMATION, "Method", BEARER.replace("bearer", "holder-of-key")))
edited("E08", "confirmation without data", drop(f".//{saml('SubjectConfirmationData')}"))
edited("E08", "confirmation without Recipient", attr(f"{CONFIRMATION}/*", "Recipient"))
edited("E08", "confirmation without NotOnOrAfter", attr(f"{CONFIRMATION}/*", "NotOnOrAfter"))
edited("E08", "confirmation without InResponseTo", attr(f"{CONFIRMATION}/*", "InResponseTo"))
edited("E10", "no AuthnContextClassRef", drop(f".//{saml('AuthnContextClassRef')}"))
edited("E10", "two AuthnContextClassRef", twice(f".//{saml('AuthnContextClassRef')}"))
edited("B09", "attributes in the wrong namespace", lambda a: a.replace(
    a.find(saml("AttributeStatement")),
    xml.parse(etree.tostring(a.find(saml("AttributeStatement"))).replace(SAML.encode(), b"urn:none"))))
edited("B15", "elements within a value", lambda a: a.find(f".//{saml('AttributeValue')}").append(
    xml.parse("<x>y</x>")))
edited("B06", "EncryptedAttribute beside the attributes", lambda a: a.find(saml("AttributeStatement")).append(
    xml.parse(f'<s:EncryptedAttribute xmlns:s="{SAML}"/>')))
edited("E12", "a natural and a legal person mixed", lambda a: a.find(saml("AttributeStatement")).append(xml.parse(
    f'<w xmlns:saml2="{SAML}" xmlns:eidas-legal="http://eidas.europa.eu/attributes/legalperson"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    + attribute(*LEGAL.attributes("DE")[0]) + "</w>")[0]))
for name in ("Issuer", "Status"):
    prefix = saml if name == "Issuer" else samlp
    answered("B16", f"answer without {name}", drop(prefix(name)))
    answered("B16", f"answer with two {name}", twice(prefix(name)))
for name in ("InResponseTo", "Destination", "IssueInstant", "Version"):
    answered("B16", f"answer without {name}", attr(None, name))
answered("E09", "status without a code", drop(f"{samlp('Status')}/{samlp('StatusCode')}"))
answered("E09", "two status codes side by side", twice(f"{samlp('Status')}/{samlp('StatusCode')}"))
answered("B16", "version 1.1", attr(None, "Version", "1.1"))
answered("E09", "success without an assertion", drop(saml("EncryptedAssertion")))
answered("B16", "assertion before the status", lambda r: r.insert(1, r.find(saml("EncryptedAssertion"))))
answered("B16", "assertion within Extensions", lambda r: r.insert(1, forge.element(
    f'<p:Extensions xmlns:p="{SAMLP}"/>')) or r[1].append(r.find(saml("EncryptedAssertion"))))


@case("B09", "root of another name")
def _(h):
    return h.answer(GERMAN, Spoil(signs=False, signed=lambda root: signatures.sign(
        xml.parse(etree.tostring(root).replace(b"saml2p:Response", b"saml2p:LogoutResponse")),
        h.node.signer, h.node.algorithm)))


# --- state ---------------------------------------------------------------------------------------------------------


@case("E15", "unsolicited, from a browser that never came by")
def _(h):
    journey = h.start()
    acs, form = h.node.answer(replace(journey.request, id=xml.identifier()), GERMAN)
    return h.stranger().post(acs, form)


@case("E20", "posted by another browser")
def _(h):
    journey = h.start()
    acs, form = h.node.answer(journey.request, GERMAN)
    return h.stranger().post(acs, form)


@case("E20", "posted by another browser that is in a login of its own")
def _(h):
    journey, victim = h.start(), h.journey().begin()
    acs, form = h.node.answer(journey.request, GERMAN)
    return victim.browser.post(acs, form)


@case("E02", "the answer to one login in another login of the same browser, with its RelayState")
def _(h):
    first = h.start()
    second = h.journey(browser=first.browser).begin()
    acs, form = h.node.answer(first.request, GERMAN)
    if second.request.relay_state:
        form["RelayState"] = second.request.relay_state
    elif "RelayState" in form:
        form.pop("RelayState")
    return first.browser.post(acs, form | ({} if second.request.relay_state else {"RelayState": "other"}))


@case("E01", "the same answer twice")
def _(h):
    journey = h.start()
    acs, form = h.node.answer(journey.request, GERMAN)
    journey.finish(journey.browser.post(acs, form))
    return journey.browser.post(acs, form)


@case("E01", "an assertion with an ID that was used")
def _(h):
    shared = {"assertion_id": xml.identifier()}
    first = h.start()
    first.finish(first.answer(GERMAN, Spoil(facts=shared)))
    return h.start().answer(GERMAN, Spoil(facts=shared))


@case("E01", "an answer with an ID that was used")
def _(h):
    shared = {"id": xml.identifier()}
    first = h.start()
    first.finish(first.answer(GERMAN, Spoil(facts=shared)))
    return h.start().answer(GERMAN, Spoil(facts=shared))


@case("E21", "a second, different answer to a login that is over")
def _(h):
    journey = h.start()
    journey.finish(journey.answer(GERMAN))
    return journey.answer(EVIL)


@case("E21", "a success after a failure")
def _(h):
    journey = h.start()
    journey.finish(journey.answer(h.cancels))
    return journey.answer(GERMAN)


# --- the form ------------------------------------------------------------------------------------------------------


def form(class_id, title, change):
    spoiled(class_id, title, fields=lambda fields: change(list(fields.items())))


for row in forms.ANSWERS:
    form(*row)
form("E16", "RelayState twice", lambda pairs: forms.without("RelayState")(pairs) + [
    ("RelayState", "a"), ("RelayState", "b")])


@case("F05", "by GET")
def _(h):
    journey = h.start()
    acs, fields = h.node.answer(journey.request, GERMAN)
    return journey.browser.get(f"{acs}?{urllib.parse.urlencode(fields)}")


@case("F01", "SAMLResponse in the query and another in the body")
def _(h):
    journey = h.start()
    acs, fields = h.node.answer(journey.request, GERMAN)
    return journey.browser.post(f"{acs}?{urllib.parse.urlencode(fields)}", {"SAMLResponse": "AAAA"})
