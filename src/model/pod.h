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
 * Splits "NAMESPACE/POD/CONTAINER", as captrim records. False: it is not the name of a pod's
 * container, which may be NULL. The caller frees what the pod holds in any case.
 */
bool ct_pod__parse(const char *recorded, struct ct_pod *p);

/*
 * The same of "k8s_CONTAINER_POD_NAMESPACE_...", as CRI-O and dockershim call their containers.
 * Anybody may call one of Docker's so, which proves nothing.
 */
bool ct_pod__parse_shim(const char *given, struct ct_pod *p);
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

/* What is known of a pod beside its name; NULL: nothing. */
struct ct_pod_facts {
	const char *uid;    /* of a static pod 32 digits, a hash of its manifest */
	const char *node;   /* the node's name, which stands behind the names of static pods */
	const char *labels; /* all of the pod's own, one KEY=VALUE a line */
};

/*
 * What made the pod, as "KIND/NAME". Labels that controllers set, and that agree with the name,
 * prove it; without labels *guessed is set, and the kind is "Pod" where the name tells none. A
 * kind that is not known for sure, though something made it, is "Controller". The caller frees.
 */
char *ct_pod__find_owner(const char *pod, const struct ct_pod_facts *facts, bool *guessed);

/* The value of a label in such a text, not NUL-terminated; NULL: it is not there. */
const char *ct_labels__get(const char *labels, const char *key, size_t *len);

/*
 * Has it all labels that a selector asks for, with commas between them: KEY=VALUE, KEY==VALUE,
 * KEY!=VALUE, KEY, !KEY, as kubectl -l takes them?
 */
bool ct_labels__match(const char *labels, const char *selector);

#endif
