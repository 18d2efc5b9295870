# SPDX-License-Identifier: EUPL-1.2
"""Puente itself as a child process: its configuration from a World, start, readiness, stop."""
import http.client
import json
import os
import pathlib
import re
import signal
import subprocess
import time

from .names import LEGAL_SET, NATURAL_OPTIONAL, NATURAL_SET, OAEP
from . import keys
from .abroad import METADATA
from .world import CONNECTOR
from .xml import Refused, require

STOP = 60  # seconds for logins that were begun and never finished
ROOT = pathlib.Path(__file__).resolve().parents[3]


def default_program():
    return os.environ.get("PUENTE") or str(ROOT / ".build" / "debug" / "puente")


def write_key_pair(folder, name, identity):
    for suffix, octets in ((".key.pem", identity.key_pem), (".crt.pem", identity.certificate_pem)):
        path = folder / (name + suffix)
        path.write_bytes(octets)
        path.chmod(0o600)
    return str(folder / f"{name}.key.pem"), str(folder / f"{name}.crt.pem")


def configure(world, **changes):
    """Writes everything that an operator would write; the path of `puente.yaml`."""
    folder = world.folder
    for sub in ("keys", "metadata", "state"):
        (folder / sub).mkdir(exist_ok=True)
    settings = {
        "public-url": world.public,
        "listen": {"host": "127.0.0.1", "port": world.port},
        "state-directory": str(folder / "state"),
        "connector": {
            **pair(folder, "signing", world.own["signing"]),
            **pair(folder, "encryption", world.own["encryption"]),
            **pair(folder, "metadata", world.own["metadata"]),
            "organization": {"name": "Peers", "url": "https://peers.example/"},
            "contacts": {kind: {"company": "Peers", "email": f"{kind}@peers.example"}
                         for kind in ("support", "technical")},
        },
        "clave": pair(folder, "clave", world.own["clave"], "signing"),
        "operator": {"name": "Peers", "contact-email": "operator@peers.example"},
        "trust-lists": [str(folder / "metadata" / "trust-list.yaml")],
        "services": [str(folder / "metadata" / "services.yaml")],
        "mappings": {name: str(ROOT / "mappings" / f"{name}.yaml") for name in ("eidas", "clave2")},
        "log": {"level": "debug", "format": "text"},
    }
    if world.national:
        settings |= other_direction(world)
    for key, value in changes.items():
        settings[key] = merged(settings.get(key, {}), value) if isinstance(value, dict) else value
    write(folder / "metadata" / "trust-list.yaml", {
        "nodes": [node_entry(folder, n) for n in world.nodes.values()]
        + [connector_entry(folder, name, c, world.entries.get(name, {})) for name, c in world.connectors.items()
           if not world.entries.get(name, {}).get("unlisted")]})
    write(folder / "metadata" / "services.yaml", {"services": [
        service_entry(folder, s, world.settings[p]) for p, s in world.services.items()]})
    write(folder / "puente.yaml", settings)
    return folder / "puente.yaml"


def merged(section, changes):
    """A section with changes; what is None is left out."""
    return {key: value for key, value in (section | changes).items() if value is not None}


def other_direction(world):
    """The sections that make Puente a Proxy-Service and a service of the national gateway."""
    folder, national = world.folder, world.national
    _, certificate = write_key_pair(folder / "keys", "gateway", national.signer)
    proxy = {**pair(folder, "proxy", world.own["proxy"], "signing"), **pair(folder, "metadata", world.own["metadata"])}
    if world.sources is not None:
        proxy["attribute-sources"] = str(world.sources.declare(folder))
    return {
        "proxy-service": proxy,
        "clave-gateway": {
            "address": national.address, "provider-name": national.provider,
            **({"application": national.application} if national.application else {}),
            "certificates": [{"file": certificate}], "issuers": [national.issuer],
            **pair(folder, "registered", world.own["registered"], "signing"),
        },
    }


def write(path, value):
    """JSON is YAML."""
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def pair(folder, name, identity, prefix=None):
    key, certificate = write_key_pair(folder / "keys", name, identity)
    return {f"{prefix or name}-key": key, f"{prefix or name}-certificate": certificate}


