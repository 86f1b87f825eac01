#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A container of systemd-nspawn that systemd registered, within a booted machine that is one itself: known by its
# name.
# shellcheck source-path=SCRIPTDIR source=../../lib/common.sh
. "$(dirname "$0")/../../lib/common.sh"
# shellcheck source-path=SCRIPTDIR source=../../lib/machine.sh
. "$(dirname "$0")/../../lib/machine.sh"
need_probe
machine_options=(--capability=all --system-call-filter=@keyring)
machine_root
# Its root, for the one within.
mkdir "$tmp/deep"
cp -a "$root/." "$tmp/deep/"
mkdir -p "$root/var/lib/machines"
mv "$tmp/deep" "$root/var/lib/machines/deep"
machine_boot
rm "$root/var/lib/machines/deep/etc/machine-id"
# deep ARGUMENT...: a container of the machine's nspawn
deep=(env SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 systemd-nspawn -q --machine=deep --link-journal=no --bind-ro=/usr
	-D /var/lib/machines/deep)
if ! inside "${deep[@]}" true >"$tmp/out" 2>&1; then
	skip all "no container within the machine: $(tail -n 1 "$tmp/out")"
	exit 0
fi
containers='[.workloads[] | select(.kind == "container") | .runtime, .id, .advice.cap_add]'

inside /captrim run -q --format json -- "${deep[@]}" sh -c 'touch /tmp/f; chown 1001 /tmp/f; sleep 1' >"$tmp/advice" 2>"$tmp/err" ||
	fail run-status "$(tail -n 1 "$tmp/err")"
is run "$(jq -c "$containers" "$tmp/advice")" '["nspawn","deep",["CHOWN"]]'
is run-lookups "$(jq .losses.lookups "$tmp/advice")" 0

inside systemd-run -q --unit=deep "${deep[@]}" sh -c 'touch /tmp/f; while chown 1001 /tmp/f; do sleep 0.2; done'
for _ in $(seq 100); do
	inside machinectl -q show deep >"$tmp/out" 2>&1 && break
	sleep 0.2
done
inside /captrim record -q -c deep -d 2s -o /root/deep.rec >"$tmp/err" 2>&1 || fail record-status "$(tail -n 1 "$tmp/err")"
inside /captrim advise --format json /root/deep.rec >"$tmp/advice"
is record "$(jq -c "$containers" "$tmp/advice")" '["nspawn","deep",["CHOWN"]]'
# The service that nspawn runs in is another workload than what it starts.
inside /captrim record -q -u deep -d 2s -o /root/unit.rec >"$tmp/err" 2>&1 || fail unit-status "$(tail -n 1 "$tmp/err")"
inside /captrim advise --format json /root/unit.rec >"$tmp/advice"
is unit "$(jq -c '[.workloads[] | .id, (.advice.cap_add | index("CHOWN") != null)]' "$tmp/advice")" '["deep.service",false]'
inside systemctl stop deep >"$tmp/out" 2>&1
