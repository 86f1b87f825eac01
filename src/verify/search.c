/* SPDX-License-Identifier: GPL-2.0-only */
#include "judge/hitting_set.h"
#include "model/caps.h"
#include "verify/search_priv.h"

enum answer { YES, NO, CANNOT, OUT_OF_RUNS };

static void learn(struct state *s, uint64_t set, bool works)
{
	*CT_PUSH(s->facts, s->nfacts, s->facts_cap) = (struct fact){ set, works };
	if (works && ct_caps__count(set) <= ct_caps__count(s->best))
		s->best = set;
}

/* Does the answer follow from other runs? Then the set need not be tried. */
static bool is_known(const struct state *s, uint64_t set, enum answer *a)
{
	for (size_t i = 0; i < s->nfacts; i++) {
		const struct fact *f = &s->facts[i];

		if (f->works ? !(f->set & ~set) : !(set & ~f->set)) {
			*a = f->works ? YES : NO;
			return true;
		}
	}
	return false;
}

/* Does the run itself show why it failed? Else it may have been chance. */
static bool is_explained(const struct state *s, uint64_t set, const struct ct_trial *t)
{
	for (size_t i = 0; i < t->nrefused; i++) {
		const struct ct_want *r = &t->refused[i];

		if (r->verdict == CT_REQUIRED && !r->doubtful && !(r->any_of & set) &&
		    (r->any_of & s->best) && !ct_refusals__have(&s->tolerated, r->any_of))
			return true;
	}
	return false;
}

static int try_once(struct state *s, uint64_t set, struct ct_trial *t)
{
	int ret;

	*t = (struct ct_trial){ .runs = 1 };
	ret = s->q->try(s->q->arg, set, t);
	s->f->runs += t->runs;
	if (ret)
		return ret;
	if (t->ending == CT_WORKS)
		ct_refusals__add(&s->tolerated, t->refused, t->nrefused, CT_OPTIONAL);
	if (t->ending != CT_FAILS)
		return 0;
	s->latest.len = 0;
	ct_refusals__add(&s->latest, t->refused, t->nrefused, CT_UNNEEDED);
	ct_refusals__add(&s->seen, t->refused, t->nrefused, CT_UNNEEDED);
	return 0;
}

/* A failure that nothing explains is tried again, and if the two differ, a third run decides. */
static int repeat(struct state *s, uint64_t set, struct ct_trial *t)
{
	int ret = try_once(s, set, t);

	if (ret || t->ending != CT_WORKS)
		return ret;
	s->f->flaky = true;
	return try_once(s, set, t);
}

/* What this set lacks that is required, but was not asked for in any run since the recording. */
static uint64_t unshown(const struct state *s, uint64_t set)
{
	uint64_t mask = 0;

	for (size_t i = 0; i < s->q->nwants; i++) {
		const struct ct_want *w = &s->q->wants[i];

		if (w->unshown && w->verdict == CT_REQUIRED && !(w->any_of & set))
			mask |= w->any_of;
	}
	return mask;
}

static int attempt(struct state *s, uint64_t set, enum answer *a)
{
	struct ct_trial t;
	int ret;

	if (set & s->unable) {
		*a = CANNOT;
		return 0;
	}
	if (is_known(s, set, a))
		return 0;
	*a = OUT_OF_RUNS;
	if (s->q->max_runs && s->f->runs >= s->q->max_runs)
		return 0;
	ret = try_once(s, set, &t);
	/* It may have been something else: a port or a name that was not free again yet. */
	if (!ret && t.ending == CT_UNABLE && !s->q->quick)
		ret = try_once(s, set, &t);
	if (ret)
		return ret;
	if (t.ending == CT_FAILS && !s->q->quick && (s->f->flaky || !is_explained(s, set, &t)))
		ret = repeat(s, set, &t);
	if (ret)
		return ret;
	/* What the recording had can be granted, so a set of just that fails like any other. */
	if (t.ending == CT_UNABLE && (set & ~s->q->working)) {
		s->unable |= set & ~s->q->working;
		*a = CANNOT;
		return 0;
	}
	*a = t.ending == CT_WORKS ? YES : NO;
	if (*a == YES && unshown(s, set)) {
		s->shaky |= unshown(s, set);
		*a = NO;
	}
	learn(s, set, *a == YES);
	return 0;
}

