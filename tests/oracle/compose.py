#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Compose files read and patched: compose.py [COUNT [SEED]]. COMPOSE2 and COMPOSE1 name Compose.

Of each generated project: captrim check gives every service the set that Compose gives it. After
captrim patch the recorded services have the advice's set and all else is the same to Compose; only
lines that have to do with the four keys were changed; the second patch changes nothing."""
import difflib
import json
import os
import re
import subprocess

import yaml

from common import CAPS, CAPTRIM, DOCKER, Tally, arguments, check, scratch
from compose_text import Project

COMPOSE2 = os.environ.get("COMPOSE2", "docker compose").split()
COMPOSE1 = os.environ.get("COMPOSE1", "").split()
KEYS = ("cap_add", "cap_drop", "privileged", "x-captrim")


def config(command, directory, files):
    """The services as Compose reads them; a message where it refuses the files."""
    words = command + ["-p", "p"] + [w for f in files for w in ("-f", f)] + ["config"]
    done = subprocess.run(words, cwd=directory, capture_output=True, text=True, env=dict(os.environ, PWD=directory))
    if done.returncode:
        return done.stderr
    return yaml.load(done.stdout, Loader=yaml.CSafeLoader)["services"]


def bare(names):
    return {c[4:] if c.startswith("CAP_") else c for c in (n.upper() for n in names or [])}


def holds(s):
    add, drop = bare(s.get("cap_add")), bare(s.get("cap_drop"))
    if s.get("privileged") in (True, "true"):
        return set(CAPS)
    if "ALL" in add:
        return set(CAPS) if "ALL" in drop else set(CAPS) - drop
    return add if "ALL" in drop else (DOCKER - drop) | add


def write_advice(path, r, services):
    sets = {}
    workloads = []
    for s in services:
        sets[s] = [c for c in CAPS if r.random() < r.choice([0, 0.05, 0.1])]
        workloads.append({
            "id": "id-" + s, "kind": "container", "container": {
                "name": "p-%s-1" % s, "service": s, "project": "p", "image": "x:1", "privileged": False},
            "advice": {"cap_drop": ["ALL"], "cap_add": sets[s], "optional": []},
            "capabilities": [{"name": c, "verdict": "required", "chosen": True, "granted": 1, "denied": 0,
                              "scope": "namespace", "risk": "low", "alternatives": [], "reasons": [{
                                  "site": "site_" + c.lower(), "process": "prog", "phase": "main", "count": 1,
                                  "text": "why " + c, "verdict": "required", "any_of": [c],
                                  "scope": "namespace", "granted": 1, "denied": 0, "known": True}]}
                             for c in sets[s]]})
    with open(path, "w") as f:
        json.dump({"schema": "captrim.advice/1", "workloads": workloads}, f)
    return sets


def patch(directory, files, advice, *more):
    words = [CAPTRIM, "patch"] + [w for f in files for w in ("-f", f)] + list(more) + [advice]
    return subprocess.run(words, cwd=directory, capture_output=True, text=True)


def documents(text):
    """PyYAML wants no tab before a comment."""
    return yaml.compose_all(text.replace("\t#", " #"), Loader=yaml.SafeLoader)


def touchable(text, services):
    """Numbers of lines that a patch may change: those of the four keys, of services in flow style,
    and with aliases or merge keys."""
    lines = set()

    def add(a, b):
        lines.update(range(a.start_mark.line, b.end_mark.line + 1))

    def walk(n, name):
        if isinstance(n, yaml.MappingNode):
            for k, v in n.value:
                if k.value in KEYS:
                    add(k, v)
                    if k.value in ("cap_add", "cap_drop"):
                        lines.add(k.start_mark.line)
                if k.value in services and isinstance(v, yaml.MappingNode) and v.flow_style:
                    add(k, v)
                walk(v, k.value)
        elif isinstance(n, yaml.SequenceNode):
            for v in n.value:
                walk(v, name)
    for doc in documents(text):
        walk(doc, None)
    lines.update(i for i, line in enumerate(text.split("\n")) if re.search(r"[:\[, -]\s*\*\w", line))
    return lines


def unlike(old, new, services):
    """What a patch must not have done to a file's text, or None."""
    may = touchable(old, services)
    a, b = old.split("\n"), new.split("\n")
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, a, b, False).get_opcodes():
        for i in range(i1, i2 if tag in ("replace", "delete") else i1):
            if i not in may and a[i].strip() and not (i == len(a) - 1 and b[j1].startswith(a[i])):
                return "line %d was changed: %r" % (i + 1, a[i])
    if old.count("\r\n") == old.count("\n") and new.count("\r\n") != new.count("\n"):
        return "not every line ends as the others"
    if "\r" not in old and "\r" in new:
        return "a carriage return"
    ours = [i for i, line in enumerate(a) if i in may]
    for i, line in enumerate(a):
        m = re.search(r"# ?c\d+\b", line)
        if m and m.group(0) + "" not in new and i not in ours:
            return "a comment of line %d went: %r" % (i + 1, line)
    for m in re.finditer(r"^\s*(# ?c\d+)\b", old, flags=re.M):
        if not re.search(re.escape(m.group(1)) + r"\b", new):
            number = old.count("\n", 0, m.start(1))
            if not inside_list(old, number):
                return "a line of comment went: %r" % m.group(0)
    return None


