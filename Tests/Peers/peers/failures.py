# SPDX-License-Identifier: EUPL-1.2
"""What happens to a Puente whose store is locked, full or damaged, or whose process is killed at any instant, and whether
a country that does not answer is felt by another one. No login may count twice, and the audit trail has to hold.

    python -m peers.failures [--puente PROGRAM] [--config FOLDER] [--rounds N] [--seed N]
"""
import hashlib
import json
import os
import random
import resource
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field

from . import keys, persons, web, world
from .clave_answer import claims_success
from .drivers import Stage, drive, parser
from .foreign_node import HONEST
from .journey import Journey, identified
from .puente import ROOT, Puente, configure, write, write_key_pair
from .xml import Refused, require

PLAIN, NODE = "S2800000A_JAVA27", "DE"


def login(where):
    node = where.nodes[NODE]
    return identified(Journey(where, where.services[PLAIN], node).run(persons.GERMAN), node, persons.GERMAN)


def store(where):
    return where.folder / "state" / "puente.sqlite"


def ready(server):
    status, octets = server.fetch("/health/ready")
    return status, json.loads(octets)


def until(what, condition, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.1)
    raise Refused(f"not within {seconds} s: {what}")


def trail(where):
    """The events of the audit trail, whose chain is verified on the way."""
    database = sqlite3.connect(f"file:{store(where)}?mode=ro", uri=True)
    try:
        lines = [line for (line,) in database.execute("SELECT line FROM audit ORDER BY counter")]
    finally:
        database.close()
    previous, events = "-", []
    for number, line in enumerate(lines, 1):
        event = json.loads(line)
        require((event["counter"], event["previous"]) == (number, previous), f"the trail breaks at line {number}")
        previous = hashlib.sha256(line.encode()).hexdigest()
        events.append(event)
    return events


# MARK: killed


@dataclass
class Attempt:
    """An answer of a country that was sent, and how often a service was told of the person by it."""

    journey: Journey
    acs: str
    form: dict
    successes: int = 0

    def send(self):
        page = self.journey.browser.post(self.acs, self.form)
        told = [f for f in page.forms if "SAMLResponse" in f.fields and claims_success(f.fields)]
        self.successes += len(told)


@dataclass
class Load:
    """Browsers that log in again and again until they are stopped or Puente dies under them."""

    where: object
    attempts: list = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def run(self):
        node, service = self.where.nodes[NODE], self.where.services[PLAIN]
        while not self.over.is_set():
            try:
                journey = Journey(self.where, service, node).begin()
                attempt = Attempt(journey, *node.answer(journey.request, persons.GERMAN, HONEST))
                self.attempts.append(attempt)
                attempt.send()
            except (OSError, Refused, ValueError):
                continue  # the process has just died: what came of it is asked afterwards
            except Exception:  # http.client's own, for half an answer
                continue

    def start(self, number=3):
        self.threads = [threading.Thread(target=self.run) for _ in range(number)]
        for thread in self.threads:
            thread.start()

    def stop(self):
        self.over.set()
        for thread in self.threads:
            thread.join(60)


def killed(where, server, report, rounds, chance):
    before = 0
    for number in range(rounds):
        with report.case(f"H05 killed under load, round {number + 1}: no login counts twice") as note:
            load = Load(where)
            load.start()
            try:
                time.sleep(chance.uniform(0.3, 2.0))
                server.process.send_signal(signal.SIGKILL)
                server.process.wait(20)
            finally:
                load.stop()
            server.restart()
            require(ready(server)[0] == 200, "not ready")
            counted = sum(a.successes for a in load.attempts)
            for attempt in load.attempts:
                attempt.send()   # whoever was cut off may have it now
                attempt.send()   # and nobody twice
                require(attempt.successes <= 1, "a login was accepted twice")
            login(where)
            events = trail(where)
            require(len(events) > before, "the trail is shorter than before")
            before = len(events)
            unique(events)
            note(f"{len(load.attempts)} answers, {counted} accepted before, {before} lines")


def unique(events):
    """Nobody was identified twice in one exchange. An answer may have been received twice: nothing came of the first
    time if the process died before it answered in turn."""
    sent = [e["exchange"] for e in events if e["kind"] == "response.sent" and e["result"].startswith("identified")]
    require(len(sent) == len(set(sent)), "an exchange was answered twice")
    require(sum(e["kind"] == "node.started" for e in events) >= 1, "no start in the trail")


