# SPDX-License-Identifier: EUPL-1.2
"""Our keys change while people log in: rings and `puente keys`, as an operator uses them, on a running Puente.

    python -m peers.rolling [--puente PROGRAM] [--config FOLDER]
"""
import contextlib
import hashlib
import http.client
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
from dataclasses import replace

from cryptography.hazmat.primitives import serialization

from . import keys, persons
from .drivers import Stage, drive, parser
from .journey import Journey, identified
from .puente import default_program, write_key_pair
from .report import refused
from .world import CONNECTOR
from .xml import Refused, require

PLAIN = "S2800000A_JAVA27"
PIN = "4711-secret"
MODULE = "/usr/lib/softhsm/libsofthsm2.so"
# Purpose as the settings name it, the own identity that is in use at first, and what `keys new` makes.
RINGS = {
    "connector.signing": ("signing", "signing", "p256"),
    "connector.encryption": ("encryption", "encryption", "rsa-3072"),
    "connector.metadata": ("metadata", "signing", "p384"),
    "clave.signing": ("clave", "signing", "rsa-3072"),
}
SETTINGS = {
    section: {f"{use}-{kind}": value for purpose in RINGS for name, use in [purpose.split(".")] if name == section
              for kind, value in (("key", None), ("certificate", None), ("ring", f"keys/{section}-{use}.yaml"))}
    for section in ("connector", "clave")
}


def ring_of(where, purpose):
    return where.folder / "keys" / (purpose.replace(".", "-") + ".yaml")


