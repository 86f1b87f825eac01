#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Events with hostile names to what really receives them: rsyslog, Alertmanager, the journal of a booted
# systemd, and a server that verifies signatures and schemas; beside them one that hangs.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/machine.sh
. "$(dirname "$0")/../lib/machine.sh"
sender=${OUT:-$here/.output}/test_sinks
[ -x "$sender" ] || { skip all "$sender is not built"; exit 0; }
python3 -c 'import jsonschema' 2>/dev/null || { skip all 'no python3-jsonschema'; exit 0; }
events=32 # that the sender sends: 8 kinds, 4 names
started=()
# shellcheck disable=SC2317 # called by trap
stop() {
	[ ${#started[@]} -eq 0 ] || kill "${started[@]}" 2>/dev/null
	started=()
}
# shellcheck disable=SC2317
clean() {
	stop
	rm -rf "$tmp"
}
trap clean EXIT
# await FILE: until it is there and not empty, half a minute at most
await() {
	for _ in $(seq 300); do
		[ -s "$1" ] && return
		sleep 0.1
	done
	return 1
}
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

(umask 077; printf 'whsec_%s\n' "$(head -c 32 /dev/urandom | base64)" >"$tmp/webhook.secret"; echo token >"$tmp/otlp.token")

# ---- what the documents show can be configured ----
for document in docs/events.md packaging/captrim.yaml; do
	# Files of policies are not there.
	# shellcheck disable=SC2016 # fences
	case $document in
	*.md) sed -n '/^```yaml/,/^```/p' "$here/$document" | grep -v '^```' | sed '/^policies:/,/^[^ ]/{ /^policies:/d; /^  - /d; }' ;;
	*) cat "$here/$document" ;;
	esac | sed -E "s#/etc/captrim/|/var/log/captrim/#$tmp/#" >"$tmp/captrim.yaml"
	"$captrim" monitor --check-config --config "$tmp/captrim.yaml" >"$tmp/out" 2>"$tmp/err"
	is "$document" "$? $(cat "$tmp/err")" '0 '
done

# ---- the receivers ----
printf 'whsec_%s\n' "$(head -c 32 /dev/urandom | base64)" >"$tmp/secret"
chmod 600 "$tmp/secret"
python3 "$here/tests/lib/receiver.py" "$tmp" "$here/docs/event.schema.json" 2>"$tmp/receiver.log" &
started+=($!)
await "$tmp/port" || { fail receiver "$(tail -n 1 "$tmp/receiver.log")"; exit 0; }
http=http://127.0.0.1:$(cat "$tmp/port")
cat >"$tmp/sinks" <<SINKS
- {type: file, path: $tmp/events}
- {type: webhook, url: $http/hook, secret_file: $tmp/secret}
- {type: webhook, name: flaky, url: $http/flaky, secret_file: $tmp/secret}
- {type: webhook, name: hangs, url: $http/hang, timeout: 1s}
- {type: otlp, url: $http}
SINKS

# A server that nobody vouches for must not get a byte; whoever trusts its certificate reaches it.
forged=
if command -v openssl >/dev/null; then
	forged=$(free_port)
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=forged -addext subjectAltName=IP:127.0.0.1 \
		-keyout "$tmp/forged.key" -out "$tmp/forged.pem" 2>/dev/null
	python3 - "$tmp" "$forged" 2>/dev/null <<-'PY' &
		import socket, ssl, sys
		context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
		context.load_cert_chain(sys.argv[1] + "/forged.pem", sys.argv[1] + "/forged.key")
		listener = socket.create_server(("127.0.0.1", int(sys.argv[2])))
		open(sys.argv[1] + "/forged.up", "w").write("up")
		while True:
		    try:
		        conn = context.wrap_socket(listener.accept()[0], server_side=True)
		        conn.settimeout(5)
		        text = conn.recv(65536)
		        open(sys.argv[1] + "/forged.got", "ab").write(text)
		        conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
		        conn.close()
		    except OSError:
		        pass
	PY
	started+=($!)
	await "$tmp/forged.up"
	echo "- {type: webhook, name: forged, url: 'https://127.0.0.1:$forged/hook'}" >>"$tmp/sinks"
