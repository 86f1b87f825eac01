#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Scalars of every style, read by captrim and by PyYAML: yaml_scalars.py [COUNT [SEED]]."""
import json
import os
import subprocess

import yaml

from common import CAPTRIM, Tally, advice, arguments, scratch

PIECES = ["a", "b", "ab", " ", "  ", "'", "''", '"', "\\", ":", "#", " #", ": ", ",", "[", "]", "{", "}", "&", "*", "!",
          "|", ">", "%", "@", "`", "-", "- ", "?", "=", "ü", "€", "😀", "0", "null", "~", "\t", "==", "&&", "<<", "$"]
BREAKS = ["\n", "\n", "\n\n", "\n \n", " \n", "\t\n", "\n\n\n"]
ESCAPES = ["\\n", "\\t", "\\\\", '\\"', "\\/", "\\x41", "\\u00fc", "\\U0001F600", "\\a", "\\b", "\\e", "\\f", "\\v", "\\r",
           "\\ ", "\\\t", "\\_", "\\N", "\\L", "\\P", "\\\n   "]


def text(r, pieces, breaks):
    out = ""
    for _ in range(r.randrange(1, 7)):
        out += r.choice(pieces)
        if breaks and r.random() < 0.2:
            out += r.choice(BREAKS)
    return out


def indented(s, eol="\n"):
    """Continuation lines need more indentation than the key."""
    return s.replace("\n", "\n          ")


def scalar(r):
    style = r.choice(["single", "single", "double", "double", "plain", "literal", "folded"])
    breaks = r.random() < 0.4
    if style == "single":
        return "'" + indented(text(r, PIECES, breaks).replace("'", "''")) + "'"
    if style == "double":
        s = text(r, PIECES + ESCAPES * 2, breaks)
        return '"' + indented("".join(s)) + '"'
    if style == "plain":
        return indented(text(r, PIECES, breaks).strip())
    head = ("|" if style == "literal" else ">") + r.choice(["", "", "-", "+", "2", "2-"])
    lines = text(r, PIECES + ["  x", "x\n", "x\n\n", "\n  y"], True).split("\n")
    pad = "          " if "2" in head else " " * r.choice([10, 11, 14])
    return head + r.choice(["", " # c"]) + "\n" + "\n".join(pad + line if line.strip() else "" for line in lines)


def wanted(source):
    """PyYAML's text; None where it refuses it, or reads something else than text."""
    try:
        node = yaml.compose(source, Loader=yaml.SafeLoader)
        service = node.value[0][1].value[0][1].value
        items = [n for k, n in service if k.value == "cap_add"][0].value
        if "hostname: " in source.split("\n")[2]:
            return "END" if len(items) == 1 and isinstance(service[0][1], yaml.ScalarNode) else None
        if len(items) != 2 or not all(isinstance(n, yaml.ScalarNode) for n in items):
            return None
        if items[0].tag != "tag:yaml.org,2002:str" or items[1].value != "END":
            return None
        return items[0].value
    except (yaml.YAMLError, ValueError, AttributeError, IndexError):
        return None


def main():
    count, r = arguments()
    tally = Tally("yaml scalars")
    with scratch() as d:
        path = os.path.join(d, "compose.yaml")
        words = [CAPTRIM, "check", advice(d, ["w"]), "--format", "json", "--against", path]
        for _ in range(count):
            source = "services:\n    web:\n        cap_add:\n        - %s\n        - END\n" % scalar(r)
            if r.random() < 0.3:
                source = "services:\n    web:\n        hostname: %s\n        cap_add:\n        - END\n" % scalar(r)
            if r.random() < 0.2:
                source = source.replace("\n", "\r\n")
            want = wanted(source)
            if want is None or "\0" in want:
                tally.count("refused by PyYAML, or no text")
                continue
            with open(path, "w", newline="", encoding="utf-8") as f:
                f.write(source)
            done = subprocess.run(words, capture_output=True, text=True, cwd=d)
            if done.returncode not in (0, 1):
                if "invalid comment without whitespace" in done.stderr:
                    tally.count("refused, as YAML 1.2 does")
                    continue
                tally.add(False, "refused: " + done.stderr, repr(source))
                continue
            texts = [f["text"] for f in json.loads(done.stdout)["findings"] if f["code"] == "unknown-capability"]
            end = "': no capability has that name"
            got = [t[1:-len(end)] for t in texts if t.endswith(end)]
            if want == "":
                got = got or [""]
            if "$" in want:
                tally.count("with a variable")
                continue
            tally.add(want in got, "PyYAML reads %r, captrim %r" % (want, got), repr(source))
    tally.end()


main()
