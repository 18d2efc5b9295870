# SPDX-License-Identifier: EUPL-1.2
"""A register behind HTTP and JSON, with TLS and client certificates where it has keys, and with everything that may go
wrong there."""
import http.server
import json
import os
import ssl
import time
import urllib.parse
from dataclasses import dataclass, field

from . import keys
from .register import LATE, Served
from .sources import COLUMNS, INVALID, MISSING, PATIENT, UNAVAILABLE
from .world import free_port

STATUSES = (204, 301, 400, 401, 403, 500, 502, 503)


@dataclass
class HTTPSource(Served):
    people: tuple
    gives: tuple = tuple(COLUMNS)
    name: str = "web-register"
    terms: dict = field(default_factory=dict)
    authority: object = None      # Identity that Puente trusts, and the server; None: http
    address: str = "127.0.0.1"    # in the certificate of the server
    shown: object = None          # authority of the server's certificate, where it is another
    wanted: object = None         # authority of the client certificates that the server takes, where it is another
    fault: str = ""
    delay: float = 0
    asked: list = field(default_factory=list)     # paths of the questions
    port: int = 0
    server: object = None

    def __post_init__(self):
        self.port = free_port()

    # --- declared -------------------------------------------------------------------------------------------------

    def entry(self, folder):
        http = {"address": f"{self.scheme}://127.0.0.1:{self.port}/people/{{identifier}}",
                "query": {"id": "{request-id}"}}
        if self.authority is not None:
            http |= self.credentials(folder)
        return {"name": self.name, "timeout-seconds": 2, "circuit-breaker": PATIENT} | self.terms | {
            "http": http, "must-equal": [{"at": "/person/document", "value": "{identifier}"}],
            "attributes": [{"name": name, "at": f"/person/data/{COLUMNS[name]}"} for name in self.gives]}

    @property
    def scheme(self):
        return "http" if self.authority is None else "https"

    def credentials(self, folder):
        """Files of Puente's client certificate and of the register's own."""
        self.paths, wanted = {}, self.wanted or self.authority
        server = issued(self.shown or self.authority, "register", address=self.address)
        client = issued(self.authority, "Puente at the register")
        for name, octets in (("ca.pem", self.authority.certificate_pem), ("server.pem", server.certificate_pem),
                             ("server.key", server.key_pem), ("wanted.pem", wanted.certificate_pem),
                             ("client.pem", client.certificate_pem), ("client.key", client.key_pem)):
            self.paths[name] = str(folder / f"{self.name}-{name}")
            with open(os.open(self.paths[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(octets)
        return {"certificate-authority": self.paths["ca.pem"], "certificate": self.paths["client.pem"],
                "key": self.paths["client.key"]}

    # --- served ---------------------------------------------------------------------------------------------------

    @property
    def handler(self):
        return _Handler

    def dressed(self, socket):
        if self.authority is None:
            return socket
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.paths["server.pem"], self.paths["server.key"])
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(self.paths["wanted.pem"])
        return context.wrap_socket(socket, server_side=True)

    def record(self, document):
        """What the register has of a person, or None."""
        person = next((p for p in self.people if p.identifier == document), None)
        if person is None or not person.register:
            return None
        return {"person": {"document": document, "data": {
            column: person.register.get(name) for name, column in COLUMNS.items()}}}


def issued(authority, name, **options):
    """A key with a certificate of that authority."""
    key = keys.private_key("p256")
    return keys.Identity(key, keys.certify(key, name, issuer=authority.certificate.subject, signer=authority.key,
                                           **options), "p256")


def with_data(change):
    """JSON text whose data was changed."""
    def write(record):
        change(record["person"]["data"])
        return json.dumps(record)
    return write


# What is said instead of the record: text of the body.
BODIES = {
    "not JSON": lambda record: "<person/>",
    "cut": lambda record: json.dumps(record)[:-9],
    "text after it": lambda record: json.dumps(record) + "x",
    "a list": lambda record: json.dumps([record]),
    "nothing": lambda record: "",
    "a name twice": lambda record: json.dumps(record).replace('"data"', '"data": {"born": "1950-01-01"}, "data"'),
    "depth": lambda record: "[" * 5000 + "]" * 5000,
    "half a million octets": lambda record: json.dumps(record | {"x": "y" * 500_000}),
    "another person": lambda record: json.dumps(record).replace(record["person"]["document"], "87654321X"),
    "no person": lambda record: json.dumps({"person": {"data": record["person"]["data"]}}),
    "not a date": with_data(lambda data: data.update(born="28/02/1974")),
    "no such day": with_data(lambda data: data.update(born="1974-02-30")),
    "a day to come": with_data(lambda data: data.update(born="2974-02-28")),
    "a number": with_data(lambda data: data.update(born=19740228)),
    "an object": with_data(lambda data: data.update(born={"year": 1974})),
    "two dates": with_data(lambda data: data.update(born=["1974-02-28", "1975-02-28"])),
    "markup": with_data(lambda data: data.update(born="<script>alert(1)</script>")),
    "null": with_data(lambda data: data.update(born=None)),
    "no date": with_data(lambda data: data.pop("born")),
    "empty date": with_data(lambda data: data.update(born="")),
}
MISSING_BODIES = ("null", "no date", "empty date")
HTTP_FAULTS = {"dead": UNAVAILABLE, "slow": UNAVAILABLE, "drop by drop": UNAVAILABLE, "hangs up": UNAVAILABLE,
               "hangs up halfway": UNAVAILABLE, "not HTTP": UNAVAILABLE, "headers without end": UNAVAILABLE,
               "not UTF-8": INVALID, "status 404": MISSING,
               } | {f"status {s}": UNAVAILABLE if s >= 500 else INVALID for s in STATUSES} | {
                   body: MISSING if body in MISSING_BODIES else INVALID for body in BODIES}


class _Handler(http.server.BaseHTTPRequestHandler):
    source = None

    def log_message(self, *_):
        pass

    def do_GET(self):
        source, fault = self.source, self.source.fault
        path = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path)
        source.asked.append(self.path)
        record = source.record(path.rpartition("/")[2])
        time.sleep(LATE if fault == "slow" else source.delay)
        if fault == "hangs up":
            self.close_connection = True
        elif fault == "not HTTP":
            self.wfile.write(b"220 ready\r\n")
            self.close_connection = True
        elif fault == "headers without end":
            self._forever(b"X-%d: y\r\n", b"HTTP/1.1 200 OK\r\n")
        elif fault.startswith("status "):
            self.reply(int(fault[7:]), b"{}", {"Location": f"{source.scheme}://127.0.0.1:{source.port}/elsewhere"})
        elif record is None:
            self.reply(404, b"{}")
        elif fault == "drop by drop":
            octets = json.dumps(record).encode()
            self._forever(b"%d", b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (len(octets) * 9))
        elif fault == "hangs up halfway":
            octets = json.dumps(record).encode()
            self.reply(200, octets[:20], length=len(octets))
            self.close_connection = True
        elif fault == "not UTF-8":
            self.reply(200, json.dumps(record).encode().replace(b"Ana", b"\xff").replace(b"person", b"person\xff", 1))
        else:
            write = BODIES.get(fault, json.dumps)
            self.reply(200, write(record).encode())

    def reply(self, status, octets, headers=(), length=None):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(octets) if length is None else length))
        for name, value in dict(headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(octets)

    def _forever(self, drop, first):
        """Says a little every half second, for longer than anybody should wait."""
        self.wfile.write(first)
        for number in range(2 * LATE):
            self.wfile.write(drop % number)
            self.wfile.flush()
            time.sleep(0.5)
        self.close_connection = True
