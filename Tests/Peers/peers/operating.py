# SPDX-License-Identifier: EUPL-1.2
"""An operator at the command line, and a country that publishes its metadata on the web."""
import hashlib
import http.server
import json
import os
import pathlib
import pty
import ssl
import subprocess
import threading
import time

from . import keys
from .http_source import issued
from .puente import write, write_key_pair
from .xml import Refused, require

PATIENCE = 30  # seconds until a running node has noticed something


class Operator:
    """Runs the program in the folder of `puente.yaml`, as Docs/trust.md does."""

    def __init__(self, folder, program):
        self.folder, self.program = pathlib.Path(folder), program

    def run(self, *arguments, expecting=0, says=(), typed=None, seconds=60):
        """What the program said, on both channels. `typed` is what somebody types at a terminal when it asks."""
        command = [str(self.program), *map(str, arguments)]
        if typed is None:
            done = subprocess.run(command, cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  timeout=seconds, check=False)
            code, said = done.returncode, done.stdout + done.stderr
        else:
            code, said = self._at_terminal(command, typed)
        told = f"{' '.join(map(str, arguments))} ended with {code}: {said}"
        require(code == expecting, told)
        for words in [says] if isinstance(says, str) else says:
            require(words in said, f"nothing of {words!r} in: {told}")
        require("Fatal error" not in said and " at 0x" not in said, told)
        return said

    def trust(self, *arguments, **options):
        return self.run("trust", *arguments, **options)

    def status(self):
        """Version, and by country the light, the signing keys and the notes, as a command finds them on the disk."""
        report = self.json("status", expecting=None)
        return report["version"], {n["country"]: n for n in report["nodes"]}

    def json(self, *arguments, expecting=0):
        done = subprocess.run([str(self.program), "trust", *map(str, arguments), "--json"], cwd=self.folder,
                              capture_output=True, text=True, timeout=60, check=False)
        require(expecting is None and done.returncode in (0, 1) or done.returncode == expecting,
                f"trust {' '.join(map(str, arguments))} ended with {done.returncode}: {done.stderr}")
        return json.loads(done.stdout)

    def history(self):
        return self.json("history")

    def until(self, what, holds):
        """Waits until something holds; what it returned."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if found := holds():
                return found
            time.sleep(0.2)
        raise Refused(f"not within {PATIENCE} s: {what}")

    def _at_terminal(self, command, typed):
        ours, theirs = pty.openpty()
        try:
            process = subprocess.Popen(command, cwd=self.folder, stdin=theirs, stdout=subprocess.PIPE,
                                       stderr=subprocess.STDOUT, text=True)
            os.write(ours, typed.encode() + b"\n")
            said = process.communicate(timeout=60)[0]
        finally:
            os.close(ours)
            os.close(theirs)
        return process.returncode, said


def fingerprint(identity):
    return hashlib.sha256(keys.der(identity.certificate)).hexdigest()


def signing(node):
    """The signing keys of a node of a report."""
    return {key["fingerprint"] for key in node["keys"] if key["use"] == "signing"}


class Website(http.server.ThreadingHTTPServer):
    """An https server with a certificate of its own authority; `pages` are octets, or functions that answer."""

    def __init__(self, folder):
        super().__init__(("127.0.0.1", 0), _Visit)
        authority = keys.identity("p256", "web authority", "authority")
        server = issued(authority, "web", address="127.0.0.1")
        self.authority = folder / "web-ca.pem"
        self.authority.write_bytes(authority.certificate_pem)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*reversed(write_key_pair(folder, "web", server)))
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.pages, self.asked = {}, []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def address(self, path):
        return f"https://127.0.0.1:{self.server_port}{path}"

    def handle_error(self, *_):
        """Whoever asks may hang up."""


class _Visit(http.server.BaseHTTPRequestHandler):
    timeout = 30

    def log_message(self, *_):
        pass

    def do_GET(self):
        page = self.server.pages.get(self.path, b"")
        if callable(page):
            self.server.asked.append((self.path, None))
            page(self)
            self.close_connection = True
            return
        tag = f'"{hashlib.sha256(page).hexdigest()[:16]}"'
        status = 304 if self.headers.get("If-None-Match") == tag else 200 if page else 404
        self.server.asked.append((self.path, status))
        self.send_response(status)
        self.send_header("ETag", tag)
        self.send_header("Content-Length", str(len(page) if status == 200 else 0))
        self.end_headers()
        if status == 200:
            self.wfile.write(page)


def entry(node, source, pin):
    return {"entity-id": node.entity_id, "country": node.country, "role": "proxy-service", "source": source,
            "pins": [{"file": str(pin)}]}


class TrustList:
    """`metadata/trust-list.yaml`, with nodes by country."""

    def __init__(self, folder):
        self.path = folder / "metadata" / "trust-list.yaml"

    def read(self):
        return json.loads(self.path.read_text(encoding="utf-8"))

    def put(self, new):
        nodes = [n for n in self.read()["nodes"] if n["country"] != new["country"]] + [new]
        write(self.path, self.read() | {"nodes": nodes})

    def remove(self, country):
        write(self.path, self.read() | {"nodes": [n for n in self.read()["nodes"] if n["country"] != country]})
