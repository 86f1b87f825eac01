# SPDX-License-Identifier: GPL-2.0-only
"""The declared truth (truth.tsv), and runs of cases in containers."""
import itertools
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
DOCKER = shlex.split(os.environ.get("DOCKER", "docker"))
NAMES = """CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE
NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE
SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL
SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE""".split()
DEFAULT = frozenset("""AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE NET_RAW SETFCAP SETGID
SETPCAP SETUID SYS_CHROOT""".split())


def text(caps):
    return ",".join(c for c in NAMES if c in caps) or "(none)"


class Case:
    def __init__(self, line):
        self.name, args, sets, flag, self.why = line.rstrip("\n").split("\t")
        self.args = () if args == "-" else tuple(shlex.split(args.replace("@HERE@", str(HERE))))
        self.undecidable = flag == "undecidable"
        self.sets = [frozenset() if s.strip() == "(none)" else frozenset(s.strip().split(",")) for s in sets.split("|")]
        for cap in frozenset().union(*self.sets) - frozenset(NAMES):
            raise ValueError(f"truth.tsv: {self.name}: no capability '{cap}'")

    def grantable_sets(self, grantable):
        return [s for s in self.sets if s <= grantable]

    def transversals(self):
        """The smallest sets with a member of each minimal set: without one of these nothing may pass."""
        found = []
        for combination in itertools.product(*self.sets):
            t = frozenset(combination)
            found = [f for f in found if not t <= f] + [t] if not any(f <= t for f in found) else found
        return found


def cases(names=()):
    with open(HERE / "truth.tsv", encoding="utf-8") as f:
        every = {c.name: c for c in (Case(line) for line in f if line.strip() and not line.startswith(("#", "case\t")))}
    for name in names:
        if name not in every:
            raise SystemExit(f"no case '{name}' in truth.tsv")
    return [every[n] for n in names] if names else list(every.values())


def grantable(image):
    """What this daemon can name and this machine can grant."""
    with open("/proc/self/status", encoding="ascii") as f:
        mask = int(re.search(r"CapBnd:\s*(\w+)", f.read()).group(1), 16)
    caps = [c for i, c in enumerate(NAMES) if mask >> i & 1]
    while True:
        done = docker_run(image, options(caps), ["setuid_same"])
        if done.returncode == 0:
            return frozenset(caps)
        unknown = re.search(r'nknown capability[^"]*"(?:CAP_)?(\w+)"', done.stderr)
        if not unknown or unknown.group(1) not in caps:
            raise SystemExit("docker: " + done.stderr.strip())
        caps.remove(unknown.group(1))


def options(caps):
    return ["--cap-drop", "ALL"] + [o for c in NAMES if c in caps for o in ("--cap-add", c)]


def docker_run(image, args, command):
    return subprocess.run(DOCKER + ["run", "--rm"] + list(args) + [image, "/t/cases"] + list(command),
                          capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)


def plan(image, names):
    """For cases.sh, a line each: name, minimal sets, flag and options of docker run, quoted for the shell."""
    granted = grantable(image)
    for case in cases(names):
        sets = case.grantable_sets(granted)
        caps = options(granted) if os.environ.get("RECORD") == "all" or not any(s <= DEFAULT for s in sets) else []
        print("\t".join([case.name, " | ".join(map(text, sets)) or "-", "undecidable" if case.undecidable else "-",
                         " ".join(map(shlex.quote, list(case.args) + caps))]))


def advised(path):
    """The set that the advice in a file gives its only workload."""
    with open(path, encoding="utf-8") as f:
        workloads = json.load(f)["workloads"]
    if len(workloads) != 1:
        raise SystemExit(f"{len(workloads)} workloads")
    print(text(workloads[0]["advice"]["cap_add"]))


if __name__ == "__main__":
    if sys.argv[1] == "plan":
        plan(sys.argv[2], sys.argv[3:])
    else:
        advised(sys.argv[2])
