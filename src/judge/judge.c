/* SPDX-License-Identifier: GPL-2.0-only */
#include "judge/judge.h"

#include <sys/wait.h>

#include "judge/judge_priv.h"

const char *ct_verdict__name(enum ct_verdict v)
{
	static const char *const names[] = { "unneeded", "optional", "required" };

	return names[v];
}

const char *ct_confidence__name(enum ct_confidence c)
{
	static const char *const names[] = { "low", "medium", "high", "proved" };

	return names[c];
}

struct ct_reason *ct_case__reason(struct ct_case *c, int cap, enum ct_verdict v, uint64_t any_of)
{
	struct ct_reason *r = CT_PUSH(c->reasons, c->nreasons, c->reasons_cap);

	*r = (struct ct_reason){ .verdict = v, .any_of = any_of };
	*CT_PUSH(c->cap_of, c->cap_of_len, c->cap_of_cap) = cap;
	return r;
}

void ct_case__need(struct ct_case *c, uint64_t any_of, enum ct_verdict v)
{
	if (v == CT_UNNEEDED)
		return;
	for (size_t i = 0; i < c->nneeds; i++)
		if (c->needs[i].any_of == any_of && c->needs[i].verdict == v)
			return;
	*CT_PUSH(c->needs, c->nneeds, c->needs_cap) = (struct ct_need){ any_of, v };
}

/* Ended by a signal is how services end; a status of its own means that it failed. */
static bool has_failed(const struct ct_workload *w)
{
	return w->end_seen == CT_YES && WIFEXITED(w->end_code) && WEXITSTATUS(w->end_code) > 0 &&
	       WEXITSTATUS(w->end_code) < 128;
}

static void judge_workload(struct ct_advice *a, const struct ct_session *s,
			   const struct ct_workload *w, enum ct_mode mode)
{
	struct ct_case c = { .w = w, .failed = has_failed(w) };

	a->workload = w;
	a->recordings = w->recordings ? w->recordings : 1;
	ct_case__judge_kinds(&c);
	ct_case__judge_acts(&c);
	a->checks = c.checks;
	a->unknown_sites = c.unknown_sites;
	ct_advice__decide(a, s, &c, mode);
	ct_advice__warn(a, s, &c);
	free(c.needs);
	free(c.reasons); /* their strings have moved to the advice */
	free(c.cap_of);
}

struct ct_report *ct_judge__session(struct ct_session *s, enum ct_mode mode)
{
	struct ct_report *r = ct_xzalloc(sizeof(*r));

	r->session = s;
	r->nadvices = s->nworkloads;
	r->advices = ct_xzalloc((r->nadvices + 1) * sizeof(*r->advices));
	s->losses.unknown_sites = 0;
	for (size_t i = 0; i < s->nworkloads; i++) {
		judge_workload(&r->advices[i], s, s->workloads[i], mode);
		s->losses.unknown_sites += r->advices[i].unknown_sites;
	}
	return r;
}

static void free_advice(struct ct_advice *a)
{
	for (size_t i = 0; i < a->ncaps; i++) {
		struct ct_cap_verdict *v = &a->caps[i];

		for (size_t k = 0; k < v->nreasons; k++) {
			free(v->reasons[k].site);
			free(v->reasons[k].syscall);
			free(v->reasons[k].process);
			free(v->reasons[k].text);
		}
		free(v->reasons);
	}
	for (size_t i = 0; i < a->nwarnings; i++)
		free(a->warnings[i].text);
	free(a->caps);
	free(a->warnings);
	free(a->why);
	free(a->verify_check);
	free(a->verify_result);
}

void ct_report__free(struct ct_report *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->nadvices; i++)
		free_advice(&r->advices[i]);
	free(r->advices);
	free(r);
}
