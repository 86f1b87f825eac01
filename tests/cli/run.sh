#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# captrim run with plain commands: exit statuses, signals, what is left behind.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
	# An ordinary user cannot look into our scratch directory, and need not.
	status=0
	(cd / && setpriv --reuid 65534 --regid 65534 --clear-groups \
		"$captrim" run -- true) >"$tmp/out" 2>"$tmp/err" || status=$?
	if [ "$status" -eq 126 ] || [ "$status" -eq 127 ]; then
		skip no-privilege "$captrim is not to be executed by others"
	else
		is no-privilege "$status" 125
		says no-privilege-cure "$tmp/err" 'root|sudo'
	fi
fi
need_probe

# run STATUS NAME COMMAND...
run() {
	local wanted=$1 name=$2 status=0

	shift 2
	"$captrim" run -q --format json -o "$tmp/advice" -- "$@" \
		>"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
	is "$name" "$status" "$wanted"
}

own_cgroups() {
	find /sys/fs/cgroup -maxdepth 4 -type d -name "captrim-${1:-[0-9]*}" 2>/dev/null
}

run 0 status-0 true
is nothing-needed "$(cap_add "$tmp/advice")" ''
run 7 status-7 sh -c 'exit 7'
run 137 killed sh -c 'kill -9 $$'
run 143 terminated sh -c 'kill -TERM $$'
run 127 not-found "$tmp/no-such-command"
says not-found-text "$tmp/err" 'no-such-command'
: >"$tmp/plain"
run 126 not-executable "$tmp/plain"
says not-executable-text "$tmp/err" 'plain'

echo to-the-command >"$tmp/in"
"$captrim" run -q -o /dev/null -- cat <"$tmp/in" >"$tmp/out" 2>&1
is standard-input "$(cat "$tmp/out")" to-the-command
"$captrim" run -q -o "$tmp/advice" -- sh -c 'echo out; echo err >&2' >"$tmp/out" 2>"$tmp/err"
is standard-output "$(cat "$tmp/out")" out
is standard-error "$(cat "$tmp/err")" err

# A reload is a SIGHUP that is handled, by a handler or blocked, and neither one that ends its process nor one ignored.
reload_seen() {
	jq '.workloads[0].exercised.reload_seen' "$tmp/advice"
}

run 0 reload sh -c 'trap : HUP; kill -HUP $$'
is reload-seen "$(reload_seen)" true
says reload-said "$tmp/advice" 'reload seen'
run 0 hangup-ends sh -c 'sh -c "kill -HUP \$\$"; :'
is hangup-ends-unseen "$(reload_seen)" false
run 0 hangup-ignored sh -c 'trap "" HUP; kill -HUP $$'
is hangup-ignored-unseen "$(reload_seen)" false
if command -v python3 >/dev/null; then
	run 0 hangup-blocked python3 -c 'import os, signal as s
s.pthread_sigmask(s.SIG_BLOCK, [s.SIGHUP]); os.kill(os.getpid(), s.SIGHUP); s.sigwait([s.SIGHUP])'
	is hangup-blocked-seen "$(reload_seen)" true
else
	skip hangup-blocked "no python3"
fi

touch "$tmp/file"
run 0 chown chown 1 "$tmp/file"
is chown-advice "$(cap_add "$tmp/advice")" CHOWN
is chown-verdict "$(jq -r '.workloads[0].capabilities[] | select(.name == "CHOWN") | .verdict' \
	"$tmp/advice")" required
is schema "$(jq -r .schema "$tmp/advice")" captrim.advice/1
is kind "$(jq -r '.workloads[0].kind' "$tmp/advice")" command
is losses "$(jq -c '[.losses | .events, .kinds, .stacks]' "$tmp/advice")" '[0,0,0]'
if command -v setpriv >/dev/null; then
	# By its path: a search of root's PATH as another user would be a need of its own.
	run 0 setpriv setpriv --reuid 1 --regid 1 --clear-groups /bin/true
	# Its capset repeats what capget told it has, and asks for nothing.
	is setpriv-advice "$(cap_add "$tmp/advice")" SETGID,SETUID
	run 1 refused setpriv --bounding-set=-chown --inh-caps=-chown chown 2 "$tmp/file"
	# setpriv itself needs SETPCAP to take something from the bounding set.
	is refused-advice "$(cap_add "$tmp/advice")" CHOWN,SETPCAP
