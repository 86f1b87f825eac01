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

struct runs {
	struct ct_verify_run *items;
	size_t len, cap;
};

/* What was found out about one workload. */
struct outcome {
	struct ct_workload *w;
	struct ct_found found;
	struct runs runs;
};

struct proof {
	const struct ct_verify_opts *opts;
	struct ct_target *t;
	struct ct_err *err;
	struct ct_session *s; /* the recording */
	struct runs recorded;
	bool flaky; /* it failed once */
	uint64_t limit_ns;
	unsigned int nruns;
	/* Of the workload whose turn it is. */
	struct outcome *now;
	struct ct_wants needs, tolerated, refused; /* refused: in the latest runs */
	struct outcome *outcomes;
	size_t noutcomes, outcomes_cap;
};

static const char *const endings[] = { "works", "fails", "unable" };

static void say(const struct proof *p, const struct ct_verify_run *run)
{
	ct_autofree char *set = ct_caps__join(run->set, " ", "");
	ct_autofree char *name = p->t->service ? ct_printable(p->t->service) : ct_xstrdup("");
	ct_autofree char *what = NULL;

	if (p->opts->quiet)
		return;
	if (run->recording)
		what = ct_xstrdup("recording");
	else
		what = ct_xasprintf("run %u%s%s under %s", p->nruns, *name ? ", " : "", name,
				    *set ? set : "no capability");
	ct_warn("%s: %s in %.1f s%s%s", what, run->ending, (double)run->ns / 1e9,
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
	struct runs *list = set ? &p->now->runs : &p->recorded;
	struct ct_verify_run *r = CT_PUSH(list->items, list->len, list->cap);

	*r = (struct ct_verify_run){
		.recording = !set,
		.set = set ? *set : 0,
		.ending = endings[run->ending],
		.why = ct_steal(run->why),
		.ns = run->ns,
	};
	if (set) {
		p->nruns++;
		r->refused = take_refused(p, *set, run);
	}
	say(p, r);
}

static struct ct_run_opts run_opts(const struct proof *p, const uint64_t *set, unsigned int boot)
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

/* Runs it as it was given, so often that first and later boots are seen. */
static int record_boots(struct proof *p, bool *works)
{
	int ret = 0;

	*works = true;
	for (unsigned int i = 0; !ret && *works && i < p->opts->runs_per_set; i++) {
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

static int record(struct proof *p)
{
	const char *why = NULL;
	bool works;
	int ret;

	p->limit_ns = RECORDING_LIMIT_NS;
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

/* Later runs may take some times what the recording took. */
static void set_limit(struct proof *p)
{
	uint64_t longest = 0;

	for (size_t i = 0; i < p->recorded.len; i++)
		if (p->recorded.items[i].ns > longest)
			longest = p->recorded.items[i].ns;
	p->limit_ns = LIMIT_NS + LIMIT_FACTOR * longest;
	if (!p->recorded.len)
		p->limit_ns = RECORDING_LIMIT_NS;
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

/* Refused in the final set's own runs. */
static uint64_t degraded(const struct outcome *o)
{
	uint64_t mask = 0;

	for (size_t i = 0; i < o->runs.len; i++)
		if (o->runs.items[i].set == o->found.set && !o->runs.items[i].why)
			mask |= o->runs.items[i].refused;
	return mask;
}

static char *why(const struct ct_found *f)
{
	ct_autofree char *trusted = ct_caps__join(f->trusted, " ", "");

	if (f->hopeless)
		return ct_xstrdup("without --privileged it does not work, not even with all the "
				  "capabilities that this gave it: it needs something else of it");
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

static bool is_privileged(const struct proof *p, const struct ct_workload *w)
{
	return p->t->privileged || w->container.privileged == CT_YES;
}

static void tell_privileged(const struct ct_found *f, struct ct_advice *a)
{
	static const char brought[] =
		"besides capabilities that gives all devices, a writable /sys and /proc/sys, and "
		"takes seccomp and AppArmor or SELinux away";
	char *text;

	a->verify_privileged = ct_xstrdup(f->hopeless ? "needed" : "dropped");
	if (f->hopeless)
		text = ct_xasprintf("it needs more of --privileged than capabilities: %s. Give it "
				    "what it needs of these by itself (--device, --security-opt, "
				    "--mount), then verify again",
				    brought);
	else
		text = ct_xasprintf("it was recorded with --privileged, and the runs under a set "
				    "were without: %s. %s",
				    brought,
				    f->result == CT_FAILED ?
					    "Perhaps the one that failed missed one of these" :
					    "It works without all of that: leave --privileged out");
	*CT_PUSH(a->warnings, a->nwarnings, a->warnings_cap) = (struct ct_warning){ "privileged",
										    -1, text };
}

/* The recording's runs, then its own. */
static void list_runs(const struct proof *p, struct outcome *o, struct ct_advice *a)
{
	struct runs all = {};

	for (size_t i = 0; i < p->recorded.len; i++) {
		struct ct_verify_run *r = CT_PUSH(all.items, all.len, all.cap);

		*r = p->recorded.items[i];
		r->set = o->w->configured;
		r->why = r->why ? ct_xstrdup(r->why) : NULL;
	}
	for (size_t i = 0; i < o->runs.len; i++)
		*CT_PUSH(all.items, all.len, all.cap) = o->runs.items[i];
	free(ct_steal(o->runs.items));
	o->runs.len = 0;
	a->verify_list = all.items;
	a->nverify_list = all.len;
}

static void fill_in(const struct proof *p, struct outcome *o, struct ct_advice *a)
{
	const struct ct_found *f = &o->found;

	if (f->result != CT_FAILED || f->hopeless) {
		free(a->why);
		a->why = why(f);
		a->confidence = f->hopeless ? CT_CONF_LOW : CT_CONF_PROVED;
	}
	if (is_privileged(p, o->w))
		tell_privileged(f, a);
	a->verify_runs = (int)f->runs;
	a->verify_check = describe_check(&p->opts->works);
	a->verify_result = ct_xstrdup(ct_result__name(f->result));
	a->verify_flaky = f->flaky || p->flaky;
	a->verify_degraded = degraded(o);
	list_runs(p, o, a);
}

static struct ct_report *report(struct proof *p)
{
	ct_autofree struct ct_settled *settled = ct_xzalloc((p->noutcomes + 1) * sizeof(*settled));
	struct ct_report *r;

	for (size_t i = 0; i < p->noutcomes; i++) {
		struct outcome *o = &p->outcomes[i];

		settled[i] = (struct ct_settled){ o->w, o->found.set, degraded(o) };
	}
	r = ct_judge__settled(p->s, settled, p->noutcomes);
	for (size_t i = 0; i < p->noutcomes; i++)
		for (size_t k = 0; k < r->nadvices; k++)
			if (r->advices[k].workload == p->outcomes[i].w)
				fill_in(p, &p->outcomes[i], &r->advices[k]);
	return r;
}

/* One workload; its set stays while others are proved. */
static int prove(struct proof *p, struct ct_workload *w)
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
	*p->now = (struct outcome){ .w = w };
	ct_evidence__needs(p->s, w, &p->needs, &q.asked);
	q.working_is_claim = is_privileged(p, w);
	q.working = w->configured_known ? w->configured : CT_CAPS_DOCKER_DEFAULT | q.asked;
	ct_evidence__refused(p->s, w, q.working, &p->tolerated);
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
	return ret;
}

/* The one workload of the recording that fits; NULL with a message. */
static struct ct_workload *choose(struct proof *p)
{
	struct ct_workload *found = NULL;

	for (size_t i = 0; p->s && i < p->s->nworkloads; i++) {
		if (!ct_target__is(p->t, p->s->workloads[i]))
			continue;
		if (found) {
			ct_err__set(p->err, EINVAL,
				    "the recording has several such workloads; verify takes one");
			return NULL;
		}
		found = p->s->workloads[i];
	}
	if (!found) {
		ct_autofree char *shown = ct_printable(p->t->service ? p->t->service : "this kind");

		ct_err__set(p->err, ENOENT, "the recording has nothing of %s", shown);
	}
	return found;
}

static bool is_asked_for(const struct proof *p, const char *service)
{
	for (size_t i = 0; i < p->opts->services.len; i++)
		if (!strcmp(p->opts->services.items[i], service))
			return true;
	return !p->opts->services.len;
}

static int prove_one(struct proof *p, const char *service)
{
	struct ct_workload *w;

	p->t->service = service;
	w = choose(p);
	return w ? prove(p, w) : -p->err->code;
}

static int prove_all(struct proof *p)
{
	int ret = 0;

	if (!p->t->services)
		return prove_one(p, NULL);
	for (size_t i = 0; !ret && i < p->t->nservices; i++)
		if (is_asked_for(p, p->t->services[i]))
			ret = prove_one(p, p->t->services[i]);
	return ret;
}

static int check_services(const struct proof *p)
{
	for (size_t i = 0; i < p->opts->services.len; i++) {
		const char *name = p->opts->services.items[i];
		bool found = false;

		for (size_t k = 0; k < p->t->nservices; k++)
			found |= !strcmp(p->t->services[k], name);
		if (!found)
			return ct_err__set(p->err, ENOENT, "the file has no service %s", name);
	}
	return 0;
}

static void free_runs(struct runs *r)
{
	for (size_t i = 0; i < r->len; i++)
		free(r->items[i].why);
	free(r->items);
}

static void free_proof(struct proof *p)
{
	free_runs(&p->recorded);
	for (size_t i = 0; i < p->noutcomes; i++)
		free_runs(&p->outcomes[i].runs);
	free(p->outcomes);
	ct_wants__free(&p->needs);
	ct_wants__free(&p->tolerated);
	ct_wants__free(&p->refused);
}

int ct_verify(const struct ct_verify_opts *opts, struct ct_target *t, struct ct_session **s,
	      struct ct_report **r, struct ct_err *err)
{
	struct proof p = { .opts = opts, .t = t, .err = err, .s = *s };
	struct ct_state state = { .fd = -1 };
	int ret = ct_state__open(&state, t->client, t->is_stack, err);

	if (ret)
		return ret;
	t->state = &state;
	t->keep_volumes = opts->keep_volumes;
	if (t->open)
		ret = t->open(t, err);
	if (!ret)
		ret = check_services(&p);
	if (!ret && state.unit && !t->is_transient && !opts->quiet)
		ct_warn("%s is stopped and started for each run, and put back afterwards",
			state.unit);
	if (!ret && !p.s)
		ret = record(&p);
	set_limit(&p);
	if (!ret)
		ret = prove_all(&p);
	if (!ret)
		*r = report(&p);
	ct_state__close(&state, opts->keep);
	free_proof(&p);
	if (ret && !*s)
		ct_session__free(p.s);
	else
		*s = p.s;
	return ret;
}
