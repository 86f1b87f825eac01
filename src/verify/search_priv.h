/* SPDX-License-Identifier: GPL-2.0-only */
/* What the search knows, and its guesses from that; private to it. */
#ifndef CT_VERIFY_SEARCH_PRIV_H
#define CT_VERIFY_SEARCH_PRIV_H

#include "base/util.h"
#include "verify/search.h"

#define FEW 3 /* up to this many members are tried singly; more are bisected */

struct fact {
	uint64_t set;
	bool works;
};

struct state {
	const struct ct_search *q;
	struct ct_found *f;
	struct fact *facts;
	size_t nfacts, facts_cap;
	struct ct_wants seen;	   /* refused in runs that failed */
	struct ct_wants latest;	   /* refused in the latest of these */
	struct ct_wants tolerated; /* refused in runs that worked, and not without effect */
	uint64_t unable;	   /* members that cannot be granted */
	uint64_t best;		   /* smallest set known to work */
	uint64_t shaky; /* a set without these worked, but an unshown need asks for them */
};

static inline bool ct_refusals__have(const struct ct_wants *l, uint64_t any_of)
{
	for (size_t i = 0; i < l->len; i++)
		if (l->items[i].any_of == any_of)
			return true;
	return false;
}

/* Adds those of at least this verdict; of several refusals of the same need the gravest is kept. */
void ct_refusals__add(struct ct_wants *l, const struct ct_want *wants, size_t n,
		      enum ct_verdict least);

/*
 * The cheapest set that meets the recording's needs of at least the verdict `least` (soft ones only
 * if soft is true) and the refusals (may be NULL) of at least the verdict `from`. It leaves out
 * what cannot be granted; the members in `have` cost nothing.
 */
uint64_t ct_guess__cheapest(const struct state *s, enum ct_verdict least, bool soft, uint64_t have,
			    const struct ct_wants *refused, enum ct_verdict from);

/*
 * The cheapest set for the required needs and for refusals of the latest run that concern what the
 * recording was never asked for.
 */
uint64_t ct_guess__never_asked(const struct state *s, uint64_t have);

/* A larger set than this one, which failed. If it returns the same set, only bisecting is left. */
uint64_t ct_guess__widen(const struct state *s, uint64_t set);

/*
 * Sorts the capabilities of a set into list, the most likely to be needed first. Returns their
 * number.
 */
int ct_guess__by_suspicion(const struct state *s, uint64_t set, int *list);

/* The members that no certain need explains. */
uint64_t ct_guess__soft(const struct state *s, uint64_t set);

#endif
