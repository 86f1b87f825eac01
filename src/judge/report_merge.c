/* SPDX-License-Identifier: GPL-2.0-only */
/* Recommendations of the same workload as one. */
#include <string.h>

#include "judge/judge_priv.h"
#include "model/identity.h"
#include "model/tally.h"

static bool is_verified(const struct ct_advice *a)
{
	const struct ct_verified *v = &a->verified;

	return v->runs > 0 && v->result && strcmp(v->result, "failed") != 0;
}

static bool has_warning(const struct ct_advice *a, const char *code, int cap)
{
	for (size_t i = 0; i < a->nwarnings; i++)
		if (!strcmp(a->warnings[i].code, code) && a->warnings[i].cap == cap)
			return true;
	return false;
}

static bool same_reason(const struct ct_reason *a, const struct ct_reason *b)
{
	return a->verdict == b->verdict && a->any_of == b->any_of && a->known == b->known &&
	       ct_str_equal(a->site, b->site) && ct_str_equal(a->syscall, b->syscall) &&
	       ct_str_equal(a->process, b->process) && ct_str_equal(a->phase, b->phase) &&
	       ct_str_equal(a->text, b->text);
}

/* Moves the reason, or adds its counts to one that says the same. */
static void add_reason(struct ct_case *c, int cap, struct ct_reason *r)
{
	for (size_t i = 0; i < c->nreasons; i++) {
		if (c->cap_of[i] != cap || !same_reason(&c->reasons[i], r))
			continue;
		c->reasons[i].granted += r->granted;
		c->reasons[i].denied += r->denied;
		ct_outcome__add(&c->reasons[i].outcome, &r->outcome);
		return;
	}
	*ct_case__reason(c, cap, r->verdict, r->any_of) = *r;
	*r = (struct ct_reason){ 0 };
}

/*
 * Of the required needs only those count that the advice met: verify may have found others wrong.
 * What was chosen without a required reason stays, unless the mode decides about it.
 */
static void add_needs(struct ct_case *c, const struct ct_advice *a, enum ct_mode mode)
{
	bool verified = is_verified(a);
	uint64_t rest = a->cap_add;

	for (size_t i = 0; i < a->ncaps; i++) {
		const struct ct_cap_verdict *v = &a->caps[i];
		uint64_t bit = 1ull << v->cap;

		for (size_t k = 0; k < v->nreasons && !verified; k++) {
			const struct ct_reason *r = &v->reasons[k];

			if (r->verdict == CT_OPTIONAL && r->granted)
				ct_case__need(c, r->any_of, CT_OPTIONAL);
			if (r->verdict != CT_REQUIRED || !(r->any_of & a->cap_add))
				continue;
			/* What came from a comparison is compared again with the set of both. */
			if (!ct_targets__gave(a->targets, a->ntargets, r))
				ct_case__need(c, r->any_of, CT_REQUIRED);
			rest &= ~r->any_of;
		}
		if (v->verdict == CT_OPTIONAL && mode != CT_MODE_DEFAULT && !verified)
			rest &= ~bit;
	}
	ct_caps__for_each(cap, rest)
		ct_case__need(c, 1ull << cap, CT_REQUIRED);
	ct_caps__for_each(cap, a->optional)
		ct_case__need(c, 1ull << cap, CT_OPTIONAL);
}

static void add_advice(struct ct_case *c, struct ct_advice *a, enum ct_mode mode)
{
	bool verified = is_verified(a);

	add_needs(c, a, mode);
	for (size_t i = 0; i < a->ncaps; i++) {
		struct ct_cap_verdict *v = &a->caps[i];

		c->granted[v->cap] += v->granted;
		c->denied[v->cap] += v->denied;
		c->seen_in[v->cap] += v->seen_in;
		if (v->host_use)
			c->host_caps |= 1ull << v->cap;
		if (v->granted && v->verdict != CT_UNNEEDED)
			c->granted_caps |= 1ull << v->cap;
		for (size_t k = 0; k < v->nreasons; k++)
			if (verified || !ct_targets__gave(a->targets, a->ntargets, &v->reasons[k]))
				add_reason(c, v->cap, &v->reasons[k]);
	}
	/* A set that was proved by running passes, and so does a larger one. */
	for (size_t i = 0; i < a->ntargets && !verified; i++) {
		ct_ranges__free(&a->targets[i].in); /* of another session's recordings */
		ct_case__bring_target(c, &a->targets[i]);
	}
	c->checks += a->checks;
	c->unknown_sites += a->unknown_sites;
	c->failed |= has_warning(a, "failed-run", -1);
	c->left_out |= has_warning(a, "left-out", -1);
	c->ran |= !has_warning(a, "never-ran", -1);
}

/*
 * Keeps the warnings that the judge does not make itself. "losses" is one of captrim 0.1.0's. The
 * judge makes others than these, such as "incomplete" and "compat"; they are kept, because a merged
 * advice lacks what they were made from.
 */
static void keep_warnings(struct ct_advice *a, struct ct_advice *from)
{
	static const char *const judges[] = { "host-scope",	"exec-only",	  "failed-run",
					      "left-out",	"never-ran",	  "unknown-sites",
					      "truncated",	"engine-instead", "engine-lacks",
					      "engine-unknown", "losses",	  "low-ports",
					      "userns",		"userns-possible" };

	for (size_t i = 0; i < from->nwarnings; i++) {
		struct ct_warning *w = &from->warnings[i];
		bool judges_own = false;

		for (size_t k = 0; k < CT_ARRAY_SIZE(judges); k++)
			judges_own |= !strcmp(w->code, judges[k]);
		if (judges_own || has_warning(a, w->code, w->cap))
			continue;
		*CT_PUSH(a->warnings, a->nwarnings, a->warnings_cap) = *w;
		w->text = NULL;
	}
}

