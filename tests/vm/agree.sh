# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154,SC2086 # release, captrim, backends, pass and fail are the caller's
# How many checks were made, and how many were seen: by each attach type, also where the kernel is
# preempted all the time, and by others who count the same function's calls. Read by the guest's
# script of scripts/vm-test.

# seen RECORDING: checks that sethostname made, of the capability SYS_ADMIN
seen() {
	sed -n 's/.*"type":"kind".*"cap":21,"syscall":"sethostname".*"count":\([0-9]*\).*/\1/p' "$1" |
		awk '{ n += $1 } END { print n + 0 }'
}

# missed RECORDING: runs of the probe's programs that the kernel left out
missed() {
	sed -n 's/.*"missed":\([0-9]*\).*/\1/p' "$1" | awk '{ n += $1 } END { print n + 0 }'
}

# ask NAME BACKEND N: 2 N checks. What was not seen must have been counted as missed, and be told.
ask() {
	rm -f /tmp/advice /tmp/recording
	"$captrim" run -q --backend $2 --format json -o /tmp/advice --save /tmp/recording -- ./asks $3 \
		>/tmp/log 2>&1 || cat /tmp/log
	seen=$(seen /tmp/recording) missed=$(missed /tmp/recording)
	said=complete
	! grep -q '"losses"' /tmp/advice || ! tr -d '\n ' </tmp/advice |
		grep -q '"incomplete_reasons":\[[^]]*"losses"' || said=incomplete
	echo "  $1: made $(($3 * 2)), seen $seen, missed $missed, advice $said"
	if [ $seen -lt $(($3 * 2)) ] && [ $((seen + missed)) -lt $(($3 * 2)) ]; then
		fail "$1" "checks were lost and not counted"
	elif [ $seen -gt $(($3 * 2)) ]; then
		fail "$1" "checks were counted twice"
	elif [ $missed -gt 0 ] && [ $said = complete ]; then
		fail "$1" "the advice says nothing of missed checks"
	else
		pass "$1"
	fi
}

for backend in $backends; do
	ask "$backend counts" $backend 1000
done

# Where the kernel can be told to let itself be preempted anywhere.
preempt=/sys/kernel/debug/sched/preempt
mode=$(sed -n 's/.*(\([a-z]*\)).*/\1/p' $preempt 2>/dev/null)
if [ -n "$mode" ] && echo full 2>/dev/null >$preempt; then
	for backend in $backends; do
		ask "$backend preempted" $backend 5000
	done
	echo $mode >$preempt
else
	echo "SKIP $release preempted: no $preempt"
fi

# What locks a kernel down closes that file, too: so this comes after it.
if grep -qw guest.hard /proc/cmdline; then
	must_hold 'lockdown' sh -c 'echo integrity >/sys/kernel/security/lockdown &&
		grep -qF "[integrity]" /sys/kernel/security/lockdown'
	for backend in $backends; do
		ask "$backend locked down" $backend 1000
	done
fi

# peer NAME SECONDS COMMAND...: started, and given that long to attach
peer() {
	name=$1 seconds=$2
	shift 2
	"$@" >/tmp/peer 2>&1 &
	peer=$!
	n=0
	while [ $((n += 1)) -lt $seconds ] && kill -0 $peer 2>/dev/null; do sleep 1; done
	kill -0 $peer 2>/dev/null && return
	echo "SKIP $release agrees with $name: $(tail -n 1 /tmp/peer)"
	return 1
}

# agrees NAME N: what it counted, which is in $counted
agrees() {
	kill -INT $peer
	wait $peer
	counted=$(count_peer)
	if [ "$counted" = $2 ]; then
		pass "agrees with $1: $2"
	else
		fail "agrees with $1" "it counted '$counted', not $2"
		tail -n 5 /tmp/peer
	fi
}

# Each beside captrim's first attach type, which has to see the same. Overcommit's checks, which
# captrim counts apart, are made without audit.
first=${backends# }
first=${first%% *}
if ! command -v bpftrace >/dev/null; then
	echo "SKIP $release agrees with bpftrace: not in the guest (mkdisk bpftrace)"
elif peer bpftrace 45 bpftrace -e 'kprobe:cap_capable /comm == "asks" && arg2 == 21 && (arg3 & 2) == 0/
	{ @seen = count(); }'; then
	ask "$first beside bpftrace" $first 500
	count_peer() { sed -n 's/^@seen: //p' /tmp/peer; }
	agrees bpftrace 1000
fi
if ! command -v capable >/dev/null; then
	echo "SKIP $release agrees with bcc's capable: not in the guest (mkdisk libbpf-tools)"
elif peer "bcc's capable" 10 stdbuf -oL capable; then
	ask "$first beside bcc's capable" $first 100
	sleep 2
	count_peer() { grep -c ' asks  *21  *CAP_SYS_ADMIN  *1 ' /tmp/peer; }
	agrees "bcc's capable" 200
fi
