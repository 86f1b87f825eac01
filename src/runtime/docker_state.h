/* SPDX-License-Identifier: GPL-2.0-only */
/* What dockerd keeps of a container on disk, for when it does not answer. */
#ifndef CT_RUNTIME_DOCKER_STATE_H
#define CT_RUNTIME_DOCKER_STATE_H

#include "model/session.h"

/*
 * Name and image, where they are not known, from a container's config.v2.json, and the pod, see
 * ct_pod_words__of_docker(). Other labels are left out: Compose's may be the image's, which only
 * the engine can tell. False: it could not be read.
 */
bool ct_docker_state__read(const char *path, const char *cgroup, struct ct_container *c);

/* The same of the container with that id, of root's dockerd, in the usual places. */
bool ct_docker_state__find(const char *id, const char *cgroup, struct ct_container *c);

#endif
