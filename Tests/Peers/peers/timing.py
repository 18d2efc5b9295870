# SPDX-License-Identifier: EUPL-1.2
"""Whether faults that must look alike from outside do: the same page, and how long it takes to come.

    python -m peers.timing [--puente PROGRAM] [--config FOLDER] [--rounds N] [--seed N]

Messages of a group are posted in random order, round after round. The page is a test; the time is a table to look at.
"""
import base64
import dataclasses
import http.client
import os
import random
import re
import statistics
import sys
import time
import urllib.parse

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from . import hostile_ciphers, keys, world, xml
from .browser import FORM
from .drivers import Stage, drive, parser
from .foreign_node import Spoil
from .journey import Journey
from .names import ds
from .persons import GERMAN
from .xml import require

LIFE = 120  # seconds after which messages are made anew: they are good for five minutes
CODE = re.compile(rb'<code translate="no">[^<]*</code>')


def flipped(octets, place):
    return octets[:place] + bytes([octets[place] ^ 1]) + octets[place + 1:]


def value_changed(root):
    value = root.find(f"{ds('Signature')}/{ds('SignatureValue')}")
    octets = base64.b64decode("".join(value.text.split()))
    value.text = xml.encode(flipped(octets, len(octets) // 2))
    return root


def content_changed(root):
    root.set("Consent", root.get("Consent", "urn:oasis:names:tc:SAML:2.0:consent:") + "x")
    return root


class Answers:
    """Answers of a node to one question, which stays open because none of them is good."""

    def __init__(self, where):
        self.stranger = keys.identity("rsa3072", "Stranger")
        self.journey = Journey(where, next(iter(where.services.values())), where.nodes["AT"]).begin()
        self.node, self.browser = self.journey.node, self.journey.browser
        self.recipient = where.own["encryption"].certificate.public_key()

    def make(self, spoil):
        return self.node.answer(self.journey.request, GERMAN, spoil)

    def other_key(self, length):
        """A content key of another length, soundly wrapped."""
        oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
        return hostile_ciphers.key_value(lambda _: self.recipient.encrypt(os.urandom(length), oaep))

    def signatures(self):
        behind = keys.Identity(self.stranger.key, self.node.signer.certificate, "rsa3072")
        return {
            "signature value altered": lambda: self.make(Spoil(signed=value_changed)),
            "the same, to see the noise": lambda: self.make(Spoil(signed=value_changed)),
            "another key behind the certificate": lambda: self.make(Spoil(signing={"signer": behind})),
            "content altered": lambda: self.make(Spoil(signed=content_changed)),
            "a stranger's certificate": lambda: self.make(Spoil(signing={"signer": self.stranger})),
        }

    def ciphers(self):
        key, content = hostile_ciphers.key_value, hostile_ciphers.sealed
        return {
            "wrapped key altered": lambda: self.make(Spoil(encrypted=key(lambda o: flipped(o, 200)))),
            "the same, to see the noise": lambda: self.make(Spoil(encrypted=key(lambda o: flipped(o, 200)))),
            "wrapped key random": lambda: self.make(Spoil(encrypted=key(lambda o: b"\0" + os.urandom(len(o) - 1)))),
            "content key of 16 octets": lambda: self.make(Spoil(encrypted=self.other_key(16))),
            "content key of 33 octets": lambda: self.make(Spoil(encrypted=self.other_key(33))),
            "another content key": lambda: self.make(Spoil(encrypted=self.other_key(32))),
            "tag altered": lambda: self.make(Spoil(encrypted=content(lambda o: flipped(o, len(o) - 1)))),
            "content altered": lambda: self.make(Spoil(encrypted=content(lambda o: flipped(o, 40)))),
            "content cut": lambda: self.make(Spoil(encrypted=content(lambda o: o[:-4]))),
        }


class Requests:
    """Requests in a service's name that are not its own."""

    def __init__(self, where):
        self.world, self.service = where, next(iter(where.services.values()))
        self.stranger = keys.identity("rsa3072", "Stranger")
        self.browser = Journey(where, self.service, where.nodes["AT"]).browser

    def make(self, signer, change=lambda root: root, **said):
        root, sent = self.service.draft(self.world.gateway, **said)
        octets = dataclasses.replace(self.service, signer=signer).sealed(root, sent).octets
        form = sent.form(country="AT") | {"SAMLRequest": xml.encode(xml.write(change(xml.parse(octets))))}
        return self.world.gateway, form

    def names(self):
        """Without KeyInfo nothing but the name says whose key is to be tried."""
        def bare(root):
            signature = root.find(ds("Signature"))
            signature.remove(signature.find(ds("KeyInfo")))
            return root
        nobody, name = "S0000000Z_NOBODY00", self.service.provider
        return {
            "a registered name": lambda: self.make(self.stranger, bare, provider=name),
            "the same, to see the noise": lambda: self.make(self.stranger, bare, provider=name),
            "a name that is not registered": lambda: self.make(self.stranger, bare, provider=nobody),
            "a registered name, a stranger's certificate": lambda: self.make(self.stranger, provider=name),
            "no such name, a stranger's certificate": lambda: self.make(self.stranger, provider=nobody),
        }


def post(where, browser, url, fields):
    """Milliseconds, and what can be seen of the answer but its support code and length."""
    path = urllib.parse.urlsplit(url).path
    cookies = "; ".join(f"{name}={value}" for name, (value, _) in browser.cookies.items())
    headers = {"Host": urllib.parse.urlsplit(where.public).netloc, "Accept-Language": "en", "Content-Type": FORM}
    connection = http.client.HTTPConnection("127.0.0.1", where.port, timeout=30)
    try:
        connection.connect()
        body = urllib.parse.urlencode(fields).encode()
        began = time.perf_counter()
        connection.request("POST", path, body, headers | ({"Cookie": cookies} if cookies else {}))
        answer = connection.getresponse()
        octets = answer.read()
        took = (time.perf_counter() - began) * 1000
    finally:
        connection.close()
    seen = sorted((k.lower(), v) for k, v in answer.headers.items() if k.lower() not in ("date", "set-cookie"))
    return took, (answer.status, tuple(seen), CODE.sub(b"", octets))


def measure(where, browser, kinds, rounds, chance):
    """({kind: [milliseconds]}, {kind: what was seen})"""
    times, seen, made, at = {kind: [] for kind in kinds}, {kind: set() for kind in kinds}, {}, 0
    for turn in range(rounds):
        if not made or time.monotonic() - at > LIFE:
            made, at = {kind: make() for kind, make in kinds.items()}, time.monotonic()
        order = list(kinds)
        chance.shuffle(order)
        for kind in order:
            took, page = post(where, browser, *made[kind])
            seen[kind].add(page)
            if turn:  # the first of each warms up
                times[kind].append(took)
    return times, seen


def compare(where, report, title, browser, kinds, given):
    times, seen = measure(where, browser, kinds, given.rounds, random.Random(given.seed))
    first = next(iter(kinds))
    base = statistics.median(times[first])
    for kind in kinds:
        with report.case(f"{title}: {kind}") as note:
            median, (low, _, high) = statistics.median(times[kind]), statistics.quantiles(times[kind], n=4)
            note(f"median {median:.3f} ms, quartiles {low:.3f} to {high:.3f}, {median / base:.3f}x, "
                 f"{(median - base) * 1000:+.0f} us")
            require(seen[kind] == seen[first] and len(seen[kind]) == 1, "its page differs")
            status = next(iter(seen[kind]))[0]
            require(status == 400, f"HTTP {status}")


def run(where, server, report, given):
    answers, requests = Answers(where), Requests(where)
    compare(where, report, "signature of an answer", answers.browser, answers.signatures(), given)
    compare(where, report, "what the node encrypted", answers.browser, answers.ciphers(), given)
    compare(where, report, "request", requests.browser, requests.names(), given)
    require(server.alive(), "Puente has ended")


def make(folder, kind, *, like=None):
    return world.make(folder, kind, like=like, countries=("AT",), kits_wanted=("java-2.7",))


def main(arguments=None):
    options = parser(__doc__.split("\n")[0])
    options.add_argument("--rounds", type=int, default=400)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args(arguments)
    require(given.rounds >= 4, "at least four rounds")
    stages = [Stage("rsa3072", "Faults that must look alike",
                    lambda where, server, report: run(where, server, report, given))]
    return drive(stages, given, width=66, make=make)


if __name__ == "__main__":
    sys.exit(main())
