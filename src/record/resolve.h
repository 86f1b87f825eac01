/* SPDX-License-Identifier: GPL-2.0-only */
/* Resolves a user-supplied name to a running workload. */
#ifndef CT_RECORD_RESOLVE_H
#define CT_RECORD_RESOLVE_H

#include "base/err.h"
#include "cgroup/cgroups.h"

struct ct_engine;

/*
 * A container by its name, where an engine answers (e, may be NULL), or by its id or that one's
 * beginning, six digits at least, where it has a cgroup in c. *id is the whole id; the caller
 * frees. -ENOENT with the names there are, -ENOTUNIQ.
 */
int ct_resolve__container(struct ct_engine *e, const struct ct_cgroups *c, const char *name,
			  char **id, struct ct_err *err);

/* Has this unit, by its full name, a cgroup: does it run? */
bool ct_resolve__unit(const struct ct_cgroups *c, const char *unit);

#endif
