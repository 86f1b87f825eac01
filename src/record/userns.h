/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether a container has a user namespace: asked of its processes. */
#ifndef CT_RECORD_USERNS_H
#define CT_RECORD_USERNS_H

#include "cgroup/cgroups.h"
#include "model/session.h"

/*
 * An engine that itself runs in a user namespace, as in an unprivileged container, says of its
 * containers that they have none. Where a process of the container runs, w->container.userns
 * becomes what is true of it: CT_NO means that one of them is in the host's own.
 */
void ct_userns__settle(const struct ct_cgroups *c, struct ct_workload *w);

#endif
