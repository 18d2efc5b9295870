# SPDX-License-Identifier: EUPL-1.2
"""The peers tried on each other: makers satisfy judges, every judge can say no, hostile cases fool the credulous.

    python -m peers.selftest
"""
import pathlib
import sys
import tempfile
from dataclasses import replace

from handmade import xmldsig, xmlenc
from handmade.suites import SUITES
from lxml import etree

from . import (decryption, encryption, hostile, hostile_ciphers, judge, login, maker, persons, proxy_selftest,
               santuario, signatures, spoil, standin, world, xml)
from .edits import again, drop, edit, setter, text
from .handmade_peers import KINDS
from .journey import Journey
from .names import EIDAS_SIGNATURES, LOA, OAEP, SIGNATURES, eidas, md, saml, samlp
from .report import Report, refused
from .xml import Refused, require


REQUESTS = {  # what a node must notice in our request
    "ForceAuthn false": setter("ForceAuthn", "false"), "IsPassive true": setter("IsPassive", "true"),
    "an ACS URL": setter("AssertionConsumerServiceURL", "https://puente.test/acs"),
    "a ProtocolBinding": setter("ProtocolBinding", "x"), "another Destination": setter("Destination", "https://x/"),
    "no Destination": setter("Destination", None), "old": setter("IssueInstant", "2020-01-01T00:00:00.000Z"),
    "another Issuer": text(saml("Issuer"), "https://x/"), "LoA with blanks": text(saml("AuthnContextClassRef"), " x "),
    "LoA missing": drop(samlp("RequestedAuthnContext")), "no attributes": drop(eidas("RequestedAttributes")),
    "an attribute missing": drop(eidas("RequestedAttribute")), "an attribute twice": again(eidas("RequestedAttribute")),
    "SPType twice": edit(lambda r: r.find(samlp("Extensions")).insert(0, etree.Element(eidas("SPType")))),
    "an unknown attribute": edit(lambda r: r.find(f".//{eidas('RequestedAttribute')}").set("Name", "urn:x")),
    "an optional mandatory": edit(lambda r: r.find(f".//{eidas('RequestedAttribute')}").set("isRequired", "false")),
    "exact LoA": edit(lambda r: r.find(samlp("RequestedAuthnContext")).set("Comparison", "exact")),
    "ProviderName too long": setter("ProviderName", "x" * 129), "children out of order": edit(
        lambda r: r.append(r.find(samlp("NameIDPolicy")))),
}
ANSWERS = {  # what a service must notice in our answer
    "another Destination": setter("Destination", "https://x/"), "no Destination": setter("Destination", None),
    "InResponseTo of another": setter("InResponseTo", "_x"), "no InResponseTo": setter("InResponseTo", None),
    "Consent of another sort": setter("Consent", "urn:x"), "Issuer empty": text(saml("Issuer"), ""),
    "no StatusMessage": drop(samlp("StatusMessage")), "StatusMessage empty": text(samlp("StatusMessage"), ""),
    "StatusMessage not the URI": text(samlp("StatusMessage"), "ok"), "two assertions": again(saml("Assertion")),
    "no assertion": drop(saml("Assertion")),
    "a comment": edit(lambda r: r.append(etree.Comment("x"))),
}
ASSERTIONS = {  # and in the assertion
    "no Subject": drop(saml("Subject")), "NameID empty": text(saml("NameID"), ""),
    "no confirmation data": drop(saml("SubjectConfirmationData")), "no Conditions": drop(saml("Conditions")),
    "no Audience": drop(saml("AudienceRestriction")), "Audience of another": text(saml("Audience"), "https://x/"),
    "NotBefore now": edit(lambda r: r.find(saml("Conditions")).set("NotBefore", xml.stamp(xml.now()))),
    "expired": edit(lambda r: r.find(saml("Conditions")).set("NotOnOrAfter", "2020-01-01T00:00:00.000Z")),
    "two AuthnStatement": again(saml("AuthnStatement")), "two AttributeStatement": again(saml("AttributeStatement")),
    "LoA unknown": text(saml("AuthnContextClassRef"), "urn:x"), "LoA lower": text(
        saml("AuthnContextClassRef"), LOA["low"]),
    "an attribute twice": again(saml("Attribute")), "a value empty": text(saml("AttributeValue"), ""),
    "a value with blanks": text(saml("AttributeValue"), " x "),
    "FriendlyName wrong": edit(lambda r: r.find(f".//{saml('Attribute')}").set("FriendlyName", "x")),
    "NameFormat missing": edit(lambda r: r.find(f".//{saml('Attribute')}").attrib.pop("NameFormat")),
    "unknown type": edit(lambda r: r.find(f".//{saml('AttributeValue')}").set(
        "{http://www.w3.org/2001/XMLSchema-instance}type", "xs:integer")),
    "undeclared prefix in a type": edit(lambda r: r.find(f".//{saml('AttributeValue')}").set(
        "{http://www.w3.org/2001/XMLSchema-instance}type", "none:string")),
    "RelayState attribute changed": edit(lambda r: setattr(
        [a for a in r.iter(saml("Attribute")) if a.get("FriendlyName") == "RelayState"][0][0], "text", "x")),
    "children out of order": edit(lambda r: r.append(r.find(saml("Subject")))),
}
METADATA = {  # and in our metadata
    "expired": setter("validUntil", "2020-01-01T00:00:00.000Z"), "without validUntil": setter("validUntil", None),
    "NodeCountry of another": text(eidas("NodeCountry"), "PT"), "no NodeCountry": drop(eidas("NodeCountry")),
    "AuthnRequestsSigned false": edit(lambda r: r.find(md("SPSSODescriptor")).set("AuthnRequestsSigned", "false")),
    "a key without use": edit(lambda r: r.find(f".//{md('KeyDescriptor')}").attrib.pop("use")),
    "no ACS": drop(md("AssertionConsumerService")), "no contacts": drop(md("ContactPerson")),
    "no Organization": drop(md("Organization")),
}


