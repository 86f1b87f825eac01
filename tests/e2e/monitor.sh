#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The daemon with a real container: what it needs is in the store within seconds; kill -9 loses nothing of it, and the
# time that nobody watched is named; the configuration is read again.
# Runs alone: the daemon sees whatever containers are started.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
# shellcheck source=../lib/monitor.sh
. "$here/tests/lib/monitor.sh"
need_probe
need_docker
name=captrim-monitor-$$
clean() {
	end_monitor
	docker rm -f "${name%-new}" "${name%-new}-gone" "${name%-new}-new" >/dev/null 2>&1
	rm -rf "$tmp"
}
trap clean EXIT

needs() { query "SELECT n.capability FROM need n WHERE n.key = 'name:$name' AND n.verdict = 'required' ORDER BY 1" | tr '\n' ' '; }
asked() { query "SELECT n.granted FROM need n WHERE n.key = 'name:$name' AND n.capability = '$1'"; }

: >"$tmp/log"
start_daemon || { fail start "$(tail -n 3 "$tmp/log" | tr '\n' ' ')"; exit 0; }
pass start
says ready "$tmp/told" '^STATUS=watching by '

docker run -d --name "$name" "$image" sh -c 'touch /tmp/f; while :; do chown 1:1 /tmp/f; sleep 0.3; done' >/dev/null ||
	{ fail run 'no container'; exit 0; }
if until_row 40 "SELECT capability || verdict FROM need WHERE key = 'name:$name'" '^CHOWNrequired'; then
	pass need-within-seconds
else
	fail need-within-seconds "$(needs)"
fi
is starts "$(query "SELECT starts FROM workload WHERE key = 'name:$name'")" 1

"$captrim" monitor --store "$store" >"$tmp/second" 2>&1
is second-status $? 1
says second-is-refused "$tmp/second" 'captrim\.db'

docker run -d --name "$name-gone" "$image" sh -c 'touch /tmp/f; chown 1:1 /tmp/f; sleep 1000' >/dev/null
until_row 40 "SELECT capability || verdict FROM need WHERE key = 'name:$name-gone'" '^CHOWNrequired' || fail second "$(needs)"

# As by a crash: what was stored is there, and it goes on where it was.
stop_daemon KILL
docker exec "$name-gone" busybox mknod /tmp/null c 1 3
docker rm -f "$name-gone" >/dev/null
sleep 2
printf 'events: {learning: none}\n' >"$tmp/captrim.yaml"
start_daemon --config "$tmp/captrim.yaml" --events "$tmp/events" || fail restart "$(tail -n 3 "$tmp/log" | tr '\n' ' ')"
docker exec "$name" busybox mknod /tmp/null c 1 3
if until_row 40 "SELECT capability || verdict FROM need WHERE key = 'name:$name'" '^MKNODrequired'; then
	pass need-after-restart
else
	fail need-after-restart "$(needs)"
fi
until_line 40 "$tmp/events" "host-scope.*name:$name.*MKNOD"
says event "$tmp/events" "\"kind\":\"host-scope\".*\"name:$name\".*\"capability\":\"MKNOD\""
is no-old-need "$(grep -c "name:$name.*\"CHOWN\"" "$tmp/events")" 0
says gap-event "$tmp/events" '"kind":"gap".*captrim did not run'
is needs-are-kept "$(needs)" 'CHOWN MKNOD '
is gap "$(query "SELECT why FROM gap WHERE to_ms - from_ms BETWEEN 1000 AND 60000")" daemon-down
says gap-is-told "$tmp/log" 'nobody watched for [0-9]+ (s|ms)'
is gap-of-the-advice "$(query "SELECT gaps FROM advice WHERE key = 'name:$name'" | tr ' ' '\n' | grep -c '^not-watched$')" 1
# What ended in that time may have needed more.
gone="SELECT gaps FROM advice WHERE key = 'name:$name-gone'"
if until_row 40 "$gone" '(^| )not-watched( |$)'; then
	pass gap-of-what-ended
else
	fail gap-of-what-ended "$(query "$gone")"
fi
is one-start "$(query "SELECT starts FROM workload WHERE key = 'name:$name'")" 1

# A container that is started anew is the same one; each start counts.
docker restart -t 0 "$name" >/dev/null
starts="SELECT starts FROM workload WHERE key = 'name:$name'"
if until_row 40 "$starts" '^2$'; then
	pass second-start
else
	fail second-start "$(query "$starts") starts"
fi
# What is renamed has its new name from its next start on. The end of the first run was of a process that the daemon
# did not see begin.
docker rename "$name" "$name-new"
docker stop -t 0 "$name-new" >/dev/null
until_row 40 "SELECT ends FROM workload WHERE key = 'name:$name'" '^1$' || fail old-name 'no end'
docker start "$name-new" >/dev/null
if until_row 40 "SELECT starts FROM workload WHERE key = 'name:$name-new'" '^1$'; then
	pass new-name
else
	fail new-name "$(query "SELECT key, starts FROM workload" | tr '\n' ' ')"
fi
name=$name-new

# A mistake leaves what there was.
printf 'intervall: 5s\n' >"$tmp/captrim.yaml"
stop_daemon TERM
is stop-status $? 0
says stopping "$tmp/told" '^STOPPING=1'
printf 'interval: 1s\n' >"$tmp/captrim.yaml"
start_daemon --config "$tmp/captrim.yaml"
printf 'interval: 1s\nbudged: {cpu: 1%%}\n' >"$tmp/captrim.yaml"
kill -HUP "$daemon"
until_line 20 "$tmp/log" 'goes on'
says mistake-has-a-line "$tmp/log" "captrim\.yaml:2:1: .*'budged'.*the previous configuration stays in force"
says reloading "$tmp/told" '^RELOADING=1'
says monotonic "$tmp/told" '^MONOTONIC_USEC=[0-9]+'
printf 'interval: 2s\nmetrics: {listen: "127.0.0.1:0"}\n' >"$tmp/captrim.yaml"
kill -HUP "$daemon"
until_line 20 "$tmp/log" 'reloaded'
says not-yet "$tmp/log" "'metrics' takes effect at the next start of the daemon"
is no-other "$(grep -c "'.*' takes effect" "$tmp/log")" 1
says reloaded "$tmp/log" 'reloaded .*captrim\.yaml'

# What ends is noticed, though it was resumed twice.
is runs "$(open_parts "name:$name")" 1
docker rm -f "$name" >/dev/null
for _ in $(seq 20); do
	[ "$(open_parts "name:$name")" != 0 ] || break
	sleep 1
done
is end "$(open_parts "name:$name")" 0
before=$(asked CHOWN)
stop_daemon TERM
is last-status $? 0
is counts "$([ "$before" -gt 5 ] && [ "$(asked CHOWN)" = "$before" ]; echo $?)" 0
