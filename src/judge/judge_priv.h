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
 * The capabilities that might have done in place of the one that was asked for. cap_capable() looks
 * at the effective set: what these credentials did not hold at that moment, because it was lowered
 * or dropped, would not have done. What was never given counts only where they would certainly have
 * held it. Where the check was refused, both were missing, and either may be given.
 */
uint64_t ct_case__held(const struct ct_case *c, const struct ct_kind *k);

/*
 * kinds.c: judges every kind of check, first; acts.c: judges everything that is a need without one.
 */
void ct_case__judge_kinds(struct ct_case *c);
void ct_case__judge_acts(struct ct_case *c);

/* complete.c: the gaps of what is judged. */
unsigned int ct_case__gaps(const struct ct_case *c, const struct ct_session *s);
/* "nobody watched it for 5 s, last until ...", of all its parts; NULL: somebody always did. */
char *ct_unwatched__text(const struct ct_workload *w);

/*
 * targets.c: the cheapest set that meets these n needs and those that it causes itself: what the
 * kernel asks only because other processes hold more becomes a need as well.
 */
uint64_t ct_case__cheapest(struct ct_case *c, const uint64_t *needs, size_t n);
void ct_case__add_target(struct ct_case *c, const struct ct_act *a);
/*
 * Adds a target, such as one of a recommendation made earlier; what is left in it stays the
 * caller's to free.
 */
void ct_case__bring_target(struct ct_case *c, struct ct_target *t);
/* Moves the targets to the advice, for when it is merged with another one. */
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
