/* SPDX-License-Identifier: GPL-2.0-only */
/* From needs to the set and its confidence. */
#include <string.h>
#include <sys/wait.h>

#include "base/human.h"
#include "judge/engine_names.h"
#include "judge/hitting_set.h"
#include "judge/judge_priv.h"

/*
 * The ways to meet a need that the engine can be asked for. Where its version is not known, what
 * the workload was given is surer than a name that not every version has. If no way is left, the
 * need stays as it is.
 */
static uint64_t open_to(const struct ct_case *c, uint64_t any_of)
{
	uint64_t known = any_of & ~ct_engine_names__lacks(c->w), given = 0;

	(void)ct_workload__configured(c->w, &given);
	if (ct_engine_names__are_unknown(c->w) && known & given)
		known &= ~CT_CAPS_NEW | given;
	return known ? known : any_of;
}

/* The needs of at least this weight, as ct_hitting_set__cheapest() takes them; the caller frees. */
static uint64_t *needs_from(const struct ct_case *c, enum ct_verdict least, size_t *n)
{
	uint64_t *sets = ct_xzalloc((c->nneeds + 1) * sizeof(*sets));

	*n = 0;
	for (size_t i = 0; i < c->nneeds; i++)
		if (c->needs[i].verdict >= least)
			sets[(*n)++] = open_to(c, c->needs[i].any_of);
	return sets;
}

static void choose_sets(struct ct_advice *a, struct ct_case *c, enum ct_mode mode)
{
	size_t nrequired, nall;
	uint64_t configured;
	ct_autofree uint64_t *required = needs_from(c, CT_REQUIRED, &nrequired);
	ct_autofree uint64_t *all = needs_from(c, CT_OPTIONAL, &nall);

	a->required = ct_case__cheapest(c, required, nrequired);
	a->optional = ct_hitting_set__cheapest(all, nall, a->required, c->granted_caps) &
		      ~a->required;
	if (c->settled) {
		a->required = c->settled->set;
		a->optional = c->settled->optional & ~a->required;
	}
	a->cap_add = a->required;
	if (mode == CT_MODE_GENEROUS) {
		a->cap_add |= a->optional;
		a->optional = 0;
	}
	if (ct_workload__configured(c->w, &configured))
		a->removed = configured & ~a->cap_add & ~a->optional;
}

/* What could take cap's place in every need that cap alone meets within the set. */
static uint64_t alternatives_to(const struct ct_case *c, int cap, uint64_t set)
{
	uint64_t bit = 1ull << cap, common = ~0ull;
	bool any = false;

	for (size_t i = 0; i < c->nneeds; i++) {
		const struct ct_need *n = &c->needs[i];

		if (n->verdict != CT_REQUIRED || !(n->any_of & bit) || (n->any_of & set & ~bit))
			continue;
		common &= n->any_of;
		any = true;
	}
	return any ? common & ~bit & ~ct_engine_names__lacks(c->w) : 0;
}

static int by_importance(const void *x, const void *y)
{
	const struct ct_reason *a = x, *b = y;

	if (a->verdict != b->verdict)
		return a->verdict > b->verdict ? -1 : 1;
	/* The entry point's own reasons come before those of what was run inside. */
	if (!strcmp(a->phase, "main") != !strcmp(b->phase, "main"))
		return !strcmp(a->phase, "main") ? -1 : 1;
	if (strcmp(a->phase, b->phase))
		return strcmp(a->phase, b->phase);
	if (a->granted + a->denied != b->granted + b->denied)
		return a->granted + a->denied > b->granted + b->denied ? -1 : 1;
	return strcmp(a->site, b->site);
}

