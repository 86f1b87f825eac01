/* SPDX-License-Identifier: GPL-2.0-only */
/* containerd's own API (containerd.services.containers.v1), as far as it describes containers. */
#ifndef CT_RUNTIME_CONTAINERD_API_H
#define CT_RUNTIME_CONTAINERD_API_H

#include "model/session.h"
#include "runtime/grpc.h"

/*
 * Stores in c the name that nerdctl gave a container, and its image; of a pod's container whose pod
 * uid is known also the pod's labels, and from them its owner. Returns 0 or a negative errno.
 */
int ct_containerd_api__describe(struct ct_grpc *g, const char *space, const char *id,
				const char *cgroup, struct ct_container *c, struct ct_err *err);

#endif
