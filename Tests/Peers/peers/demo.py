# SPDX-License-Identifier: EUPL-1.2
"""`puente demo` as a child process, with a clock that can be put forward."""
import os
import pathlib
import re
import select
import socket
import subprocess
import time
import urllib.parse

from .puente import ROOT, default_program, stop
from .xml import Refused, require

CLOCK = "/usr/lib/{}-linux-gnu/faketime/libfaketimeMT.so.1"
START, STOP = 60, 20  # seconds


class Demo:
    """The demo services, Puente, the mock states and the mock gateway while the context lasts."""

    def __init__(self, folder, program=None):
        self.folder, self.program, self.process = pathlib.Path(folder), program or default_program(), None
        self.clock = self.folder / "clock"

    def __enter__(self):
        require(os.access(self.program, os.X_OK), f"no program at {self.program}: build it, or set PUENTE")
        library = CLOCK.format(os.uname().machine)
        require(os.path.exists(library), f"no {library}; bin/setup test installs it")
        self.folder.mkdir(parents=True, exist_ok=True)
        self.forward(0)
        # Only the time of day moves; what is waited for goes on as ever. The first program that the library meets loses
        # its environment to another place, and Swift looks beside that for its arguments. So the first is `env`, which
        # becomes the demo.
        environment = os.environ | {
            "LD_PRELOAD": library, "FAKETIME_TIMESTAMP_FILE": str(self.clock), "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        with (self.folder / "demo.log").open("wb") as log:
            self.process = subprocess.Popen(  # bounded by __exit__
                ["env", self.program, "demo", "--port", str(free_port()), "--keep", str(self.folder / "europe"),
                 "--mappings", str(ROOT / "mappings")],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, env=environment)
        try:
            self.service = self._invitation()
            self.puente = self._written("puente.yaml", r"^public-url: (\S+)")
            self.states = origin(self._written("metadata/trust-list.yaml", r"entity-id: (\S+)"))
            self.gateway = origin(self._written("puente.yaml", r"^  address: (\S+)"))
        except BaseException:
            self.__exit__()
            raise
        return self

    def _invitation(self):
        """The address that a person is told to open."""
        until, text = time.monotonic() + START, b""
        while time.monotonic() < until:
            if select.select([self.process.stdout], [], [], 0.2)[0]:
                octets = os.read(self.process.stdout.fileno(), 65536)
                if not octets:
                    raise Refused(f"the demo ended with {self.process.wait(STOP)}: {self.tail() or 'not a word'}")
                text += octets
                found = re.search(rb"Open\s+(http://localhost:\d+)/", text)
                if found:
                    return found[1].decode()
        raise Refused(f"the demo was not ready after {START} s: {self.tail()}")

    def _written(self, path, pattern):
        found = re.search(pattern, (self.folder / "europe" / path).read_text(encoding="utf-8"), re.M)
        require(found, f"{path} has no line such as {pattern}")
        return found[1]

    @property
    def origins(self):
        return {self.service, self.puente, self.states, self.gateway}

    def forward(self, minutes):
        """Puts all clocks of the demo forward, seen from now."""
        self.clock.write_text(f"+{minutes * 60}\n")

    def __exit__(self, *_):
        try:
            stop(self.process, "the demo", STOP)
        finally:
            self.process.stdout.close()
            for name in ("faketime_shm", "sem.faketime_sem"):  # what the library shares, and leaves behind
                pathlib.Path(f"/dev/shm/{name}_{self.process.pid}").unlink(missing_ok=True)

    def tail(self, size=1500):
        return (self.folder / "demo.log").read_bytes()[-size:].decode("utf-8", "replace")


def origin(url):
    parts = urllib.parse.urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return min(listener.getsockname()[1], 65_000)  # the demo takes some above too, where they are free
