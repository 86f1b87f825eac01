#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Drop-ins in every directory where systemd or Quadlet looks: dropins.py [COUNT [SEED]]."""
import os
import re

from common import CAPS, Tally, arguments, check, scratch
from quadlets import generated, truth
from units import analyzed

SYSTEM = [
    "etc/systemd/system.control", "run/systemd/system.control", "run/systemd/transient", "run/systemd/generator.early",
    "etc/systemd/system", "etc/systemd/system.attached", "run/systemd/system",
    "run/systemd/system.attached", "run/systemd/generator", "usr/local/lib/systemd/system",
    "usr/lib/systemd/system", "run/systemd/generator.late"]
QUADLET = [d + "/containers/systemd" for d in ("run", "etc", "usr/share")]


def levels(name, quadlet):
    """The names whose drop-ins a unit has: its own, its template's, those of its prefixes, its kind's."""
    base, kind = name.rsplit(".", 1)
    out = [name, kind]
    if "@" in base:
        out.append(base.split("@")[0] + "@." + kind)
        base = base.split("@")[0] + ("" if base.endswith("@") else "@")
    if not quadlet or "@" not in name:
        out += [base[:m.end()] + "." + kind for m in re.finditer("-", base)]
    return list(dict.fromkeys(out))


def setting(r, quadlet):
    if quadlet:
        return "[Container]\nAddCapability=%s\n" % r.choice(CAPS)
    return "[Service]\nCapabilityBoundingSet=%sCAP_%s CAP_%s\n" % (
        r.choice(["", "~"]), r.choice(CAPS), r.choice(CAPS))


def write(r, d, dirs, name, quadlet, own_names):
    """own_names: no two drop-ins have the same name, so that none stands for another."""
    shown, n = "", 0
    for place in dirs:
        os.makedirs(os.path.join(d, place))
        for level in levels(name, quadlet):
            if r.random() > (0.3 if quadlet else 0.12):
                continue
            os.makedirs(os.path.join(d, place, level + ".d"))
            for conf in r.sample(["10", "20", "30"], r.choice([1, 2])):
                n += 1
                conf = "%s%s.conf" % (conf, "-%d" % n if own_names else "")
                path = os.path.join(place, level + ".d", conf)
                if r.random() < 0.1:
                    os.symlink("/dev/null", os.path.join(d, path))
                    shown += "## %s -> /dev/null\n" % path
                    continue
                text = setting(r, quadlet)
                with open(os.path.join(d, path), "w") as f:
                    f.write(text)
                shown += "## %s\n%s" % (path, text)
    return shown


def one(r, quadlet, tally):
    kind, dirs = ("container", QUADLET) if quadlet else ("service", SYSTEM)
    name = r.choice(["u", "a-b-c", "t@i", "t@"]) + "." + kind
    # systemd-analyze puts the unit's own directory before the others.
    home = r.choice(dirs) if quadlet else r.choice([dirs[0], r.choice(dirs)])
    with scratch() as d:
        shown = write(r, d, dirs, name, quadlet, not quadlet and home != dirs[0])
        with open(os.path.join(d, home, name), "w") as f:
            f.write("[Container]\nImage=x\n" if quadlet else "[Service]\nExecStart=/bin/true\n")
        path = ":".join(os.path.join(d, place) for place in dirs)
        if quadlet:
            name = name[:-len(".container")]
            wanted = truth(generated(path)[name])
        else:
            start = name[:-len(".service")] if "@." in name else name
            wanted = next((w[0] for n, w in analyzed(os.path.join(d, home), [name], path).items()
                           if n.startswith(start)), None)
        if wanted is None:
            tally.count("not loaded")
            return
        given = check(d, [name], [os.path.join(home, name + (".container" if quadlet else ""))])
        if isinstance(given, str):
            tally.add(False, "refused: " + given, shown)
        else:
            tally.add(given[name].set == wanted, "%s in %s: %s too much, %s too little" % (
                name, home, given[name].set - wanted, wanted - given[name].set), shown)


def main():
    count, r = arguments()
    tally = Tally("dropins")
    for _ in range(count):
        one(r, os.environ.get("DROPINS") == "quadlet", tally)
    tally.end()


main()
