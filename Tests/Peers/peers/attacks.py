# SPDX-License-Identifier: EUPL-1.2
"""`puente attack` against a test endpoint of somebody else: nothing without consent, a bounded rate, and a report.

    python -m peers.attacks [--puente PROGRAM] [--config FOLDER]
"""
import contextlib
import http.client
import http.server
import json
import os
import pathlib
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

from . import keys
from .drivers import parser
from .puente import ROOT, pair, stop, write
from .report import Report
from .xml import require
from .world import free_port

CHALLENGE = re.compile(r"^\s*(puente-attack-\S+)\s*$", re.MULTILINE)


class Front(http.server.BaseHTTPRequestHandler):
    """What the owner of the endpoint has in front of it: hands everything on, and serves the consent."""

    protocol_version = "HTTP/1.0"

    def _pass(self):
        front = self.server
        front.seen.append((time.monotonic(), self.path))
        if self.path == "/.well-known/puente-attack":
            return self._reply(200 if front.consent else 404, [], (front.consent or "").encode())
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        connection = http.client.HTTPConnection("127.0.0.1", front.behind, timeout=20)
        connection.request(self.command, self.path, body or None, dict(self.headers))
        answer = connection.getresponse()
        octets = answer.read()
        connection.close()
        passed = [(n, v) for n, v in answer.getheaders() if n.lower() not in ("content-length", "connection")]
        return self._reply(answer.status, passed, octets)

    do_GET = do_POST = _pass

    def _reply(self, status, headers, octets):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)

    def log_message(self, *_):
        pass


