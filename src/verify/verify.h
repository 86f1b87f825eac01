/* SPDX-License-Identifier: GPL-2.0-only */
/* Proves a set of capabilities: runs the workload again under it and under smaller ones. */
#ifndef CT_VERIFY_VERIFY_H
#define CT_VERIFY_VERIFY_H

#include "base/opt.h"
#include "verify/trial.h"

struct ct_verify_opts {
	struct ct_works works;
	unsigned int runs_per_set; /* each on what the one before left; 0: two if there are fresh
				    * volumes, else one */
	unsigned int max_runs;	   /* 0: no limit */
	bool trust, quick;	   /* see struct ct_search */
	bool keep;		   /* fresh volumes stay, but for those of a stack */
	bool keep_volumes;
	bool quiet, verbose;
	const char *backend, *socket;
	struct ct_strlist services; /* of a stack; empty: all of them */
};

/*
 * Records the workload, in addition to *s if that is a recording of it already, and proves its set.
 * *s becomes the recording, which the caller frees even after an error, and *r the report on it
 * with the results; free the report first. Returns 0, -EINTR if the user aborted, or a negative
 * errno with a message.
 */
int ct_verify(const struct ct_verify_opts *opts, struct ct_subject *t, struct ct_session **s,
	      struct ct_report **r, struct ct_err *err);

/* Set by the signal handler that is in effect between two runs: the user wants to abort. */
extern volatile int ct_verify_interrupted;

#endif
