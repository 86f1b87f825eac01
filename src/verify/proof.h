/* SPDX-License-Identifier: GPL-2.0-only */
/* A proof in progress; nobody's but this directory's. */
#ifndef CT_VERIFY_PROOF_H
#define CT_VERIFY_PROOF_H

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

struct ct_proof {
	const struct ct_verify_opts *opts;
	struct ct_target *t;
	struct ct_err *err;
	struct ct_session *s; /* the recording */
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

/* The report on the recording, with what was found out of each workload. */
struct ct_report *ct_proof__report(struct ct_proof *p);

/* Was it recorded with --privileged? */
bool ct_proof__is_privileged(const struct ct_proof *p, const struct ct_workload *w);

#endif
