#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""same.py BEFORE AFTER ADVICE DIR-BEFORE DIR-AFTER

BEFORE and AFTER are what Compose's "config" prints. They must be the same but for the
services that were recorded, and those must have the advice.
"""
import json
import re
import sys

import yaml

before, after = (yaml.safe_load(open(f, encoding="utf-8").read()) for f in sys.argv[1:3])
advice = json.load(open(sys.argv[3], encoding="utf-8"))
OURS = ("cap_add", "cap_drop", "privileged", "x-captrim")


def names(caps):
    return sorted(re.sub("^CAP_", "", c.upper()) for c in caps or [])


def clean(node):
    text = json.dumps(node, sort_keys=True, default=str)
    return text.replace(sys.argv[4].rstrip("/"), "DIR").replace(sys.argv[5].rstrip("/"), "DIR")


wanted = {}
for w in advice["workloads"]:
    wanted.setdefault(w["container"]["service"], []).extend(w["advice"]["cap_add"])
services = after["services"]
if len(wanted) == 1 and not set(wanted) & set(services):  # given by --service
    wanted = {next(s for s in services if "x-captrim" in services[s] or services[s].get("cap_drop")): w
              for w in wanted.values()}
for name, caps in wanted.items():
    s = services[name]
    if names(s.get("cap_add")) != sorted(set(caps)):
        sys.exit(f"{name}: cap_add is {s.get('cap_add')}, not {caps}")
    if "ALL" not in names(s.get("cap_drop")):
        sys.exit(f"{name}: cap_drop is {s.get('cap_drop')}")
    for tree in (before, after):
        for key in OURS:
            tree["services"][name].pop(key, None)
if clean(before) != clean(after):
    sys.exit(f"something else changed:\n{clean(before)}\n{clean(after)}")
