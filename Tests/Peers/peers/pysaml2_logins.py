# SPDX-License-Identifier: EUPL-1.2
"""Whole logins with pysaml2 as the foreign node, what Puente must refuse of it, and pysaml2 as judge of our answers."""
from dataclasses import replace

from . import keys, persons, xml
from .foreign_node import Spoil, unchanged
from .journey import Journey, identified
from .login import altered
from .pysaml2_peer import PySAML2Node, judge
from .report import refused
from .world import CONNECTOR
from .xml import Refused, require

CURVES = (("DE", "p256", "sha256"), ("DK", "p384", "sha384"), ("EE", "p521", "sha512"))
SEALED, PLAIN = "S2800001B_JAVA27", "S2800000A_JAVA27"


def prepare(where):
    """pysaml2 in the place of three nodes. xmlsec1 1.2 knows no ECDH-ES: our encryption key is RSA."""
    where.own["encryption"] = keys.identity("rsa3072", "Puente eIDAS encryption", "encrypt", country="ES")
    where.nodes = dict(where.nodes)
    for country, kind, digest in CURVES:
        node = where.nodes[country]
        where.nodes[country] = PySAML2Node(country, node.entity_id, node.sso, node.signer, node.metadata_signer, digest,
                                           folder=where.folder, old_transport=True)
    stranger = where.nodes["DE"]
    where.nodes["FR"] = replace(stranger, country="FR", entity_id="https://node-fr.test/metadata",
                                sso="https://node-fr.test/sso", old_transport=False)


def run(where, server, report):
    trusted = server.fetch(CONNECTOR)[1], where.own["metadata"].certificate
    node, service = where.nodes["DE"], where.services[PLAIN]

    def login(title, *, node=node, service=service, person=persons.GERMAN, **options):
        with report.case(title):
            identified(Journey(where, service, node, **options).run(person), node, person)

    def failure(title, call, says=""):
        with report.case(title) as note:
            fault = refused(title, call)
            require(says in fault, fault)
            note(fault)

    for country, _, digest in CURVES:
        one = where.nodes[country]
        login(f"node {country}: {one.algorithm}, typed, AES-256-GCM", node=one)
    for person in (persons.GREEK, persons.BULGARIAN, persons.POLISH, persons.SPECIAL):
        login(f"person: {person.name}", person=person)
    login("legal person", service=where.services["S2800005F_PHP"], person=persons.LEGAL)
    login("LoA substantial asked, high given", loa="substantial")
    for title, changes in (("types xs:string", {"typed": False}), ("encrypts aes128-gcm", {"content": "aes128-gcm"}),
                           ("signs the assertion too", {"signs_assertion": True})):
        with altered(node, **changes):
            login(f"node {title}")

    def turned_away(title, rule, node=node, octets=unchanged):
        """Puente answers such a node with an error page, and its log has the rule."""
        def call():
            try:
                Journey(where, service, node).run(persons.GERMAN, Spoil(octets=octets))
            except Refused as fault:
                raise Refused(f"{fault}: {server.last_rule()}") from None
        failure(f"refused: {title}", call, f"HTTP 400 at {where.acs}: {rule}")

    for title, old, new, rule in (
            ("a digit of the ID changed after signing", b' ID="id-', b' ID="ie-', "signature.reference"),
            ("the status changed after signing", b"status:Success", b"status:Requester", "signature.digest"),
            ("the ciphertext changed after signing", b"CipherValue>", b"CipherValue>AAAA", "signature.digest")):
        turned_away(title, rule, octets=lambda octets, old=old, new=new: octets.replace(old, new, 1))
    with altered(node, content=None):
        turned_away("3DES-CBC, which pysaml2 writes by itself", "encryption.algorithm")
    turned_away("rsa-oaep-mgf1p from a node without the permission", "encryption.algorithm", where.nodes["FR"])
    with altered(node, signer=keys.stranger("p256")):
        node.trust(*trusted)
        turned_away("signed by a stranger", "signature.key-unknown")
    node.trust(*trusted)
    with report.case("beyond it: a failure signed on a curve") as note:
        note(unable(lambda: Journey(where, service, node).run(persons.CANCELS), "Signature algo not in allowed list"))
    judged(where, report, failure)


def unable(call, says):
    """Asserts that pysaml2 gives up; it raises a bare Exception there."""
    try:
        call()
    except Exception as fault:
        require(says in str(fault), str(fault))
        return str(fault)
    raise AssertionError("pysaml2 can do it after all")


def judged(where, report, failure):
    """pysaml2 in the place of a service reads what Puente answers."""
    def answer(provider, person, alter=unchanged):
        service = where.services[provider]
        journey = Journey(where, service, where.nodes["AT"]).begin()
        fields = journey.browser.deliver(journey.answer(person)).fields
        octets = alter(xml.decode(fields["SAMLResponse"]))
        return judge(where, service, journey.sent, fields | {"SAMLResponse": xml.encode(octets)})

    for person in (persons.GERMAN, persons.GREEK, persons.SPECIAL):
        with report.case(f"pysaml2 reads our encrypted answer: {person.name}"):
            found = answer(SEALED, person)
            for friendly, _, _, values in person.attributes("AT"):
                if friendly != "Gender":
                    require(found[friendly] == [text for text, _ in values], f"{friendly}: {found[friendly]}")
    for title, old in (("Destination", b' Destination="'), ("ciphertext", b"CipherValue>")):
        failure(f"pysaml2 refuses our answer with another {title}",
                lambda old=old: answer(SEALED, persons.GERMAN, lambda octets: octets.replace(old, old + b"AAAA", 1)),
                "Failed to verify signature")
    failure("pysaml2 reads our failure", lambda: answer(SEALED, persons.CANCELS), "StatusAuthnFailed")
    # It writes the document anew before its schema check, and loses the prefixes that only an xsi:type uses.
    failure("beyond it: eIDAS types in a plain answer", lambda: answer(PLAIN, persons.GERMAN),
            "'eidas-natural:PersonIdentifierType' not found")
