# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154,SC2016 # release and expect are the caller's
# Programs with a known truth (tests/e2e/cases) whose evidence differs by kernel: what is asked
# there, and what the probe can see. Read by the guest's script of scripts/vm-test, once for each
# attach type ($backend).

# No container: the files lie where the cases look for them, new for each attach type. On a tmpfs,
# because 5.10's and 6.1's overlays have no O_TMPFILE.
umount /w 2>/dev/null
mkdir -p /w
mount -t tmpfs none /w
tar -C / --xattrs --xattrs-include='*' -xf cases.tar t w

# try NAME WANTED
try() { expect "$backend $1" "$backend" "$2" /t/cases "$1"; }

# Before 6.14 the compiler inlines cap_capable into cap_task_prctl, and no check is seen.
try securebits_set SETPCAP
try bounding_drop SETPCAP
try ambient_raise NET_BIND_SERVICE
try capset_part_after_capget NET_RAW
try capset_as_capget_said ''
try exec_filecap_effective NET_ADMIN
try nice_up_and_back SYS_NICE
try shm_lock_own_though_granted SYS_NICE
try setreuid_same ''
try chroot_in_own_user_namespace_unconfined ''
# AT_EMPTY_PATH asks for DAC_READ_SEARCH, until 6.10 even the file's opener.
case $release in
5.10* | 6.1 | 6.1-*) try link_own_by_descriptor DAC_READ_SEARCH ;;
*) try link_own_by_descriptor '' ;;
esac

# The owner of a user namespace acts on it by ownership, whatever the set.
expect "$backend owns a user namespace" "$backend" '' sh -c 'unshare -U sleep 9 & sleep 1
	echo deny >/proc/$!/setgroups && echo 0 0 1 >/proc/$!/gid_map && : </proc/$!/ns/user
	status=$?; kill $!; exit $status'

# A worker that the workload moves into a cgroup of its own; the root's directory is 0555.
if [ -e /sys/fs/cgroup/cgroup.procs ]; then
	expect "$backend moved worker" "$backend" CHOWN,DAC_OVERRIDE sh -c '
		mkdir /sys/fs/cgroup/worker && touch /tmp/moved || exit 1
		sh -c "echo \$\$ >/sys/fs/cgroup/worker/cgroup.procs; exec chown 1 /tmp/moved"
		status=$?; rm -f /tmp/moved; rmdir /sys/fs/cgroup/worker; exit $status'
fi

# Calls of the other ABI count, by their names.
others=
case $(uname -m) in
x86_64) expect "$backend 32-bit calls" "$backend" SETUID /t/cases call32_setuid_other && others=1 ;;
aarch64) [ ! -x ./asks32 ] || { expect "$backend 32-bit calls" "$backend" SYS_ADMIN,SYS_NICE ./asks32 9 && others=1; } ;;
esac
if [ -z "$others" ]; then
	echo "SKIP $release $backend 32-bit calls: no such program here"
elif grep -q '"syscall":"\(setuid\|sethostname\)"' /tmp/recording; then
	pass "$backend 32-bit calls told"
else
	fail "$backend 32-bit calls told" 'no name of the call'
	grep -h '"type":"kind"' /tmp/recording | cut -c 1-200
fi

# And their arguments, where a native call takes the same.
case $(uname -m) in
x86_64)
	try call32_chmod_foreign_group ''
	try call32_chmod_setgid_foreign_group FSETID
	try call32_shm_lock_own_though_granted SYS_NICE
	try call32_shm_lock_own_limit_0 IPC_LOCK
	try call32_ip_transparent_off ''
	;;
esac
