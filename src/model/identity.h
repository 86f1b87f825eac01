/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which workload this is, across restarts, replicas and hosts. Two workloads are the same if and
 * only if their keys are equal, so that it does not matter in which order they are compared, or
 * what else is known.
 */
#ifndef CT_MODEL_IDENTITY_H
#define CT_MODEL_IDENTITY_H

#include "model/session.h"

/* What identifies a workload: the first of these that is known. */
enum ct_identity_kind {
	/* of a container */
	CT_ID_COMPOSE,	  /* project and service */
	CT_ID_KUBERNETES, /* namespace, owner of the pod, container */
	CT_ID_SWARM,	  /* service */
	CT_ID_QUADLET,	  /* unit, after which Podman's generator named the container */
	CT_ID_NAME,
	CT_ID_IMAGE,	 /* it has no name */
	CT_ID_CONTAINER, /* nothing but its id */
	/* of others */
	CT_ID_UNIT,
	CT_ID_COMMAND,
	CT_ID_CGROUP,
};

struct ct_identity {
	enum ct_identity_kind kind;
	/*
	 * Begins with the kind's name, such as "compose:shop/front". If several engines of a host
	 * may give the same name, the engine follows the kind: "name@podman:web", "name@1000:web"
	 * for user 1000's Docker, "name@podman.1000:web". Printable ASCII: everything else is
	 * written as %XX. Owned.
	 */
	char *key;
};

void ct_identity__of(const struct ct_workload *w, struct ct_identity *id);
void ct_identity__free(struct ct_identity *id);
const char *ct_identity_kind__name(enum ct_identity_kind kind);

/* The name of what made its pod, as recorded or else from the pod's name. The caller frees. */
char *ct_container__pod_owner(const struct ct_container *c, const char *pod);

/* Have both the same identity? */
bool ct_workload__same(const struct ct_workload *a, const struct ct_workload *b);

/* Is this one of the names by which people call the workload? Its id, its name, its service. */
bool ct_workload__is_called(const struct ct_workload *w, const char *name);

/* Is it the unit or the container that Podman's generator makes of NAME.container? */
bool ct_workload__is_quadlet(const struct ct_workload *w, const char *name);

/* Where "nginx" begins in "docker.io/library/nginx:latest"; *len leaves out the tag ":latest". */
const char *ct_image__short(const char *image, size_t *len);

static inline void ct_identity__cleanup(struct ct_identity *id)
{
	ct_identity__free(id);
}
#define ct_autoidentity __attribute__((cleanup(ct_identity__cleanup)))

#endif