# MARK: the store


def refused(where, server, report, title, spoil, mend):
    """While the store is spoiled a person reads a kind page, and what needs no store is served; afterwards all is well."""
    with report.case(title) as note:
        login(where)
        spoil()
        try:
            service = where.services[PLAIN]
            page = Journey(where, service, where.nodes[NODE]).browser.post(
                where.gateway, service.request(where.gateway).form())
            require(page.status == 503 and page.headers.get("retry-after") == "5", f"HTTP {page.status}")
            web.error_page(page)
            require(server.fetch("/status.json")[0] == 200, "pages that need no store fail too")
            # It is found out once a second.
            until("not ready, because of the store", lambda: (ready(server)[0], ready(server)[1]["store"]) == (503, False))
            require(server.fetch("/health/live")[0] == 200 and server.alive(), "not alive")
        finally:
            mend()
        until("ready again", lambda: ready(server)[0] == 200)
        login(where)
        unique(trail(where))
        note("503, then well")


def locked(where, server, report):
    holder = {}

    def lock():
        holder["it"] = sqlite3.connect(store(where), isolation_level=None, timeout=10)
        holder["it"].execute("BEGIN IMMEDIATE")

    def unlock():
        holder["it"].execute("ROLLBACK")
        holder["it"].close()

    refused(where, server, report, "H02 the store is locked by another process", lock, unlock)


def full(where, server, report):
    """No file of the process may grow any more: the signal of that limit is ignored, so that each write fails."""
    def limit(octets):
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (octets, resource.RLIM_INFINITY))

    refused(where, server, report, "H02 nothing more can be written: the disk is full", lambda: limit(1),
            lambda: limit(resource.RLIM_INFINITY))


def damaged(where, server, report):
    with report.case("H02 the store is overwritten while Puente runs: refused, and it lives") as note:
        login(where)
        size = store(where).stat().st_size
        with store(where).open("r+b") as file:
            file.seek(4096)
            file.write(os.urandom(max(0, size - 4096)))
        codes = []
        for _ in range(4):
            service = where.services[PLAIN]
            page = Journey(where, service, where.nodes[NODE]).browser.post(
                where.gateway, service.request(where.gateway).form())
            codes.append(page.status)
        require(set(codes) <= {200, 503} and server.alive(), f"{codes}")
        note(f"{codes}")
    with report.case("H02 the store is no database at the start: told, and code 1"):
        server.process.send_signal(signal.SIGKILL)
        server.process.wait(20)
        aside(where)
        store(where).write_bytes(b"this is no database " * 1000)
        ran = subprocess.run([server.program, "serve", "--config", str(where.folder / "puente.yaml")],
                             capture_output=True, text=True, timeout=60, check=False)
        require(ran.returncode == 1 and "puente.sqlite" in ran.stderr, f"{ran.returncode}: {ran.stderr}")
    with report.case("H02 with the damaged store put aside it starts, and a login works"):
        aside(where)
        server.restart()
        login(where)
        unique(trail(where))


def aside(where):
    for file in store(where).parent.glob("puente.sqlite*"):
        file.unlink()


# MARK: a country


class Silence(threading.Thread):
    """Takes connections, and says nothing."""

    def __init__(self):
        super().__init__(daemon=True)
        self.listener, self.links = socket.create_server(("127.0.0.1", 0)), []
        self.port = self.listener.getsockname()[1]
        self.start()

    def run(self):
        while True:
            try:
                self.links.append(self.listener.accept()[0])
            except OSError:
                return

    @property
    def waiting(self):
        """Whether somebody still waits."""
        for link in self.links:
            link.setblocking(False)
            try:
                while link.recv(4096):
                    pass
            except BlockingIOError:
                return True
            except OSError:
                continue
        return False

    def end(self):
        self.listener.close()
        for link in self.links:
            link.close()


