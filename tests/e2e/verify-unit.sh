#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# captrim verify with units of a booted systemd: what it proves, and that all is put back.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/machine.sh
. "$(dirname "$0")/../lib/machine.sh"
need_probe
machine_root
units=$root/etc/systemd/system
cat >"$units/job.service" <<'UNIT'
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'rm -f /run/job; touch /run/job && chown 1001 /run/job'
UNIT
# Starts as root, becomes nobody; two capabilities more than it needs, and it would start for ever.
cat >"$units/server.service" <<'UNIT'
[Service]
CapabilityBoundingSet=CAP_CHOWN CAP_SETUID CAP_SETGID CAP_KILL CAP_NET_RAW
ExecStart=/bin/sh -c 'rm -rf /run/server; mkdir /run/server && chown nobody /run/server && \
	exec setpriv --reuid=nobody --regid=nogroup --clear-groups sleep 1000'
Restart=always
RestartSec=100ms
UNIT
# Not root, and what it may do comes from the ambient set.
cat >"$units/nobody.service" <<'UNIT'
[Service]
Type=oneshot
User=nobody
AmbientCapabilities=CAP_CHOWN CAP_KILL
RuntimeDirectory=nobody
ExecStart=/bin/sh -c 'touch /run/nobody/file && chown 1001 /run/nobody/file'
UNIT
# Ends as asked with KILL alone: the one who stops it is root, what it stops is not.
cat >"$units/stops.service" <<'UNIT'
[Service]
ExecStart=/bin/setpriv --reuid=nobody --clear-groups sleep 1000
ExecStop=/bin/sh -c 'kill $MAINPID'
UNIT
# No setting limits what begins with "+".
printf '[Service]\nType=oneshot\nCapabilityBoundingSet=CAP_CHOWN\nExecStart=+/bin/true\n' >"$units/plus.service"
printf '[Service]\nType=oneshot\nExecStartPre=+/bin/true\nExecStart=/bin/sh -c "rm -f /run/x; touch /run/x && chown 1001 /run/x"\n' \
	>"$units/plus-pre.service"
# needs NAME: a service that needs that one
needs() { printf '[Unit]\nRequires=%s.service\nAfter=%s.service\n[Service]\nExecStart=/bin/sleep 1000\n' "$1" "$1"; }
needs server >"$units/needs-server.service"
needs needs-server >"$units/needs-both.service"
# Only the first time it runs, and systemd is content all the same.
printf '[Unit]\nConditionPathExists=!/run/once\n[Service]\nType=oneshot\nExecStart=/bin/sh -c "touch /run/once && chown 1001 /run/once"\n' \
	>"$units/once.service"
# What nobody ever reads starts it again as soon as it is stopped.
printf '[Socket]\nListenFIFO=/run/busy.fifo\n' >"$units/busy.socket"
printf '[Service]\nExecStart=/bin/sh -c "rm -f /run/busy; touch /run/busy; chown 1001 /run/busy; exec sleep 1000"\n' >"$units/busy.service"
machine_boot
limit=300

# verify OPTION...: sets $status, leaves $tmp/advice and $tmp/err
verify() {
	status=0
	inside /captrim verify --format json -o /root/advice "$@" >"$tmp/out" 2>"$tmp/err" || status=$?
	mv "$root/root/advice" "$tmp/advice" 2>/dev/null
}
verified() { jq -r ".workloads[0].verified.$1" "$tmp/advice"; }
# proves NAME UNIT CAPS RUNS
proves() {
	is "$1" "$status $(jq -r '.workloads | map(.id) | join(",")' "$tmp/advice") $(cap_add "$tmp/advice") $(verified runs) $(verified result)" \
		"0 $2 $3 $4 minimal"
}
state_of() { inside systemctl show -P ActiveState "$1"; }
bounding_set() { inside grep CapBnd "/proc/$(inside systemctl show -P MainPID "$1")/status" | cut -f 2; }
# left: drop-ins and notes
left() { find /proc/"$init"/root/run/systemd/system /proc/"$init"/root/run/captrim-runs -name "*captrim-verify*" -o -name "verify-*" 2>/dev/null | wc -l; }

