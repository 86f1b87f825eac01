/* SPDX-License-Identifier: GPL-2.0-only */
#include "verify/verify.h"

#include <errno.h>
#include <string.h>

#include "verify/proof.h"
#include "view/common.h"

#define RECORDING_LIMIT_NS 300000000000ull
#define LIMIT_NS	   10000000000ull /* of later runs, and FACTOR times the recording's */
#define LIMIT_FACTOR	   5

volatile int ct_verify_interrupted;

static const char *const endings[] = { "works", "fails", "unable" };

static void say(const struct ct_proof *p, const struct ct_verify_run *run)
{
	ct_autofree char *set = ct_view__set(run->set);
	ct_autofree char *name = p->t->service ? ct_printable(p->t->service) : ct_xstrdup("");
	ct_autofree char *what = NULL, *start = NULL;

	if (p->opts->quiet)
		return;
	if (run->start)
		start = ct_xasprintf(", start %u on these volumes", run->start);
	if (run->recording)
		what = ct_xasprintf("recording%s", start ? start : "");
	else
		what = ct_xasprintf("run %u%s%s%s under %s", p->nruns, *name ? ", " : "", name,
				    start ? start : "", set);
	ct_warn("%s: %s in %.1f s%s%s", what, run->ending, (double)run->ns / 1e9,
		run->why ? ": " : "", run->why ? run->why : "");
}

/* What this run was refused that the recording was not. */
static uint64_t take_refused(struct ct_proof *p, uint64_t set, struct ct_run *run)
{
	uint64_t mask = 0;

	if (run->workload) {
		ct_evidence__refused(run->session, run->workload, set, &p->denials, &p->refused);
		ct_evidence__strike(run->session, run->workload, &p->unshown);
		ct_uses__mark(&p->unshown, &p->needs);
	}
	for (size_t i = 0; i < p->refused.len; i++)
		if (p->refused.items[i].verdict != CT_UNNEEDED &&
		    !ct_wants__has(&p->tolerated, p->refused.items[i].any_of))
			mask |= p->refused.items[i].any_of;
	return mask;
}

static void note(struct ct_proof *p, const uint64_t *set, unsigned int start, struct ct_run *run)
{
	struct ct_runs *list = set ? &p->now->runs : &p->recorded;
	struct ct_verify_run *r = CT_PUSH(list->items, list->len, list->cap);

	*r = (struct ct_verify_run){
		.recording = !set,
		.set = set ? *set : 0,
		.ending = endings[run->ending],
		.why = ct_steal(run->why),
		.ns = run->ns,
		.start = p->starts > 1 ? start + 1 : 0,
	};
	if (set) {
		p->nruns++;
		r->refused = take_refused(p, *set, run);
	}
	say(p, r);
}

/* Later runs may take some times what one took that worked. */
static uint64_t limit(const struct ct_proof *p)
{
	return p->longest_ns ? LIMIT_NS + LIMIT_FACTOR * p->longest_ns : RECORDING_LIMIT_NS;
}

static struct ct_run_opts run_opts(const struct ct_proof *p, const uint64_t *set, unsigned int boot)
{
	struct ct_run_opts o = {
		.works = p->opts->works,
		.set = set,
		.fresh = boot == 0,
		.may_be_killed = !set || ct_run__was_killed(p->now->w),
		.backend = p->opts->backend,
		.socket = p->opts->socket,
		.verbose = p->opts->verbose,
	};

	if (!o.works.limit_ns)
		o.works.limit_ns = limit(p) + o.works.stay_ns;
	return o;
}

int ct_proof__run_once(struct ct_proof *p, const uint64_t *set, unsigned int boot,
		       struct ct_run *run)
{
	struct ct_run_opts o = run_opts(p, set, boot);
	int ret = ct_verify_interrupted ? -EINTR : ct_run__do(p->t, &o, run, p->err);

	if (ret == -EINTR)
		return ct_err__set(p->err, EINTR, "aborted");
	if (ret)
		return ret;
	if (run->ending == CT_WORKS && run->worked_ns > p->longest_ns)
		p->longest_ns = run->worked_ns;
	note(p, set, boot, run);
	return ret;
}

