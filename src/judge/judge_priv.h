/* SPDX-License-Identifier: GPL-2.0-only */
/* The steps of the judge, in the files named here; each works on a case. */
#ifndef CT_JUDGE_JUDGE_PRIV_H
#define CT_JUDGE_JUDGE_PRIV_H

#include "base/util.h"
#include "judge/case.h"

/* Was the check asked of credentials that are certainly not the workload's? */
bool ct_case__kind_is_outsiders(const struct ct_case *c, const struct ct_kind *k);
/* Other credentials, which may be the workload's: whose they are is not known. */
bool ct_case__kind_is_uncertain(const struct ct_kind *k);
/*
 * What may take the place of the capability that was asked for. cap_capable() looks at the
 * effective set: what these credentials did not hold at that moment would not have done instead,
 * be it lowered or dropped. What was never given counts only where they would certainly have held
 * it. Where the check was refused, both were missing, and either may be given.
 */
uint64_t ct_case__held(const struct ct_case *c, const struct ct_kind *k);

/* kinds.c: every kind of check, first; acts.c: everything that is a need without one. */
void ct_case__judge_kinds(struct ct_case *c);
void ct_case__judge_acts(struct ct_case *c);

/* complete.c: the gaps of what is judged. */
unsigned int ct_case__gaps(const struct ct_case *c, const struct ct_session *s);
/* "nobody watched it for 5 s, last until ...", of all its parts; NULL: somebody always did. */
char *ct_unwatched__text(const struct ct_workload *w);

/*
 * targets.c: the cheapest set that meets these n needs, and those that it makes itself: what the
 * kernel asks only because other processes hold more becomes a need as well.
 */
uint64_t ct_case__cheapest(struct ct_case *c, const uint64_t *needs, size_t n);
void ct_case__add_target(struct ct_case *c, const struct ct_act *a);
/* Adds one of an advice that was made earlier; what it holds has moved. */
void ct_case__bring_target(struct ct_case *c, struct ct_target *t);
/* Moves them to the advice, for when it is merged with another one. */
void ct_case__keep_targets(struct ct_case *c, struct ct_advice *a);
/* Does the reason come from a comparison with one of these? */
bool ct_targets__gave(const struct ct_target *targets, size_t n, const struct ct_reason *r);

void ct_advice__free(struct ct_advice *a); /* what it holds */

/* advice.c */
void ct_advice__decide(struct ct_advice *a, const struct ct_session *s, struct ct_case *c,
		       enum ct_mode mode);
void ct_advice__warn(struct ct_advice *a, const struct ct_session *s, const struct ct_case *c);

/* The host's namespace that the workload shares and in which cap acts, as a phrase; NULL: none. */
const char *ct_warn__shared(const struct ct_workload *w, int cap);

#endif
