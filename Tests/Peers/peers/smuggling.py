# SPDX-License-Identifier: EUPL-1.2
"""Requests that two servers in a row may read in two ways. Each must be refused and its connection closed, before
anything of what hides in it is answered.
"""
import time

from .wire import FORM, connect, read_all, say, statuses
from .xml import require

HIDDEN = "GET /status.json HTTP/1.1\r\nHost: puente.test\r\n\r\n"
POST = "POST /Proxy2/ServiceProvider HTTP/1.1\r\nHost: puente.test\r\n" + FORM
GET = "GET /status.json HTTP/1.1\r\nHost: puente.test\r\n"
CHUNKED = POST + "Transfer-Encoding: chunked\r\n\r\n"

# Title, octets.
REFUSED = (
    ("Content-Length and Transfer-Encoding",
     POST + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + HIDDEN),
    ("Transfer-Encoding, then Content-Length",
     POST + f"Transfer-Encoding: chunked\r\nContent-Length: {len(HIDDEN) + 5}\r\n\r\n0\r\n\r\n" + HIDDEN),
    ("two Content-Lengths", POST + "Content-Length: 3\r\nContent-Length: 0\r\n\r\na=1" + HIDDEN),
    ("two Content-Lengths, the same", POST + "Content-Length: 3\r\nContent-Length: 3\r\n\r\na=1" + HIDDEN),
    ("a list as Content-Length", POST + "Content-Length: 3, 3\r\n\r\na=1" + HIDDEN),
    ("Content-Length with a sign", POST + "Content-Length: +3\r\n\r\na=1" + HIDDEN),
    ("negative Content-Length", POST + "Content-Length: -1\r\n\r\n" + HIDDEN),
    ("hexadecimal Content-Length", POST + "Content-Length: 0x3\r\n\r\na=1" + HIDDEN),
    ("Content-Length beyond 64 bits", POST + f"Content-Length: {2**64 + 3}\r\n\r\na=1" + HIDDEN),
    ("Content-Length empty", POST + "Content-Length:\r\n\r\n" + HIDDEN),
    ("unknown Transfer-Encoding", POST + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + HIDDEN),
    ("chunked, then something else", POST + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + HIDDEN),
    ("Transfer-Encoding twice",
     POST + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + HIDDEN),
    ("a blank before the colon", POST + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + HIDDEN),
    ("a vertical tab in Transfer-Encoding", POST + "Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n" + HIDDEN),
    ("a folded line", POST + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" + HIDDEN),
    ("a folded line after Content-Length", POST + "Content-Length: 0\r\n 3\r\n\r\na=1" + HIDDEN),
    ("LF alone ends the lines", GET.replace("\r\n", "\n") + "\n"),
    ("LF alone ends one line", GET + "X-A: b\nX-C: d\r\n\r\n"),
    ("CR alone in a value", GET + "X-A: b\rContent-Length: 3\r\n\r\n"),
    ("NUL in a value", GET + "X-A: b\0c\r\n\r\n"),
    ("a line without colon", GET + "Content-Length\r\n\r\n"),
    ("an empty name", GET + ": chunked\r\n\r\n"),
    ("a blank before the first field", "GET /status.json HTTP/1.1\r\n Host: puente.test\r\n\r\n"),
    ("chunk size with a sign", CHUNKED + "+3\r\na=1\r\n0\r\n\r\n" + HIDDEN),
    ("chunk size with 0x", CHUNKED + "0x3\r\na=1\r\n0\r\n\r\n" + HIDDEN),
    ("chunk size beyond 64 bits", CHUNKED + "10000000000000003\r\na=1\r\n0\r\n\r\n" + HIDDEN),
    ("chunk longer than its size", CHUNKED + "3\r\na=1a=1\r\n0\r\n\r\n" + HIDDEN),
    ("LF alone after a chunk", CHUNKED + "3\r\na=1\n0\r\n\r\n" + HIDDEN),
    ("LF alone after a chunk size", CHUNKED + "3\na=1\r\n0\r\n\r\n" + HIDDEN),
    ("no HTTP at all", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + "x" * 64 + "\r\n\r\n"),
    ("HTTP/0.9", "GET /status.json\r\n\r\n"),
    ("an unknown version", "GET /status.json HTTP/9.9\r\nHost: puente.test\r\n\r\n"),
    ("the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    ("HTTP/2.0 in words", "GET /status.json HTTP/2.0\r\nHost: puente.test\r\n\r\n"),
    ("HTTP/1.1 without Host", "GET /status.json HTTP/1.1\r\n\r\n" + HIDDEN),
    ("two Hosts", GET + "Host: evil.test\r\n\r\n" + HIDDEN),
    ("two Hosts, the same", GET + "host: puente.test\r\n\r\n" + HIDDEN),
    ("two Hosts in HTTP/1.0", GET.replace("1.1", "1.0") + "Host: puente.test\r\n\r\n" + HIDDEN),
    ("a path in Host", "GET /status.json HTTP/1.1\r\nHost: puente.test/a\r\n\r\n" + HIDDEN),
    ("two names in Host", "GET /status.json HTTP/1.1\r\nHost: puente.test evil.test\r\n\r\n" + HIDDEN),
    ("chunks in HTTP/1.0", CHUNKED.replace("1.1", "1.0") + "3\r\na=1\r\n0\r\n\r\n" + HIDDEN),
    ("a blank in the address", "GET /status.json x HTTP/1.1\r\nHost: puente.test\r\n\r\n"),
)

# After these the client sends nothing more, or may not.
LAST = (
    ("HTTP/1.0", "GET /status.json HTTP/1.0\r\n\r\n"),
    ("HTTP/1.0 with Host, as nginx asks", GET.replace("1.1", "1.0") + "Connection: close\r\n\r\n"),
    ("HTTP/1.0 that would go on", GET.replace("1.1", "1.0") + "Connection: keep-alive\r\n\r\n"),
    ("Connection: close", GET + "Connection: close\r\n\r\n"),
    ("Connection: Close", GET + "Connection: Close\r\n\r\n"),
    ("Connection: close, TE", GET + "Connection: close, TE\r\n\r\n"),
    ("Connection: TE, CLOSE", GET + "Connection: TE , CLOSE\r\n\r\n"),
    ("Connection: close, and a request behind it", GET + "Connection: close\r\n\r\n" + HIDDEN),
    ("HTTP/1.0 that would go on, and a request behind it",
     GET.replace("1.1", "1.0") + "Connection: keep-alive\r\n\r\n" + HIDDEN),
    ("Connection: TE and Connection: close", GET + "Connection: TE\r\nConnection: close\r\n\r\n"),
)


def judge(report, server, port):
    for title, text in REFUSED:
        with report.case(f"F10 {title}: 400, and the connection closed") as note:
            octets, closed = say(port, text.encode("latin-1"), 12)
            found = statuses(octets)
            require(found == [400] and closed, f"{found}, {'closed' if closed else 'open'}: {octets[:200]!r}")
            require(b'"countries"' not in octets, "the hidden request was answered")
            require(server.alive(), "Puente has ended")
            note(f"{len(octets)} octets")
    for title, text in LAST:
        with report.case(f"F10 {title}: answered, and the connection closed") as note:
            began = time.monotonic()
            octets, closed = say(port, text.encode(), 12)
            require(statuses(octets) == [200] and closed, f"{statuses(octets)}, {'closed' if closed else 'open'}")
            head = octets.partition(b"\r\n\r\n")[0].lower()
            require(b"\r\nconnection: close" in head and b"transfer-encoding" not in head, f"{head!r}")
            note(f"after {time.monotonic() - began:.1f} s")
    with report.case("F10 a connection that is to be kept is kept"):
        with connect(port) as link:
            for value in ("keep-alive", "Keep-Alive, TE", "TE"):
                link.sendall(f"{GET}Connection: {value}\r\n\r\n".encode())
                octets, closed = read_all(link, 2)
                require(statuses(octets) == [200] and not closed, f"{value}: {statuses(octets)}")
    with report.case("F10 two requests at once: two answers, in their order"):
        second = GET.replace("status.json", "nowhere") + "Connection: close\r\n\r\n"
        octets, _ = say(port, (GET + "\r\n" + second).encode())
        require(statuses(octets) == [200, 404], f"{statuses(octets)}")
    with report.case("F10 a chunked form is read whole, and what follows it is a request of its own"):
        octets, _ = say(port, (CHUNKED + "3\r\na=1\r\n0\r\n\r\n" + GET + "Connection: close\r\n\r\n").encode())
        require(statuses(octets) == [400, 200], f"{statuses(octets)}: {octets[:100]!r}")
