/* SPDX-License-Identifier: GPL-2.0-only */
/* What dockerd keeps on disk about a container, for when it does not answer. */
#ifndef CT_RUNTIME_DOCKER_STATE_H
#define CT_RUNTIME_DOCKER_STATE_H

#include "model/session.h"

/*
 * Reads a container's config.v2.json: name and image, where they are not known yet, and the pod,
 * see ct_pod_words__of_docker(). Other labels are left out: Compose's may be the image's, which
 * only the engine can tell. False: the file could not be read.
 */
bool ct_docker_state__read(const char *path, const char *cgroup, struct ct_container *c);

/* The same for the container with that id, in the usual places of root's dockerd. */
bool ct_docker_state__find(const char *id, const char *cgroup, struct ct_container *c);

#endif
