# SPDX-License-Identifier: EUPL-1.2
"""What the drivers of a running Puente have in common: options, one world after another, one summary."""
import argparse
import os
import pathlib
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from . import world
from .puente import Puente, default_program
from .report import Report
from .xml import Refused


@dataclass(frozen=True)
class Stage:
    """One start of Puente: with which keys and settings, and what is tried on it."""

    kind: str
    title: str
    run: Callable                # (world, server, report)
    settings: dict = field(default_factory=dict)
    prepare: Callable | None = None    # (world): gives it other peers before Puente reads of them


def parser(text):
    options = argparse.ArgumentParser(description=text)
    options.add_argument("--puente", default=default_program(), metavar="PROGRAM", type=os.path.abspath,
                         help="default: $PUENTE, or the debug build")
    options.add_argument("--config", type=pathlib.Path, metavar="FOLDER",
                         help="where keys, settings and logs go, and stay (default: a temporary folder)")
    return options


def drive(stages, given, width=64, make=world.make):
    """Runs the stages, each with a Puente and a world of its own; the exit code."""
    passed, faults, first = 0, [], None
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.config or pathlib.Path(temporary)
        for number, stage in enumerate(stages):
            report = Report(stage.title, width)
            where = make(folder / f"{number}-{stage.kind}", stage.kind, like=first)
            first = first or replace(where)
            if stage.prepare:
                stage.prepare(where)
            try:
                with Puente(where, given.puente, **stage.settings) as server:
                    stage.run(where, server, report)
            except Refused as fault:
                report.fail(f"Puente with our keys {stage.kind}", str(fault))
            passed, faults = passed + report.passed, faults + report.faults
    for name in faults:
        print(f"  failed: {name}")
    print(f"{passed} passed, {len(faults)} failed", flush=True)
    return 1 if faults or not passed else 0
