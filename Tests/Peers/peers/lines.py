# SPDX-License-Identifier: EUPL-1.2
"""Judges that are programs of their own: one line asks, one line answers, one process for all questions.

A question is a row of fields with tabs between them, octets in Base64; the answer is `yes` with results or `no` with a
reason (../santuario/Santuario.java).
"""
import atexit
import base64
import subprocess
import threading

from .xml import Refused, require


class LineProgram:
    """A program in the background. It is started by the first question and ends with this process."""

    def __init__(self, name, command, seconds=300):
        self.name, self.command, self.seconds, self.process = name, command, seconds, None

    def start(self):
        if self.process is None:
            self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            atexit.register(self.stop)
        return self.process

    def stop(self):
        if self.process is not None:
            self.process.stdin.close()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None

    def ask(self, *fields):
        """The results of a `yes`: octets where they are Base64 of some, else text. Raises Refused for a `no`."""
        process, line = self.start(), "\t".join(field(f) for f in fields)
        watch = threading.Timer(self.seconds, process.kill)
        watch.start()
        try:
            process.stdin.write(line.encode() + b"\n")
            process.stdin.flush()
            answer = process.stdout.readline().decode().rstrip("\n").split("\t")
        except BrokenPipeError:
            answer = [""]
        finally:
            watch.cancel()
        if answer[0] == "yes":
            return answer[1:]
        if answer[0] != "no":
            raise RuntimeError(f"{self.name} broke down over {line[:200]}")
        require(False, f"{self.name}: {answer[1]}")


def field(value):
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)


def octets(text):
    return base64.b64decode(text, validate=True)
