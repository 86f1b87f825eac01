# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154 # release, captrim, pass and fail are the caller's
# The same workloads under whatever watches the whole host, each in a cgroup of its own: one
# recording by each attach type, and the daemon's store. Read by the guest's script of
# scripts/vm-test, after cases.sh has unpacked the programs.

# NAME EXPECTED COMMAND..., - for nothing
workloads() {
	cat <<-'END'
		reads - cat /etc/passwd
		true - true
		chmod_own - /t/cases chmod_own
		chmod_other FOWNER /t/cases chmod_other
		chmod_setgid FSETID /t/cases chmod_setgid_foreign_group
		chown_to_bob CHOWN /t/cases chown_own_to_bob
		chown_unchanged - /t/cases chown_own_unchanged
		write_setuid FSETID /t/cases write_keeps_setuid
		write_private DAC_OVERRIDE /t/cases write_other_private
		create_in_other DAC_OVERRIDE /t/cases create_in_other
		unlink_sticky FOWNER /t/cases unlink_sticky_others
		mknod MKNOD /t/cases mknod_char
		setcap SETFCAP /t/cases setcap_own
		xattr_trusted SYS_ADMIN /t/cases xattr_trusted_set
		lease LEASE /t/cases lease_other
		drop_to_bob SETGID,SETUID /t/cases drop_to_bob
		setuid SETUID /t/cases setuid_other
		setuid_same - /t/cases setuid_same
		setgroups SETGID /t/cases setgroups_one
		kill KILL /t/cases kill_other
		ptrace SYS_PTRACE /t/cases ptrace_own_undumpable
		realtime SYS_NICE /t/cases sched_fifo
		nice SYS_NICE /t/cases nice_down
		mlock IPC_LOCK /t/cases mlock_beyond_limit
		mlock_little - /t/cases mlock_under_limit
		rlimit SYS_RESOURCE /t/cases rlimit_raise_hard
		keep_capability SETUID,NET_RAW /t/cases setuid_keeping_a_capability
		low_port NET_BIND_SERVICE /t/cases bind_low_port
		raw_socket NET_RAW /t/cases raw_socket
		receive_buffer NET_ADMIN /t/cases so_rcvbufforce
		credentials SETUID /t/cases credentials_other_uid
		chroot SYS_CHROOT /t/cases chroot_dir
		unshare SYS_ADMIN /t/cases unshare_mount
		hostname SYS_ADMIN /t/cases hostname_set
		capset NET_RAW /t/cases capset_explicit
		capset_as_told - /t/cases capset_as_capget_said
		bounding SETPCAP /t/cases bounding_drop
		file_capability NET_ADMIN /t/cases exec_filecap_effective
		clock SYS_TIME /t/cases clock_set_nothing
		alarm WAKE_ALARM /t/cases alarm_timer
		accounting SYS_PACCT /t/cases accounting_off
	END
}

# in_cgroup NAME COMMAND...: moved there by its parent, as engines do, and ended before the next
in_cgroup() {
	where=$workloads_at/$1
	shift
	mkdir -p "$where"
	sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$where" "$@" >/tmp/workload 2>&1 </dev/null
	n=0
	while ! rmdir "$where" 2>/dev/null && [ $((n += 1)) -lt 100 ]; do sleep 0.1; done
}

# Each workload once. Those that this machine cannot do are in $undone.
run_workloads() {
	undone=' '
	umount /w 2>/dev/null
	mount -t tmpfs none /w
	tar -C / --xattrs --xattrs-include='*' -xf cases.tar w
	workloads >/tmp/workloads
	while read -r name _ command; do
		# shellcheck disable=SC2086 # a command's words
		in_cgroup "$name" $command || undone="$undone$name "
	done </tmp/workloads
}

# advised NAME: cap_add of that workload of /tmp/advice
advised() {
	tr -d '\n ' </tmp/advice | sed 's/{"id":"/\n&/g' |
		sed -n "s|^{\"id\":\"[^\"]*/workloads/$1\".*\"cap_add\":\[\([^]]*\)\].*|\1|p" | tr -d '"'
}

# compare WATCHER: one result for all, and one line for each that is not as expected
compare() {
	good=0 bad=0
	while read -r name wanted _; do
		case $undone in *" $name "*) continue ;; esac
		[ "$wanted" != - ] || wanted=
		if ! grep -q "/workloads/$name\"" /tmp/advice; then
			echo "  $1: $name is not among the workloads"
		elif [ "$(advised "$name")" != "$wanted" ]; then
			echo "  $1: $name is advised '$(advised "$name")', not '$wanted'"
		else
			good=$((good + 1))
			continue
		fi
		bad=$((bad + 1))
	done </tmp/workloads
	[ "$undone" = ' ' ] || echo "  not to be done here:$undone"
	if [ $bad -eq 0 ] && [ $good -ge 30 ]; then
		pass "$1: $good workloads"
	else
		fail "$1: workloads" "$bad of $((good + bad)) not as expected"
	fi
}

# watched LOG COMMAND...: starts it in the background as $watcher, until it sees what others do
watched() {
	log=$1
	shift
	"$@" >"$log" 2>&1 &
	watcher=$!
	n=0
	# shellcheck disable=SC2012 # descriptors
	while [ "$(ls -l /proc/$watcher/fd 2>/dev/null | grep -c bpf_link)" -lt 5 ] &&
		[ $((n += 1)) -lt 120 ]; do
		sleep 0.5
	done
	sleep 2
}

# In the hierarchy that tells processes apart.
workloads_at=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
workloads_at=${workloads_at:-/sys/fs/cgroup/pids}/workloads
mkdir -p $workloads_at
# Once for nobody: the guest's root is an overlay, and what its first look at a file asks the mounter
# counts as a need of workloads whose start was not seen, since one of them may be the mounter.
run_workloads
for backend in $backends; do
	watched /tmp/log "$captrim" record -q --all --backend "$backend" -o /tmp/recording
	run_workloads
	kill -INT $watcher
	wait $watcher
	"$captrim" advise --format json -o /tmp/advice /tmp/recording >>/tmp/log 2>&1 || cat /tmp/log
	compare "$backend"
done

# The daemon, with its store.
rm -rf /tmp/store
mkdir -p /tmp/store
echo 'syscalls: true' >/tmp/store/captrim.yaml
watched /tmp/log "$captrim" monitor --config /tmp/store/captrim.yaml --store /tmp/store/captrim.db \
	--interval 1s
run_workloads
sleep 3
kill -TERM $watcher
wait $watcher
"$captrim" advise --store /tmp/store/captrim.db --format json -o /tmp/advice >>/tmp/log 2>&1 || cat /tmp/log
compare monitor
rmdir $workloads_at
