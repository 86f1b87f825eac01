#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Units of a booted systemd, captrim beside it.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/machine.sh
. "$(dirname "$0")/../lib/machine.sh"
need_probe
machine_root
cat >"$root/etc/systemd/system/busy.service" <<'UNIT'
[Service]
PrivateTmp=yes
ExecStartPre=/bin/rm -f /run/busy
ExecStartPre=/bin/touch /run/busy
ExecStart=/bin/sh -c 'while chown 1001 /run/busy; do sleep 0.2; done'
UNIT
machine_boot

# run NAME UNIT CAPS OPTION...: systemd-run with these options; what is advised for which unit
run() {
	local name=$1 unit=$2 caps=$3 status=0

	shift 3
	inside /captrim run -q --format json -- systemd-run -q "$@" >"$tmp/advice" 2>"$tmp/err" || status=$?
	is "$name-status" "$status" 0
	is "$name" "$(jq -c '[.workloads[] | .id, .kind, .runtime, .advice.cap_add]' "$tmp/advice" |
		sed 's/captrim-run-[0-9a-f]*/captrim-run-ID/')" "[\"$unit\",\"unit\",\"systemd\",$caps]"
}

own='rm -f /run/own; touch /run/own; chown 1001 /run/own'
run named captrim-named.service '["CHOWN"]' --unit captrim-named --wait sh -c "$own"
run dotted captrim.dotted.service '["CHOWN"]' -ucaptrim.dotted --wait sh -c "$own"
run unnamed captrim-run-ID.service '["CHOWN"]' sh -c "$own; sleep 1"
run scope captrim-scope.scope '["CHOWN"]' --unit=captrim-scope --scope sh -c "$own"
# What systemd does before it executes the program is not the program's.
run set-up captrim-set-up.service '[]' -u captrim-set-up --wait -p User=nobody -p PrivateTmp=yes -p Nice=-5 true
is set-up-phase "$(jq -c '[.workloads[0].capabilities[] | select(.name | IN("SETUID", "SETGID", "SYS_NICE")) |
	.reasons[] | .phase] | unique' "$tmp/advice")" '["setup"]'

inside systemctl start busy
inside /captrim record -q -u busy -d 2s -o /root/busy.rec
inside /captrim advise --format json /root/busy.rec >"$tmp/advice"
is record-u "$(jq -c '[.workloads[] | .id, .kind, .advice.cap_add]' "$tmp/advice")" '["busy.service","unit",["CHOWN"]]'
is record-u-late "$(jq -c '.workloads[0].advice.complete' "$tmp/advice")" false
inside /captrim record -u busy --restart -d 1s -o /root/busy.rec >"$tmp/out" 2>&1
is record-u-restart $? 0
says record-u-restart-text "$tmp/out" 'restarting busy.service'
is record-u-restart-complete "$(inside /captrim advise --format json /root/busy.rec | jq -c '.workloads | map([.id, .advice.complete])')" '[["busy.service",true]]'
inside /captrim record -u no-such --restart -o /root/none.rec >"$tmp/out" 2>&1
is record-u-no-such $? 1
says record-u-no-such-text "$tmp/out" 'no-such.service could not be restarted'
inside sh -c '/captrim record -q -u busy -d 3s -o /root/busy.rec & sleep 1.5; systemctl restart busy; wait'
inside /captrim advise --format json /root/busy.rec >"$tmp/advice"
is restarted "$(jq -c '[.workloads[] | .id, .kind, .advice.cap_add]' "$tmp/advice")" '["busy.service","unit",["CHOWN"]]'
is main "$(jq -c '[.workloads[0].capabilities[] | select(.name == "CHOWN") | .reasons[] | .phase] | unique' \
	"$tmp/advice")" '["main"]'
