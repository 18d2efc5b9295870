# SPDX-License-Identifier: EUPL-1.2
"""The life of a country at the command line, beside a running node: whom people can be identified by is what counts."""
import datetime as dt
import json
from dataclasses import replace

import icalendar
import ruamel.yaml
from jsonschema.validators import validator_for

from . import keys, persons, xml
from .journey import Journey, identified
from .operating import Operator, TrustList, Website, entry, fingerprint, signing
from .puente import ROOT
from .report import refused
from .world import CONNECTOR, node
from .xml import require

PLAIN = "S2800000A_JAVA284"
WHY = ("--why", "confirmed by telephone")
CERTAIN = (*WHY, "--yes")


class Walk:
    def __init__(self, world, server, report):
        self.world, self.server, self.report, self.case = world, server, report, report.case
        self.operator, self.list = Operator(world.folder, server.program), TrustList(world.folder)
        self.trust = self.operator.trust
        self.web = Website(world.folder)
        self.node = node("PT", "p256", "sha256")
        self.pin = world.folder / "metadata" / "pt.pem"
        self.pin.write_bytes(self.node.metadata_signer.certificate_pem)
        self.next = replace(self.node, signer=keys.identity("p256", "PT next"))

    def publish(self, *nodes, **changes):
        """The metadata of Portugal, with the keys of these nodes."""
        self.web.pages["/pt"] = self.node.metadata(certificates=[n.signer.certificate for n in nodes], **changes)
        return self.web.pages["/pt"]

    def file(self, name, octets):
        (self.world.folder / name).write_bytes(octets)
        return name

    def login(self, node):
        node.trust(self.server.fetch(CONNECTOR)[1], self.world.own["metadata"].certificate)
        journey = Journey(self.world, self.world.services[PLAIN], node).begin()
        identified(journey.finish(journey.answer(persons.GERMAN)), node, persons.GERMAN)

    def in_force(self, *nodes):
        """Whether the running node believes these keys and the command tells so."""
        require(signing(self.operator.status()[1]["PT"]) == {fingerprint(n.signer) for n in nodes}, "other keys")
        for one in (self.node, self.next):
            if one in nodes:
                self.login(one)
            else:
                refused("a login by another key", self.login, one)

    # --- looking --------------------------------------------------------------------------------------------------

    def looking(self):
        with self.case("status: a line for each node, and the version"):
            said = self.trust("status", says=("AT  ", "DE  ", "Version 1 is in force."))
            require(said.splitlines()[0].split()[:3] == ["COUNTRY", "ROLE", "STATE"], said)
        with self.case("status --json: everything that is known"):
            version, nodes = self.operator.status()
            require(version == 1 and {"AT", "DE"} == set(nodes), f"{version} {set(nodes)}")
            require(signing(nodes["AT"]) == {fingerprint(self.world.nodes["AT"].signer)}, "another key")
        with self.case("show: endpoints, keys and dates of one country"):
            self.trust("show", "de", says=(self.world.nodes["DE"].sso, fingerprint(self.world.nodes["DE"].signer)))
            require(self.operator.json("show", "DE")[0]["country"] == "DE", "another country")
        with self.case("plan and diff: nothing would change"):
            self.trust("plan", says="Nothing would change: what is wished is in force (version 1).")
            self.trust("diff", "DE", says="Nothing would change")
            self.trust("apply", *CERTAIN, says="Nothing to apply")
        with self.case("calendar: table, JSON and iCalendar"):
            self.trust("calendar", says="metadata-signer")
            ends = self.operator.json("calendar")["ends"]
            self.trust("calendar", "--ics", "ends.ics")
            events = icalendar.Calendar.from_ical((self.world.folder / "ends.ics").read_bytes()).walk("VEVENT")
            require(0 < len(events) <= len(ends), f"{len(events)} events of {len(ends)} ends")
        with self.case("completion: the shell can be taught every command"):
            self.operator.run("--generate-completion-script", "bash", says=("calendar", "rollback", "retire"))

    # --- a country's life -----------------------------------------------------------------------------------------

    def adding(self):
        with self.case("adding a country: what it sent would be taken") as note:
            sent = self.file("pt-sent.xml", self.publish(self.node))
            self.trust("verify", sent, expecting=1, says="none of the entities of the trust lists")
            self.list.put(entry(self.node, {"url": self.web.address("/pt"), "certificate-authority": str(
                self.web.authority)}, self.pin))
            note(self.trust("verify", sent, says="good  PT").splitlines()[0])
        with self.case("adding a country: a running node takes the entry and the metadata by itself"):
            self.operator.until("PT is good", lambda: self.operator.status()[1].get("PT", {}).get("keys"))
            self.operator.run("check", says="3 nodes of 3 countries, 3 of them ready")
            self.trust("history", "--country", "pt", says=("node-added", "puente"))
            self.in_force(self.node)

    def changing(self):
        with self.case("refresh: asks one country, and says how it stands"):
            self.web.asked.clear()
            said = self.trust("refresh", "pt", says="is still in force")
            require(self.web.asked == [("/pt", 304)] and "DE" not in said, f"{self.web.asked}: {said}")
        with self.case("a new key beside the old one is taken over by itself"):
            self.publish(self.node, self.next)
            self.trust("refresh", "PT", says="Version 3 is in force.")
            self.in_force(self.node, self.next)
        with self.case("and the old one may go"):
            self.publish(self.next)
            self.trust("refresh", "PT", says="Version 4 is in force.")
            self.in_force(self.next)
        with self.case("all keys at once wait, and the old ones go on"):
            other = self.file("pt-new.xml", self.publish(self.node))
            self.trust("verify", other, says=("all-keys-changed", "would wait for approval"))
            self.trust("refresh", "PT", says=("all-keys-changed waits for approval", "Version 4 is still in force."))
            self.trust("status", says="1 change waits for approval: puente trust plan")
            require("change of trust waits for approval" in self.server.tail(50_000), "nothing in the log")
            self.trust("plan", says=("[waits for approval]", "! all-keys-changed", "CN=PT next"))
            self.trust("diff", "PT", says="all-keys-changed")
            self.trust("diff", "DE", says="Nothing would change")
            self.in_force(self.next)
        with self.case("plan: how many logins are under way with whom is touched"):
            self.next.trust(self.server.fetch(CONNECTOR)[1], self.world.own["metadata"].certificate)
            under_way = Journey(self.world, self.world.services[PLAIN], self.next).begin()
            self.trust("plan", says="logins under way: ")
        with self.case("apply: asks, and a no leaves everything as it is"):
            self.trust("apply", "--country", "PT", *WHY, typed="n", expecting=1, says=("[y/N]", "Left as it is."))
            self.trust("apply", "--country", "PT", *WHY, expecting=1, says="Nobody is there to be asked: give --yes.")
            self.trust("apply", "--country", "DE", *CERTAIN, says="Nothing to apply")
            self.in_force(self.next)
        with self.case("apply: a yes is in force at once, and a login under way ends with the new key"):
            self.trust("apply", "--country", "PT", *WHY, typed="y", says="Version 5 is in force.")
            self.in_force(self.node)
            answered = replace(self.node, connector=self.next.connector).answer(under_way.request, persons.GERMAN)
            identified(under_way.finish(under_way.browser.post(*answered)), self.node, persons.GERMAN)
        with self.case("rollback: the earlier keys are in force at once"):
            self.trust("rollback", "4", *CERTAIN, says="Version 6 is in force, with the content of version 4.")
            self.in_force(self.next)
        with self.case("and what was turned back waits from then on"):
            self.trust("refresh", "PT", says="turned-back waits for approval")
            self.in_force(self.next)
            self.trust("apply", *CERTAIN, says="Version 7 is in force.")
            self.in_force(self.node)
        with self.case("history: who, when, why, the newest first") as note:
            found = self.operator.history()
            require([v["number"] for v in found] == list(range(7, 0, -1)), f"{found}")
            require(found[0]["why"] == WHY[1] and found[-1]["who"] == "puente" != found[0]["who"], f"{found}")
            self.trust("history", says="back to version 4: confirmed by telephone")
            self.trust("diff", "--version", "4", says="from version 7 back to version 4")
            note(", ".join(v["who"] for v in found))

    # --- files ----------------------------------------------------------------------------------------------------

    def verifying(self):
        stranger = replace(self.node, metadata_signer=keys.stranger("p256"))
        good = self.node.metadata()
        hostile = {
            "signed by a stranger": (stranger.metadata(), "metadata.signature"),
            "changed after it was signed": (good.replace(b"Peers:node:1.0", b"Peers:node:1.1"), "metadata.signature"),
            "ended": (self.node.metadata(valid_for=dt.timedelta(hours=-1)), "metadata.valid-until"),
            "of another country": (self.node.metadata(country="ES"), "metadata.country"),
            "without a signature": (xml.write(unsigned(good)), "metadata.signature"),
            "cut": (good[:-200], "xml.malformed"),
            "with a DOCTYPE": (good.replace(b"<md:", b"<!DOCTYPE x [<!ENTITY e 'x'>]><md:", 1), "xml.doctype"),
            "not XML": (b"PK\x03\x04 nothing of the kind", "xml.malformed"),
        }
        for title, (octets, rule) in hostile.items():
            with self.case(f"verify: metadata {title} is refused") as note:
                said = self.trust("verify", self.file("hostile.xml", octets), "--country", "PT", expecting=1, says="BAD")
                require(rule in said, f"not {rule}: {said}")
                note(said.splitlines()[1].strip())
        with self.case("export: a trust list with files, that another node can use without a network"):
            self.trust("export", "--out", "copy", says=("Version 7 is in copy", "3 nodes"))
            self.trust("export", "--out", "copy", expecting=1, says="exists already")
            folder = self.world.folder
            settings = json.loads((folder / "puente.yaml").read_text())
            settings |= {"trust-lists": ["copy/trust-list.yaml"], "state-directory": "elsewhere"}
            (folder / "copied.yaml").write_text(json.dumps(settings))
            self.operator.run("check", "--config", "copied.yaml", says="3 nodes of 3 countries, 3 of them ready")
            self.trust("status", "--config", "copied.yaml", says="No version is in force yet")

    def schemas(self):
        with self.case("the lists that are delivered are what their schema says, with every member state") as note:
            note(f"{len(delivered())} countries")

    # --- leaving --------------------------------------------------------------------------------------------------

    def removing(self):
        with self.case("enabled: false cuts a country off, with the reason and since when"):
            found = next(n for n in self.list.read()["nodes"] if n["country"] == "PT")
            self.list.put(found | {"enabled": False})
            self.operator.until("PT is off", lambda: self.operator.status()[1]["PT"]["light"] == "off")
            refused("a login by a country that is off", self.login, self.node)
            state = next(c for c in json.loads(self.server.fetch("/status.json")[1])["peopleFrom"] if c["country"] == "PT")
            require(not state["usable"] and state["since"], f"{state}")
            page = Journey(self.world, service := self.world.services[PLAIN], self.node).browser.post(
                self.world.gateway, service.request(self.world.gateway, loa="low").form()).text
            row = page.partition('value="PT"')[2].partition("</li>")[0]
            require(row.startswith(' disabled=""') and "Not available for now since" in row and "<time" in row, row)
        with self.case("an entry that is gone takes the node out"):
            self.list.remove("PT")
            self.operator.until("PT is gone", lambda: "PT" not in self.operator.status()[1])
            self.trust("history", says="node-removed")


