/* SPDX-License-Identifier: GPL-2.0-only */
#include "verify/search.h"

#include "base/util.h"
#include "judge/cover.h"
#include "model/caps.h"

#define FEW 3 /* so many members are tried one by one, more by halving */

/*
 * What these refuse is often done on the way, by programs that do not look whether it was
 * done: kill, unlink, chmod, copying of attributes, messages to the audit log.
 */
#define SHRUGGED_OFF                                                                        \
	(CT_CAP(DAC_OVERRIDE) | CT_CAP(DAC_READ_SEARCH) | CT_CAP(FOWNER) | CT_CAP(FSETID) | \
	 CT_CAP(KILL) | CT_CAP(SETFCAP) | CT_CAP(AUDIT_WRITE))

struct fact {
	uint64_t set;
	bool works;
};

struct wants {
	struct ct_want *items;
	size_t len, cap;
};

struct state {
	const struct ct_search *q;
	struct ct_found *f;
	struct fact *facts;
	size_t nfacts, facts_cap;
	struct wants seen;	/* refused in runs that failed */
	struct wants tolerated; /* refused in runs that worked */
	uint64_t unable;	/* cannot be granted */
	uint64_t best;		/* smallest set known to work */
	uint64_t shaky;		/* worked without these, which an unshown need asks for */
};

enum answer { YES, NO, CANNOT, OUT_OF_RUNS };

static bool contains(const struct wants *l, uint64_t any_of)
{
	for (size_t i = 0; i < l->len; i++)
		if (l->items[i].any_of == any_of)
			return true;
	return false;
}

static void remember(struct wants *l, const struct ct_want *wants, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!contains(l, wants[i].any_of))
			*CT_PUSH(l->items, l->len, l->cap) = wants[i];
}

static void learn(struct state *s, uint64_t set, bool works)
{
	*CT_PUSH(s->facts, s->nfacts, s->facts_cap) = (struct fact){ set, works };
	if (works && ct_caps__count(set) <= ct_caps__count(s->best))
		s->best = set;
}

/* What follows from other runs need not be run. */
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
		    (r->any_of & s->best) && !contains(&s->tolerated, r->any_of))
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
	if (t->outcome == CT_WORKS)
		remember(&s->tolerated, t->refused, t->nrefused);
	else if (t->outcome == CT_FAILS)
		remember(&s->seen, t->refused, t->nrefused);
	return 0;
}

/* A failure that nothing explains is tried again, and when the two differ, the third decides. */
static int repeat(struct state *s, uint64_t set, struct ct_trial *t)
{
	int ret = try_once(s, set, t);

	if (ret || t->outcome != CT_WORKS)
		return ret;
	s->f->flaky = true;
	return try_once(s, set, t);
}

/* What needs that no run has shown again ask for beside this set. */
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
	if (ret)
		return ret;
	if (t.outcome == CT_FAILS && !s->q->quick && (s->f->flaky || !is_explained(s, set, &t)))
		ret = repeat(s, set, &t);
	if (ret)
		return ret;
	/* What the recording had can be granted: there it is a failure like others. */
	if (t.outcome == CT_UNABLE && (set & ~s->q->working)) {
		s->unable |= set & ~s->q->working;
		*a = CANNOT;
		return 0;
	}
	*a = t.outcome == CT_WORKS ? YES : NO;
	if (*a == YES && unshown(s, set)) {
		s->shaky |= unshown(s, set);
		*a = NO;
	}
	learn(s, set, *a == YES);
	return 0;
}

static bool is_soft(const struct ct_want *w)
{
	return w->doubtful || !(w->any_of & ~SHRUGGED_OFF);
}

/*
 * The cheapest set for the recording's needs from a verdict on, soft ones included or not, and
 * for more; without what cannot be granted.
 */
static uint64_t cover(const struct state *s, enum ct_verdict least, bool soft, uint64_t have,
		      const struct wants *more)
{
	size_t n = 0, nmore = more ? more->len : 0;
	ct_autofree uint64_t *sets = ct_xzalloc((s->q->nwants + nmore + 1) * sizeof(*sets));

	for (size_t i = 0; i < s->q->nwants; i++) {
		const struct ct_want *w = &s->q->wants[i];

		if (w->verdict >= least && (soft || !is_soft(w)) && (w->any_of & ~s->unable))
			sets[n++] = w->any_of & ~s->unable;
	}
	/* Only the recording's own capabilities help: with those it worked. */
	for (size_t i = 0; i < nmore; i++)
		if (more->items[i].any_of & s->q->working)
			sets[n++] = more->items[i].any_of & s->q->working;
	return ct_cover(sets, n, have, s->q->asked);
}

/* A larger set, guided by what the failed runs were refused; the same set: nothing is left to try.
 */