/* What a run had to show for x and for y; the caller frees. NULL: nothing. */
static char *join_checks(const char *x, const char *y)
{
	if (!ct_str_equal(x, y))
		return ct_xasprintf("%s; %s", x ? x : "?", y ? y : "?");
	return x ? ct_xstrdup(x) : NULL;
}

static struct ct_verified join_verified(const struct ct_verified *x, const struct ct_verified *y)
{
	bool minimal = ct_str_equal(x->result, "minimal") && ct_str_equal(y->result, "minimal");

	return (struct ct_verified){
		.result = ct_xstrdup(minimal ? "minimal" : "sufficient"),
		.check = join_checks(x->check, y->check),
		.runs = x->runs + y->runs,
		.flaky = x->flaky || y->flaky,
		.degraded = x->degraded | y->degraded,
		.kept = x->kept | y->kept,
		/* Both were proved without it. */
		.privileged = x->privileged || y->privileged ? ct_xstrdup("dropped") : NULL,
	};
}

/* The less sure one. But a recommendation that is whole is not made less sure by one that is not.
 */
static const struct ct_advice *less_sure(const struct ct_advice *x, const struct ct_advice *y)
{
	if (!x->gaps != !y->gaps)
		return x->gaps ? y : x;
	return y->confidence < x->confidence ? y : x;
}

/* A set that was proved by running is whole, whatever else was seen. */
static unsigned int join_gaps(const struct ct_advice *x, const struct ct_advice *y)
{
	if ((is_verified(x) && !x->gaps) || (is_verified(y) && !y->gaps))
		return 0;
	return ct_gaps__merged(x->gaps, y->gaps);
}

/* x becomes the advice of both; y may be NULL. */
static void decide_again(struct ct_advice *x, struct ct_advice *y, const struct ct_session *s,
			 enum ct_mode mode)
{
	const struct ct_advice *less = y ? less_sure(x, y) : x;
	struct ct_advice out = { .workload = x->workload };
	struct ct_case c = { .w = x->workload };

	add_advice(&c, x, mode);
	if (y)
		add_advice(&c, y, mode);
	out.checks = c.checks;
	out.recordings = x->recordings + (y ? y->recordings : 0);
	out.unknown_sites = c.unknown_sites;
	out.gaps = y ? join_gaps(x, y) : x->gaps;
	ct_advice__decide(&out, s, &c, mode);
	ct_advice__warn(&out, s, &c);
	keep_warnings(&out, x);
	free(out.why);
	out.confidence = less->confidence;
	out.why = ct_xasprintf(
		"%s%s",
		y ? "several recommendations were merged, the least confident one says: " : "",
		less->why ? less->why : "");
	if (y) {
		keep_warnings(&out, y);
		if (is_verified(x) && is_verified(y))
			out.verified = join_verified(&x->verified, &y->verified);
		ct_advice__free(y);
	}
	ct_case__keep_targets(&c, &out);
	ct_case__free(&c);
	ct_advice__free(x);
	*x = out;
}

static struct ct_advice *find_same(struct ct_report *r, const struct ct_workload *w)
{
	for (size_t i = 0; i < r->nadvices; i++)
		if (ct_workload__same(r->advices[i].workload, w))
			return &r->advices[i];
	return NULL;
}

static struct ct_workload *owned(const struct ct_session *s, const struct ct_workload *w)
{
	for (size_t i = 0; i < s->nworkloads; i++)
		if (s->workloads[i] == w)
			return s->workloads[i];
	return NULL;
}

void ct_report__merge(struct ct_report *into, struct ct_session *s, struct ct_report *from,
		      struct ct_session *from_s, enum ct_mode mode)
{
	ct_losses__add(&s->losses, &from_s->losses);
	into->unknown_sites += from->unknown_sites;
	into->advices = ct_xrealloc(into->advices,
				    (into->nadvices + from->nadvices + 1) * sizeof(*into->advices));
	for (size_t i = 0; i < from->nadvices; i++) {
		struct ct_advice *a = &from->advices[i];
		struct ct_advice *same = find_same(into, a->workload);

		if (same) {
			ct_tally__join(s, owned(s, same->workload), owned(from_s, a->workload));
			decide_again(same, a, s, mode);
		} else {
			*CT_PUSH(s->workloads, s->nworkloads,
				 s->workloads_cap) = owned(from_s, a->workload);
			into->advices[into->nadvices++] = *a;
		}
	}
	from->nadvices = 0;
	while (from->ntexts)
		*CT_PUSH(into->texts, into->ntexts, into->texts_cap) = from->texts[--from->ntexts];
	/* Workloads that were moved belong to s, those that were joined go with from_s. */
	for (size_t i = 0; i < from_s->nworkloads;) {
		if (owned(s, from_s->workloads[i]))
			from_s->workloads[i] = from_s->workloads[--from_s->nworkloads];
		else
			i++;
	}
}

void ct_report__set_mode(struct ct_report *r, const struct ct_session *s, enum ct_mode mode)
{
	for (size_t i = 0; i < r->nadvices; i++)
		if (mode != CT_MODE_DEFAULT && !is_verified(&r->advices[i]))
			decide_again(&r->advices[i], NULL, s, mode);
}
