/* SPDX-License-Identifier: GPL-2.0-only */
#include "monitor/sandbox.h"

#include <errno.h>
#include <linux/bpf.h>
#include <linux/netlink.h>
#include <seccomp.h>
#include <string.h>
#include <sys/socket.h>

/* What reading the probe takes: no new programs or maps, and no descriptors of others. */
static const unsigned int bpf_commands[] = {
	BPF_MAP_LOOKUP_ELEM,	BPF_MAP_UPDATE_ELEM,
	BPF_MAP_DELETE_ELEM,	BPF_MAP_GET_NEXT_KEY,
	BPF_MAP_LOOKUP_BATCH,	BPF_MAP_LOOKUP_AND_DELETE_ELEM,
	BPF_MAP_UPDATE_BATCH,	BPF_MAP_DELETE_BATCH,
	BPF_OBJ_GET_INFO_BY_FD, BPF_MAP_LOOKUP_AND_DELETE_BATCH,
};

/*
 * What a daemon that only reads, stores and sends does not need, and what would help an intruder to
 * get further. Names that this libseccomp does not know are left out.
 */
static const char *const refused[] = {
	"execve",
	"execveat",
	"fork",
	"vfork",
	"ptrace",
	"process_vm_readv",
	"process_vm_writev",
	"process_madvise",
	"pidfd_getfd",
	"kcmp",
	"perf_event_open",
	"userfaultfd",
	"io_uring_setup",
	"io_uring_enter",
	"io_uring_register",
	"setns",
	"unshare",
	"chroot",
	"pivot_root",
	"mount",
	"umount2",
	"move_mount",
	"open_tree",
	"open_tree_attr",
	"fsopen",
	"fsmount",
	"fsconfig",
	"fspick",
	"mount_setattr",
	"open_by_handle_at",
	"mknod",
	"mknodat",
	"init_module",
	"finit_module",
	"delete_module",
	"kexec_load",
	"kexec_file_load",
	"reboot",
	"swapon",
	"swapoff",
	"acct",
	"quotactl",
	"quotactl_fd",
	"syslog",
	"add_key",
	"keyctl",
	"request_key",
	"personality",
	"sethostname",
	"setdomainname",
	"settimeofday",
	"clock_settime",
	"clock_adjtime",
	"adjtimex",
	"iopl",
	"ioperm",
	"modify_ldt",
	"vhangup",
	"setuid",
	"setgid",
	"setreuid",
	"setregid",
	"setresuid",
	"setresgid",
	"setgroups",
	"setfsuid",
	"setfsgid",
	"capset",
	"lookup_dcookie",
	"nfsservctl",
};

/* All that the opener needs. */
static const char *const openers[] = {
	"openat",
	"openat2",
	"open",
	"close",
	"read",
	"readlink",
	"readlinkat",
	"fstat",
	"newfstatat",
	"stat",
	"lstat",
	"statx",
	"getdents64",
	"fcntl",
	"dup",
	"recvmsg",
	"sendmsg",
	"clone",
	"clone3",
	"fork",
	"wait4",
	"kill",
	"getpid",
	"gettid",
	"getppid",
	"prctl",
	"exit",
	"exit_group",
	"brk",
	"mmap",
	"munmap",
	"mremap",
	"madvise",
	"mprotect",
	"futex",
	"rt_sigaction",
	"rt_sigprocmask",
	"rt_sigreturn",
	"restart_syscall",
	"set_robust_list",
	"rseq",
	"set_tid_address",
	"write",
	"lseek",
	"getrandom",
	"clock_gettime",
	"clock_nanosleep",
};

static int failed(int ret, struct ct_err *err)
{
	return ct_err__set(err, -ret, "cannot filter system calls: %s", strerror(-ret));
}

/* A system call that this architecture or libseccomp lacks needs no rule. */
static int add_all(scmp_filter_ctx f, uint32_t action, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int nr = seccomp_syscall_resolve_name(names[i]), ret;

		if (nr == __NR_SCMP_ERROR)
			continue;
		ret = seccomp_rule_add(f, action, nr, 0);
		if (ret && ret != -EDOM && ret != -EACCES)
			return ret;
	}
	return 0;
}

/*
 * The filter allows by default: each command that is not wanted gets a rule that refuses it, and
 * one more rule refuses all commands from 64 on.
 */
static int add_bpf(scmp_filter_ctx f)
{
	int ret = 0;

	for (unsigned int cmd = 0; cmd < 64 && !ret; cmd++) {
		bool wanted = false;

		for (size_t i = 0; i < CT_ARRAY_SIZE(bpf_commands); i++)
			wanted |= bpf_commands[i] == cmd;
		if (!wanted)
			ret = seccomp_rule_add(f, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(bpf), 1,
					       SCMP_A0_32(SCMP_CMP_EQ, cmd));
	}
	if (!ret)
		ret = seccomp_rule_add(f, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(bpf), 1,
				       SCMP_A0_32(SCMP_CMP_GE, 64));
	return ret;
}

/*
 * New processes are refused, threads are not. A filter cannot read the flags of clone3, so that
 * answers ENOSYS, and libraries fall back to clone.
 */
static int add_clone(scmp_filter_ctx f)
{
	const uint64_t thread = 0x00010000; /* CLONE_THREAD */
	int ret = seccomp_rule_add(f, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
				   SCMP_A0(SCMP_CMP_MASKED_EQ, thread, 0));

	return ret ? ret : seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
}

/*
 * Raw packets and kernel interfaces of all sorts are nobody's sink. Of netlink the C library needs
 * one family, to look up addresses.
 */
static int add_sockets(scmp_filter_ctx f)
{
	static const int families[] = {
		AF_PACKET, AF_ALG, AF_VSOCK, AF_XDP, AF_TIPC, AF_BLUETOOTH
	};
	int ret = 0;

	for (size_t i = 0; i < CT_ARRAY_SIZE(families) && !ret; i++)
		ret = seccomp_rule_add(f, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(socket), 1,
				       SCMP_A0_32(SCMP_CMP_EQ, (unsigned int)families[i]));
	if (!ret)
		ret = seccomp_rule_add(f, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(socket), 2,
				       SCMP_A0_32(SCMP_CMP_EQ, AF_NETLINK),
				       SCMP_A2_32(SCMP_CMP_NE, NETLINK_ROUTE));
	return ret;
}

int ct_sandbox__daemon(struct ct_err *err)
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);
	int ret = f ? 0 : -ENOMEM;

	if (!ret)
		ret = add_all(f, SCMP_ACT_ERRNO(EPERM), refused, CT_ARRAY_SIZE(refused));
	if (!ret)
		ret = add_bpf(f);
	if (!ret)
		ret = add_clone(f);
	if (!ret)
		ret = add_sockets(f);
	if (!ret)
		ret = seccomp_load(f);
	seccomp_release(f);
	return ret ? failed(ret, err) : 0;
}

int ct_sandbox__opener(struct ct_err *err)
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int ret = f ? add_all(f, SCMP_ACT_ALLOW, openers, CT_ARRAY_SIZE(openers)) : -ENOMEM;

	if (!ret)
		ret = seccomp_load(f);
	seccomp_release(f);
	return ret ? failed(ret, err) : 0;
}
