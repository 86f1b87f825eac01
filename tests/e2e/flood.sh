#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# One cgroup fills the maps of kinds and of acts, and later, while nobody reads it, the ring. What found no room is counted for
# that cgroup, and its advice says so; of its neighbours nothing is lost. docs/faults.md
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
need_probe
need_v2_with flood
dir=$v2/captrim-flood-$$
recorder=
# shellcheck disable=SC2317 # called by trap
clean() {
	[ -z "$recorder" ] || { kill -CONT "$recorder"; kill "$recorder"; } 2>/dev/null
	find "$dir" -depth -type d -exec rmdir {} \; 2>/dev/null
	rm -rf "$tmp"
}
trap clean EXIT
mkdir "$dir" || { skip all 'no cgroup can be made'; exit 0; }
mkdir "$dir"/{loud,quiet,busy,calm}
touch "$tmp/file"
# inside CGROUP COMMAND...: in a process that comes into it
inside() { (echo 0 >"$dir/$1/cgroup.procs" && shift && exec "$@"); }
# of CGROUP FILTER: of its part of the advice
of() { jq -c --arg cgroup "captrim-flood-$$/$1" "[.workloads[] | select((.cgroup_path // .id) | endswith(\$cgroup))][0] | $2" "$tmp/advice"; }
# lost CGROUP: what its workload lost, as the recording has it
lost() { jq -n --arg cgroup "captrim-flood-$$/$1" '[inputs | select(.type == "workload" and ((.cgroup_path // .id) | endswith($cgroup)))][0].lost // 0' "$tmp/recording"; }

"$captrim" record -q --all -o "$tmp/recording" 2>"$tmp/err" &
recorder=$!
attached $recorder
# More kinds and more acts than half of their maps, which is as much as one may have.
"$tmp/flood" "$dir/loud" 200 3000 || fail flood "exit status $?"
inside quiet chown 1 "$tmp/file"
# A command line makes such an event more than 1,000 bytes long: 4 MiB hold fewer of them.
kill -STOP $recorder
# shellcheck disable=SC2016 # for the inner shell
inside busy sh -c 'i=0; while [ $i -lt 4000 ]; do /bin/true; i=$((i + 1)); done'
inside calm chown 2 "$tmp/file"
kill -CONT $recorder
sleep 1
kill -INT "$recorder"
wait "$recorder"
is status $? 0
recorder=

"$captrim" advise --format json -o "$tmp/advice" "$tmp/recording"
echo "lost by itself: loud $(lost loud), busy $(lost busy); of anybody: $(jq -c .losses "$tmp/advice")"
for cgroup in loud busy; do
	is "$cgroup-counted" "$(($(lost $cgroup) > 0))" 1
	is "$cgroup-says-so" "$(of $cgroup '.advice | [.complete, (.incomplete_reasons | index("losses") != null)]')" '[false,true]'
done
for cgroup in quiet calm; do
	is "$cgroup-lost" "$(lost $cgroup)" 0
	is "$cgroup-advice" "$(of $cgroup '[(.advice.cap_add | index("CHOWN") != null), (.advice.incomplete_reasons | index("losses"))]')" '[true,null]'
done
# What is nobody's alone would be anybody's.
is nobodys "$(jq -c '.losses | [.events, .kinds, .acts, .procs, .missed]' "$tmp/advice")" '[0,0,0,0,0]'
