/* SPDX-License-Identifier: GPL-2.0-only */
/* Containers that are chosen by their pod. */
#ifndef CT_RECORD_POD_CHOICE_H
#define CT_RECORD_POD_CHOICE_H

#include "record/recorder.h"

/* Does the recorder choose by pods? */
bool ct_pod_choice__is_made(const struct ct_pod_choice *p);

/* Is it a container, and not the sandbox, of a pod that was chosen? */
bool ct_pod_choice__match(const struct ct_pod_choice *p, const struct ct_container *c);

/*
 * Returns the container at that path if it is of a chosen pod, and NULL if not. It is described and
 * put into the session unless it is there already.
 */
struct ct_workload *ct_pod_choice__want(struct ct_recorder *r, const struct ct_cgroup_name *name,
					const char *path);

/*
 * The same while events are read, when nobody may be asked: an engine that is being asked reads
 * them while it waits, and the kernel does not wait for us. What files do not decide is noted.
 */
struct ct_workload *ct_pod_choice__look(struct ct_recorder *r, const struct ct_cgroup_name *name,
					const char *path);

/* Asks about what was noted. */
void ct_pod_choice__decide(struct ct_recorder *r);

#endif
