/* SPDX-License-Identifier: GPL-2.0-only */
/* The kubelet's interface to runtimes (cri-api, runtime/v1), as far as it tells of containers. */
#ifndef CT_RUNTIME_CRI_H
#define CT_RUNTIME_CRI_H

#include "model/session.h"
#include "runtime/grpc.h"

/* Does it answer? */
int ct_cri__check(struct ct_grpc *g, struct ct_err *err);

/*
 * Name, image, pod, labels and owner of a container by its whole id, if the pod's uid is the one
 * that the cgroup's path has (cgroup, NULL: not known). Returns 0, -ENOENT: it does not know the
 * container, or another negative errno.
 */
int ct_cri__describe(struct ct_grpc *g, const char *id, const char *cgroup, struct ct_container *c,
		     struct ct_err *err);

#endif
