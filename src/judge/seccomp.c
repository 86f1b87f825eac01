/* SPDX-License-Identifier: GPL-2.0-only */
#include "judge/seccomp.h"

#include <linux/mempolicy.h>
#include <sched.h>
#include <string.h>

#include "base/util.h"
#include "ct/selector.h"
#include "model/caps.h"
#include "runtime/facts.h"

#define CLONE_NEW_ANY                                                                              \
	(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | \
	 CLONE_NEWCGROUP)
#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

/*
 * moby: profiles/seccomp/default.json, 20.10 to 28, which containerd's resembles; where versions
 * differ the strictest counts (name_to_handle_at of 20.10). common: containers/common
 * pkg/seccomp/seccomp.json (Podman, CRI-O), which is laxer: 0 means that the call is free there. It
 * also answers EINVAL to audit sockets without AUDIT_WRITE, which programs take for a kernel
 * without audit. ptrace is free since kernel 4.8. For many calls the kernel asks for the very
 * capability that the profile wants; but in a user namespace of its own a container holds
 * everything, and the filter stays as it was.
 */
#define ADMIN CT_CAP(SYS_ADMIN)
static const struct {
	const char *name;
	uint64_t moby, common;
} gates[] = {
	{ "acct", CT_CAP(SYS_PACCT), CT_CAP(SYS_PACCT) },
	{ "bpf", ADMIN | CT_CAP(BPF), ADMIN },
	{ "chroot", CT_CAP(SYS_CHROOT), CT_CAP(SYS_CHROOT) },
	{ "clock_settime", CT_CAP(SYS_TIME), CT_CAP(SYS_TIME) },
	{ "clone", ADMIN, 0 },
	{ "clone3", ADMIN, 0 },
	{ "delete_module", CT_CAP(SYS_MODULE), CT_CAP(SYS_MODULE) },
	{ "fanotify_init", ADMIN, ADMIN },
	{ "finit_module", CT_CAP(SYS_MODULE), CT_CAP(SYS_MODULE) },
	{ "fsconfig", ADMIN, 0 },
	{ "fsmount", ADMIN, 0 },
	{ "fsopen", ADMIN, 0 },
	{ "fspick", ADMIN, 0 },
	{ "get_mempolicy", CT_CAP(SYS_NICE), 0 },
	{ "init_module", CT_CAP(SYS_MODULE), CT_CAP(SYS_MODULE) },
	{ "ioperm", CT_CAP(SYS_RAWIO), CT_CAP(SYS_RAWIO) },
	{ "iopl", CT_CAP(SYS_RAWIO), CT_CAP(SYS_RAWIO) },
	{ "kcmp", CT_CAP(SYS_PTRACE), CT_CAP(SYS_PTRACE) },
	{ "lookup_dcookie", ADMIN, ADMIN },
	{ "lsm_get_self_attr", ADMIN, 0 },
	{ "lsm_list_modules", ADMIN, 0 },
	{ "lsm_set_self_attr", ADMIN, 0 },
	{ "mbind", CT_CAP(SYS_NICE), 0 },
	{ "mount", ADMIN, 0 },
	{ "mount_setattr", ADMIN, 0 },
	{ "move_mount", ADMIN, 0 },
	{ "name_to_handle_at", ADMIN, 0 },
	{ "open_by_handle_at", CT_CAP(DAC_READ_SEARCH), CT_CAP(DAC_READ_SEARCH) },
	{ "open_tree", ADMIN, 0 },
	{ "perf_event_open", ADMIN | CT_CAP(PERFMON), ADMIN },
	{ "pidfd_getfd", CT_CAP(SYS_PTRACE), 0 },
	{ "process_madvise", CT_CAP(SYS_PTRACE), CT_CAP(SYS_PTRACE) },
	{ "process_vm_readv", CT_CAP(SYS_PTRACE), 0 },
	{ "process_vm_writev", CT_CAP(SYS_PTRACE), 0 },
	{ "quotactl", ADMIN, ADMIN },
	{ "quotactl_fd", ADMIN, ADMIN },
	{ "reboot", CT_CAP(SYS_BOOT), 0 },
	{ "set_mempolicy", CT_CAP(SYS_NICE), 0 },
	{ "set_mempolicy_home_node", CT_CAP(SYS_NICE), 0 },
	{ "setdomainname", ADMIN, ADMIN },
	{ "sethostname", ADMIN, ADMIN },
	{ "setns", ADMIN, ADMIN },
	{ "settimeofday", CT_CAP(SYS_TIME), CT_CAP(SYS_TIME) },
	{ "syslog", CT_CAP(SYSLOG) | ADMIN, 0 },
	{ "umount2", ADMIN, 0 },
	{ "unshare", ADMIN, 0 },
	{ "vhangup", CT_CAP(SYS_TTY_CONFIG), CT_CAP(SYS_TTY_CONFIG) },
};

