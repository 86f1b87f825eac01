/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * System calls that seccomp profiles allow only to containers with a capability. The filter is made
 * once, when the container starts. The kernel itself never asks for the capability there, or asks
 * in a user namespace of the container's own, where the caller holds it in any case; yet without it
 * the call fails.
 */
#ifndef CT_JUDGE_SECCOMP_H
#define CT_JUDGE_SECCOMP_H

#include "model/session.h"

/*
 * Names of the system calls to watch, NULL at the end: those that the probe treats specially
 * (capget, capset, prctl, mmap, mremap, shmat), then the gated ones.
 */
extern const char *const ct_gates_watched[];

/* What a gate wants; if both sets are empty the call is free. */
struct ct_gate {
	uint64_t all;	  /* each of these */
	uint64_t any;	  /* and one of these */
	const char *text; /* static */
	bool doubtful;
};

/* What the default profiles want for this call: one of the set; 0: it is free with that runtime. */
uint64_t ct_gates__caps(const char *syscall, uint32_t sel, enum ct_runtime runtime);

/*
 * What the call needed of this workload's profile. A profile that could not be read is taken for
 * the default one, with doubt.
 */
struct ct_gate ct_gate__of(const struct ct_workload *w, const struct ct_act *a);

/* Does the workload run under a profile of which nothing is known? */
bool ct_gates__are_unknown(const struct ct_workload *w);

/*
 * Capabilities that a known profile wants for calls that are not watched: a workload that was given
 * one may have used it. syscall[cap] becomes the first call that wants it.
 */
uint64_t ct_gates__unwatched(const struct ct_workload *w, const char *syscall[CT_CAP_MAX]);

/*
 * Capabilities that the container has and by which its profile allows a call that the kernel may
 * not ask for: where calls are not watched, it may have used them.
 */
uint64_t ct_gates__may_use(const struct ct_workload *w);

/*
 * seccomp_filter.c: may a container with these capabilities make the call? CT_UNKNOWN: that
 * depends on arguments that are not recorded.
 */
enum ct_tristate ct_profile__allows(const struct ct_seccomp_profile *p, const char *syscall,
				    uint32_t sel, uint64_t caps);
bool ct_profile__names(const struct ct_seccomp_profile *p, const char *syscall);
/* Is the call refused as if the kernel did not know it? */
bool ct_profile__says_enosys(const struct ct_seccomp_profile *p, const char *syscall);
/*
 * What the call needs under this profile, for a container that had these capabilities and could
 * make it.
 */
struct ct_gate ct_profile__gate(const struct ct_seccomp_profile *p, const char *syscall,
				uint32_t sel, uint64_t had);

#endif
