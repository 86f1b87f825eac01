/* SPDX-License-Identifier: GPL-2.0-only */
#include "judge/judge.h"

#include <string.h>

#include "judge/judge_priv.h"
#include "judge/when.h"

/* Did more than the set-up run? An entry point that is missing in the image is never executed. */
static bool has_run(const struct ct_case *c)
{
	const struct ct_workload *w = c->w;
	bool set_up = false;

	if (w->kind != CT_WL_CONTAINER || w->start_seen == CT_YES)
		return true;
	for (size_t i = 0; i < w->nkinds; i++) {
		const struct ct_kind *k = &w->kinds[i];
		bool prepares = k->key.entry == CT_ENTRY_SETUP ||
				(k->key.entry == CT_ENTRY_ENTERED &&
				 ct_case__kind_is_outsiders(c, k));

		/* Overcommit checks are counted as one kind, in whatever phase they were made. */
		if (!prepares && k->key.entry != CT_ENTRY_ENTERED && k->key.nr != CT_NR_NONE)
			return true;
		set_up |= prepares;
	}
	return !set_up;
}

static const char *backend_of(const struct ct_workload *part, const struct ct_host *host)
{
	if (!part->backend)
		return host->backend;
	return strcmp(part->backend, "?") != 0 ? part->backend : NULL;
}

/* What a part says as a whole, as far as nothing was lost that may say otherwise. */
static void know_whole(struct ct_case *c, const struct ct_host *host, const struct ct_losses *l)
{
	const struct ct_workload *part = c->w;
	enum ct_tristate watched = part->syscalls == CT_UNKNOWN ? host->syscalls : part->syscalls;
	/* What a recording that is cut off lost is not even counted. */
	bool sees_kinds = !l->kinds && !l->missed && !l->truncated;

	c->sees_acts = sees_kinds && !l->acts && !part->lost;
	ct_whole__of(part, &c->is);
	c->is.mounts_no_overlay &= sees_kinds;
	/* A program may have been executed in another way, too. */
	c->is.leaves_sets_alone &= c->sees_acts && !l->events && watched == CT_YES;
}

/* Counts in how many recordings each capability would meet a need; returns how many there are. */
static size_t count_recordings(struct ct_case *c)
{
	ct_autoranges struct ct_ranges all = {};

	for (int cap = 0; cap < CT_CAP_MAX; cap++)
		c->seen_in[cap] = ct_ranges__count(&c->seen[cap]);
	ct_workload__for_each(part, c->whole) {
		ct_autoranges struct ct_ranges in = ct_workload__in(part, &part->in);

		ct_ranges__join(&all, &in);
	}
	return ct_ranges__count(&all);
}

/* What verify found out about it; NULL: nothing. */
static const struct ct_settled *settled_for(const struct ct_judge_opts *o,
					    const struct ct_workload *w)
{
	for (size_t i = 0; i < o->nsettled; i++)
		if (o->settled[i].workload == w)
			return &o->settled[i];
	return NULL;
}

static void judge_workload(struct ct_advice *a, const struct ct_session *s,
			   const struct ct_workload *w, const struct ct_judge_opts *o)
{
	struct ct_case c = { .settled = settled_for(o, w), .rules = o->rules, .whole = w };
	bool failed = false;

	a->workload = w;
	ct_workload__for_each(part, w) {
		c.w = part;
		c.kernel = ct_kernel__version(part->kernel ? part->kernel : s->host.kernel);
		c.failed = ct_case__has_failed(part);
		c.backend = backend_of(part, &s->host);
		know_whole(&c, &s->host, &s->losses);
		failed |= c.failed;
		c.left_out |= part->left_out;
		ct_case__judge_kinds(&c);
		c.ran |= has_run(&c);
		ct_case__judge_acts(&c);
	}
	ct_ranges__free(&c.now);
	c.w = w;
	c.failed = failed;
	a->recordings = count_recordings(&c);
	a->checks = c.checks;
	a->unknown_sites = c.unknown_sites;
	a->gaps = ct_case__gaps(&c, s);
	ct_advice__decide(a, s, &c, o->mode);
	ct_advice__warn(a, s, &c);
	ct_case__keep_targets(&c, a);
	ct_case__free(&c);
}

struct ct_report *ct_judge__with(const struct ct_session *s, const struct ct_judge_opts *o)
{
	struct ct_report *r = ct_xzalloc(sizeof(*r));

	r->session = s;
	r->nadvices = s->nworkloads;
	r->advices = ct_xzalloc((r->nadvices + 1) * sizeof(*r->advices));
	for (size_t i = 0; i < s->nworkloads; i++) {
		judge_workload(&r->advices[i], s, s->workloads[i], o);
		r->unknown_sites += r->advices[i].unknown_sites;
	}
	return r;
}

struct ct_report *ct_judge__session(const struct ct_session *s, enum ct_mode mode)
{
	return ct_judge__with(s, &(struct ct_judge_opts){ .mode = mode });
}