/* The gated calls above, and those that acts.c judges. */
const char *const ct_gates_watched[] = {
	"capget",
	"capset",
	"prctl",
	"mmap",
	"mremap",
	"shmat",
	/* Up to here a success tells something else; from here on each call is an act. */
	"acct",
	"bpf",
	"chroot",
	"clock_settime",
	"clone",
	"clone3",
	"delete_module",
	"fanotify_init",
	"finit_module",
	"fsconfig",
	"fsmount",
	"fsopen",
	"fspick",
	"get_mempolicy",
	"init_module",
	"ioperm",
	"iopl",
	"kcmp",
	"lookup_dcookie",
	"lsm_get_self_attr",
	"lsm_list_modules",
	"lsm_set_self_attr",
	"mbind",
	"mount",
	"mount_setattr",
	"move_mount",
	"name_to_handle_at",
	"open_by_handle_at",
	"open_tree",
	"perf_event_open",
	"pidfd_getfd",
	"process_madvise",
	"process_vm_readv",
	"process_vm_writev",
	"quotactl",
	"quotactl_fd",
	"reboot",
	"set_mempolicy",
	"set_mempolicy_home_node",
	"setdomainname",
	"sethostname",
	"setns",
	"settimeofday",
	"syslog",
	"umount2",
	"unshare",
	"vhangup",
	NULL,
};

/*
 * moby's profile looks at clone's flags. To clone3 it says ENOSYS, which libraries take for an
 * older kernel, so that they call clone: for threads and posix_spawn, which share the memory (glibc
 * 2.34 to 2.41). So clone3 counts only for what clone cannot do, what is gated for clone, too, or
 * what no library starts. ~0: the flags could not be read; for namespaces the kernel asks, too.
 */
static bool is_free(const char *syscall, uint32_t sel)
{
	const uint32_t beyond = CLONE_NEWTIME | CT_CLONE3_INTO_CGROUP | CT_CLONE3_OTHER |
				CT_CLONE3_FORK;

	if (!strcmp(syscall, "clone"))
		return sel == ~0u || !(sel & CLONE_NEW_ANY);
	if (!strcmp(syscall, "clone3"))
		return sel == ~0u || !(sel & (CLONE_NEW_ANY | beyond));
	/* libnuma calls it without flags to find out how long the kernel's masks are. */
	return !strcmp(syscall, "get_mempolicy") && !(sel & (MPOL_F_NODE | MPOL_F_ADDR));
}

uint64_t ct_gates__caps(const char *syscall, uint32_t sel, enum ct_runtime runtime)
{
	bool common = ct_runtimes__facts(runtime)->profile == CT_PROFILE_COMMON;

	for (size_t i = 0; syscall && i < CT_ARRAY_SIZE(gates); i++) {
		if (strcmp(gates[i].name, syscall))
			continue;
		if (is_free(syscall, sel))
			return 0;
		return common ? gates[i].common : gates[i].moby;
	}
	return 0;
}

/* For a process of a container that has no filter nothing is gated. */
static bool is_filtered(const struct ct_act *a)
{
	return a->key.seccomp != CT_ACT_UNFILTERED;
}

bool ct_gates__are_unknown(const struct ct_workload *w)
{
	const struct ct_container *c = &w->container;

	return w->kind == CT_WL_CONTAINER && c->privileged != CT_YES && !c->profile.known &&
	       (c->seccomp == CT_SECCOMP_CUSTOM || c->seccomp == CT_SECCOMP_UNKNOWN);
}

/* A caller that wants CLONE_INTO_CGROUP or the like may have another way after ENOSYS. */
static bool may_do_without(const char *syscall, uint32_t sel)
{
	return !strcmp(syscall, "clone3") && !(sel & CLONE_NEW_ANY);
}

