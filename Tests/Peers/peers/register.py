# SPDX-License-Identifier: EUPL-1.2
"""What registers that answer over HTTP have in common: a server that can be told to misbehave, to die and to come back."""
import http.server
import threading

from .sources import Sources

LATE = 6          # seconds of a slow register: more than any source is given


class Served:
    """A register with `port`, `server` and `fault`; `handler` is the class that answers for it."""

    handler = None

    def declare(self, folder):
        return Sources(self).declare(folder)

    def start(self):
        self.server = _Server(("127.0.0.1", self.port), type("Handler", (self.handler,), {"source": self}))
        self.server.socket = self.dressed(self.server.socket)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def dressed(self, socket):
        """The socket with what lies below HTTP."""
        return socket

    def stop(self):
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    def break_by(self, fault):
        self.mend()
        self.fault = fault
        if fault == "dead":
            self.stop()

    def mend(self):
        self.fault = ""
        if self.server is None:
            self.start()


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Whoever hangs up on a slow register is right."""
