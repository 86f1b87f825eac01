/* SPDX-License-Identifier: GPL-2.0-only */
/* Which recording belongs to what in a deployment file. */
#include <errno.h>
#include <string.h>

#include "check/check.h"
#include "model/identity.h"

static bool equal(const char *a, const char *b)
{
	return a && b && *a && !strcmp(a, b);
}

static bool is_named(const struct ct_workload *w, const struct ct_deployed *t)
{
	enum ct_tristate pod = t->kind == CT_DEPLOYED_KUBERNETES ? ct_check__is_pod_of(w, t) :
								   CT_UNKNOWN;

	/* The pod decides: a container of the same name in another pod is another one. */
	if (pod != CT_UNKNOWN)
		return pod == CT_YES;
	/* The same goes for Compose and its services. */
	if (t->kind == CT_DEPLOYED_COMPOSE && w->container.service && *w->container.service)
		return equal(w->container.service, t->name);
	if (ct_workload__is_called(w, t->name) || (t->alias && ct_workload__is_called(w, t->alias)))
		return true;
	return t->kind == CT_DEPLOYED_QUADLET && ct_workload__is_quadlet(w, t->name);
}

/* "web", or "Deployment/web/web" where others have a container of that name. */
static bool is_target(const struct ct_deployed *t, const char *name)
{
	ct_autofree char *full = t->where ? ct_xasprintf("%s/%s", t->where, t->name) : NULL;

	return equal(name, t->name) || equal(t->alias, name) || equal(full, name);
}

static bool pair_of(const char *pair, const struct ct_workload *w, const struct ct_deployed *t)
{
	const char *sign = strrchr(pair, '=');
	ct_autofree char *name = ct_xstrndup(pair, sign ? (size_t)(sign - pair) : 0);

	return sign && (!w || ct_workload__is_called(w, name)) && (!t || is_target(t, sign + 1));
}

static bool is_paired(const struct ct_strlist *pairs, const struct ct_workload *w,
		      const struct ct_deployed *t)
{
	for (size_t i = 0; i < pairs->len; i++)
		if (pair_of(pairs->items[i], w, t))
			return true;
	return false;
}

int ct_check__check_pairs(const struct ct_check *c, const struct ct_strlist *pairs,
			  struct ct_err *err)
{
	for (size_t i = 0; i < pairs->len; i++) {
		const char *pair = pairs->items[i];
		ct_autofree char *shown = ct_printable(pair);
		bool workload = false, target = false;

		for (size_t k = 0; k < c->report->nadvices; k++)
			workload |= pair_of(pair, c->report->advices[k].workload, NULL);
		for (size_t k = 0; k < c->targets.len; k++)
			target |= pair_of(pair, NULL, &c->targets.items[k]);
		if (!strchr(pair, '='))
			return ct_err__set(err, EINVAL, "--workload %s: write RECORDED=NAME",
					   shown);
		if (!workload)
			return ct_err__set(err, EINVAL,
					   "--workload %s: no recorded workload has that name",
					   shown);
		if (!target)
			return ct_err__set(err, EINVAL,
					   "--workload %s: what is checked against has no such "
					   "service, container or unit",
					   shown);
	}
	return 0;
}

/* Does it already belong to a target, by a name? */
static bool is_taken(const struct ct_check *c, const struct ct_workload *w,
		     const struct ct_strlist *pairs)
{
	for (size_t i = 0; i < c->targets.len; i++)
		if (is_named(w, &c->targets.items[i]))
			return true;
	return is_paired(pairs, w, NULL);
}

/* A container in a pod of another workload does not belong to this one, whatever its image. */
static bool may_be(const struct ct_workload *w, const struct ct_deployed *t)
{
	return t->kind != CT_DEPLOYED_KUBERNETES || ct_check__is_pod_of(w, t) != CT_NO;
}

/* The advice with the target's image, if each side has only one with that. */
static const struct ct_advice *by_image(const struct ct_check *c, const struct ct_deployed *t,
					const struct ct_strlist *pairs)
{
	const struct ct_advice *found = NULL;

	for (size_t i = 0; t->image && i < c->targets.len; i++)
		if (&c->targets.items[i] != t && equal(c->targets.items[i].image, t->image))
			return NULL;
	for (size_t i = 0; t->image && i < c->report->nadvices; i++) {
		const struct ct_advice *a = &c->report->advices[i];

		if (!equal(a->workload->container.image, t->image) || !may_be(a->workload, t) ||
		    is_taken(c, a->workload, pairs))
			continue;
		if (found)
			return NULL;
		found = a;
	}
	return found;
}

const struct ct_advice *ct_check__match(const struct ct_check *c, const struct ct_deployed *t,
					const struct ct_strlist *pairs, bool *guessed)
{
	const struct ct_report *r = c->report;
	const struct ct_advice *a;

	*guessed = false;
	for (size_t i = 0; i < r->nadvices; i++)
		if (is_paired(pairs, r->advices[i].workload, t))
			return &r->advices[i];
	if (is_paired(pairs, NULL, t))
		return NULL;
	for (size_t i = 0; i < r->nadvices; i++)
		if (is_named(r->advices[i].workload, t) &&
		    !is_paired(pairs, r->advices[i].workload, NULL))
			return &r->advices[i];
	a = by_image(c, t, pairs);
	/* If each side has only one they belong together, unless pairs say what does. */
	if (!a && r->nadvices == 1 && c->targets.len == 1 && !pairs->len &&
	    may_be(r->advices[0].workload, t))
		a = &r->advices[0];
	*guessed = a;
	return a;
}

bool ct_check__belongs(const struct ct_deployed *t, const struct ct_advice *a,
		       const struct ct_strlist *pairs)
{
	if (is_paired(pairs, a->workload, NULL))
		return is_paired(pairs, a->workload, t);
	return !is_paired(pairs, NULL, t) && is_named(a->workload, t);
}

const struct ct_deployed *ct_check__rival(const struct ct_check *c, const struct ct_deployed *t,
					  const struct ct_advice *a, const struct ct_strlist *pairs)
{
	for (size_t i = 0; i < c->targets.len; i++)
		if (&c->targets.items[i] != t && ct_check__belongs(&c->targets.items[i], a, pairs))
			return &c->targets.items[i];
	return NULL;
}
