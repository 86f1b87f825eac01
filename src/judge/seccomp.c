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

#define ADMIN CT_CAP(SYS_ADMIN)
static const struct {
	const char *name;
	uint64_t moby, common;
} gates[] = {
#define CT_GATE(name, moby, common) { #name, moby, common },
#include "judge/gates.def"
#undef CT_GATE
};

const char *const ct_gates_watched[] = {
	/* A success of these tells something else, see acts.c; each call of the rest is an act. */
	"capget", "capset", "prctl", "mmap", "mremap", "shmat",
#define CT_GATE(name, moby, common) #name,
#include "judge/gates.def"
#undef CT_GATE
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
 * Does each such call leave an act? Of the other watched ones only some do, and they tell of other
 * needs.
 */
static bool is_gated(const char *syscall)
{
	for (size_t i = 0; i < CT_ARRAY_SIZE(gates); i++)
		if (!strcmp(gates[i].name, syscall))
			return true;
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

		if (is_gated(name) || !w->configured_known || !is_first_of_call(p, i) ||
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
