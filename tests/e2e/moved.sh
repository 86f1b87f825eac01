#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A process that does something while it is moved, as runc's init does: a task is in its new cgroup before the kernel
# tells that it was moved, and what it does in between is the set-up, too. Of MOVES (50) processes that ask all the time
# some ask just then.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
need_probe
need_v2_with moved
unshare -um true 2>/dev/null || { skip all 'no namespaces'; exit 0; }
moves=${MOVES:-50}
need_cgroup moved
"$captrim" record -q --socket /none --all -o "$tmp/rec" 2>"$tmp/err" &
recorder=$!
attached $recorder
for number in $(seq "$moves"); do
	scope=$dir/docker-$(printf %064x "$number").scope
	mkdir "$scope"
	unshare -um "$tmp/moved" chroot / true &
	for _ in $(seq 300); do
		read -r comm <"/proc/$!/comm" && [ "$comm" = moved ] && break
		sleep 0.01
	done
	sleep 0.02
	echo $! >"$scope/cgroup.procs"
	kill -USR1 $!
	wait $! || fail "moved-$number" "exit status $?"
done
kill -INT $recorder
wait $recorder || fail status "$(tail -n 1 "$tmp/err")"
recorder=
"$captrim" advise --format json "$tmp/rec" >"$tmp/advice"
is setup "$(jq -c '[.workloads[] | select(.id // "" | startswith("00000000")) | .advice.cap_add] | group_by(.) | map([.[0], length])' \
	"$tmp/advice")" "[[[\"SYS_CHROOT\"],$moves]]"
is acts "$(jq -sc '[.[] | select(.type == "workload") | .id] as $ids | [.[] | select(.type == "act" and .entry == null) |
	select($ids[.workload] | startswith("00000000")) | .syscall] | unique' "$tmp/rec")" '["chroot"]'
