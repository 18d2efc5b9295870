# SPDX-License-Identifier: EUPL-1.2
"""Octets to and from a server, as no browser would send them."""
import re
import socket
import time

FORM = "Content-Type: application/x-www-form-urlencoded\r\n"


def connect(port, timeout=15):
    return socket.create_connection(("127.0.0.1", port), timeout=timeout)


def read_all(link, seconds=15):
    """Everything until the server closes: (octets, whether it did)."""
    until, octets = time.monotonic() + seconds, b""
    while (left := until - time.monotonic()) > 0:
        link.settimeout(left)
        try:
            part = link.recv(65536)
        except TimeoutError:
            break
        except ConnectionError:
            return octets, True
        if not part:
            return octets, True
        octets += part
    return octets, False


def say(port, octets, seconds=15):
    """One conversation; what came back, and whether the server closed."""
    with connect(port) as link:
        try:
            link.sendall(octets)
        except ConnectionError:
            pass
        return read_all(link, seconds)


def drip(port, beginning, octet=b"x", pause=0.25, seconds=40):
    """Begins, and then sends an octet now and then: what came back, whether it was closed, and after how long."""
    began, link = time.monotonic(), connect(port)
    with link:
        link.sendall(beginning)
        link.settimeout(pause)
        answer = b""
        while time.monotonic() - began < seconds:
            try:
                part = link.recv(65536)
                if not part:
                    return answer, True, time.monotonic() - began
                answer += part
                continue
            except TimeoutError:
                pass
            except ConnectionError:
                return answer, True, time.monotonic() - began
            try:
                link.sendall(octet)
            except OSError:
                pass
        return answer, False, time.monotonic() - began


def statuses(octets):
    """The status of each answer in a stream."""
    return [int(code) for code in re.findall(rb"(?:^|(?<=[\n>}]))HTTP/1\.[01] (\d{3})", octets)]
