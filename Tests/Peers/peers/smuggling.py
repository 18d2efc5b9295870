# SPDX-License-Identifier: EUPL-1.2
"""Requests that two servers in a row may read in two ways. Each must be refused and its connection closed, before
anything of what hides in it is answered.
"""
from .wire import FORM, say, statuses
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
    ("a blank in the address", "GET /status.json x HTTP/1.1\r\nHost: puente.test\r\n\r\n"),
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
    with report.case("F10 two requests at once: two answers, in their order"):
        second = GET.replace("status.json", "nowhere") + "Connection: close\r\n\r\n"
        octets, _ = say(port, (GET + "\r\n" + second).encode())
        require(statuses(octets) == [200, 404], f"{statuses(octets)}")
    with report.case("F10 a chunked form is read whole, and what follows it is a request of its own"):
        octets, _ = say(port, (CHUNKED + "3\r\na=1\r\n0\r\n\r\n" + GET + "Connection: close\r\n\r\n").encode())
        require(statuses(octets) == [400, 200], f"{statuses(octets)}: {octets[:100]!r}")
