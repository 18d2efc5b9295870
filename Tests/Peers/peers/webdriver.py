# SPDX-License-Identifier: EUPL-1.2
"""Chromium without a window, by W3C WebDriver: `chromedriver` as a child process, sessions in it, elements of a page.

Everything is on loopback, and no name but `localhost` resolves.
"""
import base64
import http.client
import json
import os
import re
import signal
import subprocess
import threading
import time
from dataclasses import dataclass

from .xml import Refused, require

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # WebDriver §12.2
KEYS = {"Tab": "\ue004", "Enter": "\ue007", "Space": "\ue00d"}  # §17.4.2
PATIENCE = 30  # seconds for a page, or for what is to be seen in it

SWITCHES = (
    "--headless=new", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost", "--no-proxy-server",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps",
    "--disable-extensions", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--metrics-recording-only",
    "--hide-scrollbars", "--force-color-profile=srgb", "--lang=en",
)


class Gone(Refused):
    """The element is not of the page that is there now."""


class Crashed(Refused):
    """The browser is no more."""


class Driver:
    """`chromedriver` while the context lasts. Sessions that were opened end with it."""

    def __init__(self, program="chromedriver", browser="chromium"):
        self.program, self.browser, self.process, self.port, self.sessions = program, browser, None, None, []

    def __enter__(self):
        try:
            self.process = subprocess.Popen(  # bounded by __exit__; a group of its own, which can be ended as one
                [self.program, "--port=0"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, text=True, start_new_session=True)
        except OSError as fault:
            raise Refused(f"{self.program}: {fault.strerror}; bin/setup test installs it") from None
        for line in self.process.stdout:
            started = re.search(r"started successfully on port (\d+)", line)
            if started:
                self.port = int(started[1])
                # Nobody reads the rest, but a full pipe would stop it.
                threading.Thread(target=self.process.stdout.read, daemon=True).start()
                return self
        self.__exit__()
        raise Refused(f"{self.program} did not start")

    def __exit__(self, *_):
        for session in list(self.sessions):
            self.close(session)
        try:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(timeout=10)
        except ProcessLookupError:
            pass  # it has ended
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process.stdout.close()

    def open(self):
        """A new browser: cookies and history of its own."""
        # Chromium refuses to run as root in its sandbox.
        switches = [*SWITCHES, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
        options = {"binary": which(self.browser), "args": switches, "excludeSwitches": ["enable-automation"]}
        answer = self.call("POST", "/session", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": options, "unhandledPromptBehavior": "accept",
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
            "timeouts": {"pageLoad": PATIENCE * 1000, "script": PATIENCE * 1000, "implicit": 0}}}})
        session = Session(self, answer["sessionId"])
        self.sessions.append(session)
        return session

    def close(self, session):
        try:
            self.sessions.remove(session)
            session.call("DELETE", "")
        except (OSError, Refused, ValueError):
            pass  # it is gone, or somebody else closes it, or it goes with chromedriver

    def call(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            sent = json.dumps(body if body is not None else {}) if method == "POST" else None
            connection.request(method, path, sent, {"Content-Type": "application/json"})
            answer = json.loads(connection.getresponse().read())["value"]
        finally:
            connection.close()
        if isinstance(answer, dict) and "error" in answer:
            text = f"{answer['error']}: {answer.get('message', '').splitlines()[:1]}"
            gone = answer["error"] in ("stale element reference", "no such element") or "not belong to" in text
            crashed = answer["error"] in ("tab crashed", "invalid session id", "disconnected")
            raise (Gone if gone else Crashed if crashed else Refused)(text)
        return answer


def which(program):
    """The path of a program; Debian's wrapper reads it as chromedriver would not."""
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        path = os.path.join(folder, program)
        if os.access(path, os.X_OK):
            return path
    raise Refused(f"no {program} in PATH; bin/setup test installs it")


@dataclass(frozen=True)
class Element:
    session: object
    id: str

    def call(self, method, path, body=None):
        return self.session.call(method, f"/element/{self.id}{path}", body)

    @property
    def text(self):
        return self.call("GET", "/text")

    def attribute(self, name):
        return self.call("GET", f"/attribute/{name}")

    def click(self):
        self.call("POST", "/click")

    def type(self, text):
        self.call("POST", "/value", {"text": text})

    def clear(self):
        self.call("POST", "/clear")


class Session:
    """One browser, and its tab that is in front."""

    def __init__(self, driver, identifier):
        self.driver, self.path = driver, f"/session/{identifier}"

    def call(self, method, path, body=None):
        return self.driver.call(method, self.path + path, body)

    # MARK: Moving

    def go(self, url):
        self.call("POST", "/url", {"url": url})

    def back(self):
        self.call("POST", "/back")

    def reload(self):
        self.call("POST", "/refresh")

    @property
    def url(self):
        return self.call("GET", "/url")

    @property
    def title(self):
        return self.call("GET", "/title")

    # MARK: Tabs

    @property
    def tab(self):
        return self.call("GET", "/window")

    def new_tab(self):
        """Opens one and is in it; the one that was in front."""
        before = self.tab
        self.show(self.call("POST", "/window/new", {"type": "tab"})["handle"])
        return before

    def show(self, tab):
        self.call("POST", "/window", {"handle": tab})

    def close_tabs(self):
        """All but the first."""
        first, *others = self.call("GET", "/window/handles")
        for tab in others:
            self.show(tab)
            self.call("DELETE", "/window")
        self.show(first)

    # MARK: Seeing

    def all(self, css):
        found = self.call("POST", "/elements", {"using": "css selector", "value": css})
        return [Element(self, item[ELEMENT]) for item in found]

    def one(self, css):
        """The first that fits, as soon as it is there."""
        return self.wait(lambda: next(iter(self.all(css)), None), css)

    def wait(self, condition, what, seconds=PATIENCE):
        """What the condition gives, as soon as that is true."""
        until = time.monotonic() + seconds
        while True:
            try:
                found = condition()
                if found:
                    return found
            except Gone:
                pass  # the page changed meanwhile
            require(time.monotonic() < until, f"waited {seconds} s for {what} at {self.url} ({self.title})")
            time.sleep(0.02)

    def script(self, text, *arguments):
        """Evaluates in the page, also where its own scripts are off."""
        found = self.call("POST", "/execute/sync", {"script": text, "args": [
            {ELEMENT: a.id} if isinstance(a, Element) else a for a in arguments]})
        return Element(self, found[ELEMENT]) if isinstance(found, dict) and ELEMENT in found else found

    def screenshot(self):
        """The whole page as PNG, also what is below the edge of the window."""
        size = self.devtools("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        return base64.b64decode(
            self.devtools("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)["data"])

    def cookies(self):
        return {cookie["name"]: cookie for cookie in self.call("GET", "/cookie")}

    def forget(self):
        """All cookies of all hosts."""
        self.devtools("Network.clearBrowserCookies")

    def log(self, kind):
        """What was written since it was last read: `browser` is the console, `performance` has every request."""
        return self.call("POST", "/se/log", {"type": kind})

    # MARK: Keys

    def press(self, *names):
        """Keys, one after the other while the ones before are held, into whatever has the focus."""
        keys = [KEYS.get(name, name) for name in names]
        actions = [{"type": "keyDown", "value": key} for key in keys]
        actions += [{"type": "keyUp", "value": key} for key in reversed(keys)]
        self.call("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    @property
    def focus(self):
        return Element(self, self.call("GET", "/element/active")[ELEMENT])

    # MARK: What kind of browser it is; holds for the tab in front

    def devtools(self, command, **parameters):
        return self.call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def be(self, width, height, dark=False, script=True, language="es", **features):
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                      mobile=False)
        self.devtools("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            *({"name": name.replace("_", "-"), "value": value} for name, value in features.items())])
        self.devtools("Emulation.setScriptExecutionDisabled", value=not script)
        agent = self.devtools("Browser.getVersion")["userAgent"]
        self.devtools("Emulation.setUserAgentOverride", userAgent=agent, acceptLanguage=language)
