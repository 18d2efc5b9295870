# SPDX-License-Identifier: EUPL-1.2
"""What an operator does wrong, what a country's server does wrong, and what happens to files: the node goes on."""
import contextlib
import datetime as dt
import json
import os
import shutil
import subprocess
import threading
import time
from dataclasses import replace

from . import keys, persons
from .journey import Journey, identified
from .operating import Operator, TrustList, Website, entry, fingerprint, signing
from .world import CONNECTOR, node
from .xml import require

PLAIN = "S2800000A_JAVA284"
WHY = ("--why", "a few words", "--yes")
# Root obeys the rights of files only without these.
OBEDIENT = ["setpriv", "--inh-caps=-dac_override,-dac_read_search", "--bounding-set=-dac_override,-dac_read_search"]

# What is typed, the exit code, and what is said.
MISTAKES = (
    (("status", "--config", "nowhere.yaml"), 1, "no file at nowhere.yaml"),
    (("show",), 2, "Missing expected argument '<country>'"),
    (("show", "Atlantis"), 2, "The value 'Atlantis' is invalid"),
    (("show", "SE"), 1, "No node of SE is in the trust lists."),
    (("refresh", "SE"), 1, "No node of SE is in the trust lists."),
    (("diff", "--version", "99"), 1, "there is no version 99"),
    (("plan", "--to-version", "99"), 1, "there is no version 99"),
    (("plan", "--out", "no/such/folder/plan.json"), 1, "cannot be written"),
    (("rollback", "99", *WHY), 1, "there is no version 99"),
    (("rollback", "one", *WHY), 2, "The value 'one' is invalid"),
    (("apply",), 2, "Missing expected argument '--why <why>'"),
    (("apply", "--why", "x"), 2, "--why must have 3 to 500 characters"),
    (("apply", "--signature", "x.sig", *WHY), 2, "--signature needs --plan."),
    (("apply", "--plan", "x.json", "--country", "AT", *WHY), 2, "A plan is applied whole"),
    (("apply", "--plan", "x.json", *WHY), 1, "no file at x.json"),
    (("apply", "--plan", "puente.yaml", *WHY), 1, "puente.yaml: "),
    (("sign", "x.json", "--key", "x.key"), 1, "no file at x.json"),
    (("verify", "x.xml"), 1, "no file at x.xml"),
    (("verify", "metadata"), 1, "metadata: something else at metadata"),
    (("calendar", "--json", "--ics", "x.ics"), 2, "--json and --ics exclude each other."),
    (("calendar", "--within", "-1"), 2, "--within"),
    (("calendar", "--ics", "no/such/folder/x.ics"), 1, "cannot be written"),
    (("export",), 2, "Missing expected argument '--out <out>'"),
    (("tsatus",), 2, "Unexpected argument 'tsatus'"),
)


def raw(octets):
    return lambda visit: visit.wfile.write(octets)


def forever(first, drop, pause=0.0, seconds=90):
    """Says a little again and again."""
    def answer(visit):
        visit.wfile.write(first)
        end = time.monotonic() + seconds
        with contextlib.suppress(OSError):
            while time.monotonic() < end:
                visit.wfile.write(drop)
                time.sleep(pause)
    return answer


def redirect(address):
    return raw(f"HTTP/1.1 302 Found\r\nLocation: {address}\r\nContent-Length: 0\r\n\r\n".encode())


