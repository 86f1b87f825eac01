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

/* Another process held no more than the caller, so that nothing was asked (targets.c). */
struct ct_target {
	const struct ct_workload *w; /* whose recording it is in */
	const struct ct_act *act;
	const struct ct_comparison *comparison;
};

/* A workload on its way to an advice. */
struct ct_case {
	const struct ct_workload *w;
	const struct ct_workload *whole; /* of which w is a part */
	const char *backend;		 /* that recorded; NULL: unknown */
	struct ct_need *needs;
	size_t nneeds, needs_cap;
	struct ct_target *targets;
	size_t ntargets, targets_cap;
	struct ct_reason *reasons; /* of all capabilities; cap_of[i] tells whose */
	int *cap_of;
	size_t nreasons, reasons_cap, cap_of_len, cap_of_cap;
	uint32_t *slots;	    /* hash table of reasons: index + 1, 0 empty */
	size_t nslots;		    /* a power of two */
	uint64_t needed_now;	    /* what would meet a need of the recording in hand */
	size_t seen_in[CT_CAP_MAX]; /* recordings with such a need */
	size_t recordings;	    /* that are done */
	uint64_t granted_caps;	    /* granted at least once, to anybody inside */
	uint64_t granted[CT_CAP_MAX], denied[CT_CAP_MAX];
	uint64_t host_caps; /* needed where the initial user namespace is asked */
	uint64_t checks, unknown_sites, doubtful;
	const struct ct_settled *settled; /* NULL: the set is worked out */
	uint32_t kernel;		  /* on which c->w ran, as ct_kernel__version; 0: unknown */
	uint8_t base_level;		  /* of the workload's own user namespace */
	bool base_known;		  /* for certain, and not only the lowest that was seen */
	uint64_t given;			  /* all that any way into c->w brought along */
	bool mounts_no_overlay;		  /* seen from its start, and none of its mounts was one */
	bool leaves_sets_alone;		  /* no process of it changed its own sets */
	bool acts_watched;		  /* capset, prctl and their like */
	bool lossy;			  /* kinds of checks may be missing */
	bool failed;			  /* the entry point ended with an error */
	bool left_out;			  /* containers that it started were not recorded */
	bool ran;			  /* more was seen than the runtime's set-up */
};

/* A reason at the end of the case's list, for the caller to fill in further. */
struct ct_reason *ct_case__reason(struct ct_case *c, int cap, enum ct_verdict v, uint64_t any_of);
/* Finds the reason that says the same, or adds this one; strings are copied. */
struct ct_reason *ct_case__say(struct ct_case *c, int cap, const struct ct_reason *like);
void ct_case__need(struct ct_case *c, uint64_t any_of, enum ct_verdict v);

/* Did its main process end with an error of its own? */
bool ct_workload__has_failed(const struct ct_workload *w);

/* Was the check asked of credentials that are certainly not the workload's? */
bool ct_kind__is_foreign(const struct ct_case *c, const struct ct_kind *k);
/*
 * By a process that came from outside and executed nothing, and held more than the workload was
 * ever given? Then it does not descend from the workload.
 */
bool ct_act__is_outsiders(const struct ct_case *c, const struct ct_act *a);
/* Other credentials, which may be the workload's: whose they are is not known. */
bool ct_kind__is_borrowed(const struct ct_kind *k);
/*
 * What may take the place of the capability that was asked for. cap_capable() looks at the
 * effective set: what these credentials did not hold at that moment would not have done instead,
 * be it lowered or dropped. What was never given counts only where they would certainly have held
 * it. Where the check was refused, both were missing, and either may be given.
 */
uint64_t ct_kind__held(const struct ct_case *c, const struct ct_kind *k);
/* What these need to know of the case's workload, once for each. */
void ct_case__know_credentials(struct ct_case *c);

/* kinds.c: every kind of check, first; acts.c: everything that is a need without one. */
void ct_case__judge_kinds(struct ct_case *c);
void ct_case__judge_acts(struct ct_case *c);

/* complete.c: the gaps of what is judged, and of two advices of the same workload together. */
unsigned int ct_case__gaps(const struct ct_case *c, const struct ct_losses *l);
unsigned int ct_gaps__merged(unsigned int a, unsigned int b);

/*
 * targets.c: the cheapest set that meets these n needs, and those that it makes itself: what the
 * kernel asks only because other processes hold more becomes a need as well.
 */
uint64_t ct_case__cover(struct ct_case *c, const uint64_t *needs, size_t n);
void ct_case__add_target(struct ct_case *c, const struct ct_act *a);

void ct_advice__free(struct ct_advice *a); /* what it holds */

/* advice.c */
void ct_advice__decide(struct ct_advice *a, const struct ct_session *s, struct ct_case *c,
		       enum ct_mode mode);
void ct_advice__warn(struct ct_advice *a, const struct ct_session *s, const struct ct_case *c);

/* The required set where an engine knows every name and grants whatever is asked for. */
uint64_t ct_case__required_anywhere(const struct ct_case *c);

/* The host's namespace that the workload shares and in which cap acts, as a phrase; NULL: none. */
const char *ct_warn__shared(const struct ct_workload *w, int cap);

#endif
