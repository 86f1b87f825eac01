# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154 # release, captrim, docker, pass and fail are the caller's
# captrim rehearse where the BPF LSM refuses: read by the guest's script of scripts/vm-test.

dir=/tmp/rehearse cgroup=/sys/fs/cgroup/rehearse
# On pure v1 that would be a plain directory beside the hierarchies.
[ ! -d /sys/fs/cgroup/pids ] || cgroup=/sys/fs/cgroup/pids/rehearse

# A workload that needs CHOWN every second (to a new owner, neither of them root) and
# says how the last try went.
start_workload() {
	rm -rf $dir
	mkdir -p $dir $cgroup/sub
	touch $dir/file
	sh -c "echo \$\$ >$cgroup/cgroup.procs; exec sh -c 'n=1; while n=\$((3 - n)); do
		if chown \$n $dir/file 2>/dev/null; then echo granted; else echo refused; fi >$dir/new
		mv $dir/new $dir/now; sleep 1; done'" &
	workload=$!
	await granted
}

end_workload() {
	kill $workload 2>/dev/null
	wait $workload 2>/dev/null
	n=0
	while ! rmdir $cgroup/sub $cgroup 2>/dev/null && [ $((n += 1)) -lt 50 ]; do sleep 0.1; done
}

# await granted|refused: up to a minute, for an emulated machine is slow
await() {
	n=0
	while [ "$(cat $dir/now 2>/dev/null)" != "$1" ]; do
		[ $((n += 1)) -lt 120 ] || return 1
		sleep 0.5
	done
}

# ended: captrim's exit status, once it is there; it must not take long
ended() {
	n=0
	while kill -0 $rehearsal 2>/dev/null && [ $((n += 1)) -lt 120 ]; do sleep 0.5; done
	wait $rehearsal
}

rehearse() {
	rm -f $dir/out $dir/err
	"$captrim" rehearse --format json -o $dir/out "$@" 2>$dir/err &
	rehearsal=$!
}

# has NAME REGEX: in the report
has() {
	if tr -d '\n' <$dir/out | grep -qE "$2"; then
		pass "rehearse $1"
	else
		fail "rehearse $1" "no '$2' in the report"
		cat $dir/out $dir/err
	fi
}

# must NAME COMMAND...
must() {
	name=$1
	shift
	if "$@" >$dir/log 2>&1; then
		pass "rehearse $name"
	else
		fail "rehearse $name" "$*: exit status $?"
		cat $dir/log $dir/err
	fi
}

# within COMMAND: in the cgroup below the workload's
within() { sh -c "echo \$\$ >$cgroup/sub/cgroup.procs; exec $1"; }
fails() { ! "$@"; }
is_status() { [ "$1" -eq "$2" ]; }

start_workload
rehearse --cgroup $cgroup --cap-add none
must refuses await refused
touch $dir/other
must 'elsewhere granted' chown 1 $dir/other
must 'refuses below' fails within "chown 2 $dir/other"
must 'own user namespace' within 'unshare -Urm mount -t tmpfs none /mnt'
kill -INT $rehearsal
ended
must 'ends by signal' is_status $? 0
must 'lifts by signal' await granted
has 'says stopped' '"result": "stopped"'
has 'counts' '"refused": \{[^}]*"CHOWN": [1-9]'
has 'knows who' '"capability": "CHOWN", *"count": [1-9][0-9]*, *"effect": "fails", *"process": "chown", *"syscall": "fchownat"'

rehearse --cgroup $cgroup --cap-add chown --for 2s
ended
must 'keeps the set' is_status $? 0
has 'refused nothing' '"refused": \{ *\}'
must 'kept throughout' fails grep -q 'refused CHOWN' $dir/err

rehearse --cgroup $cgroup --cap-add none --for 15s
must 'refuses for a time' await refused
ended
must 'passes' is_status $? 0
must 'lifts at the end' await granted
has 'says passed' '"result": "passed"'

rehearse --cgroup $cgroup --cap-add none --for 100s --every 1s --check "test ! -e $dir/broken"
must 'refuses while checked' await refused
touch $dir/broken
ended
must 'check fails' is_status $? 1
must 'lifts at a failing check' await granted
has 'says check' '"trouble": "check-failed"'
rehearse --cgroup $cgroup --cap-add none --check "test ! -e $dir/broken"
ended
must 'check fails before' is_status $? 1
must 'says before' grep -q 'before anything was refused' $dir/err

rehearse -p $workload --cap-add none
must 'refuses by pid' await refused
kill -KILL $rehearsal
ended
must 'killed, lifts' await granted

