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

# What Quadlet makes of a file, started as systemd would start it: in the unit's cgroup. Unit and container are one, and
# the advice is the file's drop-in.
quadlet=${QUADLET:-/usr/libexec/podman/quadlet} v2=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts)
[ -x "$quadlet" ] || { skip quadlet 'no generator of Quadlet (QUADLET)'; exit 0; }
[ -n "$v2" ] || { skip quadlet 'no cgroup v2'; exit 0; }
shop=captrim-shop-$$ recorder=
end_shop() {
	[ -z "$recorder" ] || kill "$recorder" 2>/dev/null
	"${podman[@]}" rm -f -t 0 "systemd-$shop" >/dev/null 2>&1
	find "$v2/system.slice/$shop.service" -depth -type d -exec rmdir {} \; 2>/dev/null
}
trap 'end_shop; podman_end' EXIT
start_shop() {
	local run

	run=$(QUADLET_UNIT_DIRS=$tmp/units "$quadlet" -dryrun 2>/dev/null | sed -n "s|^ExecStart=/usr/bin/podman||; T; s|%N|$shop|g; s|%t|$tmp|g; p")
	rm -f "$tmp/$shop.cid"
	mkdir -p "$v2/system.slice/$shop.service"
	# shellcheck disable=SC2016 # for the inner shell
	sh -c 'echo $$ >"$1/cgroup.procs" && run=$2 && shift 2 && eval "exec \"\$@\" $run"' - "$v2/system.slice/$shop.service" "$run" \
		"${podman[@]}" >"$tmp/out" 2>"$tmp/err" || fail quadlet-start "$(tail -n 1 "$tmp/err")"
}
mkdir -p "$tmp/units/$shop.container.d"
cat >"$tmp/units/$shop.container" <<UNIT
[Container]
Image=$image
Exec=sh -c 'chown 1001 /srv && while :; do sleep 0.1; done'
Network=none
UNIT
"$captrim" record -q -u "$shop.service" -o "$tmp/shop.rec" 2>"$tmp/err" &
recorder=$!
attached $recorder
start_shop
"$captrim" whose "$("${podman[@]}" inspect -f '{{.State.Pid}}' "systemd-$shop")" >"$tmp/whose" 2>&1
says quadlet-unit "$tmp/whose" "^unit +$shop.service"
sleep 1
end_shop
wait $recorder
recorder=
"$captrim" advise --format json -o "$tmp/advice" "$tmp/shop.rec"
is quadlet "$(jq -c '[.workloads[] | select(.kind == "container") | .container.name, .advice.cap_add, .advice.complete]' "$tmp/advice")" \
	"[\"systemd-$shop\",[\"CHOWN\"],true]"
"$captrim" advise --format quadlet -o "$tmp/units/$shop.container.d/captrim.conf" "$tmp/shop.rec" 2>"$tmp/err" ||
	fail quadlet-advise "$(tail -n 1 "$tmp/err")"
start_shop
is quadlet-granted "$("${podman[@]}" inspect -f '{{.EffectiveCaps}}' "systemd-$shop")" '[CAP_CHOWN]'