static uint64_t widen(const struct state *s, uint64_t set)
{
	struct wants optional = {};
	uint64_t next;

	for (size_t i = 0; i < s->q->nwants; i++) {
		const struct ct_want *w = &s->q->wants[i];

		for (size_t k = 0; w->verdict == CT_OPTIONAL && k < s->seen.len; k++)
			if (w->any_of & s->seen.items[k].any_of) {
				*CT_PUSH(optional.items, optional.len, optional.cap) = *w;
				break;
			}
	}
	next = cover(s, CT_REQUIRED, true, set, &optional);
	free(optional.items);
	if (next == set)
		next = cover(s, CT_REQUIRED, true, set, &s->seen);
	if (next == set)
		next = cover(s, CT_OPTIONAL, true, set, &s->seen);
	if (next == set && ct_caps__count(s->q->asked & s->q->working & ~set) <= FEW)
		next = set | (s->q->asked & s->q->working);
	return next;
}

/* Sorts the capabilities of a set into list, the likeliest first. Returns their number. */
static int by_suspicion(const struct state *s, uint64_t set, int *list)
{
	uint64_t refused = 0, left = set;
	int n = 0;

	for (size_t i = 0; i < s->seen.len; i++)
		refused |= s->seen.items[i].any_of;
	for (int round = 0; round < 3; round++) {
		uint64_t now = round == 0 ? refused : round == 1 ? s->q->asked : ~0ull;

		ct_caps__for_each(cap, left & now)
			list[n++] = cap;
		left &= ~now;
	}
	return n;
}

static uint64_t prefix(const int *list, int n)
{
	uint64_t set = 0;

	while (n-- > 0)
		set |= 1ull << list[n];
	return set;
}

/*
 * fails does not work, *works does and has many more members: the shortest row of suspects
 * with which it works ends with one that it needs, then the next is looked for.
 */
static int halve(struct state *s, uint64_t fails, uint64_t *works)
{
	int list[CT_CAP_MAX], hi;

	while ((hi = by_suspicion(s, *works & ~fails, list)) > FEW) {
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

/* A set has failed: is a set to blame at all? */
static int try_claim(struct state *s)
{
	enum answer a = YES;
	int ret = s->q->working_is_claim ? attempt(s, s->q->working, &a) : 0;

	s->f->hopeless = a == NO;
	return ret;
}

static int find_working(struct state *s, uint64_t *works)
{
	uint64_t set = cover(s, CT_REQUIRED, true, 0, NULL), fails = 0;

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
			*works = cover(s, CT_REQUIRED, true, 0, NULL);
			return ret;
		}
		if (a == CANNOT) {
			next = cover(s, CT_REQUIRED, true, set & ~s->unable, &s->seen);
		} else {
			fails = set & *works;
			next = widen(s, set);
		}
		if (next == set)
			return halve(s, fails, works);
		set = next;
	}
}

/* The members that no certain need explains. */
static uint64_t soft_members(const struct state *s, uint64_t set)
{
	return set & ~cover(s, CT_REQUIRED, false, 0, NULL);
}

/* What could take cap's place in each of these needs; 0: none is about cap. */
static uint64_t common_to(const struct ct_want *wants, size_t n, uint64_t bit, uint64_t without)
{
	uint64_t common = 0;

	for (size_t i = 0; i < n; i++)
		if (wants[i].verdict == CT_REQUIRED && (wants[i].any_of & bit) &&
		    !(wants[i].any_of & without))
			common = common ? common & wants[i].any_of : wants[i].any_of;
	return common;
}

/* A refusal that was seen says more than a need that was met. */
static uint64_t cheaper_than(const struct state *s, int cap, uint64_t without)
{
	uint64_t bit = 1ull << cap, out = 0;
	uint64_t common = common_to(s->seen.items, s->seen.len, bit, without);

	if (!common)
		common = common_to(s->q->wants, s->q->nwants, bit, without);
	ct_caps__for_each(other, common & ~bit & ~s->unable)
		if (ct_cap__weight(other) < ct_cap__weight(cap))
			out |= 1ull << other;
	return out;
}

/* Leaves cap out of *works, or puts a cheaper one in its place, if it works so. */
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

/* Many that may be superfluous often all are. */
static int leave_soft_out(struct state *s, uint64_t *works)
{
	uint64_t soft = soft_members(s, *works);
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
		uint64_t soft = soft_members(s, left);
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
		/* After an exchange the others are to be proved anew; most of it is known. */
		if (changed)
			left = *works;
	}
	return ret;
}

static int quick(struct state *s)
{
	uint64_t strict = cover(s, CT_REQUIRED, false, 0, NULL);
	uint64_t usual = cover(s, CT_REQUIRED, true, 0, NULL);
	enum answer a;
	int ret = attempt(s, strict, &a);

	if (ret)
		return ret;
	if (a == YES) {
		s->f->set = strict;
		s->f->result = strict ? CT_SUFFICIENT : CT_MINIMAL;
		return 0;
	}
	/* It did work, and so does more. */
	if (s->shaky) {
		s->f->set = usual;
		return 0;
	}
	if (usual == strict)
		usual = cover(s, CT_OPTIONAL, true, 0, &s->seen);
	s->f->set = usual;
	s->f->result = !(s->q->working & ~usual) ? CT_SUFFICIENT : CT_FAILED;
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
	remember(&s.tolerated, q->tolerated, q->ntolerated);
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
	free(s.tolerated.items);
	return ret;
}

const char *ct_result__name(enum ct_result r)
{
	static const char *const names[] = { "minimal", "sufficient", "failed" };

	return names[r];
}