static uint64_t prefix(const int *list, int n)
{
	uint64_t set = 0;

	while (n-- > 0)
		set |= 1ull << list[n];
	return set;
}

/*
 * The set `fails` does not work, *works does and has many more members. Bisects for the shortest
 * prefix of the suspects with which it works: the last of these is needed. Then looks for the next.
 */
static int halve(struct state *s, uint64_t fails, uint64_t *works)
{
	int list[CT_CAP_MAX], hi;

	while ((hi = ct_guess__by_suspicion(s, *works & ~fails, list)) > FEW) {
		enum answer a = NO;
		int lo = 0, ret;

		while (hi - lo > 1) {
			int mid = lo + (hi - lo) / 2;

			ret = attempt(s, fails | prefix(list, mid), &a);
			if (ret || a == OUT_OF_RUNS)
				return ret;
			*(a == YES ? &hi : &lo) = mid;
		}
		*works = fails | prefix(list, hi);
		fails |= 1ull << list[hi - 1];
		ret = attempt(s, fails, &a);
		if (ret || a == OUT_OF_RUNS)
			return ret;
		if (a == YES)
			*works = fails;
	}
	return 0;
}

/* A set has failed. Is the set to blame at all, or would that of the recording fail, too? */
static int try_claim(struct state *s)
{
	enum answer a = YES;
	int ret = s->q->working_is_claim ? attempt(s, s->q->working, &a) : 0;

	s->f->hopeless = a == NO;
	return ret;
}

static int find_working(struct state *s, uint64_t *works)
{
	uint64_t set = ct_guess__cheapest(s, CT_REQUIRED, true, 0, NULL, CT_REQUIRED), fails = 0;

	*works = s->q->working;
	for (;;) {
		enum answer a;
		uint64_t next;
		int ret = attempt(s, set, &a);

		if (ret || a == OUT_OF_RUNS)
			return ret;
		if (a == YES) {
			*works = set;
			return 0;
		}
		ret = try_claim(s);
		if (ret || s->f->hopeless) {
			*works = ct_guess__cheapest(s, CT_REQUIRED, true, 0, NULL, CT_REQUIRED);
			return ret;
		}
		if (a == CANNOT) {
			next = ct_guess__cheapest(s, CT_REQUIRED, true, set & ~s->unable, &s->seen,
						  CT_OPTIONAL);
		} else {
			fails = set & *works;
			next = ct_guess__widen(s, set);
		}
		if (next == set)
			return halve(s, fails, works);
		set = next;
	}
}

/*
 * What satisfies each of those required needs that bit satisfies and `without` does not, bit
 * included; 0: there are none.
 */
static uint64_t common_to(const struct ct_want *wants, size_t n, uint64_t bit, uint64_t without)
{
	uint64_t common = 0;

	for (size_t i = 0; i < n; i++)
		if (wants[i].verdict == CT_REQUIRED && (wants[i].any_of & bit) &&
		    !(wants[i].any_of & without))
			common = common ? common & wants[i].any_of : wants[i].any_of;
	return common;
}

/*
 * Capabilities of less weight that may replace cap. A refusal that was seen says more about that
 * than a need that was met.
 */
static uint64_t cheaper_than(const struct state *s, int cap, uint64_t without)
{
	uint64_t bit = 1ull << cap, out = 0;
	uint64_t common = common_to(s->seen.items, s->seen.len, bit, without);

	if (!common)
		common = common_to(s->q->wants, s->q->nwants, bit, without);
	ct_caps__for_each(other, common & ~bit & ~s->unable)
		if (ct_hitting_set__weight(other) < ct_hitting_set__weight(cap))
			out |= 1ull << other;
	return out;
}