class Rolling:
    def __init__(self, where, server, report):
        self.world, self.server, self.report = where, server, report
        self.service, self.node = where.services[PLAIN], where.nodes["AT"]

    # The operator's hands

    def puente(self, *arguments, expecting=0):
        """Runs the program; what it said, on both channels."""
        command = [self.server.program, *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        said = done.stdout + done.stderr
        require(done.returncode == expecting, f"{' '.join(command[1:4])} ended with {done.returncode}: {said}")
        require(PIN not in said, "a PIN was shown")
        return said

    def keys(self, *arguments, expecting=0):
        return self.puente("keys", *arguments, "--config", self.world.folder / "puente.yaml", expecting=expecting)

    def listed(self, purpose):
        report = json.loads(self.keys("list", "--json"))
        return {key["id"]: key for key in report["keys"] if key["place"] == purpose}

    def new(self, purpose, name="new"):
        _, use, kind = RINGS[purpose]
        self.puente("keys", "new", "--use", use, "--kind", kind, "--name", f"Puente {purpose}", "--ring",
                    ring_of(self.world, purpose), "--id", name)
        certificate = ring_of(self.world, purpose).with_suffix("")
        return keys.certificate(pathlib.Path(f"{certificate}-{name}.pem").read_bytes())

    def reload(self):
        self.server.process.send_signal(signal.SIGHUP)

    def roll(self, purpose, *options):
        said = self.keys("roll", purpose, *options)
        require("has taken it over" in said, f"the running node was not told: {said}")

    # What others see

    def fetch(self, pinned=None):
        """All nodes fetch our metadata, and verify it with what they pin."""
        octets = self.server.fetch(CONNECTOR)[1]
        for node in self.world.nodes.values():
            node.trust(octets, pinned or self.world.own["metadata"].certificate)

    def published(self, certificate, wanted=True):
        """Waits until our metadata has a certificate, or no longer has it, without any node taking note."""
        text = keys.der(certificate)
        until = time.monotonic() + 20
        while time.monotonic() < until:
            connector = self.node.connector.read(
                self.server.fetch(CONNECTOR)[1], self.world.own["metadata"].certificate)
            known = [keys.der(c) for c in (*connector.signing, connector.encryption)]
            if (text in known) == wanted:
                return connector
            time.sleep(0.2)
        raise Refused("our metadata did not change")

    def noted(self, certificate):
        """Waits until the list of who fetched has it."""
        wanted = hashlib.sha256(keys.der(certificate)).hexdigest()
        until = time.monotonic() + 30
        while time.monotonic() < until:
            readers = json.loads(self.keys("list", "--json"))["readers"]
            if readers and all(wanted in reader["keys"] for reader in readers):
                return readers
            time.sleep(0.5)
        raise Refused("nobody noted who fetched")

    # Logins

    def begin(self):
        return Journey(self.world, self.service, self.node).begin()

    def end(self, journey, person=persons.GERMAN):
        return identified(journey.finish(journey.answer(person)), self.node, person)

    def login(self):
        self.end(self.begin())

    def case(self, title):
        return self.report.case(title)

    # Stories

    def signing(self):
        purpose = "connector.signing"
        with self.case("signing: a new key is noticed by itself, published and not used") as note:
            new = self.new(purpose)
            require(self.listed(purpose)["new"]["state"] == "next", "not the next key")
            connector = self.published(new)
            require(keys.der(connector.signing[0]) == keys.der(self.world.own["signing"].certificate), "used already")
            note(f"{len(connector.signing)} signing keys")
            self.login()
        with self.case("signing: who fetched it is seen, and then it is rolled"):
            self.fetch()
            self.noted(new)
            journey = self.begin()
            self.roll(purpose)
            self.end(journey)
        with self.case("signing: nodes that fetched before the roll believe what is signed after it"):
            self.login()
        with self.case("signing: the old key is not given up while logins may need it"):
            said = self.keys("retire", purpose, "old", expecting=1)
            require("may need old until" in said, said)
            self.login()
        with self.case("signing: at last it is gone, and logins go on"):
            self.keys("retire", purpose, "old", "--force")
            self.published(self.world.own["signing"].certificate, wanted=False)
            self.fetch()
            self.login()
            require(self.listed(purpose)["old"]["state"] == "gone", "not gone")

    def hasty(self):
        purpose = "connector.signing"
        with self.case("signing: a key that nobody has fetched is not rolled to"):
            self.new(purpose, "hasty")
            said = self.keys("roll", purpose, expecting=1)
            require("Not done" in said and "--force" in said, said)
            self.login()
        with self.case("signing: nor is one that cannot be used, whatever is forced"):
            other = write_key_pair(self.world.folder / "keys", "other", keys.stranger())[1]
            ring = ring_of(self.world, purpose)
            text = ring.read_text()
            ring.write_text(text.replace("connector-signing-hasty.pem", other))
            self.keys("roll", purpose, "--force", expecting=1)
            ring.write_text(text)
            self.keys("retire", purpose, "hasty")
            self.login()
        with self.case("signing: nor is there any other way to be left without a key"):
            require("none" in self.keys("roll", purpose, "--force", expecting=1), "rolled to nothing")
            require("the active one" in self.keys("retire", purpose, "new", "--force", expecting=1), "retired")
            self.keys("roll", "connector.sining", expecting=2)

    def encryption(self):
        purpose, old = "connector.encryption", self.world.own["encryption"].certificate
        with self.case("encryption: before and after the roll either key opens") as note:
            new = self.new(purpose)
            self.reload()
            self.wait_for(purpose, "new")
            before = self.begin()
            self.roll(purpose)
            self.end(before)
            self.login()                       # the node still has our old metadata
            require(keys.der(self.node.connector.encryption) == keys.der(old), "the node fetched already")
            self.published(new)
            self.fetch()
            require(keys.der(self.node.connector.encryption) == keys.der(new), "the new key is not the first")
            self.login()
            note("old and new")
        with self.case("encryption: the old key is needed as long as our old metadata"):
            said = self.keys("retire", purpose, "old", expecting=1)
            require("may need old until" in said, said)
        with self.case("encryption: at last it is gone, and opens nothing"):
            self.keys("retire", purpose, "old", "--force")
            self.login()
            journey = self.begin()
            self.node.connector = replace(self.node.connector, encryption=old)
            refused("an answer for a key that is gone", self.end, journey)
            require(self.server.last_rule() == "encryption.failed", self.server.last_rule())
            self.fetch()
            self.login()

    def wait_for(self, purpose, name):
        """Until the running node has read a key that nobody else sees."""
        until = time.monotonic() + 20
        while time.monotonic() < until:
            if "trust lists, services and mappings read again" in self.server.tail(2_000):
                require(self.listed(purpose)[name].get("fault") is None, f"{name} does not work")
                return
            time.sleep(0.2)
        raise Refused("nothing was read again")

    def metadata(self):
        purpose = "connector.metadata"
        with self.case("metadata: the new key signs it, and whoever pins it verifies"):
            new = self.new(purpose)
            journey = self.begin()
            said = self.keys("roll", purpose)
            require("pin" in said, said)
            self.end(journey)
            until = time.monotonic() + 20
            while True:
                try:
                    self.fetch(new)
                    break
                except Refused:
                    require(time.monotonic() < until, "signed by the old key still")
                    time.sleep(0.2)
            self.keys("retire", purpose, "old")
            self.login()

    def clave(self):
        purpose = "clave.signing"
        with self.case("clave: answers are signed by the new key, to logins of before too"):
            new = self.new(purpose)
            journey = self.begin()
            self.roll(purpose)
            self.world.own["clave"] = keys.Identity(None, new, "rsa3072")
            self.end(journey)
            self.keys("retire", purpose, "old")
            self.login()

    def every(self):
        with self.case("all keys that live work, and say how long") as note:
            report = json.loads(self.keys("list", "--json"))["keys"]
            states = sorted(f"{key['place']} {key['id']} {key['state']}" for key in report)
            require(all(key.get("fault") is None for key in report), f"{report}")
            require(sum(key["state"] == "active" for key in report) == len(RINGS), f"{states}")
            note(f"{len(report)} keys")
        with self.case("a restart finds everything as it was"):
            self.server.restart()
            self.login()


def prepare(where):
    """Rings with the keys that the world has, by the program itself."""
    folder = where.folder / "keys"
    folder.mkdir(parents=True, exist_ok=True)
    for purpose, (own, _, _) in RINGS.items():
        key, certificate = write_key_pair(folder, own, where.own[own])
        subprocess.run(
            [os.environ.get("PUENTE_UNDER_TEST") or default_program(), "keys", "add", "--ring", ring_of(where, purpose),
             "--id", "old", "--key", key, "--certificate", certificate], check=True, capture_output=True, timeout=60)


class Token:
    """SoftHSM with two keys of ours."""

    def __init__(self, folder):
        self.folder, self.config = folder, folder / "softhsm2.conf"
        (folder / "tokens").mkdir(parents=True)
        self.config.write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
        self.pin = folder / "pin"
        self.pin.write_text(PIN + "\n")
        self.pin.chmod(0o600)
        os.environ["SOFTHSM2_CONF"] = str(self.config)
        self.run("softhsm2-util", "--init-token", "--free", "--label", "Peers", "--pin", PIN, "--so-pin", "00000000")

    def run(self, *command):
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        require(done.returncode == 0, f"{command[0]}: {done.stderr}")

    def take(self, name, identity):
        der = self.folder / "key.der"
        der.write_bytes(identity.key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        uses = ["--usage-sign", "--usage-decrypt" if identity.is_rsa else "--usage-derive"]
        self.run("pkcs11-tool", "--module", MODULE, "--token-label", "Peers", "--login", "--pin", PIN, "--write-object",
                 str(der), "--type", "privkey", "--label", name, "--id", "01", *uses)
        certificate = self.folder / f"{name}.pem"
        certificate.write_bytes(identity.certificate_pem)
        der.unlink()
        return certificate


def tokens(kinds):
    """Keys in a token, of the kinds given for signing and for encryption."""
    def run(where, server, report):
        rolling = Rolling(where, server, report)
        signing, encryption = (keys.identity(kind, f"token {use}", use, country="ES")
                               for kind, use in zip(kinds, ("sign", "encrypt")))
        with report.case(f"token: {kinds[0]} signs and {kinds[1]} opens"):
            token = Token(where.folder / "token")
            for purpose, name, identity in (("connector.signing", "signing", signing),
                                            ("connector.encryption", "encryption", encryption)):
                certificate = token.take(name, identity)
                rolling.puente("keys", "add", "--ring", ring_of(where, purpose), "--id", "token", "--module", MODULE,
                               "--uri", f"pkcs11:token=Peers;object={name};type=private", "--secret",
                               f"file:{token.pin}", "--certificate", certificate)
            server.restart()                    # with the environment that names the token
            rolling.published(signing.certificate)
            rolling.fetch()
            rolling.noted(signing.certificate)
            journey = rolling.begin()
            rolling.roll("connector.signing")
            rolling.roll("connector.encryption")
            rolling.end(journey)
            rolling.published(encryption.certificate)
            rolling.fetch()
            for _ in range(3):
                rolling.login()
        with report.case("token: with a wrong PIN nothing is taken over, and no PIN is told"):
            token.pin.write_text("0815\n")
            said = rolling.keys("list", expecting=1)
            require("CKR_PIN_INCORRECT" in said and "0815" not in said, said)
            rolling.login()
            token.pin.write_text(PIN + "\n")
            rolling.keys("list")
        with report.case("token: neither the settings nor the ring nor the log has the PIN"):
            texts = [path.read_text() for path in (where.folder / "keys").glob("*.yaml")]
            texts += [(where.folder / "puente.yaml").read_text(), server.log.read_text()]
            require(not any(PIN in text for text in texts), "a PIN was written")
    return run


def proxied(server, report):
    with report.case("who fetched is told by the proxy in front, and by nobody else"):
        connection = http.client.HTTPConnection("127.0.0.1", server.world.port, timeout=10)
        for header in ("192.0.2.1, 198.51.100.7", "no address"):
            connection.request("GET", CONNECTOR, headers={"X-Forwarded-For": header, "User-Agent": "Peers/1"})
            require(connection.getresponse().read(), "no metadata")
        connection.close()
        server.restart()                        # writes down what it knows
        readers = json.loads((server.world.folder / "state" / "metadata-readers.json").read_text())
        addresses = {reader["address"]: reader["userAgent"] for reader in readers}
        require(addresses == {"198.51.100.7": "Peers/1", "127.0.0.1": "Peers/1"}, f"{addresses}")


def pkcs12(where, server, report):
    proxied(server, report)
    (where.folder / "state" / "metadata-readers.json").unlink()
    server.restart()
    rolling = Rolling(where, server, report)
    for number, legacy in enumerate(([], ["-legacy"])):
        with report.case(f"PKCS#12: a key in a file of {'old' if legacy else 'today'} signs"):
            identity = keys.identity("rsa3072", "PKCS#12 signing", country="ES")
            folder = where.folder / "keys"
            pem, store, secret = folder / "p12.pem", folder / f"signing-{number}.p12", folder / "passphrase"
            pem.write_bytes(identity.key_pem + identity.certificate_pem)
            secret.write_text(PIN + "\n")
            secret.chmod(0o600)
            subprocess.run(["openssl", "pkcs12", "-export", *legacy, "-in", pem, "-out", store, "-passout",
                            f"file:{secret}"], check=True, capture_output=True, timeout=60)
            store.chmod(0o600)
            pem.unlink()
            rolling.puente("keys", "add", "--ring", ring_of(where, "connector.signing"), "--id", f"p12-{number}",
                           "--pkcs12", store, "--secret", f"file:{secret}")
            rolling.reload()
            rolling.published(identity.certificate)
            rolling.fetch()
            rolling.noted(identity.certificate)
            rolling.roll("connector.signing")
            rolling.login()


def rings(where, server, report):
    rolling = Rolling(where, server, report)
    for story in (rolling.signing, rolling.hasty, rolling.encryption, rolling.clave, rolling.metadata, rolling.every):
        story()


def main(arguments=None):
    given = parser(__doc__.split("\n")[0]).parse_args(arguments)
    os.environ["PUENTE_UNDER_TEST"] = str(given.puente)
    stages = [
        Stage("rsa3072", "Rings: every key changes, and logins go on", rings, SETTINGS, prepare),
        Stage("p256", "Keys in PKCS#12 files", pkcs12, SETTINGS | {"listen": {"clients": "x-forwarded-for"}}, prepare),
        Stage("p256", "Keys in a token: RSA", tokens(("rsa3072", "rsa3072")), SETTINGS, prepare),
        Stage("rsa3072", "Keys in a token: curves", tokens(("p384", "p256")), SETTINGS, prepare),
    ]
    with contextlib.suppress(KeyError):
        del os.environ["SOFTHSM2_CONF"]
    return drive(stages, given)


if __name__ == "__main__":
    sys.exit(main())
