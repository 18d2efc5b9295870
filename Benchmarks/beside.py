# SPDX-License-Identifier: EUPL-1.2
"""`puente serve` for the driver of another bench, which drives logins through SAML proxies and measures them.

    PYTHONPATH=Tests/Peers .work/venv/bin/python Benchmarks/beside.py KEYS COMMAND ...

KEYS is the folder of that bench with `up-*` (the node abroad), `dn-*` (the service) and `px-*` (ours), each `sign` and
`enc`, as `.key.pem` and `.crt.pem`. One login is made and checked first; then COMMAND runs, in which `{target}` and
`{pid}` stand for the driver's target file and the process of Puente; then Puente is stopped. `$PUENTE` is the program,
else the release build.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from handmade.suites import SUITES
from peers import keys, kits, persons
from peers.handmade_peers import HandmadeNode, HandmadeService
from peers.journey import Journey, identified
from peers.names import OAEP
from peers.puente import ROOT, Puente
from peers.world import ACS, GATEWAY, World, free_port

# eIDAS allows no PKCS#1 v1.5: the same number of RSA-3072 operations, with PSS, and OAEP with SHA-256.
SUITE = SUITES["rsa3072-pss-sha256"]


class BenchService(HandmadeService):
    """The bench's relying party. Its ProviderName is fixed, its entity identifier another than its return address."""

    issuer = "https://dn.bench.example/sp"


def world(folder, pair):
    port = free_port()
    own = {"signing": pair("px-sign"), "encryption": pair("px-enc"), "clave": pair("px-sign"),
           "metadata": keys.identity("rsa3072", "Puente metadata", country="ES")}
    node = HandmadeNode("DE", "https://up.bench.example/ServiceMetadata", "https://up.bench.example/ColleagueRequest",
                        pair("up-sign"), pair("up-sign"), suite=SUITE)
    service = BenchService("Puente bench SP", "https://dn.bench.example/sp/acs", pair("dn-sign"), kits.KITS["php"],
                           pair("dn-enc"), OAEP, suite=SUITE)
    return World(folder, own, {"DE": node}, {service.provider: service}, {service.provider: service.settings},
                 f"http://127.0.0.1:{port}", port)


def main(folder, command):
    def pair(name):
        key, certificate = ((folder / f"{name}.{kind}.pem").read_bytes() for kind in ("key", "crt"))
        return keys.Identity(keys.private(key), keys.certificate(certificate), "rsa3072")

    program = os.environ.get("PUENTE") or str(ROOT / ".build/release/puente")
    with tempfile.TemporaryDirectory() as temporary:
        where = world(pathlib.Path(temporary), pair)
        service, node = *where.services.values(), *where.nodes.values()
        target = where.folder / "target.json"
        target.write_text(json.dumps({
            "sso": where.public + GATEWAY, "acs": where.public + ACS, "suite": SUITE.name, "typed": True,
            "up_sso": node.sso, "px_sp": where.public + "/eidas/connector/metadata",
            "extra_fields": {"country": "DE"}}), encoding="utf-8")
        with Puente(where, program, log={"level": "warning", "format": "text"}) as server:
            identified(Journey(where, service, node).run(persons.GERMAN), node, persons.GERMAN)
            words = [word.format(target=target, pid=server.process.pid) for word in command]
            return subprocess.run(words, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]), sys.argv[2:]))
