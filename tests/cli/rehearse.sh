#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# captrim rehearse: what can be seen without a BPF LSM. Refusing itself is tests/vm/rehearse.sh.
# Runs alone: call paths of others' containers would be taken for its own.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

# rehearse STATUS NAME WORD...
rehearse() {
	local wanted=$1 name=$2 status=0

	shift 2
	"$captrim" rehearse -q --format json -o "$tmp/report" "$@" >"$tmp/out" 2>"$tmp/err" || status=$?
	is "$name" "$status" "$wanted"
}

rehearse 2 no-target --cap-add none
rehearse 2 two-targets -p 1 --cgroup /x --cap-add none
rehearse 2 no-set -p 1
says no-set-text "$tmp/err" '--cap-add'
rehearse 2 no-pid -p x --cap-add none
rehearse 1 no-capability -p 1 --cap-add frobnicate
says no-capability-text "$tmp/err" "'frobnicate'"
rehearse 1 no-recording -p 1 "$tmp/no-such"
says no-recording-text "$tmp/err" 'no-such'
# A service and a container of one name: which of them runs now is not known.
sed 's/"name":"g-[a-z-]*"/"name":"shop-web-1","project":"shop","service":"web"/' \
	tests/golden/recordings/ping-packaged.rec >"$tmp/service"
sed 's/"name":"g-[a-z-]*"/"name":"web"/' tests/golden/recordings/dnsmasq-dhcp.rec >"$tmp/web"
for files in "service web" "web service"; do
	# shellcheck disable=SC2086 # words
	(cd "$tmp" && exec "$captrim" rehearse -q -c web --log-only $files) >"$tmp/out" 2>"$tmp/err"
	says "both-of-${files// /-}" "$tmp/err" "2 recorded workloads are called 'web'.* SETGID SETUID NET_ADMIN NET_RAW$"
done
rehearse 1 neither -c other --log-only "$tmp/web" "$tmp/service"
says neither-text "$tmp/err" 'several workloads were recorded: .*web'
# Before anything is refused, not after hours of it.
rehearse 1 no-output -p 1 --cap-add none -o "$tmp/no-such/report"
says no-output-text "$tmp/err" "cannot write $tmp/no-such/report"
need_probe

rehearse 1 no-cgroup --cgroup /captrim-no-such --cap-add none --log-only
says no-cgroup-text "$tmp/err" 'no cgroup /captrim-no-such'
rehearse 1 root --cgroup / --cap-add none --log-only
says root-text "$tmp/err" 'root of the control groups'
need_docker

name=captrim-rehearse-$$
clean() {
	docker rm -f "$name" >/dev/null 2>&1
	rm -rf "$tmp"
}
trap clean EXIT
# Two needs, ten times a second.
docker run -d --name "$name" --network none --cap-add DAC_READ_SEARCH "$image" \
	sh -c 'while sleep 0.1; do chown 1001 /tmp; chown 0 /tmp; cat /srv/other/file; done' >/dev/null
of() { jq -r "[.checks[] | select(.capability == \"$1\") | $2] | unique | join(\",\")" "$tmp/report"; }

if grep -q '^ok *rehearse' "$tmp/doctor"; then
	skip no-lsm 'this host can refuse: see make vm'
else
	rehearse 1 no-lsm -c "$name" --cap-add none --for 1s
	says no-lsm-step "$tmp/err" 'lsm/capable: (load|attach) failed: |not active'
	says no-lsm-cure "$tmp/err" 'CONFIG_BPF_LSM'
fi
rehearse 0 log-only -c "$name" --cap-add none --for 2s --log-only
is log-only-workload "$(jq -r .workload "$tmp/report")" "$name"
is log-only-result "$(jq -r '.result + " " + .mode' "$tmp/report")" 'passed log-only'
is log-only-chown "$(of CHOWN '.effect + " " + .process')" 'fails chown'
is log-only-counted "$(jq '[.checks[] | select(.capability == "CHOWN") | .count] | add > 3' "$tmp/report")" true
rehearse 0 keep -c "$name" --cap-add chown,CAP_DAC_OVERRIDE --for 1s --log-only
is keep-chown "$(of CHOWN .effect)" ''
is keep-stands-in "$(of DAC_READ_SEARCH .effect)" none
"$captrim" record -q -c "$name" -d 1s -o "$tmp/recording"
rehearse 0 advised -c "$name" --for 1s --log-only "$tmp/recording"
is advised-enough "$(jq '[.checks[] | select(.effect != "none")] | length' "$tmp/report")" 0

rehearse 0 check -c "$name" --cap-add none --for 1s --log-only --check true --every 300ms
is check-passed "$(jq '.checks_passed > 1' "$tmp/report")" true
rehearse 1 check-before -c "$name" --cap-add none --for 1s --log-only --check 'exit 3'
says check-before-text "$tmp/err" 'exit status 3, before anything was refused'
rehearse 1 check-fails -c "$name" --cap-add none --for 60s --log-only --every 200ms \
	--check "test -e '$tmp/seen' && exit 4; sleep 0.2; touch '$tmp/again'; test ! -e '$tmp/seen'" &
rehearsal=$!
for _ in $(seq 100); do [ -e "$tmp/again" ] && break; sleep 0.1; done
touch "$tmp/seen"
wait "$rehearsal"
is check-trouble "$(jq -r '.result + " " + .trouble' "$tmp/report")" 'trouble check-failed'

# It is being watched once a second check runs.
rehearse 1 death -c "$name" --cap-add none --for 60s --log-only --every 100ms \
	--check "echo >>'$tmp/checked'" &
rehearsal=$!
for _ in $(seq 100); do [ "$(wc -l <"$tmp/checked")" -gt 1 ] && break; sleep 0.1; done 2>/dev/null
docker kill "$name" >/dev/null
wait "$rehearsal"
is death-trouble "$(jq -r .result "$tmp/report")" trouble
says death-why "$tmp/report" 'process-ended|cgroup-empty|container-stopped'
rehearse 1 not-running -c "$name" --cap-add none --log-only
says not-running-text "$tmp/err" 'not running'
rehearse 1 unknown -c captrim-no-such --cap-add none --log-only
says unknown-text "$tmp/err" 'no container "'
