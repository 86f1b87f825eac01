/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A workload on its way to a recommendation: the needs and the reasons that the steps of the judge
 * find, and what they have to know of it. The steps are in judge_priv.h.
 */
#ifndef CT_JUDGE_CASE_H
#define CT_JUDGE_CASE_H

#include "base/strings.h"
#include "judge/judge.h"
#include "model/whole.h"

/* One need: any of these capabilities satisfies it. */
struct ct_need {
	uint64_t any_of;
	enum ct_verdict verdict;
};

struct ct_case {
	const struct ct_workload *w;
	const struct ct_workload *whole; /* of which w is a part */
	const char *backend;		 /* the attach type that recorded; NULL: unknown */
	struct ct_need *needs;
	size_t nneeds, needs_cap;
	struct ct_target *targets;
	size_t ntargets, targets_cap;
	struct ct_reason *reasons; /* of all capabilities; cap_of[i] tells whose */
	int *cap_of;
	size_t nreasons, reasons_cap, cap_of_len, cap_of_cap;
	uint32_t *slots;		   /* hash table of reasons: index + 1, 0 empty */
	size_t nslots;			   /* a power of two */
	struct ct_ranges now;		   /* recordings that have what is being judged */
	struct ct_ranges seen[CT_CAP_MAX]; /* those with a need that the capability would meet */
	size_t seen_in[CT_CAP_MAX];	   /* how many those are */
	uint64_t granted_caps;		   /* granted at least once, to anybody inside */
	uint64_t granted[CT_CAP_MAX], denied[CT_CAP_MAX];
	uint64_t host_caps; /* needed where the initial user namespace is asked */
	uint64_t checks, unknown_sites, doubtful;
	const struct ct_settled *settled; /* NULL: the set is worked out */
	const struct ct_rules *rules;	  /* to judge by; NULL: all */
	uint32_t kernel;		  /* on which c->w ran, as ct_kernel__version; 0: unknown */
	struct ct_whole is;		  /* what c->w says as a whole */
	const struct ct_act *asker; /* the first process that asked for its own sets; or NULL */
	uint64_t told;		    /* what such processes were told that they hold */
	struct ct_strings filtered; /* calls that seccomp refused, and for want of what */
	bool sees_acts;		    /* none of c->w is missing, as far as they were watched */
	bool failed;		    /* the entry point ended with an error */
	bool left_out;		    /* containers that it started were not recorded */
	bool ran;		    /* more was seen than the runtime's set-up */
};

/* A reason at the end of the case's list, for the caller to fill in further. */
struct ct_reason *ct_case__reason(struct ct_case *c, int cap, enum ct_verdict v, uint64_t any_of);
/* Finds the reason that says the same, or adds this one; strings are copied. */
struct ct_reason *ct_case__say(struct ct_case *c, int cap, const struct ct_reason *like);
void ct_case__need(struct ct_case *c, uint64_t any_of, enum ct_verdict v);

/* Notes what is judged next: something that the part has in these recordings. */
void ct_case__see(struct ct_case *c, const struct ct_ranges *in);

/* May a program go by which capabilities it has, and have fewer with this set? */
bool ct_case__may_go_by_its_set(const struct ct_case *c, uint64_t set);

/* Did this part's main process end with an error of its own? */
bool ct_case__has_failed(const struct ct_workload *part);

void ct_target__free(struct ct_target *t); /* frees what it holds */

/* Frees what it holds, but not the strings of its reasons, which have moved to the advice. */
void ct_case__free(struct ct_case *c);

#endif
