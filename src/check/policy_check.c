/* SPDX-License-Identifier: GPL-2.0-only */
/* What a policy objects to in what a workload is given or needs. */
#include <string.h>

#include "check/check.h"
#include "judge/questions.h"

static bool is_called(const struct ct_deployed *t, const struct ct_advice *a, const char *name)
{
	const struct ct_workload *w = a ? a->workload : NULL;

	if (t && (!strcmp(t->name, name) || (t->alias && !strcmp(t->alias, name))))
		return true;
	return w && (!strcmp(w->id, name) || !strcmp(ct_workload__label(w), name) ||
		     (w->container.service && !strcmp(w->container.service, name)));
}

/* The list for this workload's name, else the general one, else NULL. */
static const struct ct_policy_list *list_for(struct ct_policy *p, const struct ct_deployed *t,
					     const struct ct_advice *a)
{
	for (size_t i = 0; i < p->len; i++) {
		if (!is_called(t, a, p->workloads[i].name))
			continue;
		p->workloads[i].used = true;
		return &p->workloads[i];
	}
	return p->has_allow ? &p->allow : NULL;
}

static void object(struct ct_check *c, const struct ct_deployed *t, const struct ct_advice *a,
		   uint64_t caps, const struct ct_place *at, const char *why)
{
	ct_autofree char *names = ct_caps__join(caps, ", ", "");
	bool given = t && !(a && !(caps & ~a->cap_add));

	if (!caps)
		return;
	/* Points to the deployment file if there is one to change, else to the policy's rule. */
	ct_check__add(c, CT_CHECK_POLICY, t, a, caps,
		      t ? (t->set_at.file ? t->set_at : t->at) : *at,
		      ct_xasprintf("it %s %s, %s (%s:%u)", given ? "is given" : "needs", names, why,
				   at->file, at->line));
}

static void check_confidence(struct ct_check *c, const struct ct_deployed *t,
			     const struct ct_advice *a)
{
	const struct ct_policy *p = &c->policy;

	if (!a || p->min_confidence < 0 || (int)a->confidence >= p->min_confidence)
		return;
	ct_check__add(c, CT_CHECK_POLICY, t, a, 0, p->confidence_at,
		      ct_xasprintf("the advice is of %s confidence, and the policy wants %s",
				   ct_confidence__name(a->confidence),
				   ct_confidence__name((enum ct_confidence)p->min_confidence)));
}

uint64_t ct_check__apply_policy(struct ct_check *c, const struct ct_deployed *t,
				const struct ct_advice *a, uint64_t held)
{
	struct ct_policy *p = &c->policy;
	const struct ct_policy_list *list = list_for(p, t, a);
	uint64_t unlisted = list ? held & ~list->allow : 0;
	uint64_t forbidden, wide = 0, risky = 0;

	check_confidence(c, t, a);
	if (list) {
		object(c, t, a, unlisted, &list->at, "which is not on its list");
		if (list->name)
			return unlisted; /* a list by name is an exception to the other rules */
	}
	forbidden = held & ~unlisted & p->forbid;
	object(c, t, a, forbidden, &p->forbid_at, "which is forbidden");
	ct_caps__for_each(cap, held & ~unlisted & ~forbidden) {
		const struct ct_cap_info *info = ct_cap__info(cap);
		int risk = (int)(info ? info->risk : CT_RISK_HIGH);

		if (p->max_scope >= 0 && (int)ct_advice__scope(a, cap) > p->max_scope)
			wide |= 1ull << cap;
		else if (p->max_risk >= 0 && risk > p->max_risk)
			risky |= 1ull << cap;
	}
	object(c, t, a, wide, &p->scope_at, "which reaches farther than allowed");
	object(c, t, a, risky, &p->risk_at, "which is a higher risk than allowed");
	return unlisted | forbidden | wide | risky;
}