class Endpoint:
    """A Puente that has registered the attacker, and what its owner has in front of it."""

    def __init__(self, program, folder):
        self.program, self.folder, self.process = program, folder, None
        self.front = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Front)
        self.front.seen, self.front.consent, self.front.behind = [], None, free_port()
        self.address = f"http://127.0.0.1:{self.front.server_port}"

    def register(self, made):
        """As the owner does with what `puente attack prepare` made."""
        folder = self.folder / "endpoint"
        for sub in ("keys", "metadata", "state"):
            (folder / sub).mkdir(parents=True)
        node = {"source": {"file": str(made / "country.xml")}, "pins": [{"file": str(made / "metadata-signer.pem")}]}
        connector = node | {"source": {"file": str(made / "foreign-connector.xml")}}
        write(folder / "metadata" / "trust-list.yaml", {"nodes": [
            node | {"entity-id": "https://knoten.example.de/metadata", "country": "DE", "role": "proxy-service"},
            connector | {"entity-id": "https://noeud.example.fr/connector/metadata", "country": "FR",
                         "role": "connector"}]})
        write(folder / "metadata" / "services.yaml", {"services": [{
            "provider-name": "X0000000X_E00000000", "display-name": {"en": "The attacker's service"},
            "certificates": [{"file": str(made / "service.pem")}], "lowest-loa": "low",
            "return-addresses": ["https://servicio.example.es/retorno"],
            "attributes": ["PersonIdentifier", "FamilyName", "FirstName", "DateOfBirth"]}]})
        with contextlib.closing(sqlite3.connect(folder / "metadata" / "people.sqlite")) as people:
            people.executescript("CREATE TABLE people (id TEXT PRIMARY KEY, born TEXT);"
                                 "INSERT INTO people VALUES ('00000000T', '1970-05-01');")
        write(folder / "metadata" / "sources.yaml", {"sources": [{
            "name": "people", "cost": 1, "attributes": [{"name": "DateOfBirth", "at": "born"}],
            "sql": {"file": "people.sqlite", "table": "people", "key": "id"}}]})
        own = {name: keys.identity("rsa3072", name, "encrypt" if name == "encryption" else "sign") for name in ("signing", "encryption", "clave", "proxy", "registered")}
        contact = {"company": "Peers", "email": "x@peers.example"}
        write(folder / "puente.yaml", {
            "public-url": self.address, "listen": {"host": "127.0.0.1", "port": self.front.behind},
            "state-directory": str(folder / "state"),
            "connector": pair(folder, "signing", own["signing"]) | pair(folder, "encryption", own["encryption"]) | {
                "organization": {"name": "Peers", "url": "https://peers.example/"},
                "contacts": {"support": contact, "technical": contact}},
            "clave": pair(folder, "clave", own["clave"], "signing"),
            "proxy-service": pair(folder, "proxy", own["proxy"], "signing") | {
                "consent-pages": 1, "attribute-sources": str(folder / "metadata" / "sources.yaml")},
            "clave-gateway": pair(folder, "registered", own["registered"], "signing") | {
                "address": "https://pasarela.example.es/Proxy2/ServiceProvider",
                "provider-name": "S0000000J_E00000000",
                "certificates": [{"file": str(made / "national-gateway.pem")}]},
            "operator": {"name": "Peers", "contact-email": "x@peers.example"},
            "mappings": {name: str(ROOT / "mappings" / f"{name}.yaml") for name in ("eidas", "clave2")}})
        with (folder / "puente.log").open("wb") as log:
            self.process = subprocess.Popen(  # bounded by __exit__
                [self.program, "serve", "--config", str(folder / "puente.yaml")], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log)
        until = time.monotonic() + 30
        while "Puente listens on" not in (folder / "puente.log").read_text():
            require(self.process.poll() is None and time.monotonic() < until, (folder / "puente.log").read_text())
            time.sleep(0.05)

    def __enter__(self):
        threading.Thread(target=self.front.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.front.shutdown()
        if self.process:
            stop(self.process, "puente", 20)


def attack(endpoint, made, *arguments, consent, seconds=120):
    """Runs the program; with consent, the owner serves whatever challenge it prints."""
    endpoint.front.consent, endpoint.front.seen[:] = None, []
    process = subprocess.Popen(
        [endpoint.program, "attack", "--target", str(made / "profile.yaml"), *arguments],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    told = []

    def listen():
        for line in process.stderr:
            told.append(line)
            if consent and (found := CHALLENGE.match(line)):
                endpoint.front.consent = consent(found[1])

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    timer = threading.Timer(seconds, process.kill)
    timer.start()
    try:
        out = process.stdout.read()
        process.wait(seconds)
    finally:
        timer.cancel()
        if process.poll() is None:
            process.kill()
    listener.join(5)
    return process.returncode, out, "".join(told)


def run(endpoint, made, report):
    asked = "/.well-known/puente-attack"
    with report.case("consent for another run does not count, and nothing else is sent"):
        code, out, told = attack(
            endpoint, made, "--patience", "0.05", "--only", "A01", consent=lambda _: "puente-attack-of-yesterday")
        require(code == 1 and "Nobody agreed" in told, f"exit code {code}: {told}")
        require({path for _, path in endpoint.front.seen} == {asked}, "something was sent")
    with report.case("with consent the samples are sent, and a report is printed") as note:
        code, out, told = attack(
            endpoint, made, "--only", "A03", "--report", "json", consent=lambda challenge: challenge)
        require("Agreed" in told, told)
        whole = json.loads(out)
        note(whole["summary"])
        require(code == 0 and whole["failed"] == 0, out)
        require(len(whole["attacks"]) > 12, "few attacks")
        require(all("rule" not in row for row in whole["attacks"]), "who told the rules?")
    with report.case("genuine messages went through all the way"):
        require(sum(1 for row in whole["attacks"] if row["happened"].startswith("ACCEPTED")) == 8, out)
    with report.case("no more requests a second than the profile says") as note:
        times = [at for at, path in endpoint.front.seen if path != asked]
        rate = (len(times) - 1) / (times[-1] - times[0])
        note(f"{len(times)} requests, {rate:.1f} a second of 20")
        require(rate <= 20.5, f"{rate:.1f} a second")
    with report.case("what needs our own files is said to be untried"):
        code, out, _ = attack(
            endpoint, made, "--only", "A22 metadata", "--report", "json", consent=lambda challenge: challenge)
        require(len(json.loads(out)["notTried"]) > 0, out)


def broken_off(program, folder, report):
    """Ctrl-C in the middle: a report of what was tried, and nothing is left."""
    folder.mkdir()
    with report.case("Ctrl-C ends a run with a report of what was tried, and leaves nothing behind") as note:
        process = subprocess.Popen(
            [program, "attack", "--mappings", str(ROOT / "mappings")], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | {"TMPDIR": str(folder)})
        timer = threading.Timer(120, process.kill)
        timer.start()
        try:
            for _ in range(3):
                require(process.stdout.readline(), "it ended at once")
            process.send_signal(signal.SIGINT)
            out, told = process.communicate()
        finally:
            timer.cancel()
            if process.poll() is None:
                process.kill()
        summary = [line for line in out.splitlines() if "not tried" in line]
        note(summary[-1].strip() if summary else "no summary")
        require(process.returncode == 1 and "Stopped before the end" in told and summary, f"{process.returncode} {out[-500:]} {told}")
        require(out.rstrip().endswith(" 0 failed"), out[-500:])
        require(not list(folder.glob("puente-attack-*")), f"{list(folder.iterdir())}")


def main(arguments=None):
    given = parser(__doc__.split("\n")[0]).parse_args(arguments)
    report = Report("Attacks on somebody else's test endpoint")
    with tempfile.TemporaryDirectory() as temporary:
        folder = (given.config or pathlib.Path(temporary)).resolve()
        with Endpoint(given.puente, folder) as endpoint:
            made = folder / "made"
            with report.case("prepare makes what the owner registers"):
                done = subprocess.run(
                    [given.puente, "attack", "prepare", endpoint.address, "--out", str(made)], timeout=60,
                    capture_output=True, text=True, check=False)
                require(done.returncode == 0 and "service.pem" in done.stdout, done.stdout + done.stderr)
                profile = made / "profile.yaml"
                profile.write_text(profile.read_text().replace("requests-per-second: 2", "requests-per-second: 20"))
                endpoint.register(made)
            if not report.failed:
                run(endpoint, made, report)
        broken_off(given.puente, folder / "broken-off", report)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
