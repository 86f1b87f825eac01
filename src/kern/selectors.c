/* SPDX-License-Identifier: GPL-2.0-only */
#include "kern/selectors.h"

#include <linux/ipc.h>
#include <linux/mempolicy.h>
#include <linux/net.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/util.h"

static const struct {
	const char *name;
	uint8_t how;
} selectors[] = {
	{ "bpf", CT_SEL(CT_SEL_BPF, 0) },
	{ "capset", CT_SEL(CT_SEL_CAPSET, 1) },
	{ "chmod", CT_SEL(CT_SEL_MODE, 1) },
	{ "clone", CT_SEL(CT_SEL_BITS, 0) },
	{ "clone3", CT_SEL(CT_SEL_CLONE3, 0) },
	{ "creat", CT_SEL(CT_SEL_CREAT, 1) },
	{ "execve", CT_SEL(CT_SEL_EXEC, 0) },
	{ "execveat", CT_SEL(CT_SEL_EXEC, 0) },
	{ "fanotify_init", CT_SEL(CT_SEL_BITS, 0) },
	{ "fchmod", CT_SEL(CT_SEL_MODE, 1) },
	{ "fchmodat", CT_SEL(CT_SEL_MODE, 2) },
	{ "fchmodat2", CT_SEL(CT_SEL_MODE, 2) },
	{ "fcntl", CT_SEL(CT_SEL_ARG, 1) },
	{ "fgetxattr", CT_SEL(CT_SEL_ATTR, 0) },
	{ "flistxattr", CT_SEL(CT_SEL_LIST, 0) },
	{ "fsetxattr", CT_SEL(CT_SEL_XATTR, 0) },
	{ "fsopen", CT_SEL(CT_SEL_WORD, 0) },
	{ "futimesat", CT_SEL(CT_SEL_TIMES, 2) },
	{ "get_mempolicy", CT_SEL(CT_SEL_BITS, 4) },
	{ "getxattr", CT_SEL(CT_SEL_ATTR, 0) },
	{ "getxattrat", CT_SEL(CT_SEL_ATTR, 0) },
	{ "io_uring_register", CT_SEL(CT_SEL_BITS, 1) },
	{ "ioctl", CT_SEL(CT_SEL_ARG, 1) },
	{ "ioprio_set", CT_SEL(CT_SEL_BITS, 2) },
	{ "keyctl", CT_SEL(CT_SEL_ARG, 0) },
	{ "kill", CT_SEL(CT_SEL_ARG, 1) },
	{ "lgetxattr", CT_SEL(CT_SEL_ATTR, 0) },
	{ "link", CT_SEL(CT_SEL_LINK, 0) },
	{ "linkat", CT_SEL(CT_SEL_LINK, 0) },
	{ "listxattr", CT_SEL(CT_SEL_LIST, 0) },
	{ "listxattrat", CT_SEL(CT_SEL_LIST, 0) },
	{ "llistxattr", CT_SEL(CT_SEL_LIST, 0) },
	{ "lsetxattr", CT_SEL(CT_SEL_XATTR, 0) },
	{ "mkdir", CT_SEL(CT_SEL_MODE, 1) },
	{ "mkdirat", CT_SEL(CT_SEL_MODE, 2) },
	{ "mknod", CT_SEL(CT_SEL_BITS, 1) },
	{ "mknodat", CT_SEL(CT_SEL_BITS, 2) },
	{ "mmap", CT_SEL(CT_SEL_LOCK, 1) },
	{ "mount", CT_SEL(CT_SEL_WORD, 2) },
	{ "msgctl", CT_SEL(CT_SEL_ARG, 1) },
	{ "open", CT_SEL(CT_SEL_OPEN, 1) },
	{ "openat", CT_SEL(CT_SEL_OPEN, 2) },
	{ "openat2", CT_SEL(CT_SEL_OPENAT2, 2) },
	{ "perf_event_open", CT_SEL(CT_SEL_PERF, 0) },
	{ "pidfd_send_signal", CT_SEL(CT_SEL_ARG, 1) },
	{ "prctl", CT_SEL(CT_SEL_ARG, 0) },
	{ "prlimit64", CT_SEL(CT_SEL_ARG, 1) },
	{ "ptrace", CT_SEL(CT_SEL_ARG, 0) },
	{ "quotactl", CT_SEL(CT_SEL_BITS, 0) },
	{ "rt_sigqueueinfo", CT_SEL(CT_SEL_ARG, 1) },
	{ "rt_tgsigqueueinfo", CT_SEL(CT_SEL_ARG, 2) },
	{ "sched_setscheduler", CT_SEL(CT_SEL_ARG, 1) },
	{ "semctl", CT_SEL(CT_SEL_ARG, 2) },
	{ "sendto", CT_SEL(CT_SEL_NLMSG, 1) },
	{ "set_mempolicy", CT_SEL(CT_SEL_BITS, 0) },
	{ "setfsgid", CT_SEL(CT_SEL_FSGID, 0) },
	{ "setfsuid", CT_SEL(CT_SEL_FSUID, 0) },
	{ "setgid", CT_SEL(CT_SEL_GID, 0) },
	{ "setns", CT_SEL(CT_SEL_BITS, 1) },
	{ "setpriority", CT_SEL(CT_SEL_ARG, 0) },
	{ "setregid", CT_SEL(CT_SEL_REGID, 0) },
	{ "setresgid", CT_SEL(CT_SEL_RESGID, 0) },
	{ "setresuid", CT_SEL(CT_SEL_RESUID, 0) },
	{ "setreuid", CT_SEL(CT_SEL_REUID, 0) },
	{ "setrlimit", CT_SEL(CT_SEL_ARG, 0) },
	{ "setsockopt", CT_SEL(CT_SEL_PAIR, 1) },
	{ "setuid", CT_SEL(CT_SEL_UID, 0) },
	{ "setxattr", CT_SEL(CT_SEL_XATTR, 0) },
	{ "setxattrat", CT_SEL(CT_SEL_XATTR, 0) },
	{ "shmctl", CT_SEL(CT_SEL_SHM, 1) },
	{ "socket", CT_SEL(CT_SEL_PAIR, 0) },
	{ "socketpair", CT_SEL(CT_SEL_PAIR, 0) },
	{ "syslog", CT_SEL(CT_SEL_ARG, 0) },
	{ "tgkill", CT_SEL(CT_SEL_ARG, 2) },
	{ "tkill", CT_SEL(CT_SEL_ARG, 1) },
	{ "umount2", CT_SEL(CT_SEL_BITS, 1) },
	{ "unshare", CT_SEL(CT_SEL_BITS, 0) },
	{ "utime", CT_SEL(CT_SEL_TIMES, 1) },
	{ "utimensat", CT_SEL(CT_SEL_TIMES, 2) },
	{ "utimes", CT_SEL(CT_SEL_TIMES, 1) },
};

