#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The wall clock of the daemon, and of nobody else, jumps a year forward and back: nothing is forgotten or taken for
# unused, times that are stored stay in order, and a new need is told before it, between the two and afterwards.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
# shellcheck source=../lib/monitor.sh
. "$here/tests/lib/monitor.sh"
need_probe
need_churn
"${CC:-cc}" -shared -fPIC -O1 -o "$tmp/shift.so" "$here/tests/e2e/shift_clock.c" -ldl 2>"$tmp/err" ||
	{ skip all "no library can be made: $(head -n 1 "$tmp/err")"; exit 0; }
dir=$v2/captrim-clock-$$
clean() {
	end_monitor
	find "$dir" -depth -type d -exec rmdir {} \; 2>/dev/null
	rm -rf "$tmp"
}
trap clean EXIT
mkdir "$dir" || { skip all 'no cgroup can be made'; exit 0; }
touch "$tmp/file"
# jump SECONDS: from the right time; in place, because it is mapped
jump() { python3 -c 'import struct, sys; open(sys.argv[1], "r+b").write(struct.pack("<q", int(sys.argv[2])))' "$tmp/shift" "$1"; }
truncate -s 8 "$tmp/shift"
cat >"$tmp/captrim.yaml" <<CONF
events: {learning: none, unused_for: 30d, heartbeat: 2s}
store: {retain_age: 180d}
sinks: [{type: file, path: $tmp/events}]
CONF
cat >"$tmp/captrim" <<RUN
#!/bin/sh
SHIFT_CLOCK=$tmp/shift LD_PRELOAD=$tmp/shift.so exec $captrim "\$@"
RUN
chmod +x "$tmp/captrim"
captrim=$tmp/captrim
# need NAME: a cgroup that lives needs CHOWN; told within 20 s
need() {
	mkdir "$dir/$1"
	"$tmp/churn" "$dir/$1" "$tmp/file" 20 1 || fail churn "$1"
	if until_line 20 "$tmp/events" "\"kind\":\"(new-need|host-scope)\".*captrim-clock-$$/$1"; then pass "told-$1"; else fail "told-$1" "$(tail -n 2 "$tmp/log")"; fi
}
last_ms() { query "SELECT max(last_ms) FROM workload WHERE key LIKE '%captrim-clock-$$/$1/live%'"; }
beats() { grep -c '"kind":"heartbeat"' "$tmp/events"; }
# still_beats NAME: a heartbeat comes, and they do not come one upon the other
still_beats() {
	local before

	before=$(beats)
	for _ in $(seq 100); do [ "$(beats)" -le "$before" ] || break; sleep 0.2; done
	is "beats-$1" "$(($(beats) > before && $(beats) < before + 20))" 1
}

: >"$tmp/log"
start_daemon --config "$tmp/captrim.yaml" || { fail start "$(tail -n 3 "$tmp/log" | tr '\n' ' ')"; exit 0; }
need before
before=$(last_ms before)
workloads=$(query 'SELECT count(*) FROM workload')
jump 31536000
need ahead
still_beats ahead
ahead=$(last_ms ahead)
is ahead-is-stored "$((ahead > before + 31000000000))" 1
jump 0
need back
still_beats back
is in-order "$(($(last_ms back) >= ahead))" 1
is nothing-is-forgotten "$(($(query 'SELECT count(*) FROM workload') >= workloads + 2))" 1
is no-time-backwards "$(query 'SELECT count(*) FROM workload WHERE last_ms < first_ms OR watched_ms > 3600000')" 0
is nothing-is-unused "$(grep -c '"kind":"unused-for"' "$tmp/events")" 0
stop_daemon TERM
is status $? 0

# A daemon that begins when the clock is right again, and one that begins when it is ahead.
jump 0
start_daemon --config "$tmp/captrim.yaml" || { fail again "$(tail -n 3 "$tmp/log" | tr '\n' ' ')"; exit 0; }
need again
stop_daemon KILL
jump 63072000
workloads=$(query 'SELECT count(*) FROM workload')
start_daemon --config "$tmp/captrim.yaml" || { fail begins-ahead "$(tail -n 3 "$tmp/log" | tr '\n' ' ')"; exit 0; }
need later
sleep 3
is begins-ahead "$(($(query 'SELECT count(*) FROM workload') > workloads))" 1
is no-unused-ahead "$(grep -c '"kind":"unused-for"' "$tmp/events")" 0
stop_daemon TERM
is status-ahead $? 0
is whole "$(query 'PRAGMA integrity_check')" ok