def silent(where, server, report):
    """A country whose metadata never come, beside one that works. From here on the nodes know this world's keys."""
    quiet = Silence()
    slow = world.make(where.folder / "slow", "p256", like=where)
    signer = keys.identity("p256", "PT metadata", country="PT")
    (slow.folder / "keys").mkdir(exist_ok=True)
    _, pin = write_key_pair(slow.folder / "keys", "silent", signer)
    address = f"https://127.0.0.1:{quiet.port}/metadata"
    write(slow.folder / "silent.yaml", {"nodes": [{
        "entity-id": address, "country": "PT", "role": "proxy-service", "source": {"url": address},
        "pins": [{"file": pin}]}]})
    changes = {"trust": {"allowed-networks": ["127.0.0.0/8"]},
               "trust-lists": [str(slow.folder / "metadata" / "trust-list.yaml"), str(slow.folder / "silent.yaml")]}
    try:
        with report.case("H06 a country that takes a connection and says nothing is not felt by another") as note:
            with Puente(slow, server.program, **changes) as other:
                until("its metadata are asked for", lambda: bool(quiet.links))
                for _ in range(3):
                    login(slow)
                require(quiet.waiting, "nobody waits for the silent country any more")
                require(ready(other)[0] == 200, "not ready")
                note("three logins while it is waited for")
    finally:
        quiet.end()


# MARK: the process


def sealed(where, server, report):
    pid = server.process.pid
    with report.case("F13 core files are off, and nothing that it starts can gain privileges"):
        limits = open(f"/proc/{pid}/limits", encoding="utf-8").read()
        core = next(line for line in limits.splitlines() if line.startswith("Max core file size")).split()
        require(core[4:6] == ["0", "0"], f"{core}")
        require("NoNewPrivs:\t1" in open(f"/proc/{pid}/status", encoding="utf-8").read(), "NoNewPrivs")
    with report.case("F13 its memory is closed to its own user, and holds no key file") as note:
        require(os.stat(f"/proc/{pid}/environ").st_uid == 0, "its memory belongs to its user")
        if os.geteuid() != 0:
            try:
                open(f"/proc/{pid}/mem", "rb").close()
            except PermissionError:
                note("refused")
                return
            raise Refused("its memory can be read")
        login(where)
        # The end of a key on a curve is its public half, which is in its certificate too.
        secrets = [line for name in ("signing", "encryption", "clave", "metadata")
                   for line in (where.folder / "keys" / f"{name}.key.pem").read_bytes().splitlines()[1:-2]]
        secrets.append((where.folder / "state" / "store.key").read_bytes().split()[0])
        found = sum(secret in memory for memory in readable(pid) for secret in secrets)
        require(found == 0, f"{found} lines of key files are in its memory")
        note(f"none of {len(secrets)} lines")


def readable(pid):
    """What is in the writable memory of a process, piece by piece."""
    with open(f"/proc/{pid}/maps", encoding="utf-8") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            span, rights = line.split()[:2]
            first, last = (int(number, 16) for number in span.split("-"))
            if rights.startswith("rw") and last - first <= 1 << 30:
                memory.seek(first)
                try:
                    yield memory.read(last - first)
                except OSError:
                    continue


def unit(report):
    """The example of a systemd unit, as systemd itself judges it: 0 is a cell, 10 an open door."""
    with report.case("the systemd unit of the example leaves less than 2.0 of 10 open") as note:
        example = str(ROOT / "Docs" / "examples" / "puente.service")
        ran = subprocess.run(["systemd-analyze", "security", "--no-pager", "--offline=true", "--threshold=19", example],
                             capture_output=True, text=True, timeout=60, check=False)
        require(ran.returncode == 0, ran.stdout[-200:] + ran.stderr)
        note(ran.stdout.strip().splitlines()[-1].partition("for ")[2])


def root(where, server, report):
    with report.case("as root, production is refused; as another user, it goes on to what is next to find"):
        odd = world.make(where.folder / "production", "p256", like=where)
        config = configure(odd, production=True)

        def serve(*options):
            return subprocess.run([server.program, "serve", "--config", str(config), *options],
                                  capture_output=True, text=True, timeout=60, check=False)
        require("there is no user nobody-at-all" in serve("--user", "nobody-at-all").stderr, "an unknown user")
        said = serve("--user", "root")
        require(said.returncode == 1 and "is root itself" in said.stderr, f"{said.stderr}")


