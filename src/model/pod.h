/* SPDX-License-Identifier: GPL-2.0-only */
/* What the name of a pod's container says. */
#ifndef CT_MODEL_POD_H
#define CT_MODEL_POD_H

#include <stdbool.h>
#include <stddef.h>

/* What Kubernetes makes random parts of names of (SafeEncodeString() of apimachinery). */
#define CT_POD_RANDOM "bcdfghjklmnpqrstvwxz2456789"
#define CT_POD_DIGITS "0123456789"

/* The longest fingerprint of a pod's template, which stands in the names of a Deployment's pods. */
#define CT_POD_HASH 10

struct ct_pod {
	char *space, *name, *container; /* space may be NULL */
};

/*
 * Splits "NAMESPACE/POD/CONTAINER", as captrim records, or dockershim's
 * "k8s_CONTAINER_POD_NAMESPACE_...". False: it is not the name of a pod's container, which may be
 * NULL. The caller frees what the pod holds in any case.
 */
bool ct_pod__parse(const char *recorded, struct ct_pod *p);
void ct_pod__free(struct ct_pod *p);

/*
 * Skips "-" and so many characters of these at *s, which is behind them then. False: they do not
 * stand there.
 */
bool ct_pod__skip(const char **s, const char *of, size_t min, size_t max);

/*
 * The name of what made the pod (a Deployment, StatefulSet, DaemonSet, Job or CronJob), as far as
 * the pod's own name tells it: without the parts that differ from pod to pod. The caller frees.
 */
char *ct_pod__owner(const char *pod);

#endif
