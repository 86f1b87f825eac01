/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Containers within a container: of a Docker in Docker, a node of kind, a CI runner. What they do
 * counts for the outer one, too, because it can give them nothing that it was not given itself, and
 * because what their engine does to start them is its own work. Beside that each is a workload.
 */
#ifndef CT_RECORD_INNER_H
#define CT_RECORD_INNER_H

#include "cgroup/cgroups.h"
#include "cgroup/name.h"
#include "model/session.h"
#include "record/recorder.h"

/*
 * The innermost container that a path tells of, as far as it can be believed: the name of one that
 * is somebody else's, or of the host's, makes none. False: there is none within the outermost.
 */
bool ct_recorder__inner(struct ct_recorder *r, const char *path, struct ct_cgroup_name *name);

/* Is it an inner one by the path of its cgroup? *outer: what the path tells of the other one. */
bool ct_inner__is(const struct ct_workload *w, struct ct_cgroup_name *outer);

/*
 * Name, image and configured set of an inner container, whose w->cgroup_path is set, by what its
 * engine keeps below the outer one's root, where a process of that runs. False: nothing was found.
 */
bool ct_inner__read(const struct ct_cgroups *c, struct ct_workload *w);

/*
 * The same when an entry point is executed in the cgroup with that path, kept until it is
 * described: whether it is believed is asked then, for an engine must not be asked while events are
 * read.
 */
void ct_recorder__note_inner(struct ct_recorder *r, const char *path, bool inside);

/*
 * Describes an inner container, or false. Before its name stands the outer one's, so that it is
 * nobody else's. Failed lookups are counted.
 */
bool ct_recorder__describe_inner(struct ct_recorder *r, struct ct_workload *w);

#endif
