/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Containers within a container, as in Docker in Docker, a node of kind or a CI runner. What they
 * do counts for the outer one, too, because it can give them nothing that it was not given itself,
 * and because what their engine does to start them is the outer container's own work. Besides, each
 * of them is a workload.
 */
#ifndef CT_RECORD_INNER_H
#define CT_RECORD_INNER_H

#include "cgroup/cgroups.h"
#include "cgroup/name.h"
#include "model/session.h"
#include "record/recorder.h"

/*
 * Finds the innermost container that a path tells of. A name that belongs to the host's engine or
 * to another cgroup is not believed. False: there is none within the outermost container.
 */
bool ct_recorder__inner(struct ct_recorder *r, const char *path, struct ct_cgroup_name *name);

/* Is it an inner container by its path? *outer: what the path tells of the outer container. */
bool ct_inner__is(const struct ct_workload *w, struct ct_cgroup_name *outer);

/*
 * Reads name, image and configured set of an inner container, whose w->cgroup_path is set, from
 * what its engine keeps below the outer container's root. For that a process must be running in the
 * outer one. False: nothing was found.
 */
bool ct_inner__read(const struct ct_cgroups *c, struct ct_workload *w);

/*
 * The same when an entry point is executed in the cgroup with that path. The result is kept until
 * the container is described, and only then is it asked whether to believe it: an engine must not
 * be asked while events are read.
 */
void ct_recorder__note_inner(struct ct_recorder *r, const char *path, bool inside);

/*
 * Describes an inner container; false if it is not one. Its name is put behind the outer one's, so
 * that no other container has it. Failed lookups are counted.
 */
bool ct_recorder__describe_inner(struct ct_recorder *r, struct ct_workload *w);

#endif