fi
# A script gets what its interpreter's file has, not its own.
if cp "$(type -P true)" "$tmp/interpreter" && setcap cap_net_raw+ep "$tmp/interpreter" 2>"$tmp/err"; then
	printf '#!%s\n' "$tmp/interpreter" >"$tmp/script"
	chmod 755 "$tmp/script"
	run 0 script "$tmp/script"
	is script-advice "$(cap_add "$tmp/advice")" NET_RAW
else
	skip script "no file capabilities here: $(head -n 1 "$tmp/err")"
fi
# The child that goes on after its parent has ended is watched, too.
run 0 daemon sh -c "setsid sh -c 'sleep 1; chown 3 $tmp/file' >/dev/null 2>&1 </dev/null &"
is daemon-advice "$(cap_add "$tmp/advice")" CHOWN

"$captrim" run -q --save "$tmp/recording" --format json -o "$tmp/advice" -- \
	chown 4 "$tmp/file" 2>"$tmp/err"
"$captrim" advise --format json -o "$tmp/again" "$tmp/recording"
# shellcheck disable=SC2016 # a jq program
is lossless "$(jq -c '.losses | del(.truncated) | to_entries | map(select(.value != 0))' "$tmp/advice")" '[]'
sed 's/"acts":0/"acts":1/' "$tmp/recording" | "$captrim" advise --format json /dev/stdin >"$tmp/lossy"
is confidence-without-losses "$(jq -r '.workloads[0].advice.confidence' "$tmp/advice")" high
is confidence-with-losses "$(jq -c '.workloads[0].advice | [.confidence, .complete, .incomplete_reasons]' "$tmp/lossy")" '["low",false,["losses"]]'
is saved "$(jq -cS '.workloads[0].advice' "$tmp/again")" "$(jq -cS '.workloads[0].advice' "$tmp/advice")"
# If the recording cannot be kept, there is the advice all the same.
rm -f "$tmp/advice"
"$captrim" run -q --save /dev/full --format json -o "$tmp/advice" -- true >"$tmp/out" 2>"$tmp/err"
is save-full-status $? 125
says save-full-said "$tmp/err" 'cannot write /dev/full'
is save-full-advice "$(cap_add "$tmp/advice")" ''

# As another tracer comes and goes, the kernel calls the probe in other ways: paths must be told apart all the same.
# shellcheck disable=SC2016 # for the inner shell
"$captrim" run -q --save "$tmp/recording" -o /dev/null -- sh -c '"$1" run -q -o /dev/null -- sleep 3 & sleep 1.5
	i=0; while [ $((i += 1)) -le 100 ]; do /bin/true; done; wait
	i=0; while [ $((i += 1)) -le 100 ]; do /bin/true; done' sh "$captrim" 2>"$tmp/err"
short=$(jq -s 'map(select(.type == "kind" and .stack[0] == "cap_vm_enough_memory") | .count) | add' "$tmp/recording")
long=$(jq -s 'map(select(.type == "kind" and .stack[0] == "security_vm_enough_memory_mm") | .count) | add // 0' \
	"$tmp/recording")
if [ "$short" -gt $((20 * long)) ]; then pass tracers; else fail tracers "$long of $((short + long)) on the long path"; fi

status=0
"$captrim" run -q -o /dev/full -- true >"$tmp/out" 2>"$tmp/err" || status=$?
is full-disk "$status" 125
says full-disk-text "$tmp/err" 'No space left'
if mkdir "$tmp/small" && mount -t tmpfs -o size=4k none "$tmp/small" 2>"$tmp/err"; then
	head -c 4096 /dev/zero >"$tmp/small/fill" 2>/dev/null
	for option in -o --save; do
		status=0
		"$captrim" run -q $option "$tmp/small/file" -- true >"$tmp/out" 2>"$tmp/err" || status=$?
		is "full-disk$option" "$status" 125
		says "full-disk$option-text" "$tmp/err" 'small/file.*No space left'
		is "full-disk$option-left" "$(ls -A "$tmp/small")" fill
	done
	umount "$tmp/small"
else
	skip full-disk-o "no tmpfs to be mounted: $(head -n 1 "$tmp/err")"
fi
# Nobody reads: said by the status, not by a signal.
{ status=0; "$captrim" run -q -- true 2>"$tmp/err" || status=$?; echo "$status" >"$tmp/status"; } | true
is broken-pipe "$(cat "$tmp/status")" 125
says broken-pipe-text "$tmp/err" 'Broken pipe'
if [ -d /sys/kernel/btf ] && unshare -m true 2>/dev/null; then
	status=0
	# shellcheck disable=SC2016 # for the inner shell
	unshare -m sh -c 'mount -t tmpfs none /sys/kernel/btf && exec "$0" run -q -- true' "$captrim" \
		>"$tmp/out" 2>"$tmp/err" || status=$?
	is no-btf "$status" 125
	says no-btf-text "$tmp/err" 'BTF|/sys/kernel/btf'