verify -u job
proves oneshot job.service CHOWN 2
says said "$tmp/err" 'job.service is stopped and started'
is oneshot-as-found "$(state_of job) $(left)" 'inactive 0'
inside /captrim advise --format systemd - <"$tmp/advice" >"$tmp/out"
is drop-in "$(grep -v '^#' "$tmp/out" | head -n 3 | tr '\n' ' ')" '[Service] CapabilityBoundingSet= CapabilityBoundingSet=CAP_CHOWN '
verify -u plus
says no-limits "$tmp/err" "plus.service cannot be verified: no setting limits"
verify -u plus-pre
proves some-without-limits plus-pre.service CHOWN 2
says some-without-limits-said "$tmp/err" "plus-pre.service has commands whose path begins with '\+'"
verify -u nobody
proves ambient nobody.service CHOWN 2

verify -u once
is runs-once "$status $(left)" '1 0'
says runs-once-text "$tmp/err" 'does not run again: nothing of it ran: perhaps a condition of the unit is not met'
inside systemctl start busy.socket
inside sh -c 'echo x >/run/busy.fifo'
# shellcheck disable=SC2016 # for the check's shell
verify -u busy --check 'test "$(stat -c %u /run/busy)" = 1001'
proves started-again busy.service CHOWN 2
inside systemctl start busy
is started-again-own-set "$(bounding_set busy)" "$(bounding_set dbus)"
inside systemctl stop busy.socket busy

inside systemctl start needs-both
verify -u server.service --stay 1s
proves service server.service CHOWN,SETGID,SETUID 5
is configured "$(jq -c '.workloads[0].configured' "$tmp/advice")" '["CHOWN","KILL","SETGID","SETUID","NET_RAW"]'
is why "$(verified 'list[].why' | grep -c 'exit status 1: chown: ')" 1
is service-as-found "$(state_of server) $(state_of needs-server) $(state_of needs-both) $(left)" 'active active active 0'
is own-set "$(bounding_set server)" 00000000000020e1
is own-restart "$(inside systemctl show -P Restart server)" always
# shellcheck disable=SC2016 # for the check's shell
verify -u server --check 'test "$(stat -c %U /run/server)" = nobody'
proves check server.service CHOWN,SETGID,SETUID 5
verify -u stops --stay 1s
proves stopping stops.service KILL,SETGID,SETUID 4

verify -- systemd-run -p User=nobody -p AmbientCapabilities=CAP_CHOWN -p RuntimeDirectory=mine \
	sh -c 'touch /run/mine/file && chown 1001 /run/mine/file'
is transient "$status $(jq -r '.workloads[0].kind' "$tmp/advice") $(cap_add "$tmp/advice") $(verified result)" '0 unit CHOWN minimal'
# Nobody has seen it work: what a recording had is tried like any other set.
fails=(-p CapabilityBoundingSet=CAP_CHOWN sh -c 'touch /run/given && chown 1001 /run/given; exit 3')
inside /captrim run -q --save /root/given.rec -o /dev/null -- systemd-run --unit given --wait -q --collect "${fails[@]}" >"$tmp/out" 2>&1
verify --quick --from /root/given.rec -- systemd-run --unit given "${fails[@]}"
is given-failed "$(verified runs) $(verified result)" '1 failed'
verify -- systemd-run --unit job true
is not-ours "$status" 1
says not-ours-text "$tmp/err" 'a unit job.service exists already'
verify -u server
is detached "$status" 2
verify -u no-such
is unknown "$status" 1
says unknown-text "$tmp/err" 'no unit no-such.service'
verify -u dbus.socket
is no-service "$status" 2

# wait_for COMMAND...: up to twenty seconds
wait_for() {
	local i=0

	while [ $((i += 1)) -le 100 ]; do
		"$@" >/dev/null 2>&1 && return 0
		sleep 0.2
	done
	return 1
}
limited() { inside grep -q Capability /run/systemd/system/server.service.d/zzzz-captrim-verify.conf; }
# interrupted SIGNAL: while the service runs under a set on trial
interrupted() {
	inside sh -c 'echo $$ >/root/pid; exec /captrim verify -q -u server --stay 5s' >"$tmp/out" 2>"$tmp/err" &
	pid=$!
	wait_for limited && wait_for inside systemctl is-active server
	inside sh -c "kill -$1 \$(cat /root/pid)"
	status=0
	wait $pid || status=$?
}
interrupted INT
is interrupted "$status $(state_of server) $(state_of needs-server) $(left)" '130 active active 0'
interrupted KILL
is killed-leaves "$(left)" 2
verify -u job
proves after-killed job.service CHOWN 2
is killed-put-back "$(state_of server) $(state_of needs-server) $(left)" 'active active 0'
is killed-own-set "$(bounding_set server)" 00000000000020e1
