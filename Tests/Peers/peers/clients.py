# SPDX-License-Identifier: EUPL-1.2
"""Other people's software in whole logins through a running Puente.

    python -m peers.clients [--puente PROGRAM] [--config FOLDER] [--only NAME,...]
"""
import sys

from . import handmade_logins, kits_rows, pysaml2_logins, simplesaml_logins
from .drivers import Stage, drive, parser

STAGES = {
    "rows": Stage("rsa3072", "What the official engine was observed to do (Cl@ve dossier §11)", kits_rows.run,
                  prepare=kits_rows.prepare),
    "simplesaml": Stage("rsa3072", "Services behind SimpleSAMLphp", simplesaml_logins.run,
                        prepare=simplesaml_logins.prepare),
    "pysaml2": Stage("p256", "pysaml2 as foreign node, and as judge", pysaml2_logins.run,
                     prepare=pysaml2_logins.prepare),
} | {
    f"handmade-{name}": Stage(handmade_logins.kind(suites), f"handmade as node and service, our keys {name}",
                              handmade_logins.run, prepare=handmade_logins.prepare(suites))
    for name, suites in handmade_logins.WORLDS.items()
}


def main(arguments=None):
    options = parser(__doc__.split("\n")[0])
    options.add_argument("--only", default=",".join(STAGES), help="some of: " + ", ".join(STAGES))
    given = options.parse_args(arguments)
    return drive([STAGES[name] for name in given.only.split(",")], given)


if __name__ == "__main__":
    sys.exit(main())
