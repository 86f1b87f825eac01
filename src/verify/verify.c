/* SPDX-License-Identifier: GPL-2.0-only */
#include "verify/verify.h"

#include <errno.h>
#include <string.h>

#include "model/merge.h"
#include "verify/evidence.h"

#define RECORDING_LIMIT_NS 300000000000ull
#define LIMIT_NS	   10000000000ull /* of later runs, and FACTOR times the recording's */
#define LIMIT_FACTOR	   5

volatile int ct_verify_interrupted;

/* A workload being verified. */
struct proof {
	const struct ct_verify_opts *opts;
	struct ct_target *t;
	struct ct_err *err;
	struct ct_session *s; /* the recording */
	struct ct_workload *w;
	struct ct_wants needs, tolerated, refused; /* refused: in the latest runs */
	uint64_t asked, working, limit_ns;
	bool killed; /* it did not end when asked to in the recording */
	bool flaky_recording;
	struct ct_verify_run *runs;
	size_t nruns, runs_cap;
};

static const char *const endings[] = { "works", "fails", "unable" };

static void say(const struct proof *p, const struct ct_verify_run *run)
{
	ct_autofree char *set = ct_caps__join(run->set, " ", "");
	ct_autofree char *name = run->recording ? ct_xstrdup("recording") :
						  ct_xasprintf("run %zu under %s", p->nruns,
							       *set ? set : "no capability");

	if (!p->opts->quiet)
		ct_warn("%s: %s in %.1f s%s%s", name, run->ending, (double)run->ns / 1e9,
			run->why ? ": " : "", run->why ? run->why : "");
}

/* What this run was refused that the recording was not. */
static uint64_t take_refused(struct proof *p, uint64_t set, struct ct_run *run)
{
	uint64_t mask = 0;

	if (run->workload)
		ct_evidence__refused(run->session, run->workload, set, &p->refused);
	for (size_t i = 0; i < p->refused.len; i++)
		if (!ct_wants__has(&p->tolerated, p->refused.items[i].any_of))
			mask |= p->refused.items[i].any_of;
	return mask;
}

static void note(struct proof *p, const uint64_t *set, struct ct_run *run)
{
	struct ct_verify_run *r = CT_PUSH(p->runs, p->nruns, p->runs_cap);

	*r = (struct ct_verify_run){
		.recording = !set,
		.set = set	     ? *set :
		       run->workload ? run->workload->configured :
				       0,
		.ending = endings[run->ending],
		.why = ct_steal(run->why),
		.ns = run->ns,
	};
	if (set)
		r->refused = take_refused(p, *set, run);
	say(p, r);
}

static struct ct_run_opts run_opts(const struct proof *p, const uint64_t *set, unsigned int boot)
{
	struct ct_run_opts o = {
		.works = p->opts->works,
		.set = set,
		.fresh = boot == 0,
		.may_be_killed = p->killed || !set,
		.backend = p->opts->backend,
		.socket = p->opts->socket,
		.verbose = p->opts->verbose,
	};

	if (!o.works.limit_ns)
		o.works.limit_ns = p->limit_ns + o.works.stay_ns;
	return o;
}

static int run_once(struct proof *p, const uint64_t *set, unsigned int boot, struct ct_run *run)
{
	struct ct_run_opts o = run_opts(p, set, boot);
	int ret = ct_verify_interrupted ? -EINTR : ct_run__do(p->t, &o, run, p->err);

	if (ret == -EINTR)
		return ct_err__set(p->err, EINTR, "aborted");
	if (!ret)
		note(p, set, run);
	return ret;
}

static int try_set(void *arg, uint64_t set, struct ct_trial *t)
{
	struct proof *p = arg;
	int ret = 0;

	ct_wants__free(&p->refused);
	t->runs = 0;
	t->outcome = CT_WORKS;
	for (unsigned int i = 0; !ret && i < p->opts->runs_per_set && t->outcome == CT_WORKS; i++) {
		struct ct_run run;

		ret = run_once(p, &set, i, &run);
		if (ret)
			break;
		t->runs++;
		t->outcome = run.ending;
		ct_run__free(&run);
	}
	p->t->clear(p->t, true);
	t->refused = p->refused.items;
	t->nrefused = p->refused.len;
	return ret;
}

/* Runs it as it was given, so often that first and later boots are seen. */
static int record_boots(struct proof *p, bool *works)
{
	int ret = 0;

	*works = true;
	for (unsigned int i = 0; !ret && *works && i < p->opts->runs_per_set; i++) {
		struct ct_run run;

		ret = run_once(p, NULL, i, &run);
		if (ret)
			break;
		*works = run.ending == CT_WORKS && run.workload;
		p->killed |= run.killed;
		if (run.ns > p->limit_ns)
			p->limit_ns = run.ns;
		if (*works && p->s)
			ct_session__merge(p->s, run.session);
		else if (*works)
			p->s = ct_steal(run.session);
		ct_run__free(&run);
	}
	p->t->clear(p->t, true);
	return ret;
}