def judges_say_no(where, report):
    service, node = where.services["S2800000A_JAVA27"], where.nodes["AT"]

    def walk(loa="substantial", service=service):
        return Journey(where, service, node, loa=loa).run(persons.GREEK)

    with standin.StandIn(where) as server:
        with report.case("nothing spoiled: everybody is content"):
            require(walk().success, "no success")
        for hook, cases in (("spoil_request", REQUESTS), ("spoil_answer", ANSWERS), ("spoil_assertion", ASSERTIONS)):
            for title, change in cases.items():
                with report.case(f"{hook.removeprefix('spoil_')}: {title}") as note:
                    setattr(server, hook, change)
                    try:
                        note(refused(title, walk))
                    finally:
                        setattr(server, hook, lambda element: element)
        for title, options, changes in signing_faults(where):
            with report.case(f"answer: {title}") as note:
                server.answer_signing, server.spoil_signed = options, changes
                try:
                    note(refused(title, walk))
                finally:
                    server.answer_signing, server.spoil_signed = {}, lambda element: element
        with report.case("answer: RelayState field changed") as note:
            server.answer_relay = "other"
            try:
                note(refused("RelayState", walk))
            finally:
                server.answer_relay = None
        for title, change in METADATA.items():
            with report.case(f"metadata: {title}") as note:
                server.spoil_metadata = change
                try:
                    note(refused(title, node.trust, server.metadata(), where.own["metadata"].certificate))
                finally:
                    server.spoil_metadata = lambda element: element
        with report.case("metadata: signed by another key") as note:
            note(refused("metadata", node.trust, server.metadata(), where.own["signing"].certificate))
        with report.case("encryption: another transport than registered") as note:
            sealed = replace(where.services["S2800001B_JAVA27"], transport=OAEP)
            note(refused("transport", walk, service=sealed))
        with report.case("encryption: plain where encryption was registered") as note:
            recipient = where.services["S2800001B_JAVA27"].recipient
            plain = replace(service, recipient=None)
            journey = Journey(where, plain, node, loa="low").begin()
            page = journey.answer(persons.GERMAN)
            journey.service = replace(service, recipient=recipient)
            note(refused("plain", journey.finish, page))


