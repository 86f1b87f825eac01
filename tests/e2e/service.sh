#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The daemon under the unit that is shipped: what its processes hold, what it sees, and what is missing
# without each of its five capabilities.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/machine.sh
. "$(dirname "$0")/../lib/machine.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/service.sh
. "$(dirname "$0")/../lib/service.sh"
need_probe
service_boot

said() { inside journalctl -o cat --no-pager "--since=@$since" -u captrim-monitor >"$tmp/journal" 2>&1; }
# restarted: anew, from now on
restarted() {
	since=$(date +%s)
	inside systemctl reset-failed $service captrim-monitor.socket >/dev/null 2>&1
	inside systemctl restart $service >"$tmp/out" 2>&1
}
property() { inside systemctl show -P "$1" $service; }
# status_of PID KEY
status_of() { inside sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status"; }

is starts "$(restarted && property ActiveState)" active
main=$(property MainPID)
is user "$(status_of "$main" Uid | cut -f 1)" "$(inside id -u captrim)"
is holds-nothing "$(for set in CapInh CapPrm CapEff CapAmb; do status_of "$main" $set; done | sort -u)" 0000000000000000
is gains-nothing "$(status_of "$main" NoNewPrivs) $(status_of "$main" Seccomp)" '1 2'
openers=$(inside pgrep -x captrim-opener | tr '\n' ' ')
is opener "$(for pid in $openers; do status_of "$pid" CapEff; done | sort -u)" 0000000000080004
# shellcheck disable=SC2086 # two words
is opener-alone "$(for pid in $openers; do inside sh -c "ls -l /proc/$pid/fd" | grep -c 'bpf\|kallsyms'; done | sort -u)" 0
is store-mode "$(inside stat -c '%a %U' /var/lib/captrim/captrim.db)" '640 captrim'
is sees "$(inside /facts)" '0:0 host CHOWN'
inside curl -s --max-time 20 http://127.0.0.1:9469/metrics >"$tmp/metrics"
says metrics "$tmp/metrics" '^captrim_'
since=$(date +%s)
inside systemctl kill --signal=KILL --kill-whom=main $service
for _ in $(seq 100); do
	[ "$(property MainPID)" != "$main" ] && [ "$(property ActiveState)" = active ] && break
	sleep 0.2
done
is comes-back "$(property ActiveState) $(inside pgrep -xc captrim-opener)" 'active 2'

# The page, as docs/page.md says.
inside sh -c "$(sed -n "s/^sudo sh -c '\(.*captrim-ui.*\)'/\1/p" "$here/docs/page.md")" >"$tmp/out" 2>&1
is page-socket "$? $(inside systemctl is-active captrim-ui.socket) $(property ActiveState)" '0 active active'
page() { inside curl -s --max-time 20 -o /page.out -w '%{http_code}' "$@" http://127.0.0.1:9470/; }
is page-asks "$(page)" 401
is page "$(page -H "Authorization: Bearer $(inside cat /var/lib/captrim/ui.token)")" 200
says page-shows "$root/page.out" '<title>Workloads'
is page-holds-nothing "$(for pid in $(inside pgrep -u captrim -x 'captrim.*' | tr '\n' ' '); do status_of "$pid" CapEff; done | sort -u | tr '\n' ' ')" \
	'0000000000000000 0000000000080004 '

all='CAP_BPF CAP_PERFMON CAP_SYSLOG CAP_SYS_PTRACE CAP_DAC_READ_SEARCH'
# without CAP: restarted under the others
without() {
	local rest=${all/$1/}

	mkdir -p "$units/$service.d"
	printf '[Service]\nCapabilityBoundingSet=\nCapabilityBoundingSet=%s\nAmbientCapabilities=\nAmbientCapabilities=%s\n' \
		"$rest" "$rest" >"$units/$service.d/less.conf"
	inside systemctl daemon-reload
	restarted
}
for cap in CAP_BPF CAP_PERFMON CAP_SYSLOG; do
	without $cap
	said
	says "without-$cap" "$tmp/journal" "lacks \\($cap\\)"
	inside systemctl stop $service
done
without CAP_SYS_PTRACE
is without-CAP_SYS_PTRACE "$(inside /facts)" '0:0 null CHOWN'
without CAP_DAC_READ_SEARCH
is without-CAP_DAC_READ_SEARCH "$(inside /facts)" 'null null CHOWN'