def slips(where, server, report):
    """What an operator does by mistake beside a running node."""
    config, keys_of = str(where.folder / "puente.yaml"), where.folder / "keys"

    def said(*arguments, output=subprocess.PIPE):
        ran = subprocess.run([server.program, *arguments], stdout=output, stderr=subprocess.PIPE, text=True, timeout=60,
                             cwd=where.folder, check=False)
        return ran.returncode, (ran.stdout or "") + ran.stderr

    with report.case("a second node with the same settings: told, and the first one keeps its control socket"):
        code, text = said("serve", "--config", config, "--drain", "0")
        require(code == 1 and "address already in use" in text, f"{code} {text}")
        code, text = said("trust", "refresh", "--config", config)
        require("no node" not in text.lower() and (where.folder / "state" / "puente.sock").is_socket(), f"{code} {text}")
    for title, arguments in (("audit export", ("audit", "export")), ("audit end", ("audit", "end")),
                             ("metadata connector", ("metadata", "connector"))):
        with report.case(f"H02 {title} to a disk that is full: told, and code 1"), open("/dev/full", "wb") as full_disk:
            code, text = said(*arguments, "--config", config, output=full_disk)
            require(code == 1 and "could be written" in text, f"{code} {text}")
    with report.case("demo --keep leaves a folder alone that has files of others"):
        before = (where.folder / "puente.yaml").read_bytes()
        code, text = said("demo", "--check", "--keep", str(where.folder), "--mappings", str(ROOT / "mappings"))
        require(code == 1 and "Name an empty folder" in text, f"{code} {text}")
        require((where.folder / "puente.yaml").read_bytes() == before, "the settings were replaced")
    for title, arguments in (
            ("no file", ("--key", "nix.key", "--certificate", "nix.pem")),
            ("two that do not belong together", ("--key", str(keys_of / "signing.key.pem"),
                                                 "--certificate", str(keys_of / "encryption.crt.pem"))),
            ("a certificate for a key", ("--key", str(keys_of / "signing.crt.pem"),
                                         "--certificate", str(keys_of / "signing.crt.pem")))):
        with report.case(f"keys add with {title}: told, and nothing is written"):
            ring = where.folder / "slip-ring.yaml"
            code, text = said("keys", "add", "--ring", str(ring), *arguments)
            require(code == 1 and "expected" in text and not ring.exists(), f"{code} {text}")
    with report.case("keys new of another use than the ring's: told, and nothing is written"):
        ring = where.folder / "slip-ring.yaml"
        code, text = said("keys", "new", "--ring", str(ring), "--use", "signing", "--name", "x")
        require(code == 0, f"{code} {text}")
        before = sorted(where.folder.iterdir())
        code, text = said("keys", "new", "--ring", str(ring), "--use", "encryption", "--name", "x")
        require(code == 1 and "are for signatures" in text, f"{code} {text}")
        require(sorted(where.folder.iterdir()) == before, "files were written")
    for title, arguments, words in (
            ("a path without a name", ("--name", "x", "--out", ""), "--out"),
            ("a name of two lines", ("--name", "a\nb", "--out", "slip"), "--name"),
            ("an organization of nothing", ("--name", "x", "--organization", "", "--out", "slip"), "--organization")):
        with report.case(f"keys new with {title}: wrong use, and nothing is written"):
            code, text = said("keys", "new", "--use", "signing", *arguments)
            require(code == 2 and words in text, f"{code} {text}")
            require(not (where.folder / "slip.key").exists() and not (where.folder / ".key").exists(), "written")
    with report.case("a file that is not there is told without the usage of the program"):
        code, text = said("inspect", "nix.xml")
        require(code == 2 and "no file at nix.xml" in text and "Usage" not in text, f"{code} {text}")
    with report.case("check tells of a store key that serve would refuse"):
        place = where.folder / "state" / "store.key"
        good = place.read_bytes()
        try:
            place.write_bytes(b"garbage\n")
            code, text = said("check", "--config", config)
            require(code == 1 and "store.key" in text, f"{code} {text}")
        finally:
            place.write_bytes(good)


def judge(rounds, seed):
    def run(where, server, report):
        sealed(where, server, report)
        unit(report)
        root(where, server, report)
        slips(where, server, report)
        locked(where, server, report)
        full(where, server, report)
        report.say(f"seed {seed}")
        killed(where, server, report, rounds, random.Random(seed))
        damaged(where, server, report)
        silent(where, server, report)
    return run


def make(folder, kind="p256", like=None):
    return world.make(folder, kind, like=like, countries=[NODE], kits_wanted=["java-2.7"])


def main(arguments=None):
    options = parser(__doc__.split("\n\n")[0])
    options.add_argument("--rounds", type=int, default=8, help="how often the process is killed")
    options.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    given = options.parse_args(arguments)
    stage = Stage("p256", "Puente when something breaks", judge(given.rounds, given.seed))
    return drive([stage], given, width=88, make=make)


if __name__ == "__main__":
    sys.exit(main())