def signing_faults(where):
    yield "PSS-SHA512, which engine 2.7 refuses", {"algorithm": "rsa-pss-sha512"}, lambda e: e
    yield "InclusiveNamespaces", {"prefixes": ("xs",)}, lambda e: e
    yield "empty reference", {"empty_reference": True}, lambda e: e
    yield "signature in the wrong place", {"at": 0}, lambda e: e
    yield "another certificate shown", {"certificate": where.own["signing"].certificate}, lambda e: e
    yield "changed after signing", {}, setter("IssueInstant", "2026-01-01T00:00:00.000Z")
    yield "unsigned", {}, edit(lambda r: r.remove(r[1]))


def signers_and_judges(report):
    """Each of the judges of signatures refuses each kind of damage."""
    root = maker.SHAPES["namespaces on the root"]()
    judges = {"signxml": signatures.by_signxml, "libxmlsec": signatures.by_xmlsec, "xmlsec1": signatures.by_program,
              "Santuario": santuario.by_santuario}
    for kind, name in (("rsa3072", "rsa-sha256"), ("rsa3072", "rsa-pss-sha256"), ("p521", "ecdsa-sha512"),
                       ("bp384", "ecdsa-sha384")):
        signer, stranger = world.keys.identity(kind, "signer"), world.keys.stranger(kind)
        document = signatures.sign(root, signer, name)
        for title, call in judges.items():
            if title == "xmlsec1" and not signatures.program_can(SIGNATURES[name]):
                continue
            with report.case(f"{title} judges {name} of {kind}"):
                require(signatures.program(), "no xmlsec1 program")
                call(document, signer.certificate)
                refused("other key", call, document, stranger.certificate)
                for change in (spoil.content, spoil.digest, spoil.value):
                    bad = xml.parse(etree.tostring(document))
                    change(bad)
                    refused(change.__name__, call, bad, signer.certificate)
    signer = world.keys.identity("rsa3072", "signer")
    with report.case("the profile refuses PKCS#1 v1.5 where eIDAS does"):
        refused("PKCS#1", signatures.verify, signatures.sign(root, signer, "rsa-sha256"), signer.certificate,
                algorithms=EIDAS_SIGNATURES)


def openers(report, folder):
    """Each of those who decrypt refuses each kind of damage."""
    for kind in ("rsa3072", "p256", "bp512"):
        one = world.keys.identity(kind, "recipient", "encrypt")
        plain = etree.tostring(maker.SHAPES["namespaces on the root"]())
        made = maker.Maker(folder / f"sealed-{kind}")
        elements = encryption.encrypt(plain, [one.certificate])
        made.encrypted(kind, plain, elements, [one])
        sample, = made.samples
        for title, change in spoil.ENCRYPTED.items():
            with report.case(f"everybody who decrypts notices: {title}, {kind}") as note:
                case = judge.Encrypted(sample, made.folder)
                for call in case.judges.values():
                    require(case.ask(call) == plain.decode(), "reads something else")
                change(case)
                for name, call in case.judges.items():
                    refused(f"{title} by {name}", case.ask, call)
                note(", ".join(case.judges))


def hostile_cases_are_real(where, report, least):
    """A proxy that believes everything is fooled by most cases, so they are well made; none breaks its own maker."""
    with standin.StandIn(where) as server:
        attacker, fooled, stopped, broken = hostile.Attacker(where), [], [], []
        for class_id, title, run in hostile.cases():
            attacker.reset()
            try:
                stopped.append((title, hostile.verdict(attacker, run(attacker))))
            except Refused:
                fooled.append(f"{class_id} {title}")
            except Exception as error:
                broken.append(f"{title}: {type(error).__name__} {error}")
            require(server.alive(), "the stand-in has ended")
    with report.case("every hostile case can be made") as note:
        note(f"{len(fooled) + len(stopped)} cases")
        require(not broken, "; ".join(broken))
    with report.case("the credulous proxy is fooled") as note:
        note(f"{len(fooled)} of {len(fooled) + len(stopped)}")
        require(len(fooled) >= least, f"only {len(fooled)}, expected {least}")
    with report.case("a case of every class fools it"):
        for letter in ("A", "B", "C", "D", "E", "F"):
            require(any(name.startswith(letter) for name in fooled), f"no case of class {letter} fools it")