rehearse --cgroup $cgroup --cap-add none
must 'refuses again' await refused
kill -STOP $rehearsal
must 'stopped, lifts' await granted
kill -CONT $rehearsal
must 'continued, refuses' await refused
kill -INT $rehearsal
ended
has 'lapse told' '"lapsed": [1-9]'

rehearse --cgroup $cgroup --cap-add none --log-only --for 15s
ended
must 'log-only' is_status $? 0
has 'log-only counts' '"capability": "CHOWN", *"count": [1-9]'
must 'log-only refuses nothing' grep -q granted $dir/now

rehearse -p $workload --cap-add none
must 'refuses until death' await refused
kill -KILL $workload
ended
must 'death' is_status $? 1
has 'says death' '"trouble": "(process-ended|cgroup-empty)"'
must 'lifts at death' chown 1 $dir/other
end_workload

start_workload
rehearse --cgroup $cgroup --cap-add none
must 'refuses until empty' await refused
kill -KILL $workload
ended
must 'empty' is_status $? 1
has 'says empty' '"trouble": "cgroup-empty"'
end_workload

if [ -n "$docker" ]; then
	mkdir -p $dir
	docker run -d --name rehearse --network none base sh -c \
		'touch /f; while sleep 1; do if chown 1 /f; then echo granted; else echo refused; fi >/new
			mv /new /now; done' \
		>/dev/null
	rehearse -c rehearse --cap-add none --for 100s
	n=0
	while [ "$(docker exec rehearse cat /now)" != refused ] && [ $((n += 1)) -lt 60 ]; do
		sleep 1
	done
	must 'docker refuses, exec starts' docker exec rehearse grep refused /now
	must 'docker copy-up' docker exec rehearse touch /bin/busybox
	must 'docker exec refused' fails docker exec rehearse chown 1 /bin/busybox
	# What a process needs in order to start at all is refused in its very execve.
	docker run -d --name rehearse2 --network none base sh -c \
		'cp /bin/busybox /true; chmod 700 /true; chown 1 /true; exec sleep 1000' >/dev/null
	must 'docker exec starts' docker exec rehearse2 /true
	("$captrim" rehearse -q -c rehearse2 --cap-add chown --for 100s --format json -o $dir/out2 2>$dir/err2) &
	second=$!
	n=0
	while docker exec rehearse2 /true 2>/dev/null && [ $((n += 1)) -lt 60 ]; do sleep 1; done
	must 'docker exec does not start' fails docker exec rehearse2 /true
	docker kill rehearse2 >/dev/null
	wait $second
	cp $dir/out2 $dir/out
	has 'says what did not start' '"capability": "DAC_OVERRIDE", *"count": [1-9][0-9]*, *"effect": "fails", *"process": "[^"]*", *"syscall": "execve"'
	docker rm rehearse2 >/dev/null
	docker kill rehearse >/dev/null
	ended
	must 'docker death' is_status $? 1
	has 'docker says death' '"trouble": "(process-ended|cgroup-empty|container-stopped)"'
	docker rm rehearse >/dev/null

	# Its own health check is a sign like any other.
	docker run -d --name rehearse --network none --health-cmd 'chown 1 /h && chown 2 /h' \
		--health-interval 1s --health-retries 1 base sh -c 'touch /h; exec sleep 1000' >/dev/null
	n=0
	while [ "$(docker inspect -f '{{.State.Health.Status}}' rehearse)" != healthy ] &&
		[ $((n += 1)) -lt 60 ]; do
		sleep 1
	done
	rehearse -c rehearse --cap-add none --for 100s
	ended
	must 'unhealthy' is_status $? 1
	has 'says unhealthy' '"trouble": "unhealthy"'
	must 'lifts when unhealthy' docker exec rehearse chown 1 /h
	docker rm -f rehearse >/dev/null
fi

# The last, since there is no way back: v1 alone, where another hierarchy tells processes apart.
if [ -d /sys/fs/cgroup/pids ]; then
	: # it was that all the time
elif umount -l /sys/fs/cgroup && mount -t tmpfs none /sys/fs/cgroup &&
	mkdir /sys/fs/cgroup/devices && mount -t cgroup -o devices none /sys/fs/cgroup/devices; then
	cgroup=/sys/fs/cgroup/devices/rehearse
	start_workload
	rehearse --cgroup $cgroup --cap-add none
	must 'v1 refuses' await refused
	must 'v1 refuses below' fails within "chown 2 $dir/file"
	must 'v1 elsewhere granted' chown 1 $dir/file
	kill -KILL $workload
	ended
	must 'v1 empty' is_status $? 1
	has 'v1 says empty' '"trouble": "cgroup-empty"'
	has 'v1 counts' '"capability": "CHOWN", *"count": [1-9]'
	end_workload
else
	echo "SKIP $release rehearse v1: no v1 hierarchy can be mounted"
fi