else
	skip forged 'no openssl'
fi

rsyslog=
if command -v rsyslogd >/dev/null; then
	port=$(free_port)
	# Values that hold line ends would show as further lines.
	cat >"$tmp/rsyslog.conf" <<CONF
global(workDirectory="$tmp" net.ipprotocol="ipv4-only" maxMessageSize="16k" parser.escapeControlCharactersOnReceive="off")
module(load="imuxsock" SysSock.Use="off")
module(load="imudp")
module(load="imtcp")
module(load="mmpstrucdata")
input(type="imuxsock" Socket="$tmp/log" useSpecialParser="off" parseHostname="on")
input(type="imudp" address="127.0.0.1" port="$port")
input(type="imtcp" address="127.0.0.1" port="$port")
template(name="line" type="list") {
	property(name="app-name") constant(value=" ") property(name="msgid") constant(value=" ")
	property(name="syslogseverity-text") constant(value=" ") property(name="inputname") constant(value=" ")
	property(name="\$!rfc5424-sd!captrim@32473!label") constant(value=" | ") property(name="msg") constant(value="\n")
}
action(type="mmpstrucdata")
action(type="omfile" file="$tmp/syslog" template="line")
CONF
	rsyslogd -n -f "$tmp/rsyslog.conf" -i "$tmp/rsyslog.pid" >"$tmp/rsyslog.log" 2>&1 &
	rsyslog=$!
	started+=("$rsyslog")
	for _ in $(seq 300); do
		[ -S "$tmp/log" ] && break
		sleep 0.1
	done
	cat >>"$tmp/sinks" <<SINKS
- {type: syslog, name: syslog-unix, address: 'unix:$tmp/log'}
- {type: syslog, name: syslog-udp, address: 'udp:127.0.0.1:$port'}
- {type: syslog, name: syslog-tcp, address: 'tcp:localhost:$port'}
SINKS
else
	skip syslog 'no rsyslogd (package rsyslog)'
fi

alerts=
if command -v prometheus-alertmanager >/dev/null; then
	alerts=127.0.0.1:$(free_port)
	printf 'route: {receiver: none}\nreceivers: [{name: none}]\n' >"$tmp/alertmanager.yml"
	prometheus-alertmanager --config.file="$tmp/alertmanager.yml" --storage.path="$tmp/am" --web.listen-address="$alerts" \
		--cluster.listen-address= >"$tmp/am.log" 2>&1 &
	started+=($!)
	for _ in $(seq 300); do
		curl -sf --noproxy '*' "http://$alerts/-/ready" >/dev/null && break
		sleep 0.1
	done
	echo "- {type: alertmanager, url: 'http://$alerts'}" >>"$tmp/sinks"
else
	skip alertmanager 'no prometheus-alertmanager'
fi

# ---- what they get ----
"$sender" send "$tmp/sinks" $events >"$tmp/out" 2>"$tmp/err"
for sink in file webhook flaky otlp; do
	is "$sink-sent" "$(grep "^$sink " "$tmp/out" | cut -d ' ' -f 2-)" "sent $events dropped 0 queued 0"
done
is hangs-alone "$(grep '^hangs ' "$tmp/out" | cut -d : -f 1)" "hangs sent 0 dropped 0 queued $events"
if [ -n "$forged" ]; then
	is forged-sent "$(grep '^forged ' "$tmp/out" | cut -d : -f 1)" "forged sent 0 dropped 0 queued $events"
	is forged-got "$(cat "$tmp/forged.got" 2>/dev/null)" ''
	curl -s --noproxy '*' --cacert "$tmp/forged.pem" "https://127.0.0.1:$forged/known" >"$tmp/said" 2>&1
	is forged-serves "$(head -n 1 "$tmp/forged.got" | tr -d '\r')" 'GET /known HTTP/1.1'
