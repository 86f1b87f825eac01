#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# captrim verify with containers and commands: what it proves, what "works" means, what is left.
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
need_probe
need_docker
n=0
prefix=captrim-verify-test-$$
# shellcheck disable=SC2317 # called by trap
clean() {
	docker ps -aq --filter "name=$prefix" | xargs -r docker rm -f >/dev/null 2>&1
	docker volume ls -q --filter "name=$prefix" | xargs -r docker volume rm >/dev/null 2>&1
	rm -rf "$tmp"
}
trap clean EXIT

# verify [OPTION]... -- DOCKER-RUN-ARGUMENTS; sets $status, leaves $tmp/advice
verify() {
	local options=()

	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	n=$((n + 1))
	name=$prefix-$n
	status=0
	rm -f "$tmp/advice"
	"$captrim" verify --format json -o "$tmp/advice" "${options[@]}" -- \
		docker run --network none --name "$name" "$@" >"$tmp/out" 2>"$tmp/err" || status=$?
}
verified() { jq -r ".workloads[0].verified.$1" "$tmp/advice"; }
# proves NAME CAPS RUNS RESULT
proves() {
	is "$1" "$status $(cap_add "$tmp/advice") $(verified runs) $(verified result)" "0 $2 $3 $4"
}
# Others may verify at the same time: what is left is asked by the token of a run.
token_of() { docker inspect -f '{{index .Config.Labels "captrim.verify"}}' "$1" 2>/dev/null; }
# left TOKEN: numbers of containers, volumes, notes
left() {
	echo "$(docker ps -aq --filter "label=captrim.verify=$1" | wc -l)" \
		"$(docker volume ls -q --filter "label=captrim.verify=$1" | wc -l)" \
		"$(find /run/captrim-runs -name "verify-$1" | wc -l)"
}
# wait_for COMMAND...: up to twenty seconds
wait_for() {
	local i=0

	while [ $((i += 1)) -le 200 ]; do
		"$@" >/dev/null 2>&1 && return 0
		sleep 0.1
	done
	return 1
}
ended() { ! kill -0 "$1" 2>/dev/null; }

verify -- --rm "$image" true
proves nothing '' 1 minimal
is confidence "$(jq -r '.workloads[0].advice.confidence' "$tmp/advice")" proved
verify -- "$image" chown 1001 /etc/passwd
proves one CHOWN 2 minimal
is list "$(jq -c '[.workloads[0].verified.list[] | [.recording, .ending, (.refused | join(" "))]]' "$tmp/advice")" \
	'[[true,"works",""],[false,"works",""],[false,"fails","CHOWN"]]'
verify -- "$image" sh -c 'ls /srv/other && chown 1001 /etc/passwd'
# Which of the two is tried first is the judge's affair, the cheaper one is left.
is either-or "$(cap_add "$tmp/advice") $([ "$(verified runs)" -le 4 ] && echo few)" 'CHOWN,DAC_READ_SEARCH few'
verify -- "$image" sh -c 'ls /srv/other || true'
proves shrugged-off '' 2 minimal
is degraded "$(verified 'degraded | index("DAC_READ_SEARCH") != null')" true
verify --quick -- "$image" sh -c 'ls /srv/other || true'
proves quick '' 1 minimal
verify --quick -- "$image" sh -c 'ls /srv/other && chown 1001 /etc/passwd'
is quick-fails "$status $(cap_add "$tmp/advice" | sed 's/DAC_OVERRIDE/DAC_READ_SEARCH/') $(verified runs) $(verified result)" '0 CHOWN,DAC_READ_SEARCH 1 failed'
is quick-confidence "$(jq -r '.workloads[0].advice.confidence' "$tmp/advice")" high
verify --trust -- "$image" sh -c 'ls /srv/other || true; chown 1001 /etc/passwd'
proves trust CHOWN 2 sufficient
verify --max-runs 1 -- "$image" sh -c 'ls /srv/other || true; chown 1001 /etc/passwd'
is max-runs "$status $(cap_add "$tmp/advice" | sed 's/DAC_OVERRIDE/DAC_READ_SEARCH/') $(verified runs) $(verified result)" '0 CHOWN,DAC_READ_SEARCH 1 sufficient'
verify -- --cap-drop ALL --cap-add CHOWN --cap-add KILL "$image" chown 1001 /etc/passwd
proves own-capabilities CHOWN 2 minimal
verify -- --cap-drop ALL --cap-add CHOWN "$image" chown 1001 /etc/passwd
proves recording-counts CHOWN 1 minimal

"$captrim" run -q --save "$tmp/rec" -o /dev/null -- \
	docker run --rm --network none --name "$prefix-rec" "$image" chown 1001 /etc/passwd 2>/dev/null
verify --from "$tmp/rec" -- "$image" chown 1001 /etc/passwd
proves from CHOWN 2 minimal
is from-list "$(verified 'list | map(.recording | if . then "as given" else "set" end) | join(", ")')" 'as given, set, set'
verify --from "$tmp/rec" -- "$image" chown 1002 /etc/passwd
is from-other "$status" 1
says from-other-text "$tmp/err" "its command is 'chown 1001 /etc/passwd', not 'chown 1002 /etc/passwd'"

