/* SPDX-License-Identifier: GPL-2.0-only */
#include "verify/verify.h"

#include <errno.h>
#include <string.h>

#include "runtime/runtime.h"
#include "verify/verify_priv.h"

static int try_set(void *arg, uint64_t set, struct ct_trial *t)
{
	return ct_verification__try(arg, set, t);
}

/*
 * Is it only claimed that it works with what it was given when it was recorded? Nobody looked
 * whether it did in a recording that somebody else made.
 */
static bool is_claim(const struct ct_verification *p, const struct ct_workload *w)
{
	return ct_verification__is_privileged(p, w) || (p->opts->quick && !p->own);
}

static void forget_evidence(struct ct_verification *p)
{
	ct_wants__free(&p->needs);
	ct_wants__free(&p->tolerated);
	ct_wants__free(&p->refused);
	ct_uses__free(&p->unshown);
	ct_uses__free(&p->denials);
}

/* Proves one workload, which keeps the set that was found while others are proved. */
static int prove(struct ct_verification *p, struct ct_workload *w)
{
	struct ct_search q = {
		.trust = p->opts->trust,
		.quick = p->opts->quick,
		.max_runs = p->opts->max_runs,
		.try = try_set,
		.arg = p,
	};
	int ret;

	p->now = CT_PUSH(p->outcomes, p->noutcomes, p->outcomes_cap);
	*p->now = (struct ct_proved){ .w = w };
	ct_evidence__needs(p->s, w, &p->needs, &q.asked);
	q.working_is_claim = is_claim(p, w);
	q.working = w->configured_known ? w->configured : CT_CAPS_DOCKER_DEFAULT | q.asked;
	ct_evidence__refused(p->s, w, q.working, NULL, &p->tolerated);
	ct_evidence__denials(p->s, w, &p->denials);
	ct_verification__count_starts(p);
	if (p->subject->leaves(p->subject) == CT_LEAVES_ALL)
		ct_evidence__uses(p->s, w, &p->unshown);
	ct_uses__mark(&p->unshown, &p->needs);
	q.wants = p->needs.items;
	q.nwants = p->needs.len;
	q.tolerated = p->tolerated.items;
	q.ntolerated = p->tolerated.len;
	ret = ct_search__run(&q, &p->now->found);
	if (p->subject->settle)
		p->subject->settle(p->subject,
				   p->now->found.result == CT_FAILED ? NULL : &p->now->found.set);
	forget_evidence(p);
	return ret;
}

static int prove_chosen(struct ct_verification *p, void *arg)
{
	struct ct_workload *w = ct_verification__choose(p, p->s, p->own);

	(void)arg;
	return w ? prove(p, w) : -p->err->code;
}

static int check_services(const struct ct_verification *p)
{
	for (size_t i = 0; i < p->opts->services.len; i++) {
		const char *name = p->opts->services.items[i];
		bool found = false;

		for (size_t k = 0; k < p->subject->nservices; k++)
			found |= !strcmp(p->subject->services[k], name);
		if (!found) {
			ct_autofree char *shown = ct_printable(name);

			return ct_err__set(p->err, ENOENT, "the file has no service %s", shown);
		}
	}
	return 0;
}

static void free_proof(struct ct_verification *p)
{
	ct_verification__forget_runs(&p->recorded);
	for (size_t i = 0; i < p->noutcomes; i++)
		ct_verification__forget_runs(&p->outcomes[i].runs);
	free(p->outcomes);
	forget_evidence(p);
}

int ct_verify(const struct ct_verify_opts *opts, struct ct_subject *t, struct ct_session **s,
	      struct ct_report **r, struct ct_err *err)
{
	struct ct_verification p = { .opts = opts, .subject = t, .err = err, .s = *s };
	struct ct_journal journal = { .fd = -1 };
	const struct ct_engine_words words = ct_engine_words__of(opts->socket, &t->engine);
	int ret = 0;

	if (t->is_stack || t->kind == CT_WL_CONTAINER)
		ret = ct_runtimes__check_here(&words, err);
	if (!ret)
		ret = ct_journal__open(&journal, t->client, t->is_stack, err);
	if (ret)
		return ret;
	t->journal = &journal;
	t->keep_volumes = opts->keep_volumes;
	t->asked = &opts->services;
	if (t->open)
		ret = t->open(t, err);
	if (!ret)
		ret = check_services(&p);
	if (!ret && journal.unit && !t->is_transient && !opts->quiet) {
		ct_autofree char *unit = ct_printable(journal.unit);

		ct_warn("%s is stopped and started for each run, and put back afterwards", unit);
	}
	if (!ret)
		ret = p.s ? ct_verification__baseline(&p) : ct_verification__record(&p);
	if (!ret)
		ret = ct_verification__for_each(&p, prove_chosen, NULL);
	if (!ret)
		*r = ct_verification__report(&p);
	ct_journal__close(&journal, opts->keep);
	ct_recorder__close_spare(&p.spare);
	free_proof(&p);
	/* If it is not the given recording, that was added to it and freed. */
	*s = p.s;
	return ret;
}
