# SPDX-License-Identifier: GPL-2.0-only
"""Generated deployment files, read by captrim and by the programs that they are made for."""
import json
import os
import random
import subprocess
import sys
import tempfile

CAPS = """CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP
LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE
SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME
SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG
WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE""".split()
DOCKER = set("""CHOWN DAC_OVERRIDE FOWNER FSETID KILL SETGID SETUID SETPCAP NET_BIND_SERVICE NET_RAW
SYS_CHROOT MKNOD AUDIT_WRITE SETFCAP""".split())
PODMAN = set("""CHOWN DAC_OVERRIDE FOWNER FSETID KILL SETGID SETUID SETPCAP NET_BIND_SERVICE
SYS_CHROOT SETFCAP""".split())
HERE = os.path.dirname(os.path.abspath(__file__))
CAPTRIM = os.environ.get("CAPTRIM", os.path.join(HERE, "../../captrim"))


def arguments():
    """COUNT and SEED of the command line; what was used is printed, so that it can be repeated."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    return count, random.Random(seed)


def advice(directory, names):
    """A file that says of each of these workloads that it needs every capability."""
    path = os.path.join(directory, "advice.json")
    with open(path, "w") as f:
        json.dump({"schema": "captrim.advice/1", "workloads": [
            {"id": "id-%d" % i, "kind": "container", "container": {"name": name},
             "advice": {"cap_drop": ["ALL"], "cap_add": CAPS, "optional": []}, "capabilities": []}
            for i, name in enumerate(names)]}, f)
    return path


class Given:
    """What a file gives to a workload: the set, or undecided, and the findings' codes."""
    def __init__(self):
        self.set, self.codes, self.undecided, self.texts = set(CAPS), set(), False, []


def check(directory, names, files):
    """{name: Given} as captrim reads the files; a message instead where it refuses them."""
    words = [CAPTRIM, "check", advice(directory, names), "--format", "json"]
    for path in files:
        words += ["--against", path]
    done = subprocess.run(words, capture_output=True, text=True, cwd=directory)
    if done.returncode not in (0, 1):
        return done.stderr.strip()
    given = {name: Given() for name in names}
    for f in json.loads(done.stdout)["findings"]:
        g = given.get(f.get("target") or f.get("workload"))
        if g is None:
            continue
        g.codes.add(f["code"])
        g.texts.append(f["text"])
        if f["code"] == "missing-capability":
            g.set -= set(f["capabilities"])
        g.undecided |= f["code"] == "undecided"
    return given


class Tally:
    """Agreements and disagreements; the first of these are shown with their files."""
    def __init__(self, name, shown=int(os.environ.get("SHOWN", 3))):
        self.name, self.shown, self.same, self.other, self.counts = name, shown, 0, 0, {}

    def count(self, what):
        self.counts[what] = self.counts.get(what, 0) + 1

    def add(self, ok, why="", text=""):
        if ok:
            self.same += 1
            return
        self.other += 1
        if self.other <= self.shown:
            sys.stderr.write("---- %s\n%s\n" % (why, text))

    def end(self):
        extra = "".join(", %d %s" % (n, what) for what, n in sorted(self.counts.items()))
        print("%s: %d agree, %d differ%s" % (self.name, self.same, self.other, extra))
        sys.exit(1 if self.other or not self.same else 0)


def scratch():
    return tempfile.TemporaryDirectory(prefix="captrim-oracle-")
