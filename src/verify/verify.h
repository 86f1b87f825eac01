/* SPDX-License-Identifier: GPL-2.0-only */
/* A set is proved: the workload runs again under it, and under smaller ones. */
#ifndef CT_VERIFY_VERIFY_H
#define CT_VERIFY_VERIFY_H

#include "base/opt.h"
#include "verify/trial.h"

struct ct_verify_opts {
	struct ct_works works;
	unsigned int runs_per_set; /* one after the other, on what the last one left; 0: as many as
				    * the volumes ask for */
	unsigned int max_runs;	   /* 0: no limit */
	bool trust, quick;	   /* see struct ct_search */
	bool keep;		   /* nothing is removed */
	bool keep_volumes;
	bool quiet, verbose;
	const char *backend, *socket;
	struct ct_strlist services; /* of a stack; none: all of them */
};

/*
 * Records the workload, beside *s, if that is a recording of it already, and proves its set. *s
 * becomes the recording, which the caller frees in any case, *r the report on it with what was
 * found out; free the report first. Returns 0, -EINTR when the user wanted out, or a negative errno
 * with a message.
 */
int ct_verify(const struct ct_verify_opts *opts, struct ct_subject *t, struct ct_session **s,
	      struct ct_report **r, struct ct_err *err);

/* Set by a signal handler between two runs: the user wants out. */
extern volatile int ct_verify_interrupted;

#endif