static int record(struct proof *p)
{
	const struct ct_verify_run *last;
	bool works;
	int ret;

	p->limit_ns = RECORDING_LIMIT_NS;
	ret = record_boots(p, &works);
	if (!ret && !works) {
		ct_session__free(ct_steal(p->s));
		p->flaky_recording = true;
		ret = record_boots(p, &works);
	}
	if (ret || works)
		return ret;
	last = &p->runs[p->nruns - 1];
	return ct_err__set(p->err, ENOEXEC, "it does not work with what it is given either (%s)",
			   last->why ? last->why : "no container of this command was seen");
}

static void longest(struct proof *p)
{
	p->limit_ns = 0;
	for (size_t i = 0; i < p->nruns; i++)
		if (p->runs[i].ns > p->limit_ns)
			p->limit_ns = p->runs[i].ns;
	p->limit_ns = LIMIT_NS + LIMIT_FACTOR * p->limit_ns;
}

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

/* Of the final set's own runs. */
static uint64_t degraded(const struct proof *p, uint64_t set)
{
	uint64_t mask = 0;

	for (size_t i = 0; i < p->nruns; i++)
		if (!p->runs[i].recording && p->runs[i].set == set && !p->runs[i].why)
			mask |= p->runs[i].refused;
	return mask;
}

static char *why(const struct ct_found *f)
{
	ct_autofree char *trusted = ct_caps__join(f->trusted, " ", "");

	switch (f->result) {
	case CT_MINIMAL:
		return ct_xstrdup("it works with this set, and without any one of it it does not");
	case CT_SUFFICIENT:
		return f->trusted ?
			       ct_xasprintf("it works with this set; not tried without %s, which "
					    "the kernel's rules make certain",
					    trusted) :
			       ct_xstrdup("it works with this set; a smaller one was not looked "
					  "for to "
					  "the end");
	case CT_FAILED: break;
	}
	return ct_xstrdup("it did not work with the strict set; this one was not tried");
}

static void report(struct proof *p, const struct ct_found *f, struct ct_report **out)
{
	uint64_t lost = degraded(p, f->set);
	struct ct_settled settled = { p->w, f->set, lost };
	struct ct_report *r = ct_judge__settled(p->s, &settled, 1);

	for (size_t i = 0; i < r->nadvices; i++) {
		struct ct_advice *a = &r->advices[i];

		if (a->workload != p->w)
			continue;
		if (f->result != CT_FAILED) {
			free(a->why);
			a->why = why(f);
			a->confidence = CT_CONF_PROVED;
		}
		a->verify_runs = (int)f->runs;
		a->verify_check = describe_check(&p->opts->works);
		a->verify_result = ct_xstrdup(ct_result__name(f->result));
		a->verify_flaky = f->flaky || p->flaky_recording;
		a->verify_degraded = lost;
		a->verify_list = ct_steal(p->runs);
		a->nverify_list = p->nruns;
	}
	*out = r;
}

static int prove(struct proof *p, struct ct_report **r)
{
	struct ct_search q = {
		.trust = p->opts->trust,
		.quick = p->opts->quick,
		.max_runs = p->opts->max_runs,
		.try = try_set,
		.arg = p,
	};
	struct ct_found f;
	int ret;

	ct_evidence__needs(p->s, p->w, &p->needs, &p->asked);
	q.working = p->w->configured_known ? p->w->configured : CT_CAPS_DOCKER_DEFAULT | p->asked;
	ct_evidence__refused(p->s, p->w, q.working, &p->tolerated);
	q.wants = p->needs.items;
	q.nwants = p->needs.len;
	q.tolerated = p->tolerated.items;
	q.ntolerated = p->tolerated.len;
	q.asked = p->asked;
	ret = ct_search__run(&q, &f);
	if (!ret)
		report(p, &f, r);
	return ret;
}

/* The workload of a given recording: the only one of the right kind. */
static int choose(struct proof *p)
{
	enum ct_workload_kind kind = p->t->is_container ? CT_WL_CONTAINER : CT_WL_COMMAND;

	for (size_t i = 0; i < p->s->nworkloads; i++) {
		if (p->s->workloads[i]->kind != kind)
			continue;
		if (p->w)
			return ct_err__set(p->err, EINVAL,
					   "the recording has several workloads; verify takes one");
		p->w = p->s->workloads[i];
	}
	if (!p->w)
		return ct_err__set(p->err, EINVAL, "the recording has no %s",
				   ct_workload_kind__name(kind));
	return 0;
}

int ct_verify(const struct ct_verify_opts *opts, struct ct_target *t, struct ct_session **s,
	      struct ct_report **r, struct ct_err *err)
{
	struct proof p = { .opts = opts, .t = t, .err = err, .s = *s };
	struct ct_state state = { .fd = -1 };
	int ret = ct_state__open(&state, t->client, err);

	if (ret)
		return ret;
	t->state = &state;
	t->keep_volumes = opts->keep_volumes;
	if (!p.s)
		ret = record(&p);
	longest(&p);
	if (!ret)
		ret = choose(&p);
	if (!ret)
		ret = prove(&p, r);
	ct_state__close(&state, opts->keep);
	ct_wants__free(&p.needs);
	ct_wants__free(&p.tolerated);
	ct_wants__free(&p.refused);
	for (size_t i = 0; p.runs && i < p.nruns; i++)
		free(p.runs[i].why);
	free(p.runs);
	if (ret && !*s)
		ct_session__free(p.s);
	else
		*s = p.s;
	return ret;
}
