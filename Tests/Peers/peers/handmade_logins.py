# SPDX-License-Identifier: EUPL-1.2
"""Whole logins in each suite of `handmade`, which is both node and service. What one side sent and somebody altered on
the way must be refused by the other."""
import copy
import re
from dataclasses import replace

from handmade import saml, xmldsig
from handmade.suites import SUITES

from . import keys, kits, persons, xml
from .foreign_node import HONEST, Spoil
from .handmade_peers import KINDS, HandmadeNode, HandmadeService, modern, remove_signature
from .journey import Journey, identified
from .names import DS, OAEP, OAEP_MGF1P, ds
from .report import refused
from .xml import Refused, require

# Our own keys, and the suites that go with them: those of `handmade` but the one with AES-CBC, which nobody may use.
WORLDS = {
    "rsa3072": [s for s in SUITES.values() if s.sign_key == s.enc_key == "rsa3072" and s.cipher == "aes256-gcm"],
    "rsa4096": [s for s in SUITES.values() if s.sign_key == s.enc_key == "rsa4096"],
    "p256-rsa3072": [SUITES["ec256-rsa3072enc"]],
    "p256-p256": [SUITES["ec256-ecdh"]],
}
PERSONS = (persons.GERMAN, persons.GREEK, persons.SPECIAL)


def kind(suites):
    return KINDS[suites[0].sign_key]


def prepare(suites):
    """Our keys, and a node and a service for each suite."""
    def add(where):
        signing, encryption = kind(suites), KINDS[suites[0].enc_key]
        where.own["clave"] = keys.identity(signing, "Puente Cl@ve", country="ES")
        where.own["encryption"] = keys.identity(encryption, "Puente encryption", "encrypt", country="ES")
        signer = keys.identity(signing, "handmade")
        recipient = keys.identity(encryption, "handmade encryption", "encrypt")
        where.nodes, where.services, where.settings = {}, {}, {}
        for suite, country in zip(suites, ("AT", "BE", "CZ", "DE"), strict=False):
            host = f"https://node-{country.lower()}.test"
            where.nodes[country] = HandmadeNode(
                country, host + "/metadata", host + "/sso", signer, signer, modern(suite).hash, suite=modern(suite),
                old_transport=suite.scheme == "ecdsa")
            service = HandmadeService(
                "S2800020A_" + suite.name.upper().replace("-", ""), f"https://{suite.name}.test/acs", signer,
                kits.KITS["php"], recipient, OAEP if suite.transport == "oaep-11" else OAEP_MGF1P, suite=suite)
            where.services[service.provider], where.settings[service.provider] = service, service.settings
    return add


def run(where, server, report):
    for service, node in zip(where.services.values(), where.nodes.values(), strict=True):
        for person in PERSONS:
            with report.case(f"{service.suite.name}: {person.name}"):
                identified(Journey(where, service, node).run(person), node, person)
        nodes_answer_altered(where, server, report, service, node)
        our_answer_altered(where, report, service, node)


# --- alterations ----------------------------------------------------------------------------------------------------

def edited(change):
    def alter(octets):
        root = xmldsig.parse(octets)
        changed = change(root)
        return xml.write(root if changed is None else changed)
    return alter


def flip(root):
    value = root.find(f"{ds('Signature')}/{ds('SignatureValue')}")
    octets = bytearray(xml.unwrapped(value.text))
    octets[5] ^= 1
    value.text = xml.encode(bytes(octets))


def wrapped(identifier):
    """The signed document is kept, one without an assertion put around it."""
    def change(root):
        forged = copy.deepcopy(root)
        forged.remove(forged[-1])
        holder = forged.makeelement(ds("Object"))
        holder.append(root)
        forged.find(ds("Signature")).append(holder)
        forged.set("ID", identifier or root.get("ID"))
        return forged
    return change


def doctype(octets):
    return re.sub(rb"\A(<\?xml[^>]*>)?", rb'\1<!DOCTYPE x [<!ENTITY a "b">]>', octets)


def downgraded(root):
    root.find(f".//{ds('SignatureMethod')}").set("Algorithm", DS + "rsa-sha1")


# title, change of the octets, Puente's rule, handmade's words
ALTERATIONS = (
    ("another destination", edited(lambda root: root.set("Destination", "https://other.test")), "signature.digest",
     "digest does not match"),
    ("another status", lambda octets: octets.replace(b":status:Success", b":status:Responder", 1), "signature.digest",
     "digest does not match"),
    ("no signature", edited(remove_signature), "signature.missing", "expected one ds:Signature"),
    ("signature value", edited(flip), "signature.value", "signature value does not verify"),
    ("SHA-1", edited(downgraded), "signature.algorithm", "signature algorithm not allowed"),
    ("DOCTYPE", doctype, "xml.doctype", "DOCTYPE is not allowed"),
    ("wrapped, same ID", edited(wrapped(None)), "xml.id-repeated", "duplicate ID"),
    ("wrapped, new ID", edited(wrapped("_forged")), "signature.repeated", "does not point to the enclosing element"),
)


def nodes_answer_altered(where, server, report, service, node):
    def case(title, rule, answering=node, spoil=HONEST, **options):
        def call():
            journey = Journey(where, service, node).begin()
            acs, form = answering.answer(journey.request, persons.GERMAN, spoil, **options)
            try:
                journey.finish(journey.browser.post(acs, form))
            except Refused as fault:
                raise Refused(f"{fault}: {server.last_rule()}") from None
        with report.case(f"{service.suite.name}: Puente refuses {title}") as note:
            fault = refused(title, call)
            require(fault.endswith(f": {rule}"), fault)
            note(rule)

    for title, alter, rule, _ in ALTERATIONS:
        case(title, rule, spoil=Spoil(octets=alter))
    by_stranger = Spoil(assertion=lambda root: xmldsig.sign(
        root, (who := keys.stranger(node.signer.kind)).key, who.certificate, node.suite))
    case("an assertion signed by a stranger", "signature.key-unknown", spoil=by_stranger, sign_assertion=False)
    case("a plain assertion", "encryption.missing", encrypt=False)
    case("AES-256-CBC", "encryption.algorithm", replace(node, suite=replace(node.suite, cipher="aes256-cbc")))
    if service.suite != node.suite:
        case("RSA PKCS#1 v1.5 from a node", "signature.algorithm",
             replace(node, suite=replace(node.suite, scheme=service.suite.scheme)))


def our_answer_altered(where, report, service, node):
    journey = Journey(where, service, node).begin()
    fields = journey.browser.deliver(journey.answer(persons.GERMAN)).fields

    def judge(alter):
        octets = alter(saml.post_decode(fields["SAMLResponse"]))
        return service.judge(fields | {"SAMLResponse": saml.post_encode(octets)}, journey.sent, where.clave_certificate)
    judge(lambda octets: octets)
    for title, alter, _, says in ALTERATIONS:
        with report.case(f"{service.suite.name}: the service refuses {title}") as note:
            fault = refused(title, judge, alter)
            require(says in fault, fault)
            note(fault)