def beside_handmade(report):
    """The hand-written XML security of `handmade` reads what the libraries make, and they read what it makes."""
    owners = {kind: {use: world.keys.identity(kind, use, use) for use in ("sign", "encrypt")}
              for kind in KINDS.values()}
    root = maker.SHAPES["namespaces on the root"]()
    for kind, name in (("rsa3072", "rsa-pss-sha256"), ("rsa3072", "rsa-sha512"), ("p256", "ecdsa-sha384")):
        signer, recipient = owners[kind]["sign"], owners[kind]["encrypt"]
        for engine in ("signxml", "xmlsec"):
            with report.case(f"handmade reads {name} by {engine}, and what is encrypted for {kind}"):
                signed = xmldsig.parse(xml.write(signatures.sign(root, signer, name, engine=engine)))
                require(xmldsig.verify(signed, signer.certificate).get("ID") == root.get("ID"), "reads something else")
                holder = xml.parse("<w/>")
                holder.extend(encryption.encrypt(b"<a>hello</a>", [recipient.certificate]))
                require(xmlenc.decrypt(holder, recipient.key) == b"<a>hello</a>", "decrypts something else")
    for name, suite in SUITES.items():
        if suite.cipher.endswith("cbc"):
            continue
        with report.case(f"the libraries read handmade's {name}"):
            signer, recipient = owners[KINDS[suite.sign_key]]["sign"], owners[KINDS[suite.enc_key]]["encrypt"]
            signed = xmldsig.sign(xmldsig.parse(b'<x ID="_1"><y>z</y></x>'), signer.key, signer.certificate, suite)
            signatures.by_signxml(signed, signer.certificate)
            signatures.by_xmlsec(signed, signer.certificate)
            sealed = xml.parse(b"<w>" + xmlenc.encrypt(b"<a>hello</a>", recipient.certificate, suite) + b"</w>")
            for call in (decryption.decrypt, decryption.decrypt_by_xmlsec):
                require(call(sealed, recipient) == b"<a>hello</a>", "decrypts something else")


def main():
    report = Report("Peers tried on each other", 68)
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        signers_and_judges(report)
        openers(report, folder)
        made = maker.Maker(folder / "made").run()
        with report.case("the judge is content with the maker") as note:
            for turn, sample in enumerate(made):
                judge.judge(sample, folder / "made", turn)
            note(f"{len(made)} samples")
        with report.case("the judge notices a wrong promise"):
            for sample in made[:40]:
                if sample.expected is True:
                    refused(sample.title, judge.judge, replace(sample, expected=False), folder / "made")
                    refused(sample.title, judge.judge, replace(sample, element="_nowhere"), folder / "made")
        where = world.make(folder / "world")
        judges_say_no(where, report)
        with standin.StandIn(where):
            login.run_world(where, "rsa3072", report, thorough=False)
            matrix = login.Matrix(where, report)
            matrix.services()
            matrix.persons()
            matrix.failures()
        curve = world.make(folder / "curve", "bp384", like=where)
        with standin.StandIn(curve):
            login.run_world(curve, "bp384", report, thorough=False)
        hostile_cases_are_real(where, report, 350)
        agreement = world.make(folder / "agreement", "p256", like=where)
        with standin.StandIn(agreement), report.case("key agreement cases can be made"):
            attacker = hostile.Attacker(agreement)
            for _, _, run in hostile_ciphers.AGREEMENT:
                attacker.reset()
                hostile.verdict(attacker, run(attacker))
        beside_handmade(report)
        proxy_selftest.run(folder, report)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
