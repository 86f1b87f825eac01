#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What a recording of everything costs in memory is bounded by what lives, not by what has happened. EXECS programs and
# CGROUPS short cgroups (5,000 and 500; "make memory": 200,000 and 10,000) leave the recorder as large as it was.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
need_probe
need_churn

execs=${EXECS:-5000} cgroups=${CGROUPS:-500}
limit=5120 # KiB
need_cgroup memory
touch "$tmp/file"
resident() { awk '/^VmRSS:/ { print $2 }' "/proc/$recorder/status"; }

record_all
# What it needs for the first of each, such as buffers, does not count.
mkdir "$dir/before" "$dir/after"
"$tmp/churn" "$dir/before" "$tmp/file" 1000 200 || fail warm "exit status $?"
sleep 3
before=$(resident)
"$tmp/churn" "$dir/after" "$tmp/file" "$execs" "$cgroups" || fail churn "exit status $?"
sleep 3
after=$(resident)
echo "resident memory: $before KiB before, $after KiB after $execs programs and $cgroups cgroups"
if [ $((after - before)) -le $limit ]; then pass growth; else fail growth "$((after - before)) KiB, more than $limit"; fi
kill -INT "$recorder"
wait "$recorder"
is status $? 0
recorder=
# Nothing is lost by that.
is workloads "$(jq -r --arg dir "/captrim-memory-$$/after/" 'select(.type == "workload" and (.id | startswith($dir))) | .id' \
	"$tmp/recording" | sort -u | wc -l)" $((cgroups + 1))
is losses "$(jq -c 'select(.type == "trailer") | .losses | [.events, .kinds, .acts]' "$tmp/recording")" '[0,0,0]'
