# SPDX-License-Identifier: EUPL-1.2
"""Judges that are programs of their own: one line asks, one line answers, one process for all questions.

A question is a row of fields with tabs between them, octets in Base64; the answer is `yes` with results or `no` with a
reason (../santuario/Santuario.java).
"""
import atexit
import base64
import contextlib
import subprocess
import threading

from .xml import require


class Broken(Exception):
    """A judge that gave no judgement: it cannot be started, died, or said something else than yes or no."""


class LineProgram:
    """A program in the background. It is started by the first question, and again by the one after it broke down."""

    def __init__(self, name, command, seconds=300):
        self.name, self.command, self.seconds, self.process = name, command, seconds, None
        self.lock = threading.Lock()

    def start(self):
        if self.process is None:
            try:
                self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            except OSError as error:
                raise Broken(f"{self.name} cannot be started: {error}") from None
            atexit.register(self.stop)
        return self.process

    def stop(self):
        if self.process is not None:
            with contextlib.suppress(BrokenPipeError):  # what was not read any more
                self.process.stdin.close()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None

    def ask(self, *fields):
        """The results of a `yes`: octets where they are Base64 of some, else text.

        Raises Refused for a `no`, Broken for anything else.
        """
        with self.lock:  # one question at a time
            return self._ask("\t".join(field(f) for f in fields))

    def _ask(self, line):
        process = self.start()
        watch = threading.Timer(self.seconds, process.kill)
        watch.start()
        try:
            process.stdin.write(line.encode() + b"\n")
            process.stdin.flush()
            said = process.stdout.readline().decode(errors="replace").rstrip("\n")
        except BrokenPipeError:
            said = ""
        finally:
            watch.cancel()
        answer = said.split("\t")
        if answer[0] == "yes":
            return answer[1:]
        if answer[0] != "no" or len(answer) < 2:
            self.stop()
            raise Broken(f"{self.name} broke down: said {said[:100]!r}, ended with {process.returncode}")
        require(False, f"{self.name}: {answer[1]}")


def field(value):
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)


def octets(text):
    return base64.b64decode(text, validate=True)
