/* SPDX-License-Identifier: GPL-2.0-only */
/* The kubelet's interface to runtimes (cri-api, runtime/v1), as far as it describes containers. */
#ifndef CT_RUNTIME_CRI_H
#define CT_RUNTIME_CRI_H

#include "model/session.h"
#include "runtime/grpc.h"

/* Checks that the server answers. Returns 0 or a negative errno. */
int ct_cri__check(struct ct_grpc *g, struct ct_err *err);

/*
 * Stores in c the name, image, pod, labels and owner of the container with this full id, if the
 * pod's uid is the one in the cgroup's path (cgroup, NULL: not known). Returns 0, -ENOENT if the
 * server does not know the container, or another negative errno.
 */
int ct_cri__describe(struct ct_grpc *g, const char *id, const char *cgroup, struct ct_container *c,
		     struct ct_err *err);

#endif
