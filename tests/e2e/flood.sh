#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# One cgroup fills the maps of kinds and of acts, and later, while nobody reads it, the ring. What found no room is counted for
# that cgroup, and its advice says so; of its neighbours nothing is lost. docs/faults.md
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
need_probe
need_v2_with flood
need_cgroup flood
touch "$tmp/file"
# inside CGROUP COMMAND...: in a process that comes into it
inside() { (echo 0 >"$dir/$try/$1/cgroup.procs" && shift && exec "$@"); }
# of CGROUP FILTER: of its part of the advice
of() { jq -c --arg cgroup "captrim-flood-$$/$try/$1" "[.workloads[] | select((.cgroup_path // .id) | endswith(\$cgroup))][0] | $2" "$tmp/advice"; }
# lost CGROUP: what its workload lost, as the recording has it
lost() { jq -n --arg cgroup "captrim-flood-$$/$try/$1" '[inputs | select(.type == "workload" and ((.cgroup_path // .id) | endswith($cgroup)))][0].lost // 0' "$tmp/recording"; }

# Records all of it.
once() {
	mkdir "$dir/$try" "$dir/$try"/{loud,quiet,busy,calm}
	record_all
	# More kinds and more acts than half of their maps, which is as much as one may have.
	"$tmp/flood" "$dir/$try/loud" 200 3000 || fail flood "exit status $?"
	inside quiet chown 1 "$tmp/file"
	# Such an event has more than 1,000 bytes: 4 MiB hold fewer of them.
	kill -STOP $recorder
	"$tmp/flood" "$dir/$try/busy" runs 4000 || fail flood "exit status $?"
	inside calm chown 2 "$tmp/file"
	kill -CONT $recorder
	sleep 1
	kill -INT $recorder
	wait $recorder || fail status "$(tail -n 1 "$tmp/err")"
	recorder=
	"$captrim" advise --format json -o "$tmp/advice" "$tmp/recording"
	echo "lost by itself: loud $(lost loud), busy $(lost busy), calm $(lost calm); of anybody: $(jq -c .losses "$tmp/advice")"
}
# While nobody reads the ring others may fill the rest of it, as where containers of another test come and go.
for try in 1 2 3; do
	once
	nobodys=$(jq '.losses | .events + .kinds + .acts + .procs + .missed + .unattributed' "$tmp/advice")
	[ $((nobodys + $(lost calm))) != 0 ] || break
done
for cgroup in loud busy; do
	is "$cgroup-counted" "$(($(lost $cgroup) > 0))" 1
	is "$cgroup-says-so" "$(of $cgroup '.advice | [.complete, (.incomplete_reasons | index("losses") != null)]')" '[false,true]'
done
# What is lost of nobody in particular may be anybody's.
[ "$nobodys" = 0 ] || { skip neighbours "others lose something, too: $nobodys"; exit 0; }
for cgroup in quiet calm; do
	is "$cgroup-lost" "$(lost $cgroup)" 0
	is "$cgroup-advice" "$(of $cgroup '[(.advice.cap_add | index("CHOWN") != null), (.advice.incomplete_reasons | index("losses"))]')" '[true,null]'
done
