/* SPDX-License-Identifier: GPL-2.0-only */
#include "drift/drift.h"

#include <string.h>

#include "base/human.h"
#include "model/identity.h"

#define NS_PER_MS 1000000ll

/* ---- what a recommendation is sure of ---- */

/*
 * A need at a call site without a rule is told, since nothing is known that speaks against it. What
 * was noted without its call site tells nothing.
 */
static bool is_sure(const struct ct_reason *r)
{
	return r->verdict == CT_REQUIRED &&
	       (!r->doubtful || (!r->known && strcmp(r->site, "unknown") != 0));
}

/* Was it refused, and did the call fail, if its end was watched? */
static bool is_failure(const struct ct_reason *r)
{
	return is_sure(r) && r->denied && !r->granted &&
	       (!ct_outcome__is_known(&r->outcome) || r->outcome.eperm || r->outcome.eacces);
}

static bool reaches_host(const struct ct_cap_verdict *cv, const struct ct_reason *r)
{
	const struct ct_cap_info *info = ct_cap__info(cv->cap);

	/* By itself it reaches only a namespace: so the workload shares one with the host. */
	return r->scope == CT_SCOPE_HOST ||
	       (cv->scope == CT_SCOPE_HOST && info && info->scope != CT_SCOPE_HOST);
}

struct ct_drift_known ct_drift__known(const struct ct_advice *a)
{
	struct ct_drift_known k = { 0 };

	for (size_t i = 0; a && i < a->ncaps; i++) {
		const struct ct_cap_verdict *cv = &a->caps[i];
		uint64_t bit = 1ull << cv->cap;
		bool failed = false, met = false;

		for (size_t n = 0; n < cv->nreasons && cv->verdict == CT_REQUIRED; n++) {
			const struct ct_reason *r = &cv->reasons[n];

			if (!is_sure(r))
				continue;
			k.needed |= bit;
			k.host |= reaches_host(cv, r) ? bit : 0;
			failed |= is_failure(r);
			met |= r->granted;
		}
		/* If it was granted elsewhere, the workload holds it, and the refusal has another
		 * cause. */
		k.denied |= failed && !met ? bit : 0;
	}
	return k;
}

uint64_t ct_drift__asked(const struct ct_workload *take)
{
	uint64_t set = 0;

	ct_workload__for_each(part, take) {
		for (size_t i = 0; i < part->nkinds; i++)
			set |= 1ull << (part->kinds[i].key.cap % CT_CAP_MAX);
		/* An act may have needed any capability that was held. */
		if (part->nacts)
			return ~0ull;
	}
	return set;
}

/* ---- what is news ---- */

bool ct_drift__is_learning(const struct ct_drift_in *in)
{
	int64_t first = in->learned.first_ms;

	if (!in->opts.learning_ms)
		return false;
	/* It was first seen while the clock was ahead: waiting for that time would mean silence for
	 * long. */
	if (in->now_ms < first)
		return in->learned.watched_ms < in->opts.learning_ms;
	return !first || (uint64_t)(in->now_ms - first) < in->opts.learning_ms;
}

/* The most important of the sure reasons, which stands for the need; NULL: there is none. */
static const struct ct_reason *best_reason(const struct ct_cap_verdict *cv)
{
	for (size_t i = 0; i < cv->nreasons; i++)
		if (is_sure(&cv->reasons[i]))
			return &cv->reasons[i];
	return NULL;
}

/* Is it only another way to meet needs that something else met before? */
static bool replaces(const struct ct_cap_verdict *cv, uint64_t before)
{
	for (size_t i = 0; i < cv->nreasons; i++)
		if (is_sure(&cv->reasons[i]) && !(cv->reasons[i].any_of & before))
			return false;
	return true;
}

static bool is_declared(const struct ct_drift_in *in, const struct ct_cap_verdict *cv)
{
	for (size_t i = 0; i < cv->nreasons; i++)
		if (is_sure(&cv->reasons[i]) && !(cv->reasons[i].any_of & in->declared))
			return false;
	return true;
}

/* Is a finding of this kind about a need? "Held and not needed" is another matter. */
static bool is_need(enum ct_notice_kind kind)
{
	return kind == CT_NOTICE_NEW_NEED || kind == CT_NOTICE_HOST_SCOPE ||
	       kind == CT_NOTICE_DENIED;
}

enum told_state { UNTOLD, OPEN, ACCEPTED };

