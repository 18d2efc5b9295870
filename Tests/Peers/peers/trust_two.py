# SPDX-License-Identifier: EUPL-1.2
"""`trust.approvals: 2`: what waits is applied when two operators have signed it, what a list of another state names too."""
import datetime as dt
import json
import subprocess

from . import keys, signatures, xml
from .operating import Operator, TrustList, Website, entry, fingerprint, signing
from .puente import write
from .world import node
from .xml import require

LIST = "http://eidas.europa.eu/metadata/servicelist"
ROLE = "http://eidas.europa.eu/metadata/ept/ProxyService"
WHY = ("--why", "ticket 17", "--yes")
PEOPLE = ("ana", "luis", "eve")   # Eve is nobody's operator
SETTINGS = {"trust": {
    "allowed-networks": ["127.0.0.1"], "approvals": 2,
    "operators": [{"name": name, "key": {"file": f"{name}.pem"}} for name in PEOPLE[:2]]}}


def prepare(world):
    """Each operator has a key of their own; Luis a certificate, as `puente keys new` makes it."""
    for name in PEOPLE:
        person = keys.identity("rsa3072" if name == "luis" else "p256", name)
        (world.folder / f"{name}.key").write_bytes(person.key_pem)
        (world.folder / f"{name}.pem").write_bytes(
            person.certificate_pem if name == "luis" else keys.public_pem(person.key.public_key()))


