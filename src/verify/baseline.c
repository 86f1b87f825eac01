/* SPDX-License-Identifier: GPL-2.0-only */
/* What the workload does as configured, before any capability is taken from it. */
#include <errno.h>
#include <string.h>

#include "model/tally.h"
#include "verify/verify_priv.h"

#define DIFFERENCES 3 /* at most so many are named */

/* A first and a second boot may need different capabilities if the first leaves volumes behind. */
void ct_verification__count_starts(struct ct_verification *p)
{
	p->starts = p->opts->runs_per_set;
	if (!p->starts)
		p->starts = p->subject->leaves(p->subject) == CT_LEAVES_VOLUMES ? 2 : 1;
}

/*
 * Runs the workload as configured, often enough to see a first and a later boot. *in_vain: the last
 * run took too long.
 */
static int record_boots(struct ct_verification *p, bool *works, bool *in_vain)
{
	int ret = 0;

	*works = true;
	for (unsigned int i = 0; !ret && *works && i < p->starts; i++) {
		struct ct_run run = {};

		ret = ct_verification__run_once(p, NULL, i, &run);
		if (ret)
			break;
		*in_vain = run.timed_out;
		*works = run.ending == CT_WORKS && run.workload;
		if (*works && p->s)
			ct_tally__add(p->s, run.session);
		else if (*works)
			p->s = ct_steal(run.session);
		ct_run__free(&run);
	}
	p->subject->clear(p->subject, !p->opts->keep || p->subject->is_stack);
	return ret;
}

int ct_verification__record(struct ct_verification *p)
{
	bool works, in_vain = false;
	const char *why = NULL;
	int ret;

	ct_verification__count_starts(p);
	ret = record_boots(p, &works, &in_vain);
	/* A second attempt rules out chance, but not if the first cost minutes of waiting. */
	if (!ret && !works && !in_vain) {
		ct_session__free(ct_steal(p->s));
		p->flaky = true;
		ret = record_boots(p, &works, &in_vain);
	}
	p->own = !ret && works;
	if (ret || works)
		return ret;
	if (p->recorded.len)
		why = p->recorded.items[p->recorded.len - 1].why;
	return ct_err__set(
		p->err, ENOEXEC,
		"it does not work as it is, with all that it is given (%s): nothing can be "
		"proved until it does",
		why ? why : "no container of this command was seen");
}

/* The recording has nothing of the workload that is verified; says what it is of instead. */
static void tell_differences(const struct ct_verification *p, const struct ct_session *s)
{
	struct ct_str text = {};
	size_t n = s ? s->nworkloads : 0;

	for (size_t i = 0; i < n && i < DIFFERENCES; i++) {
		const struct ct_workload *w = s->workloads[i];
		ct_autofree char *what = ct_subject__difference(p->subject, w);
		ct_autofree char *label = ct_printable(ct_workload__label(w));

		ct_str__addf(&text, "%s%s: %s", i ? "; " : "", label,
			     what ? what : "not seen to run");
	}
	if (n > DIFFERENCES)
		ct_str__addf(&text, "; and %zu more", n - DIFFERENCES);
	ct_err__set(p->err, ENOENT, "the recording is of something else (%s)",
		    text.s ? text.s : "it is empty");
	ct_str__free(&text);
}

struct ct_workload *ct_verification__choose(struct ct_verification *p, struct ct_session *s,
					    bool own)
{
	struct ct_workload *found = NULL;

	for (size_t i = 0; s && i < s->nworkloads; i++) {
		struct ct_workload *w = s->workloads[i];
		ct_autofree char *difference = ct_subject__difference(p->subject, w);

		if (own ? !ct_subject__is(p->subject, w) : !!difference)
			continue;
		if (found) {
			ct_err__set(p->err, EINVAL,
				    "the recording has several such workloads; verify takes one");
			return NULL;
		}
		found = w;
	}
	if (!found)
		tell_differences(p, s);
	return found;
}

static bool is_asked_for(const struct ct_verification *p, const char *service)
{
	for (size_t i = 0; i < p->opts->services.len; i++)
		if (!strcmp(p->opts->services.items[i], service))
			return true;
	return !p->opts->services.len;
}

int ct_verification__for_each(struct ct_verification *p,
			      int (*fn)(struct ct_verification *p, void *arg), void *arg)
{
	int ret = 0;

	p->subject->service = NULL;
	if (!p->subject->services)
		return fn(p, arg);
	for (size_t i = 0; !ret && i < p->subject->nservices; i++) {
		if (!is_asked_for(p, p->subject->services[i]))
			continue;
		p->subject->service = p->subject->services[i];
		ret = fn(p, arg);
	}
	p->subject->service = NULL;
	return ret;
}

/* Is the given recording one of this workload, and was its start seen (*arg, a bool)? */
static int look_at_given(struct ct_verification *p, void *arg)
{
	const struct ct_workload *w = ct_verification__choose(p, p->s, false);
	bool *started = arg;

	if (!w)
		return -p->err->code;
	*started &= ct_workload__exercised(w).start_seen == CT_YES;
	return 0;
}

/* Adds what the given recording (arg) has of a workload to what our own run showed of it. */
static int unite(struct ct_verification *p, void *arg)
{
	struct ct_workload *own = ct_verification__choose(p, p->s, true), *given;
	struct ct_session *from = arg;

	if (!own)
		return -p->err->code;
	given = ct_verification__choose(p, from, false);
	if (given)
		ct_tally__add_to(p->s, own, from, given); /* whatever its name is */
	return 0;
}

/* Returns 0 if it works with the set that the recording had, though not as configured here. */
static int try_recorded_set(struct ct_verification *p, struct ct_session *given)
{
	const struct ct_workload *w = p->subject->services ?
					      NULL :
					      ct_verification__choose(p, given, false);
	struct ct_trial t = {};
	int ret;

	if (!w || !w->configured_known)
		return -ENOEXEC;
	p->now = &(struct ct_proved){ .w = (struct ct_workload *)w };
	ret = ct_verification__try(p, w->configured, &t);
	ct_verification__forget_runs(&p->now->runs);
	p->now = NULL;
	return ret ? ret : t.ending == CT_WORKS ? 0 : -ENOEXEC;
}

static int unite_all(struct ct_verification *p, struct ct_session *given)
{
	ct_session__conclude(given); /* before its workloads leave it */
	return ct_verification__for_each(p, unite, given);
}

int ct_verification__baseline(struct ct_verification *p)
{
	struct ct_session *given = p->s;
	bool started = true;
	int ret = ct_verification__for_each(p, look_at_given, &started);

	if (ret || (started && p->opts->quick))
		return ret;
	if (!started && !p->opts->quiet)
		ct_warn("the recording has not seen the start: captrim records a run of its own "
			"first");
	p->s = NULL;
	ret = ct_verification__record(p);
	if (ret == -ENOEXEC && started && !try_recorded_set(p, given)) {
		ct_session__free(p->s);
		p->s = given;
		return 0;
	}
	if (!ret)
		ret = unite_all(p, given);
	if (ret) {
		ct_session__free(p->s);
		p->s = given;
		return ret;
	}
	ct_tally__add(p->s, given);
	ct_session__free(given);
	return 0;
}