else
	skip no-btf 'no mount namespace to hide /sys/kernel/btf in'
fi
status=0
"$captrim" run -q --backend xyz -- true >"$tmp/out" 2>"$tmp/err" || status=$?
is backend "$status" 2
says backend-text "$tmp/err" "--backend: 'xyz' is not one of tp_btf, fexit, kprobe"
"$captrim" run -q -o /dev/null -- grep SigIgn /proc/self/status >"$tmp/out" 2>"$tmp/err"
# Without 32 and 33, which the C library keeps for itself: with threads, it sets them.
ignored() { printf '%x' $((0x$(awk '/SigIgn/ { print $2 }' "$1") & ~0x180000000)); }
is inherits-no-ignored-signal "$(ignored "$tmp/out")" "$(ignored /proc/self/status)"
# On what it inherits depends what it needs: here neither a value of 0 nor another one is asked for.
nice -n 4 "$captrim" run -q -o /dev/null -- nice >"$tmp/out" 2>"$tmp/err"
is inherits-nice "$(cat "$tmp/out")" "$(nice -n 4 nice)"
(ulimit -l 32 && exec "$captrim" run -q -o /dev/null -- sh -c 'ulimit -l') >"$tmp/out" 2>"$tmp/err"
is inherits-memory-limit "$(cat "$tmp/out")" 32
# An ordinary user with three capabilities, and not SYS_ADMIN, watches.
if [ "$(id -u)" = 0 ] && grep -q '^ok *backend tp_btf' <("$captrim" doctor); then
	three=+bpf,+perfmon,+syslog
	touch "$tmp/owned"
	(for _ in $(seq 40); do chown 1 "$tmp/owned"; chown 0 "$tmp/owned"; sleep 0.1; done) &
	cp "$captrim" "$tmp/nobody-captrim"
	chmod 755 "$tmp"
	setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps "-all,$three" --ambient-caps $three \
		--bounding-set "-all,$three" -- "$tmp/nobody-captrim" trace --backend tp_btf -d 3s >"$tmp/out" 2>"$tmp/err"
	wait $!
	says nobody-watches "$tmp/out" 'granted CHOWN .*chown'
	status=0
	setpriv --reuid 65534 --regid 65534 --clear-groups -- "$tmp/nobody-captrim" trace -d 1s >"$tmp/out" 2>"$tmp/err" ||
		status=$?
	is nobody-without "$status" 1
	says nobody-without-text "$tmp/err" 'lacks \(CAP_SYSLOG, CAP_PERFMON, CAP_BPF\)'
	"$captrim" doctor --privileges >"$tmp/out" 2>"$tmp/err"
	is privileges "$(sed -n 's/^AmbientCapabilities=//p' "$tmp/out" | tr ' ' '\n' | grep -c 'BPF\|PERFMON')" 2
	says privileges-tried "$tmp/out" '^yes  loader  BPF '
	says privileges-list "$tmp/out" 'look at +/proc/#/root$'
else
	skip nobody-watches 'needs root and the tracepoint cap_capable'
fi
# Where kprobes cannot be attached, the verifier has its say all the same.
"$captrim" run -q --backend kprobe -o /dev/null -- true >"$tmp/out" 2>"$tmp/err"
if grep -q '^captrim: ' "$tmp/err"; then
	says backend-kprobe-alone "$tmp/err" '^captrim: the attach type kprobe does not work here:$'
fi
is backend-kprobe-loads "$(grep -c 'kprobe *load failed' "$tmp/err")" 0
# A reader may stop reading. A full disk is an error, and named.
if [ "$(id -u)" = 0 ]; then
	touch "$tmp/given"
	while :; do chown 1 "$tmp/given"; chown 0 "$tmp/given"; sleep 0.1; done &
	busy=$!
	"$captrim" trace -d 5s 2>"$tmp/err" | head -n 1 >/dev/null
	is trace-closed-pipe "${PIPESTATUS[0]} $(cat "$tmp/err")" '0 '
	"$captrim" trace -d 5s >/dev/full 2>"$tmp/err"
	is trace-full $? 1
	is trace-full-why "$(cat "$tmp/err")" 'captrim: cannot write standard output: No space left on device'
	kill "$busy"
	wait "$busy" 2>/dev/null
else
	skip trace-closed-pipe 'needs root'
