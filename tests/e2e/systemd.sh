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
machine_user
cat >"$root/home/bob/.config/systemd/user/many@.service" <<'UNIT'
[Service]
ExecStart=/bin/sh -c 'while :; do chown 0 /tmp 2>/dev/null; sleep 0.2; done'
UNIT
printf '[Service]\nExecStart=/bin/sleep 1000\n' >"$root/home/bob/.config/systemd/user/plain.service"
cat >"$root/home/bob/.config/systemd/user/gains.service" <<'UNIT'
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'rm -f /tmp/gains; touch /tmp/gains && /chown 0 /tmp/gains'
UNIT
install -m 4755 /bin/chown "$root/chown"
cat >"$root/home/bob/.config/systemd/user/apart.service" <<'UNIT'
[Service]
Type=oneshot
PrivateUsers=yes
AmbientCapabilities=CAP_SYS_CHROOT CAP_KILL
ExecStart=/sbin/chroot / /bin/true
UNIT
chown -R 1001:1001 "$root/home/bob"
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

# A user's own systemd, and a template's instance there; it may not limit what it starts.
inside systemctl start user@1001
users() { as_user systemctl --user "$@"; }
if ! users start many@one.service >"$tmp/out" 2>&1; then
	skip user "no user's systemd answers: $(tail -n 1 "$tmp/out")"
	exit 0
fi
inside /captrim record --user bob -u many@one --restart -d 2s -o /root/user.rec >"$tmp/out" 2>&1
is user-restart "$? $(grep -c 'restarting user@1001.service/many@one.service' "$tmp/out")" '0 1'
inside /captrim advise --format json /root/user.rec >"$tmp/advice"
is user "$(jq -c '[.workloads[] | .id, .kind, .advice.cap_add, .advice.complete, (.warnings | map(.code) | index("user-unit") != null)]' "$tmp/advice")" \
	'["user@1001.service/many@one.service","unit",[],true,true]'
inside /captrim advise --format systemd /root/user.rec >"$tmp/out"
is user-drop-in "$(grep -c '^CapabilityBoundingSet' "$tmp/out") $(grep -c 'systemctl --user edit many@one.service' "$tmp/out")" '0 1'
# What the advice says of it is true here.
mkdir -p "$root/home/bob/.config/systemd/user/many@.service.d"
printf '[Service]\nCapabilityBoundingSet=\n' >"$root/home/bob/.config/systemd/user/many@.service.d/set.conf"
users daemon-reload
users start many@two.service >"$tmp/out" 2>&1
for _ in $(seq 100); do
	[ "$(users show -P ExecMainStatus many@two.service)" != 0 ] && break
	sleep 0.2
done
is user-bounded "$(users show -P ExecMainStatus many@two.service)" 218
sed 's/CapabilityBoundingSet=/NoNewPrivileges=yes/' -i "$root/home/bob/.config/systemd/user/many@.service.d/set.conf"
users daemon-reload
users start many@three.service
is user-no-new-privs "$(users show -P ActiveState many@three.service)" active
users start plain
inside /captrim verify --user bob -u plain --stay 1s --format json -o /root/proved >"$tmp/out" 2>&1
is user-verify "$? $(jq -c '[.workloads[] | .id, .advice.cap_add, .verified.result]' "$root/root/proved")" \
	'0 ["user@1001.service/plain.service",[],"minimal"]'
left() { find /proc/"$init"/root/run/user/1001/systemd -name '*captrim*' | wc -l; }
is user-verify-as-found "$(users show -P ActiveState plain) $(users show -P NoNewPrivileges plain) $(left)" 'active no 0'
inside /captrim verify --user bob -u gains >"$tmp/out" 2>&1
is user-verify-some-status "$? $(left)" '1 0'
says user-verify-some "$tmp/out" 'its systemd can limit them to none alone'
# With a user namespace of its own a unit has capabilities that its systemd can limit.
inside /captrim verify --user bob -u apart --format json -o /root/apart >"$tmp/out" 2>&1
is user-verify-apart "$? $(jq -c '[.workloads[] | .id, .advice.cap_add, .verified.result]' "$root/root/apart")" \
	'0 ["user@1001.service/apart.service",["SYS_CHROOT"],"minimal"]'
inside /captrim record --user nobody-here -u x -o /root/none >"$tmp/out" 2>&1
is user-unknown-status $? 1
says user-unknown "$tmp/out" 'there is no user nobody-here here'
