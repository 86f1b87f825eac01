/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether a container has a user namespace: its entry point's execve tells, or its processes. */
#ifndef CT_RECORD_USERNS_H
#define CT_RECORD_USERNS_H

#include "cgroup/cgroups.h"
#include "model/session.h"

/*
 * An engine that itself runs in a user namespace, as in an unprivileged container, says of its
 * containers that they have none, and so does the bundle of a container that shares the one of a
 * user's Podman. w->container.userns becomes what was true of the entry point where that was seen,
 * else of what runs in the container: CT_NO means that one of them is in the host's own.
 */
void ct_userns__settle(const struct ct_cgroups *c, struct ct_workload *w);

#endif
