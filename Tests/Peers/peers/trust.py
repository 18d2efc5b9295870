# SPDX-License-Identifier: EUPL-1.2
"""Trust as its operators meet it: every command, every mistake, damage on the disk, and kills in the middle.

    python -m peers.trust [--puente PROGRAM] [--config FOLDER]
"""
import sys

from . import trust_damage, trust_kills, trust_two, trust_walk
from .drivers import Stage, drive, parser
from .world import make

SETTINGS = {"trust": {"allowed-networks": ["127.0.0.1"]}}


def small(folder, kind, like=None):
    """Two countries and one service."""
    return make(folder, kind, like=like, countries=("AT", "DE"), kits_wanted=("java-2.8.4",))


def main(arguments=None):
    given = parser(__doc__.split("\n", maxsplit=1)[0]).parse_args(arguments)
    stages = [
        Stage("p256", "A country's life, by the commands of an operator", trust_walk.judge, SETTINGS),
        Stage("p256", "Two people decide", trust_two.judge, trust_two.SETTINGS, trust_two.prepare),
        Stage("p256", "Mistakes, lies and damage", trust_damage.judge, SETTINGS),
        Stage("p256", "Killed in the middle", trust_kills.judge, SETTINGS),
    ]
    return drive(stages, given, 84, make=small)


if __name__ == "__main__":
    sys.exit(main())
