#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The end of a main thread is not the end of its process: another thread may execute a program, as those of Go do, or just
# go on. What such a process of "docker exec" does is still told from what the container's own program does.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
need_probe
need_v2_with threads
unshare -m true 2>/dev/null || { skip all 'no mount namespaces'; exit 0; }
need_cgroup threads
touch "$tmp/file"
mkfifo "$tmp/go"
record_all
# come SCOPE COMMAND...: a process comes into the container's cgroup and executes the command there
come() {
	local scope=$dir/docker-$1.scope
	mkdir -p "$scope"
	shift
	# shellcheck disable=SC2016 # for the inner shell
	unshare -m sh -c 'read -r _ <"$0"; exec "$@"' "$tmp/go" "$@" &
	others="$others $!"
	for _ in $(seq 300); do
		[ "$(cat "/proc/$!/comm" 2>/dev/null)" = sh ] && break
		sleep 0.01
	done
	echo $! >"$scope/cgroup.procs"
	echo >"$tmp/go"
}
random() { od -An -tx1 -N32 /dev/urandom | tr -d " \n"; }
one=$(random) two=$(random)
come "$one" sleep 600
main=$!
come "$one" "$tmp/threads" exec /bin/chown 7 "$tmp/file"
wait $! || fail exec "exit status $?"
come "$one" "$tmp/threads" headless "$tmp/file" 8
wait $!
is headless-status $? 3
come "$two" "$tmp/threads" exec /bin/sh -c "chown 9 $tmp/file; exit 7"
wait $!
is main-status $? 7
kill $main
wait $main
kill -INT $recorder
wait $recorder || fail status "$(tail -n 1 "$tmp/err")"
recorder=
"$captrim" advise --format json "$tmp/recording" >"$tmp/advice"
# of ID FILTER
of() { jq -c --arg id "$1" ".workloads[] | select(.id == \$id) | $2" "$tmp/advice"; }
is phases "$(of "$one" '[.capabilities[] | select(.name == "CHOWN").reasons[] | [.process, .phase]] | unique')" \
	'[["chown","exec"],["threads","exec"]]'
is main "$(of "$two" '[.advice.cap_add, .exercised.phases, .exercised.start_seen]')" '[["CHOWN"],["main"],true]'
is end "$(jq -sc --arg id "$two" '[.[] | select(.type == "workload" and .id == $id) | .end_seen, .end_code]' "$tmp/recording")" \
	'[true,1792]'
