#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# As many threads as a large machine has processors (THREADS, 64) make cgroups for STORM_SECONDS (3), a thousand and more a
# second where nothing else runs, with a process in each that is gone before anybody can look at it. Every check is
# counted, or the recording says that something was lost, and its advices say so. docs/faults.md
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
need_probe
need_v2_with storm
need_cgroup storm

record_all
read -r cgroups rate < <("$tmp/storm" "$dir" "${THREADS:-64}" "${STORM_SECONDS:-3}")
[ "${cgroups:-0}" -gt 0 ] || { skip all 'SYS_PACCT is not held here'; exit 0; }
sleep 1
kill -INT "$recorder"
wait "$recorder"
is status $? 0
recorder=

# In these cgroups; the one around them has them all once more.
counted=$(jq -n --arg dir "/captrim-storm-$$/" '
	[inputs] as $all | [$all[] | select(.type == "workload") | .id] as $ids
	| [$all[] | select(.type == "kind" and .cap_name == "SYS_PACCT") | select($ids[.workload] | contains($dir)) | .count // 1]
	| add // 0' "$tmp/recording")
lost=$(jq -c 'select(.type == "trailer") | .losses | [.events, .kinds, .acts, .missed, .unattributed]' "$tmp/recording")
echo "$cgroups cgroups, $rate a second; $counted of $((2 * cgroups)) checks; lost: $lost"
if [ "$counted" = $((2 * cgroups)) ]; then
	pass counted
	[ "$lost" != '[0,0,0,0,0]' ] || pass nothing-lost
elif [ "$counted" -lt $((2 * cgroups)) ] && [ "$(jq -n "$lost | add > 0")" = true ]; then
	pass counted-or-lost
else
	fail counted "$counted of $((2 * cgroups)) checks, and lost $lost"
fi
# Names are known of cgroups that were there when they were made known, whatever became of them.
named=$(jq -n --arg dir "/captrim-storm-$$/" '[inputs | select(.type == "workload" and ((.cgroup_path // .id) | contains($dir)))] | length' "$tmp/recording")
is named "$named" "$cgroups"
