/* SPDX-License-Identifier: GPL-2.0-only */
#include "verify/verify.h"

#include <errno.h>
#include <string.h>

#include "model/merge.h"
#include "verify/proof.h"
#include "view/common.h"

#define RECORDING_LIMIT_NS 300000000000ull
#define LIMIT_NS	   10000000000ull /* of later runs, and FACTOR times the recording's */
#define LIMIT_FACTOR	   5
#define DIFFERENCES	   3 /* so many are named */

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

static int run_once(struct ct_proof *p, const uint64_t *set, unsigned int boot, struct ct_run *run)
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

static int try_set(void *arg, uint64_t set, struct ct_trial *t)
{
	struct ct_proof *p = arg;
	int ret = 0;

	ct_wants__free(&p->refused);
	t->runs = 0;
	t->outcome = CT_WORKS;
	for (unsigned int i = 0; !ret && i < p->starts && t->outcome == CT_WORKS; i++) {
		struct ct_run run = {};

		ret = run_once(p, &set, i, &run);
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

/* A first boot and a second one need different capabilities, where there is something to find. */
static void count_starts(struct ct_proof *p)
{
	p->starts = p->opts->runs_per_set;
	if (!p->starts)
		p->starts = p->t->leaves(p->t) == CT_LEAVES_VOLUMES ? 2 : 1;
}

/* Runs it as it was given, so often that first and later boots are seen. */
static int record_boots(struct ct_proof *p, bool *works)
{
	int ret = 0;

	*works = true;
	for (unsigned int i = 0; !ret && *works && i < p->starts; i++) {
		struct ct_run run = {};

		ret = run_once(p, NULL, i, &run);
		if (ret)
			break;
		*works = run.ending == CT_WORKS && run.workload;
		if (*works && p->s)
			ct_session__merge(p->s, run.session);
		else if (*works)
			p->s = ct_steal(run.session);
		ct_run__free(&run);
	}
	p->t->clear(p->t, !p->opts->keep || p->t->is_stack);
	return ret;
}

static int record(struct ct_proof *p)
{
	const char *why = NULL;
	bool works;
	int ret;

	count_starts(p);
	ret = record_boots(p, &works);
	if (!ret && !works) {
		ct_session__free(ct_steal(p->s));
		p->flaky = true;
		ret = record_boots(p, &works);
	}
	if (ret || works)
		return ret;
	if (p->recorded.len)
		why = p->recorded.items[p->recorded.len - 1].why;
	return ct_err__set(p->err, ENOEXEC, "it does not work with what it is given either (%s)",
			   why ? why : "no container of this command was seen");
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
	count_starts(p);
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

/* Nothing of the recording is what is verified: what is it of? */
static void tell_differences(struct ct_proof *p)
{
	struct ct_str s = {};
	size_t n = p->s ? p->s->nworkloads : 0;

	for (size_t i = 0; i < n && i < DIFFERENCES; i++) {
		const struct ct_workload *w = p->s->workloads[i];
		ct_autofree char *what = ct_target__difference(p->t, w);
		ct_autofree char *label = ct_printable(ct_workload__label(w));

		ct_str__addf(&s, "%s%s: %s", i ? "; " : "", label, what ? what : "not seen to run");
	}
	if (n > DIFFERENCES)
		ct_str__addf(&s, "; and %zu more", n - DIFFERENCES);
	ct_err__set(p->err, ENOENT, "the recording is of something else (%s)",
		    s.s ? s.s : "it is empty");
	ct_str__free(&s);
}

/* The one workload of the recording that fits; NULL with a message. */
static struct ct_workload *choose(struct ct_proof *p)
{
	struct ct_workload *found = NULL;

	for (size_t i = 0; p->s && i < p->s->nworkloads; i++) {
		struct ct_workload *w = p->s->workloads[i];
		ct_autofree char *difference = ct_target__difference(p->t, w);

		if (p->recorded.len ? !ct_target__is(p->t, w) : !!difference)
			continue;
		if (found) {
			ct_err__set(p->err, EINVAL,
				    "the recording has several such workloads; verify takes one");
			return NULL;
		}
		found = w;
	}
	if (!found)
		tell_differences(p);
	return found;
}

static bool is_asked_for(const struct ct_proof *p, const char *service)
{
	for (size_t i = 0; i < p->opts->services.len; i++)
		if (!strcmp(p->opts->services.items[i], service))
			return true;
	return !p->opts->services.len;
}

static int prove_one(struct ct_proof *p, const char *service)
{
	struct ct_workload *w;

	p->t->service = service;
	w = choose(p);
	return w ? prove(p, w) : -p->err->code;
}

static int prove_all(struct ct_proof *p)
{
	int ret = 0;

	if (!p->t->services)
		return prove_one(p, NULL);
	for (size_t i = 0; !ret && i < p->t->nservices; i++)
		if (is_asked_for(p, p->t->services[i]))
			ret = prove_one(p, p->t->services[i]);
	return ret;
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

static void free_runs(struct ct_runs *r)
{
	for (size_t i = 0; i < r->len; i++)
		free(r->items[i].why);
	free(r->items);
}

static void free_proof(struct ct_proof *p)
{
	free_runs(&p->recorded);
	for (size_t i = 0; i < p->noutcomes; i++)
		free_runs(&p->outcomes[i].runs);
	free(p->outcomes);
	ct_wants__free(&p->needs);
	ct_wants__free(&p->tolerated);
	ct_wants__free(&p->refused);
	ct_uses__free(&p->unshown);
	ct_uses__free(&p->denials);
}

int ct_verify(const struct ct_verify_opts *opts, struct ct_target *t, struct ct_session **s,
	      struct ct_report **r, struct ct_err *err)
{
	struct ct_proof p = { .opts = opts, .t = t, .err = err, .s = *s };
	struct ct_state state = { .fd = -1 };
	int ret = ct_state__open(&state, t->client, t->is_stack, err);

	if (ret)
		return ret;
	t->state = &state;
	t->keep_volumes = opts->keep_volumes;
	t->asked = &opts->services;
	if (t->open)
		ret = t->open(t, err);
	if (!ret)
		ret = check_services(&p);
	if (!ret && state.unit && !t->is_transient && !opts->quiet) {
		ct_autofree char *unit = ct_printable(state.unit);

		ct_warn("%s is stopped and started for each run, and put back afterwards", unit);
	}
	if (!ret && !p.s)
		ret = record(&p);
	if (!ret)
		ret = prove_all(&p);
	if (!ret)
		*r = ct_proof__report(&p);
	ct_state__close(&state, opts->keep);
	free_proof(&p);
	if (ret && !*s)
		ct_session__free(p.s);
	else
		*s = p.s;
	return ret;
}
