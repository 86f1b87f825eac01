#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Every kind of receiver that hangs, all at once, under the real daemon: another sink gets a new need within ten seconds,
# the daemon goes on answering, each sink counts what it could not send, and a stop takes no longer than usual.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
# shellcheck source=../lib/monitor.sh
. "$here/tests/lib/monitor.sh"
need_probe
need_churn
"$captrim" --version | grep -q +MICROHTTPD || { skip all 'built without libmicrohttpd'; exit 0; }
command -v curl >/dev/null || { skip all 'no curl'; exit 0; }
command -v jq >/dev/null || { skip all 'no jq'; exit 0; }
dir=$v2/captrim-hang-$$ hanging='' reader='' real=$captrim
clean() {
	end_monitor
	[ -z "$reader" ] || kill "$reader" 2>/dev/null
	[ -z "$hanging" ] || { kill "$hanging"; wait "$hanging"; } 2>/dev/null
	find "$dir" -depth -type d -exec rmdir {} \; 2>/dev/null
	umount "$tmp/full" 2>/dev/null
	rm -rf "$tmp"
}
trap clean EXIT
mkdir "$dir" "$tmp/full" || { skip all 'no cgroup can be made'; exit 0; }
mount -t tmpfs -o size=64k captrim-hang "$tmp/full" 2>"$tmp/err" || { skip all "no file system can be mounted: $(head -n 1 "$tmp/err")"; exit 0; }
head -c 1M /dev/zero >"$tmp/full/other" 2>/dev/null
touch "$tmp/file"
mkfifo "$tmp/fifo"

# What accepts and does no more: HTTP that never answers, that answers a byte a second, that sends one on in a circle;
# syslog over TCP that does not read, the journal's socket that is full, a resolver of names that is silent.
resolver=127.53.$((RANDOM % 250 + 1)).$((RANDOM % 250 + 1))
python3 - "$tmp" $resolver <<'E' &
import socket, sys, threading, time
keep = []
def serve(name, talk):
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    open(f"{sys.argv[1]}/port-{name}", "w").write(str(listener.getsockname()[1]))
    def accept():
        while True:
            conn = listener.accept()[0]
            keep.append(conn)
            threading.Thread(target=talk, args=(conn,), daemon=True).start()
    threading.Thread(target=accept, daemon=True).start()
def silent(conn):
    pass
def slow(conn):
    try:
        for c in b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100000:
            conn.send(bytes([c]))
            time.sleep(1)
    except OSError:
        pass
def circle(conn):
    try:
        conn.recv(65536)
        conn.sendall(b"HTTP/1.1 307 Again\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n")
    except OSError:
        pass
serve("silent", silent)
serve("slow", slow)
serve("circle", circle)
serve("reads", lambda conn: [0 for _ in iter(lambda: conn.recv(65536), b"")])
tcp = socket.socket()
tcp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
tcp.bind(("127.0.0.1", 0))
tcp.listen(0)
for i in range(8): # the queue of those that want to be accepted is full
    c = socket.socket()
    c.setblocking(False)
    c.connect_ex(tcp.getsockname())
    keep.append(c)
journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
journal.bind(sys.argv[1] + "/journal")
full = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
full.setblocking(False)
try:
    while True:
        full.sendto(b"x", sys.argv[1] + "/journal")
except BlockingIOError:
    pass
names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
names.bind((sys.argv[2], 53))
open(sys.argv[1] + "/port-tcp", "w").write(str(tcp.getsockname()[1]))
time.sleep(600)
E
hanging=$!
for _ in $(seq 300); do [ ! -s "$tmp/port-tcp" ] || break; sleep 0.1; done
[ -s "$tmp/port-tcp" ] || { skip all 'no servers'; exit 0; }
port() { cat "$tmp/port-$1"; }
printf 'nameserver %s\noptions timeout:30 attempts:5\n' $resolver >"$tmp/resolv.conf"
printf '::1 two.captrim.test\n127.0.0.1 two.captrim.test\n' >"$tmp/hosts"
cat >"$tmp/captrim.yaml" <<CONF
events: {learning: none, heartbeat: none}
sinks:
  - {type: webhook, name: silent, url: 'http://127.0.0.1:$(port silent)/', timeout: 1s}
  - {type: webhook, name: slow, url: 'http://127.0.0.1:$(port slow)/', timeout: 1s}
  - {type: webhook, name: circle, url: 'http://127.0.0.1:$(port circle)/', timeout: 1s}
  - {type: webhook, name: nameless, url: 'http://nobody.captrim.test/', timeout: 1s}
  - {type: otlp, name: nameless-otlp, url: 'http://nobody.captrim.test/', timeout: 1s}
  - {type: syslog, name: syslog, address: 'tcp:127.0.0.1:$(port tcp)'}
  - {type: syslog, name: syslog-nameless, address: 'tcp:nobody.captrim.test:514'}
  - {type: syslog, name: syslog-two, address: 'tcp:two.captrim.test:$(port reads)'}
  - {type: journal, name: journal, socket: '$tmp/journal'}
  - {type: journal, name: journal-gone, socket: '$tmp/nothing'}
  - {type: file, name: fifo, path: $tmp/fifo}
  - {type: file, name: full, path: $tmp/full/events}
  - {type: file, name: events, path: $tmp/events}
