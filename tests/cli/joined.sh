#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# captrim check, where the host's network comes from another file, service or container.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
[ -x "$captrim" ] || { skip all "captrim is not built"; exit 0; }
web=$here/tests/corpus/compose/web.rec # recorded on a bridge
cd "$tmp" || exit 1

# finds NAME "FILE:LINE:COLUMN CODE"... -- WORD...: these findings, without notes, has "check" WORD...
finds() {
	local name=$1 wanted=()

	shift
	while [ "$1" != -- ]; do
		wanted+=("$1")
		shift
	done
	shift
	"$captrim" check --format json "$@" >out 2>err
	is "$name" "$(jq -r '.findings[] | select(.level != "note") | "\(.file):\(.line):\(.column) \(.code)"' out)" \
		"$(printf '%s\n' "${wanted[@]}")"
}

# project MODE: a Compose project whose service web has the mode, in a ring or with vpn
project() {
	cat <<END
services:
  vpn: {image: x, container_name: tunnel, network_mode: host, pid: host, ipc: host}
  own: {image: x, network_mode: bridge}
  middle: {image: x, network_mode: "service:vpn"}
  ring: {image: x, network_mode: "service:around"}
  around: {image: x, network_mode: "service:ring"}
  web:
    image: y
    cap_drop: [ALL]
    cap_add: [CHOWN, SETGID, SETUID]
    $1
END
}

compose() {
	local mode

	for mode in service:vpn service:middle container:tunnel; do
		project "network_mode: $mode" >compose.yaml
		finds "Compose: $mode" "compose.yaml:11:19 other-setting" -- "$web" --against compose.yaml
	done
	says "Compose: both are named" out "'network_mode: container:tunnel \(which has network_mode: host\)'"
	"$captrim" patch -f compose.yaml "$web" >out 2>err
	says "patch: both are named" err "compose.yaml:11:19: web: recorded without, .*which has network_mode: host"
	project 'pid: service:vpn' >compose.yaml
	sed 's/"network": "bridge"/"pid_mode": "private"/' "$web" >private.rec
	finds "Compose: pid" "compose.yaml:11:10 other-setting" -- private.rec --against compose.yaml
	for mode in service:own service:ring service:nobody container:nobody none; do
		project "network_mode: $mode" >compose.yaml
		finds "Compose: $mode" -- "$web" --against compose.yaml
	done
	project 'network_mode: service:vpn' >compose.yaml
	sed 's/"network": "bridge"/"network": "container:4b5e"/' "$web" >shared.rec
	finds "Compose: recorded in another one's network" -- shared.rec --against compose.yaml
}

# unit NAME SECTION LINE...
unit() {
	local name=$1 section=$2

	mkdir -p "$(dirname "$name")"
	shift 2
	{ echo "[$section]"; printf '%s\n' "$@"; } >"$name"
}

kube() {
	cat >k.yaml <<'END'
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  containers:
  - name: web
    image: x
    securityContext: {capabilities: {drop: [ALL], add: [CHOWN, SETGID, SETUID]}}
END
	unit k.kube Kube Yaml=k.yaml Network=host
	finds ".kube: Network=host" "k.kube:3:1 other-setting" -- "$web" --against k.kube --workload shop-web-1=web
	unit k.kube Kube Yaml=k.yaml Network=host Network= Network=front.network
	finds ".kube: another network" -- "$web" --against k.kube --workload shop-web-1=web
	unit k.kube.d/net.conf Kube Network=host
	finds ".kube: by a drop-in" "k.kube.d/net.conf:2:1 other-setting" -- "$web" --against k.kube \
		--workload shop-web-1=web
	rm -r k.kube.d
	unit k.kube Kube 'PodmanArgs=--log-level debug --network host' Yaml=k.yaml
	finds ".kube: PodmanArgs=" "k.kube:2:40 other-setting" -- "$web" --against k.kube --workload shop-web-1=web
	sed 's/^spec:/&\n  hostNetwork: true/' k.yaml >host.yaml
	unit k.kube Kube Yaml=host.yaml Network=host
	finds ".kube: once is enough" "host.yaml:5:16 other-setting" -- "$web" --against k.kube --workload shop-web-1=web
}

quadlet() {
	local drop='DropCapability=all' add='AddCapability=CHOWN SETGID SETUID' as=(--workload shop-web-1=web)

	unit web.container Container Image=x Pod=web.pod "$drop" "$add"
	unit web.pod Pod Network=host
	finds "Pod=: a pod beside" "web.pod:2:1 other-setting" -- "$web" --against web.container "${as[@]}"
	finds "Pod=: a pod that is given" "web.pod:2:1 other-setting" -- "$web" --against web.container \
		--against web.pod "${as[@]}"
	is "Pod=: nothing is left to say" "$(jq -c '.not_followed' out)" '[]'
	unit q/web.pod Pod Network=front.network
	finds "Pod=: what is given is meant" -- "$web" --against q/web.pod --against web.container "${as[@]}"
	unit q/web.pod.d/net.conf Pod PodmanArgs=--network=host
	finds "Pod=: a pod's drop-in" "q/web.pod.d/net.conf:2:12 other-setting" -- "$web" --against q/web.pod \
		--against web.container "${as[@]}"
	unit own.container Container Image=x Pod=web.pod Network=none "$drop" "$add"
	finds "Pod=: a network of its own" -- "$web" --against own.container --workload shop-web-1=own
	unit own.container Container Image=x Pod=web.pod PodmanArgs=--network=none "$drop" "$add"
	finds "Pod=: an option of its own" -- "$web" --against own.container --workload shop-web-1=own
	rm web.pod
	finds "Pod=: no such file" -- "$web" --against web.container "${as[@]}"
	says "Pod=: no such file, which" out 'web.container: whether web.pod, which it joins, .*cannot read web.pod: No such file'
	echo '[Pod' >web.pod
	finds "Pod=: no unit" -- "$web" --against web.container "${as[@]}"
	says "Pod=: no unit, why" out 'web.container: whether web.pod, which it joins, .*web.pod:1: Quadlet refuses'
	unit web.pod Pod Network=host
	unit in.container Container Image=x Pod=web.pod
	unit web.container Container Image=x Network=in.container "$drop" "$add"
	finds "Network=: a container in a pod" "web.pod:2:1 other-setting" -- "$web" --against web.container "${as[@]}"
	unit in.container Container Image=x Network=web.container
	finds "Network=: a ring" -- "$web" --against web.container "${as[@]}"
}

compose
kube
quadlet
