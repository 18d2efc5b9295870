# SPDX-License-Identifier: EUPL-1.2
"""A person at a browser: reads, presses what can be read, and looks closely at every page on the way."""
import html
import json
import pathlib
import re
import struct
import threading
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, field

from .demo import origin
from .xml import Refused, require

CHECK = (pathlib.Path(__file__).parent / "page_check.js").read_text(encoding="utf-8")
PRESSABLE = """
const [label, css] = arguments;
return [...document.querySelectorAll(css)].find((element) => element.checkVisibility()
  && element.innerText.trim().replace(/\\s+/g, " ").startsWith(label));
"""
TABLE = """
return Object.fromEntries([...document.querySelectorAll("tr")].filter((row) => row.querySelector("th[scope=row]"))
  .map((row) => [row.querySelector("th").innerText, row.querySelector("td").innerText]));
"""


@dataclass(frozen=True)
class Mode:
    """How somebody looks at the pages."""

    english: bool = False
    phone: bool = False
    dark: bool = False
    bare: bool = False                                # no script
    features: tuple = ()                              # further media features, as pairs

    @property
    def language(self):
        return "en" if self.english else "es"

    def __str__(self):
        words = [self.language, "phone" if self.phone else "desk", "dark" if self.dark else "light",
                 "bare" if self.bare else "script", *(value for _, value in self.features)]
        return " ".join(words)


# Each two traits meet in one of them.
MODES = (Mode(), Mode(phone=True, dark=True, bare=True), Mode(english=True, dark=True, bare=True),
         Mode(english=True, phone=True, bare=True), Mode(english=True, phone=True, dark=True))


@dataclass
class Album:
    """A picture of every page in every mode, and what the pages say in each language."""

    folder: pathlib.Path
    pictures: dict = field(default_factory=dict)      # page -> modes
    texts: dict = field(default_factory=dict)         # page -> language -> texts
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        for old in self.folder.glob("*.png"):
            old.unlink()

    def misses(self, page, mode):
        with self.lock:
            modes = self.pictures.setdefault(page, [])
            return str(mode) not in modes and not modes.append(str(mode))

    @staticmethod
    def name(page, mode):
        return f"{page}.{mode.replace(' ', '-')}.png"

    def add(self, page, mode, png):
        (self.folder / self.name(page, str(mode))).write_bytes(png)
        require(distinct_lines(png) > 40, f"the picture of {page} is as good as blank")

    def hear(self, page, language, texts):
        with self.lock:
            self.texts.setdefault(page, {}).setdefault(language, set()).update(texts)

    def untranslated(self):
        """Texts of some words that a page says to Spaniards and to others alike, by page."""
        for page, languages in sorted(self.texts.items()):
            both = languages.get("es", set()) & languages.get("en", set())
            for text in sorted(both):
                if len(re.findall(r"[^\W\d_]{2,}", text)) > 1:
                    yield page, text

    def write_index(self):
        rows = "".join(
            f"<h2>{html.escape(page)}</h2><p>" + "".join(
                f'<a href="{self.name(page, mode)}"><img loading="lazy" src="{self.name(page, mode)}" '
                f'alt="{html.escape(mode)}" title="{html.escape(mode)}"></a>' for mode in modes) + "</p>"
            for page, modes in sorted(self.pictures.items()))
        (self.folder / "index.html").write_text(
            "<!DOCTYPE html><meta charset=utf-8><title>Pages</title>"
            "<style>img{max-height:30rem;max-width:30rem;margin:.5rem;border:1px solid gray;vertical-align:top}</style>"
            + rows, encoding="utf-8")


def distinct_lines(png):
    """How many scan lines of a PNG differ, as they are packed (RFC 2083 §2.3)."""
    place, packed, width = 8, b"", 0
    while place < len(png):
        size, kind = struct.unpack_from(">I4s", png, place)
        data = png[place + 8:place + 8 + size]
        if kind == b"IHDR":
            width, _, depth, colour = struct.unpack_from(">IIBB", data)
            require(depth == 8 and colour in (2, 6), "a PNG of another sort")
            width = 1 + width * (3 if colour == 2 else 4)
        elif kind == b"IDAT":
            packed += data
        place += 12 + size
    lines = zlib.decompress(packed)
    return len({lines[start:start + width] for start in range(0, len(lines), width)})