#define NAMESPACES 0x7e020080 /* CLONE_NEW*; the lowest bits of clone's flags are a signal */
#define SIGNALS	   0x7f

/* The bits of a CT_SEL_ARG or CT_SEL_BITS that a kernel knows; for calls not listed all count. */
static const struct {
	const char *name;
	uint32_t mask;
} known_bits[] = {
	{ "bpf", 0x3f },
	{ "clone", NAMESPACES & ~0xff },
	{ "fanotify_init", 0xc },
	{ "fcntl", 0x7ff },
	{ "get_mempolicy", MPOL_F_NODE | MPOL_F_ADDR },
	{ "io_uring_register", 0xff },
	{ "ioprio_set", 0xe000 },
	{ "keyctl", 0x3f },
	{ "kill", SIGNALS },
	{ "mknod", S_IFMT },
	{ "mknodat", S_IFMT },
	{ "msgctl", 0x1ff },
	{ "pidfd_send_signal", SIGNALS },
	{ "prctl", 0xff },
	{ "prlimit64", 0x1f },
	{ "ptrace", 0xffff },
	{ "quotactl", 0x80580f00 },
	{ "rt_sigqueueinfo", SIGNALS },
	{ "rt_tgsigqueueinfo", SIGNALS },
	{ "sched_setscheduler", 0x4000000f },
	{ "semctl", 0x1ff },
	{ "set_mempolicy", 0xf },
	{ "setns", NAMESPACES },
	{ "setpriority", 0x3 },
	{ "setrlimit", 0x1f },
	{ "shmctl", 0x1ff },
	{ "syslog", 0xf },
	{ "tgkill", SIGNALS },
	{ "tkill", SIGNALS },
	{ "umount2", 0xf },
	{ "unshare", NAMESPACES },
};