def inside_list(text, number):
    """Is the line among the items of a block list of one of the keys? Of those some may go."""
    found = []

    def walk(n):
        if isinstance(n, yaml.MappingNode):
            for k, v in n.value:
                if k.value in KEYS and isinstance(v, yaml.SequenceNode):
                    found.append(k.start_mark.line <= number <= v.end_mark.line)
                walk(v)
        elif isinstance(n, yaml.SequenceNode):
            for v in n.value:
                walk(v)
    for doc in documents(text):
        walk(doc)
    return any(found)


def strip(services, recorded):
    out = json.loads(json.dumps(services))
    for name, s in out.items():
        s.pop("x-captrim", None)
        if name in recorded:
            for k in KEYS:
                s.pop(k, None)
        else:
            for k in ("cap_add", "cap_drop"):
                s[k] = s.get(k) or []
    return out


def read_project(p, d, before, tally):
    given = check(d, p.names, p.args)
    shown = "".join("## %s\n%s\n" % f for f in p.files.items())
    if isinstance(given, str):
        tally.add(False, "check refuses: " + given, shown)
        return
    for name in p.names:
        want = holds(before[name])
        tally.add(given[name].set == want, "%s: %s too much, %s too little" % (
            name, given[name].set - want, want - given[name].set), shown)


def patch_project(p, d, before, r, tally):
    advice = os.path.join(d, "advice.json")
    recorded = r.sample(p.names, r.randrange(1, len(p.names) + 1))
    sets = write_advice(advice, r, recorded)
    shown = "".join("## %s\n%s\n" % f for f in p.files.items())
    done = patch(d, p.args, advice, "--write", "--project", "p")
    after = {n: open(os.path.join(d, n), newline="", encoding="utf-8").read() for n in p.files}
    if done.returncode:
        tally.count("not patched: " + re.sub(r"^.*?: ", "", re.sub(r"\S*\.yaml:\d+:\d+: ", "", done.stderr.split("\n")[0]))[:60]
                    if os.environ.get("WHY") else "not patched")
        tally.add(after == p.files, "refused, and changed: " + done.stderr, shown)
        return
    new = "".join("## %s\n%s\n" % f for f in after.items())
    result = config(COMPOSE2, d, p.args)
    if isinstance(result, str):
        tally.add(False, "Compose refuses it then: " + result, shown + new)
        return
    why = None
    for name in recorded:
        s = result[name]
        if bare(s.get("cap_add")) != set(sets[name]) or "ALL" not in bare(s.get("cap_drop")):
            why = "%s has %s, not %s" % (name, s.get("cap_add"), sets[name])
        for c in sets[name]:
            if not re.search(r"why %s\b|(?i:(?:\b|cap_)%s\b)[\"',]*\s+#" % (c, c), "".join(after.values())):
                why = "no reason for %s" % c
    if strip(result, recorded) != strip(before, recorded):
        why = "Compose reads something else"
    for n in p.files:
        why = why or unlike(p.files[n], after[n], recorded)
    again = patch(d, p.args, advice, "--project", "p")
    if again.returncode or again.stdout:
        why = why or "patched twice is not patched once: " + again.stdout + again.stderr
    tally.add(not why, why, shown + new)


def compose1(p, d, tally):
    old = config(COMPOSE1, d, p.args)
    if isinstance(old, str):
        tally.count("refused by Compose 1")
        return
    given = check(d, p.names, p.args)
    for name in p.names:
        tally.add(given[name].set == holds(old[name]), "Compose 1: %s" % name, str(p.files))


def main():
    count, r = arguments()
    tally = Tally("compose")
    for _ in range(count):
        with scratch() as d:
            p = Project(r)
            for name, text in p.files.items():
                with open(os.path.join(d, name), "w", newline="", encoding="utf-8") as f:
                    f.write(text)
            before = config(COMPOSE2, d, p.args)
            if isinstance(before, str):
                tally.count("refused by Compose" if not os.environ.get("WHY") else before.strip()[:100])
                continue
            read_project(p, d, before, tally)
            if COMPOSE1 and not p.modern:
                compose1(p, d, tally)
            patch_project(p, d, before, r, tally)
    tally.end()


main()