/* Was a finding of this kind told, and was it accepted? */
static enum told_state standing(const struct ct_drift_in *in, uint64_t bit,
				enum ct_notice_kind kind)
{
	enum told_state s = UNTOLD;

	for (size_t i = 0; i < in->ntold; i++) {
		const struct ct_drift_told *t = &in->told[i];

		/* Whoever accepted that it reaches the host accepted that it is needed. */
		if (!(t->caps & bit) || !is_need(t->kind) ||
		    (kind == CT_NOTICE_NEW_NEED ? t->kind == CT_NOTICE_DENIED : t->kind != kind))
			continue;
		if (t->accepted)
			return ACCEPTED;
		s = OPEN;
	}
	return s;
}

static bool was_told(const struct ct_drift_in *in, const char *id)
{
	for (size_t i = 0; i < in->ntold; i++)
		if (!strcmp(in->told[i].id, id))
			return true;
	return false;
}

/* What kind of event may be told of this capability; -1: none. */
static int kind_of(const struct ct_drift_in *in, const struct ct_drift_known *now,
		   const struct ct_cap_verdict *cv)
{
	uint64_t bit = 1ull << cv->cap;
	bool known = in->before.needed & bit || replaces(cv, in->before.needed);
	bool host = cv->scope == CT_SCOPE_HOST;
	bool wider = known && now->host & bit && !(in->before.host & bit);
	int kind = now->denied & bit ? CT_NOTICE_DENIED :
		   host		     ? CT_NOTICE_HOST_SCOPE :
				       CT_NOTICE_NEW_NEED;

	if (kind == CT_NOTICE_DENIED)
		known = in->before.denied & bit;
	else if (wider || (in->declared_by && !is_declared(in, cv) &&
			   standing(in, bit, (enum ct_notice_kind)kind) == UNTOLD))
		known = false;
	if (!known)
		return kind;
	/* It was told and not accepted: tell it again if the news, maybe of another image, asked
	 * for it. */
	return standing(in, bit, (enum ct_notice_kind)kind) == OPEN && in->asked & bit ? kind : -1;
}

/*
 * While a workload is learned, only what is remarkable from the first moment on is told: that a
 * container reaches the host, what it fails for want of, and what was not declared.
 */
static bool is_silent(const struct ct_drift_in *in, const struct ct_drift_known *now,
		      const struct ct_cap_verdict *cv, int kind)
{
	uint64_t bit = 1ull << cv->cap;

	if (standing(in, bit, (enum ct_notice_kind)kind) == ACCEPTED)
		return true;
	if (kind == CT_NOTICE_DENIED)
		return false;
	if (in->declared_by)
		return is_declared(in, cv);
	if (!ct_drift__is_learning(in))
		return false;
	return !(now->host & bit && in->advice->workload->kind == CT_WL_CONTAINER);
}

/* ---- how it is told ---- */

static char *copy(const char *s)
{
	return s ? ct_xstrdup(s) : NULL;
}

/* "in 26 h 10 min of being watched (2 starts, 1 end, no reload seen)" */
static char *learned_text(const struct ct_notice_learned *l)
{
	ct_autofree char *time = ct_human__duration(l->watched_ms * (uint64_t)NS_PER_MS);
	ct_autofree char *starts = ct_human__count(l->starts, "start", "starts");
	ct_autofree char *ends = ct_human__count(l->ends, "end", "ends");
	ct_autofree char *reloads = ct_human__count(l->reloads, "reload", "reloads");

	return ct_xasprintf("in %s of being watched (%s, %s, %s seen)", time,
			    l->starts ? starts : "no start", l->ends ? ends : "no end",
			    l->reloads ? reloads : "no reload");
}

static char *need_text(const struct ct_drift_in *in, const struct ct_notice *e, int cap,
		       const struct ct_reason *r)
{
	ct_autofree char *learned = learned_text(&in->learned);
	const char *name = ct_cap__name(cap), *label = e->workload.label;
	struct ct_str s = { 0 };

	if (e->kind == CT_NOTICE_DENIED)
		ct_str__addf(&s, "%s needs %s and was refused it", label, name);
	else if (in->declared_by)
		ct_str__addf(&s, "%s needs %s, which %s does not give it", label, name,
			     in->declared_by);
	else if (in->before.needed >> cap & 1 && !(in->before.host >> cap & 1) &&
		 e->kind == CT_NOTICE_HOST_SCOPE)
		ct_str__addf(&s, "%s now uses %s beyond its own namespaces", label, name);
	else if (!in->learned.first_ms || !in->learned.watched_ms)
		ct_str__addf(&s, "%s needs %s", label, name);
	else if (in->before.needed >> cap & 1)
		ct_str__addf(&s, "%s still needs %s, in another image", label, name);
	else
		ct_str__addf(&s, "%s needs %s, which it did not need %s", label, name, learned);
	if (e->scope == CT_SCOPE_HOST)
		ct_str__add(&s, "; it reaches the whole host");
	if (r->text)
		ct_str__addf(&s, ": %s", r->text);
	return s.s;
}

