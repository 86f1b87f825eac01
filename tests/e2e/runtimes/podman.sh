#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Podman's ways to make cgroups, or none.
# shellcheck source-path=SCRIPTDIR source=../../lib/common.sh
. "$(dirname "$0")/../../lib/common.sh"
# shellcheck source-path=SCRIPTDIR source=../../lib/podman.sh
. "$(dirname "$0")/../../lib/podman.sh"
need_probe
need_podman

# run NAME KIND OPTION...: what is advised for which kind of workload
run() {
	local name=$1 kind=$2 status=0

	shift 2
	rm -f "$tmp/advice"
	"$captrim" run -q --format json -o "$tmp/advice" -- "${podman[@]}" run --rm --network none \
		--name "captrim-$name-$$" "$@" sh -c 'chown 1001 /tmp; sleep 1' >"$tmp/out" 2>"$tmp/err" || status=$?
	if [ "$status" -ne 0 ] && grep -qiE 'cgroup|not supported|invalid' "$tmp/out" "$tmp/err"; then
		skip "$name" "podman makes no such container here: $(cat "$tmp/out" "$tmp/err" | tail -n 1)"
		return
	fi
	is "$name" "$status $(jq -c '[.workloads[] | .kind, (.advice.cap_add | index("CHOWN") != null)]' "$tmp/advice")" "0 [\"$kind\",true]"
	is "$name-lookups" "$(jq .losses.lookups "$tmp/advice")" 0
}
run enabled container "$image"
run no-conmon container --cgroups=no-conmon "$image"
run split container --cgroups=split "$image"
# Nothing tells whose a check was: that is said, and there is no advice.
"$captrim" run -q -- "${podman[@]}" run --rm --network none --cgroups=disabled "$image" true >"$tmp/out" 2>"$tmp/err"
says disabled "$tmp/err" 'A container without a cgroup of its own, as with --cgroups=disabled'
