/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CT_JUDGE_JUDGE_PRIV_H
#define CT_JUDGE_JUDGE_PRIV_H

#include "base/util.h"
#include "judge/judge.h"

/* One need: any of these capabilities satisfies it. */
struct ct_need {
	uint64_t any_of;
	enum ct_verdict verdict;
};

/* A workload on its way to an advice. */
struct ct_case {
	const struct ct_workload *w;
	struct ct_need *needs;
	size_t nneeds, needs_cap;
	struct ct_reason *reasons; /* of all capabilities; cap_of[i] tells whose */
	int *cap_of;
	size_t nreasons, reasons_cap, cap_of_len, cap_of_cap;
	uint64_t granted_caps; /* granted at least once, to anybody inside */
	uint64_t granted[CT_CAP_MAX], denied[CT_CAP_MAX];
	uint64_t checks, unknown_sites, doubtful;
	bool failed; /* the entry point ended with an error */
};

/* A reason at the end of the case's list, for the caller to fill in further. */
struct ct_reason *ct_case__reason(struct ct_case *c, int cap, enum ct_verdict v, uint64_t any_of);
void ct_case__need(struct ct_case *c, uint64_t any_of, enum ct_verdict v);

/* kinds.c: every kind of check; acts.c: everything that is a need without one. */
void ct_case__judge_kinds(struct ct_case *c);
void ct_case__judge_acts(struct ct_case *c);

/* advice.c */
void ct_advice__decide(struct ct_advice *a, const struct ct_session *s, struct ct_case *c,
		       enum ct_mode mode);
void ct_advice__warn(struct ct_advice *a, const struct ct_session *s, const struct ct_case *c);

#endif
