/* SPDX-License-Identifier: GPL-2.0-only */
/* Puts what was found out into the advice. */
#include <string.h>

#include "verify/verify_priv.h"

static char *describe_check(const struct ct_works *w)
{
	struct ct_str s = {};

	if (w->check)
		ct_str__addf(&s, "%s", w->check);
	if (w->health)
		ct_str__addf(&s, "%shealthy", s.len ? ", " : "");
	if (w->stay_ns)
		ct_str__addf(&s, "%srunning for %llu s", s.len ? ", " : "",
			     (unsigned long long)(w->stay_ns / 1000000000));
	return s.len ? s.s : ct_xstrdup("exit status 0");
}

/* What was refused in the runs under the final set that worked. */
static uint64_t degraded(const struct ct_proved *o)
{
	uint64_t mask = 0;

	for (size_t i = 0; i < o->runs.len; i++)
		if (o->runs.items[i].set == o->found.set && !o->runs.items[i].why)
			mask |= o->runs.items[i].refused;
	return mask;
}

static char *why(const struct ct_found *f, bool quick)
{
	int n = ct_caps__count(f->set);
	ct_autofree char *trusted = ct_caps__join(f->trusted, " ", "");
	ct_autofree char *kept = ct_caps__join(f->kept, " ", "");

	if (f->hopeless)
		return ct_xstrdup("without --privileged it does not work, not even with all the "
				  "capabilities that this gave it: it needs something else of it");
	switch (f->result) {
	case CT_MINIMAL:
		return ct_xstrdup(
			n == 0 ? "it works without any capability" :
			n == 1 ? "it works with this set, and fails without it" :
				 "it works with this set, and fails as soon as one of them "
				 "is taken away");
	case CT_SUFFICIENT:
		if (f->kept)
			return ct_xasprintf(
				"it works with this set; %s stays: the recording needed "
				"it and no later run asked for it again, or only for "
				"what an earlier run had set already",
				kept);
		if (f->trusted)
			return ct_xasprintf("it works with this set; not tried without %s, which "
					    "the kernel's rules make certain",
					    trusted);
		return ct_xstrdup(
			quick ? "it works with this set; no smaller one was tried" :
				"it works with this set; the search for a smaller one was "
				"not finished");
	case CT_FAILED: break;
	}
	return ct_xstrdup("it did not work with the strict set; this one was not tried");
}

bool ct_verification__is_privileged(const struct ct_verification *p, const struct ct_workload *w)
{
	return p->subject->privileged || w->container.privileged == CT_YES;
}

static void tell_privileged(const struct ct_found *f, struct ct_advice *a)
{
	static const char brought[] =
		"besides capabilities that gives all devices, a writable /sys and /proc/sys, and "
		"takes seccomp and AppArmor or SELinux away";
	char *text;

	a->verified.privileged = ct_xstrdup(f->hopeless ? "needed" : "dropped");
	if (f->hopeless)
		text = ct_xasprintf("it needs more of --privileged than capabilities: %s. Give it "
				    "what it needs of these by itself (--device, --security-opt, "
				    "--mount), then verify again",
				    brought);
	else
		text = ct_xasprintf("it was recorded with --privileged, and the runs under a set "
				    "were without: %s. %s",
				    brought,
				    f->result == CT_FAILED ?
					    "Perhaps the one that failed missed one of these" :
					    "It works without all of that: leave --privileged out");
	*CT_PUSH(a->warnings, a->nwarnings, a->warnings_cap) = (struct ct_warning){ "privileged",
										    -1, text };
}

/* Lists the recording's runs, then those under sets. */
static void list_runs(const struct ct_verification *p, struct ct_proved *o, struct ct_advice *a)
{
	struct ct_runs all = {};

	for (size_t i = 0; i < p->recorded.len; i++) {
		struct ct_verify_run *r = CT_PUSH(all.items, all.len, all.cap);

		*r = p->recorded.items[i];
		r->set = o->w->configured;
		r->why = r->why ? ct_xstrdup(r->why) : NULL;
	}
	for (size_t i = 0; i < o->runs.len; i++)
		*CT_PUSH(all.items, all.len, all.cap) = o->runs.items[i];
	free(ct_steal(o->runs.items));
	o->runs.len = 0;
	a->verified.list = all.items;
	a->verified.nlist = all.len;
}

static void fill_in(const struct ct_verification *p, struct ct_proved *o, struct ct_advice *a)
{
	const struct ct_found *f = &o->found;

	if (f->result != CT_FAILED || f->hopeless) {
		free(a->why);
		a->why = why(f, p->opts->quick);
		a->confidence = f->hopeless ? CT_CONF_LOW : CT_CONF_PROVED;
	}
	a->verified = (struct ct_verified){
		.result = ct_xstrdup(ct_result__name(f->result)),
		.check = describe_check(&p->opts->works),
		.runs = (int)f->runs,
		.flaky = f->flaky || p->flaky,
		.degraded = degraded(o),
		.kept = f->kept,
	};
	if (ct_verification__is_privileged(p, o->w))
		tell_privileged(f, a);
	list_runs(p, o, a);
}

struct ct_report *ct_verification__report(struct ct_verification *p)
{
	ct_autofree struct ct_settled *settled = ct_xzalloc((p->noutcomes + 1) * sizeof(*settled));
	struct ct_report *r;

	for (size_t i = 0; i < p->noutcomes; i++) {
		struct ct_proved *o = &p->outcomes[i];

		settled[i] = (struct ct_settled){ o->w, o->found.set, degraded(o),
						  o->found.result != CT_FAILED };
	}
	r = ct_judge__with(p->s,
			   &(struct ct_judge_opts){ .settled = settled, .nsettled = p->noutcomes });
	for (size_t i = 0; i < p->noutcomes; i++)
		for (size_t k = 0; k < r->nadvices; k++)
			if (r->advices[k].workload == p->outcomes[i].w)
				fill_in(p, &p->outcomes[i], &r->advices[k]);
	return r;
}
