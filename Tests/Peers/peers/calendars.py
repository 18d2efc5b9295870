# SPDX-License-Identifier: EUPL-1.2
"""End dates: what `puente trust calendar` says, against the certificates themselves and an iCalendar parser of others; and the
alarms of a running node, which a webhook and a mail program get once.
"""
import datetime as dt
import email
import email.policy
import hashlib
import hmac
import http.server
import json
import subprocess
import sys
import threading
import time

import icalendar

from . import keys
from .drivers import Stage, drive, parser
from .world import make
from .xml import require

DAYS = [60, 30, 14, 7, 1]
SECRET = "a secret of the webhook"


class Receiver(http.server.ThreadingHTTPServer):
    """Keeps what is posted to it."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Posted)
        self.posts = []
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Posted(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posts.append((self.path, dict(self.headers), body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def calendar(world, program, *options):
    ran = subprocess.run([program, "trust", "calendar", "--config", str(world.folder / "puente.yaml"), *options],
                         capture_output=True, text=True, timeout=60, check=False)
    require(ran.returncode == 0, f"exit code {ran.returncode}: {ran.stderr}")
    return ran.stdout


def certificates(world):
    """Every certificate of this world that Puente has to watch: SHA-256, whose it is, its end."""
    own = [("ours", identity.certificate) for identity in world.own.values()]
    theirs = [(n.country, c) for n in world.nodes.values() for c in (n.signer.certificate, n.metadata_signer.certificate)]
    services = [("ours", c.certificate) for s in world.services.values() for c in (s.signer, s.recipient) if c]
    return {(who, hashlib.sha256(keys.der(c)).hexdigest()): c.not_valid_after_utc for who, c in own + theirs + services}


def judge(world, server, report):
    program, folder = server.program, world.folder
    said = json.loads(calendar(world, program, "--json"))["ends"]
    with report.case("every certificate, and nothing else, with the day on which it ends") as note:
        found = {(e["country"], e["fingerprint"]): dt.datetime.fromisoformat(e["date"]) for e in said if "fingerprint" in e}
        expected = certificates(world)
        require(found == expected, f"{len(found)} found, {len(expected)} expected: {set(found) ^ set(expected)}")
        note(f"{len(found)} certificates")
    with report.case("the metadata of each node, in files: nobody renews them"):
        metadata = {e["subject"] for e in said if e["kinds"] == ["metadata"]}
        require(metadata == {n.entity_id for n in world.nodes.values()}, f"{metadata}")
    with report.case("the nearest comes first"):
        require([e["date"] for e in said] == sorted(e["date"] for e in said), "another order")
    with report.case("--within shows what ends within so many days"):
        near = json.loads(calendar(world, program, "--json", "--within", "10"))["ends"]
        require(0 < len(near) == sum(e["daysLeft"] < 10 for e in said) < len(said), f"{len(near)} of {len(said)}")
    with report.case("the table has a line for each"):
        require(len(calendar(world, program).splitlines()) == len(said) + 1, "another number of lines")
    read_icalendar(world, program, report, [e for e in said if not e["renewsItself"]])
    alarms(world, server, report, [e for e in said if "alarm" in e])
    with report.case("everybody may know which countries can be used"):
        status = json.loads(server.fetch("/status.json")[1])
        usable = {c["country"]: c["usable"] for c in status["peopleFrom"]}
        require(usable == {n: True for n in world.nodes} and "servicesFrom" not in status, f"{usable}")
        require(b"node-" not in server.fetch("/status")[1], "the page names a node")


def read_icalendar(world, program, report, expected):
    file = world.folder / "puente.ics"
    calendar(world, program, "--ics", str(file))
    octets = file.read_bytes()
    with report.case("iCalendar: lines of at most 75 octets, ended by CRLF"):
        lines = octets.split(b"\r\n")
        require(lines[-1] == b"" and all(len(line) <= 75 and b"\n" not in line for line in lines), "a line is not")
    with report.case("iCalendar: an event for each end, as icalendar reads it") as note:
        parsed = icalendar.Calendar.from_ical(octets)
        require(not parsed.errors and not any(e.errors for e in parsed.walk()), f"{parsed.errors}")
        events = parsed.walk("VEVENT")
        days = sorted(e.decoded("dtstart") for e in events)
        require(days == sorted(dt.datetime.fromisoformat(e["date"]).date() for e in expected), f"{days}")
        require(len({str(e["uid"]) for e in events}) == len(events), "two events of one name")
        texts = "\n".join(str(e["description"]) for e in events)
        require(all(e["subject"] in texts and e.get("fingerprint", "") in texts for e in expected), "a text is lost")
        note(f"{len(events)} events")
    with report.case("iCalendar: five reminders for each"):
        for event in events:
            before = [-alarm.decoded("trigger").days for alarm in event.walk("VALARM")]
            require(before == DAYS, f"{before}")
    with report.case("iCalendar: events keep their names"):
        calendar(world, program, "--ics", str(file))
        again = icalendar.Calendar.from_ical(file.read_bytes()).walk("VEVENT")
        require([e["uid"] for e in again] == [e["uid"] for e in events], "other names")


def alarms(world, server, report, expected):
    """`expected`: what is due. The node has looked when it started."""
    hook, mails = world.settings_of_alarms
    patience = time.monotonic() + 20
    while (not hook.posts or not list(mails.glob("*"))) and time.monotonic() < patience:
        time.sleep(0.2)
    wanted = sorted((e["country"], e["subject"], e["alarm"]) for e in expected)
    with report.case("the webhook got all alarms at once, under its secret") as note:
        require(len(hook.posts) == 1, f"{len(hook.posts)} posts")
        path, headers, body = hook.posts[0]
        code = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        require(headers.get("Puente-Signature") == f"sha256={code}" and path == "/hook", f"{headers}")
        got = sorted((a["country"], a["subject"], a["alarm"]) for a in json.loads(body)["alarms"])
        require(got == wanted, f"{set(got) ^ set(wanted)}")
        note(f"{len(got)} alarms")
    with report.case("the mail program got a message that others can read"):
        sent = [email.message_from_bytes(p.read_bytes(), policy=email.policy.default) for p in mails.glob("*")]
        require(len(sent) == 1 and sent[0]["To"] == "a@peers.example, b@peers.example", f"{len(sent)} messages")
        require(not sent[0].defects and all(e["subject"] in sent[0].get_content() for e in expected), "another text")
    with report.case("the log has a line for each"):
        lines = server.log.read_text(encoding="utf-8").count("end date comes near")
        require(lines == len(expected), f"{lines} lines")
    with report.case("health counts them, and the node is ready"):
        status, body = server.fetch("/health/ready")[:2]
        require(status == 200 and json.loads(body)["warnings"] == len(expected), body.decode())
    with report.case("after a restart nothing is told again"):
        server.restart()
        time.sleep(3)
        require(len(hook.posts) == 1 and len(list(mails.glob("*"))) == 1, "told again")


def world_of_ends(folder, kind, like=None):
    """A few nodes; certificates for 30 days, but one of ours for 5 and one for years."""
    world = make(folder, kind, like=like, countries=("DE", "EE", "EL"), kits_wanted=("java-2.8.4",))
    world.own["encryption"] = keys.identity("rsa3072", "Puente, cifrado; ñandú \\ 5 días", "encrypt", days=(-1, 5))
    world.own["clave"] = keys.identity("rsa3072", "Puente Cl@ve", days=(-1, 900))
    return world


def prepare(world):
    hook, mails = Receiver(), world.folder / "mails"
    mails.mkdir()
    script = world.folder / "sendmail"
    script.write_text(f"#!/bin/sh\n[ \"$*\" = '-t -i' ] && cat > {mails}/$$\n", encoding="utf-8")
    script.chmod(0o755)
    (world.folder / "webhook.secret").write_text(SECRET + "\n", encoding="utf-8")
    world.settings_of_alarms = hook, mails
    # The stage's settings are one value, filled here where the port is known.
    SETTINGS["trust"] = {"alarms": {
        "webhook": {"url": f"http://127.0.0.1:{hook.server_port}/hook",
                    "secret": {"file": str(world.folder / "webhook.secret")}},
        "mail": {"to": ["a@peers.example", "b@peers.example"], "from": "puente@peers.example",
                 "sendmail": str(script)}}}


SETTINGS = {}


def main():
    given = parser(__doc__).parse_args()
    stage = Stage("p256", "End dates: calendar and alarms", judge, SETTINGS, prepare)
    return drive([stage], given, make=world_of_ends)


if __name__ == "__main__":
    sys.exit(main())
