#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# captrim in a container, as a DaemonSet has it: with the host's PID namespace and without, the host's root
# directory mounted, and a captrim in a PID namespace of its own.
# shellcheck source-path=SCRIPTDIR source=../../lib/common.sh
. "$(dirname "$0")/../../lib/common.sh"
need_probe
need_docker
name=captrim-host-root-$$
trap 'docker rm -f "$name" >/dev/null 2>&1; rm -rf "$tmp"' EXIT
# A child of the container's shell, so that its numbers within and outside differ.
docker run -d --rm --name "$name" "$image" sh -c 'while chown 1001 /tmp; do sleep 0.2; done' >/dev/null 2>"$tmp/err" ||
	{ skip all "no container can be started: $(cat "$tmp/err")"; exit 0; }
socket=${DOCKER_HOST:-unix:///var/run/docker.sock}
socket=${socket#unix://}
mkdir "$tmp/out"

# captrim_in NAME OPTION... -- ARGUMENT...: in a container that sees the host below /host
captrim_in() {
	local options=()

	shift
	while [ "$1" != -- ]; do options+=("$1"); shift; done
	shift
	docker run --rm --cap-add ALL --cap-drop SYS_RESOURCE --security-opt seccomp=unconfined "${options[@]}" \
		-v /:/host:ro -v "$tmp/out:/out" -v "$socket:/docker.sock" -v "$captrim:/captrim:ro" \
		-v /usr/lib:/usr/lib:ro -v /lib:/lib:ro -v /lib64:/lib64:ro "$image" /captrim "$@"
}
if ! captrim_in probe -- --version >"$tmp/err" 2>&1; then
	skip all "captrim does not run in a container: $(tail -n 1 "$tmp/err")"
	exit 0
fi
if ! captrim_in probe -- doctor >"$tmp/err" 2>&1; then
	skip all "no attach type works in a container: $(grep -m1 '^no' "$tmp/err")"
	exit 0
fi

# sees NAME OPTION...: the container next to it, by the name that the host's engine has for it
sees() {
	local way=$1

	shift
	captrim_in "$way" "$@" -- record -q --host-root /host --socket /docker.sock -c "$name" -d 2s -o /out/rec >"$tmp/err" 2>&1 ||
		fail "$way" "$(tail -n 1 "$tmp/err")"
	"$captrim" advise --format json "$tmp/out/rec" >"$tmp/advice"
	is "$way" "$(jq -c '[.workloads[] | .container.name, .runtime, .container.userns, .advice.cap_add], .losses.lookups' "$tmp/advice" | tr '\n' ' ')" \
		"[\"$name\",\"docker\",false,[\"CHOWN\"]] 0 "
	# The process's number, and its name by that number: the host's.
	captrim_in "$way" "$@" -- trace --json --host-root /host --socket /docker.sock -c "$name" -d 2s >"$tmp/trace" 2>"$tmp/err"
	is "$way-numbers" "$(jq -r .pid "$tmp/trace" | sort -u | grep -c '^0$')" 0
}
sees host-pid --pid=host
sees own-pid
sees own-cgroup --cgroupns=private
# Without an engine: the state files below the host's root, whose links are the host's.
captrim_in files -- record -q --host-root /host --socket /none -c "$(docker inspect -f '{{.Id}}' "$name")" -d 1s -o /out/rec >"$tmp/err" 2>&1
"$captrim" advise --format json "$tmp/out/rec" >"$tmp/advice"
is files "$(jq -c '[.workloads[] | .runtime, .configured_known // (.configured | length > 0), .advice.cap_add]' "$tmp/advice")" '["docker",true,["CHOWN"]]'
"$captrim" record --host-root "$tmp/out" -c x -o "$tmp/none" >"$tmp/err" 2>&1
is wrong-status $? 1
says wrong "$tmp/err" 'out is not the root of a host with its /proc in it'
mkdir "$tmp/host"
# shellcheck disable=SC2016 # for the inner shell; in a mount namespace that ends with it
unshare -m sh -c 'mount --rbind / "$1/host" && exec "$0" record --host-root "$1/host" --restart -u x -o "$1/none"' \
	"$captrim" "$tmp" >"$tmp/err" 2>&1
is restart-status $? 1
says restart "$tmp/err" 'x.service cannot be restarted from here'

# A PID namespace of its own without the host's /proc: its own processes by its own numbers.
unshare -pf --mount-proc "$captrim" trace --json -d 3s >"$tmp/trace" 2>"$tmp/err" &
tracer=$!
attached "$(pgrep -P $tracer | head -n 1)"
wait $tracer
is pidns-foreign "$(jq -r "select(.process == \"chown\") | .pid" "$tmp/trace" | sort -u)" 0
# shellcheck disable=SC2016 # for the inner shell
unshare -pf --mount-proc sh -c '"$0" run -q --save "$1/rec" -- sh -c "touch $1/f; chown 1001 $1/f; sleep 1" >"$1/advice" 2>"$1/err"' "$captrim" "$tmp"
is pidns-own "$(grep -oE 'cap_add +[A-Z ]*' "$tmp/advice" | tr -s ' ')" 'cap_add CHOWN'
