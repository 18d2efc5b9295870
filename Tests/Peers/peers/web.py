# SPDX-License-Identifier: EUPL-1.2
"""What every answer tells browsers to forbid, what no answer believes, and what a browser brings from elsewhere."""
import re
import urllib.parse

from lxml import html

from . import persons
from .browser import FORM, Browser
from .foreign_node import HONEST
from .journey import Journey
from .visitor import SUPPORT_CODE
from .wire import say
from .xml import require

EVIL = "evil.example"
CSS, SCRIPT = re.compile(rb'href="(/[^"]+\.css)"'), re.compile(rb'src="(/[^"]+\.js)"')


def guarded(page, status=200, leaves=False):
    """Checks the headers of any answer, and the markup of a page."""
    said = page.headers
    require(page.status == status, f"HTTP {page.status}, not {status}")
    require(said.get("x-content-type-options") == "nosniff", "X-Content-Type-Options")
    require(said.get("referrer-policy") == "no-referrer", "Referrer-Policy")
    require(said.get("x-frame-options") == "DENY", "X-Frame-Options")
    require(said.get("cross-origin-opener-policy") == "same-origin", "Cross-Origin-Opener-Policy")
    age = re.search(r"max-age=(\d+)", said.get("strict-transport-security", ""))
    require(age and int(age[1]) >= 31_536_000, "Strict-Transport-Security")
    require("access-control-allow-origin" not in said, "other sites may read it")
    if "html" in said.get("content-type", ""):
        require(said.get("cache-control") == "no-store", f"Cache-Control {said.get('cache-control')}")
        policy(said.get("content-security-policy", ""), leaves)
        markup(page)


def policy(text, leaves):
    rules = {words[0]: words[1:] for words in (part.split() for part in text.split(";")) if words}
    require(rules.get("default-src") == ["'none'"], f"default-src: {text}")
    require(rules.get("frame-ancestors") == ["'none'"], f"frame-ancestors: {text}")
    require(rules.get("base-uri") == ["'none'"], f"base-uri: {text}")
    require(all(sources in (["'self'"], ["'none'"]) for sources in rules.values()), f"something beyond self: {text}")
    require(("form-action" in rules) != leaves, f"form-action: {text}")


def markup(page):
    """Nothing inline, nothing from elsewhere, in one language that is named."""
    root = html.document_fromstring(page.body.decode())
    require(not root.xpath("//style|//@style"), "an inline style")
    require(not root.xpath("//script[not(@src)]|//script[normalize-space()]"), "an inline script")
    require(not root.xpath("//@*[starts-with(name(), 'on')]"), "an inline handler")
    require(not root.xpath("//iframe|//frame|//object|//embed|//base|//meta[@http-equiv]"), "what no page needs")
    for address in root.xpath("//script/@src|//link/@href|//img/@src"):
        require(address.startswith("/") and not address.startswith("//"), f"from elsewhere: {address}")
    for address in root.xpath("//a/@href|//form/@action"):
        require(re.match(r"(https?://|mailto:|/(?!/)|[#?])", address), f"leads to {address}")
    require(root.get("lang") in ("es", "en"), "no language")


def error_page(page):
    """What happened, what to do, a way on, and a support code."""
    guarded(page, page.status)
    require(SUPPORT_CODE.search(page.text), "no support code")
    root = html.document_fromstring(page.body.decode())
    require(root.xpath("//h1") and root.xpath("//h2"), "no headings")
    require(root.xpath("//*[@class='ways']//a|//*[@class='ways']//button"), "no way on")


class Surfer:
    """One browser at a time, and a login where a case needs one."""

    def __init__(self, where):
        self.world, self.service, self.node = where, where.services["S2800000A_JAVA27"], where.nodes["DE"]

    def browser(self):
        return Browser(self.world.public, self.world.port)

    def journey(self, **options):
        return Journey(self.world, self.service, self.node, **options)

    def selector(self, browser=None, **extra):
        """The page on which a person chooses a country."""
        sent = self.service.request(self.world.gateway)
        return (browser or self.browser()).post(self.world.gateway, sent.form(**extra))

    def raw(self, head, body=""):
        octets, _ = say(self.world.port, (head + "Connection: close\r\n\r\n" + body).encode("latin-1"), 10)
        return octets


def judge(where, server, report):
    surfer = Surfer(where)
    pages(surfer, report)
    methods(surfer, report)
    cookies(surfer, report)
    beliefs(surfer, report, server)
    require(server.alive(), "Puente has ended")


