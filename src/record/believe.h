/* SPDX-License-Identifier: GPL-2.0-only */
/* Is a cgroup the container that its name says it is? */
#ifndef CT_RECORD_BELIEVE_H
#define CT_RECORD_BELIEVE_H

#include "record/recorder.h"

/*
 * What a cgroup's path tells of its workload, as far as that can be believed. Anybody to whom a
 * cgroup was delegated can make one below it that is named like a container, so a container's name
 * counts only if its processes live in a mount namespace of their own, or if the engine or its
 * state knows it. A user's cgroup is never a container that root's engine made.
 */
void ct_recorder__classify(struct ct_recorder *r, const char *path, struct ct_cgroup_name *name);

/* Is there a container of root's with this id? */
bool ct_recorder__is_roots(struct ct_recorder *r, const char *id);

#endif
