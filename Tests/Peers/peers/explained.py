# SPDX-License-Identifier: EUPL-1.2
"""After hostile messages: log, `puente explain` and the audit trail tell the same of whoever was turned away."""
import collections
import json
import re
import subprocess

from .xml import require

UNWRITTEN = {"exchange.unknown", "binding.method", "own.overloaded"}    # no messages: not in the trail


def command(where, server, *words):
    return subprocess.run([server.program, *words, "--config", str(where.folder / "puente.yaml")],
                          capture_output=True, text=True, timeout=60, check=False)


def refused(where):
    """Rule and support code of everybody who was turned away, from the log: of requests, not of what never became one."""
    lines = [line for line in (where.folder / "puente.log").read_text().splitlines() if ' path="' in line]
    found = (re.search(r' rule="([^"]+)" support="([^"]+)"', line) for line in lines)
    return [(m[1], m[2]) for m in found if m]


def judge(where, server, report):
    seen = refused(where)
    with report.case("puente explain tells of each rule what the log has") as note:
        first = {rule: code for rule, code in reversed(seen) if rule not in UNWRITTEN}
        require(len(first) > 5, f"only {len(first)} rules in the log")
        for rule, code in first.items():
            ran = command(where, server, "explain", code, "--json")
            require(ran.returncode == 0, f"{code} ({rule}): exit code {ran.returncode}: {ran.stderr}")
            story = json.loads(ran.stdout)
            told = story["refusal"]["rule"], story["support"]
            require(told == (rule, code), f"{told}, not {rule} of {code}")
            failed = [check["rule"] for step in story["steps"] for check in step["checks"] if not check["passed"]]
            require(failed == [rule], f"{code}: failed checks {failed}")
            require(any(e.get("support") == code for e in story["events"]), f"{code}: not among its events")
        note(f"{len(first)} rules")
    with report.case("a code as a person says it; a slip of the tongue; a code of nobody"):
        rule, code = next((r, c) for r, c in reversed(seen) if r not in UNWRITTEN)
        ran = command(where, server, "explain", *code.lower().split("-"))
        require(ran.returncode == 0 and rule in ran.stdout and code in ran.stdout, f"{ran.returncode}: {ran.stderr}")
        slip = code[:-1] + ("2" if code[-1] != "2" else "3")
        for typed, word in ((slip, "does not fit"), (code[:-1], "7 characters"), ("0000-0000", "not kept")):
            ran = command(where, server, "explain", typed)
            require(ran.returncode == 1 and word in ran.stderr, f"{typed}: {ran.returncode} {ran.stderr}")
    with report.case("the audit trail is sound, and has as many of each rule as the log") as note:
        ran = command(where, server, "audit", "verify")
        require(ran.returncode == 0, ran.stderr)
        lines = [json.loads(line) for line in command(where, server, "audit", "export").stdout.splitlines()]
        require(len(lines) >= int(ran.stdout.split()[0]), f"{len(lines)} lines exported: {ran.stdout}")
        trail = {line["support"]: line["result"] for line in lines if line["support"] != "-"}
        logged = {code: rule for rule, code in seen if rule not in UNWRITTEN}
        require(trail.keys() == logged.keys(), f"{len(trail)} in the trail, {len(logged)} in the log")
        other = {code for code in logged if trail[code] != logged[code] and not trail[code].startswith("refused.")}
        require(not other, f"other rules: {[(logged[c], trail[c]) for c in other]}")
        counts = collections.Counter(logged.values())
        note(f"{sum(counts.values())} refusals by {len(counts)} rules")
