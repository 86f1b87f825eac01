#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Whether other programs can read what captrim writes: the golden files of tests/golden/emit
# (which test_emit compares with the emitters) and reports of the golden recordings.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
golden=$here/tests/golden/emit

# The documents to check, under the names of their formats.
cp "$golden"/*.* "$tmp"
if [ -x "$captrim" ]; then
	formats=$("$captrim" --dump-options | awk -F '\t' '$2 == "advise" && $4 == "format" { gsub(",", " ", $6); print $6 }')
	for rec in "$here"/tests/golden/recordings/*.rec; do
		for format in ${formats#text}; do
			"$captrim" advise "$rec" --format "$format" >"$tmp/$(basename "$rec" .rec).$format" ||
				fail "advise $format" "exit status $? for $rec"
		done
	done
else
	skip recordings "captrim is not built"
fi

command -v python3 >/dev/null || { skip all "no python3"; exit 0; }

json() {
	python3 - "$tmp" <<'PY'
import glob, json, sys

NAMES = """CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP
LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE
SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME
SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG
WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE""".split()
NAMES += ["CAP_%d" % n for n in range(41, 64)]

class OneOf(tuple):
    pass

class Caps:
    """A list of capability names in kernel order, or null where allowed."""
    def __init__(self, null=False):
        self.null = null

text, opt_text, number, flag = str, (str, type(None)), int, bool
opt_flag = (bool, type(None))
VERDICT = OneOf(("required", "optional", "unneeded"))
SCOPE = OneOf(("host", "namespace", "none"))

EXERCISED = {"checks": number, "kinds": (int, type(None)), "seconds": (int, float),
             "longest_seconds": (int, float), "seconds_without_new_kind": (int, float),
             "start_seen": opt_flag, "end_seen": opt_flag, "reload_seen": opt_flag,
             "phases": [OneOf(("main", "exec", "health", "setup"))]}
REASON = {"site": text, "syscall": opt_text, "process": opt_text,
          "phase": OneOf(("main", "exec", "health", "setup")), "count": number,
          "text": opt_text, "verdict": VERDICT, "any_of": Caps(), "scope": SCOPE,
          "granted": number, "denied": number, "known": flag, "doubtful": flag,
          "source": opt_text, "first_ns?": number, "last_ns?": number}
CAPABILITY = {"name": OneOf(NAMES), "verdict": VERDICT, "chosen": flag, "granted": number,
              "denied": number, "seen_in?": number, "host_use?": flag, "scope": SCOPE,
              "risk": OneOf(("low", "medium", "high")),
              "alternatives": Caps(), "reasons": [REASON]}
WORKLOAD = {
    "id": text, "kind": OneOf(("container", "unit", "command", "cgroup")),
    "runtime": OneOf(("docker", "podman", "containerd", "cri-o", "systemd", "lxc", "nspawn",
                      "none")),
    "label": text, "command?": text,
    "container": {"id": opt_text, "name": opt_text, "image": opt_text, "image_digest": opt_text,
                  "project": opt_text, "service": opt_text, "user": opt_text,
                  "privileged": opt_flag, "userns": opt_flag, "network": opt_text,
                  "no_new_privileges": opt_flag, "seccomp": text, "engine?": text, "pid_mode?": text,
                  "ipc_mode?": text, "ran_before?": flag, "compose_files?": text, "compose_dir?": text, "engine_uid?": number},
    "configured": Caps(null=True), "checks": number, "recordings": number,
    "unknown_sites?": number, "first_ns?": number, "last_ns?": number,
    "sysctls?": {"port_start": number, "ping_low": number, "ping_high": number},
    "execs": [{"file?": text, "entry_point": flag, "uid": number, "gid": number,
               "euid": number, "egid": number, "userns_level": number,
               "file_capabilities": Caps(), "setuid": flag, "no_new_privileges?": flag}],
    "exercised": EXERCISED,
    "advice": {"complete": flag,
               "incomplete_reasons": [OneOf(("start-not-seen", "losses", "cut-off", "degraded", "capset-not-watched",
                                              "not-watched", "guest-kernel"))],
               "cap_drop": [OneOf(("ALL",))], "cap_add": Caps(), "optional": Caps(),
               "removed": Caps(), "why": text,
               "confidence": OneOf(("proved", "high", "medium", "low"))},
    "verified?": {"runs": number, "check": opt_text, "privileged?": OneOf(("dropped", "needed")),
                  "result": OneOf(("minimal", "sufficient", "failed")),
                  "flaky": flag, "degraded": Caps(), "kept?": Caps(),
                  "list": [{"recording": flag, "set": Caps(), "why": opt_text, "refused": Caps(),
                            "ending": OneOf(("works", "fails", "unable")), "ms": number, "start?": number}]},
    "targets?": [{"site": text, "holds": Caps(), "syscall?": text, "process?": text,
                  "phase": OneOf(("main", "exec", "health", "setup")), "count": number,
                  "seen_in?": number}],
    "warnings": [{"code": text, "capability": opt_text, "text": text}],
    "capabilities": [CAPABILITY]}
SCHEMA = {
    "schema": OneOf(("captrim.advice/1",)), "captrim": text,
    "host": {"kernel": opt_text, "arch?": text, "cgroup": OneOf((1, 2)), "hybrid": flag,
             "backend": OneOf(("tp_btf", "fexit", "kprobe", None)), "recorded_by?": text,
             "start_ms?": number},
    "losses": {**{k: number for k in """events kinds acts procs stacks outcomes missed
               unattributed lookups unknown_sites""".split()}, "truncated": flag},
    "workloads": [WORKLOAD]}

def check(value, schema, where):
    def wrong(why):
        raise ValueError("%s: %s" % (where, why))
    if isinstance(schema, dict):
        if not isinstance(value, dict):
            wrong("no object")
        for key in value:
            if key not in schema and key + "?" not in schema:
                wrong("unknown field " + key)
        for key, inner in schema.items():
            name = key.rstrip("?")
            if name in value:
                check(value[name], inner, where + "." + name)
            elif name == key:
                wrong("no field " + key)
    elif isinstance(schema, list):
        if not isinstance(value, list):
            wrong("no array")
        for i, item in enumerate(value):
            check(item, schema[0], "%s[%d]" % (where, i))
    elif isinstance(schema, Caps):
        if value is None and schema.null:
            return
        if not isinstance(value, list) or [n for n in value if n not in NAMES]:
            wrong("no list of capabilities: %r" % (value,))
        if value != sorted(set(value), key=NAMES.index):
            wrong("not in kernel order: %r" % (value,))
    elif isinstance(schema, OneOf):
        if value not in schema:
            wrong("%r is none of %r" % (value, tuple(schema)))
    elif not isinstance(value, schema) or (schema is int and isinstance(value, bool)):
        wrong("%r has the wrong type" % (value,))

def consistent(doc):
    for w in doc["workloads"]:
        a = w["advice"]
        add = a["cap_add"]
        if set(add) & set(a["removed"]) or set(add) & set(a["optional"]):
            raise ValueError("a capability is both added and not")
        chosen = [c["name"] for c in w["capabilities"] if c["chosen"]]
        if chosen != add:
            raise ValueError("chosen %r, added %r" % (chosen, add))

def no_twins(pairs):
    keys = [k for k, _ in pairs]
    if len(keys) != len(set(keys)):
        raise ValueError("a key twice: %r" % keys)
    return dict(pairs)

def load(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f, object_pairs_hook=no_twins)

def oci(doc):
    for config in doc if isinstance(doc, list) else [doc]:
        caps = config["process"]["capabilities"]
        if sorted(caps) != ["ambient", "bounding", "effective", "inheritable", "permitted"]:
            raise ValueError("sets: %r" % sorted(caps))
        if not set(caps["ambient"]) <= set(caps["permitted"]) & set(caps["inheritable"]):
            raise ValueError("ambient ones must be permitted and inheritable")
        if [n for s in caps.values() for n in s if not n.startswith("CAP_")]:
            raise ValueError("a name without CAP_")

for path in sorted(glob.glob(sys.argv[1] + "/*.json") + glob.glob(sys.argv[1] + "/*.oci")):
    name = path.rsplit("/", 1)[1]
    try:
        doc = load(path)
        if name.endswith(".oci"):
            oci(doc)
        else:
            check(doc, SCHEMA, "$")
            consistent(doc)
        print("PASS schema/" + name)
    except (ValueError, KeyError, TypeError) as e:
        print("FAIL schema/%s: %s" % (name, e))
PY
}

yaml() {
	python3 -c 'import yaml' 2>/dev/null || { skip yaml "no python3-yaml"; return; }
	python3 - "$tmp" <<'PY'
import glob, re, sys, yaml

CAP = re.compile(r"^[A-Z0-9_]+$")
DNS = re.compile(r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$")

def want(true, why):
    if not true:
        raise ValueError(why)

def caps(names):
    want(isinstance(names, list) and names and all(CAP.match(n) for n in names),
         "no capabilities: %r" % (names,))

class Strict(yaml.SafeLoader):
    def construct_mapping(self, node, deep=False):
        keys = [k.value for k, _ in node.value]
        want(len(keys) == len(set(keys)), "a key twice: %r" % keys)
        return super().construct_mapping(node, deep)

def compose(text):
    doc = yaml.load(text, Strict)
    want(list(doc) == ["services"], "more than services: %r" % list(doc))
    for name, service in doc["services"].items():
        want(isinstance(name, str), "a service named %r" % (name,))
        want(set(service) <= {"cap_drop", "cap_add", "security_opt"}, "keys %r" % list(service))
        want(service["cap_drop"] == ["ALL"], "cap_drop is %r" % service["cap_drop"])
        if "cap_add" in service:
            caps(service["cap_add"])

def ansible(text):
    tasks = yaml.load(text, Strict)
    want(isinstance(tasks, list), "no list of tasks")
    for task in tasks:
        want(set(task) == {"name", "community.docker.docker_container"}, "keys %r" % list(task))
        args = task["community.docker.docker_container"]
        want(set(args) <= {"name", "image", "cap_drop", "capabilities", "security_opts"}, "arguments %r" % list(args))
        want(args["cap_drop"] == ["ALL"], "cap_drop")
        want("{" not in task["name"] + args["name"] + args["image"], "a template")
        if args["capabilities"]:
            caps(args["capabilities"])

def security(holder):
    context = holder["securityContext"]
    want(set(context) <= {"runAsNonRoot", "runAsUser", "allowPrivilegeEscalation",
                          "seccompProfile", "capabilities"}, "keys %r" % list(context))
    want(context["capabilities"]["drop"] == ["ALL"], "drop")
    add = context["capabilities"].get("add", ["X"])
    caps(add)
    want(not ("SYS_ADMIN" in add and "allowPrivilegeEscalation" in context),
         "SYS_ADMIN without escalation (kubernetes issue 119568)")
    want(isinstance(context.get("runAsUser", 1), int), "runAsUser")

def container(c):
    want(set(c) == {"name", "securityContext"}, "keys %r" % list(c))
    want(DNS.match(c["name"]), "name %r" % c["name"])
    security(c)

def kubernetes(text):
    for doc in yaml.load_all(text, Strict):
        want(list(doc) == ["containers"], "keys %r" % list(doc))
        (one,) = doc["containers"]
        container(one)

def helm(text):
    doc = yaml.load(text, Strict)
    for values in [doc] if "securityContext" in doc else doc.values():
        want(list(values) == ["securityContext"], "keys %r" % list(values))
        security(values)

def kustomize(text):
    doc = yaml.load(text, Strict)
    want(doc["apiVersion"] == "kustomize.config.k8s.io/v1beta1", "apiVersion")
    want(doc["kind"] == "Kustomization" and len(doc) == 3, "keys %r" % list(doc))
    for item in doc["patches"]:
        patch = yaml.load(item["patch"], Strict)
        want(DNS.match(patch["metadata"]["name"]), "name %r" % patch["metadata"])
        (one,) = patch["spec"]["template"]["spec"]["containers"]
        container(one)

for check, form in ((compose, "compose"), (kubernetes, "kubernetes"), (helm, "helm"),
                    (kustomize, "kustomize"), (ansible, "ansible")):
    for path in sorted(glob.glob("%s/*.%s" % (sys.argv[1], form))):
        name = path.rsplit("/", 1)[1]
        try:
            with open(path, encoding="utf-8") as f:
                check(f.read())
            print("PASS schema/" + name)
        except (ValueError, KeyError, TypeError, yaml.YAMLError) as e:
            print("FAIL schema/%s: %s" % (name, " ".join(str(e).split())))
PY
}

# The API's own definitions: no field that it does not know, and none of another type. Its server
# refuses such a manifest (strict field validation), kubectl without a server looks at nothing.
kubernetes_api() {
	local models=${KUBERNETES:-/usr/lib/python3/dist-packages/kubernetes/client/models}

	[ -d "$models" ] || { skip kubernetes-api "no $models (python3-kubernetes; scripts/test-tools)"; return; }
	python3 -c 'import yaml' 2>/dev/null || { skip kubernetes-api "no python3-yaml"; return; }
	python3 "$here/tests/lib/kubernetes.py" "$tmp" "$models"
}

# Every line but a comment has one of a few forms, whatever a container is called.
plain_lines() {
	local f wrong name='"[A-Z_0-9]+"'

	for f in "$tmp"/*.label "$tmp"/*.terraform "$tmp"/*.terraform-kubernetes; do
		case $f in
		*.label) wrong='^LABEL io\.containers\.capabilities="[A-Z_0-9,]+"$' ;;
		*) wrong="^ *(\}|\]|(capabilities|security_context) \{|drop = \[$name\]|add = \[\]?|$name, *# .*|security_opts = \[\"no-new-privileges\"\]|allow_privilege_escalation = false)$" ;;
		esac
		wrong=$(grep -Ev "^(#.*)?$|$wrong" "$f")
		is "$(basename "$f"): nothing else in it" "$wrong" ''
		is "$(basename "$f"): what is opened is closed" "$(grep -c '{$' "$f")" "$(grep -c '^ *}$' "$f")"
	done
}

# The command line says to a shell what was meant: the last word is the image, byte for byte.
shell() {
	local format want got

	for format in docker podman swarm; do
		for f in "$tmp"/*."$format"; do
			bash -n "$f" 2>"$tmp/err" || fail "$(basename "$f")" "$(cat "$tmp/err")"
		done
		# shellcheck disable=SC2016,SC1003 # this is the name, as it is
		want=$(printf 'e\033[31m'\''"\n- privileged: true # <script>alert(1)</script> \377\376 ${x} \\')
		# shellcheck disable=SC2016 # expanded by the inner shell
		got=$(sed -nE "/^(docker|podman) (run|service create)/,/^\$/p" "$tmp/hostile.$format" |
			bash -c "docker() { printf '%s' \"\${!#}\"; exit; }; podman() { docker \"\$@\"; }; . /dev/stdin")
		is "$format words" "$(printf '%s' "$got" | od -c)" "$(printf '%s' "$want" | od -c)"
	done
}

# systemd-analyze ends with 0 whatever it finds and drops unknown names: its debug output tells.
systemd() {
	local f unit want got

	command -v systemd-analyze >/dev/null || { skip systemd "no systemd-analyze"; return; }
	for f in web host ping-packaged; do
		[ -e "$tmp/$f.systemd" ] || continue
		unit=$tmp/captrim-$f.service
		cat "$tmp/$f.systemd" >"$unit"
		echo 'ExecStart=/bin/true' >>"$unit"
		SYSTEMD_LOG_LEVEL=debug systemd-analyze verify "$unit" >"$tmp/out" 2>&1
		if ! grep -q 'CapabilityBoundingSet:' "$tmp/out"; then
			skip "systemd $f" "systemd-analyze cannot load units here"
			continue
		fi
		want=$(sed -n 's/^CapabilityBoundingSet=//p' "$unit" | tr '[:upper:] ' '[:lower:]\n' | sort)
		got=$(sed -n 's/.*CapabilityBoundingSet: //p' "$tmp/out" | head -n 1 | tr ' ' '\n' | sort)
		is "systemd $f" "$(echo "$got" | xargs)" "$(echo "$want" | xargs)"
		if grep -E "captrim-$f.*(Unknown|Failed to parse)" "$tmp/out" >"$tmp/err"; then
			fail "systemd $f keys" "$(head -n 1 "$tmp/err")"
		fi
	done
}

# Podman 4.4 or newer brings the generator.
quadlet() {
	local generator=${QUADLET:-/usr/libexec/podman/quadlet} f want got

	[ -x "$generator" ] || { skip quadlet "no $generator"; return; }
	mkdir "$tmp/units"
	for f in web host; do
		rm -f "$tmp"/units/*
		{ cat "$tmp/$f.quadlet"; echo Image=image; } >"$tmp/units/$f.container"
		QUADLET_UNIT_DIRS=$tmp/units "$generator" -dryrun >"$tmp/out" 2>"$tmp/err"
		# The empty one takes away what the unit adds itself.
		want=$(sed -n 's/^AddCapability=\(.\)/--cap-add \1/p' "$tmp/$f.quadlet" |
			tr '[:upper:]' '[:lower:]' | xargs)
		got=$(grep -o -e '--cap-add[ =][a-z_]*' "$tmp/out" | tr '=' ' ' | xargs)
		is "quadlet $f" "$got" "$want"
		says "quadlet $f drops" "$tmp/out" '--cap-drop[ =]all'
	done
}

# The patch replaces what the manifest had.
kustomization() {
	local kubectl=${KUBECTL:-kubectl}

	"$kubectl" kustomize --help >/dev/null 2>&1 || { skip kustomization "no kubectl (KUBECTL)"; return; }
	mkdir "$tmp/k"
	sed 's/^# resources: .*/resources: [web.yaml]/' "$tmp/web.kustomize" >"$tmp/k/kustomization.yaml"
	cat >"$tmp/k/web.yaml" <<'END'
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
        - {name: log, image: busybox}
        - {name: web, image: nginx, securityContext: {capabilities: {add: [SYS_TIME]}}}
