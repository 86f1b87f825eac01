/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether a recorded container belongs to a pod of a manifest's workload. */
#include <string.h>

#include "check/check.h"
#include "model/pod.h"

/* Kubernetes cuts generateName to this length, then adds five random characters. */
#define LONGEST_BASE 58
#define LONGEST_NAME 63

/* Where an indexed Job's name is cut, to leave room for "-", the index, and "-". */
#define LONGEST_INDEXED 46

/* Is this what a controller of that kind appends to its own name? */
static bool is_suffix(const char *kind, const char *s)
{
	static const char *const plain[] = { "DaemonSet", "ReplicaSet", "ReplicationController",
					     "Job" };

	if (!strcmp(kind, "Pod"))
		return !*s;
	if (!strcmp(kind, "StatefulSet"))
		return ct_pod__skip(&s, CT_POD_DIGITS, 1, 10) && !*s;
	if (!strcmp(kind, "Deployment"))
		return ct_pod__skip(&s, CT_POD_RANDOM, 1, CT_POD_HASH) &&
		       ct_pod__skip(&s, CT_POD_RANDOM, 5, 5) && !*s;
	if (!strcmp(kind, "CronJob") && !ct_pod__skip(&s, CT_POD_DIGITS, 1, 12))
		return false;
	if (!strcmp(kind, "Job") || !strcmp(kind, "CronJob"))
		if (s[strcspn(s + (*s == '-'), "-") + (*s == '-')])
			ct_pod__skip(&s, CT_POD_DIGITS, 1, 10); /* of an indexed job */
	for (size_t i = 0; i < CT_ARRAY_SIZE(plain); i++)
		if (!strcmp(kind, plain[i]))
			return ct_pod__skip(&s, CT_POD_RANDOM, 5, 5) && !*s;
	if (!strcmp(kind, "CronJob"))
		return ct_pod__skip(&s, CT_POD_RANDOM, 5, 5) && !*s;
	/* A controller that is not Kubernetes' own, or a PodTemplate. */
	return *s == '-' || !*s;
}

/*
 * Is it a name that was generated from this one and had to be cut? Those of Pods and StatefulSets
 * never are. Where the cut is, is only certain of Kubernetes' own kinds.
 */
static bool is_cut(const char *kind, const char *name, const char *pod)
{
	static const char *const direct[] = { "DaemonSet", "ReplicaSet", "ReplicationController" };
	size_t len = strlen(name), kept = LONGEST_INDEXED;

	if (!strcmp(kind, "Pod") || !strcmp(kind, "StatefulSet"))
		return false;
	if ((!strcmp(kind, "Job") || !strcmp(kind, "CronJob")) && strlen(pod) != LONGEST_NAME)
		return false;
	for (size_t i = 0; i < CT_ARRAY_SIZE(direct); i++)
		if (!strcmp(kind, direct[i]))
			return len >= LONGEST_BASE && strlen(pod) == LONGEST_NAME &&
			       !strncmp(pod, name, LONGEST_BASE);
	if (!strcmp(kind, "Deployment")) {
		kept = len < LONGEST_BASE ? len : LONGEST_BASE;
		if (strlen(pod) != LONGEST_NAME || (len < LONGEST_BASE && pod[len] != '-'))
			return false;
	}
	return len + CT_POD_HASH + 2 > LONGEST_BASE && !strncmp(pod, name, kept);
}

static bool is_of(const char *where, const char *pod)
{
	const char *name = strchr(where, '/');
	ct_autofree char *kind = ct_xstrndup(where, name ? (size_t)(name - where) : 0);
	size_t len;

	if (!name)
		return false;
	len = strlen(++name);
	if (len && name[len - 1] == '-') /* generateName */
		return !strncmp(pod, name, len);
	return is_cut(kind, name, pod) || (!strncmp(pod, name, len) && is_suffix(kind, pod + len));
}

enum ct_tristate ct_check__is_pod_of(const struct ct_workload *w, const struct ct_deployed *t)
{
	struct ct_pod p;
	bool is;

	if (!ct_pod__parse(w->container.name, &p))
		return CT_UNKNOWN;
	is = !strcmp(p.container, t->name) && is_of(t->where, p.name) &&
	     (!p.space || !t->space || !strcmp(p.space, t->space));
	ct_pod__free(&p);
	return is;
}