def pages(surfer, report):
    browser = surfer.browser()
    for path in ("/", "/status", "/help", "/privacy", "/accessibility", "/status.json", "/eidas/connector/metadata"):
        page = browser.get(path)
        with report.case(f"F11 {path}"):
            guarded(page)
    front = browser.get("/").body
    for path in {found.decode() for found in CSS.findall(front) + SCRIPT.findall(surfer.selector().body)}:
        with report.case(f"F11 {path}"):
            guarded(browser.get(path))
    with report.case("F11 the choice of a country"):
        guarded(surfer.selector())
    with report.case("F11 the page that carries a request to a country"):
        guarded(surfer.selector(country="DE"), leaves=True)
    with report.case("F11 the page that carries an answer to a service"):
        guarded(surfer.journey().begin().answer(persons.GERMAN), leaves=True)
    with report.case("F11 the page that carries a failure to a service"):
        guarded(surfer.journey().begin().answer(persons.CANCELS), leaves=True)
    errors = {
        400: lambda: browser.post(surfer.world.gateway, {"SAMLRequest": "PHg+"}),
        403: lambda: strange(surfer),
        404: lambda: browser.get("/nowhere"),
        405: lambda: browser.get("/Proxy2/ServiceProvider"),
        409: lambda: again(surfer),
        413: lambda: browser.post(surfer.world.gateway, {"SAMLRequest": "A" * 500_000}),
        415: lambda: browser.send("POST", surfer.world.gateway, b"{}", {"Content-Type": "application/json"}),
    }
    for status, page in errors.items():
        with report.case(f"F11 the page for {status}"):
            found = page()
            require(found.status == status, f"HTTP {found.status}")
            error_page(found)


def strange(surfer):
    """A response that is finished in another browser than the one in which the login began: login CSRF."""
    journey = surfer.journey().begin()
    acs, form = surfer.node.answer(journey.request, persons.GERMAN, HONEST)
    return surfer.browser().post(acs, form)


def again(surfer):
    journey = surfer.journey().begin()
    acs, form = surfer.node.answer(journey.request, persons.GERMAN, HONEST)
    require(journey.browser.post(acs, form).status == 200, "refused at once")
    return journey.browser.post(acs, form)


def methods(surfer, report):
    served = {"/": "GET", "/status": "GET", "/Proxy2/ServiceProvider": "POST", "/eidas/connector/acs": "POST",
              "/eidas/connector/metadata": "GET", f"/x/{'0' * 32}/country": "GET, POST"}
    for path, allowed in served.items():
        with report.case(f"F04 {path}: no method but {allowed}"):
            for method in {"GET", "POST", "PUT", "DELETE", "PATCH"} - set(allowed.split(", ")):
                page = surfer.browser().send(method, path, b"", {"Content-Type": FORM, "Content-Length": "0"})
                require(page.status == 405 and page.headers.get("allow") == allowed, f"{method}: HTTP {page.status}")
    for method in ("TRACE", "CONNECT", "OPTIONS", "PROPFIND", "DEBUG"):
        with report.case(f"F04 {method} does nothing"):
            octets = surfer.raw(f"{method} / HTTP/1.1\r\nHost: puente.test\r\nX-Secret: kuckuck\r\n")
            require(re.match(rb"HTTP/1.1 (400|404|405) ", octets), f"{octets[:60]!r}")
            require(b"kuckuck" not in octets.partition(b"\r\n\r\n")[0], "what was sent comes back")
    for kind in ("application/json", "multipart/form-data; boundary=a", "text/plain", "text/xml", ""):
        with report.case(f"F04 a form of the type {kind or 'nothing'}: 415"):
            sent = surfer.service.request(surfer.world.gateway).form()
            page = surfer.browser().send("POST", surfer.world.gateway, urllib.parse.urlencode(sent).encode(),
                                         {"Content-Type": kind})
            require(page.status == 415, f"HTTP {page.status}")
    with report.case("F01 SAMLRequest twice in the form, and once in the address as well: 400"):
        sent = list(surfer.service.request(surfer.world.gateway).form().items())
        for address, pairs in ((surfer.world.gateway, [sent[0], *sent]),
                               (surfer.world.gateway + "?SAMLRequest=PHg%2B", sent),
                               (surfer.world.gateway + "?%53AMLRequest=PHg%2B", sent)):
            page = surfer.browser().post(address, pairs)
            require(page.status == 400, f"HTTP {page.status} for {address}")