static struct ct_gate default_gate(const struct ct_workload *w, const struct ct_act *a)
{
	bool unknown = ct_gates__are_unknown(w);
	bool gated = w->container.seccomp == CT_SECCOMP_DEFAULT ||
		     w->container.privileged == CT_YES || (unknown && is_filtered(a));
	struct ct_gate g = {
		.text = unknown ?
				"the default seccomp profiles allow this call only with it; what "
				"this container's profile says is not known" :
				"the default seccomp profile allows this call only with it; else: "
				"EPERM",
		.doubtful = unknown || may_do_without(a->syscall, a->key.sel),
	};

	if (gated)
		g.any = ct_gates__caps(a->syscall, a->key.sel, w->runtime);
	return g;
}

/*
 * Do callers do without this call under a profile that was read? What the profile says of clone's
 * flags is known, so that these decide nothing here.
 */
static bool is_done_without(const struct ct_seccomp_profile *p, const struct ct_act *a)
{
	if (!strcmp(a->syscall, "clone") ||
	    (!strcmp(a->syscall, "clone3") && !ct_profile__says_enosys(p, "clone3")))
		return false;
	return is_free(a->syscall, a->key.sel);
}

struct ct_gate ct_gate__of(const struct ct_workload *w, const struct ct_act *a)
{
	const struct ct_seccomp_profile *p = &w->container.profile;
	struct ct_gate g = { 0 };

	if (!a->syscall)
		return g;
	if (!p->known || w->container.privileged == CT_YES)
		g = default_gate(w, a);
	else if (is_filtered(a) && !is_done_without(p, a))
		g = ct_profile__gate(p, a->syscall, a->key.sel, a->key.before);
	/* The call was let through by one that the container has, if it has any of them. */
	if (g.any & a->key.before)
		g.any &= a->key.before;
	return g;
}

/*
 * Does each such call leave an act? Of those before acct only some do, and they tell of other
 * needs.
 */
static bool is_watched(const char *syscall)
{
	bool each = false;

	for (size_t i = 0; ct_gates_watched[i]; i++) {
		each |= !strcmp(ct_gates_watched[i], "acct");
		if (each && !strcmp(ct_gates_watched[i], syscall))
			return true;
	}
	return false;
}

/* Is it the profile's first rule for its call? */
static bool is_first_of_call(const struct ct_seccomp_profile *p, size_t rule)
{
	size_t i = 0;

	while (strcmp(p->rules[i].syscall, p->rules[rule].syscall) != 0)
		i++;
	return i == rule;
}

uint64_t ct_gates__unwatched(const struct ct_workload *w, const char *syscall[CT_CAP_MAX])
{
	const struct ct_seccomp_profile *p = &w->container.profile;
	uint64_t caps = 0;

	for (size_t i = 0; p->known && i < p->nrules; i++) {
		const char *name = p->rules[i].syscall;
		struct ct_gate g;

		if (is_watched(name) || !w->configured_known || !is_first_of_call(p, i) ||
		    ct_profile__allows(p, name, ~0u, w->configured) == CT_NO)
			continue;
		g = ct_profile__gate(p, name, ~0u, w->configured);
		g.all |= g.any & w->configured;
		/*
		 * Podman's profile answers EINVAL to an audit socket, as a kernel without audit
		 * does.
		 */
		if (!strcmp(name, "socket"))
			g.all &= ~CT_CAP(AUDIT_WRITE);
		ct_caps__for_each(cap, g.all & ~caps)
			syscall[cap] = name;
		caps |= g.all;
	}
	return caps;
}

uint64_t ct_gates__may_use(const struct ct_workload *w)
{
	const struct ct_container *c = &w->container;
	/* chroot always asks (fs/open.c, 5.10-7.3). */
	const uint64_t always_asked = CT_CAP(SYS_CHROOT);
	bool common = ct_runtimes__facts(w->runtime)->profile == CT_PROFILE_COMMON;
	uint64_t caps = 0;

	if (w->kind != CT_WL_CONTAINER || c->privileged == CT_YES || c->seccomp == CT_SECCOMP_NONE)
		return 0;
	for (size_t i = 0; c->profile.known && i < c->profile.nrules; i++)
		caps |= c->profile.rules[i].with;
	for (size_t i = 0; !c->profile.known && i < CT_ARRAY_SIZE(gates); i++)
		caps |= common ? gates[i].common : gates[i].moby;
	return caps & ~always_asked & (w->configured_known ? w->configured : ~0ull);
}
