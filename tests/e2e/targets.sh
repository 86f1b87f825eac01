#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A container that looks into another one's processes: what it needs depends on what they hold.
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
need_probe
need_docker

other=captrim-targets-$$
trap 'docker rm -f $other >/dev/null 2>&1; rm -rf "$tmp"' EXIT

# other OPTIONS...: the container that is looked at
other() {
	docker rm -f $other >/dev/null 2>&1
	docker run -d --name $other --network none "$@" "$image" sleep 600 >/dev/null
}

# look OPTIONS...: is the other one's program named?
look() {
	docker run --rm --network none --pid container:$other "$@" "$image" busybox readlink /proc/1/exe >/dev/null 2>"$tmp/err"
}

# advises NAME WANTED: recorded as a user would, with Docker's default set
advises() {
	"$captrim" run -q --format json -o "$tmp/advice" -- docker run --rm --network none \
		--pid container:$other "$image" busybox readlink /proc/1/exe >"$tmp/out" 2>&1
	is "$1" "$(jq -r '.workloads[-1].advice.cap_add | join(",")' "$tmp/advice")" "$2"
}

other
advises "another that holds Docker's default set" SYS_PTRACE
if look --cap-drop ALL; then fail "it fails without SYS_PTRACE" "it works"; else pass "it fails without SYS_PTRACE"; fi
if look --cap-drop ALL --cap-add SYS_PTRACE; then pass "it works with it"; else fail "it works with it" "$(cat "$tmp/err")"; fi

other --cap-drop ALL
advises "another that holds nothing" ""
if look --cap-drop ALL; then pass "it works with nothing"; else fail "it works with nothing" "$(cat "$tmp/err")"; fi

other --cap-drop ALL --cap-add KILL
advises "another that holds KILL" SYS_PTRACE

# The same on ways around the number: from a descriptor, and behind a process of one's own.
# by NAME COMMAND: a command of the host looks at the other one's first process, whose number is $pid
by() {
	"$captrim" run -q --format json -o "$tmp/advice" -- sh -c "$2" sh "$pid" >"$tmp/out" 2>&1
	is "$1" "$(jq -r '.workloads[-1].advice.cap_add | join(",")' "$tmp/advice")" SYS_PTRACE
}
other
pid=$(docker inspect -f '{{.State.Pid}}' $other)
# shellcheck disable=SC2016 # for the inner shell
{
	by "from a descriptor" 'exec 7<"/proc/$1" && readlink /proc/self/fd/7/exe'
	by "from a descriptor of a directory" 'exec 7<"/proc/$1/ns" && readlink /dev/fd/7/net'
	by "upwards from below it" 'cd "/proc/$1/task/$1/fd" && readlink ../../../exe'
	by "behind its own" 'readlink "/proc/$$/root/proc/$1/exe"'
}