def lies(node, web):
    """Title -> (what the server answers, part of what the operator reads)."""
    good, stranger = node.metadata(), replace(node, metadata_signer=keys.stranger("p256"))
    ok = b"HTTP/1.1 200 OK\r\n"
    return {
        "says 404": (b"", "404"),
        "says 500": (raw(b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"), "500"),
        "leads to another host": (redirect("https://localhost.example/pt"), "metadata."),
        "leads to itself for ever": (redirect(web.address("/pt")), "metadata."),
        "hangs up at once": (raw(b""), "metadata.unavailable"),
        "hangs up halfway": (raw(ok + b"Content-Length: %d\r\n\r\n" % len(good) + good[:999]), "metadata.unavailable"),
        "speaks another protocol": (raw(b"220 ready\r\n"), "metadata.unavailable"),
        "sends headers without end": (forever(ok, b"X-Y: z\r\n"), "metadata.unavailable"),
        "promises a document of a terabyte": (raw(ok + b"Content-Length: 1099511627776\r\n\r\n<x>"), "metadata."),
        "sends a page for people": (b"<html><body>Wartung</body></html>", "metadata."),
        "sends what a stranger signed": (stranger.metadata(), "metadata.signature"),
        "sends what has ended": (node.metadata(valid_for=dt.timedelta(hours=-1)), "metadata.valid-until"),
        "sends another country's": (node.metadata(country="ES"), "metadata.country"),
    }


class Damage:
    def __init__(self, world, server, report):
        self.world, self.server, self.report, self.case = world, server, report, report.case
        self.operator, self.list = Operator(world.folder, server.program), TrustList(world.folder)
        self.trust, self.web, self.state = self.operator.trust, Website(world.folder), world.folder / "state"
        self.node = node("PT", "p256", "sha256")

    def add(self):
        """A country whose metadata is on the web."""
        pin = self.world.folder / "metadata" / "pt.pem"
        pin.write_bytes(self.node.metadata_signer.certificate_pem)
        self.web.pages["/pt"] = self.good = self.node.metadata()
        self.list.put(entry(self.node, {"url": self.web.address("/pt"), "certificate-authority": str(
            self.web.authority)}, pin))
        self.operator.until("PT is there", lambda: self.operator.status()[1].get("PT", {}).get("keys"))

    def login(self, *nodes):
        for one in nodes or (self.node, self.world.nodes["AT"]):
            one.trust(self.server.fetch(CONNECTOR)[1], self.world.own["metadata"].certificate)
            journey = Journey(self.world, self.world.services[PLAIN], one).begin()
            identified(journey.finish(journey.answer(persons.GERMAN)), one, persons.GERMAN)

    def told(self, words, since):
        self.operator.until(f"the log has {words}", lambda: words in self.server.log.read_text()[since:])

    def mistakes(self):
        for arguments, code, words in MISTAKES:
            with self.case(f"trust {' '.join(arguments)}"[:80]) as note:
                said = self.trust(*arguments, expecting=code, says=words)
                note(said.strip().splitlines()[0])

    def alone(self):
        settings = json.loads((self.world.folder / "puente.yaml").read_text()) | {"state-directory": "alone"}
        (self.world.folder / "alone.yaml").write_text(json.dumps(settings))
        config = ("--config", "alone.yaml")
        with self.case("where no node ever ran, each command says so"):
            self.trust("history", *config, says="There is no version yet: the node has not been started.")
            self.trust("export", "--out", "nothing", *config, expecting=1, says="There is no version yet")
            self.trust("status", *config, expecting=1, says="No version is in force yet")  # nothing was fetched
            require(not (self.world.folder / "alone" / "trust.sqlite").exists(), "a command that looks made an archive")
        with self.case("where no node runs, refresh asks the sources itself"):
            self.trust("refresh", *config, says="Version 1 is in force.")
        with self.case("a node that was killed leaves a socket, and commands do without it"):
            self.server.process.kill()
            self.server.process.wait()
            require((self.state / "puente.sock").exists(), "no socket")
            self.trust("refresh", says="is still in force.")
            self.server.restart()
            self.trust("refresh", says="is still in force.")

    # --- what a server does ----------------------------------------------------------------------------------------

    def servers(self):
        slow = Operator(self.world.folder, self.server.program)
        with self.case("a server that takes its time keeps nobody else waiting"):
            self.web.pages["/pt"] = forever(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n", b"x", 0.5)
            asked = len(self.web.asked)
            waiting = threading.Thread(target=slow.run, args=("trust", "refresh", "PT"), kwargs={"seconds": 90})
            waiting.start()
            self.operator.until("it is asked", lambda: len(self.web.asked) > asked)
            self.trust("refresh", "AT", says="is still in force.")
            self.login()
            require(waiting.is_alive(), "it was not slow")
        for title, (page, words) in lies(self.node, self.web).items():
            with self.case(f"a server that {title}: the last good copy stays") as note:
                self.web.pages["/pt"] = page
                since = len(self.server.log.read_text())
                said = self.trust("refresh", "PT", says="is still in force.")
                require(words in said + self.server.log.read_text()[since:], f"nothing of {words!r}: {said}")
                found = self.operator.status()[1]["PT"]
                require(found["light"] == "warning" and signing(found) == {fingerprint(self.node.signer)}, f"{found}")
                note(words)
        with self.case("and the slow one was given up, and is asked again"):
            waiting.join(timeout=90)
            require(not waiting.is_alive(), "still waiting")
            self.web.pages["/pt"] = self.good
            self.trust("refresh", "PT")
            require(self.operator.status()[1]["PT"]["lastFetch"] == self.operator.status()[1]["PT"]["lastGoodFetch"], "no")
            self.login()

    # --- what happens to files -------------------------------------------------------------------------------------

    def halves(self):
        list_, whole = self.list.path, self.list.path.read_text()
        for title, text in (("half of it", whole[:len(whole) // 2]), ("nothing of it", ""),
                            ("twice the same key", whole.replace('"nodes"', '"nodes": [], "nodes"', 1))):
            with self.case(f"a trust list of which {title} is there: the node goes on, and says so") as note:
                since = len(self.server.log.read_text())
                list_.write_text(text)
                self.told("files not taken over", since)
                self.login()
                note(self.operator.run("check", expecting=1, says="trust-list.yaml:").splitlines()[0])
                self.trust("status", expecting=1, says="trust-list.yaml:")
        with self.case("and whole again it is taken over"):
            since = len(self.server.log.read_text())
            list_.write_text(whole)
            self.told("read again", since)
            self.trust("plan", says="Nothing would change")

    def documents(self):
        def spoil(how):
            for path in (self.state / "metadata").glob("*.xml"):
                how(path)

        for title, how in (("cut", lambda p: os.truncate(p, 1000)), ("empty", lambda p: os.truncate(p, 0)),
                           ("changed", lambda p: p.write_bytes(p.read_bytes().replace(b"sso", b"SSO"))),
                           ("gone", lambda p: p.unlink())):
            with self.case(f"documents that are {title}: the node goes on, and after a restart fetches them anew"):
                version = self.operator.status()[0]
                spoil(how)
                self.login()
                self.web.asked.clear()
                self.server.restart()
                self.operator.until("PT can be used", self.has_portugal)
                self.login()
                require(("/pt", 200) in self.web.asked, f"not fetched whole: {self.web.asked}")
                require(self.operator.status()[0] == version, "another version")

    def has_portugal(self):
        countries = json.loads(self.server.fetch("/status.json")[1])["peopleFrom"]
        return any(c["country"] == "PT" and c["usable"] for c in countries)

    def archive(self):
        archive, kept = self.state / "trust.sqlite", self.world.folder / "kept.sqlite"
        shutil.copy(archive, kept)
        octets = kept.read_bytes()
        for title, damaged in (("cut", octets[:len(octets) // 2]), ("noise", os.urandom(20_000)),
                               ("damaged in its middle", octets[:8192] + bytes(8192) + octets[16384:])):
            with self.case(f"an archive that is {title}: the node goes on and says so; commands say what to do"):
                since = len(self.server.log.read_text())
                archive.write_bytes(damaged)
                self.trust("status", expecting=1, says=("trust.sqlite", "move it aside and start"))
                self.trust("apply", *WHY, expecting=1, says="trust.sqlite")
                self.operator.run("check", expecting=1, says="move it aside and start")
                self.trust("refresh", expecting=1)
                self.server.fetch("/health/ready")
                self.login()
                archive.unlink()
                shutil.copy(kept, archive)
                require(len(self.server.log.read_text()) >= since, "the log is gone")
        with self.case("a node does not start on an archive that is damaged"):
            archive.write_bytes(octets[:len(octets) // 2])
            self.operator.run("serve", "--config", "puente.yaml", expecting=1, says="move it aside and start")
        with self.case("moved aside, version 1 is made anew from the trust lists"):
            archive.unlink()
            self.server.restart()
            self.operator.until("PT can be used", self.has_portugal)
            self.login()
            require(len(self.operator.history()) == 1, "another history")

    def rights(self):
        archive = self.state / "trust.sqlite"
        config = str(self.world.folder / "puente.yaml")

        def said(*arguments):
            command = [*(OBEDIENT if os.geteuid() == 0 else []), str(self.server.program), *arguments, "--config", config]
            done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
            return done.returncode, done.stdout + done.stderr

        with self.case("who may only read the archive can look, and decide nothing"):
            archive.chmod(0o444)
            code, text = said("trust", "status")
            require(code == 0 and "is in force" in text, text)
            self.list.remove("DE")
            code, text = said("trust", "apply", *WHY)
            archive.chmod(0o600)
            require(code == 1 and "Not done" in text and "readonly" in text, text)
        with self.case("who may not read the archive is told so"):
            archive.chmod(0)
            code, text = said("trust", "status")
            archive.chmod(0o600)
            require(code == 1 and "trust.sqlite" in text and "permissions" in text, text)
        with self.case("who may not read our keys is told so"):
            key = self.world.folder / "keys" / "signing.key.pem"
            key.chmod(0)
            code, text = said("trust", "status")
            key.chmod(0o600)
            require(code == 1 and "signing.key.pem" in text and "may not read" in text, text)


def judge(world, server, report):
    damage = Damage(world, server, report)
    damage.add()
    for story in (damage.mistakes, damage.alone, damage.servers, damage.halves, damage.documents, damage.rights,
                  damage.archive):
        story()
