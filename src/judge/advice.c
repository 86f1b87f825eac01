/* SPDX-License-Identifier: GPL-2.0-only */
/* From needs to the set, its confidence and its warnings. */
#include <string.h>

#include "judge/cover.h"
#include "judge/judge_priv.h"

/* The needs of at least this weight, as the cover wants them; the caller frees. */
static uint64_t *needs_from(const struct ct_case *c, enum ct_verdict least, size_t *n)
{
	uint64_t *sets = ct_xzalloc((c->nneeds + 1) * sizeof(*sets));

	*n = 0;
	for (size_t i = 0; i < c->nneeds; i++)
		if (c->needs[i].verdict >= least)
			sets[(*n)++] = c->needs[i].any_of;
	return sets;
}

static void choose_sets(struct ct_advice *a, const struct ct_case *c, enum ct_mode mode)
{
	size_t nrequired, nall;
	uint64_t configured;
	ct_autofree uint64_t *required = needs_from(c, CT_REQUIRED, &nrequired);
	ct_autofree uint64_t *all = needs_from(c, CT_OPTIONAL, &nall);

	a->required = ct_cover(required, nrequired, 0, c->granted_caps);
	a->optional = ct_cover(all, nall, a->required, c->granted_caps) & ~a->required;
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
	return any ? common & ~bit : 0;
}

static int by_importance(const void *x, const void *y)
{
	const struct ct_reason *a = x, *b = y;

	if (a->verdict != b->verdict)
		return a->verdict > b->verdict ? -1 : 1;
	/* The entry point's own before what was run inside. */
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
	v->risk = info ? info->risk : CT_RISK_HIGH;
	if (v->chosen)
		v->alternatives = alternatives_to(c, cap, a->cap_add);
	if (v->nreasons)
		qsort(v->reasons, v->nreasons, sizeof(*v->reasons), by_importance);
}

