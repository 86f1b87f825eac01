/* SPDX-License-Identifier: GPL-2.0-only */
#include "model/pod.h"

#include <string.h>

#include "base/util.h"

/*
 * The hash of a pod template is a 32-bit number, which has eight digits or more in all but one of
 * four hundred cases; shorter words of the same letters, such as "http", are parts of names.
 */
#define SHORTEST_HASH 8
#define RANDOM_LEN    5

void ct_pod__free(struct ct_pod *p)
{
	free(p->space);
	free(p->name);
	free(p->container);
	*p = (struct ct_pod){};
}

bool ct_pod__parse_shim(const char *given, struct ct_pod *p)
{
	const char *container, *name, *space;

	*p = (struct ct_pod){};
	if (!given || strncmp(given, "k8s_", 4) != 0)
		return false;
	container = given + 4;
	name = strchr(container, '_');
	space = name ? strchr(name + 1, '_') : NULL;
	if (!space)
		return false;
	p->container = ct_xstrndup(container, (size_t)(name - container));
	p->name = ct_xstrndup(name + 1, (size_t)(space - name) - 1);
	p->space = ct_xstrndup(space + 1, strcspn(space + 1, "_"));
	return true;
}

bool ct_pod__parse(const char *recorded, struct ct_pod *p)
{
	const char *container, *name;

	*p = (struct ct_pod){};
	if (!recorded)
		return false;
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

bool ct_pod__skip(const char **s, const char *of, size_t min, size_t max)
{
	size_t len = **s == '-' ? strspn(*s + 1, of) : 0;

	if (len < min || len > max)
		return false;
	*s += len + 1;
	return true;
}

/* Cuts off the name's last part if it is min to max characters of the set `of`. */
static bool cut(char *name, const char *of, size_t min, size_t max)
{
	char *last = strrchr(name, '-');
	const char *end = last;

	if (!last || last == name || !ct_pod__skip(&end, of, min, max) || *end)
		return false;
	*last = '\0';
	return true;
}

char *ct_pod__owner(const char *pod)
{
	char *name = ct_xstrdup(pod);

	/* A StatefulSet's pod has only a number after the name, a bare pod nothing at all. */
	if (!cut(name, CT_POD_RANDOM, RANDOM_LEN, RANDOM_LEN)) {
		cut(name, CT_POD_DIGITS, 1, 10);
		return name;
	}
	/* Before the random part, a Deployment's pod has the template's hash, a CronJob's the time,
	 * an indexed Job's a number, and an indexed CronJob's both. */
	if (!cut(name, CT_POD_RANDOM, SHORTEST_HASH, CT_POD_HASH) &&
	    cut(name, CT_POD_DIGITS, 1, 12))
		cut(name, CT_POD_DIGITS, 1, 12);
	return name;
}
