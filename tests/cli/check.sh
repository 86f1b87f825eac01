#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Advices in JSON where recordings are taken, and held against what is deployed.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
[ -x "$captrim" ] || { skip all "captrim is not built"; exit 0; }

# An advice in JSON says in every format and mode what its recording says.
stands_in() {
	local rec name format mode

	for rec in "$here"/tests/golden/recordings/*.rec; do
		name=$(basename "$rec" .rec)
		"$captrim" advise --format json "$rec" >"$tmp/$name.json"
		for mode in '' --strict --generous; do
			for format in text json compose kubernetes systemd html; do
				# shellcheck disable=SC2086 # without a mode there is no word
				cmp -s <("$captrim" advise $mode --format $format "$rec") \
					<("$captrim" advise $mode --format $format - <"$tmp/$name.json") ||
					fail "stands in" "$name, $format $mode differs"
			done
		done
		is "$name: taken twice it says the same" \
			"$("$captrim" advise --format json "$tmp/$name.json" "$rec" |
				jq -c '.workloads[].advice | .cap_add, .optional')" \
			"$(jq -c '.workloads[].advice | .cap_add, .optional' "$tmp/$name.json")"
	done
	is "recordings and advices, mixed" "$("$captrim" advise --format json "$tmp"/ping-*.json \
		"$here"/tests/golden/recordings/dns*.rec | jq -c '[.workloads[].advice.cap_add]')" \
		"$(jq -sc '[.[1,0].workloads[].advice.cap_add]' "$tmp"/ping-*.json "$tmp"/dns*.json)"
}

refuses() {
	head -c 2000 "$tmp/ping-packaged.json" >"$tmp/cut"
	"$captrim" advise "$tmp/cut" 2>"$tmp/err"
	is "cut off: exit status" $? 1
	says "cut off: the file and the line" "$tmp/err" "$tmp/cut: line [0-9]+: this is not JSON"
	sed 's,advice/1,advice/9,' "$tmp/ping-packaged.json" >"$tmp/newer"
	"$captrim" advise "$tmp/newer" 2>"$tmp/err"
	is "a newer schema: exit status" $? 1
	says "a newer schema" "$tmp/err" "another format than captrim.advice/1"
}

ping=$here/tests/golden/recordings/ping-packaged.rec # g-ping-packaged needs NET_RAW
dns=$here/tests/golden/recordings/dnsmasq-dhcp.rec   # g-dnsmasq-dhcp needs four

# check NAME STATUS WORD...: leaves $tmp/out and $tmp/err.
check() {
	local name=$1 wanted=$2

	shift 2
	(cd "$tmp/in" && "$captrim" check "$@") >"$tmp/out" 2>"$tmp/err"
	is "$name: exit status" $? "$wanted"
}

# finds NAME "LINE:COLUMN CODE CAPABILITIES"...: exactly these findings, in $tmp/out as JSON
finds() {
	local name=$1

	shift
	is "$name" "$(jq -r '.findings[] | "\(.line):\(.column) \(.code) \(.capabilities|join(","))"' \
		"$tmp/out" | sort)" "$(printf '%s\n' "$@" | sort)"
}

inputs() {
	mkdir "$tmp/in"
	cat >"$tmp/in/good.yaml" <<'END'
services:
  g-ping-packaged:
    image: busybox
    cap_drop: [ALL]
    cap_add: [NET_RAW]
END
	cat >"$tmp/in/bad.yaml" <<'END'
services:
  ping:
    container_name: g-ping-packaged
    image: busybox
    cap_add: [SYS_ADMIN, NET_RAWW]
  dns:
    container_name: g-dnsmasq-dhcp
    image: busybox
    cap_drop:
      - ALL
    cap_add:
      - NET_RAW
      - SETGID
      - SETUID
  tool:
    image: busybox
    privileged: true
END
	cat >"$tmp/in/other.yaml" <<'END'
services:
  g-dnsmasq-dhcp:
    image: busybox
    user: "1000"
    network_mode: host
    cap_drop: [ALL]
    cap_add: [NET_ADMIN, NET_RAW, SETGID, SETUID]
END
	cat >"$tmp/in/k8s.yaml" <<'END'
apiVersion: v1
kind: Service
metadata: {name: x}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: net}
spec:
  template:
    spec:
      containers:
        - name: g-ping-packaged
          image: x
          securityContext:
            capabilities: {drop: [ALL], add: [CAP_NET_RAW]}
        - name: g-dnsmasq-dhcp
          image: x
END
	cat >"$tmp/in/dns.service" <<'END'
[Service]
ExecStart=/usr/sbin/dnsmasq -k
CapabilityBoundingSet=CAP_NET_ADMIN CAP_NET_RAW CAP_SETGID CAP_SETUID CAP_KILL
CapabilityBoundingSet=~CAP_KILL
END
	cat >"$tmp/in/ping.container" <<'END'
[Container]
Image=x
DropCapability=all
END
	cat >"$tmp/in/policy.yaml" <<'END'
forbid: [NET_RAW]
max_scope: namespace
workloads:
  g-dnsmasq-dhcp:
    allow: [NET_RAW, NET_ADMIN, SETGID]
END
}

compose_files() {
	check "as advised" 0 "$ping" --against good.yaml
	says "as advised: it is said" "$tmp/out" '^1 service checked: 0 errors, 0 warnings, 0 notes$'
	check "other settings" 1 "$dns" --against other.yaml --format json
	finds "other settings: user and network" "4:11 other-user SETGID,SETUID,NET_ADMIN,NET_RAW" \
		"5:19 other-setting "
	check "Compose" 1 "$ping" "$dns" --against bad.yaml --format json
	finds "Compose: what is found, and where" \
		"5:14 no-drop-all CHOWN,DAC_OVERRIDE,FOWNER,FSETID,KILL,SETGID,SETUID,SETPCAP,NET_BIND_SERVICE,SYS_CHROOT,MKNOD,AUDIT_WRITE,SETFCAP" \
		"5:15 superfluous-capability SYS_ADMIN" "5:26 unknown-capability " \
		"12:7 missing-capability NET_ADMIN" "15:3 no-recording " "17:17 privileged "
	is "JSON: its schema" "$(jq -r .schema "$tmp/out")" captrim.check/1
	check "an advice for the recording" 0 "$tmp/ping-packaged.json" --against good.yaml
	check "a recording without a service" 1 "$ping" "$dns" --against good.yaml --against bad.yaml --format json
	printf 'services:\n  other:\n    cap_drop: [ALL]\n' >"$tmp/in/other.yaml"
	check "two recordings, another service" 0 "$ping" "$dns" --against other.yaml --format json
	finds "both are not in the file" "1:1 not-in-file " "1:1 not-in-file " "2:3 no-recording "
	says "both are not in the file: it is said" "$tmp/err" "nothing was compared"
	check "named by hand" 1 "$ping" "$dns" --against other.yaml --workload g-ping-packaged=other
	check "a name that is not there" 2 "$ping" --against other.yaml --workload g-ping-packaged=web
	says "a name that is not there: it is said" "$tmp/err" "no such service"
}

other_files() {
	check "Kubernetes" 1 "$ping" "$dns" --against k8s.yaml --format json
	finds "Kubernetes: what is found, and where" "15:27 missing-capability NET_RAW" \
		"15:47 unknown-capability " "16:17 missing-capability NET_ADMIN" \
		"16:17 no-drop-all CHOWN,DAC_OVERRIDE,FOWNER,FSETID,KILL,SETPCAP,NET_BIND_SERVICE,SYS_CHROOT,MKNOD,AUDIT_WRITE,SETFCAP"
	is "Kubernetes: whose" "$(jq -r '.findings[0].in' "$tmp/out")" StatefulSet/net
	check "Kubernetes, for people" 1 "$ping" "$dns" --against k8s.yaml
	says "Kubernetes: they are called workloads" "$tmp/out" '^2 workloads checked: '
	check "systemd" 0 "$dns" --against dns.service --format json
	finds "systemd: put together, and said so" "1:1 matched "
	mkdir "$tmp/in/dns.service.d"
	printf '[Service]\nCapabilityBoundingSet=\n' >"$tmp/in/dns.service.d/x.conf"
	check "systemd's drop-in" 1 "$dns" --against dns.service --format json
	is "systemd's drop-in takes all" "$(jq -c '[.findings[] | select(.code == "missing-capability") |
		.file, .line] | unique' "$tmp/out")" '[2,"dns.service.d/x.conf"]'
	rm -r "$tmp/in/dns.service.d"
	check "Quadlet" 1 "$ping" --against ping.container --workload g-ping-packaged=ping --format json
	finds "Quadlet: what is found, and where" "3:1 missing-capability NET_RAW"
	if command -v systemd-analyze >/dev/null; then
		is "systemd reads the unit the same way" "$(SYSTEMD_LOG_LEVEL=debug systemd-analyze verify \
			--man=no "$tmp/in/dns.service" 2>&1 | sed -n 's/.*CapabilityBoundingSet: //p' | xargs)" \
			"cap_setgid cap_setuid cap_net_admin cap_net_raw"
	else
		skip "systemd reads the unit the same way" "no systemd-analyze"
	fi
}

policies() {
	check "policy" 1 "$ping" "$dns" --against policy.yaml --format json
	finds "policy: forbidden, and not on the list" "1:1 policy NET_RAW" "4:3 policy SETUID"
	check "policy and file" 1 "$ping" --against good.yaml --against policy.yaml --format json
	finds "policy and file: the file's line" "4:3 no-recording " "5:14 policy NET_RAW"
	printf 'forbid: [KILLL]\n' >"$tmp/in/wrong.yaml"
	check "a wrong policy" 2 "$ping" --against wrong.yaml
	says "a wrong policy: where" "$tmp/err" "wrong.yaml:1:10: unknown capability 'KILLL'"
	printf 'forbid: [KILL]\nallows: []\n' >"$tmp/in/wrong.yaml"
	check "a key that policies have not" 2 "$ping" --against wrong.yaml
	says "a key that policies have not: those they have" "$tmp/err" "wrong.yaml:2:1: .*'allows'.*max_risk"
}

failures() {
	check "nothing to hold against" 2 "$ping"
	says "nothing to hold against: it is said" "$tmp/err" "--against"
	check "no recording" 2 --against good.yaml
	check "a recording that is not there" 2 no.rec --against good.yaml
	check "a file that is not there" 2 "$ping" --against no.yaml
	says "a file that is not there: it is named" "$tmp/err" "no.yaml: No such file"
	printf 'a: 1\n' >"$tmp/in/what.yaml"
	check "a file of no known kind" 2 "$ping" --against what.yaml
	says "a file of no known kind: the kinds" "$tmp/err" "services:.*apiVersion:.*NAME.service"
	printf 'services: [\n' >"$tmp/in/broken.yaml"
	check "broken YAML" 2 "$ping" --against broken.yaml
	says "broken YAML: the place" "$tmp/err" "broken.yaml:[0-9]+:[0-9]+:"
	printf 'services:\n  a: {cap_add: ["\\e[31m<x>&\\"]}\n' | sed 's/\\e/\\x1b/; s/\\"/"/' >"$tmp/in/evil.yaml"
	for format in text json sarif junit; do
		check "hostile names as $format" 1 "$ping" --against evil.yaml --format $format
		if LC_ALL=C grep -q "$(printf '\033')" "$tmp/out"; then
			fail "hostile names as $format" "an escape sequence"
		fi
	done
}

# What the recording was made without: it was root, in namespaces of its own, under seccomp.
unlike() {
	local web=$here/tests/corpus/compose/web.rec

	cat >"$tmp/in/unlike.yaml" <<'END'
services:
  web:
    cap_drop: [ALL]
    cap_add: [CHOWN, SETGID, SETUID]
    user: "1000:1000"
    network_mode: host
    pid: host
    security_opt: [seccomp=unconfined, "apparmor:unconfined"]
END
	check "Compose: another user" 1 "$web" --against unlike.yaml --format json
	finds "Compose: not as recorded" "5:11 other-user CHOWN,SETGID,SETUID" "6:19 other-setting " \
		"8:20 other-setting "
	says "another user: what to do" "$tmp/out" \
		"'user: 1000:1000': CHOWN, SETGID, SETUID do nothing there; record again as that user"
	printf 'services:\n  web: {cap_drop: [ALL], cap_add: [CHOWN, SETGID, SETUID], user: %s}\n' \
		root:root >"$tmp/in/root.yaml"
	check "Compose: root" 0 "$web" --against root.yaml
	printf 'services:\n  g-ping-packaged: {cap_drop: [ALL], cap_add: [NET_RAW], user: ping}\n' \
		>"$tmp/in/ping.yaml"
	check "file capabilities" 1 "$ping" --against ping.yaml --format json
	finds "file capabilities work for any user" "2:64 other-user "
	cat >"$tmp/in/unlike-k8s.yaml" <<'END'
apiVersion: v1
kind: Pod
metadata: {name: x}
spec:
  hostNetwork: true
  securityContext: {runAsUser: 1000, seccompProfile: {type: Unconfined}}
  containers:
    - name: web
      securityContext:
        capabilities: {drop: [ALL], add: [CHOWN, SETGID, SETUID]}
END
	check "Kubernetes: another user" 1 "$web" --against unlike-k8s.yaml \
		--workload shop-web-1=web --format json
	finds "Kubernetes: not as recorded" "5:16 other-setting " \
		"6:32 other-user CHOWN,SETGID,SETUID" "6:61 other-setting "
	printf '[Service]\nUser=1000\nCapabilityBoundingSet=%s\nAmbientCapabilities=CAP_CHOWN\n' \
		'CAP_CHOWN CAP_SETGID CAP_SETUID' >"$tmp/in/web.service"
	check "systemd: another user" 1 "$web" --against web.service \
		--workload shop-web-1=web.service --format json
	finds "systemd: not as recorded" "2:1 other-user SETGID,SETUID"
	printf '[Container]\nDropCapability=all\nAddCapability=%s\nUser=1000\nNetwork=host\n' \
		'CHOWN SETGID SETUID' >"$tmp/in/web.container"
	check "Quadlet: another user" 1 "$web" --against web.container \
		--workload shop-web-1=web --format json
	finds "Quadlet: not as recorded" "4:1 other-user " "5:1 other-setting "
}

# What CI servers read.
documents() {
	command -v python3 >/dev/null || { skip documents "no python3"; return; }
	check "SARIF" 1 "$ping" "$dns" --against bad.yaml --against k8s.yaml --against policy.yaml \
		--format sarif -o "$tmp/check.sarif"
	check "JUnit" 1 "$ping" "$dns" --against bad.yaml --against k8s.yaml --against policy.yaml \
		--format junit -o "$tmp/check.xml"
	python3 - "$tmp" <<'PY'
import json, re, sys, xml.etree.ElementTree as xml

def sarif(log):
    """The parts of the schema of SARIF 2.1.0 that are used: no other members, the required ones."""
    def only(o, required, optional=()):
        assert isinstance(o, dict) and set(required) <= set(o) <= set(required) | set(optional), o
    def message(o):
        only(o, ["text"])
        assert isinstance(o["text"], str) and o["text"]
    only(log, ["version", "runs"], ["$schema"])
    assert log["version"] == "2.1.0"
    for run in log["runs"]:
        only(run, ["tool", "results", "columnKind"])
        assert run["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints")
        only(run["tool"], ["driver"])
        only(run["tool"]["driver"], ["name", "version", "rules"])
        rules = run["tool"]["driver"]["rules"]
        assert len({r["id"] for r in rules}) == len(rules)
        for rule in rules:
            only(rule, ["id", "shortDescription", "defaultConfiguration"])
            message(rule["shortDescription"])
            assert rule["defaultConfiguration"]["level"] in ("none", "note", "warning", "error")
        assert run["results"]
        for r in run["results"]:
            only(r, ["ruleId", "ruleIndex", "level", "message", "locations", "partialFingerprints"])
            message(r["message"])
            assert rules[r["ruleIndex"]]["id"] == r["ruleId"]
            assert r["level"] in ("none", "note", "warning", "error")
            assert all(isinstance(v, str) for v in r["partialFingerprints"].values())
            for place in r["locations"]:
                only(place, ["physicalLocation"])
                only(place["physicalLocation"], ["artifactLocation", "region"])
                only(place["physicalLocation"]["artifactLocation"], ["uri"])
                uri = place["physicalLocation"]["artifactLocation"]["uri"]
                assert re.fullmatch(r"([A-Za-z0-9._~/-]|%[0-9A-F]{2})+", uri), uri
                only(place["physicalLocation"]["region"], ["startLine", "startColumn"])
                assert min(place["physicalLocation"]["region"].values()) >= 1

def junit(root):
    suite = root.find("testsuite")
    cases = suite.findall("testcase")
    assert root.tag == "testsuites" and int(suite.get("tests")) == len(cases) > 0
    assert int(suite.get("failures")) == len(suite.findall("testcase/failure")) > 0
    assert int(suite.get("skipped")) == len(suite.findall("testcase/skipped"))
    for case in cases:
        assert case.get("name") and case.get("classname") and len(case.findall("failure")) <= 1
        assert [e.tag for e in case] == sorted((e.tag for e in case),
                                               key=["skipped", "failure", "system-out"].index)

for name, test in (("SARIF", lambda: sarif(json.load(open(sys.argv[1] + "/check.sarif")))),
                   ("JUnit", lambda: junit(xml.parse(sys.argv[1] + "/check.xml").getroot()))):
    try:
        test()
        print("PASS check/%s: as its readers want it" % name)
    except (AssertionError, KeyError, ValueError, xml.ParseError) as e:
        print("FAIL check/%s: as its readers want it: %r" % (name, e))
PY
}

# A pod's recording is that pod's; several that may own it are named; so are templates.
pods() {
	local pod=$tmp/pod.json

	"$captrim" advise --format json "$ping" | jq '.workloads[0].container.name = "shop/web-5d8f7c9b4x-x7k2p/nginx"' >"$pod"
	cat >"$tmp/in/two.yaml" <<'END'
apiVersion: v1
kind: List
items:
- apiVersion: apps/v1
  kind: Deployment
  metadata: {name: web}
  spec: {template: {spec: {containers: [{name: nginx, securityContext: {capabilities: {drop: [ALL]}}}]}}}
- apiVersion: apps/v1
  kind: Deployment
  metadata: {name: web-api}
  spec: {template: {spec: {containers: [{name: nginx, securityContext: {capabilities: {drop: [ALL]}}}]}}}
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: x}
  data: {pod.yaml: "kind: Pod\nspec: {containers: [{name: nginx}]}"}
END
	check "Kubernetes: whose pod" 1 "$pod" --against two.yaml --format json
	finds "Kubernetes: the other workload is not its" "7:87 missing-capability NET_RAW" "11:48 no-recording "
	sed 's/"shop.*nginx"/"nginx"/' "$pod" >"$tmp/named.json"
	check "Kubernetes: anybody's container" 1 "$tmp/named.json" --against two.yaml --format json
	is "Kubernetes: both are named" "$(jq -r '[.findings[] | select(.code == "matched") | .text] | .[0]' "$tmp/out")" \
		"the recorded nginx may also belong to Deployment/web-api; --workload nginx=Deployment/web/nginx assigns it"
	check "Kubernetes: named by hand" 1 "$tmp/named.json" --against two.yaml \
		--workload nginx=Deployment/web-api/nginx --format json
	finds "Kubernetes: named by hand, one is left" "7:48 no-recording " "11:87 missing-capability NET_RAW"
	printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n' >"$tmp/in/map.yaml"
	check "Kubernetes: a file without containers" 1 "$pod" --against map.yaml --against two.yaml
	says "Kubernetes: it is said" "$tmp/out" '^note: map.yaml: contains no container$'
	check "Kubernetes: nothing else" 2 "$pod" --against map.yaml
	# shellcheck disable=SC2016 # left to envsubst
	printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: nginx, securityContext: %s}]}\n' \
		'{capabilities: {drop: "{{ toYaml .Values.drop }}", add: ["${CAP}"]}}' >"$tmp/in/template.yaml"
	check "Kubernetes: templates" 0 "$tmp/named.json" --against template.yaml --format json
	finds "Kubernetes: templates decide" "4:67 undecided "
}

# Layers without services, several documents, what Compose refuses.
layers() {
	printf 'services:\n  g-ping-packaged:\n    image: x\n    cap_add: [NET_RAW]\n' >"$tmp/in/base.yaml"
	printf 'networks:\n  front: {}\n' >"$tmp/in/networks.yaml"
	printf 'volumes: {}\n---\nservices:\n  g-ping-packaged:\n    cap_drop: [ALL]\n' >"$tmp/in/docs.yaml"
	check "Compose: a layer without services" 0 "$ping" --against base.yaml --against networks.yaml \
		--against docs.yaml
	check "Compose: nothing but networks" 2 "$ping" --against networks.yaml
	says "Compose: it is said" "$tmp/err" 'no services: at the top level'
	printf 'include: [self.yaml]\nservices: {a: {image: x}}\n' >"$tmp/in/self.yaml"
	check "Compose: a file that includes itself" 2 "$ping" --against self.yaml
	is "Compose: one message" "$(wc -l <"$tmp/err") $(grep -o self.yaml "$tmp/err" | wc -l)" '1 1'
	printf 'services:\n  web:\n    cap_drop: ALL\n' >"$tmp/in/word.yaml"
	check "Compose: a word for a list" 2 "$ping" --against word.yaml
	says "Compose: what to write" "$tmp/err" 'word.yaml:3:15: cap_drop is a word.*write cap_drop: \[ALL\]$'
}

# What comes through a pipe is read; what may never end is refused. timeout: it is not waited for.
streams() {
	check "standard input" 0 "$ping" --against - <"$tmp/in/good.yaml"
	says "standard input: it is read" "$tmp/out" '^1 service checked'
	check "standard input: a manifest" 1 "$ping" --against - --format json <"$tmp/in/k8s.yaml"
	is "standard input: its name in places" "$(jq -r '.findings[0].file' "$tmp/out")" '<stdin>'
	check "standard input twice" 2 "$ping" --against - --against - <"$tmp/in/good.yaml"
	says "standard input twice: it is said" "$tmp/err" 'can be read once'
	check "standard input for both" 2 - --against - <"$ping"
	says "standard input for both: it is said" "$tmp/err" 'cannot be both'
	check "a unit as standard input" 2 "$ping" --against - <"$tmp/in/dns.service"
	says "a unit as standard input: why not" "$tmp/err" 'only its name'
	check "a pipe of the shell's" 0 <(cat "$ping") --against <(cat "$tmp/in/good.yaml")
	mkfifo "$tmp/in/fifo"
	(cd "$tmp/in" && timeout 20 "$captrim" check "$ping" --against fifo) 2>"$tmp/err"
	is "a FIFO: exit status" $? 2
	says "a FIFO: it is named" "$tmp/err" 'fifo is a FIFO'
	(cd "$tmp/in" && timeout 20 "$captrim" advise fifo) 2>"$tmp/err"
	is "a FIFO for a recording: exit status" $? 1
	says "a FIFO for a recording: what to do" "$tmp/err" 'standard input \(- <fifo\)'
	(cd "$tmp/in" && timeout 20 "$captrim" patch -f fifo "$ping") 2>"$tmp/err"
	is "a FIFO for a Compose file: exit status" $? 1
	says "a FIFO for a Compose file: it is named" "$tmp/err" 'fifo is a FIFO'
	check "a device" 2 "$ping" --against /dev/zero
	says "a device: it is named" "$tmp/err" '/dev/zero is a device'
	check "a directory" 2 "$ping" --against .
	says "a directory: it is said" "$tmp/err" 'cannot read .: Is a directory'
	"$captrim" patch -f - "$ping" 2>"$tmp/err" <"$tmp/in/good.yaml"
	says "patch: standard input is not a file to change" "$tmp/err" 'give the Compose file by name'
}

# Quadlet's other files: the manifest that a .kube file names, and what gives nothing.
quadlets() {
	mkdir "$tmp/in/q"
	printf '[Kube]\nYaml=pod.yaml\n' >"$tmp/in/q/web.kube"
	cat >"$tmp/in/q/pod.yaml" <<'END'
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
    - name: g-ping-packaged
      image: x
      securityContext: {capabilities: {drop: [all], add: [CAP_NET_RAW, KILL]}}
END
	check "Quadlet: a .kube file" 1 "$ping" --against q/web.kube --format json
	finds "Quadlet: its manifest is read as podman reads it" "8:72 superfluous-capability KILL"
	is "Quadlet: the manifest is named" "$(jq -r '.findings[0].file' "$tmp/out")" q/pod.yaml
	rm "$tmp/in/q/pod.yaml"
	check "Quadlet: a manifest that is not there" 2 "$ping" --against q/web.kube
	says "Quadlet: which, and what to do" "$tmp/err" 'q/web.kube: its manifest Yaml=pod.yaml is not checked .*where that file is'
	printf '[Pod]\nPodName=x\n' >"$tmp/in/q/x.pod"
	check "Quadlet: a .pod file" 2 "$ping" --against q/x.pod
	says "Quadlet: which files to give instead" "$tmp/err" 'NAME.container files, those with Pod=x.pod'
	mkdir "$tmp/in/q/own.container.d"
	printf '[Container]\nImage=x\nAddCapability=SYS_ADMIN\n' >"$tmp/in/q/own.container"
	"$captrim" advise --format quadlet "$ping" >"$tmp/in/q/own.container.d/captrim.conf"
	check "Quadlet: the advice as a drop-in" 0 "$ping" --against q/own.container --workload g-ping-packaged=own
	printf '[Network]\n' >"$tmp/in/q/x.network"
	check "Quadlet: a .network file beside others" 0 "$ping" --against q/x.network --against good.yaml
	says "Quadlet: it is said" "$tmp/out" '^note: q/x.network: starts no container'
}

# A unit whose commands are freed of some of what the unit says.
commands() {
	printf '[Service]\nUser=_chrony\nCapabilityBoundingSet=%s\nExecStart=!/usr/sbin/chronyd\n' \
		'CAP_NET_ADMIN CAP_NET_RAW CAP_SETGID CAP_SETUID' >"$tmp/in/bang.service"
	check "systemd: '!' and User=" 0 "$dns" --against bang.service --format json
	finds "systemd: with '!' User= does not count" "1:1 matched "
	sed 's/=!/=+/' "$tmp/in/bang.service" >"$tmp/in/plus.service"
	check "systemd: '+'" 1 "$dns" --against plus.service --format json
	is "systemd: with '+' the bounding set does not count" \
		"$(jq -r '.findings[] | select(.level != "note") | "\(.line):\(.column) \(.code)"' "$tmp/out")" "4:11 no-drop-all"
	printf '[Service]\nCapabilityBoundingSet=\nExecStartPre=+/bin/x\nExecStart=/bin/y\n' >"$tmp/in/pre.service"
	check "systemd: '+' before another command" 0 "$ping" --against pre.service --format json
	finds "systemd: whose need it was is not known" "1:1 matched " "3:14 undecided NET_RAW"
	printf '[Container]\nDropCapability=all\nPodmanArgs=--cap-add=NET_RAW,KILL --user 5\n' >"$tmp/in/args.container"
	check "Quadlet: options of podman" 1 "$ping" --against args.container --format json
	finds "Quadlet: they count" "1:1 matched " "3:30 superfluous-capability KILL" "3:35 other-user "
	printf 'Image=x\n' >"$tmp/in/bare.container"
	check "Quadlet: what it refuses" 2 "$ping" --against bare.container
	says "Quadlet: why" "$tmp/err" 'bare.container:1: Quadlet refuses a setting before the first \[Section\]'
}

# What an image says of itself.
# What stands where Kubernetes takes none of it.
misplaced() {
	cat >"$tmp/in/misplaced.yaml" <<'END'
apiVersion: v1
kind: Pod
metadata: {name: g-ping-packaged}
spec:
  securityContext:
    capabilities: {drop: [ALL], add: [NET_RAW]}
  containers:
    - name: g-ping-packaged
      privileged: yes
END
	check "Kubernetes: capabilities of the pod" 1 "$ping" --against misplaced.yaml --format json
	is "Kubernetes: they count for nothing" "$(jq -r '.findings[].code' "$tmp/out")" no-drop-all
	is "Kubernetes: it is said" "$(jq -r '.not_followed[]' "$tmp/out" | cut -d' ' -f1-3)" \
		$'misplaced.yaml:6:19: Pod/g-ping-packaged: \'capabilities\'\nmisplaced.yaml:9:19: Pod/g-ping-packaged: \'privileged\''
}

# A unit's drop-ins are also where its manager looks, below whatever root.
dropins() {
	local root=$tmp/in/root

	mkdir -p "$root"/usr/lib/systemd/system "$root"/etc/systemd/system/dns.service.d
	sed /KILL$/d "$tmp/in/dns.service" >"$root/usr/lib/systemd/system/dns.service"
	printf '[Service]\nCapabilityBoundingSet=~CAP_SETUID CAP_KILL\n' \
		>"$root/etc/systemd/system/dns.service.d/override.conf"
	check "a drop-in below /etc" 1 "$dns" --against root/usr/lib/systemd/system/dns.service
	says "a drop-in below /etc: it is read" "$tmp/out" 'it needs SETUID and is not given it'
	mkdir -p "$root"/usr/share/containers/systemd "$root"/etc/containers/systemd/container.d
	cp "$tmp/in/ping.container" "$root/usr/share/containers/systemd"
	printf '[Container]\nAddCapability=NET_RAW\n' >"$root/etc/containers/systemd/container.d/x.conf"
	check "Quadlet's below /etc" 0 "$ping" --against root/usr/share/containers/systemd/ping.container
	printf '# x\n\n[Timer]\nOnCalendar=daily\n' >"$tmp/in/x.timer"
	check "a unit without a command" 2 "$ping" --against x.timer
	says "a unit without a command: it is said" "$tmp/err" 'x.timer runs no command: give the unit that does'
	check "a drop-in alone" 2 "$ping" --against root/etc/systemd/system/dns.service.d/override.conf
	says "a drop-in alone: it is said" "$tmp/err" 'its drop-ins are read with it'
	printf 'services: [a]\n' | iconv -t UTF-16 >"$tmp/in/utf16.yaml"
	check "UTF-16" 2 "$ping" --against utf16.yaml
	says "UTF-16: it is said" "$tmp/err" 'convert the file to UTF-8'
}

images() {
	printf '[{"RepoTags": ["x:1"], "Config": {"Labels": {\n"io.containers.capabilities": "NET_RAW,KILL"}}}]\n' \
		>"$tmp/in/image.json"
	check "an image's label" 1 "$ping" --against image.json --format json
	finds "an image's label is held against the recording" "2:2 matched " "2:2 superfluous-capability KILL"
	printf '{"annotations": {"io.containers.capabilities": "NET_RAW"}}\n' >"$tmp/in/manifest.json"
	check "an image's annotation" 0 "$ping" --against manifest.json
	printf '{"Labels": {}, "Name": "x"}\n' >"$tmp/in/bare.json"
	check "an image without a label" 1 "$ping" --against bare.json
	says "an image without a label: it is said" "$tmp/out" 'there is no LABEL'
	check "an image that is not there" 2 "$ping" --against image:captrim/none:0
	says "an image that is not there: it is said" "$tmp/err" 'image:captrim/none:0: no engine here has this image \(asked: Docker, Podman\)'
}

stands_in
refuses
inputs
compose_files
other_files
pods
layers
streams
quadlets
commands
misplaced
dropins
images
unlike
policies
failures
documents