def cookies(surfer, report):
    with report.case("F09 the cookie: __Host-, Secure, HttpOnly, SameSite=None, Path=/, nothing else"):
        browser = surfer.browser()
        require(surfer.selector(browser).status == 200, "no login")
        require(list(browser.attributes) == ["__Host-puente"], f"{list(browser.attributes)}")
        said = {part.strip().lower() for part in browser.attributes["__Host-puente"].split(";")[1:]}
        require(said == {"secure", "httponly", "samesite=none", "path=/"}, f"{said}")
    with report.case("F09 it is the same for a second login, and no other page sets one"):
        first = dict(browser.cookies)
        surfer.selector(browser)
        require(browser.cookies == first, "another cookie")
        other = surfer.browser()
        for path in ("/", "/status", "/nowhere"):
            other.get(path)
        require(not other.attributes, f"{other.attributes}")
    with report.case("F09 a planted cookie beside it: the login belongs to neither"):
        page = surfer.selector(browser)
        value = browser.cookies["__Host-puente"][0]
        both = f"__Host-puente={'0' * 32}; __Host-puente={value}"
        planted = surfer.browser()._once("GET", page.url, None, {"Cookie": both})
        require(planted.status == 403, f"HTTP {planted.status}")
    with report.case("F09 a planted cookie that is none of ours is not taken over"):
        victim = surfer.browser()
        victim.cookies["__Host-puente"] = ("<script>", "/")
        surfer.selector(victim)
        require(re.fullmatch("[0-9a-f]{32}", victim.cookies["__Host-puente"][0]), f"{victim.cookies}")
    with report.case("E02 a response finished in another browser is refused, and its own can still be finished"):
        journey = surfer.journey().begin()
        acs, form = surfer.node.answer(journey.request, persons.GERMAN, HONEST)
        require(surfer.browser().post(acs, form).status == 403, "login CSRF")
        login = journey.finish(journey.browser.post(acs, form))
        require(login.success, "refused in its own browser")
    for name, value in (("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site"),
                        ("Origin", f"https://{EVIL}")):
        with report.case(f"F11 our own form sent with {name}: {value} is refused: 403"):
            page = surfer.selector(browser)
            sent = browser.send("POST", page.url, b"country=DE", {"Content-Type": FORM, name: value})
            require(sent.status == 403, f"HTTP {sent.status}")


def beliefs(surfer, report, server):
    for name in ("Host", "X-Forwarded-Host", "X-Host", "X-Forwarded-Proto", "X-Forwarded-Prefix", "X-Original-URL",
                 "X-Rewrite-URL", "Forwarded", "Referer"):
        with report.case(f"F10 {name} changes nothing"):
            value = {"Forwarded": f"for=1.2.3.4;host={EVIL};proto=http", "X-Forwarded-Proto": "http",
                     "Referer": f"https://{EVIL}/"}.get(name, EVIL)
            browser = surfer.browser()
            sent = surfer.service.request(surfer.world.gateway).form()
            first = browser._once("POST", surfer.world.gateway, urllib.parse.urlencode(sent).encode(),
                                  {"Content-Type": FORM, name: value})
            require(first.status == 303, f"HTTP {first.status}")
            page = browser._once("GET", first.headers["location"], None, {name: value})
            guarded(page)
            require(EVIL not in page.text + str(first.headers) + str(page.headers), "it comes back")
    for title, head, status in (("two Hosts", f"Host: puente.test\r\nHost: {EVIL}\r\n", 400), ("no Host", "", 400),
                                ("an empty Host", "Host:\r\n", 200), ("another Host", f"Host: {EVIL}\r\n", 200)):
        with report.case(f"F10 {title}: {status}, and it comes back nowhere"):
            octets = surfer.raw(f"GET / HTTP/1.1\r\n{head}")
            require(octets.startswith(f"HTTP/1.1 {status} ".encode()) and EVIL.encode() not in octets, f"{octets[:60]!r}")
    for path in (f"//{EVIL}/", f"/\\{EVIL}", f"/%2f%2f{EVIL}", f"https://{EVIL}/", f"/x/..%2f..%2f{EVIL}",
                 f"/?next=https://{EVIL}/", f"/help?lang=https://{EVIL}/"):
        with report.case(f"E16 {path} leads nowhere else"):
            octets = surfer.raw(f"GET {path} HTTP/1.1\r\nHost: puente.test\r\n")
            head = octets.partition(b"\r\n\r\n")[0].lower()
            require(b"location:" not in head, f"{head!r}")
            require(f'="https://{EVIL}'.encode() not in octets and f'="//{EVIL}'.encode() not in octets, "a link to it")
    with report.case("F12 line breaks in an address reach neither headers nor log"):
        octets = surfer.raw("GET /%0d%0aSet-Cookie:%20a=b%0d%0a%1b[31m HTTP/1.1\r\nHost: puente.test\r\n")
        require(b"set-cookie" not in octets.lower().partition(b"\r\n\r\n")[0], "a header of somebody else's")
        require("\x1b" not in server.tail() and "\nSet-Cookie" not in server.tail(), "the log has it")
    for field in ("RelayState", "country", "lang"):
        with report.case(f"F07 {field} with markup comes back as text, or not at all"):
            nasty = "\"><script src=//evil.example></script>"
            page = surfer.selector(**{field: nasty})
            require("<script src=//" not in page.text, "markup")
    with report.case("F10 X-Forwarded-For is nobody's word where no proxy is declared: a hundred addresses, no limit"):
        browser = surfer.browser()
        pages = [browser._once("GET", "/status.json", None, {"X-Forwarded-For": "198.51.100.1"}) for _ in range(100)]
        require(all(p.status == 200 for p in pages), "it counts")
    with report.case("F13 no address of a client is in the log"):
        require("198.51.100." not in server.log.read_text("utf-8", "replace"), "an address")
