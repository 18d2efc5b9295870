# SPDX-License-Identifier: EUPL-1.2
"""Services behind SimpleSAMLphp (Debian's, unpacked by `bin/setup`): it asks and judges, its pages are walked through.

Its code is left alone; configuration, keys and sessions are in a folder of the run. PHP's own server listens on
loopback.
"""
import functools
import json
import os
import pathlib
import re
import shutil
import subprocess
import time
import urllib.parse
from dataclasses import dataclass

from . import keys, kits, xml
from .browser import Browser, Delivery
from .names import CLAVE, EIDAS, LOA, NATURAL, OAEP_MGF1P, POST, SIGNATURES, XSI
from .puente import stop
from .world import free_port
from .xml import Refused, require

HERE = pathlib.Path(__file__).resolve().parent.parent / "simplesamlphp"
PUBLIC = "https://simplesaml.test/"


def unpacked():
    return HERE.parents[2] / ".work/simplesamlphp/usr/share/simplesamlphp"


@dataclass
class Service:
    """One authentication source of SimpleSAMLphp. It has one key for everything, as such services do."""

    source: str
    provider: str
    signer: object                              # Identity
    algorithm: str = "rsa-sha256"               # of its requests
    encrypted: bool = False                     # whether it insists on an encrypted assertion
    wants: tuple = ()                           # (name, friendly name, required)
    transport: str = OAEP_MGF1P
    cipher: str = "aes256-gcm"

    @property
    def acs(self):
        return f"{PUBLIC}simplesaml/module.php/saml/sp/saml2-acs.php/{self.source}"

    @functools.cached_property
    def recipient(self):
        if not self.encrypted:
            return None
        name = f"{self.provider} encryption"
        return keys.Identity(self.signer.key, keys.certify(self.signer.key, name, "encrypt"), self.signer.kind)

    def authsource(self):
        return {
            "0": "saml:SP", "entityID": PUBLIC + self.source, "privatekey": f"{self.source}.key",
            "certificate": f"{self.source}.crt", "sign.authnrequest": True, "ForceAuthn": True,
            "signature.algorithm": SIGNATURES[self.algorithm], "assertion.encryption": self.encrypted,
            "ProviderName": f"{self.provider};SedeEjemplo", "disable_scoping": True,
        }


def extensions(wants, relay):
    """What our page puts into Extensions: the sector, an excluded method, the RelayState attribute."""
    rows = kits.requested(CLAVE + "AEATIdP", "AEATIdP")
    rows += kits.requested(CLAVE + "RelayState", "RelayState", value=relay)
    rows += "".join(kits.requested(name, friendly, required) for name, friendly, required in wants)
    return (f'<w xmlns:eidas="{EIDAS}" xmlns:eidas-natural="{NATURAL}" xmlns:xsi="{XSI}"><eidas:SPType>public'
            f'</eidas:SPType><eidas:RequestedAttributes>{rows}</eidas:RequestedAttributes></w>')


