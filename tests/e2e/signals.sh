#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A recording that was ended is written, although two signals come at once: timeout sends one to its child and one to the
# group of both, and which of them captrim reads first is a matter of microseconds, so it is tried ROUNDS (2) times. Under
# nohup a hangup ends nothing. A file that may not grow is named, and not left half written. And a recording ends when it is
# ended, however long an engine that hangs is waited for then.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
need_probe
command -v timeout >/dev/null || { skip all 'no timeout'; exit 0; }
rounds=${ROUNDS:-2} written=0 advised=0
# Runs captrim, which writes $tmp/out, until timeout has ended it.
timed() {
	local pid

	timeout 60 "$captrim" "$@" >"$tmp/out" 2>"$tmp/err" &
	for _ in $(seq 100); do
		pid=$(cat "/proc/$!/task/$!/children") && [ -n "$pid" ] && break
		sleep 0.01
	done
	attached "${pid% }"
	kill -TERM $!
	wait $!
}
for _ in $(seq "$rounds"); do
	rm -f "$tmp/recording"
	timed record -q --all -o "$tmp/recording"
	[ ! -s "$tmp/recording" ] || written=$((written + 1))
	timed run -q -- sleep 60
	! grep -q 'watched for' "$tmp/out" || advised=$((advised + 1))
done
is record-written "$written" "$rounds"
is run-advised "$advised" "$rounds"

nohup "$captrim" record -q --all -d 60s -o "$tmp/recording" >/dev/null 2>"$tmp/err" &
recorder=$!
attached $recorder
kill -HUP $recorder
sleep 0.5
kill -0 $recorder 2>/dev/null
is nohup $? 0
kill -INT $recorder
wait $recorder
is nohup-status $? 0

# Something has to happen, for on a quiet host the recording would be within the limit.
mkdir "$tmp/small"
touch "$tmp/owned"
(for i in $(seq 40); do chown "$i" "$tmp/owned"; cat "$tmp/owned"; sleep 0.1; done) &
(ulimit -f 1 && exec "$captrim" record -q --all -d 2s -o "$tmp/small/recording" 2>"$tmp/err")
is limit-status $? 1
says limit-told "$tmp/err" 'cannot write .*File too large'
is limit-nothing "$(ls -A "$tmp/small")" ''

if ! command -v python3 >/dev/null || ! unshare -m true 2>/dev/null; then
	skip end 'no python3, or no namespaces'
	exit 0
fi
need_v2_with flood
need_cgroup signals
python3 -c 'import socket, sys, time
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1])
s.listen()
known = {b"/_ping": b"OK", b"/info": b"{}", b"/version": b"{}"}
kept = []
while True:
    c = s.accept()[0]
    kept.append(c)
    asked = c.recv(4096).split(b"\r\n")[0]
    body = next((known[k] for k in known if k in asked), None)
    if body is not None:
        c.sendall(b"HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        c.close()' "$tmp/socket" &
others=$!
scope=$dir/docker-$(printf %064x 7).scope
mkdir "$scope"
(echo 0 >"$scope/cgroup.procs" && exec unshare -m sleep 60) &
others="$others $!"
"$captrim" record -q --all --socket "unix://$tmp/socket" -o "$tmp/recording" 2>"$tmp/err" &
recorder=$!
attached $recorder
kill -INT $recorder
read -r before _ </proc/uptime
wait $recorder
is end-status $? 0
read -r after _ </proc/uptime
recorder=
[ "$(awk "BEGIN { print ($after - $before > 4) }")" = 1 ] || skip end-late 'nobody was waited for'
is end "$(tail -n 1 "$tmp/recording" | jq ".end_ns / 1e9 < $before + 3")" true