fi
is nothing-wrong "$(head -n 3 "$tmp/bad" 2>/dev/null)" ''
is webhooks "$(sort "$tmp/good" | uniq -c | awk '{ print $2 "=" $1 }' | tr '\n' ' ')" "/flaky=$events /hook=$events /v1/logs=$events "
python3 - "$tmp/events" "$here/docs/event.schema.json" >"$tmp/checked" 2>&1 <<'PY'
import json, jsonschema, sys
schema = json.load(open(sys.argv[2]))
n = 0
for line in open(sys.argv[1], "rb"):
    assert b"\033" not in line and b"\r" not in line
    jsonschema.validate(json.loads(line), schema)
    n += 1
print(n)
PY
is file "$(tail -n 1 "$tmp/checked")" $events

if [ -n "$rsyslog" ]; then
	for _ in $(seq 100); do
		[ "$(wc -l <"$tmp/syslog" 2>/dev/null || echo 0)" -lt $((3 * events)) ] || break
		sleep 0.1
	done
	is syslog-whole "$(wc -l <"$tmp/syslog")" $((3 * events))
	is syslog-inputs "$(awk '{ print $4 }' "$tmp/syslog" | sort | uniq -c | awk '{ print $2 "=" $1 }' | tr '\n' ' ')" \
		"imtcp=$events imudp=$events imuxsock=$events "
	is syslog-parsed "$(grep -c '^captrim host-scope warning .* web | .*host-scope: web needs SYS_TIME' "$tmp/syslog")" 3
	# The hostile name is one value, with all that was in it.
	is syslog-hostile "$(grep -cF "{\"a\":'b'}]" "$tmp/syslog")" $((3 * 8))
	is syslog-controls "$(LC_ALL=C grep -c "$(printf '\033')" "$tmp/syslog")" 0
fi
if [ -n "$alerts" ]; then
	is alertmanager-sent "$(grep '^alertmanager ' "$tmp/out" | cut -d ' ' -f 2-)" "sent $((events - 4)) dropped 0 queued 0"
	curl -sf --noproxy '*' "http://$alerts/api/v2/alerts" >"$tmp/alerts"
	is alertmanager "$(jq '[.[] | .labels | select(.alertname == "CaptrimHostScope" and .capability == "SYS_TIME" and
		.scope == "host")] | length' "$tmp/alerts")" 4
fi

# ---- the journal, last: the machine's end is the script's ----
stop
machine_root
cp "$sender" "$root/test_sinks"
printf -- '- type: journal\n' >"$root/sinks"
machine_up
inside /test_sinks send /sinks 0 >"$tmp/out" 2>&1
is journal-sent "$(cat "$tmp/out")" "journal sent $events dropped 0 queued 0"
inside journalctl --sync
inside journalctl -o json -t captrim CAPTRIM_SCOPE=host >"$tmp/journal" 2>"$tmp/err"
is journal "$(wc -l <"$tmp/journal")" $events
is journal-ids "$(jq -r 'select(.CAPTRIM_KIND == "host-scope" and .CAPTRIM_LABEL == "web") | .MESSAGE_ID + " " + .PRIORITY' "$tmp/journal")" \
	'c4bd7e0f5a0c4a9d8e6b3f1207d95a61 4'
is journal-query "$(inside journalctl -o cat -q MESSAGE_ID=c4bd7e0f5a0c4a9d8e6b3f1207d95a61 CAPTRIM_WORKLOAD=name:web)" \
	'host-scope: web needs SYS_TIME'
# What is not UTF-8 comes as numbers: all of it is there.
is journal-hostile "$(jq -c 'select(.CAPTRIM_KIND == "gap") | .CAPTRIM_LABEL | select(type == "array") | length' "$tmp/journal")" 40