def unsigned(octets):
    root = xml.parse(octets)
    for signature in root.findall("{http://www.w3.org/2000/09/xmldsig#}Signature"):
        root.remove(signature)
    return root


def read(text):
    """YAML 1.2, as editors read it."""
    return ruamel.yaml.YAML(typ="safe", pure=True).load(text)


def delivered():
    """Countries of the example list; each file under metadata/ is held to the schema that its first line names."""
    for path in [*(ROOT / "metadata").rglob("*.yaml"), *(ROOT / "Docs" / "examples").glob("*.yaml")]:
        text = path.read_text(encoding="utf-8")
        named = text.split("\n", 1)[0].partition("$schema=")[2]
        require(named, f"{path.name} names no schema")
        schema = json.loads((path.parent / named).read_text(encoding="utf-8"))
        faults = [f"{path.name}: {fault.json_path}: {fault.message}" for fault in validator_for(schema)(schema).iter_errors(
            read(text))]
        require(not faults, "; ".join(faults))
    found = {n["country"] for n in read((ROOT / "metadata" / "examples" / "member-states.yaml").read_text())["nodes"]}
    require(len(found) == 30 and {"IS", "LI", "NO", "EL"} <= found and "GR" not in found, f"{found}")
    return found


def judge(world, server, report):
    walk = Walk(world, server, report)
    for story in (walk.looking, walk.adding, walk.changing, walk.verifying, walk.schemas, walk.removing):
        story()