def node_entry(folder, node):
    path = folder / "metadata" / f"node-{node.country}.xml"
    path.write_bytes(node.metadata())
    _, pin = write_key_pair(folder / "keys", f"node-{node.country}", node.metadata_signer)
    entry = {"entity-id": node.entity_id, "country": node.country, "role": "proxy-service",
             "source": {"file": str(path)}, "pins": [{"file": pin}]}
    if node.old_transport:
        entry["profile"] = {"allows-old-key-transport": True}
    return entry


def connector_entry(folder, name, connector, changes):
    """Among the changes `metadata` are options of the connector's metadata, `pinned` is the certificate to trust."""
    path, changes = folder / "metadata" / f"connector-{name}.xml", dict(changes)
    path.write_bytes(connector.metadata(**changes.pop("metadata", {})))
    pinned = keys.Identity(connector.metadata_signer.key,
                           changes.pop("pinned", connector.metadata_signer.certificate), "")
    _, pin = write_key_pair(folder / "keys", f"connector-{name}", pinned)
    return {"entity-id": connector.entity_id, "country": connector.country, "role": "connector",
            "source": {"file": str(path)}, "pins": [{"file": pin}]} | changes


def service_entry(folder, service, changes):
    _, certificate = write_key_pair(folder / "keys", service.provider, service.signer)
    legal = "legal" in changes.get("persons", [])
    rows = LEGAL_SET if legal else NATURAL_SET + NATURAL_OPTIONAL
    entry = {
        "provider-name": service.provider, "display-name": {"es": f"Sede {service.provider}", "en": service.provider},
        "certificates": [{"file": certificate}], "return-addresses": [service.acs],
        "lowest-loa": "low", "attributes": [friendly for friendly, _, _ in rows],
    }
    if service.recipient is not None:
        _, recipient = write_key_pair(folder / "keys", service.provider + "-encryption", service.recipient)
        entry["encryption"] = {"certificate": {"file": recipient},
                               "cipher": service.cipher,
                               "key-transport": "rsa-oaep" if service.transport == OAEP else "rsa-oaep-mgf1p"}
    return entry | changes


def stop(process, name, patience):
    """SIGTERM, and if that is not enough in so many seconds, the end and a fault."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise Refused(f"{name} did not stop within {patience} s of SIGTERM") from None


class Puente:
    """`puente serve` while the context lasts; nodes and connectors of the world then know its metadata."""

    def __init__(self, world, program=None, patience=30, **changes):
        self.world, self.program, self.patience, self.changes = world, program or default_program(), patience, changes
        self.process, self.log = None, world.folder / "puente.log"

    def __enter__(self):
        require(os.access(self.program, os.X_OK), f"no program at {self.program}: build it, or set PUENTE")
        self._start(configure(self.world, **self.changes))
        try:
            self._wait()
            octets = self.fetch(CONNECTOR)[1]
            for node in self.world.nodes.values():
                node.trust(octets, self.world.own["metadata"].certificate)
            if self.world.national:
                octets = self.fetch(METADATA)[1]
                for connector in self.world.connectors.values():
                    connector.trust(octets, self.world.own["metadata"].certificate, self.world.public + METADATA)
        except BaseException:
            self.__exit__()
            raise
        return self

    def restart(self):
        """Ends the process and starts another with the same files."""
        stop(self.process, "puente", STOP)
        self._start(self.world.folder / "puente.yaml")
        self._wait()

    def _start(self, config):
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # bounded by __exit__
                [self.program, "serve", "--config", str(config)], stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def _wait(self):
        until = time.monotonic() + self.patience
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise Refused(f"puente ended with {self.process.returncode}: {self.tail()}")
            try:
                if self.fetch("/health/ready")[0] == 200:
                    return
            except OSError:
                pass
            time.sleep(0.1)
        raise Refused(f"not ready after {self.patience} s: {self.tail()}")

    def fetch(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.world.port, timeout=10)
        try:
            connection.request("GET", path, headers={"Connection": "close"})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def alive(self):
        return self.process.poll() is None

    def __exit__(self, *_):
        stop(self.process, "puente", STOP)

    def last_rule(self):
        """The rule by which the last message was turned away, from the log."""
        return (self.rules() or [""])[-1]

    def rules(self):
        """The rules of the last few lines of the log, the newest last."""
        return re.findall(r' rule="([^"]*)"', self.tail(3_000))

    def tail(self, size=1500):
        return self.log.read_bytes()[-size:].decode("utf-8", "replace")