static void fill_cap(struct ct_advice *a, struct ct_case *c, struct ct_cap_verdict *v, int cap)
{
	const struct ct_cap_info *info = ct_cap__info(cap);
	uint64_t bit = 1ull << cap;

	v->cap = cap;
	v->chosen = a->cap_add & bit;
	v->verdict = a->required & bit		      ? CT_REQUIRED :
		     (a->optional | a->cap_add) & bit ? CT_OPTIONAL :
							CT_UNNEEDED;
	v->granted = c->granted[cap];
	v->denied = c->denied[cap];
	v->seen_in = c->seen_in[cap];
	v->host_use = c->host_caps >> cap & 1;
	for (size_t i = 0; i < c->nreasons; i++) {
		struct ct_reason *r = &c->reasons[i];

		if (c->cap_of[i] != cap)
			continue;
		if (r->scope == CT_SCOPE_NONE && info)
			r->scope = info->scope;
		if (r->verdict == v->verdict && r->scope > v->scope)
			v->scope = r->scope;
		*CT_PUSH(v->reasons, v->nreasons, v->reasons_cap) = *r;
	}
	if (info && v->scope < info->scope)
		v->scope = info->scope;
	if (ct_warn__shared(c->w, cap))
		v->scope = CT_SCOPE_HOST;
	v->risk = info ? info->risk : CT_RISK_HIGH;
	if (v->chosen)
		v->alternatives = alternatives_to(c, cap, a->cap_add);
	if (v->nreasons)
		qsort(v->reasons, v->nreasons, sizeof(*v->reasons), by_importance);
}

/* An alternative that was chosen, but was never asked for itself, still needs a reason to show. */
static void borrow_reasons(struct ct_case *c, uint64_t chosen)
{
	size_t n = c->nreasons;

	ct_caps__for_each(cap, chosen) {
		bool has = false;

		for (size_t i = 0; i < n && !has; i++)
			has = c->cap_of[i] == cap && c->reasons[i].verdict == CT_REQUIRED;
		for (size_t i = 0; i < n && !has; i++) {
			struct ct_reason r = c->reasons[i], *copy;

			/* What has a place of its own needs none to stand in for it. */
			if (r.verdict != CT_REQUIRED || !(r.any_of >> cap & 1) ||
			    chosen >> c->cap_of[i] & 1)
				continue;
			copy = ct_case__reason(c, cap, r.verdict, r.any_of);
			*copy = r;
			copy->site = ct_xstrdup(r.site);
			copy->syscall = r.syscall ? ct_xstrdup(r.syscall) : NULL;
			copy->process = r.process ? ct_xstrdup(r.process) : NULL;
			copy->text = ct_xasprintf("%s (in place of %s)", r.text,
						  ct_cap__name(c->cap_of[i]));
		}
	}
}

/* Gives a reason to what verify found needed and no reason of the recording explains. */
static void explain_settled(struct ct_case *c)
{
	uint64_t explained = 0;

	for (size_t i = 0; i < c->nreasons; i++)
		if (c->reasons[i].verdict != CT_UNNEEDED)
			explained |= 1ull << c->cap_of[i];
	ct_caps__for_each(cap, c->settled->set & ~explained) {
		struct ct_reason *r = ct_case__reason(c, cap, CT_REQUIRED, 1ull << cap);

		r->site = ct_xstrdup(CT_SITE_VERIFY);
		r->phase = "main";
		r->known = true;
		r->text = ct_xstrdup("without it the workload fails under this set; in the "
				     "recording, with all that it was given, nothing showed that");
	}
}

/* What of the set was needed in some recordings only: "; KILL in 1, SETGID in 2 of them", or "". */
static char *not_in_every(const struct ct_advice *a)
{
	struct ct_str s = { 0 };

	for (size_t i = 0; i < a->ncaps; i++) {
		const struct ct_cap_verdict *v = &a->caps[i];

		if (v->chosen && v->seen_in && v->seen_in < a->recordings)
			ct_str__addf(&s, "%s%s in %zu", s.len ? ", " : "; ", ct_cap__name(v->cap),
				     v->seen_in);
	}
	ct_str__add(&s, s.len ? " of them" : "");
	return s.s;
}

/* Could a need have gone by unseen? */
static bool has_gaps(const struct ct_losses *l)
{
	return l->truncated || l->missed || l->kinds || l->acts || l->events || l->unattributed ||
	       l->lookups;
}

/* "; no new kind of check in the last 4 min of 10 min", or "" if too short to tell. */
static char *growth(const struct ct_watched *w)
{
	ct_autofree char *quiet = ct_human__duration(w->quiet_ns);
	ct_autofree char *all = ct_human__duration(w->ns);

	if (w->ns < CT_SHORT_NS)
		return ct_xstrdup("");
	if (!ct_watched__has_settled(w))
		return ct_xasprintf("; new kinds of checks up to the last %s of %s", quiet, all);
	return ct_xasprintf("; no new kind of check in the last %s of %s", quiet, all);
}

