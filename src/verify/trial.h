/* SPDX-License-Identifier: GPL-2.0-only */
/* One run of the workload, recorded, and whether it worked. */
#ifndef CT_VERIFY_TRIAL_H
#define CT_VERIFY_TRIAL_H

#include "verify/search.h"
#include "verify/subject.h"

/* What "works" means. Nothing asked for: exit status zero. */
struct ct_works {
	const char *check; /* a shell command that must succeed, tried until it does */
	bool health;	   /* the container's health check must succeed */
	uint64_t stay_ns;  /* it must run so long */
	uint64_t limit_ns; /* for the whole run; 0: none */
};

struct ct_run_opts {
	struct ct_works works;
	const uint64_t *set; /* NULL: with what it was given */
	bool fresh;	     /* on new volumes */
	bool may_be_killed;  /* it did not end when asked to in the recording either */
	const char *backend, *socket;
	bool verbose; /* its output is shown */
};

struct ct_run {
	enum ct_ending ending;
	char *why;		      /* of the ending: "exit status 1: its last words" */
	struct ct_session *session;   /* NULL: nothing was recorded */
	struct ct_workload *workload; /* of the session, NULL: none was seen */
	uint64_t ns, worked_ns;	      /* of it all; until it was known to work */
	bool timed_out;		      /* it fails because it took too long */
};

/*
 * Returns 0, -EINTR when the user wants out, or a negative errno with a message when nothing
 * could be found out. The container is gone afterwards, its volumes are not.
 */
int ct_run__do(struct ct_subject *t, const struct ct_run_opts *opts, struct ct_run *run,
	       struct ct_err *err);

/* Is it what is tried: the service, or, without one, of the right kind? */
bool ct_subject__is(const struct ct_subject *t, const struct ct_workload *w);

/* It did not end by itself. */
bool ct_run__was_killed(const struct ct_workload *w);

void ct_run__free(struct ct_run *run);

#endif
