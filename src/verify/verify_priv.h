/* SPDX-License-Identifier: GPL-2.0-only */
/* A proof in progress; private to this directory. */
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
	bool own;	      /* it is, or includes, one that captrim made */
	struct ct_runs recorded;
	bool flaky;	     /* recording it failed once */
	unsigned int starts; /* under each set, for the workload that is being proved */
	uint64_t longest_ns; /* that a run took until it was known to work; 0: none did yet */
	unsigned int nruns;
	struct ct_probe *spare;
	/* Of the workload that is being proved. */
	struct ct_proved *now;
	struct ct_wants needs, tolerated, refused; /* refused: in the latest runs */
	struct ct_uses unshown; /* not asked for since the recording; only where state stays */
	struct ct_uses denials; /* what the recording was refused */
	struct ct_proved *outcomes;
	size_t noutcomes, outcomes_cap;
};

/* Does one run, as configured (set NULL) or under a set, then notes and reports it. */
int ct_verification__run_once(struct ct_verification *p, const uint64_t *set, unsigned int boot,
			      struct ct_run *run);
/*
 * Tries a set with p->starts starts, fewer if one does not work. *t borrows from p until the next
 * try; the caller frees nothing.
 */
int ct_verification__try(struct ct_verification *p, uint64_t set, struct ct_trial *t);
void ct_verification__forget_runs(struct ct_runs *r);
void ct_verification__count_starts(struct ct_verification *p);

/*
 * Calls fn for each service to be proved, with subject->service set to it; once with NULL if the
 * subject has no services.
 */
int ct_verification__for_each(struct ct_verification *p,
			      int (*fn)(struct ct_verification *p, void *arg), void *arg);

/*
 * Returns the one workload of the recording that is being verified, or NULL with a message. own:
 * captrim made the recording itself.
 */
struct ct_workload *ct_verification__choose(struct ct_verification *p, struct ct_session *s,
					    bool own);

/* Records the workload as configured. -ENOEXEC: it does not work even then. */
int ct_verification__record(struct ct_verification *p);

/*
 * For a recording that was given: records the workload again as configured, so that its run time
 * and its habits are known, and adds what that showed. p->s is replaced.
 */
int ct_verification__baseline(struct ct_verification *p);

/* Returns the report on the recording with the results for each workload; the caller frees. */
struct ct_report *ct_verification__report(struct ct_verification *p);

/* Was it given --privileged, here or in the recording? */
bool ct_verification__is_privileged(const struct ct_verification *p, const struct ct_workload *w);

#endif
