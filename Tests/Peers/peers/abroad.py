# SPDX-License-Identifier: EUPL-1.2
"""A world in which others ask about the people of Spain: Connectors abroad, and the national gateway."""
import datetime as dt
import pathlib
import subprocess
import tempfile
from dataclasses import replace

from . import keys, world
from .foreign_connector import ForeignConnector
from .national_gateway import NationalGateway

SSO, METADATA, RETURN = "/eidas/proxy/sso", "/eidas/proxy/metadata", "/clave/acs"
GATEWAY = "https://pasarela.test/Proxy2/ServiceProvider"

# Connectors: country, kinds of the keys that sign and that open, digest of the signature, what else. A country may have
# several, which then have names; the institutions of the Union have one of their own.
CONNECTORS = (
    ("FR", "rsa3072", "rsa3072", "sha256", {}),
    ("DE", "p256", "p256", "sha256", {"other_acs": ("https://connector-de.test/second-acs",)}),
    ("PL", "rsa4096", "rsa4096", "sha512", {"versions": ("1.4", "1.3", "1.2")}),
    ("IT", "p384", "p384", "sha384", {"sector": None}),
    ("CZ", "p521", "p521", "sha512", {"versions": ("1.2",)}),
    ("AT", "bp256", "bp256", "sha256", {"versions": ("1.3", "1.2")}),
    ("SE", "bp384", "bp384", "sha384", {"versions": ("1.4.1",)}),
    ("NL", "bp512", "bp512", "sha512", {"versions": ()}),
    ("EL", "p256", "rsa3072", "sha256", {"versions": ("1.4",)}),
    ("PT", "rsa3072", "p256", "sha384", {"sector": "private"}),
    ("DE", "p384", "rsa3072", "sha512", {"name": "DE-BY", "ciphers": ("aes128-gcm",)}),
    ("EU", "p256", "p384", "sha256", {}),
    ("LU", "p256", "rsa3072", "sha256", {}),
    ("HR", "p256", "p256", "sha256", {}),
)


def connector(country, kind, recipient, digest="sha256", *, name=None, **more):
    """A Connector with fresh keys, at addresses of its own."""
    host = f"https://connector-{(name or country).lower()}.test"
    return ForeignConnector(
        country, host + "/metadata", host + "/acs", keys.identity(kind, f"{country} connector", country=country),
        keys.identity(recipient, f"{country} connector", "encrypt", country=country),
        keys.identity("p256", f"{country} metadata", country=country), digest, **more)


def entries(connectors):
    """What is odd about the metadata of some, and good all the same."""
    if "LU" in connectors:      # in the middle of a roll-over: old keys beside new ones, one too short to encrypt for
        old, short = keys.identity("p256", "LU old", country="LU"), keys.identity("rsa2048", "LU short", "encrypt")
        yield "LU", {"metadata": {"signing": [old.certificate, connectors["LU"].signer.certificate],
                                  "encrypting": [short.certificate, connectors["LU"].recipient.certificate]}}
    if "HR" in connectors:      # says nothing of the algorithms that it opens
        yield "HR", {"metadata": {"methods": False}}


def gateway(own):
    return NationalGateway(GATEWAY, GATEWAY.removesuffix("/ServiceProvider"),
                           keys.identity("rsa3072", "Cl@ve", country="ES"), own.certificate, world.PUBLIC + RETURN)


def make(folder, kind="rsa3072", *, like=None, countries=None):
    """A world whose own keys are of `kind`, but for the one of the registered service: Cl@ve wants RSA there."""
    where = world.make(folder, kind, like=like, countries=("AT",), kits_wanted=("java-2.7",))
    where.own |= {"proxy": keys.identity(kind, "Puente Proxy-Service", country="ES"),
                  "registered": keys.identity("rsa3072", "Puente at Cl@ve", country="ES")}
    if like is not None:
        where.connectors, where.entries, where.national = dict(like.connectors), dict(like.entries), replace(
            like.national, client=where.own["registered"].certificate)
    else:
        where.connectors = {row[4].get("name", row[0]): connector(*row[:4], **row[4]) for row in CONNECTORS
                            if countries is None or row[0] in countries}
        where.entries = dict(entries(where.connectors))
        where.national = gateway(where.own["registered"])
    return where


# Connectors that are not in order: name, kinds of keys, what else, what the trust list and the metadata say.
ODD = (
    ("disabled", "p256", "p256", {}, {"enabled": False}),
    ("expired", "p256", "p256", {}, {"metadata": {"valid_for": dt.timedelta(days=-1)}}),
    ("ancient", "p256", "p256", {"versions": ("1.1",)}, {}),
    ("weak", "rsa2048", "p256", {}, {}),
    ("frail", "p256", "rsa2048", {}, {}),
    ("keyless", "p256", "p256", {}, {"metadata": {"encrypting": []}}),
    ("elsewhere", "p256", "p256", {}, {"metadata": {"country": "LU"}}),
    ("misnamed", "p256", "p256", {}, {}),
    ("nowhere", "p256", "p256", {}, {"metadata": {"acs": []}}),
    ("overdue", "p256", "p256", {}, {}), ("early", "p256", "p256", {}, {}), ("sha1", "p256", "p256", {}, {}),
    ("long", "p256", "p256", {}, {}), ("plain", "p256", "p256", {}, {}),
)


def add_odd(where):
    """They are all of Malta, where a country may have several Connectors. `unknown` is not in the trust list."""
    if "unknown" in where.connectors:
        return
    for name, kind, recipient, more, entry in ODD:
        one = connector("MT", kind, recipient, name=name, **more)
        where.connectors[name], where.entries[name] = one, entry
    odd = where.connectors
    odd["overdue"].signer = dated(odd["overdue"].signer, (-30, -1))
    odd["early"].signer = dated(odd["early"].signer, (1, 30))
    odd["sha1"].signer = replace(odd["sha1"].signer, certificate=by_sha1(odd["sha1"].signer))
    odd["long"].acs += "/" + "x" * 290
    odd["plain"].acs = odd["plain"].acs.replace("https:", "http:")
    where.entries["misnamed"] = {"pinned": keys.stranger("p256").certificate}
    odd["unknown"], where.entries["unknown"] = connector("MT", "p256", "p256", name="unknown"), {"unlisted": True}


def dated(identity, days):
    return replace(identity, certificate=keys.certify(identity.key, "MT connector", country="MT", days=days))


def by_sha1(identity):
    """A certificate over the key that the openssl program has signed with SHA-1, which the library refuses to do."""
    with tempfile.TemporaryDirectory() as folder:
        key = pathlib.Path(folder, "key.pem")
        key.write_bytes(identity.key_pem)
        made = subprocess.run(["openssl", "req", "-new", "-x509", "-sha1", "-key", key, "-subj", "/C=MT/CN=sha1",
                               "-days", "30", "-addext", "keyUsage=critical,digitalSignature"],
                              capture_output=True, check=True, timeout=60)
    return keys.certificate(made.stdout)
