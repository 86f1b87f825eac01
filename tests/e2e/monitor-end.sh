#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# How the daemon ends: a time in which less was noted is a gap also if it lasts until then, and what could not be
# stored is a failure.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
# shellcheck source=../lib/monitor.sh
. "$here/tests/lib/monitor.sh"
need_probe
clean() {
	end_monitor
	rm -rf "$tmp"
}
trap clean EXIT

: >"$tmp/log"
start_daemon --max-cpu 0.0001% || { fail start "$(tail -n 3 "$tmp/log" | tr '\n' ' ')"; exit 0; }
until_line 40 "$tmp/log" 'above the budget' || fail budget 'nothing is told'
stop_daemon TERM
is gap-until-the-end "$(query "SELECT count(*) FROM gap WHERE why = 'degraded' AND to_ms > from_ms")" 1

# Who starts it by hand is told that it works, and how to read what it finds; a log is not.
is not-in-a-log "$(grep -c watching "$tmp/log")" 0
if command -v script >/dev/null; then
	timeout -s INT 20 script -qefc "exec '$captrim' monitor --store '$store'" "$tmp/typescript" </dev/null >/dev/null 2>&1 &
	daemon=$!
	until_line 15 "$tmp/typescript" 'watching; .captrim list --store'
	says greeting "$tmp/typescript" "watching; 'captrim list --store .*captrim\.db' shows what it finds"
	kill -INT "$(cat "$store.lock")" 2>/dev/null
	wait "$daemon" 2>/dev/null
	daemon=''
else
	skip greeting 'no script (package bsdutils)'
fi

# What was new when the store failed counts as not watched, so nobody takes it for stored.
start_daemon || { fail again "$(tail -n 3 "$tmp/log" | tr '\n' ' ')"; exit 0; }
python3 - "$store" <<-'X'
	import sqlite3, sys
	db = sqlite3.connect(sys.argv[1], timeout=20)
	db.execute("ALTER TABLE part RENAME TO part_away")
	db.commit()
X
stop_daemon TERM
is status-of-a-failed-save $? 1
says failed-save-is-told "$tmp/log" 'what was new of [0-9]+ workloads? is lost, .* will count as not watched'

# A policy with a mistake is named, and all that was configured goes on: the sinks, too.
rm -rf "$tmp/store"
mkdir "$tmp/store"
config() { printf 'interval: 1s\nevents: {heartbeat: 1s}\nsinks:\n- {type: file, path: %s}\npolicies: [%s]\n' "$1" "$2" >"$tmp/captrim.yaml"; }
printf 'services:\n  web: {image: x, cap_add: [CHOWN]}\n' >"$tmp/good.yaml"
printf 'services:\n  web: {image: x, cap_add: [CHOWN\n' >"$tmp/bad.yaml"
config "$tmp/before" "$tmp/good.yaml"
start_daemon --config "$tmp/captrim.yaml" || { fail policy "$(tail -n 3 "$tmp/log" | tr '\n' ' ')"; exit 0; }
# The heartbeat counts what runs when it is made.
until_line 20 "$tmp/before" 'captrim watches [1-9]' || fail heartbeat "$(tail -n 1 "$tmp/before")"
config "$tmp/after" "$tmp/bad.yaml"
kill -HUP "$daemon"
until_line 20 "$tmp/log" 'the previous configuration stays in force'
says policy-has-a-line "$tmp/log" 'bad\.yaml:[0-9]+:[0-9]+: .*the previous configuration stays in force'
had=$(wc -l <"$tmp/before")
for _ in $(seq 100); do [ "$(wc -l <"$tmp/before")" -le "$had" ] || break; sleep 0.2; done
is sinks-go-on "$(($(wc -l <"$tmp/before") > had))" 1
stop_daemon TERM
is no-other-sink "$([ -s "$tmp/after" ]; echo $?)" 1

# A database that cannot be reached is told of once; the daemon goes on, and knows when it read its configuration.
if "$captrim" --version | grep -q +POSTGRES; then
	mkdir "$tmp/local"
	began=$(date +%s)
	printf 'interval: 1s\nstore: {url: "postgresql://nobody@127.0.0.1:1/none", local: %s}\nmetrics: {listen: "unix:%s"}\n' \
		"$tmp/local/captrim.db" "$tmp/metrics" >"$tmp/captrim.yaml"
	"$captrim" monitor --config "$tmp/captrim.yaml" >"$tmp/out" 2>"$tmp/push" &
	daemon=$!
	until_line 30 "$tmp/push" 'is kept in' || fail push 'nothing is told'
	sleep 4
	is push-told-once "$(grep -c 'postgresql://nobody@127.0.0.1:1/none: .*what is new is kept in .*/local/captrim\.db' "$tmp/push")" 1
	if "$captrim" --version | grep -q +MICROHTTPD && command -v curl >/dev/null; then
		read_at=$(curl -s --unix-socket "$tmp/metrics" http://localhost/metrics |
			sed -n 's/^captrim_config_last_reload_timestamp_seconds \([0-9]*\).*/\1/p')
		is configuration-read-at "$((${read_at:-0} >= began))" 1
	else
		skip configuration-read-at 'no curl, or built without libmicrohttpd'
	fi
	kill -TERM "$daemon"
	wait "$daemon" 2>/dev/null
	daemon=''
else
	skip push 'built without PostgreSQL'
fi

# A broken store ends the daemon, unless it is told to begin a new one; what was there is kept.
rm -rf "$tmp/store"
mkdir "$tmp/store"
head -c 100000 /dev/urandom >"$store"
cp "$store" "$tmp/broken"
"$captrim" monitor --store "$store" >"$tmp/out" 2>"$tmp/err"
is broken $? 1
says broken-is-told "$tmp/err" "captrim\\.db: .*left as it is: 'captrim store rebuild' puts it aside"
: >"$tmp/log"
start_daemon --rebuild || { fail rebuild "$(tail -n 3 "$tmp/log" | tr '\n' ' ')"; exit 0; }
says rebuild-is-told "$tmp/log" 'the broken store is kept as .*captrim\.db\.broken-'
until_row 30 'SELECT count(*) FROM workload' '^[1-9]'
is stored-again "$(($(query 'SELECT count(*) FROM workload') > 0))" 1
is broken-is-kept "$(cmp "$tmp/broken" "$(echo "$store".broken-*[0-9])" 2>&1)" ''
stop_daemon TERM
is rebuilt-stops $? 0
