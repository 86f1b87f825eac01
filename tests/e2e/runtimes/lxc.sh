#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A container of LXC: known by the name that it was given, from its start and later.
# shellcheck source-path=SCRIPTDIR source=../../lib/common.sh
. "$(dirname "$0")/../../lib/common.sh"
need_probe
for program in lxc-create lxc-start lxc-attach; do
	command -v $program >/dev/null || { skip all "no $program (package lxc)"; exit 0; }
done
# Its init flushes the interfaces of the network namespace that it is given.
if [ "${CAPTRIM_LXC_INSIDE-}" != 1 ]; then
	rm -rf "$tmp"
	unshare -n true || { skip all 'no network namespaces'; exit 0; }
	CAPTRIM_LXC_INSIDE=1 exec unshare -n "$0" "$@"
fi
name=captrim-lxc-$$
trap 'lxc-stop -P "$tmp/lxc" -n "$name" -k >/dev/null 2>&1; rm -rf "$tmp"' EXIT
mkdir "$tmp/lxc"
chmod 755 "$tmp"
if ! lxc-create -P "$tmp/lxc" -n "$name" -t busybox >"$tmp/out" 2>&1; then
	skip all "no container of LXC can be made: $(tail -n 1 "$tmp/out")"
	exit 0
fi
# start COMMAND...: in the foreground
start() {
	lxc-start -P "$tmp/lxc" -n "$name" -F -s lxc.net.0.type=none -s lxc.apparmor.profile=unconfined -- "$@" \
		>"$tmp/out" 2>&1 </dev/null
}
start true || { skip all "no container of LXC can be started: $(tail -n 1 "$tmp/out")"; exit 0; }
says_all='[.workloads[] | select(.kind == "container") | .runtime, .id, .advice.cap_add]'

# Whoever starts it first may already find a cgroup of that name: the next is NAME-1.
"$captrim" run -q --format json -o "$tmp/advice" -- lxc-start -P "$tmp/lxc" -n "$name" -F -s lxc.net.0.type=none \
	-s lxc.apparmor.profile=unconfined -- sh -c 'touch /tmp/f; chown 1001 /tmp/f; sleep 1' >"$tmp/out" 2>"$tmp/err" </dev/null ||
	fail run-status "$(tail -n 1 "$tmp/err")"
is run "$(jq -c "$says_all" "$tmp/advice")" "[\"lxc\",\"$name\",[\"CHOWN\"]]"

is run-lookups "$(jq .losses.lookups "$tmp/advice")" 0

start sh -c 'touch /tmp/f; while chown 1001 /tmp/f; do sleep 0.2; done' &
for _ in $(seq 100); do
	lxc-info -P "$tmp/lxc" -n "$name" -s 2>/dev/null | grep -q RUNNING && break
	sleep 0.1
done
"$captrim" record -q -c "$name" -d 2s -o "$tmp/rec" 2>"$tmp/err" || fail record-status "$(tail -n 1 "$tmp/err")"
"$captrim" advise --format json -o "$tmp/advice" "$tmp/rec"
is record "$(jq -c "$says_all" "$tmp/advice")" "[\"lxc\",\"$name\",[\"CHOWN\"]]"
pid=$(lxc-info -P "$tmp/lxc" -n "$name" -pH)
"$captrim" whose "$pid" >"$tmp/whose"
says whose "$tmp/whose" "^container +$name"
# What comes in from outside is its own, once it has executed something.
"$captrim" record -q -c "$name" -o "$tmp/rec" 2>"$tmp/err" &
recorder=$!
attached $recorder
lxc-attach -P "$tmp/lxc" -n "$name" -- mkdir /tmp/d >"$tmp/out" 2>&1
lxc-attach -P "$tmp/lxc" -n "$name" -- mknod /tmp/d/null c 1 3 >>"$tmp/out" 2>&1 || fail attach-status "$(cat "$tmp/out")"
kill -INT $recorder
wait $recorder
"$captrim" advise --format json -o "$tmp/advice" "$tmp/rec"
is attach "$(jq -c "$says_all" "$tmp/advice")" "[\"lxc\",\"$name\",[\"CHOWN\",\"MKNOD\"]]"
