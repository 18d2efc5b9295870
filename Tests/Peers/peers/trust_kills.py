# SPDX-License-Identifier: EUPL-1.2
"""SIGKILL at each change of the disk while trust changes: the old version or the new one, never a mixture."""
import concurrent.futures
import contextlib
import hashlib
import http.client
import json
import os
import pathlib
import queue
import shutil
import signal
import sqlite3
import subprocess
import time
from dataclasses import dataclass, replace

from . import keys
from .operating import Operator, TrustList, Website, entry, fingerprint, signing
from .world import free_port
from .xml import require

SOURCE = pathlib.Path(__file__).parents[1] / "killing" / "killing.c"
COUNTRIES = ("AT", "DE")
AT_ONCE = 3
WHY = ("--why", "a test of crashes", "--yes")


def build(folder):
    """The library that ends a program in the middle."""
    compiler = next(filter(None, map(shutil.which, ("clang", "cc", "gcc"))), None)
    require(compiler, "no C compiler: clang comes with Swift")
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", folder / "killing.so", SOURCE, "-ldl"],
                   check=True, capture_output=True, timeout=60)
    return folder / "killing.so"


@dataclass
class Story:
    """A change of the trust of two countries at once, and how it comes about."""

    name: str
    old: dict           # country -> documents
    new: dict
    before: dict        # country -> fingerprints of signing keys
    after: dict
    web: bool = False   # whether the documents are on the web
    node: bool = False  # whether a running node takes it over, and not the command
    command: tuple = ()


