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
 * Are they possible names in Kubernetes, of the pod with this uid? If it is "", the uid is not
 * known, and only what is proved is believed.
 */
bool ct_pod_words__agree(const struct ct_pod_words *words, const char *uid);

/* Sets name (NAMESPACE/POD/CONTAINER), uid unless that is "", and the owner by the labels in c. */
void ct_pod_words__take(const struct ct_pod_words *words, const char *uid, struct ct_container *c);

/*
 * Takes what the labels of dockershim and cri-dockerd say. Anybody can set such labels, so they
 * count only in the pod's own cgroup. cgroup: the container's, or the parent that Docker gives it;
 * NULL: not known.
 */
void ct_pod_words__of_docker(const struct json_t *labels, const char *cgroup,
			     struct ct_container *c);

#endif
