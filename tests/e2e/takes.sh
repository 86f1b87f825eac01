#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Two recorders watch the same churn: one takes what is new every second (EVERY; "make takes": every 5 s for 10
# minutes), the other everything at the end. Both recordings say the same of it.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
need_probe
need_churn

every=${EVERY:-1} seconds=${SECONDS_OF_CHURN:-10}
need_cgroup takes
touch "$tmp/file"

"$captrim" record -q --all -o "$tmp/once" 2>"$tmp/err" &
once=$!
CAPTRIM_TAKE=$every "$captrim" record -q --all -o "$tmp/often" 2>>"$tmp/err" &
often=$! others="$once $often"
attached $once
attached $often
end=$((SECONDS + seconds)) round=0
while [ $SECONDS -lt $end ]; do
	round=$((round + 1))
	mkdir "$dir/$round"
	"$tmp/churn" "$dir/$round" "$tmp/file" 100 50 || fail churn "exit status $?"
done
sleep 2
kill -INT "$once" "$often"
wait "$once"
is once-status $? 0
wait "$often"
is often-status $? 0
others=

# What the recordings say of these cgroups, without what is an accident of each: which of several equal checks was
# the sample, and times.
said() {
	jq -n --arg dir "/captrim-takes-$$/" '
		[inputs] as $all | [$all[] | select(.type == "workload") | .id] as $ids
		| [$all[] | select(has("workload")) | .id = $ids[.workload] | select(.id // "" | startswith($dir))
			| del(.workload, .sample, .ns, .first_ns, .last_ns, .pid)]
		| group_by(del(.count)) | map(.[0] + {count: (map(.count // 1) | add)}) | sort' "$1"
}
said "$tmp/once" >"$tmp/once.json"
said "$tmp/often" >"$tmp/often.json"
if cmp -s "$tmp/once.json" "$tmp/often.json"; then
	pass same
else
	fail same "$(diff "$tmp/once.json" "$tmp/often.json" | head -c 500 | tr '\n' ' ')"
fi
# 50 in each round, in number i there are i % 5 + 1, twice; every tenth, with one each, in the cgroup that stays, too.
is counts "$(jq '[.[] | select(.type == "kind" and .cap_name == "CHOWN") | .count] | add' "$tmp/often.json")" \
	$((round * 2 * (50 * 3 + 5)))
is workloads "$(jq '[.[] | .id] | unique | length' "$tmp/often.json")" $((round * 51))
is losses "$(jq -c 'select(.type == "trailer") | .losses | [.events, .kinds, .acts]' "$tmp/often")" '[0,0,0]'
