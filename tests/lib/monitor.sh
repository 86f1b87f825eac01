# SPDX-License-Identifier: GPL-2.0-only
# A daemon of one's own, for the tests of captrim monitor: where it says what it does, and what its store has.
# shellcheck shell=bash
# shellcheck disable=SC2154 # tmp, captrim: common.sh
daemon='' listener=''
store=$tmp/store/captrim.db
mkdir -p "$tmp/store"

# query SQL: rows of the store, columns separated by '|'
query() {
	python3 - "$store" "$1" <<-'E'
		import sqlite3, sys
		db = sqlite3.connect("file:%s?mode=ro" % sys.argv[1], uri=True, timeout=20)
		for row in db.execute(sys.argv[2]):
		    print("|".join("" if v is None else str(v) for v in row))
	E
}

# open_parts KEY: how many runs of the workload go on, as far as the store knows
open_parts() {
	python3 - "$store" "$1" <<-'E'
		import sqlite3, sys, zlib
		db = sqlite3.connect("file:%s?mode=ro" % sys.argv[1], uri=True, timeout=20)
		rows = db.execute("SELECT recording FROM part WHERE key = ?", (sys.argv[2],))
		print(sum(b'"open":true' in zlib.decompress(row[0]) for row in rows))
	E
}

# until_row SECONDS SQL REGEX: waits until a row matches
until_row() {
	for _ in $(seq "$1"); do
		query "$2" 2>/dev/null | grep -qE "$3" && return
		sleep 1
	done
	return 1
}

# until_line SECONDS FILE REGEX
until_line() {
	for _ in $(seq $((10 * $1))); do
		grep -qE "$3" "$2" 2>/dev/null && return
		sleep 0.1
	done
	return 1
}

# Writes what the service manager would be told to $tmp/told.
listen() {
	python3 - "$tmp/notify" "$tmp/told" <<-'E' &
		import socket, sys
		s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		s.bind(sys.argv[1])
		out = open(sys.argv[2], "a", buffering=1)
		while True:
		    out.write(s.recv(4096).decode() + "\n")
	E
	listener=$!
	for _ in $(seq 100); do [ ! -S "$tmp/notify" ] || break; sleep 0.1; done
}

# start_daemon OPTION...: until it is ready; what it says goes to $tmp/log
start_daemon() {
	[ -n "$listener" ] || listen
	: >"$tmp/told"
	NOTIFY_SOCKET=$tmp/notify "$captrim" monitor --store "$store" --interval 1s "$@" >"$tmp/out" 2>>"$tmp/log" &
	daemon=$!
	until_line 60 "$tmp/told" '^READY=1'
}

# stop_daemon SIGNAL: its exit status
stop_daemon() {
	local status

	kill "-$1" "$daemon"
	wait "$daemon" 2>/dev/null
	status=$?
	daemon=''
	return $status
}

end_monitor() {
	[ -z "$daemon" ] || { kill -9 "$daemon"; wait "$daemon"; } 2>/dev/null
	[ -z "$listener" ] || { kill "$listener"; wait "$listener"; } 2>/dev/null
}