/* What the recording cannot tell, whatever was seen. */
static const char *uncovered(enum ct_tristate reload_seen)
{
	switch (reload_seen) {
	case CT_UNKNOWN: break;
	case CT_NO: return "not covered: anything it did not do while watched, such as a reload";
	case CT_YES: return "not covered: anything it did not do while watched";
	}
	return "not covered: anything it did not do while watched; a reload would not have been "
	       "recognised";
}

/* What was not watched: "; nobody watched it for 5 s; ...", or ""; *any: was there anything? */
static char *not_watched(const struct ct_workload *w, const struct ct_host *host, bool *any)
{
	ct_autofree char *time = ct_unwatched__text(w);
	bool calls = false;

	ct_workload__for_each(part, w)
		calls |= (part->syscalls == CT_UNKNOWN ? host->syscalls : part->syscalls) == CT_NO;
	*any = calls || time;
	return ct_xasprintf("%s%s%s", time ? "; " : "", time ? time : "",
			    calls ? "; calls that need a capability without a check were not "
				    "watched" :
				    "");
}

static void rate(struct ct_advice *a, const struct ct_session *s, const struct ct_case *c)
{
	struct ct_exercised e = ct_workload__exercised(c->w);
	ct_autofree char *checks = ct_human__count(a->checks, "check", "checks");
	ct_autofree char *in = a->recordings > 1 ?
				       ct_human__count(a->recordings, "recording", "recordings") :
				       ct_human__count(e.kinds, "kind", "kinds");
	ct_autofree char *time = ct_human__duration(e.ns);
	ct_autofree char *seldom = not_in_every(a), *grows = growth(&e.longest);
	bool gaps = has_gaps(&s->losses) || ct_workload__lost(c->w), whole = false, narrow;
	bool again = ct_workload__ran_before(c->w),
	     asks = ct_case__may_go_by_its_set(c, a->cap_add);
	ct_autofree char *unwatched = not_watched(c->w, &s->host, &narrow);

	ct_workload__for_each(part, c->w)
		whole |= ct_workload__total(part).whole;
	a->confidence = CT_CONF_HIGH;
	if (!whole || c->doubtful || gaps || narrow || again || asks)
		a->confidence = CT_CONF_MEDIUM;
	if (!a->checks || c->failed || c->left_out || !c->ran || a->gaps ||
	    (e.end_seen != CT_YES &&
	     (e.longest.ns < CT_SHORT_NS || !ct_watched__has_settled(&e.longest))))
		a->confidence = CT_CONF_LOW;
	a->why = ct_xasprintf(
		"%s in %s over %s; start %s, end %s%s%s%s%s%s%s%s%s; %s%s", checks, in, time,
		e.start_seen == CT_YES ? "seen" : "not seen",
		e.end_seen == CT_YES ? "seen" : "not seen",
		e.reload_seen == CT_YES ? ", reload seen" : "", grows, seldom,
		c->failed ? "; it ended with an error" : "",
		c->unknown_sites ? "; checks at call sites without a rule count as needed" : "",
		asks ? "; it asked which capabilities it has" : "",
		gaps ? "; some observations were lost" : "", unwatched, uncovered(e.reload_seen),
		again ? "; nor what only a new container does, such as giving its files their "
			"owners: this container had run before" :
			"");
}

void ct_advice__decide(struct ct_advice *a, const struct ct_session *s, struct ct_case *c,
		       enum ct_mode mode)
{
	uint64_t seen = 0;

	choose_sets(a, c, mode);
	borrow_reasons(c, a->cap_add);
	if (c->settled && c->settled->proved)
		explain_settled(c);
	for (size_t i = 0; i < c->nreasons; i++)
		seen |= 1ull << c->cap_of[i];
	seen |= a->cap_add | a->optional;
	a->caps = ct_xzalloc((ct_caps__count(seen) + 1) * sizeof(*a->caps));
	ct_caps__for_each(cap, seen)
		fill_cap(a, c, &a->caps[a->ncaps++], cap);
	rate(a, s, c);
}
