# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154 # release, captrim, pass and fail are the caller's
# As hosts are that somebody has hardened, before anything is tried. Read by the guest's script of
# scripts/vm-test; what the kernel's command line asks for has to be there.

# must_hold NAME COMMAND...
must_hold() {
	name=$1
	shift
	if "$@" >/tmp/log 2>&1; then
		pass "hard $name"
	else
		fail "hard $name" "$*"
		cat /tmp/log
	fi
}

must_hold 'two processors' test "$(nproc)" -ge 2
must_hold 'AppArmor' grep -q Y /sys/module/apparmor/parameters/enabled
must_hold 'BPF LSM' grep -q bpf /sys/kernel/security/lsm
must_hold 'unprivileged_bpf_disabled' sh -c 'echo 2 >/proc/sys/kernel/unprivileged_bpf_disabled'

# Addresses are hidden from everybody. From 6.0 on a BPF program is given them all the same.
echo 2 >/proc/sys/kernel/kptr_restrict
case $release in
5.*)
	must_hold 'kptr_restrict is named' sh -c "! $captrim run -q -- true 2>/tmp/err &&
		grep -q 'kernel.kptr_restrict' /tmp/err"
	echo 1 >/proc/sys/kernel/kptr_restrict
	;;
esac