fi
# With less detail the set is the same here; totals say that they may hide a need.
for detail in no-sites kinds totals; do
	"$captrim" run -q --no-syscalls --detail $detail --format json -o "$tmp/advice" -- \
		sh -c "touch '$tmp/owned' && chown 1 '$tmp/owned' && rm '$tmp/owned'" >"$tmp/out" 2>"$tmp/err"
	tr -d ' \n' <"$tmp/advice" >"$tmp/line"
	says "detail-$detail" "$tmp/line" '"cap_add":\["CHOWN"\]'
	says "detail-$detail-site" "$tmp/line" '"site":"notnoted"'
	is "detail-$detail-gap" "$(grep -c '"degraded"' "$tmp/line")" "$([ $detail != totals ]; echo $?)"
done

# wait_for COMMAND...: up to ten seconds
wait_for() {
	local n=0

	while [ $((n += 1)) -le 100 ]; do
		"$@" >/dev/null 2>&1 && return 0
		sleep 0.1
	done
	return 1
}
ended() { ! kill -0 "$1" 2>/dev/null; }
started() { [ -s "$tmp/started" ]; }
# The command's cgroup has been there, and is gone: the report is being written.
reporting() { [ -z "$(own_cgroups "$1")" ]; }

# Job control, or the shell would make captrim ignore the signal.
set -m
for signal in INT TERM; do
	rm -f "$tmp/started" "$tmp/advice"
	"$captrim" run -q --format json -o "$tmp/advice" -- \
		sh -c "chown 5 $tmp/file; echo \$\$ >$tmp/started; exec sleep 300" >"$tmp/out" 2>"$tmp/err" &
	pid=$!
	wait_for started
	child=$(cat "$tmp/started")
	kill -"$signal" "$pid"
	if wait_for ended "$pid"; then
		pass "$signal-ends"
	else
		fail "$signal-ends" 'captrim still runs after ten seconds'
		kill -9 "$pid"
	fi
	wait "$pid" 2>/dev/null
	is "$signal-advice" "$(cap_add "$tmp/advice")" CHOWN
	is "$signal-cgroup" "$(own_cgroups "$pid")" ''
	if wait_for ended "$child"; then
		pass "$signal-child"
	else
		fail "$signal-child" 'the command was left running'
		kill -9 "$child"
	fi
done

# Aborted while the report waits for a reader.
mkfifo "$tmp/fifo"
rm -f "$tmp/started"
"$captrim" run -q -o "$tmp/fifo" -- sh -c "echo x >$tmp/started" >"$tmp/out" 2>"$tmp/err" &
pid=$!
wait_for started
wait_for reporting "$pid"
is report-cgroup "$(own_cgroups "$pid")" ''
kill -INT "$pid"
if wait_for ended "$pid"; then
	pass report-abort
else
	fail report-abort 'captrim still runs after ten seconds'
	kill -9 "$pid"
fi
wait "$pid" 2>/dev/null

# Twice: aborted, though the command minds neither.
rm -f "$tmp/started" "$tmp/advice"
"$captrim" run -q --format json -o "$tmp/advice" -- \
	sh -c "trap '' INT TERM; sleep 300 & echo \$! >$tmp/started; wait" >"$tmp/out" 2>"$tmp/err" &
pid=$!
wait_for started
kill -INT "$pid"
sleep 0.3
kill -INT "$pid"
if wait_for ended "$pid"; then pass twice-ends; else fail twice-ends 'captrim still runs'; fi
status=0
wait "$pid" 2>/dev/null || status=$?
is twice-status "$status" 130
says twice-text "$tmp/err" aborted
is twice-nothing-written "$(ls "$tmp/advice" 2>/dev/null)" ''
is twice-cgroup "$(own_cgroups "$pid")" ''
if wait_for ended "$(cat "$tmp/started")"; then pass twice-child; else fail twice-child 'a child was left'; fi
# While it attaches, whenever that is.
for after in 0.01 0.1 0.2 0.3 0.5; do
	"$captrim" run -q -o /dev/null -- sleep 300 >"$tmp/out" 2>"$tmp/err" &
	pid=$!
	sleep $after
	kill -INT "$pid"
	wait_for ended "$pid" || fail "early-$after" 'captrim still runs'
	wait "$pid" 2>/dev/null
	is "early-$after" "$(own_cgroups "$pid")$(pgrep -P "$pid")" ''
done
set +m

# The probe is gone with captrim: nothing stays in /sys/fs/bpf, no cgroup of ours.
"$captrim" run -q -o /dev/null -- true &
pid=$!
wait "$pid"
is cgroup-gone "$(own_cgroups "$pid")" ''
