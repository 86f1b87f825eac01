/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runtimes: whatever starts workloads with a set of capabilities. Each is a struct ct_runtime_type
 * in a file of its own, and a line in model/runtimes.def. Nothing outside of runtime/ asks which
 * one it is to decide what to do: it asks for what it needs to know.
 */
#ifndef CT_RUNTIME_RUNTIME_H
#define CT_RUNTIME_RUNTIME_H

#include "cgroup/name.h"
#include "runtime/facts.h"

/* A pattern for glob(3) of files that tell a container's configuration, with %s for its id. */
struct ct_bundle_place {
	const char *pattern;
	bool state; /* the low-level runtime's state, which names the bundle; else its config.json
		     */
	bool users; /* a user's, who may write anything: looked at last */
};

struct ct_runtime_type {
	struct ct_runtime_facts facts;
	struct ct_cgroup_owner cgroups;
	const struct ct_bundle_place *bundles; /* the last has no pattern; NULL: none */
};

/* One for each line of model/runtimes.def. */
#define CT_RUNTIME(id, object, name) extern const struct ct_runtime_type ct_runtime_##object;
#include "model/runtimes.def"
#undef CT_RUNTIME

/* By enum ct_runtime: none for CT_RT_NONE. NULL at the end, too. */
extern const struct ct_runtime_type *const ct_runtimes[];
#define ct_runtimes__for_each(type)                                                                \
	for (const struct ct_runtime_type *const *ct_at = ct_runtimes + 1, *type; (type = *ct_at); \
	     ct_at++)

/* What a cgroup's path tells, see ct_cgroup_name__classify(). */
void ct_runtimes__classify(const char *path, struct ct_cgroup_name *name);

#endif