/*
 * Calls that libseccomp 2.5 does not know. From 424 on all architectures but alpha number them
 * alike (scripts/syscall.tbl).
 */
static const struct {
	const char *name;
	int nr;
} new_calls[] = {
	{ "set_mempolicy_home_node", 450 },
	{ "fchmodat2", 452 },
	{ "statmount", 457 },
	{ "listmount", 458 },
	{ "lsm_get_self_attr", 459 },
	{ "lsm_set_self_attr", 460 },
	{ "lsm_list_modules", 461 },
	{ "setxattrat", 463 },
	{ "getxattrat", 464 },
	{ "listxattrat", 465 },
	{ "removexattrat", 466 },
	{ "open_tree_attr", 467 },
	{ "file_getattr", 468 },
	{ "file_setattr", 469 },
};

int ct_syscall__number(const char *name)
{
	int nr = seccomp_syscall_resolve_name(name);

	for (size_t i = 0; nr < 0 && i < CT_ARRAY_SIZE(new_calls); i++)
		if (!strcmp(name, new_calls[i].name))
			nr = new_calls[i].nr;
	/* libseccomp gives negative pseudo numbers to calls of other architectures. */
	return nr < 0 ? -1 : nr;
}

char *ct_syscall__name(int nr)
{
	char *name = nr < 0 ? NULL : seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, nr);

	for (size_t i = 0; !name && i < CT_ARRAY_SIZE(new_calls); i++)
		if (nr == new_calls[i].nr)
			name = ct_xstrdup(new_calls[i].name);
	return name;
}

#if defined(__aarch64__)
#define COMPAT_ARCH SCMP_ARCH_ARM
#else
#define COMPAT_ARCH SCMP_ARCH_X86
#endif

char *ct_syscall__compat_name(int nr)
{
	return nr < 0 ? NULL : seccomp_syscall_resolve_num_arch(COMPAT_ARCH, nr);
}

/* Is this a 32-bit call that does not do the same as the native one of its name? */
static bool is_unlike_native(const char *name)
{
	/* Their ids have 16 bits (kernel/uid16.c); and old mmap has one argument, a structure. */
	static const char *const unlike[] = {
		"chown",     "fchown",	  "lchown",    "setuid",    "setgid",	"setreuid",
		"setregid",  "setresuid", "setresgid", "setfsuid",  "setfsgid", "setgroups",
		"getgroups", "getuid",	  "geteuid",   "getgid",    "getegid",	"getresuid",
		"getresgid", "mmap",	  "select",    "getrlimit",
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(unlike); i++)
		if (!strcmp(name, unlike[i]))
			return true;
	return false;
}

/* Number of the native call whose name lacks what this one has at its end; -1: there is none. */
static int number_of_stem(const char *name)
{
	static const char *const ends[] = { "_time64", "64", "32", "2" };
	size_t len = strlen(name);

	for (size_t i = 0; i < CT_ARRAY_SIZE(ends); i++) {
		size_t end = strlen(ends[i]);
		ct_autofree char *stem = NULL;
		int nr;

		if (len <= end || strcmp(name + len - end, ends[i]))
			continue;
		stem = ct_xstrndup(name, len - end);
		nr = ct_syscall__number(stem);
		if (nr >= 0)
			return nr;
	}
	return -1;
}

/* As the probe has it: 0 for none. */
static uint16_t native_entry(int nr)
{
	return nr >= 0 && nr < CT_SYSCALLS ? nr + 1 : 0;
}

