#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""systemd units: units.py [COUNT [SEED]]. SYSTEMD_ANALYZE names the program that also reads them."""
import os
import re
import subprocess

from common import CAPS, Tally, arguments, check, scratch

ANALYZE = os.environ.get("SYSTEMD_ANALYZE", "systemd-analyze").split()
TAKERS = "PrivateDevices ProtectClock ProtectKernelLogs ProtectKernelModules".split()


def word(r):
    cap = r.choice(CAPS)
    return r.choice([
        "CAP_" + cap, "CAP_" + cap, "CAP_" + cap, "cap_" + cap.lower(), "Cap_" + cap.lower(),
        '"CAP_%s"' % cap, "'CAP_%s'" % cap, 'CAP_"%s"' % cap, "CAP_\\" + cap, cap,
        str(r.randrange(70)), hex(r.randrange(41)), "0%o" % r.randrange(41), "0b11", "0o17", "+5",
        "-1", "CAP_ALL", "ALL", "CAP_NONE", '""', "CAP_%s,CAP_KILL" % cap, "~CAP_KILL", "5x",
        '"CAP_%s CAP_KILL"' % cap, "#CAP_KILL", "CAP_" + cap + "\\\\", "Käse", "%i"])


def value(r):
    if r.random() < 0.2:
        return r.choice(["", "~", " ", "~ ", '""', "~~"])
    words = [word(r) for _ in range(r.choice([1, 1, 2, 3, 5]))]
    return r.choice(["", "", "", "~", "~ "]) + r.choice([" ", " ", "  ", "\t"]).join(words)


def setting(r):
    key = r.choice(["CapabilityBoundingSet"] * 5 + ["AmbientCapabilities"] * 2 + TAKERS +
                   ["capabilityboundingset", "CapabilityBoundingSet2"])
    if key in TAKERS:
        v = r.choice("yes no true false on off 1 0 y n t f TRUE Off maybe".split() + ["", '"yes"'])
    else:
        v = value(r)
    line = "%s%s=%s%s%s" % (r.choice(["", "", "", "  ", "\t"]) + key, r.choice(["", "", " "]),
                            r.choice(["", "", " ", "\t"]), v, r.choice(["", "", "", " "]))
    if r.random() < 0.2:
        at = r.choice([i for i, c in enumerate(line + " ") if c in " \t="])
        between = r.choice(["", "", "# no\n", "; no\n", "  # no\n", "\n", "#a\\\n"])
        line = line[:at + 1] + r.choice(["", " "]) + "\\\n" + between + line[at + 1:]
    return line


def body(r, lines, bom=True):
    text = ""
    for _ in range(lines):
        text += r.choice(["", "", "", "", "\n", "# c\n", "; c\n", "nonsense\n", "=x\n"])
        text += setting(r) + "\n"
        if r.random() < 0.1:
            text += r.choice(["[Unit]\n", "[Install]\n", "[Service]\n", "[Socket]\n", "[X-Own]\n"])
    if r.random() < 0.15:
        text = text.replace("\n", "\r\n")
    if r.random() < 0.1:
        text = text.rstrip("\n")
    if r.random() < 0.03:
        text += "\nCapabilityBoundingSet=CAP_KILL \\"
    return text


def unit(r):
    text = r.choice(["", "", "[Unit]\nDescription=x \\\n y\n", "\ufeff", "CapabilityBoundingSet=CAP_BPF\n"])
    return text + "[Service]\nExecStart=/bin/true\n" + body(r, r.choice([0, 1, 1, 2, 3, 5]))


def dropins(r, directory, name):
    """Directories beside the unit: its own, that of its template or prefix, that of its kind."""
    shown = ""
    names = [name + ".d"]
    if "@" in name:
        names.append(name.split("@")[0] + "@.service.d")
    if "-" in name:
        names.append(name.split("-")[0] + "-.service.d")
    for d in names:
        if r.random() < 0.25:
            os.makedirs(os.path.join(directory, d), exist_ok=True)
            for n in r.sample(["10-a.conf", "20-b.conf", "z.conf", "x.txt", ".h.conf"], 2):
                text = r.choice(["[Service]\n", "[Service]\n", ""]) + body(r, 1)
                with open(os.path.join(directory, d, n), "w", newline="") as f:
                    f.write(text)
                shown += "## %s/%s\n%s\n" % (d, n, text)
    return shown


def analyzed(directory, names, path=None):
    """{name: (bounding, ambient)} as systemd has them; None where it does not load the unit.
    path: where it looks for units and drop-ins, if not in the directory."""
    env = dict(os.environ, SYSTEMD_LOG_LEVEL="debug", SYSTEMD_UNIT_PATH=path or directory + ":")
    out = subprocess.run(ANALYZE + ["verify", "--man=no"] + ["./" + n for n in names], env=env,
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                         errors="replace", cwd=directory).stdout
    result = {}
    for part in re.split(r"^\s*(?:->|→) Unit ", out, flags=re.M)[1:]:
        name = part.split(":\n")[0]
        if "Unit Load State: loaded" not in part:
            continue
        sets = []
        for key, default in (("CapabilityBoundingSet", set(CAPS)), ("AmbientCapabilities", set())):
            m = re.search(r"^\s*%s:(.*)$" % key, part, flags=re.M)
            sets.append({w[4:].upper() for w in m.group(1).split() if w.startswith("cap_")}
                        if m else default)
        result[name] = tuple(sets)
    return result


def main():
    count, r = arguments()
    tally = Tally("units")
    done = 0
    while done < count:
        with scratch() as d:
            names, texts = [], {}
            for i in range(min(50, count - done)):
                name = r.choice(["u%d.service", "pre%d-x.service", "t%d@.service", "t%d@i.service"]) % i
                text = unit(r)
                with open(os.path.join(d, name), "w", newline="") as f:
                    f.write(text)
                texts[name] = text + dropins(r, d, name)
                names.append(name)
            done += len(names)
            wanted = analyzed(d, [n for n in names])
            for name in names:
                one = check(d, [name], [name])
                # Of a template an instance is read, whose name is this systemd's choice.
                instance = name[:-len(".service")] if name.endswith("@.service") else name
                want = next((w for n, w in wanted.items() if n.startswith(instance)), None)
                if not want:
                    tally.count("not loaded")
                elif isinstance(one, str):
                    tally.add(False, "refused: " + one, texts[name])
                elif "its quote is not closed" in " ".join(one[name].texts):
                    tally.count("said to be read in two ways")
                else:
                    tally.add(one[name].set == want[0], "%s: %s too much, %s too little" % (
                        name, one[name].set - want[0], want[0] - one[name].set), texts[name])
    tally.end()


if __name__ == "__main__":
    main()
