/* SPDX-License-Identifier: GPL-2.0-only */
/* Does the runs of a proof, and notes and reports each of them. */
#include <errno.h>
#include <string.h>

#include "verify/verify_priv.h"
#include "view/phrases.h"

#define RECORDING_LIMIT_NS 300000000000ull
#define LIMIT_NS	   10000000000ull /* for later runs, plus FACTOR times the longest so far */
#define LIMIT_FACTOR	   5

volatile int ct_verify_interrupted;

static const char *const endings[] = { "works", "fails", "unable" };

static void say(const struct ct_verification *p, const struct ct_verify_run *run)
{
	ct_autofree char *set = ct_view__set(run->set);
	ct_autofree char *name = p->subject->service ? ct_printable(p->subject->service) :
						       ct_xstrdup("");
	ct_autofree char *what = NULL, *start = NULL;

	if (p->opts->quiet)
		return;
	if (run->start)
		start = ct_xasprintf(", start %u on these volumes", run->start);
	if (run->recording)
		what = ct_xasprintf("recording%s%s", p->flaky ? ", second try" : "",
				    start ? start : "");
	else
		what = ct_xasprintf("run %u%s%s%s under %s", p->nruns, *name ? ", " : "", name,
				    start ? start : "", set);
	if (!strcmp(run->ending, endings[CT_UNABLE]))
		ct_warn("%s: could not be started%s%s", what, run->why ? ": " : "",
			run->why ? run->why : "");
	else
		ct_warn("%s: %s in %.1f s%s%s", what, run->ending, (double)run->ns / 1e9,
			run->why ? ": " : "", run->why ? run->why : "");
}

/* What this run was refused that the recording was not. */
static uint64_t take_refused(struct ct_verification *p, uint64_t set, struct ct_run *run)
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

static void note(struct ct_verification *p, const uint64_t *set, unsigned int start,
		 struct ct_run *run)
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

/* Later runs may take several times as long as the longest one that worked. */
static uint64_t limit(const struct ct_verification *p)
{
	return p->longest_ns ? LIMIT_NS + LIMIT_FACTOR * p->longest_ns : RECORDING_LIMIT_NS;
}

static struct ct_run_opts run_opts(struct ct_verification *p, const uint64_t *set,
				   unsigned int boot)
{
	struct ct_run_opts o = {
		.works = p->opts->works,
		.set = set,
		.fresh = boot == 0,
		.may_be_killed = !set || ct_run__was_killed(p->now->w),
		.backend = p->opts->backend,
		.socket = p->opts->socket,
		.verbose = p->opts->verbose,
		.spare = &p->spare,
	};

	if (!o.works.limit_ns)
		o.works.limit_ns = limit(p) + o.works.stay_ns;
	return o;
}

int ct_verification__run_once(struct ct_verification *p, const uint64_t *set, unsigned int boot,
			      struct ct_run *run)
{
	struct ct_run_opts o = run_opts(p, set, boot);
	int ret = ct_verify_interrupted ? -EINTR : ct_run__do(p->subject, &o, run, p->err);

	if (ret == -EINTR)
		return ct_err__set(p->err, EINTR, "aborted");
	if (ret)
		return ret;
	if (run->ending == CT_WORKS && run->worked_ns > p->longest_ns)
		p->longest_ns = run->worked_ns;
	note(p, set, boot, run);
	return ret;
}

int ct_verification__try(struct ct_verification *p, uint64_t set, struct ct_trial *t)
{
	int ret = 0;

	ct_wants__free(&p->refused);
	t->runs = 0;
	t->ending = CT_WORKS;
	for (unsigned int i = 0; !ret && i < p->starts && t->ending == CT_WORKS; i++) {
		struct ct_run run = {};

		ret = ct_verification__run_once(p, &set, i, &run);
		if (ret)
			break;
		t->runs++;
		t->ending = run.ending;
		ct_run__free(&run);
	}
	p->subject->clear(p->subject, !p->opts->keep || p->subject->is_stack);
	t->refused = p->refused.items;
	t->nrefused = p->refused.len;
	return ret;
}

void ct_verification__forget_runs(struct ct_runs *r)
{
	for (size_t i = 0; i < r->len; i++)
		free(r->items[i].why);
	free(r->items);
}