class Walk:
    """One case of one person. `with` it, and what the browser wrote meanwhile is judged at the end."""

    def __init__(self, session, demo, album, mode):
        self.session, self.demo, self.album, self.mode = session, demo, album, mode
        self.refusals, self.faults = set(), []

    def __enter__(self):
        self.session.close_tabs()
        self.session.go("about:blank")
        self.session.forget()
        for kind in ("browser", "performance"):
            self.session.log(kind)
        self.sit_down()
        return self

    def sit_down(self):
        """The tab in front becomes as the mode is."""
        width, height = (320, 640) if self.mode.phone else (1280, 900)
        self.session.be(width, height, self.mode.dark, not self.mode.bare, self.mode.language,
                        **dict(self.mode.features))

    def __exit__(self, kind, *_):
        if kind is None:
            self._judge_console()
            self._judge_requests()
            require(not self.faults, " | ".join(dict.fromkeys(self.faults)))

    def _judge_console(self):
        for entry in self.session.log("browser"):
            status = re.search(r"responded with a status of (\d+)", entry["message"])
            if not (status and int(status[1]) in self.refusals):
                self.faults.append(f"console: {entry['message'][:160]}")

    def _judge_requests(self):
        for entry in self.session.log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                url, page = message["params"]["request"]["url"], message["params"]["documentURL"]
                is_own = url == "about:blank" or page.startswith("chrome-error:") and url.startswith("data:")
                if origin(url) not in self.demo.origins and not is_own:
                    self.faults.append(f"request to {url[:100]}")
            elif message["method"] == "Network.responseReceived":
                answer = message["params"]["response"]
                if answer["status"] >= 400 and answer["status"] not in self.refusals:
                    self.faults.append(f"status {answer['status']} at {answer['url']}")

    def say(self, pair):
        """The text of the person's language, of a pair; anything else is the same in all."""
        return pair if isinstance(pair, str) else pair[self.mode.english]

    # MARK: Reading

    def see(self, page, heading, status=200):
        """Waits for the page with this heading and looks at it; `page` is its name in the album."""
        wanted = self.say(heading)
        if status >= 400:
            self.refusals.add(status)
        self.session.wait(lambda: self._shows(wanted), f"“{wanted}”")
        self.look(page)
        self.picture(page)

    def picture(self, page):
        if self.album.misses(page, self.mode):
            self.album.add(page, self.mode, self.session.screenshot())

    def _shows(self, heading):
        return self.session.script(
            "return document.readyState === 'complete'"
            " && document.querySelector('h1')?.innerText.trim() === arguments[0]", heading)

    def look(self, page, focus=False):
        found = self.session.script(CHECK, self.mode.language, focus)
        self.faults += [f"{page}: {fault}" for fault in found["faults"]]
        self.album.hear(page, self.mode.language, found["texts"])

    def reads(self, *texts):
        """Each of these is on the page."""
        body = " ".join(self.session.one("main").text.split())
        for text in map(self.say, texts):
            require(text in body, f"not on the page: “{text}”; it says: {body[:200]}")

    @property
    def table(self):
        return self.session.script(TABLE)

    # MARK: Pressing

    def find(self, label, css="button, a, summary, label"):
        wanted = self.say(label)
        return self.session.wait(lambda: self.session.script(PRESSABLE, wanted, css), f"“{wanted}”")

    def press(self, label):
        """What bears this text. Where it leads to another page, that is the page when this returns."""
        element = self.find(label)
        stays = element.call("GET", "/name") in ("summary", "label")
        before = self.session.one("html")
        element.click()
        if not stays:
            self.session.wait(lambda: self._is_gone(before), f"another page after “{self.say(label)}”")

    def _is_gone(self, element):
        return self.session.one("html").id != element.id

    def open(self, url):
        self.session.go(url)

    def tab_to(self, label, key):
        """With the tabulator to what bears this text, where the focus shows all the way, and then the key."""
        wanted = self.say(label)
        for text in self._tabs():
            if text.startswith(wanted):
                self.session.press(key)
                return
        raise Refused(f"the tabulator does not reach “{wanted}”")

    def tab_through(self, page):
        """The texts of everything that gets the focus, in this order."""
        return [text for text in self._tabs(page) if text]

    def _tabs(self, page="focus"):
        seen = set()
        while True:
            self.session.press("Tab")
            focus = self.session.focus
            if focus.id in seen:
                return
            seen.add(focus.id)
            if focus.call("GET", "/name") == "body":
                continue
            self.look(page, focus=True)
            yield " ".join((focus.text or focus.attribute("id") or "").split())

    # MARK: What a browser can do besides

    @property
    def form(self):
        """The form of the page, to be sent by somebody else."""
        return self.session.script("""
            const form = document.querySelector("form");
            return { action: form.action, fields: Object.fromEntries(new FormData(form)) };""")

    def deliver(self, form):
        """Posts a form from a page of the demo service."""
        self.open(self.demo.service + "/")
        before = self.session.one("html")
        self.session.script("""
            const { action, fields } = arguments[0];
            const form = document.body.appendChild(document.createElement("form"));
            Object.assign(form, { action, method: "post" });
            for (const [name, value] of Object.entries(fields)) {
              form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
            }
            form.submit();""", form)
        self.session.wait(lambda: self._is_gone(before), f"{form['action']} to answer")

    @contextmanager
    def later(self, minutes):
        """For a while it is that much later at the demo."""
        self.demo.forward(minutes)
        try:
            yield
        finally:
            self.demo.forward(0)

    @contextmanager
    def stuck(self):
        """For a while no script of a page can send a form."""
        hook = self.session.devtools("Page.addScriptToEvaluateOnNewDocument",
                                     source="HTMLFormElement.prototype.submit = () => {};")
        try:
            yield
        finally:
            self.session.devtools("Page.removeScriptToEvaluateOnNewDocument", **hook)
