/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether a container has a user namespace, as its entry point's execve or its processes tell. */
#ifndef CT_RECORD_USERNS_H
#define CT_RECORD_USERNS_H

#include "cgroup/cgroups.h"
#include "model/session.h"

/*
 * An engine that itself runs in a user namespace, as in an unprivileged container, says that its
 * containers have none. So does the bundle of a container that shares the user namespace of a
 * user's Podman. Therefore w->container.userns becomes what was true of the entry point, if its
 * execve was seen, and otherwise of what runs in the container: CT_NO means that one of the
 * processes is in the host's own.
 */
void ct_userns__settle(const struct ct_cgroups *c, struct ct_workload *w);

#endif
