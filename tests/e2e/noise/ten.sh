#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Ten ordinary services, learned for LEARNING seconds (30) and watched for NOISE_SECONDS (300) more while they serve,
# reload and are restarted, as Debian's packages install them: NOISE_TAR (made by the script "image" here), or an image
# that has them, NOISE_IMAGE. Whoever gets an event for that turns captrim off.
# shellcheck source-path=SCRIPTDIR source=../../lib/common.sh
. "$(dirname "$0")/../../lib/common.sh"
# shellcheck source=../../lib/monitor.sh
. "$here/tests/lib/monitor.sh"
need_probe
need_docker
prefix=captrim-noise-$$
names=() made=''
clean() {
	end_monitor
	docker rm -f "${names[@]/#/$prefix-}" >/dev/null 2>&1
	[ -z "$made" ] || docker rmi "$made" >/dev/null 2>&1
	rm -rf "$tmp"
}
trap clean EXIT
trap 'exit 130' INT TERM
image=${NOISE_IMAGE-}
if [ -z "$image" ]; then
	tar=${NOISE_TAR:-$here/.output/noise.tar}
	[ -f "$tar" ] || { skip all "there is no $tar; make noise makes it"; exit 0; }
	image=$prefix
	docker import "$tar" "$image" >/dev/null || { fail image 'cannot be imported'; exit 0; }
	made=$image
fi
docker image inspect "$image" >/dev/null 2>&1 || { skip all "there is no image $image"; exit 0; }
learning=${LEARNING:-30} seconds=${NOISE_SECONDS:-300}
cat >"$tmp/captrim.yaml" <<CONF
events: {learning: ${learning}s}
sinks: [{type: file, path: $tmp/events}]
CONF
: >"$tmp/log"
start_daemon --config "$tmp/captrim.yaml" || { fail start "$(tail -n 3 "$tmp/log" | tr '\n' ' ')"; exit 0; }

# serve NAME WORD...: a container of it
serve() {
	names+=("$1")
	docker run -d --name "$prefix-$1" "$image" "${@:2}" >/dev/null || fail "$1" 'no container'
}
serve nginx nginx -g 'daemon off;'
serve redis redis-server
serve memcached memcached -u nobody
serve mosquitto sh -c 'exec mosquitto'
serve apache apachectl -D FOREGROUND
serve lighttpd lighttpd -D -f /etc/lighttpd/lighttpd.conf
serve dnsmasq dnsmasq -k --port 5353
serve cron cron -f
serve sshd sh -c 'mkdir -p /run/sshd; ssh-keygen -A >/dev/null; exec /usr/sbin/sshd -D'
serve rsyslog rsyslogd -n

# All that such services do in a day.
use() {
	local name address

	for name in nginx apache lighttpd; do
		address=$(docker inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' "$prefix-$name")
		curl -s -o /dev/null --max-time 5 "http://$address/"
	done
	docker exec "$prefix-redis" redis-cli set a 1 >/dev/null 2>&1
	for name in nginx cron rsyslog; do docker kill -s HUP "$prefix-$name" >/dev/null 2>&1; done
}
# busy SECONDS: they are used, and each in turn is restarted
busy() {
	local end=$((SECONDS + $1)) i=0

	while [ "$SECONDS" -lt "$end" ]; do
		use
		docker restart -t 2 "$prefix-${names[$((i++ % ${#names[@]}))]}" >/dev/null 2>&1
		sleep 1
	done
}
busy "$learning"
for name in "${names[@]}"; do docker restart -t 2 "$prefix-$name" >/dev/null || fail "$name" 'does not run'; done
use
until_row 60 "SELECT count(*) FROM workload WHERE key LIKE 'name:$prefix-%' AND strftime('%s', 'now') * 1000 - first_ms > ${learning}000" '^10$' ||
	fail learned "$(query "SELECT key FROM workload" | tr '\n' ' ')"
before=$(query "SELECT count(*) FROM need WHERE key LIKE 'name:$prefix-%' AND verdict = 'required'")
lines=$(wc -l <"$tmp/events" 2>/dev/null || echo 0)
busy "$seconds"
sleep 3
# What else runs on this host is not theirs.
tail -n "+$((lines + 1))" "$tmp/events" 2>/dev/null |
	jq -r 'select(.kind != "gap" and .kind != "heartbeat") | .kind + " " + (.workload.key // "") + " " + (.capability // "") + ": " + (.text // "")' >"$tmp/all"
grep -F " name:$prefix-" "$tmp/all" >"$tmp/noise"
echo "$seconds s, ${#names[@]} workloads with $before needs, $(wc -l <"$tmp/noise") events, and $(($(wc -l <"$tmp/all") - $(wc -l <"$tmp/noise"))) of other workloads of this host"
is all-run "$(docker ps -q -f "name=$prefix-" | wc -l)" 10
is no-event "$(head -n 5 "$tmp/noise")" ''
is needs-are-known "$([ "$before" -ge 5 ]; echo $?)" 0
