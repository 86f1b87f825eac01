/* SPDX-License-Identifier: GPL-2.0-only */
/* A proof in progress; nobody's but this directory's. */
#ifndef CT_VERIFY_VERIFY_PRIV_H
#define CT_VERIFY_VERIFY_PRIV_H

#include "verify/evidence.h"
#include "verify/verify.h"

struct ct_runs {
	struct ct_verify_run *items;
	size_t len, cap;
};

/* What was found out about one workload. */
struct ct_proved {
	struct ct_workload *w;
	struct ct_found found;
	struct ct_runs runs;
};

struct ct_verification {
	const struct ct_verify_opts *opts;
	struct ct_subject *subject;
	struct ct_err *err;
	struct ct_session *s; /* the recording */
	bool own;	      /* it is, or has in it, one that we made */
	struct ct_runs recorded;
	bool flaky;	     /* it failed once */
	unsigned int starts; /* of each set of the workload whose turn it is */
	uint64_t longest_ns; /* of the runs that worked, until they did; 0: none yet */
	unsigned int nruns;
	/* Of the workload whose turn it is. */
	struct ct_proved *now;
	struct ct_wants needs, tolerated, refused; /* refused: in the latest runs */
	struct ct_uses unshown; /* what no run since the recording asked for; state stays */
	struct ct_uses denials; /* what the recording was refused */
	struct ct_proved *outcomes;
	size_t noutcomes, outcomes_cap;
};

/* One run, with what it was given (set NULL) or under a set, noted and reported. */
int ct_verification__run_once(struct ct_verification *p, const uint64_t *set, unsigned int boot,
			      struct ct_run *run);
/* A set, started as often as each is. The caller has no more to free than the search. */
int ct_verification__try(struct ct_verification *p, uint64_t set, struct ct_trial *t);
void ct_verification__forget_runs(struct ct_runs *r);
void ct_verification__count_starts(struct ct_verification *p);

/* Calls fn with each service to be proved as the target's, or once, if it has none. */
int ct_verification__for_each(struct ct_verification *p,
			      int (*fn)(struct ct_verification *p, void *arg), void *arg);

/*
 * The one workload of the recording that is what is verified; own: the recording is of our own
 * making. NULL with a message.
 */
struct ct_workload *ct_verification__choose(struct ct_verification *p, struct ct_session *s,
					    bool own);

/* Records it with what it is given. -ENOEXEC: it does not work with that either. */
int ct_verification__record(struct ct_verification *p);

/*
 * Of a recording that was given: runs it once as it is, so that its time and its habits are
 * known, and adds what that showed. p->s is replaced.
 */
int ct_verification__baseline(struct ct_verification *p);

/* The report on the recording, with what was found out of each workload. */
struct ct_report *ct_verification__report(struct ct_verification *p);

/* Was it recorded with --privileged? */
bool ct_verification__is_privileged(const struct ct_verification *p, const struct ct_workload *w);

#endif