class SimpleSAML:
    """PHP's server with SimpleSAMLphp while the context lasts."""

    def __init__(self, world, services, patience=20):
        self.world, self.services, self.patience = world, services, patience
        self.folder, self.port, self.process = world.folder / "simplesaml", free_port(), None

    def __enter__(self):
        require((unpacked() / "lib/_autoload.php").is_file(), f"no SimpleSAMLphp at {unpacked()}: run bin/setup")
        require(shutil.which("php"), "no php program: run bin/setup")
        for name in ("root", "cert", "log", "sessions", "temporary"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        for name, place in (("simplesaml", unpacked() / "www"), ("service.php", HERE / "service.php")):
            link = self.folder / "root" / name
            link.unlink(missing_ok=True)  # of an earlier run
            link.symlink_to(place)
        for service in self.services:
            (self.folder / f"cert/{service.source}.key").write_bytes(service.signer.key_pem)
            (self.folder / f"cert/{service.source}.crt").write_bytes(service.signer.certificate_pem)
        written = self.folder / "simplesaml.json"
        written.write_text(json.dumps(self.configuration()), encoding="utf-8")
        with (self.folder / "log/php.log").open("ab") as log:
            self.process = subprocess.Popen(  # bounded by __exit__
                ["php", "-d", "error_reporting=E_ALL & ~E_DEPRECATED", "-S", f"127.0.0.1:{self.port}",
                 "-t", str(self.folder / "root")],
                env=os.environ | {"SIMPLESAMLPHP_CONFIG_DIR": str(HERE / "config"), "SIMPLESAMLPHP": str(unpacked()),
                                  "PEERS_SIMPLESAML": str(written), "PEERS_PUBLIC": PUBLIC},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        stop(self.process, "php", 10)

    def configuration(self):
        folder = self.folder
        config = {
            "baseurlpath": PUBLIC + "simplesaml/", "application": {"baseURL": PUBLIC.rstrip("/")},
            "certdir": f"{folder}/cert/", "loggingdir": f"{folder}/log/", "datadir": f"{folder}/temporary/",
            "tempdir": f"{folder}/temporary", "metadatadir": str(HERE / "metadata"),
            "secretsalt": xml.identifier(), "auth.adminpassword": xml.identifier(), "timezone": "UTC",
            "technicalcontact_email": "technical@peers.example", "trusted.url.domains": None,
            "showerrors": True, "errorreporting": False, "logging.level": 7, "logging.handler": "file",
            "store.type": "phpsession", "session.phpsession.savepath": f"{folder}/sessions",
            "session.cookie.secure": True, "session.cookie.samesite": "None", "language.available": ["en"],
            "language.default": "en", "metadata.sources": [{"type": "flatfile"}],
        }
        issuer = self.world.public + "/Proxy2"
        gateway = {"entityid": issuer, "SingleSignOnService": [{"Binding": POST, "Location": self.world.gateway}],
                   "keys": [{"signing": True, "encryption": False, "type": "X509Certificate",
                             "X509Certificate": xml.encode(keys.der(self.world.clave_certificate))}]}
        return {"config": config, "gateways": {issuer: gateway}, "authsources": {
            s.source: s.authsource() | {"idp": issuer} for s in self.services}}

    def _wait(self):
        until = time.monotonic() + self.patience
        while time.monotonic() < until:
            require(self.process.poll() is None, f"php ended with {self.process.returncode}: {self.tail()}")
            try:
                if Browser(PUBLIC.rstrip("/"), self.port).get("/simplesaml/module.php/core/login").status:
                    return
            except OSError:
                pass
            time.sleep(0.1)
        raise Refused(f"SimpleSAMLphp not ready after {self.patience} s: {self.tail()}")

    @staticmethod
    def version():
        source = (unpacked() / "lib/SimpleSAML/Configuration.php").read_text(encoding="utf-8")
        return re.search(r"VERSION = '([^']+)'", source)[1]

    def tail(self, size=800):
        return (self.folder / "log/php.log").read_bytes()[-size:].decode("utf-8", "replace")


@dataclass
class Visit:
    """One person at one service: the way to the gateway, and back with its answer."""

    server: SimpleSAML
    service: Service
    relay: str = "relay-7"
    browser: Browser = None

    def __post_init__(self):
        self.browser = Browser(PUBLIC.rstrip("/"), self.server.port)

    def ask(self, loa="low", text=None):
        """The form that goes to the gateway."""
        query = {"as": self.service.source, "loa": LOA[loa],
                 "extensions": extensions(self.service.wants, self.relay) if text is None else text}
        page = self.browser.get(f"{PUBLIC}service.php?{urllib.parse.urlencode(query)}")
        require("html" in page.headers["content-type"], f"SimpleSAMLphp: {page.text}")
        return self.browser.deliver(page)

    def hand(self, delivery: Delivery):
        """What SimpleSAMLphp makes of the gateway's answer. Raises Refused where it does not accept it."""
        require(delivery.url == self.service.acs, f"delivered to {delivery.url}")
        page = self.browser.post(delivery.url, delivery.fields)
        require(page.headers["content-type"] == "application/json", f"not our page: {page.url} {page.text}")
        told = json.loads(page.body)
        require("fault" not in told, f"SimpleSAMLphp: {told.get('fault')}")
        return told
