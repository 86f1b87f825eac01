#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Five processes after one another, ROUNDS (10) times, have one and the same pid, as happens where pids are used up within
# seconds: each is judged by what it did itself, and none by what the one before it had done, had come from or was running.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
need_probe
need_v2_with same_pid
# The number that the kernel has for the first of all pid namespaces.
[ "$(readlink /proc/self/ns/pid)" = 'pid:[4026531836]' ] || { skip all 'in a pid namespace of its own'; exit 0; }
rounds=${ROUNDS:-10}
need_cgroup pid
chmod 755 "$tmp"
touch "$tmp/file"
record_all
"$tmp/same_pid" "$dir" "$tmp/file" "$rounds" 2>"$tmp/said"
status=$?
kill -INT "$recorder"
wait "$recorder"
is status $? 0
recorder=
[ $status != 3 ] || { skip all 'no process may choose its pid'; exit 0; }
is same-pid "$status $(cat "$tmp/said")" '0 '
"$captrim" advise --format json -o "$tmp/advice" "$tmp/recording"
advised() {
	jq -c --arg what "$1" --arg dir "/captrim-pid-$$/" '[.workloads[] | select((.cgroup_path // .id) | contains($dir) and endswith("-" + $what)) |
		.advice.cap_add] | group_by(.) | map([.[0], length])' "$tmp/advice"
}
is setup "$(advised setup)" "[[[],$rounds]]"
is ends "$(advised ends)" "[[[\"CHOWN\"],$rounds]]"
is child "$(advised child)" "[[[\"CHOWN\",\"CHECKPOINT_RESTORE\"],$rounds]]"
is owner "$(advised owner)" "[[[\"CHOWN\"],$rounds]]"
is capable "$(advised capable)" "[[[\"NET_RAW\"],$rounds]]"
is one-pid "$(jq -n --arg dir "/captrim-pid-$$/" '[inputs] as $all | [$all[] | select(.type == "workload") | .cgroup_path // .id] as $ids
	| [$all[] | select(.sample and .cap_name == "CHOWN") | select($ids[.workload] | contains($dir)) | .sample.proc.pid] | unique | length' "$tmp/recording")" 1
