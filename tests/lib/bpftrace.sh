#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Sourced by what is held against bpftrace.

# Can it count capability checks? If not, $why_no_bpftrace says why. The tracepoint is there since 6.14.
# shellcheck disable=SC2034 # for the caller
has_bpftrace() {
	why_no_bpftrace=
	if ! command -v bpftrace >/dev/null; then
		why_no_bpftrace='not installed'
	elif ! mountpoint -q /sys/kernel/tracing && ! mount -t tracefs nodev /sys/kernel/tracing 2>/dev/null; then
		why_no_bpftrace='tracefs cannot be mounted'
	elif [ ! -d /sys/kernel/tracing/events/capability ]; then
		why_no_bpftrace='this kernel has no tracepoint capability:cap_capable'
	fi
	[ -z "$why_no_bpftrace" ]
}

# begin_bpftrace FILE [OPTION]... PROGRAM: as $tracer, with the line "ready" and what it prints in FILE; fails if it does
# not watch after half a minute.
begin_bpftrace() {
	local file=$1

	shift
	bpftrace -q "${@:1:$#-1}" -e "BEGIN { printf(\"ready\\n\"); } ${!#}" >"$file" 2>"$file.err" &
	tracer=$!
	for _ in $(seq 300); do
		! grep -q ready "$file" || return 0
		[ -d "/proc/$tracer" ] || break
		sleep 0.1
	done
	return 1
}

# It misses a signal that comes too early.
end_bpftrace() {
	while [ -d "/proc/$tracer" ]; do
		kill -INT "$tracer" 2>/dev/null
		sleep 0.2
	done
	wait "$tracer"
	tracer=
}