# One that has not seen the start, of something that never ends when asked to, which is not a failure.
forever='chown 1001 /etc/passwd || exit 1; while :; do sleep 0.1; done'
docker run -d --network none --stop-timeout 1 --name "$prefix-late" "$image" sh -c "$forever" >/dev/null
"$captrim" record -q -c "$prefix-late" -d 300ms -o "$tmp/rec"
docker rm -f "$prefix-late" >/dev/null
verify --from "$tmp/rec" --stay 1s -- --stop-timeout 1 "$image" sh -c "$forever"
proves from-late CHOWN 2 minimal
says from-late-told "$tmp/err" 'has not seen the start: captrim records a run of its own first'
is from-late-both "$(jq -c '.workloads[0] | [.recordings, .advice.complete]' "$tmp/advice")" '[2,true]'
# What cannot work is not tried for long.
verify --from "$tmp/rec" --check false -t 2s -- --stop-timeout 1 "$image" sh -c "$forever"
is from-hopeless "$status $(grep -c 'recording: fails' "$tmp/err") $(grep -c 'run 1' "$tmp/err")" '1 1 0'
says from-hopeless-text "$tmp/err" 'does not work as it is, with all that it is given \(.*\): nothing can be proved until it does'

# The kernel compares two processes' sets first: with as much as the other nothing is asked.
docker run -d --network none --name "$prefix-other" "$image" sleep 300 >/dev/null
verify -- --pid "container:$prefix-other" "$image" cat /proc/1/environ
is compared "$status $(cap_add "$tmp/advice") $([ "$(verified runs)" -le 4 ] && echo few) $(verified result)" '0 SYS_PTRACE few minimal'
docker rm -f "$prefix-other" >/dev/null

# Its engine starts it again and again: it has not stayed up.
verify --stay 1s -- -d --restart=always "$image" \
	sh -c 'sleep 0.3; chown 1001 /etc/passwd || exit 1; trap "exit 0" TERM; while :; do sleep 0.1; done'
proves restarts CHOWN 2 minimal

# A service, asked in different ways whether it works.
service='trap "exit 0" TERM; chown 1001 /etc/passwd && touch /tmp/ready || exit 1; while :; do sleep 0.1; done'
verify -- -d "$image" sh -c "$service"
is detached "$status" 2
says detached-text "$tmp/err" '--check'
# shellcheck disable=SC2016 # for the check's shell
verify --check 'docker exec "$CAPTRIM_CONTAINER" cat /tmp/ready' -- -d "$image" sh -c "$service"
proves check CHOWN 2 minimal
is check-text "$(verified check | grep -c 'cat /tmp/ready')" 1
verify --health -- -d --health-cmd 'test -e /tmp/ready' --health-interval 1s "$image" sh -c "$service"
proves health CHOWN 2 minimal
verify --stay 5s -- "$image" sh -c "$service"
proves stay CHOWN 2 minimal
verify --health -- "$image" sh -c "$service"
is no-health "$status" 1
says no-health-text "$tmp/err" 'no health check'
# It ends in time with KILL alone: that is part of working.
verify --stay 3s -- --stop-timeout 3 "$image" sh -c \
	'su bob -c "exec sleep 100" & trap "kill -9 $! && exit 0" TERM; while :; do sleep 0.1; done'
is stop-in-time "$status $(cap_add "$tmp/advice")" '0 KILL,SETGID,SETUID'

# Fresh volumes for each set; the first boot changes them, the second finds them changed.
boots='if [ -e /v/done ]; then cat /srv/other/file; else touch /v/done && chown 1001 /v; fi'
verify --runs-per-set 1 -- -v "$prefix-data:/v" "$image" sh -c "$boots"
is first-boot "$status $(cap_add "$tmp/advice")" '0 CHOWN'
verify -- -v "$prefix-data:/v" "$image" sh -c "$boots"
is both-boots "$status $(cap_add "$tmp/advice") $(verified result)" '0 CHOWN,DAC_READ_SEARCH minimal'
is both-boots-list "$(verified 'list[:4] | map("\(.recording) \(.start)") | join(",")')" 'true 1,true 2,false 1,false 2'
is own-volume "$(docker volume ls -q --filter "name=$prefix-data")" ''
# Where that is not to be had again, what only the first boot needs stays.
once='[ -e /v/done ] || { touch /v/done && chown 1001 /v/done; }; cat /srv/other/file || true'
verify --keep-volumes -- -v "$prefix-kept:/v" "$image" sh -c "$once"
proves kept CHOWN "$(verified runs)" sufficient
is kept-list "$(verified 'kept | join(",")')" CHOWN
says kept-why "$tmp/advice" 'CHOWN stays: the recording needed it and no later run asked for it again'
# What is set again and again may be there from an earlier run, also where it is refused.
mkdir "$tmp/data"
verify -- -v "$tmp/data:/v" "$image" sh -c 'chown 1001 /v 2>/dev/null; su bob -c "touch /v/file"'
proves kept-owner CHOWN,SETGID,SETUID "$(verified runs)" sufficient
verify -- -v "$tmp/data:/v:ro" "$image" sh -c 'touch /f; chown 1001 /f 2>/dev/null; su bob -c true'
proves owner-of-nothing-kept SETGID,SETUID "$(verified runs)" minimal
is kept-volume "$(docker volume ls -q --filter "name=$prefix-kept")" "$prefix-kept"
verify --keep -- -v "$prefix-data:/v" "$image" true
kept=$(docker volume ls -q --filter label=captrim.verify | while read -r v; do [ -e "/run/captrim-runs/verify-${v:8:24}" ] || echo "$v"; done)
is keep "$status $(wc -w <<<"$kept")" '0 2'
xargs docker volume rm <<<"$kept" >/dev/null