/* An alternative that was chosen but never asked itself still needs a reason to show. */
static void borrow_reasons(struct ct_case *c, uint64_t chosen)
{
	size_t n = c->nreasons;

	ct_caps__for_each(cap, chosen) {
		bool has = false;

		for (size_t i = 0; i < n && !has; i++)
			has = c->cap_of[i] == cap && c->reasons[i].verdict == CT_REQUIRED;
		for (size_t i = 0; i < n && !has; i++) {
			struct ct_reason r = c->reasons[i], *copy;

			if (r.verdict != CT_REQUIRED || !(r.any_of >> cap & 1))
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

/* Of what is in the set: "; KILL in 1, SETGID in 2 of them", or "". */
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

static void rate(struct ct_advice *a, const struct ct_case *c)
{
	double seconds = ct_workload__watched_ns(c->w) / 1e9;
	ct_autofree char *in = a->recordings > 1 ?
				       ct_xasprintf("in %zu recordings", a->recordings) :
				       ct_xasprintf("in %zu kinds", c->w->nkinds);
	ct_autofree char *seldom = not_in_every(a);
	bool start = false, end = false, whole = false;

	ct_workload__for_each(part, c->w) {
		start |= part->start_seen == CT_YES;
		end |= part->end_seen == CT_YES;
		whole |= part->start_seen == CT_YES && part->end_seen == CT_YES;
	}
	a->confidence = CT_CONF_HIGH;
	if (!whole || c->doubtful)
		a->confidence = CT_CONF_MEDIUM;
	if (!a->checks || c->failed)
		a->confidence = CT_CONF_LOW;
	a->why = ct_xasprintf(
		"%llu checks %s over %.0f s; start %s, end %s%s%s%s%s",
		(unsigned long long)a->checks, in, seconds, start ? "seen" : "not seen",
		end ? "seen" : "not seen", seldom, c->failed ? "; it ended with an error" : "",
		c->unknown_sites ? "; some call sites no rule knows were taken as needed" : "",
		"; what it did not do while watched is not covered");
}

void ct_advice__decide(struct ct_advice *a, struct ct_case *c, enum ct_mode mode)
{
	uint64_t seen = 0;

	choose_sets(a, c, mode);
	borrow_reasons(c, a->cap_add);
	for (size_t i = 0; i < c->nreasons; i++)
		seen |= 1ull << c->cap_of[i];
	seen |= a->cap_add | a->optional;
	a->caps = ct_xzalloc((ct_caps__count(seen) + 1) * sizeof(*a->caps));
	ct_caps__for_each(cap, seen)
		fill_cap(a, c, &a->caps[a->ncaps++], cap);
	rate(a, c);
}

static void add_warning(struct ct_advice *a, const char *code, int cap, char *text)
{
	*CT_PUSH(a->warnings, a->nwarnings, a->warnings_cap) = (struct ct_warning){ code, cap,
										    text };
}

static const char *first_text(const struct ct_cap_verdict *v)
{
	return v->nreasons ? v->reasons[0].text : "needed";
}

/* A use within a namespace does not make a host-wide capability harmless. */
static char *host_text(const struct ct_cap_verdict *v)
{
	bool use = false;

	for (size_t i = 0; i < v->nreasons; i++)
		use |= v->reasons[i].verdict == v->verdict && v->reasons[i].scope == CT_SCOPE_HOST;
	return ct_xasprintf(use ? "%s reaches the whole host: %s" :
				  "%s opens the whole host, though this use stays within the "
				  "container's namespaces: %s",
			    ct_cap__name(v->cap), first_text(v));
}

static void warn_scope(struct ct_advice *a)
{
	for (size_t i = 0; i < a->ncaps; i++) {
		const struct ct_cap_verdict *v = &a->caps[i];
		bool inside = true;

		if (!v->chosen)
			continue;
		if (v->scope == CT_SCOPE_HOST)
			add_warning(a, "host-scope", v->cap, host_text(v));
		for (size_t k = 0; k < v->nreasons && inside; k++)
			inside = v->reasons[k].verdict != CT_REQUIRED ||
				 !strcmp(v->reasons[k].phase, "exec");
		if (inside)
			add_warning(
				a, "exec-only", v->cap,
				ct_xasprintf("%s was needed only by what was run inside with exec",
					     ct_cap__name(v->cap)));
	}
}

static bool open_ports(const struct ct_workload *w)
{
	ct_workload__for_each(part, w)
		if (part->sysctls.known && part->sysctls.port_start == 0)
			return true;
	return false;
}

void ct_advice__warn(struct ct_advice *a, const struct ct_session *s, const struct ct_case *c)
{
	const struct ct_losses *l = &s->losses;

	warn_scope(a);
	if (c->failed)
		add_warning(a, "failed-run", -1,
			    ct_xstrdup("the workload ended with an error: what was refused to it "
				       "is taken as needed, record a run that works"));
	if (c->unknown_sites)
		add_warning(a, "unknown-sites", -1,
			    ct_xasprintf("%llu kinds of checks came from places that no rule knows "
					 "and were taken as needed; -v shows them",
					 (unsigned long long)c->unknown_sites));
	if (l->truncated)
		add_warning(a, "truncated", -1,
			    ct_xstrdup("the recording is cut off: it ends early, needs after that "
				       "are missing"));
	if (l->events || l->kinds || l->acts || l->missed)
		add_warning(a, "losses", -1,
			    ct_xstrdup("something was lost while recording: see the losses"));
	if (open_ports(c->w) && !(a->cap_add & CT_CAP(NET_BIND_SERVICE)))
		add_warning(a, "low-ports", CAP_NET_BIND_SERVICE,
			    ct_xstrdup("here every port is open to everybody "
				       "(ip_unprivileged_port_start=0, as Docker sets it); on "
				       "Kubernetes, Podman or the host's network a port below 1024 "
				       "needs NET_BIND_SERVICE"));
}
