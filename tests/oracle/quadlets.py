#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Quadlet files: quadlets.py [COUNT [SEED]]. QUADLET names podman's generator."""
import csv
import os
import re
import shlex
import subprocess

from common import CAPS, PODMAN, Tally, arguments, check, scratch

QUADLET = os.environ.get("QUADLET", "/usr/libexec/podman/quadlet").split()


def name(r):
    cap = r.choice(CAPS)
    return r.choice([cap, cap, cap.lower(), "CAP_" + cap, "cap_" + cap.lower(), "all", "ALL", "All",
                     cap + "," + r.choice(CAPS), "KILL,MKNOD,", "NONE", "CAP_ALL", "CAP_12"])


def words(r):
    out = []
    for _ in range(r.choice([1, 1, 2, 3])):
        w = name(r)
        out.append(r.choice([w, w, w, '"%s"' % w, "'%s'" % w, w[:2] + '"' + w[2:] + '"',
                             '"%s %s"' % (w, r.choice(CAPS))]))
    if r.random() < 0.04:
        out.append(r.choice(['"KILL', "'KILL", '""', "KILL\\", "\\x41"]))
    return r.choice([" ", " ", "  ", "\t"]).join(out)


def args(r):
    out = []
    for _ in range(r.choice([1, 1, 2, 3])):
        w = name(r)
        option = r.choice(["--cap-add", "--cap-drop"])
        out.append(r.choice([
            option + "=" + w, option + " " + w, '"%s=%s"' % (option, w), '%s="%s"' % (option, w),
            "--privileged", "--privileged=true", "--privileged=false", "--privileged=0",
            "--user 1000", "-u 1000", "--user=root", "-u0", "--rm", "--label a=b", "-it",
            option + "=\\x43HOWN", "--cap-addx=KILL", "--name x", "--no-hosts"]))
    if r.random() < 0.04:
        out.append(r.choice(["\\q", '"--cap-add=KILL', "\\"]))
    return " ".join(out)


def setting(r):
    key = r.choice(["AddCapability"] * 4 + ["DropCapability"] * 3 + ["PodmanArgs"] * 3 + ["User"])
    v = {"PodmanArgs": args, "User": lambda r: r.choice(["0", "root", "1000", "www", '"root"'])}
    v = "" if r.random() < 0.1 else v.get(key, words)(r)
    line = "%s%s=%s%s" % (r.choice(["", "", " "]) + key, r.choice(["", "", " "]),
                          r.choice(["", "", " "]), v)
    if r.random() < 0.2:
        at = r.choice([i for i, c in enumerate(line) if c in " \t" or line[:i + 1].count("=") == 1 and c == "="])
        between = r.choice(["", "", "# no\n", "; no\n", "\n"])
        line = line[:at + 1] + r.choice(["", " "]) + "\\\n" + between + r.choice(["", "  "]) + line[at + 1:]
    return line


def body(r, lines):
    text = ""
    for _ in range(lines):
        text += r.choice(["", "", "", "\n", "# c\n", "; c\n"])
        text += setting(r) + "\n"
        if r.random() < 0.08:
            text += r.choice(["[Unit]\nDescription=x\n[Container]\n", "[Install]\nAlias=y\n", "[Container]\n"])
            if text.endswith("Alias=y\n"):
                text += "[Container]\n"
    if r.random() < 0.1:
        text = text.replace("\n", "\r\n")
    return text


def quadlet(r):
    text = r.choice(["", "", "[Unit]\nDescription=x \\\n y\n", "# x\n"])
    return text + "[Container]\nImage=docker.io/library/x:1\n" + body(r, r.choice([0, 1, 2, 3, 4]))


def values(command, *options):
    """The words that podman's flags of these names are given: joined by = or as the next word."""
    out, i = [], 0
    while i < len(command):
        for option in options:
            if command[i] == option and i + 1 < len(command):
                i += 1
                out.append(command[i])
                break
            if command[i].startswith(option + "="):
                out.append(command[i][len(option) + 1:])
                break
        i += 1
    return out


def names_of(fields):
    """Lists of names as podman takes them; None: it refuses one."""
    out = []
    for field in fields:
        for w in (next(csv.reader([field])) if field else []):
            w = w.upper()
            if w != "ALL" and w[:4] == "CAP_":
                w = w[4:]
            if w != "ALL" and w not in CAPS:
                return None
            if w == "ALL" and field.upper().count("CAP_ALL"):
                return None
            out.append(w)
    return set(out)


def truth(command):
    """The set that podman run gives for these words (MergeCapabilities); None: it refuses them."""
    add, drop = (names_of(values(command, o)) for o in ("--cap-add", "--cap-drop"))
    privileged = [w for before, w in zip([""] + command, command) if
                  (w == "--privileged" or w.startswith("--privileged=")) and
                  before not in ("--cap-add", "--cap-drop")]
    if privileged and privileged[-1] not in ("--privileged=false", "--privileged=0"):
        return set(CAPS)
    if add is None or drop is None:
        return None
    if "ALL" in drop:
        return None if "ALL" in add else add
    if "ALL" in add:
        return set(CAPS) - drop
    return None if add & drop else (PODMAN - drop) | add


def generated(directories):
    """{name: words of podman run} as Quadlet makes them; directories have colons between them."""
    env = dict(os.environ, QUADLET_UNIT_DIRS=directories)
    out = subprocess.run(QUADLET + ["-dryrun"], env=env, capture_output=True, text=True).stdout
    result = {}
    for part in re.split(r"^---(?=.*---$)", out, flags=re.M)[1:]:
        m = re.search(r"^ExecStart=(.*)$", part, flags=re.M)
        if m:
            result[part.split(".service---")[0]] = shlex.split(m.group(1).replace("\\\\", "\\"))
    return result


def main():
    count, r = arguments()
    tally = Tally("quadlets")
    done = 0
    while done < count:
        with scratch() as d:
            texts = {}
            for i in range(min(50, count - done)):
                n = r.choice(["q%d", "a-q%d", "t%d@"]) % i
                texts[n] = quadlet(r)
                with open(os.path.join(d, n + ".container"), "w", newline="") as f:
                    f.write(texts[n])
                if r.random() < 0.2:
                    os.makedirs(os.path.join(d, n + ".container.d"))
                    more = "[Container]\n" + body(r, 1)
                    with open(os.path.join(d, n + ".container.d", "x.conf"), "w", newline="") as f:
                        f.write(more)
                    texts[n] += "## drop-in\n" + more
            done += len(texts)
            wanted = generated(d)
            for n, text in texts.items():
                one = check(d, [n], [n + ".container"])
                if n not in wanted:
                    tally.count("refused by Quadlet")
                    if not isinstance(one, str):
                        tally.count("of these taken by captrim")
                        if os.environ.get("SHOW"):
                            print(text)
                    continue
                want = truth(wanted[n])
                if isinstance(one, str):
                    tally.add(False, "refused: " + one, text)
                elif want is None:
                    tally.add("unknown-capability" in one[n].codes, "podman refuses it: %s" %
                              " ".join(wanted[n]), text)
                else:
                    tally.add(one[n].set == want and not one[n].undecided, "%s too much, %s too little: %s" % (
                        one[n].set - want, want - one[n].set, " ".join(wanted[n])), text)
    tally.end()


if __name__ == "__main__":
    main()