# Fails once by chance, in the run under the advised set.
echo 0 >"$tmp/count"
# shellcheck disable=SC2016 # for the container's shell
verify -- -v "$tmp:/w" "$image" sh -c 'n=$(cat /w/count); echo $((n + 1)) >/w/count; [ "$n" != 1 ]'
is flaky "$status $(cap_add "$tmp/advice") $(verified flaky) $(verified result)" '0  true minimal'
verify -- "$image" sh -c 'exit 3'
is never-works "$status" 1
says never-works-text "$tmp/err" 'exit status 3'
verify -- captrim-no-such-image true
is no-image "$status" 1
docker create --name "$prefix-taken" "$image" true >/dev/null
"$captrim" verify -q -- docker run --name "$prefix-taken" "$image" true >"$tmp/out" 2>"$tmp/err"
is name-taken $? 1
is not-ours "$(docker ps -aq --filter "name=$prefix-taken" | wc -l)" 1

# Whatever ends it, nothing stays.
is nothing-left "$(docker ps -aq --filter "name=$prefix" --filter label=captrim.verify)" ''
running() { [ "$(docker ps -q --filter "name=$1" --filter status=running)" ]; }
set -m
for signal in INT TERM HUP; do
	"$captrim" verify -q --stay 60s -- docker run --network none --name "$prefix-$signal" \
		-v "$prefix-data:/v" "$image" sleep 60 >"$tmp/out" 2>"$tmp/err" &
	pid=$!
	wait_for running "$prefix-$signal"
	token=$(token_of "$prefix-$signal")
	is "$signal-makes" "$(left "$token")" '1 1 1'
	kill -"$signal" "$pid"
	wait_for ended "$pid" || kill -9 "$pid"
	wait "$pid"
	is "$signal-status" $? 130
	is "$signal-left" "$(left "$token")" '0 0 0'
done
"$captrim" verify -q --stay 60s -- docker run --network none --name "$prefix-killed" \
	-v "$prefix-data:/v" "$image" sleep 60 >"$tmp/out" 2>"$tmp/err" &
pid=$!
wait_for running "$prefix-killed"
token=$(token_of "$prefix-killed")
kill -9 "$pid"
wait "$pid" 2>/dev/null
set +m
is killed-leaves "$(left "$token")" '1 1 1'
verify -- "$image" true
is next-removes "$(left "$token")" '0 0 0'

# Plain commands: capabilities are taken from what they can ever have.
command() {
	status=0
	"$captrim" verify --format json -o "$tmp/advice" "$@" >"$tmp/out" 2>"$tmp/err" || status=$?
}
touch "$tmp/file"
command -- chown 1001 "$tmp/file"
proves command CHOWN 2 minimal
command --stay 1s -- sh -c "chown 1002 $tmp/file && exec sleep 60"
proves command-stay CHOWN 2 minimal
command -- sh -c "setsid sleep 1.5 & chown 1003 $tmp/file"
proves command-daemon CHOWN 2 minimal
command -- "$tmp/no-such-command"
is command-not-found "$status" 1
# It makes a control group below its own.
# shellcheck disable=SC2016 # for the command's shell
below='d=$(sed -n s/^0:://p /proc/self/cgroup); m=$(awk "\$3 == \"cgroup2\" { print \$2; exit }" /proc/self/mounts); [ "$m" ] && mkdir "$m$d/below" && echo "$m$d"'
"$captrim" verify -q --stay 60s -- sh -c "{ $below; } >$tmp/group; echo \$\$ >$tmp/pid; sleep 300; true" >"$tmp/out" 2>"$tmp/err" &
pid=$!
wait_for test -s "$tmp/pid"
kill -9 "$pid"
wait "$pid" 2>/dev/null
command -- true
if wait_for ended "$(cat "$tmp/pid")"; then pass command-killed; else fail command-killed 'still runs'; fi
is command-killed-left "$([ -e "$(cat "$tmp/group")" ] && echo group)$(grep 'could not all be removed' "$tmp/err")" ''
