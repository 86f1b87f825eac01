# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154,SC2016 # release, captrim, docker, pass, fail and expect are the caller's
# A kernel that was built without BTF, described by a file: what the kernel tells of itself is
# hidden, and without that no program can name a type of its. Read by the guest's script of
# scripts/vm-test.

# Every command that watches is told of the file.
with_btf() {
	cat >/tmp/captrim <<-END
		#!/bin/sh
		export LD_LIBRARY_PATH=$LD_LIBRARY_PATH
		command=\$1
		shift
		case \$command in
		advise) exec $captrim advise "\$@" ;;
		*) exec $captrim \$command --btf /tmp/kernel.btf "\$@" ;;
		esac
	END
	chmod 755 /tmp/captrim
	# What lists the symbols where they are hidden takes BTF, too.
	echo 1 >/proc/sys/kernel/kptr_restrict
	cp /sys/kernel/btf/vmlinux /tmp/kernel.btf
	mount -t tmpfs none /sys/kernel/btf
}

if ! grep -q '^ok *backend kprobe' /tmp/doctor; then
	echo "SKIP $release bare: no kprobes"
else
	with_btf
	if "$captrim" run -q -- true 2>/tmp/log || ! grep -q 'has no BTF.*--btf FILE' /tmp/log; then
		fail 'bare: told of --btf' "$(cat /tmp/log)"
	else
		pass 'bare: told of --btf'
	fi
	real=$captrim captrim=/tmp/captrim
	expect 'bare nothing' kprobe '' sh -c 'cat /etc/passwd >/dev/null'
	expect 'bare chown' kprobe CHOWN sh -c 'touch /tmp/f && chown 1 /tmp/f && rm -f /tmp/f'
	expect 'bare setpriv' kprobe SETGID,SETUID setpriv --reuid 33 --regid 33 --clear-groups true
	expect 'bare outside looked at' kprobe SYS_PTRACE sh -c 'readlink /proc/$PPID/exe >/dev/null'
	expect 'bare capset' kprobe NET_RAW /t/cases capset_part_after_capget
	if [ -n "$docker" ]; then
		expect 'bare docker' kprobe CHOWN,SETGID,SETUID docker run --rm --network none base \
			sh -c 'echo www:x:33:33::/:/bin/sh >>/etc/passwd && touch /f && chown 33 /f && su www -c true'
	fi
	running 'bare running' kprobe
	umount /sys/kernel/btf
	captrim=$real
fi
