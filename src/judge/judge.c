/* SPDX-License-Identifier: GPL-2.0-only */
#include "judge/judge.h"

#include "judge/judge_priv.h"
#include "judge/when.h"

/* An entry point that is missing in the image is never executed. */
static bool has_run(const struct ct_case *c)
{
	const struct ct_workload *w = c->w;
	bool set_up = false;

	if (w->kind != CT_WL_CONTAINER || w->start_seen == CT_YES)
		return true;
	for (size_t i = 0; i < w->nkinds; i++) {
		const struct ct_kind *k = &w->kinds[i];
		bool prepares = k->key.entry == CT_ENTRY_SETUP ||
				(k->key.entry == CT_ENTRY_ENTERED && ct_kind__is_outsiders(c, k));

		/* Overcommit checks are counted as one kind, of whatever phase. */
		if (!prepares && k->key.entry != CT_ENTRY_ENTERED && k->key.nr != CT_NR_NONE)
			return true;
		set_up |= prepares;
	}
	return !set_up;
}

static void end_recording(struct ct_case *c)
{
	ct_caps__for_each(cap, c->needed_now)
		c->seen_in[cap]++;
	c->needed_now = 0;
	c->recordings++;
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
	struct ct_case c = { .settled = settled_for(o, w),
			     .rules = o->rules,
			     .whole = w,
			     .backend = s->host.backend,
			     .acts_watched = s->host.syscalls == CT_YES };
	bool failed = false;

	a->workload = w;
	ct_workload__for_each(part, w) {
		if (c.w && c.w->recording != part->recording)
			end_recording(&c);
		c.w = part;
		c.kernel = ct_kernel__version(part->kernel ? part->kernel : s->host.kernel);
		c.failed = ct_case__has_failed(part);
		c.lossy = s->losses.kinds || s->losses.missed || part->lost;
		failed |= c.failed;
		c.left_out |= part->left_out;
		ct_case__judge_kinds(&c);
		c.ran |= has_run(&c);
		ct_case__judge_acts(&c);
	}
	end_recording(&c);
	c.w = w;
	c.failed = failed;
	a->recordings = c.recordings;
	a->checks = c.checks;
	a->unknown_sites = c.unknown_sites;
	a->gaps = ct_case__gaps(&c, &s->losses);
	ct_advice__decide(a, s, &c, o->mode);
	ct_advice__warn(a, s, &c);
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
