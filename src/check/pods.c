/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether a recorded container belongs to a pod of a manifest's workload. */
#include <string.h>

#include "check/check.h"
#include "model/pod.h"

/* Kubernetes cuts generateName to this length, then adds five random characters. */
#define LONGEST_BASE 58

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
	if (len + CT_POD_HASH + 2 > LONGEST_BASE)
		return !strncmp(pod, name, LONGEST_BASE - CT_POD_HASH - 2);
	return !strncmp(pod, name, len) && is_suffix(kind, pod + len);
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
