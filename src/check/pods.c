// SPDX-License-Identifier: GPL-2.0-only
/* Whether a recorded container is one of the pods of a workload of a manifest. */
#include <string.h>

#include "check/check.h"

/* What Kubernetes makes random parts of names of (SafeEncodeString() of apimachinery). */
#define RANDOM "bcdfghjklmnpqrstvwxz2456789"
#define DIGITS "0123456789"

/* generateName is cut there before the five random characters. */
#define LONGEST_BASE 58
#define LONGEST_HASH 10

/* "NAMESPACE/POD/CONTAINER" as captrim records, or dockershim's k8s_CONTAINER_POD_NAMESPACE_... */
struct pod {
	char *space, *name, *container; /* space may be NULL */
};

static void pod_free(struct pod *p)
{
	free(p->space);
	free(p->name);
	free(p->container);
}

static bool split_shim(const char *recorded, struct pod *p)
{
	const char *container = recorded + 4, *name, *space;

	if (strncmp(recorded, "k8s_", 4) != 0)
		return false;
	name = strchr(container, '_');
	space = name ? strchr(name + 1, '_') : NULL;
	if (!space)
		return false;
	p->container = ct_xstrndup(container, (size_t)(name - container));
	p->name = ct_xstrndup(name + 1, (size_t)(space - name) - 1);
	p->space = ct_xstrndup(space + 1, strcspn(space + 1, "_"));
	return true;
}

/* False: it did not belong to a pod. */
static bool split(const char *recorded, struct pod *p)
{
	const char *container, *name;

	*p = (struct pod){ 0 };
	if (!recorded)
		return false;
	if (split_shim(recorded, p))
		return true;
	container = strrchr(recorded, '/');
	if (!container || container == recorded)
		return false;
	for (name = container; name > recorded && name[-1] != '/';)
		name--;
	p->container = ct_xstrdup(container + 1);
	p->name = ct_xstrndup(name, (size_t)(container - name));
	if (name > recorded)
		p->space = ct_xstrndup(recorded, (size_t)(name - recorded) - 1);
	return true;
}

/* "-" and so many characters of a kind at *p, which is behind them then. */
static bool take(const char **p, const char *of, size_t min, size_t max)
{
	size_t len = **p == '-' ? strspn(*p + 1, of) : 0;

	if (len < min || len > max)
		return false;
	*p += len + 1;
	return true;
}

/* What a controller of that kind puts behind its own name. */
static bool is_suffix(const char *kind, const char *s)
{
	static const char *const plain[] = { "DaemonSet", "ReplicaSet", "ReplicationController",
					     "Job" };

	if (!strcmp(kind, "Pod"))
		return !*s;
	if (!strcmp(kind, "StatefulSet"))
		return take(&s, DIGITS, 1, 10) && !*s;
	if (!strcmp(kind, "Deployment"))
		return take(&s, RANDOM, 1, LONGEST_HASH) && take(&s, RANDOM, 5, 5) && !*s;
	if (!strcmp(kind, "CronJob") && !take(&s, DIGITS, 1, 12))
		return false;
	if (!strcmp(kind, "Job") || !strcmp(kind, "CronJob"))
		if (s[strcspn(s + (*s == '-'), "-") + (*s == '-')])
			take(&s, DIGITS, 1, 10); /* of an indexed job */
	for (size_t i = 0; i < CT_ARRAY_SIZE(plain); i++)
		if (!strcmp(kind, plain[i]))
			return take(&s, RANDOM, 5, 5) && !*s;
	if (!strcmp(kind, "CronJob"))
		return take(&s, RANDOM, 5, 5) && !*s;
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
	if (len + LONGEST_HASH + 2 > LONGEST_BASE)
		return !strncmp(pod, name, LONGEST_BASE - LONGEST_HASH - 2);
	return !strncmp(pod, name, len) && is_suffix(kind, pod + len);
}

enum ct_tristate ct_check__is_pod_of(const struct ct_workload *w, const struct ct_deployed *t)
{
	struct pod p;
	bool is;

	if (!split(w->container.name, &p))
		return CT_UNKNOWN;
	is = !strcmp(p.container, t->name) && is_of(t->where, p.name) &&
	     (!p.space || !t->space || !strcmp(p.space, t->space));
	pod_free(&p);
	return is;
}
