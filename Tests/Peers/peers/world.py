# SPDX-License-Identifier: EUPL-1.2
"""A whole world with fresh keys: our own node, foreign nodes and services, in one folder."""
import pathlib
import socket
from dataclasses import dataclass, field

from . import encryption, keys, kits
from .clave_service import ClaveService
from .foreign_node import ForeignNode
from .names import LEGAL_SET, OAEP, OAEP_MGF1P

PUBLIC = "https://puente.test"
GATEWAY, ACS, CONNECTOR = "/Proxy2/ServiceProvider", "/eidas/connector/acs", "/eidas/connector/metadata"
LEGAL_WANTS = tuple((name, friendly, True) for friendly, name, _ in LEGAL_SET)

# Foreign nodes: country, kind of key, digest of the signature.
NODES = (
    ("AT", "rsa3072", "sha256"), ("BE", "rsa3072", "sha384"), ("CZ", "rsa3072", "sha512"), ("DE", "p256", "sha256"),
    ("DK", "p384", "sha384"), ("EE", "p521", "sha512"), ("EL", "bp256", "sha256"), ("FI", "bp384", "sha384"),
    ("FR", "bp512", "sha512"),
)


@dataclass
class World:
    """Everybody and their keys. `own` are the keys of the node under test: signing, encryption, metadata."""

    folder: pathlib.Path
    own: dict
    nodes: dict = field(default_factory=dict)       # country -> ForeignNode
    services: dict = field(default_factory=dict)    # provider -> ClaveService
    settings: dict = field(default_factory=dict)    # provider -> what services.yaml says besides
    connectors: dict = field(default_factory=dict)  # name -> ForeignConnector
    entries: dict = field(default_factory=dict)     # name of a connector -> what the trust list says besides
    national: object = None                         # NationalGateway; None: our Proxy-Service is off
    sources: object = None                          # sources.Sources: what completes an identity
    public: str = PUBLIC
    port: int = 0

    @property
    def gateway(self):
        return self.public + GATEWAY

    @property
    def acs(self):
        return self.public + ACS

    @property
    def clave_certificate(self):
        """What services were given to verify our answers with."""
        return self.own["clave"].certificate


def make(folder, kind="rsa3072", *, like=None, countries=None, kits_wanted=None):
    """A world whose own keys are of `kind`. The Cl@ve side always signs with RSA, as services expect.

    `like` lends its nodes and services: RSA keys take long to make.
    """
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    own = {"signing": keys.identity(kind, "Puente eIDAS signing", country="ES"),
           "encryption": keys.identity(kind, "Puente eIDAS encryption", "encrypt", country="ES"),
           "metadata": keys.identity(kind, "Puente metadata", country="ES"),
           "clave": keys.identity("rsa3072", "Puente Cl@ve", country="ES")}
    world = World(folder, own, port=free_port())
    if like is not None:
        world.nodes, world.services, world.settings = like.nodes, like.services, like.settings
        return world
    for country, node_kind, digest in NODES:
        if countries is None or country in countries:
            world.nodes[country] = node(country, node_kind, digest)
    if "CZ" in world.nodes:  # one node with the permission to use the old key transport
        world.nodes["CZ"].old_transport = True
    for name in kits_wanted or kits.KITS:
        add_kit(world, kits.KITS[name])
    return world


def node(country, kind, digest):
    host = f"https://node-{country.lower()}.test"
    return ForeignNode(
        country, host + "/metadata", host + "/sso", keys.identity(kind, f"{country} node", country=country),
        keys.identity(kind, f"{country} metadata", country=country), digest)


def add_kit(world, kit):
    """Services of one kit generation: plain answers, and each form of encryption that the kit reads."""
    label = kit.name.replace(".", "").replace("-", "").upper()
    answers = {"signature": "rsa-pss-sha512"} if kit.algorithm.startswith("rsa-pss") else {}
    add_service(world, f"S2800000A_{label}", kit, **answers)
    if kit.reads_encrypted and kit.name in ("java-2.8.4", "java-2.7", "php"):
        recipient = keys.identity("rsa3072", f"{kit.name} encryption", "encrypt", country="ES")
        add_service(world, f"S2800001B_{label}", kit, recipient, OAEP_MGF1P, **answers)
    if kit.name == "php":
        recipient = keys.identity("rsa3072", "php OAEP", "encrypt", country="ES")
        add_service(world, f"S2800002C_{label}", kit, recipient, OAEP, **answers)
        recipient = keys.identity("p256", "php ECDH", "encrypt", country="ES")
        add_service(world, f"S2800003D_{label}", kit, recipient, OAEP, **answers)
        add_service(world, f"S2800004E_{label}", kit, signer=keys.identity("p256", "php EC", country="ES"))
        add_service(world, f"S2800005F_{label}", kit, wants=LEGAL_WANTS, persons=["legal"])


def add_service(world, provider, kit, recipient=None, transport=OAEP_MGF1P, signer=None, wants=(), **settings):
    acs = f"https://{provider.lower().replace('_', '-')}.test/clave/acs"
    signer = signer or keys.identity("rsa3072", provider, country="ES")
    world.services[provider] = ClaveService(provider, acs, signer, kit, recipient, transport, wants)
    world.settings[provider] = settings


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def transports(kind):
    """Ways in which a node may encrypt for a key of this kind: (name, transport, who does it)."""
    if kind.startswith("rsa"):
        out = [(f"OAEP {h}", encryption.Transport(digest=h, mgf=h), None) for h in ("sha256", "sha384", "sha512")]
        return [*out, ("OAEP sha512, MGF sha256", encryption.Transport(digest="sha512"), "hand")]
    named = encryption.agreement(AlgorithmID="0041", PartyUInfo="004E4F4445", PartyVInfo="00505545")
    return [
        ("ECDH-ES, empty parameters", encryption.Transport(), "hand"),
        ("ECDH-ES, one zero octet each", encryption.Transport(parameters=tuple(encryption.OLD_PARTIES.items())), None),
        ("ECDH-ES, named parties, SHA-512", named.named(digest="sha512"), None),
        ("ECDH-ES, kw-aes128", named.named(wrap=128), None),
    ]
