# SPDX-License-Identifier: EUPL-1.2
"""Floods, slow senders and endless ones against a running Puente, and what every answer tells browsers to forbid: over
a limit a clear refusal, and everybody else is served as ever.

    python -m peers.limits [--puente PROGRAM] [--config FOLDER]
"""
import socket
import sys
import threading
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from lxml import html

from . import persons, smuggling, web, world
from .browser import Browser
from .drivers import Stage, drive, parser
from .journey import Journey, identified
from .visitor import SUPPORT_CODE
from .wire import FORM, connect, drip, read_all, say, statuses
from .xml import require

FLOOD = {
    "listen": {"clients": "x-forwarded-for"},
    "limits": {"requests-per-address": 80, "exchanges-per-address": 5, "exchanges-per-requester": 12,
               "connections": 64},
}
RATE = {"listen": {"clients": "x-forwarded-for"}, "limits": {"logins-per-requester": 3}}
PLAIN, OTHER = "S2800000A_JAVA27", "S2800001B_JAVA27"
SPANISH, ENGLISH = "Hay demasiadas peticiones", "There are too many requests"


@dataclass
class Client(Browser):
    """A browser behind a proxy that tells from where it comes."""

    address: str = ""

    def _once(self, method, url, body, headers):
        return super()._once(method, url, body, {"X-Forwarded-For": self.address} | headers)


class Crowd:
    """Clients from many addresses."""

    def __init__(self, where, server, report):
        self.world, self.server, self.report, self.last = where, server, report, 0

    def client(self, address=None, **options):
        """One from an address where nobody was before, if none is given."""
        self.last += 1
        return Client(self.world.public, self.world.port, address=address or f"198.51.100.{self.last}", **options)

    def begin(self, provider=PLAIN, client=None):
        """Sends a request of the service; the page on which the person chooses a country."""
        client, service = client or self.client(), self.world.services[provider]
        return client.post(self.world.gateway, service.request(self.world.gateway).form())

    def login(self, provider=OTHER, client=None):
        node = self.world.nodes["DE"]
        journey = Journey(self.world, self.world.services[provider], node, browser=client or self.client())
        identified(journey.run(persons.GERMAN), node, persons.GERMAN)
        return journey

    @contextmanager
    def case(self, title):
        """Afterwards somebody else logs in at another service."""
        with self.report.case(title) as note:
            yield note
            self.login()
            require(self.server.alive(), "Puente has ended")

    def refused(self, page, rule, status=429):
        require(page.status == status, f"HTTP {page.status}, not {status}")
        require(page.headers.get("retry-after") == "60", f"Retry-After {page.headers.get('retry-after')}")
        require(self.server.last_rule() == rule, f"rule {self.server.last_rule()}, not {rule}")
        web.error_page(page)


def floods(where, server, report):
    crowd = Crowd(where, server, report)
    with crowd.case("H01 one address asks for more than its share: 429, in either language") as note:
        flood = crowd.client()
        pages = [flood.get("/") for _ in range(90)]
        served = sum(p.status == 200 for p in pages)
        require(80 <= served < 90, f"{served} of 90 served")
        crowd.refused(flood.get("/"), "limit.request-rate")
        require(ENGLISH in flood.get("/?lang=en").text and SPANISH in flood.get("/?lang=es").text, "other words")
        note(f"{served} of 90 served")
    with crowd.case("H01 an address cannot pretend to be others in front of the proxy's own word"):
        pages = [crowd.client(f"203.0.113.{n}, 192.0.2.77").get("/") for n in range(90)]
        require(pages[-1].status == 429, "the client's own word counts")
    with crowd.case("H01 an IPv6 network of 64 bits is one address, the next one another"):
        pages = [crowd.client(f"2001:db8:1:1::{n:x}").get("/") for n in range(90)]
        require(pages[-1].status == 429, "each address has its share")
        require(crowd.client("2001:db8:1:2::1").get("/").status == 200, "the neighbour is refused")
    with crowd.case("H01 refused messages of one address end, and do not fill the trail") as note:
        noisy = crowd.client()
        pages = [noisy.post(where.gateway, {"SAMLRequest": "PHg+"}) for _ in range(20)]
        looked_at = [p.status for p in pages].count(400)
        require(looked_at == 16 and pages[-1].status == 429, f"{looked_at} were looked at, the last: {pages[-1].status}")
        note("16 of 20 were looked at")
    with crowd.case("H01 one address begins many logins and ends none: 429"):
        pages = [crowd.begin(client=crowd.client("192.0.2.5")) for _ in range(6)]
        require([p.status for p in pages[:5]] == [200] * 5, f"{[p.status for p in pages]}")
        crowd.refused(pages[5], "limit.exchanges-open")
    with crowd.case("H01 one service begins many logins and ends none: 429, and another service is served"):
        pages = [crowd.begin() for _ in range(12)]
        refused = [p for p in pages if p.status != 200]
        require(len(refused) == 5, f"{len(refused)} refused")
        crowd.refused(refused[0], "limit.exchanges-open")
    silence(crowd)


