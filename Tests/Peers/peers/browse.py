# SPDX-License-Identifier: EUPL-1.2
"""The journeys of the demo in Chromium: two languages, desk and phone, light and dark, with script and without.

    python -m peers.browse [--puente PROGRAM] [--album FOLDER] [--only TEXT] [--at-once N]
"""
import argparse
import pathlib
import queue
import signal
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from . import journeys, journeys_abroad  # noqa: F401; the second adds its own to the first
from .demo import Demo
from .puente import ROOT, default_program
from .report import Report
from .spaniard import Spaniard
from .walk import Album
from .webdriver import Crashed, Driver
from .xml import Refused, require


@dataclass
class Stage:
    """A demo, and browsers that nobody else uses meanwhile."""

    driver: Driver
    demo: Demo
    album: Album
    report: Report
    browsers: dict = field(default_factory=dict)       # of the visitor, and of another

    def run(self, journey, mode):
        with self.report.case(title(journey, mode)) as note:
            try:
                self.walk(journey, mode)
            except Crashed as fault:
                # Chromium may die on a machine that has too much to do. A page that kills it does so twice.
                note(f"walked again after: {fault}")
                self.renew()
                self.walk(journey, mode)

    def walk(self, journey, mode):
        with self.visitor("visitor", mode) as visitor:
            if journey.meets_another:
                with self.visitor("another", mode) as another:
                    journey.run(visitor, another)
            else:
                journey.run(visitor)

    def renew(self):
        for session in self.browsers.values():
            self.driver.close(session)
        self.browsers.clear()

    def visitor(self, who, mode):
        if who not in self.browsers:
            self.browsers[who] = self.driver.open()
        return Spaniard(self.browsers[who], self.demo, self.album, mode)


def title(journey, mode):
    return f"{journey.title} · {mode}"


def work(cases, folder, program, driver, album, report):
    """Takes cases as long as there are any; a demo of its own, so that its clock can be put forward."""
    try:
        with Demo(folder, program) as demo:
            stage = Stage(driver, demo, album, report)
            while True:
                try:
                    case = cases.get_nowait()
                except queue.Empty:
                    return
                stage.run(*case)
    except Refused as fault:
        report.fail("the demo", str(fault))


def check_texts(album, report):
    with report.case("every text is translated") as note:
        require(album.texts, "no page was seen")
        found = [f"{page}: “{text}”" for page, text in album.untranslated()]
        require(not found, f"{len(found)} texts are the same in both languages: {' | '.join(found)}")
        note(f"{len(album.texts)} pages, {sum(map(len, album.pictures.values()))} pictures")


def main(arguments=None):
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--puente", default=default_program(), metavar="PROGRAM",
                         help="default: $PUENTE, or the debug build")
    options.add_argument("--album", type=pathlib.Path, default=ROOT / ".work" / "screenshots", metavar="FOLDER",
                         help="where the pictures of the pages go (default: .work/screenshots)")
    options.add_argument("--only", default="", metavar="TEXT", help="cases with this text in their title")
    options.add_argument("--at-once", type=int, default=2, metavar="N", help="browsers at the same time (default: 2)")
    given = options.parse_args(arguments)
    # Whoever ends this program ends what it started too: Chromium is in a group of its own.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("told to stop"))
    report, album, cases = Report("Journeys of the demo in Chromium", width=84), Album(given.album), queue.Queue()
    for journey in journeys.ALL:
        for mode in journey.modes:
            if given.only in title(journey, mode):
                cases.put((journey, mode))
    with tempfile.TemporaryDirectory() as folder, Driver() as driver, ThreadPoolExecutor(given.at_once) as pool:
        workers = [pool.submit(work, cases, pathlib.Path(folder) / str(number), given.puente, driver, album, report)
                   for number in range(given.at_once)]
    for worker in workers:
        worker.result()  # raises what the worker did not catch
    for case in cases.queue:
        report.fail(title(*case), "nobody was left to walk it")
    album.write_index()
    if not given.only:
        check_texts(album, report)
    print(f"pictures in {given.album}/index.html")
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
