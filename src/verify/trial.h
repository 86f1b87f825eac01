/* SPDX-License-Identifier: GPL-2.0-only */
/* One run of the workload, recorded, and whether it worked. */
#ifndef CT_VERIFY_TRIAL_H
#define CT_VERIFY_TRIAL_H

#include "verify/search.h"
#include "verify/subject.h"

/* What "works" means. If no condition is set: exit status zero. */
struct ct_works {
	const char *check; /* a shell command that must succeed, tried until it does */
	bool health;	   /* the container's health check must succeed */
	uint64_t stay_ns;  /* it must run for this long */
	uint64_t limit_ns; /* for the whole run; 0: none */
};

struct ct_run_opts {
	struct ct_works works;
	const uint64_t *set; /* NULL: as configured */
	bool fresh;	     /* on new volumes */
	bool may_be_killed;  /* in the recording it did not end when asked to, either */
	const char *backend, *socket;
	bool verbose;		 /* its output is shown */
	struct ct_probe **spare; /* from one run to the next, see ct_recorder_opts */
};

struct ct_run {
	enum ct_ending ending;
	char *why;		      /* reason for the ending: "exit status 1: its last words" */
	struct ct_session *session;   /* NULL: nothing was recorded */
	struct ct_workload *workload; /* of the session, NULL: none was seen */
	uint64_t ns, worked_ns;	      /* in total; until it was known to work */
	bool timed_out;		      /* it fails because it took too long */
};

/*
 * Returns 0, -EINTR if the user aborted, or a negative errno with a message if nothing could be
 * found out. Afterwards the container is gone, but its volumes are not.
 */
int ct_run__do(struct ct_subject *t, const struct ct_run_opts *opts, struct ct_run *run,
	       struct ct_err *err);

/* Is w the workload under test: of the subject's kind, and of its unit or service if it has one? */
bool ct_subject__is(const struct ct_subject *t, const struct ct_workload *w);

/* Was it ended by SIGKILL, and so not by itself? */
bool ct_run__was_killed(const struct ct_workload *w);

void ct_run__free(struct ct_run *run);

#endif