/* Leaves cap out of *works, or replaces it by a cheaper one, if that works. */
static int leave_out(struct state *s, int cap, uint64_t *works, bool *changed, enum answer *a)
{
	uint64_t without = *works & ~(1ull << cap);
	int ret = attempt(s, without, a);

	*changed = !ret && *a == YES;
	if (*changed)
		*works = without;
	if (ret || *a != NO)
		return ret;
	ct_caps__for_each(other, cheaper_than(s, cap, without)) {
		enum answer b;

		ret = attempt(s, without | 1ull << other, &b);
		if (ret)
			return ret;
		if (b == YES) {
			*works = without | 1ull << other;
			*changed = true;
			break;
		}
	}
	return 0;
}

/* If many members may be superfluous, often all are: leaves them out all at once. */
static int leave_soft_out(struct state *s, uint64_t *works)
{
	uint64_t soft = ct_guess__soft(s, *works);
	enum answer a;
	int ret;

	if (ct_caps__count(soft) < FEW)
		return 0;
	ret = attempt(s, *works & ~soft, &a);
	if (!ret && a == YES)
		*works &= ~soft;
	return ret;
}

static int minimize(struct state *s, uint64_t *works)
{
	uint64_t left;
	int ret = leave_soft_out(s, works);

	s->f->result = CT_MINIMAL;
	for (left = *works; !ret && left;) {
		uint64_t soft = ct_guess__soft(s, left);
		int cap = ct_caps__next(soft ? soft : left, -1);
		bool changed;
		enum answer a;

		left &= ~(1ull << cap);
		if (s->q->trust && !soft) {
			s->f->trusted |= 1ull << cap;
			s->f->result = CT_SUFFICIENT;
			continue;
		}
		ret = leave_out(s, cap, works, &changed, &a);
		if (!ret && a == OUT_OF_RUNS)
			s->f->result = CT_SUFFICIENT;
		/* After a change the others must be proved anew; most answers are known. */
		if (changed)
			left = *works;
	}
	return ret;
}

static int quick(struct state *s)
{
	uint64_t strict = ct_guess__cheapest(s, CT_REQUIRED, false, 0, NULL, CT_REQUIRED);
	uint64_t usual = ct_guess__cheapest(s, CT_REQUIRED, true, 0, NULL, CT_REQUIRED);
	enum answer a;
	int ret = attempt(s, strict, &a);

	if (ret)
		return ret;
	if (a == YES) {
		s->f->set = strict;
		s->f->result = strict ? CT_SUFFICIENT : CT_MINIMAL;
		return 0;
	}
	/* The strict set did work, and so does a larger one. */
	if (s->shaky) {
		s->f->set = ct_guess__cheapest(s, CT_REQUIRED, true, strict, NULL, CT_REQUIRED);
		return 0;
	}
	if (usual == strict)
		usual = ct_guess__never_asked(
			s, ct_guess__cheapest(s, CT_OPTIONAL, true, 0, &s->seen, CT_OPTIONAL));
	s->f->set = usual;
	s->f->result = is_known(s, usual, &a) && a == YES ? CT_SUFFICIENT : CT_FAILED;
	return 0;
}

int ct_search__run(const struct ct_search *q, struct ct_found *f)
{
	struct state s = { .q = q, .f = f, .best = q->working };
	enum answer a;
	int ret;

	*f = (struct ct_found){ .set = q->working, .result = CT_SUFFICIENT };
	if (!q->working_is_claim)
		learn(&s, q->working, true);
	ct_refusals__add(&s.tolerated, q->tolerated, q->ntolerated, CT_OPTIONAL);
	if (q->quick) {
		ret = quick(&s);
	} else {
		ret = find_working(&s, &f->set);
		if (!ret && !f->hopeless)
			ret = minimize(&s, &f->set);
		if (!is_known(&s, f->set, &a) || a != YES)
			f->result = CT_FAILED;
		if (ret) {
			f->set = s.best;
			f->result = CT_SUFFICIENT;
		}
	}
	f->kept = f->set & s.shaky;
	if (f->kept && f->result == CT_MINIMAL)
		f->result = CT_SUFFICIENT;
	free(s.facts);
	free(s.seen.items);
	free(s.latest.items);
	free(s.tolerated.items);
	return ret;
}

const char *ct_result__name(enum ct_result r)
{
	static const char *const names[] = { "minimal", "sufficient", "failed" };

	return names[r];
}
