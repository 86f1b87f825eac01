#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A container that begins to need what it never needed: one event within ten seconds, no second one after restarts, one
# more for another image, none after an acknowledgement; and another that is loud delays nothing.
# Runs alone: the daemon sees whatever containers are started.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
# shellcheck source=../lib/monitor.sh
. "$here/tests/lib/monitor.sh"
need_probe
need_docker
name=captrim-drift-$$
loud=
clean() {
	end_monitor
	[ -z "$loud" ] || { kill "$loud"; wait "$loud"; } 2>/dev/null
	docker rm -f "$name" "$name-other" >/dev/null 2>&1
	docker rmi -f "$name" >/dev/null 2>&1
	rm -rf "$tmp"
}
trap clean EXIT
mkdir "$tmp/flags"
cat >"$tmp/captrim.yaml" <<CONF
events: {learning: 8s}
sinks: [{type: file, path: $tmp/events}]
CONF
start() { start_daemon --config "$tmp/captrim.yaml" || { fail start "$(tail -n 3 "$tmp/log" | tr '\n' ' ')"; exit 0; }; }
# run NAME IMAGE: chown all the time, mknod once a second as long as there is a flag of its name
# shellcheck disable=SC2016 # for the container's shell
run() {
	docker run -d --name "$1" -v "$tmp/flags:/flags:ro" "$2" sh -c 'touch /tmp/f
		while :; do chown 1:1 /tmp/f; [ ! -e "/flags/$0" ] || busybox mknod /tmp/null c 1 3; rm -f /tmp/null; sleep 1; done' "$1" >/dev/null ||
		{ fail run 'no container'; exit 0; }
}
# events [FILTER]: findings, as "KIND CAPABILITY"
events() { jq -r "select(.workload.key == \"name:$1\") | select(.kind != \"gap\") | .kind + \" \" + .capability" "$tmp/events" 2>/dev/null; }
# spoken NAME N: milliseconds until there are N events of it; no more than 30 s
spoken() {
	local start

	start=$(date +%s%3N)
	for _ in $(seq 300); do
		[ "$(events "$1" | wc -l)" -lt "$2" ] || { echo $(($(date +%s%3N) - start)); return; }
		sleep 0.1
	done
	echo never
}
within_10s() {
	echo "$1: $2 ms"
	if [ "$2" != never ] && [ "$2" -lt 10000 ]; then pass "$1"; else fail "$1" "$2 ms"; fi
}
# Learned: it is known for longer than it is learned.
learned() {
	until_row 30 "SELECT 1 FROM need WHERE key = 'name:$1' AND capability = 'CHOWN' AND verdict = 'required'" 1
	until_row 30 "SELECT strftime('%s', 'now') * 1000 - first_ms > 9000 FROM workload WHERE key = 'name:$1'" '^1'
}

: >"$tmp/log"
start
run "$name" "$image"
run "$name-other" "$image"
learned "$name" || fail learned "$(tail -n 3 "$tmp/log" | tr '\n' ' ')"
is learned-in-silence "$(events "$name")" ''
touch "$tmp/flags/$name"
within_10s new-need "$(spoken "$name" 1)"
is new-need-event "$(events "$name")" 'host-scope MKNOD'
says new-need-text "$tmp/events" "\"text\":\"$name needs MKNOD, which it did not need in [0-9a-z ]+ of being watched \\(1 start, no end, no reload seen\\)"
if python3 -c 'import jsonschema' 2>/dev/null; then
	python3 -c 'import json, jsonschema, sys
for line in open(sys.argv[1]): jsonschema.validate(json.loads(line), json.load(open(sys.argv[2])))' "$tmp/events" "$here/docs/event.schema.json" 2>"$tmp/err"
	is schema "$?$(tail -n 1 "$tmp/err")" 0
fi

# One that asks millions of times a second, and another's first.
if [ "$(sysctl -n kernel.dmesg_restrict 2>/dev/null)" = 1 ] && "${CC:-cc}" -O1 -o "$tmp/loop" "$here/tests/bench/loop.c" 2>/dev/null; then
	"$tmp/loop" 2000000000 >/dev/null 2>&1 &
	loud=$!
	sleep 1
	touch "$tmp/flags/$name-other"
	within_10s beside-a-loud-one "$(spoken "$name-other" 1)"
	{ kill $loud; wait $loud; } 2>/dev/null
	loud=
else
	skip beside-a-loud-one 'no compiler, or dmesg_restrict is 0'
fi

# starts: how many were seen; started N: waits for one more
starts() { query "SELECT starts FROM workload WHERE key = 'name:$name'"; }
started() {
	for _ in $(seq 30); do
		[ "$(starts)" -le "$1" ] || return
		sleep 1
	done
	fail "start after $1" "still $(starts)"
}

# Restarts of the container and of the daemon say nothing new.
docker restart -t 0 "$name" >/dev/null
sleep 4
stop_daemon KILL
start
sleep 4
is after-restarts "$(events "$name")" 'host-scope MKNOD'

# Another image.
docker rm -f "$name" >/dev/null
docker build -q -t "$name" - >/dev/null 2>"$tmp/err" <<BUILD
FROM $image
LABEL other=yes
BUILD
run "$name" "$name"
within_10s another-image "$(spoken "$name" 2)"
is generations "$(jq -r "select(.workload.key == \"name:$name\") | select(.kind != \"gap\") | .generation" "$tmp/events" | sort -u | wc -l)" 2

# What is acknowledged is over.
is list "$("$captrim" ack --store "$store" | grep -cE "host-scope  ($name on .*|on .*: $name .*)needs MKNOD")" 2
is ack "$("$captrim" ack --store "$store" "$name" mknod)" "2 events of $name about MKNOD acknowledged"
"$captrim" ack --store "$store" "$name" MKNOD 2>"$tmp/err"
is ack-again $? 1
says ack-again-says "$tmp/err" "there is no unacknowledged finding for $name about MKNOD"
docker rm -f "$name" >/dev/null
docker build -q -t "$name" - >/dev/null 2>"$tmp/err" <<BUILD
FROM $image
LABEL other=again
BUILD
seen=$(starts)
run "$name" "$name"
started "$seen"
sleep 4
is acknowledged "$(events "$name" | wc -l)" 2
is withdrawn "$("$captrim" ack --store "$store" --withdraw "$name")" "2 acknowledgements of $name taken back"
