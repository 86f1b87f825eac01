#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The store is on a file system that another file fills: what is new waits in memory, is counted and told, and is
# stored when there is room again. Nothing of it is lost.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
# shellcheck source=../lib/monitor.sh
. "$here/tests/lib/monitor.sh"
need_probe
need_churn
"$captrim" --version | grep -q +MICROHTTPD || { skip all 'built without libmicrohttpd'; exit 0; }
command -v curl >/dev/null || { skip all 'no curl'; exit 0; }
dir=$v2/captrim-full-$$ mounted=''
clean() {
	end_monitor
	find "$dir" -depth -type d -exec rmdir {} \; 2>/dev/null
	[ -z "$mounted" ] || umount "$tmp/store"
	rm -rf "$tmp"
}
trap clean EXIT
mkdir "$dir" || { skip all 'no cgroup can be made'; exit 0; }
mount -t tmpfs -o size=16m captrim-full "$tmp/store" 2>"$tmp/err" || { skip all "no file system can be mounted: $(head -n 1 "$tmp/err")"; exit 0; }
mounted=1
touch "$tmp/file"

# cgroups NAME: 50 short ones, and one that stays
cgroups() {
	mkdir "$dir/$1"
	"$tmp/churn" "$dir/$1" "$tmp/file" 100 50 || fail churn "of $1"
}
# What the store has of them: how many, and how often they changed an owner.
stored() { query "SELECT count(*), sum(granted) FROM need WHERE capability = 'CHOWN' AND key LIKE '%/captrim-full-$$/$1/%'"; }
until_stored() {
	for _ in $(seq 120); do
		[ "$(stored "$1" 2>/dev/null)" != "$2" ] || break
		sleep 0.5
	done
	is "stored-$1" "$(stored "$1")" "$2"
}
metric() { curl -s "http://$address/metrics" | awk -v n="captrim_store_$1" '$1 == n { print int($2) }'; }

: >"$tmp/log"
start_daemon --listen 127.0.0.1:0 || { fail start "$(tail -n 3 "$tmp/log" | tr '\n' ' ')"; exit 0; }
address=$(sed -n 's/.*metrics are at //p' "$tmp/log")
cgroups before
until_stored before '51|310'

head -c 64M /dev/zero >"$tmp/store/other" 2>/dev/null
cgroups during
if until_line 60 "$tmp/log" 'is kept in memory'; then pass told; else fail told "$(tail -n 3 "$tmp/log")"; fi
says why "$tmp/log" 'captrim\.db.*(full|space)'
for _ in $(seq 300); do [ "$(metric pending_workloads)" -ge 51 ] && break; sleep 0.2; done
is counted "$(($(metric pending_workloads) >= 51 && $(metric failures_total) > 0))" 1
# It lasts: each interval tries again, and says nothing more.
failures=$(metric failures_total)
for _ in $(seq 300); do [ "$(metric failures_total)" -lt $((failures + 3)) ] || break; sleep 0.1; done
is tries-again "$(($(metric failures_total) >= failures + 3))" 1
is told-once "$(grep -c 'in memory' "$tmp/log")" 1
cgroups later
is still-whole "$(query 'PRAGMA quick_check')" ok
is nothing-stored "$(stored later)" '0|'

rm "$tmp/store/other"
until_stored during '51|310'
until_stored later '51|310'
says works-again "$tmp/log" 'the store works again'
for _ in $(seq 300); do [ "$(metric pending_workloads)" = 0 ] && break; sleep 0.2; done
is none-waits "$(metric pending_workloads)" 0
is no-gap "$(query 'SELECT count(*) FROM gap')" 0
stop_daemon TERM
is status $? 0
is whole "$(query 'PRAGMA integrity_check')" ok
