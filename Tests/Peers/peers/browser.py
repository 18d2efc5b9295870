# SPDX-License-Identifier: EUPL-1.2
"""A browser without script: keeps cookies, follows redirects, reads forms. It talks to one loopback address only."""
import http.client
import urllib.parse
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie

from lxml import etree, html

from .xml import Refused, require

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Form:
    action: str
    method: str
    fields: dict
    buttons: tuple               # (name, value)
    boxes: tuple = ()            # (name, value, whether it is checked)


@dataclass(frozen=True)
class Page:
    status: int
    url: str
    headers: dict
    body: bytes
    forms: tuple = ()

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")


@dataclass(frozen=True)
class Delivery:
    """A form that goes to somebody else: a node or a service."""

    url: str
    fields: dict
    page: Page


@dataclass
class Browser:
    """`public` is the address that Puente believes to have, `port` where it listens on loopback."""

    public: str
    port: int
    cookies: dict = field(default_factory=dict)     # name -> (value, path)
    attributes: dict = field(default_factory=dict)  # name -> the whole Set-Cookie line
    timeout: float = 30
    language: str = "en"

    def get(self, url):
        return self.send("GET", url)

    def post(self, url, fields):
        """`fields` is a mapping or a list of pairs."""
        pairs = list(fields.items()) if isinstance(fields, dict) else list(fields)
        return self.send("POST", url, urllib.parse.urlencode(pairs).encode(), {"Content-Type": FORM})

    def send(self, method, url, body=None, headers=None):
        """One exchange and the redirects after it, as browsers follow them."""
        for _ in range(8):
            page = self._once(method, url, body, headers or {})
            if page.status not in (301, 302, 303, 307, 308):
                return page
            url = urllib.parse.urljoin(url, page.headers.get("location", ""))
            require(url.startswith(self.public), f"redirect to {url}")
            if page.status in (301, 302, 303):
                method, body, headers = "GET", None, {}
        raise Refused("too many redirects")

    def _once(self, method, url, body, headers):
        url = urllib.parse.urljoin(self.public + "/", url)
        require(url.startswith(self.public + "/"), f"asked to fetch {url}")
        parts = urllib.parse.urlsplit(url)
        path = urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, ""))
        sent = {"Host": urllib.parse.urlsplit(self.public).netloc, "Accept": "text/html",
                "Accept-Language": self.language, "Connection": "close"} | headers
        jar = "; ".join(f"{n}={v}" for n, (v, p) in self.cookies.items() if parts.path.startswith(p))
        if jar:
            sent["Cookie"] = jar
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
        try:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            octets = answer.read()
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie", []):
            self._keep(line)
        found = {k.lower(): v for k, v in answer.headers.items()}
        forms = read_forms(octets, url) if "html" in found.get("content-type", "") else ()
        return Page(answer.status, url, found, octets, forms)

    def _keep(self, line):
        parsed = SimpleCookie()
        try:
            parsed.load(line)
        except CookieError:
            raise Refused(f"unreadable cookie: {line}") from None
        for name, morsel in parsed.items():
            self.attributes[name] = line
            if morsel["max-age"] == "0" or not morsel.value:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = (morsel.value, morsel["path"] or "/")

    def deliver(self, page, country=None):
        """Goes through our own pages until a form leads elsewhere; chooses `country` where there is a choice."""
        for _ in range(8):
            require(page.status == 200, f"HTTP {page.status} at {page.url}")
            form = self._next(page, country)
            if not form.action.startswith(self.public + "/"):
                require(form.method == "post", f"form to {form.action} by {form.method}")
                return Delivery(form.action, form.fields, page)
            fields = dict(form.fields)
            choice = [(n, v) for n, v in form.buttons if n == "country" and v == country]
            if any(name == "country" for name, _ in form.buttons):
                require(choice, f"{country} is not offered: {[v for _, v in form.buttons]}")
                fields |= dict(choice)
            page = self.post(form.action, fields) if form.method == "post" else self.get(
                f"{form.action}?{urllib.parse.urlencode(fields)}")
        raise Refused("our own pages do not end")

    def press(self, page, word, boxes=None):
        """Presses the button with that name or value. `boxes` are those to be checked, by default as they are."""
        form, button = pressable(page, word)
        require(form is not None, f"no button {word} at {page.url}, HTTP {page.status}")
        checked = [(n, v) for n, v, on in form.boxes if (on if boxes is None else label((n, v)) in boxes)]
        pairs = [*form.fields.items(), *checked, button]
        require(boxes is None or set(boxes) == set(map(label, checked)), f"no boxes {boxes} at {page.url}")
        require(form.method == "post", f"form to {form.action} by {form.method}")
        return self.post(form.action, pairs)

    @staticmethod
    def _next(page, country):
        carrying = [f for f in page.forms if "SAMLRequest" in f.fields or "SAMLResponse" in f.fields]
        if carrying:
            require(len(carrying) == 1, "two forms with messages on one page")
            return carrying[0]
        offering = [f for f in page.forms if any(n == "country" and v == country for n, v in f.buttons)]
        asking = [f for f in page.forms if any(n == "country" for n, _ in f.buttons)]
        found = offering or asking
        require(found, f"no way on from {page.url}")
        return found[0]


def pressable(page, word):
    """(form, button) of the button with that name or value, or (None, None)."""
    for form in page.forms:
        for button in form.buttons:
            if word in button:
                return form, button
    return None, None


def label(box):
    """What a box stands for: `release.Gender` with any value, or `release` with the value `Gender`."""
    name, value = box[:2]
    return name.partition(".")[2] or value


def outward(page):
    """The form of a page that carries a message, as a Delivery, or None."""
    found = [f for f in page.forms if "SAMLRequest" in f.fields or "SAMLResponse" in f.fields]
    require(len(found) <= 1, "two forms with messages on one page")
    return Delivery(found[0].action, found[0].fields, page) if found else None


def read_forms(octets, url):
    try:
        tree = html.document_fromstring(octets.decode())
    except (etree.ParserError, ValueError):  # nothing there, or not UTF-8
        return ()
    out = []
    for form in tree.iter("form"):
        fields, buttons, boxes = {}, [], []
        for control in form.iter("input", "button", "select"):
            name, kind = control.get("name"), (control.get("type") or "").lower()
            if not name:
                continue
            if control.tag == "button" or kind in ("submit", "image"):
                buttons.append((name, control.get("value", "")))
            elif control.tag == "select":
                buttons.extend((name, o.get("value", "")) for o in control.iter("option"))
            elif kind == "radio":
                buttons.append((name, control.get("value", "")))
            elif kind == "checkbox":
                boxes.append((name, control.get("value", "on"), control.get("checked") is not None))
            else:
                require(name not in fields, f"field {name} twice in one form")
                fields[name] = control.get("value", "")
        out.append(Form(urllib.parse.urljoin(url, form.get("action", "")), (form.get("method") or "get").lower(),
                        fields, tuple(buttons), tuple(boxes)))
    return tuple(out)