def service_list(signer, territory, locations):
    """A signed MetadataServiceList (eIDAS Message Format 1.4, Appendix A): [(address, entity, pin)]."""
    def stamp(hours):
        return (dt.datetime.now(dt.timezone.utc) + dt.timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")

    entries = "".join(
        f'<ser:MetadataLocation Location="{address}"><ser:Endpoint EndpointType="{ROLE}" EntityID="{entity}"/>'
        f'<ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>'
        f'{xml.encode(keys.der(pin.certificate))}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ser:MetadataLocation>'
        for address, entity, pin in locations)
    root = xml.parse(
        f'<ser:MetadataServiceList xmlns:ser="{LIST}" Version="1.0" IssueDate="{stamp(-1)}" NextUpdate="{stamp(24)}"'
        f' ID="_list"><ser:SchemeInformation><ser:IssuerName>Peers</ser:IssuerName><ser:SchemeIdentifier>'
        f'https://peers.example/list</ser:SchemeIdentifier><ser:SchemeTerritory>{territory}</ser:SchemeTerritory>'
        f'</ser:SchemeInformation><ser:MetadataList Territory="{territory}">{entries}</ser:MetadataList>'
        f'</ser:MetadataServiceList>')
    return xml.write(signatures.sign(root, signer, signer.signature(), at=2))


class Two:
    def __init__(self, world, server, report):
        self.world, self.server, self.report, self.case = world, server, report, report.case
        self.operator, self.list, self.web = Operator(world.folder, server.program), TrustList(world.folder), Website(
            world.folder)
        self.trust = self.operator.trust
        self.node, self.listed = node("PT", "p256", "sha256"), node("SE", "p256", "sha256")
        self.web.pages |= {"/pt": self.node.metadata(), "/se": self.listed.metadata()}

    def source(self, path):
        return {"url": self.web.address(path), "certificate-authority": str(self.web.authority)}

    def plan(self, name="plan.json", *more):
        self.trust("plan", "--out", name, *more, says=f"Written to {name}.")
        return name

    def sign(self, plan, person):
        self.trust("sign", plan, "--key", f"{person}.key", "--out", f"plan.{person}.sig", says="Signed:")

    def apply(self, plan, *people, **options):
        signed = [word for name in people for word in ("--signature", f"plan.{name}.sig")]
        return self.trust("apply", "--plan", plan, *signed, *WHY, **options)

    def waits(self, country, kind):
        self.operator.until(f"{country} waits", lambda: any(
            step["country"] == country and kind in step["waitsFor"] for step in self.operator.json("plan")["steps"]))

    def countries(self):
        return {c["country"] for c in json.loads(self.server.fetch("/status.json")[1])["peopleFrom"]}

    def adding(self):
        with self.case("a new entry waits, because one alone could put a node back with pins of their own"):
            pin = self.world.folder / "metadata" / "pt.pem"
            pin.write_bytes(self.node.metadata_signer.certificate_pem)
            self.list.put(entry(self.node, self.source("/pt"), pin))
            self.waits("PT", "node-added")
            self.operator.until("its metadata is there", lambda: self.web.asked)
            require(self.countries() == {"AT", "DE"}, "taken over by itself")
            self.trust("apply", *WHY, expecting=1, says="2 operators have to sign the plan, and nobody has")
        with self.case("one signature is not enough, nor twice the same, nor that of a stranger"):
            plan = self.plan()
            for person in PEOPLE:
                self.sign(plan, person)
            for people in ((), ("ana",), ("ana", "ana"), ("ana", "eve"), ("eve",)):
                self.apply(plan, *people, expecting=1, says="2 operators have to sign the plan")
            require(self.countries() == {"AT", "DE"}, "taken over nevertheless")
        with self.case("openssl makes the same signature"):
            subprocess.run(["openssl", "dgst", "-sha256", "-sign", "luis.key", "-out", "plan.luis.sig", plan],
                           cwd=self.world.folder, check=True, capture_output=True, timeout=60)
        with self.case("a plan that was changed after it was signed is refused"):
            text = (self.world.folder / plan).read_text()
            (self.world.folder / "other.json").write_text(text + "\n")
            self.apply("other.json", "ana", "luis", expecting=1, says="2 operators have to sign the plan")
        with self.case("with two signatures it is in force, and the history says who"):
            self.apply(plan, "ana", "luis", says="Version 2 is in force.")
            self.operator.until("PT can be used", lambda: "PT" in self.countries())
            self.trust("history", says="signed by ana and luis")
            require(signing(self.operator.status()[1]["PT"]) == {fingerprint(self.node.signer)}, "other keys")
        with self.case("a plan that is overtaken is refused"):
            self.apply(plan, "ana", "luis", expecting=1, says="the plan was made for version 1")

    def returning(self):
        with self.case("a return to an earlier version needs a plan and two people as well"):
            self.trust("rollback", "1", *WHY, expecting=1, says="puente trust plan --to-version 1 --out plan.json")
            plan = self.plan("back.json", "--to-version", "1")
            for person in ("ana", "luis"):
                self.sign(plan, person)
            self.apply(plan, "ana", "luis", says="Version 3 is in force.")
            self.operator.until("PT is gone", lambda: "PT" not in self.countries())
            self.waits("PT", "turned-back")
            self.list.remove("PT")

    def listed_nodes(self):
        signer = keys.identity("p256", "SE list")
        self.web.pages["/list"] = service_list(
            signer, "SE", [(self.web.address("/se"), self.listed.entity_id, self.listed.metadata_signer)])
        pin = self.world.folder / "metadata" / "se-list.pem"
        pin.write_bytes(signer.certificate_pem)
        with self.case("a node that the list of its state names waits like one that you wrote"):
            write(self.list.path, self.list.read() | {"metadata-service-lists": [{
                "name": "se-list", "source": self.source("/list"), "pins": [{"file": str(pin)}], "territories": ["SE"]}]})
            self.waits("SE", "node-added")
            self.trust("status", says=("se-list", "1 change waits for approval"))
            require("SE" not in self.countries(), "taken over by itself")
        with self.case("and is in force when two have signed"):
            plan = self.plan("list.json")
            require("se-list" in (self.world.folder / plan).read_text(), "the plan does not say whose list it is")
            for person in ("ana", "luis"):
                self.sign(plan, person)
            self.apply(plan, "ana", "luis", says="Version 4 is in force.")
            self.operator.until("SE is in force", lambda: "SE" in self.countries())
            self.trust("show", "SE", says="named by the list se-list")
        with self.case("another pin in the list waits too: whoever signs it decides nothing alone"):
            self.web.pages["/list"] = service_list(
                signer, "SE", [(self.web.address("/se"), self.listed.entity_id, keys.stranger("p256"))])
            self.trust("refresh", "SE", expecting=1, says="anchor-changed waits for approval")  # no public TLS here
            require("SE" in self.countries(), "the node went")


def judge(world, server, report):
    two = Two(world, server, report)
    for story in (two.adding, two.returning, two.listed_nodes):
        story()