int ct_proof__try(struct ct_proof *p, uint64_t set, struct ct_trial *t)
{
	int ret = 0;

	ct_wants__free(&p->refused);
	t->runs = 0;
	t->outcome = CT_WORKS;
	for (unsigned int i = 0; !ret && i < p->starts && t->outcome == CT_WORKS; i++) {
		struct ct_run run = {};

		ret = ct_proof__run_once(p, &set, i, &run);
		if (ret)
			break;
		t->runs++;
		t->outcome = run.ending;
		ct_run__free(&run);
	}
	p->t->clear(p->t, !p->opts->keep || p->t->is_stack);
	t->refused = p->refused.items;
	t->nrefused = p->refused.len;
	return ret;
}

static int try_set(void *arg, uint64_t set, struct ct_trial *t)
{
	return ct_proof__try(arg, set, t);
}

/* One workload; its set stays while others are proved. */
static int prove(struct ct_proof *p, struct ct_workload *w)
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
	q.working_is_claim = ct_proof__is_privileged(p, w);
	q.working = w->configured_known ? w->configured : CT_CAPS_DOCKER_DEFAULT | q.asked;
	ct_evidence__refused(p->s, w, q.working, NULL, &p->tolerated);
	ct_evidence__denials(p->s, w, &p->denials);
	ct_proof__count_starts(p);
	if (p->t->leaves(p->t) == CT_LEAVES_ALL)
		ct_evidence__uses(p->s, w, &p->unshown);
	ct_uses__mark(&p->unshown, &p->needs);
	q.wants = p->needs.items;
	q.nwants = p->needs.len;
	q.tolerated = p->tolerated.items;
	q.ntolerated = p->tolerated.len;
	ret = ct_search__run(&q, &p->now->found);
	if (p->t->settle)
		p->t->settle(p->t, p->now->found.result == CT_FAILED ? NULL : &p->now->found.set);
	ct_wants__free(&p->needs);
	ct_wants__free(&p->tolerated);
	ct_wants__free(&p->refused);
	ct_uses__free(&p->unshown);
	ct_uses__free(&p->denials);
	return ret;
}

static int prove_chosen(struct ct_proof *p, void *arg)
{
	struct ct_workload *w = ct_proof__choose(p, p->s, p->own);

	(void)arg;
	return w ? prove(p, w) : -p->err->code;
}

static int check_services(const struct ct_proof *p)
{
	for (size_t i = 0; i < p->opts->services.len; i++) {
		const char *name = p->opts->services.items[i];
		bool found = false;

		for (size_t k = 0; k < p->t->nservices; k++)
			found |= !strcmp(p->t->services[k], name);
		if (!found) {
			ct_autofree char *shown = ct_printable(name);

			return ct_err__set(p->err, ENOENT, "the file has no service %s", shown);
		}
	}
	return 0;
}

void ct_proof__forget_runs(struct ct_runs *r)
{
	for (size_t i = 0; i < r->len; i++)
		free(r->items[i].why);
	free(r->items);
}

static void free_proof(struct ct_proof *p)
{
	ct_proof__forget_runs(&p->recorded);
	for (size_t i = 0; i < p->noutcomes; i++)
		ct_proof__forget_runs(&p->outcomes[i].runs);
	free(p->outcomes);
	ct_wants__free(&p->needs);
	ct_wants__free(&p->tolerated);
	ct_wants__free(&p->refused);
	ct_uses__free(&p->unshown);
	ct_uses__free(&p->denials);
}

int ct_verify(const struct ct_verify_opts *opts, struct ct_subject *t, struct ct_session **s,
	      struct ct_report **r, struct ct_err *err)
{
	struct ct_proof p = { .opts = opts, .t = t, .err = err, .s = *s };
	struct ct_journal journal = { .fd = -1 };
	int ret = ct_journal__open(&journal, t->client, t->is_stack, err);

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
		ret = p.s ? ct_proof__baseline(&p) : ct_proof__record(&p);
	if (!ret)
		ret = ct_proof__for_each(&p, prove_chosen, NULL);
	if (!ret)
		*r = ct_proof__report(&p);
	ct_journal__close(&journal, opts->keep);
	free_proof(&p);
	/* What was given is part of it, if it is not the same. */
	*s = p.s;
	return ret;
}
