/* SPDX-License-Identifier: GPL-2.0-only */
#include "judge/gates.h"

#include <sched.h>
#include <string.h>

#include "base/util.h"
#include "model/caps.h"

#define CLONE_NEW_ANY                                                                              \
	(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | \
	 CLONE_NEWCGROUP)
#define MPOL_DEFAULT 0

/*
 * moby profiles/seccomp/default.json, 20.10 to 28; where versions differ the
 * strictest counts (name_to_handle_at and settimeofday's kin of 20.10).
 * ptrace is free since kernel 4.8. get_mempolicy only asks, and what asks copes.
 * Where the kernel asks for the very capability that the profile wants, the check
 * tells all: mount, setns, chroot, sethostname, modules, clocks ... are not here.
 */
static const struct {
	const char *name;
	uint64_t caps;
} gates[] = {
	{ "bpf", CT_CAP(SYS_ADMIN) | CT_CAP(BPF) },
	{ "clone", CT_CAP(SYS_ADMIN) },
	{ "clone3", CT_CAP(SYS_ADMIN) },
	{ "fanotify_init", CT_CAP(SYS_ADMIN) },
	{ "kcmp", CT_CAP(SYS_PTRACE) },
	{ "mbind", CT_CAP(SYS_NICE) },
	{ "name_to_handle_at", CT_CAP(SYS_ADMIN) },
	{ "open_tree", CT_CAP(SYS_ADMIN) },
	{ "perf_event_open", CT_CAP(SYS_ADMIN) | CT_CAP(PERFMON) },
	{ "pidfd_getfd", CT_CAP(SYS_PTRACE) },
	{ "process_madvise", CT_CAP(SYS_PTRACE) },
	{ "process_vm_readv", CT_CAP(SYS_PTRACE) },
	{ "process_vm_writev", CT_CAP(SYS_PTRACE) },
	{ "quotactl", CT_CAP(SYS_ADMIN) },
	{ "quotactl_fd", CT_CAP(SYS_ADMIN) },
	{ "set_mempolicy", CT_CAP(SYS_NICE) },
	{ "syslog", CT_CAP(SYSLOG) | CT_CAP(SYS_ADMIN) },
	{ "unshare", CT_CAP(SYS_ADMIN) },
};

/* The gated calls above, and those that acts.c judges. */
const char *const ct_gates_watched[] = {
	"capget",
	"capset",
	"prctl",
	"bpf",
	"clone",
	"clone3",
	"fanotify_init",
	"kcmp",
	"mbind",
	"name_to_handle_at",
	"open_tree",
	"perf_event_open",
	"pidfd_getfd",
	"process_madvise",
	"process_vm_readv",
	"process_vm_writev",
	"quotactl",
	"quotactl_fd",
	"set_mempolicy",
	"syslog",
	"unshare",
	NULL,
};

uint64_t ct_gates__caps(const char *syscall, uint32_t sel)
{
	for (size_t i = 0; syscall && i < CT_ARRAY_SIZE(gates); i++) {
		if (strcmp(gates[i].name, syscall))
			continue;
		/* The profile looks at clone's flags; clone3 fails with ENOSYS, which
		 * libraries take for an older kernel, so only new namespaces count (~0: the
		 * flags could not be read; for namespaces the kernel asks, too). */
		if (!strncmp(syscall, "clone", 5) && strncmp(syscall, "clock", 5) &&
		    (sel == ~0u || !(sel & CLONE_NEW_ANY)))
			return 0;
		/* Setting the default is what libnuma does to find out about the kernel. */
		if (!strcmp(syscall, "set_mempolicy") && sel == MPOL_DEFAULT)
			return 0;
		return gates[i].caps;
	}
	return 0;
}