END
	if ! "$kubectl" kustomize "$tmp/k" >"$tmp/out" 2>&1; then
		fail kustomization "$(head -c 300 "$tmp/out")"
		return
	fi
	is "kustomization: the names added" "$(sed -n 's/^ *- \([A-Z_]*\)$/\1/p' "$tmp/out" | xargs)" \
		"CHOWN DAC_OVERRIDE KILL SETGID SETUID ALL"
	says "kustomization: the image stays" "$tmp/out" 'image: nginx'
}

html() {
	python3 - "$tmp" <<'PY'
import base64, glob, hashlib, html.parser, re, sys

VOID = {"meta", "br", "rect"}

class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.ids, self.refs, self.csp = [], [], [], ""
        self.text = {"style": "", "script": ""}

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag in ("link", "img", "iframe", "object", "form", "base"):
            raise ValueError("<%s>" % tag)
        for name, value in attrs.items():
            if name.startswith("on") or name in ("src", "style"):
                raise ValueError("attribute %s" % name)
            if name == "href" and not value.startswith("#"):
                raise ValueError("a link to %r" % value)
        if tag == "script" and attrs:
            raise ValueError("a script with %r" % attrs)
        if "id" in attrs:
            self.ids.append(attrs["id"])
        for name in ("href", "aria-labelledby"):
            if name in attrs:
                self.refs.append(attrs[name].lstrip("#"))
        if attrs.get("http-equiv") == "Content-Security-Policy":
            self.csp = attrs["content"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            raise ValueError("</%s> does not close what is open" % tag)

    def handle_data(self, data):
        if self.open and self.open[-1] in self.text:
            self.text[self.open[-1]] += data

for path in sorted(glob.glob(sys.argv[1] + "/*.html")):
    name = path.rsplit("/", 1)[1]
    try:
        page = Page()
        with open(path, encoding="utf-8") as f:
            page.feed(f.read())
        page.close()
        if page.open:
            raise ValueError("never closed: %r" % page.open)
        if len(page.ids) != len(set(page.ids)) or set(page.refs) - set(page.ids):
            raise ValueError("ids %r, used %r" % (page.ids, page.refs))
        for tag, text in page.text.items():
            digest = hashlib.sha256(text.encode()).digest()
            want = "sha256-" + base64.b64encode(digest).decode()
            if "%s-src '%s';" % (tag, want) not in page.csp:
                raise ValueError("ct_html_%s_hash must be %s" % (tag, want))
        if "default-src 'none'" not in page.csp or re.search(r"url\(|@import", page.text["style"]):
            raise ValueError("something may be loaded")
        print("PASS schema/" + name)
    except ValueError as e:
        print("FAIL schema/%s: %s" % (name, e))
PY
}

# A browser takes the style sheet as the page's policy allows it.
browser() {
	local chrome

	chrome=$(command -v chromium || command -v chromium-browser || command -v google-chrome) ||
		{ skip browser "no chromium"; return; }
	timeout 60 "$chrome" --headless=new --no-sandbox --disable-gpu --user-data-dir="$tmp/profile" \
		--enable-logging=stderr --window-size=360,800 --screenshot="$tmp/page.png" \
		"file://$tmp/hostile.html" >"$tmp/browser" 2>&1
	if ! [ -s "$tmp/page.png" ]; then
		skip browser "chromium makes no picture here"
	elif grep -qi 'content security policy' "$tmp/browser"; then
		fail browser "$(grep -i -m1 'content security policy' "$tmp/browser")"
	else
		pass browser
	fi
}

json
yaml
kubernetes_api
plain_lines
shell
kustomization
systemd
quadlet
html
browser