void ct_selectors__fill_native(uint16_t table[CT_SYSCALLS])
{
	for (int i = 0; i < CT_SYSCALLS; i++) {
		ct_autofree char *name = ct_syscall__compat_name(i);
		int nr = -1;

		if (name && !is_unlike_native(name))
			nr = ct_syscall__number(name);
		if (name && nr < 0)
			nr = number_of_stem(name);
		if (name && !strcmp(name, "fstatat64"))
			nr = ct_syscall__number("newfstatat");
		table[i] = native_entry(nr);
	}
	for (size_t i = 0; i < CT_ARRAY_SIZE(new_calls); i++)
		table[new_calls[i].nr] = new_calls[i].nr + 1;
}

void ct_selectors__fill_inner(uint16_t table[2][CT_INNER_CALLS])
{
	static const char *const names[2][CT_INNER_CALLS] = {
		{ [SYS_SOCKET] = "socket",
		  [SYS_BIND] = "bind",
		  [SYS_CONNECT] = "connect",
		  [SYS_LISTEN] = "listen",
		  [SYS_ACCEPT] = "accept",
		  [SYS_GETSOCKNAME] = "getsockname",
		  [SYS_GETPEERNAME] = "getpeername",
		  [SYS_SOCKETPAIR] = "socketpair",
		  [SYS_SEND] = "sendto",
		  [SYS_RECV] = "recvfrom",
		  [SYS_SENDTO] = "sendto",
		  [SYS_RECVFROM] = "recvfrom",
		  [SYS_SHUTDOWN] = "shutdown",
		  [SYS_SETSOCKOPT] = "setsockopt",
		  [SYS_GETSOCKOPT] = "getsockopt",
		  [SYS_SENDMSG] = "sendmsg",
		  [SYS_RECVMSG] = "recvmsg",
		  [SYS_ACCEPT4] = "accept4",
		  [SYS_RECVMMSG] = "recvmmsg",
		  [SYS_SENDMMSG] = "sendmmsg" },
		{ [SEMOP] = "semop",
		  [SEMGET] = "semget",
		  [SEMCTL] = "semctl",
		  [SEMTIMEDOP] = "semtimedop",
		  [MSGSND] = "msgsnd",
		  [MSGRCV] = "msgrcv",
		  [MSGGET] = "msgget",
		  [MSGCTL] = "msgctl",
		  [SHMAT] = "shmat",
		  [SHMDT] = "shmdt",
		  [SHMGET] = "shmget",
		  [SHMCTL] = "shmctl" },
	};

	for (size_t i = 0; i < 2; i++)
		for (size_t n = 0; n < CT_INNER_CALLS; n++)
			table[i][n] = native_entry(names[i][n] ? ct_syscall__number(names[i][n]) :
								 -1);
}

/*
 * Debian and Ubuntu have levels above 2, at which perf_event_open first asks for the capability to
 * use it at all. Which one that is differs by release.
 */
static bool perf_is_restricted(void)
{
	ct_autofree char *level = NULL;

	return ct_read_file("/proc/sys/kernel/perf_event_paranoid", 16, &level, NULL) ||
	       strtol(level, NULL, 10) > 2;
}

void ct_selectors__forget_restricted(uint8_t table[CT_SYSCALLS])
{
	int nr = ct_syscall__number("perf_event_open");

	if (nr >= 0 && nr < CT_SYSCALLS && perf_is_restricted())
		table[nr] = CT_SEL_NONE;
}

void ct_selectors__fill(uint8_t table[CT_SYSCALLS], uint32_t masks[CT_SYSCALLS])
{
	for (size_t i = 0; i < CT_ARRAY_SIZE(selectors); i++) {
		int nr = ct_syscall__number(selectors[i].name);

		if (nr >= 0 && nr < CT_SYSCALLS)
			table[nr] = selectors[i].how;
	}
	memset(masks, 0xff, CT_SYSCALLS * sizeof(*masks));
	for (size_t i = 0; i < CT_ARRAY_SIZE(known_bits); i++) {
		int nr = ct_syscall__number(known_bits[i].name);

		if (nr >= 0 && nr < CT_SYSCALLS)
			masks[nr] = known_bits[i].mask;
	}
}