class Site:
    """A copy of the world's files, with a state of its own."""

    def __init__(self, world, number, program, library, web):
        original, self.folder = str(world.folder), world.folder.parent / f"site-{number}"
        shutil.copytree(original, self.folder, ignore=shutil.ignore_patterns("state", "*.log"))
        for path in [self.folder / "puente.yaml", *(self.folder / "metadata").glob("*.yaml")]:
            path.write_text(path.read_text().replace(original + "/", f"{self.folder}/"))
        self.port, self.web, self.path = free_port(), web, f"/{number}"
        settings = json.loads((self.folder / "puente.yaml").read_text())
        settings["listen"]["port"], settings["log"]["level"] = self.port, "info"
        settings["store"] = {"path": str(self.folder / "store" / "puente.sqlite")}
        settings["store-key"] = str(self.folder / "store" / "store.key")
        settings["trust"] = {"allowed-networks": ["127.0.0.1"]}
        (self.folder / "puente.yaml").write_text(json.dumps(settings))
        (self.folder / "store").mkdir()
        self.state, self.armed, self.log = (self.folder / name for name in ("state", "armed", "changes"))
        self.operator, self.library = Operator(self.folder, program), library
        self.nodes, self.story = world.nodes, None

    def publish(self, documents):
        for country, octets in documents.items():
            self.web.pages[f"{self.path}/{country}"] = octets
            (self.folder / "metadata" / f"node-{country}.xml").write_bytes(octets)

    def prepare(self, story):
        """The state before the change, and then what is wished."""
        if self.story is not story:
            for country in COUNTRIES:
                source = {"file": str(self.folder / "metadata" / f"node-{country}.xml")} if not story.web else {
                    "url": self.web.address(f"{self.path}/{country}"), "certificate-authority": str(self.web.authority)}
                TrustList(self.folder).put(
                    entry(self.nodes[country], source, self.folder / "keys" / f"node-{country}.crt.pem"))
            shutil.rmtree(self.state, ignore_errors=True)
            self.publish(story.old)
            self.operator.trust("refresh")
            shutil.copytree(self.state, self.folder / "kept", dirs_exist_ok=False)
            self.story = story
        shutil.rmtree(self.state)
        shutil.copytree(self.folder / "kept", self.state)
        for path in (self.armed, self.log):
            path.unlink(missing_ok=True)
        self.publish(story.old if story.node else story.new)

    def leave(self):
        self.story = None
        shutil.rmtree(self.folder / "kept", ignore_errors=True)

    # --- what is killed -------------------------------------------------------------------------------------------

    def environment(self, at):
        return os.environ | {"LD_PRELOAD": str(self.library), "KILLING_FOLDER": f"{self.state}/", "KILLING_AT": str(at),
                             "KILLING_LOG": str(self.log), "KILLING_ARMED": str(self.armed)}

    def carry_out(self, at):
        """The change, ended at its change `at` of the disk; 0: to its end."""
        story = self.story
        if story.node:
            with self.node(self.environment(at)) as process:
                # Its first alarms are written down by themselves, and are none of the story.
                self.operator.until("the alarms are told", self.has_told)
                self.publish(story.new)
                self.armed.touch()
                process.send_signal(signal.SIGHUP)
                if at:
                    require(process.wait(timeout=20) == -signal.SIGKILL, "the node ended in another way")
                else:
                    self.operator.until("a second version", lambda: len(self.operator.history()) == 2)
            return
        self.armed.touch()
        done = subprocess.run([self.operator.program, "trust", *story.command], cwd=self.folder, env=self.environment(at),
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
        require(done.returncode == (-signal.SIGKILL if at else 0), f"ended with {done.returncode}: {done.stderr}")

    @contextlib.contextmanager
    def node(self, environment=None):
        """A node that is ready. It is not asked to stop: it is killed."""
        with (self.folder / "puente.log").open("ab") as log:
            process = subprocess.Popen([self.operator.program, "serve"], cwd=self.folder, env=environment,
                                       stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            self.operator.until("the node is ready", lambda: process.poll() is not None or self.is_ready())
            require(process.poll() is None, f"the node did not start: {self.tail()}")
            yield process
        finally:
            process.kill()
            process.wait()

    def is_ready(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/health/ready")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def has_told(self):
        with contextlib.closing(sqlite3.connect(self.state / "trust.sqlite")) as archive:
            count, told = archive.execute("SELECT count(*), sum(told) FROM alarm").fetchone()
        return count > 0 and count == told

    def tail(self):
        return (self.folder / "puente.log").read_bytes()[-600:].decode("utf-8", "replace")

    # --- what is judged -------------------------------------------------------------------------------------------

    def found(self):
        """`old` or `new`, wholly."""
        version, nodes, history = self.consistent()
        told = {country: signing(nodes[country]) for country in COUNTRIES}
        require((version, told) in ((1, self.story.before), (2, self.story.after)), f"a mixture: {version}, {told}")
        require(history == list(range(version, 0, -1)), f"another history: {history}")
        with contextlib.closing(sqlite3.connect(self.state / "trust.sqlite")) as archive:
            require(archive.execute("PRAGMA integrity_check").fetchall() == [("ok",)], "the archive is damaged")
            named = {d for d, in archive.execute("SELECT document FROM held WHERE document IS NOT NULL")}
        for path in (self.state / "metadata").glob("*.xml"):
            require(hashlib.sha256(path.read_bytes()).hexdigest() == path.stem, f"{path.name} is not what it is called")
            named.discard(path.stem)
        require(not named, f"no document for {named}")
        return "new" if version == 2 else "old"

    def consistent(self):
        """Version, nodes and history, while a running node may make the next version."""
        while True:
            before = [v["number"] for v in self.operator.history()]
            version, nodes = self.operator.status()
            if [v["number"] for v in self.operator.history()] == before:
                return version, nodes, before

    def killed(self, story, at):
        """What is in force after the kill, and again after a start; then the change is carried out to its end."""
        self.prepare(story)
        self.carry_out(at)
        first = self.found()
        with self.node():
            second = self.found()
            require(first != "new" or second == "new", "what was in force was lost by a start")
            if story.command:
                self.operator.trust(*story.command)
            self.operator.until("the new version", lambda: self.found() == "new")
        return first


def changes(site, story):
    """What the story does to the disk."""
    site.prepare(story)
    site.carry_out(0)
    require(site.found() == "new", "not carried out")
    return site.log.read_text().splitlines()


def stories(nodes):
    nodes = [nodes[c] for c in COUNTRIES]
    others = [replace(n, signer=keys.identity("p256", f"{n.country} other")) for n in nodes]

    def documents(nodes, beside=None):
        return {n.country: n.metadata(certificates=[n.signer.certificate] + (
            [o.signer.certificate] if beside else [])) for n, o in zip(nodes, beside or nodes)}

    def prints(*groups):
        return {c: {fingerprint(g[i].signer) for g in groups} for i, c in enumerate(COUNTRIES)}

    old, new, both = documents(nodes), documents(others), documents(nodes, others)
    return [
        Story("trust apply", old, new, prints(nodes), prints(others), command=("apply", *WHY)),
        Story("a running node", old, both, prints(nodes), prints(nodes, others), node=True),
        Story("trust refresh", old, both, prints(nodes), prints(nodes, others), web=True, command=("refresh",)),
    ]


def judge(world, server, report):
    folder = world.folder.parent
    web, library = Website(world.folder), build(world.folder)
    sites = queue.SimpleQueue()
    every = [Site(world, number, server.program, library, web) for number in range(AT_ONCE)]
    for site in every:
        sites.put(site)

    def attempt(story, at):
        site = sites.get()
        try:
            return site.killed(story, at)
        finally:
            sites.put(site)

    for story in stories(world.nodes):
        with report.case(f"{story.name}: its changes of the disk can be counted") as note:
            site = sites.get()
            steps = changes(site, story)
            sites.put(site)
            require(len(steps) > 10, f"{steps}")
            note(f"{len(steps)} changes")
            with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
                found = [pool.submit(attempt, story, at + 1) for at in range(len(steps))]
            for number, (what, future) in enumerate(zip(steps, found), 1):
                with report.case(f"{story.name}, killed at {number}: {named(what)}") as say:
                    say(f"then {future.result()}, ready, and carried out")
            with report.case(f"{story.name}: some kills leave the old version, some the new one"):
                require({f.result() for f in found} == {"old", "new"}, "always the same")
        for site in every:
            site.leave()
    require(folder.is_dir(), "the folder is gone")


def named(step):
    """The digest in the name of a document says nothing to anybody."""
    what, _, name = step.partition(" ")
    ending = pathlib.PurePath(name).suffix
    return f"{what} {'metadata/…' + ending if name.startswith('metadata/') else name}"
