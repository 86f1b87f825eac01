/* SPDX-License-Identifier: GPL-2.0-only */
/* What the search knows, and its guesses from that; nobody's but its own. */
#ifndef CT_VERIFY_SEARCH_PRIV_H
#define CT_VERIFY_SEARCH_PRIV_H

#include "base/util.h"
#include "verify/search.h"

#define FEW 3 /* up to this many members are tried singly; more are bisected */

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
	struct wants latest;	/* refused in the latest of these */
	struct wants tolerated; /* refused in runs that worked, and not without effect */
	uint64_t unable;	/* cannot be granted */
	uint64_t best;		/* smallest set known to work */
	uint64_t shaky;		/* worked without these, which an unshown need asks for */
};

static inline bool ct_refusals__have(const struct wants *l, uint64_t any_of)
{
	for (size_t i = 0; i < l->len; i++)
		if (l->items[i].any_of == any_of)
			return true;
	return false;
}

/* Adds those of at least this verdict; of what was refused in several ways the gravest counts. */
void ct_refusals__add(struct wants *l, const struct ct_want *wants, size_t n,
		      enum ct_verdict least);

/*
 * The cheapest set for the recording's needs from a verdict on, soft ones included or not, and
 * for those refusals (or NULL) that count from another on; without what cannot be granted.
 */
uint64_t ct_guess__cheapest(const struct state *s, enum ct_verdict least, bool soft, uint64_t have,
			    const struct wants *refused, enum ct_verdict from);

/* That, and what met refusals of the latest run that the recording was never asked for. */
uint64_t ct_guess__never_asked(const struct state *s, uint64_t have);

/* A larger set than one that failed; the same: nothing is left to try but the search. */
uint64_t ct_guess__widen(const struct state *s, uint64_t set);

/* Sorts the capabilities of a set into list, the likeliest first. Returns their number. */
int ct_guess__by_suspicion(const struct state *s, uint64_t set, int *list);

/* The members that no certain need explains. */
uint64_t ct_guess__soft(const struct state *s, uint64_t set);

#endif
