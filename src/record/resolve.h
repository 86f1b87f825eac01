/* SPDX-License-Identifier: GPL-2.0-only */
/* Resolves a user-supplied name to a running workload. */
#ifndef CT_RECORD_RESOLVE_H
#define CT_RECORD_RESOLVE_H

#include "base/err.h"
#include "cgroup/cgroups.h"

struct ct_engine;

/*
 * Finds a container by its name, if an engine answers (e, which may be NULL), or by its id or at
 * least the first six digits of it, if it has a cgroup in c. *id is the whole id; the caller frees.
 * -ENOENT, with the names that exist, or -ENOTUNIQ.
 */
int ct_resolve__container(struct ct_engine *e, const struct ct_cgroups *c, const char *name,
			  char **id, struct ct_err *err);

/* Does this unit, given by its full name, have a cgroup, which means that it runs? */
bool ct_resolve__unit(const struct ct_cgroups *c, const char *unit);

#endif