def silence(crowd):
    """Connections that say nothing, or little."""
    where, server, port = crowd.world, crowd.server, crowd.world.port
    with crowd.case("F04 six hundred idle connections displace each other, and no login") as note, ExitStack() as links:
        idle = []
        for _ in range(600):
            try:
                idle.append(links.enter_context(connect(port)))
            except OSError:
                break
        crowd.login()
        closed = sum(is_closed(link) for link in idle)
        require(len(idle) == 600 and closed >= 600 - 64, f"{closed} of {len(idle)} were closed")
        note(f"{closed} of {len(idle)} were closed")
    post = "POST /Proxy2/ServiceProvider HTTP/1.1\r\nHost: puente.test\r\n" + FORM
    sent = {
        "F04 a head that comes octet by octet: 408": (b"GET / HTTP/1.1\r\nHost: puente.test\r\nX-A: ", b"x", [408]),
        "F04 a head that never begins a line": (b"G", b"", [408]),
        "F04 a form that comes octet by octet: 408": ((post + "Content-Length: 9000\r\n\r\na=").encode(), b"x", [408]),
        "F04 a form that stops: 408": ((post + "Content-Length: 9000\r\n\r\na=").encode(), b"", [408]),
        "F04 the endless body of a GET": (b"GET /status.json HTTP/1.1\r\nHost: puente.test\r\n"
                                         b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n", [200]),
    }
    answers, threads = {}, []
    for title, (beginning, octet, _) in sent.items():
        for number in range(10):
            threads.append(threading.Thread(
                target=lambda t=title, n=number, b=beginning, o=octet: answers.update({(t, n): drip(port, b, o)})))
    for thread in threads:
        thread.start()
    with crowd.case("F04 while fifty slow senders are waited for, logins go on"):
        crowd.login()
    for thread in threads:
        thread.join(60)
    for title, (_, _, wanted) in sent.items():
        with crowd.report.case(title) as note:
            found = [answers.get((title, n)) for n in range(10)]
            require(all(found), "no answer at all")
            require(all(statuses(octets) == wanted for octets, _, _ in found), f"{statuses(found[0][0])}")
            require(all(closed and seconds < 35 for _, closed, seconds in found), "not closed within 35 seconds")
            note(f"closed after {max(s for _, _, s in found):.0f} s")
    large(crowd, post)
    require(server.alive(), "Puente has ended")


def is_closed(link):
    link.setblocking(False)
    try:
        return link.recv(1) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def large(crowd, post):
    port = crowd.world.port
    with crowd.case("F04 a form of a gigabyte is refused by its length alone: 413"):
        octets, _ = say(port, (post + "Content-Length: 1073741824\r\nConnection: close\r\n\r\n").encode(), 5)
        require(statuses(octets)[:1] == [413], f"{statuses(octets)}")
    with crowd.case("F04 a chunked form without end is refused at the limit, and no more of it is kept") as note:
        with connect(port) as link:
            link.sendall((post + "Transfer-Encoding: chunked\r\n\r\n").encode())
            size = endless(link, b"10000\r\n" + b"a" * 65536 + b"\r\n")
            octets, closed = read_all(link, 30)
        require(statuses(octets)[:1] in ([413], []) and closed, f"{statuses(octets)}")
        require(size < 64 << 20, f"{size} octets were taken")
        require(crowd.server.last_rule() == "binding.parameter-too-large", crowd.server.last_rule())
        note(f"{size >> 10} KiB were taken")
    heads = {
        "F04 a field of 40 kB: 431": "X-A: " + "a" * 40_000 + "\r\n",
        "F04 a thousand fields: 431": "".join(f"X-{n}: a\r\n" for n in range(1000)),
        "F04 fields of 100 kB together: 431": "".join(f"X-{n}: {'a' * 10_000}\r\n" for n in range(10)),
    }
    for title, fields in heads.items():
        with crowd.case(title):
            too_large(say(port, f"GET / HTTP/1.1\r\nHost: puente.test\r\n{fields}\r\n".encode(), 5))
    with crowd.case("F04 an address of 40 kB: 431"):
        too_large(say(port, f"GET /{'a' * 40_000} HTTP/1.1\r\nHost: puente.test\r\n\r\n".encode(), 5))


def too_large(said):
    octets, closed = said
    require(statuses(octets) == [431] and closed, f"{statuses(octets)}")
    require(SUPPORT_CODE.search(html.document_fromstring(octets.partition(b"\r\n\r\n")[2].decode()).text_content()),
            "no support code")


def endless(link, chunk):
    """Sends until nobody takes any more: how much was sent."""
    link.settimeout(5)
    size, until = 0, time.monotonic() + 25
    while time.monotonic() < until and size < 128 << 20:
        try:
            link.sendall(chunk)
        except (TimeoutError, OSError):
            break
        size += len(chunk)
    try:
        link.shutdown(socket.SHUT_WR)
    except OSError:
        pass
    return size


def rates(where, server, report):
    crowd = Crowd(where, server, report)
    with crowd.case("H01 one service begins logins too fast: 429"):
        pages = [crowd.begin() for _ in range(4)]
        require([p.status for p in pages[:3]] == [200] * 3, f"{[p.status for p in pages]}")
        crowd.refused(pages[3], "limit.login-rate")
    with crowd.case("H01 an old request sent again and again uses up nothing of its service"):
        service, client = where.services["S2800000A_JAVA143"], crowd.client()
        sent = service.request(where.gateway).form()
        require(client.post(where.gateway, sent).status == 200, "refused at once")
        for _ in range(10):
            require(crowd.client().post(where.gateway, sent).status == 409, "a replay is something else")
        crowd.login(service.provider)


def make(folder, kind="p256", like=None):
    return world.make(folder, kind, like=like, countries=["DE"], kits_wanted=["java-2.7", "java-1.4.3"])


def main(arguments=None):
    given = parser(__doc__.split("\n")[0]).parse_args(arguments)
    stages = [
        Stage("p256", "What every answer forbids, and what no answer believes", web.judge),
        Stage("p256", "Requests that may be read in two ways",
              lambda where, server, report: smuggling.judge(report, server, where.port)),
        Stage("p256", "Floods, slow senders, endless ones", floods, FLOOD),
        Stage("p256", "Logins of one service in a minute", rates, RATE),
    ]
    return drive(stages, given, width=88, make=make)


if __name__ == "__main__":
    sys.exit(main())
