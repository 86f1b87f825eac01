/* SPDX-License-Identifier: GPL-2.0-only */
/* What the name of a pod's container and a pod's labels tell. */
#ifndef CT_MODEL_POD_H
#define CT_MODEL_POD_H

#include <stdbool.h>
#include <stddef.h>

/* Random parts of Kubernetes names consist of these (SafeEncodeString() of apimachinery). */
#define CT_POD_RANDOM "bcdfghjklmnpqrstvwxz2456789"
#define CT_POD_DIGITS "0123456789"

/* The longest hash of a pod template, which is part of the names of a Deployment's pods. */
#define CT_POD_HASH 10

struct ct_pod {
	char *space, *name, *container; /* space may be NULL */
};

/*
 * Splits "NAMESPACE/POD/CONTAINER", as captrim records it. False: recorded is NULL or not the name
 * of a pod's container. The caller frees what the pod holds in any case.
 */
bool ct_pod__parse(const char *recorded, struct ct_pod *p);

/*
 * The same for "k8s_CONTAINER_POD_NAMESPACE_...", as CRI-O and dockershim name their containers.
 * Anybody may give a container of Docker such a name, so there it proves nothing.
 */
bool ct_pod__parse_shim(const char *given, struct ct_pod *p);
void ct_pod__free(struct ct_pod *p);

/*
 * Moves *s past "-" and the min to max characters of the set `of` that follow it. False: these are
 * not there, and *s stays.
 */
bool ct_pod__skip(const char **s, const char *of, size_t min, size_t max);

/*
 * The name of what made the pod (a Deployment, StatefulSet, DaemonSet, Job or CronJob), as far as
 * the pod's own name tells it: without the parts that differ from pod to pod. The caller frees.
 */
char *ct_pod__owner(const char *pod);

/* What is known of a pod besides its name; NULL: not known. */
struct ct_pod_facts {
	const char *uid;    /* a static pod's has 32 digits, a hash of its manifest */
	const char *node;   /* the node's name, which ends the names of static pods */
	const char *labels; /* all of the pod's own, one KEY=VALUE a line */
};

/*
 * What made the pod, as "KIND/NAME". A uid that only a static pod has proves it, as do labels that
 * a controller set, if they agree with the name, or labels without any of a controller's. Otherwise
 * it is guessed from the name, and *guessed is set: the kind is then "Pod" if the name tells none,
 * and "Controller" if something made the pod whose kind is not certain. The caller frees.
 */
char *ct_pod__find_owner(const char *pod, const struct ct_pod_facts *facts, bool *guessed);

/* The value of a label in such a list, not NUL-terminated; NULL: it is not there. */
const char *ct_labels__get(const char *labels, const char *key, size_t *len);

/*
 * Do the labels match all terms of a selector? They are separated by commas, as for kubectl -l:
 * KEY=VALUE, KEY==VALUE, KEY!=VALUE, KEY, !KEY.
 */
bool ct_labels__match(const char *labels, const char *selector);

/* Does it consist of such terms? Others would match nothing, or the opposite of what was meant. */
bool ct_labels__is_selector(const char *s);

#endif
