#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# containerd without Docker: containers of ctr in several namespaces, and pods through its CRI, each by the name that its
# owner knows.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/containerd.sh
. "$(dirname "$0")/../lib/containerd.sh"
need_probe
in_own_mounts "$@"
trap 'runc delete -f "$hand" 2>/dev/null; end_containerd; rm -rf "$tmp"' EXIT
need_containerd
hand=captrim-hand-$$
# No engine is to be asked for names.
export DOCKER_HOST=unix://$tmp/none
loop='while chown 7 /tmp; do sleep 0.1; done'

# pod NAME UID LABEL...: prints its id, or nothing; a Deployment's
pod() {
	local name=$1 uid=$2

	shift 2
	cri pod "$name" shop "$uid" "/kubepods/besteffort/pod$uid" "$@"
}

# start POD_ID NAME UID CONTAINER COMMAND: prints its id
start() {
	local id

	id=$(cri container "$1" "$2" shop "$3" "/kubepods/besteffort/pod$3" "$4" "$image" /bin/sh -c "$5") &&
		cri start "$id" && echo "$id"
}

# report FILE: what is known of each that changed an owner
report() {
	"$captrim" advise --format json "$1" | jq -c '[.workloads[] | select(.runtime == "containerd" and .advice.cap_add == ["CHOWN"]) |
		[.runtime, .container.name, .id[:12], .container.owner, .container.owner_guessed // false, .container.pod_uid]] | sort'
}

ctr -a "$ctr" -n default run -d "$image" web /bin/sh -c "$loop" >/dev/null 2>"$tmp/err" ||
	{ skip all "no container can be started: $(tail -n 1 "$tmp/err")"; exit 0; }
ctr -a "$ctr" -n ci run -d "$image" web /bin/sh -c "$loop" >/dev/null 2>&1
ctr -a "$ctr" -n default run -d --label nerdctl/name=shop-db --label "evil=$(printf 'a\tb')" "$image" \
	"$(printf 'd%.0s' $(seq 64))" /bin/sh -c "$loop" >/dev/null 2>&1
"$captrim" record -q --all -d 2s -o "$tmp/ctr.rec" 2>"$tmp/err" || fail ctr "$(tail -n 1 "$tmp/err")"
is ctr "$(report "$tmp/ctr.rec")" \
	'[["containerd",null,"ci/web",null,false,null],["containerd",null,"web",null,false,null],["containerd","shop-db","dddddddddddd",null,false,null]]'
"$captrim" record -q -c ci/web -d 2s -o "$tmp/one.rec" 2>"$tmp/err" || fail by-name "$(tail -n 1 "$tmp/err")"
is by-name "$("$captrim" advise --format json "$tmp/one.rec" | jq -c '[.workloads[] | .id, .advice.cap_add]')" '["ci/web",["CHOWN"]]'

# One that runc alone started: only its state tells that the cgroup of that name is a container.
mkdir -p "$tmp/hand/rootfs/bin"
cp "$(command -v busybox)" "$tmp/hand/rootfs/bin/busybox"
runc spec -b "$tmp/hand"
jq '.process.terminal = false | .process.args = ["/bin/busybox", "sh", "-c", "while busybox chown 7 /dev; do busybox sleep 0.1; done"] |
	.mounts |= map(select(.type != "cgroup")) |
	.process.capabilities |= map_values(["CAP_CHOWN", "CAP_KILL"])' "$tmp/hand/config.json" >"$tmp/hand/new"
mv "$tmp/hand/new" "$tmp/hand/config.json"
runc run -d -b "$tmp/hand" "$hand" >/dev/null 2>"$tmp/err" </dev/null || fail by-hand-start "$(tail -n 1 "$tmp/err")"
"$captrim" record -q -c "$hand" -d 2s -o "$tmp/hand.rec" 2>"$tmp/err" || fail by-hand "$(tail -n 1 "$tmp/err")"
is by-hand "$("$captrim" advise --format json "$tmp/hand.rec" | jq -c '[.workloads[] | .id, .kind, .advice.cap_add, .advice.removed]')" \
	"[\"$hand\",\"container\",[\"CHOWN\"],[\"KILL\"]]"
says by-hand-whose <("$captrim" whose "$(runc state "$hand" | jq .pid)") "^container *$hand"

uid=0a1b2c3d-1111-2222-3333-444455556666
uid2=0a1b2c3d-1111-2222-3333-444455557777
pod=$(pod web-7d4b9c6f5d-x7k2p $uid app=web pod-template-hash=7d4b9c6f5d 2>"$tmp/err") ||
	{ skip pods "no pod can be started: $(tail -n 1 "$tmp/err")"; exit 0; }
# A replica of it, a pod that is only named so, and both chosen before they run.
"$captrim" record -q -n shop --pod web -l app=web,tier!=test -o "$tmp/pods.rec" 2>"$tmp/err" &
recorder=$!
attached $recorder
start "$pod" web-7d4b9c6f5d-x7k2p $uid nginx "$loop" >"$tmp/id" || fail start "$(cat "$tmp/id")"
replica=$(pod web-7d4b9c6f5d-q4xjz $uid2 app=web pod-template-hash=7d4b9c6f5d)
start "$replica" web-7d4b9c6f5d-q4xjz $uid2 nginx "$loop" >"$tmp/id2"
other=$(pod batch-q4xjz 0a1b2c3d-1111-2222-3333-444455558888 app=batch)
start "$other" batch-q4xjz 0a1b2c3d-1111-2222-3333-444455558888 nginx "$loop" >/dev/null
sleep 1
kill -INT $recorder
wait $recorder || fail pods "$(tail -n 1 "$tmp/err")"
# One workload, by the name of one of them.
is pods "$(report "$tmp/pods.rec" | sed "s/q4xjz/x7k2p/; s/$uid2/$uid/; s/$(head -c 12 "$tmp/id2")/$(head -c 12 "$tmp/id")/")" \
	"[[\"containerd\",\"shop/web-7d4b9c6f5d-x7k2p/nginx\",\"$(head -c 12 "$tmp/id")\",\"Deployment/web\",false,\"$uid\"]]"
is start-seen "$("$captrim" advise --format json "$tmp/pods.rec" | jq -c '[.workloads[] | .exercised.start_seen, (.incomplete // [])]')" '[true,[]]'
"$captrim" advise --format kubernetes -o "$tmp/yaml" "$tmp/pods.rec"
says owner "$tmp/yaml" 'Deployment web in shop'

# Below a service that is not an engine's a container is one by where its first process is; another cgroup of its name is
# the service's own.
service=captrim-test-$$.service
uid3=0a1b2c3d-1111-2222-3333-444455559999
below=$(cri pod api-7d4b9c6f5d-x7k2p shop $uid3 "/system.slice/$service/kubepods/besteffort/pod$uid3")
id=$(cri container "$below" api-7d4b9c6f5d-x7k2p shop $uid3 "/system.slice/$service/kubepods/besteffort/pod$uid3" api "$image" \
	/bin/sh -c 'while :; do sleep 1; done') && cri start "$id"
# whose PID: the identity, and whether what the path looks like is only guessed
whose() { "$captrim" whose --json "$1" | jq -c '[.facts[] | select(.name == "identity" or .name == "container") | .value, .guessed // false]'; }
init=$(cat "/run/containerd/io.containerd.runtime.v2.task/k8s.io/$id/init.pid")
is below-service "$(whose "$init")" "[\"$id\",false,\"kubernetes:shop/api/api\",false]"
v2=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts)
forged=$v2/system.slice/captrim-forged-$$.service/kubepods/besteffort/pod$uid3/$id
mkdir -p "$forged"
sleep 100 &
forger=$!
echo $forger >"$forged/cgroup.procs"
is below-service-forged "$(whose $forger)" "[\"$id\",true,\"unit:captrim-forged-$$.service\",false]"
kill $forger
wait $forger 2>/dev/null

# The same by the CRI, and by a CRI that is none.
"$captrim" record -q -n shop --pod Deployment/web --cri "$ctr" -d 2s -o "$tmp/cri.rec" 2>"$tmp/err" || fail cri "$(tail -n 1 "$tmp/err")"
is cri "$("$captrim" advise --format json "$tmp/cri.rec" | jq -c '[.workloads[] | .container.owner, .container.image]')" \
	"[\"Deployment/web\",\"$image\"]"
"$captrim" record -q --all --cri "$tmp/none" -o "$tmp/none.rec" 2>"$tmp/err"
is cri-status $? 1
says cri-message "$tmp/err" "cannot ask the runtime at .*/none: No such file"
