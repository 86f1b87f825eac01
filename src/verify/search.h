/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The search for a minimal set. It has no side effects: all it does is ask "does it work with this
 * set?" and conclude. It assumes that what works with a set works with a larger one, too.
 */
#ifndef CT_VERIFY_SEARCH_H
#define CT_VERIFY_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "judge/judge.h"

/* One need: any member of any_of satisfies it. */
struct ct_want {
	uint64_t any_of;
	enum ct_verdict verdict;
	bool doubtful;
	/*
	 * No run since the recording has asked for it. That a run works without it then proves
	 * nothing, since what the recording left on disk may have made the difference.
	 */
	bool unshown;
	bool fresh; /* refused, but not refused in the same way in the recording */
};

struct ct_wants {
	struct ct_want *items;
	size_t len, cap;
};

enum ct_ending {
	CT_WORKS,
	CT_FAILS,
	CT_UNABLE, /* it could not be started with this set: the daemon cannot grant it */
};

/* The result of trying one set. */
struct ct_trial {
	enum ct_ending ending;
	unsigned int runs; /* how many it took */
	/*
	 * What was refused, whatever the rules make of it. Owned by the try function, which frees
	 * it when it is called again.
	 */
	const struct ct_want *refused;
	size_t nrefused;
};

/* Fills in *t. A return value other than 0 ends the search, which returns it. */
typedef int (*ct_try_fn)(void *arg, uint64_t set, struct ct_trial *t);

struct ct_search {
	const struct ct_want *wants; /* of the recording; unshown may change with every run */
	size_t nwants;
	const struct ct_want *tolerated; /* all that was refused in the recording, which worked */
	size_t ntolerated;
	uint64_t working;      /* the set of the recording */
	bool working_is_claim; /* the recording had more than capabilities (--privileged) */
	uint64_t asked;	       /* what the recording was granted, for whatever reason */
	bool trust;	       /* members that a certain need explains are not tried */
	bool quick;	       /* one run only */
	unsigned int max_runs; /* 0: no limit. When reached, the best set so far is taken */
	ct_try_fn try;
	void *arg;
};

enum ct_result { CT_MINIMAL, CT_SUFFICIENT, CT_FAILED };

struct ct_found {
	uint64_t set;
	enum ct_result result;
	uint64_t trusted;  /* members that were not tried */
	uint64_t kept;	   /* members that an unshown need keeps */
	unsigned int runs; /* beyond the recording */
	bool flaky;	   /* the same set worked once and failed once */
	bool hopeless;	   /* the claim is wrong: not even the set of the recording works */
};

/*
 * Returns 0 or what the try function returned, in which case *f holds the best set so far. The
 * result CT_FAILED (quick, hopeless) means that the set was not seen to work.
 */
int ct_search__run(const struct ct_search *q, struct ct_found *f);

const char *ct_result__name(enum ct_result r);

#endif