CONF
# The daemon alone looks names up at the silent one.
cat >"$tmp/captrim" <<RUN
#!/bin/sh
exec unshare -m sh -c 'mount --bind $tmp/resolv.conf /etc/resolv.conf &&
	mount --bind $tmp/hosts /etc/hosts && exec "\$0" "\$@"' $real "\$@"
RUN
chmod +x "$tmp/captrim"
captrim=$tmp/captrim

# metric NAME SINK; slowest: the longest answer of all, in milliseconds
slowest=0
metric() {
	local ms

	ms=$(curl -s -m 20 -o "$tmp/metrics" -w '%{time_total}\n' "http://$address/metrics" | awk '{ print int($1 * 1000) }')
	[ "$ms" -le "$slowest" ] || slowest=$ms
	awk -v n="captrim_sink_$1{sink=\"$2\"}" '$1 == n { print int($2) }' "$tmp/metrics"
}
# until_event CGROUP: milliseconds until the sink that works has an event of it; no more than 30 s
until_event() {
	local start

	start=$(date +%s%3N)
	for _ in $(seq 300); do
		! grep -q "captrim-hang-$$/$1" "$tmp/events" 2>/dev/null || { echo $(($(date +%s%3N) - start)); return; }
		sleep 0.1
	done
	echo never
}
within() {
	echo "$1: $2 ms"
	if [ "$2" != never ] && [ "$2" -lt "$3" ]; then pass "$1"; else fail "$1" "$2 ms"; fi
}

: >"$tmp/log"
start_daemon --config "$tmp/captrim.yaml" --listen 127.0.0.1:0 || { fail start "$(tail -n 3 "$tmp/log" | tr '\n' ' ')"; exit 0; }
address=$(sed -n 's/.*metrics are at //p' "$tmp/log")
mkdir "$dir/first" "$dir/second"
"$tmp/churn" "$dir/first" "$tmp/file" 2 1 || fail churn first
within first "$(until_event first)" 10000
end=$((SECONDS + 90))
for sink in silent slow circle nameless nameless-otlp syslog syslog-nameless journal journal-gone fifo full; do
	failures=$(metric failures_total $sink)
	while [ "${failures:-0}" -lt 1 ] && [ $SECONDS -lt $end ]; do
		sleep 0.2
		failures=$(metric failures_total $sink)
	done
	is "$sink-counts" "$((${failures:-0} > 0)) $(metric sent_events_total $sink) $(($(metric queued_events $sink) > 0))" '1 0 1'
done
is two-addresses "$(metric failures_total syslog-two) $(($(metric sent_events_total syslog-two) > 0))" '0 1'
"$tmp/churn" "$dir/second" "$tmp/file" 2 1 || fail churn second
within second "$(until_event second)" 10000

# There is room again, and somebody reads: all of it arrives, in whole lines.
rm "$tmp/full/other"
cat "$tmp/fifo" >"$tmp/fifo-read" &
reader=$!
for sink in fifo full; do
	end=$((SECONDS + 60))
	while [ "$(metric queued_events $sink)" -gt 0 ] && [ $SECONDS -lt $end ]; do sleep 0.5; done
	is "$sink-goes-on" "$(metric queued_events $sink) $(metric dropped_events_total $sink)" '0 0'
done
within answers "$slowest" 5000
before=$(date +%s%3N)
stop_daemon TERM
is status $? 0
within stop $(($(date +%s%3N) - before)) 15000
wait "$reader"
reader=''
ids() { jq -r .id "$1" 2>&1 | sort; }
is full-has-all "$(ids "$tmp/full/events")" "$(ids "$tmp/events")"
is fifo-has-all "$(ids "$tmp/fifo-read")" "$(ids "$tmp/events")"
