/* SPDX-License-Identifier: GPL-2.0-only */
#include "judge/gates.h"

#include <sched.h>
#include <string.h>

#include "base/util.h"
#include "model/caps.h"

#define CLONE_NEW_ANY                                                                   \
	(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |     \
	 CLONE_NEWNET | CLONE_NEWCGROUP)
#define MPOL_DEFAULT 0

/*
 * moby profiles/seccomp/default.json, 20.10 to 28; where versions differ the
 * strictest counts (name_to_handle_at and settimeofday's kin of 20.10).
 * ptrace is free since kernel 4.8. get_mempolicy only asks, and what asks copes.
 */
static const struct {
	const char *name;
	uint64_t caps;
} gates[] = {
	{ "acct", CT_CAP(SYS_PACCT) },
	{ "bpf", CT_CAP(SYS_ADMIN) | CT_CAP(BPF) },
	{ "chroot", CT_CAP(SYS_CHROOT) },
	{ "clock_settime", CT_CAP(SYS_TIME) },
	{ "clock_settime64", CT_CAP(SYS_TIME) },
	{ "clone", CT_CAP(SYS_ADMIN) },
	{ "clone3", CT_CAP(SYS_ADMIN) },
	{ "delete_module", CT_CAP(SYS_MODULE) },
	{ "fanotify_init", CT_CAP(SYS_ADMIN) },
	{ "finit_module", CT_CAP(SYS_MODULE) },
	{ "fsconfig", CT_CAP(SYS_ADMIN) },
	{ "fsmount", CT_CAP(SYS_ADMIN) },
	{ "fsopen", CT_CAP(SYS_ADMIN) },
	{ "fspick", CT_CAP(SYS_ADMIN) },
	{ "init_module", CT_CAP(SYS_MODULE) },
	{ "ioperm", CT_CAP(SYS_RAWIO) },
	{ "iopl", CT_CAP(SYS_RAWIO) },
	{ "kcmp", CT_CAP(SYS_PTRACE) },
	{ "mbind", CT_CAP(SYS_NICE) },
	{ "mount", CT_CAP(SYS_ADMIN) },
	{ "mount_setattr", CT_CAP(SYS_ADMIN) },
	{ "move_mount", CT_CAP(SYS_ADMIN) },
	{ "name_to_handle_at", CT_CAP(SYS_ADMIN) },
	{ "open_by_handle_at", CT_CAP(DAC_READ_SEARCH) },
	{ "open_tree", CT_CAP(SYS_ADMIN) },
	{ "perf_event_open", CT_CAP(SYS_ADMIN) | CT_CAP(PERFMON) },
	{ "pidfd_getfd", CT_CAP(SYS_PTRACE) },
	{ "pivot_root", CT_CAP(SYS_ADMIN) },
	{ "process_madvise", CT_CAP(SYS_PTRACE) },
	{ "process_vm_readv", CT_CAP(SYS_PTRACE) },
	{ "process_vm_writev", CT_CAP(SYS_PTRACE) },
	{ "quotactl", CT_CAP(SYS_ADMIN) },
	{ "quotactl_fd", CT_CAP(SYS_ADMIN) },
	{ "reboot", CT_CAP(SYS_BOOT) },
	{ "set_mempolicy", CT_CAP(SYS_NICE) },
	{ "setdomainname", CT_CAP(SYS_ADMIN) },
	{ "sethostname", CT_CAP(SYS_ADMIN) },
	{ "setns", CT_CAP(SYS_ADMIN) },
	{ "settimeofday", CT_CAP(SYS_TIME) },
	{ "syslog", CT_CAP(SYSLOG) | CT_CAP(SYS_ADMIN) },
	{ "umount2", CT_CAP(SYS_ADMIN) },
	{ "unshare", CT_CAP(SYS_ADMIN) },
	{ "vhangup", CT_CAP(SYS_TTY_CONFIG) },
};

/*
 * Where the kernel asks for the very capability that the profile wants, the check
 * tells all: mount, setns, chroot, sethostname, modules, clocks ... need no watching.
 */
const char *const ct_gates_watched[] = {
	"capget", "capset", "prctl", "bpf", "clone", "clone3", "fanotify_init", "kcmp", "mbind",
	"name_to_handle_at", "open_tree", "perf_event_open", "pidfd_getfd", "process_madvise",
	"process_vm_readv", "process_vm_writev", "quotactl", "quotactl_fd", "set_mempolicy",
	"syslog", "unshare", NULL,
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
