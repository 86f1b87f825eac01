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
 * moby profiles/seccomp/default.json, 20.10 to 28, which containerd's resembles; where versions
 * differ the strictest counts (name_to_handle_at and settimeofday's kin of 20.10). Then
 * containers/common pkg/seccomp/seccomp.json (Podman, CRI-O), which is laxer: 0 is free there.
 * It also answers EINVAL to audit sockets without AUDIT_WRITE, which programs take for a
 * kernel without audit.
 * ptrace is free since kernel 4.8. get_mempolicy only asks, and what asks copes.
 * Where the kernel asks for the very capability that the profile wants, the check
 * tells all: mount, setns, chroot, sethostname, modules, clocks ... are not here.
 */
static const struct {
	const char *name;
	uint64_t moby, common;
} gates[] = {
	{ "bpf", CT_CAP(SYS_ADMIN) | CT_CAP(BPF), CT_CAP(SYS_ADMIN) },
	{ "clone", CT_CAP(SYS_ADMIN), 0 },
	{ "clone3", CT_CAP(SYS_ADMIN), 0 },
	{ "fanotify_init", CT_CAP(SYS_ADMIN), CT_CAP(SYS_ADMIN) },
	{ "kcmp", CT_CAP(SYS_PTRACE), CT_CAP(SYS_PTRACE) },
	{ "mbind", CT_CAP(SYS_NICE), 0 },
	{ "name_to_handle_at", CT_CAP(SYS_ADMIN), 0 },
	{ "open_tree", CT_CAP(SYS_ADMIN), 0 },
	{ "perf_event_open", CT_CAP(SYS_ADMIN) | CT_CAP(PERFMON), CT_CAP(SYS_ADMIN) },
	{ "pidfd_getfd", CT_CAP(SYS_PTRACE), 0 },
	{ "process_madvise", CT_CAP(SYS_PTRACE), CT_CAP(SYS_PTRACE) },
	{ "process_vm_readv", CT_CAP(SYS_PTRACE), 0 },
	{ "process_vm_writev", CT_CAP(SYS_PTRACE), 0 },
	{ "quotactl", CT_CAP(SYS_ADMIN), CT_CAP(SYS_ADMIN) },
	{ "quotactl_fd", CT_CAP(SYS_ADMIN), CT_CAP(SYS_ADMIN) },
	{ "set_mempolicy", CT_CAP(SYS_NICE), 0 },
	{ "syslog", CT_CAP(SYSLOG) | CT_CAP(SYS_ADMIN), 0 },
	{ "unshare", CT_CAP(SYS_ADMIN), 0 },
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

uint64_t ct_gates__caps(const char *syscall, uint32_t sel, enum ct_runtime runtime)
{
	bool common = runtime == CT_RT_PODMAN || runtime == CT_RT_CRIO;

	for (size_t i = 0; syscall && i < CT_ARRAY_SIZE(gates); i++) {
		if (strcmp(gates[i].name, syscall))
			continue;
		/* The profile looks at clone's flags; clone3 fails with ENOSYS, which
		 * libraries take for an older kernel, so only new namespaces count (~0: the
		 * flags could not be read; for namespaces the kernel asks, too). */
		if (!strncmp(syscall, "clone", 5) && (sel == ~0u || !(sel & CLONE_NEW_ANY)))
			return 0;
		/* Setting the default is what libnuma does to find out about the kernel. */
		if (!strcmp(syscall, "set_mempolicy") && sel == MPOL_DEFAULT)
			return 0;
		return common ? gates[i].common : gates[i].moby;
	}
	return 0;
}
