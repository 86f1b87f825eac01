/* SPDX-License-Identifier: GPL-2.0-only */
/* The words that name a pod's container, whoever says them, and when they are believed. */
#ifndef CT_RUNTIME_POD_WORDS_H
#define CT_RUNTIME_POD_WORDS_H

#include "model/session.h"

struct json_t;

#define CT_POD_SANDBOX "POD" /* as dockershim called a pod's own container */

/* Borrowed; NULL: not told. */
struct ct_pod_words {
	const char *space, *pod, *container, *uid;
	bool proved; /* the pod's author cannot have written it */
};

/*
 * Are they names as Kubernetes has them, of the pod with this uid? "": that is not known, and only
 * what is proved counts.
 */
bool ct_pod_words__agree(const struct ct_pod_words *words, const char *uid);

/* Sets name (NAMESPACE/POD/CONTAINER), the uid if it is not "", and by the labels that c has the
 * owner. */
void ct_pod_words__take(const struct ct_pod_words *words, const char *uid, struct ct_container *c);

/*
 * What dockershim and cri-dockerd say in labels that anybody can set: it counts only in the pod's
 * own cgroup. cgroup: the container's, or its parent's as Docker has it; NULL: not known.
 */
void ct_pod_words__of_docker(const struct json_t *labels, const char *cgroup,
			     struct ct_container *c);

#endif