/* Converts a time of the session to the wall clock, but not to one after now; 0: not known. */
static int64_t wall_ms(const struct ct_drift_in *in, uint64_t ns)
{
	const struct ct_host *h = in->session ? &in->session->host : NULL;
	int64_t ms;

	if (!h || !ns || !h->start_ms || ns < h->start_ns)
		return 0;
	ms = h->start_ms + (int64_t)((ns - h->start_ns) / (uint64_t)NS_PER_MS);
	return ms > in->now_ms ? in->now_ms : ms;
}

static struct ct_notice *about(const struct ct_drift_in *in, enum ct_notice_kind kind)
{
	struct ct_notice *e = ct_notice__new(kind, in->host, in->now_ms);

	ct_notice__about(e, in->advice->workload);
	if (in->generation) {
		free(e->generation);
		e->generation = ct_xstrdup(in->generation);
	}
	e->learned = in->learned;
	return e;
}

static void tell_need(const struct ct_drift_in *in, const struct ct_cap_verdict *cv, int kind,
		      struct ct_notices *out)
{
	struct ct_notice *e = about(in, (enum ct_notice_kind)kind);
	const struct ct_reason *r = best_reason(cv);

	e->caps = 1ull << cv->cap;
	e->verdict = CT_REQUIRED;
	e->scope = cv->scope;
	ct_notice__identify(e);
	if (was_told(in, e->id)) {
		ct_notice__free(e);
		return;
	}
	e->reason = (struct ct_notice_reason){ copy(r->site), copy(r->syscall), copy(r->process),
					       copy(r->text) };
	e->count = r->granted + r->denied;
	e->first_ms = wall_ms(in, r->first_ns);
	e->last_ms = wall_ms(in, r->last_ns);
	if (!e->first_ms)
		e->first_ms = in->now_ms;
	if (!e->last_ms)
		e->last_ms = in->now_ms;
	e->text = need_text(in, e, cv->cap, r);
	ct_notices__take(out, e);
}

/*
 * One event for all that it holds and never needed: a default set alone has a dozen. What was told
 * before is not told again; a recommendation in which a need may be missing tells nothing.
 */
static void tell_unused(const struct ct_drift_in *in, struct ct_notices *out)
{
	const struct ct_advice *a = in->advice;
	uint64_t unused = a->removed, limit = in->opts.unused_for_ms;
	ct_autofree char *names = NULL, *learned = NULL;
	struct ct_notice *e;

	if (!limit || a->gaps || in->learned.watched_ms < limit || !in->learned.first_ms ||
	    (uint64_t)(in->now_ms - in->learned.first_ms) < limit)
		return;
	for (size_t i = 0; i < in->ntold; i++)
		if (in->told[i].kind == CT_NOTICE_UNUSED_FOR)
			unused &= ~in->told[i].caps;
	if (!unused)
		return;
	e = about(in, CT_NOTICE_UNUSED_FOR);
	e->caps = unused;
	e->verdict = CT_UNNEEDED;
	e->scope = CT_SCOPE_NONE;
	e->first_ms = in->learned.first_ms;
	e->last_ms = in->now_ms;
	names = ct_caps__join(unused, ", ", "");
	learned = learned_text(&in->learned);
	e->text = ct_xasprintf("%s holds %s and did not need %s %s", e->workload.label, names,
			       ct_caps__count(unused) == 1 ? "it" : "them", learned);
	ct_notice__identify(e);
	ct_notices__take(out, e);
}

void ct_drift__compare(const struct ct_drift_in *in, struct ct_notices *out)
{
	struct ct_drift_known now = ct_drift__known(in->advice);

	for (size_t i = 0; i < in->advice->ncaps; i++) {
		const struct ct_cap_verdict *cv = &in->advice->caps[i];
		int kind;

		if (!(now.needed >> cv->cap & 1))
			continue;
		kind = kind_of(in, &now, cv);
		if (kind >= 0 && !is_silent(in, &now, cv, kind))
			tell_need(in, cv, kind, out);
	}
	tell_unused(in, out);
}
