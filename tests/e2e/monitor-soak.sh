#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The daemon through a churn of short cgroups: CGROUPS of them in SOAK_SECONDS (300 in 10; "make soak": 10,000 in half an
# hour). Its memory stays flat, each of them is in the store, closed, and nothing is lost.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
# shellcheck source=../lib/monitor.sh
. "$here/tests/lib/monitor.sh"
need_probe
need_churn
cgroups=${CGROUPS:-300} seconds=${SOAK_SECONDS:-10}
limit=4096 # KiB
dir=$v2/captrim-soak-$$
clean() {
	end_monitor
	find "$dir" -depth -type d -exec rmdir {} \; 2>/dev/null
	rm -rf "$tmp"
}
trap clean EXIT
mkdir "$dir" || { skip all 'no cgroup can be made'; exit 0; }
touch "$tmp/file"
resident() { awk '/^VmRSS:/ { print $2 }' "/proc/$daemon/status"; }
stored() { query "SELECT count(*) FROM workload WHERE key LIKE '%/captrim-soak-$$/$1/%'"; }

# all_stored NAME NUMBER: waits until that many of its cgroups are in the store
all_stored() {
	for _ in $(seq 120); do
		[ "$(stored "$1")" -lt "$2" ] || return
		sleep 0.5
	done
}

: >"$tmp/log"
# shellcheck disable=SC2119 # options are optional
start_daemon || { fail start "$(tail -n 3 "$tmp/log" | tr '\n' ' ')"; exit 0; }
# What it needs for the first of each, such as buffers, does not count.
mkdir "$dir/before"
"$tmp/churn" "$dir/before" "$tmp/file" 300 100 || fail warm "exit status $?"
all_stored before 100
sleep 3
before=$(resident)

mkdir "$dir/after"
done=0 batch=50 began=$SECONDS most=0 tenths=''
while [ $done -lt "$cgroups" ]; do
	mkdir "$dir/after/$done"
	"$tmp/churn" "$dir/after/$done" "$tmp/file" $((batch * 2)) $batch || fail churn "exit status $?"
	rmdir "$dir/after/$done/live" "$dir/after/$done"
	done=$((done + batch))
	now=$(resident)
	[ "$now" -le "$most" ] || most=$now
	# Flat is what does not go on growing.
	[ $((10 * done / cgroups)) -le $((10 * (done - batch) / cgroups)) ] || tenths+=" $now"
	while [ $((SECONDS - began)) -lt $((seconds * done / cgroups)) ]; do sleep 0.2; done
done
# A cgroup that stays is one, too: "live" in each batch.
all_stored after $((cgroups + cgroups / batch))
sleep 3
after=$(resident)
echo "resident memory: $before KiB before, $most at most, $after KiB after $cgroups cgroups in $((SECONDS - began)) s; after each tenth:$tenths"
if [ $((after - before)) -le $limit ]; then pass growth; else fail growth "$((after - before)) KiB, more than $limit"; fi
is stored "$(stored after)" $((cgroups + cgroups / batch))
# Of a program that is gone before its event is read the file cannot be looked at; that is counted with its workload.
echo "workloads with a program that could not be looked at: $(query "SELECT count(*) FROM workload WHERE key LIKE '%/captrim-soak-$$/after/%' AND lost > 0")"
is gaps "$(query 'SELECT count(*) FROM gap')" 0
is checks "$(query "SELECT sum(granted) FROM need WHERE capability = 'CHOWN' AND key LIKE '%/captrim-soak-$$/after/%'")" \
	"$((cgroups * 62 / 10))"
stop_daemon TERM
is status $? 0
