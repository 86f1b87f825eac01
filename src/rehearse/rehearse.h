/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A rehearsal: a running workload is refused every capability outside of a set, in place and
 * through the BPF LSM, until the time is over or something goes wrong. With log_only, nothing is
 * refused, and what would have been is counted.
 */
#ifndef CT_REHEARSE_REHEARSE_H
#define CT_REHEARSE_REHEARSE_H

#include "judge/judge.h"
#include "kern/refuse.h"
#include "rehearse/confined.h"

struct ct_rehearse_opts {
	struct ct_confined_name confined;
	uint64_t keep;	   /* what the workload keeps */
	bool log_only;	   /* refuse nothing */
	uint64_t for_ns;   /* 0: until a signal */
	const char *check; /* shell command that fails when something is wrong, or NULL */
	uint64_t every_ns; /* between two checks */
	const char *socket, *backend; /* as for a recording */
	bool quiet;
};

enum ct_rehearse_end {
	CT_REHEARSE_PASSED,  /* the time is over */
	CT_REHEARSE_STOPPED, /* by a signal */
	CT_REHEARSE_TROUBLE,
};

/* The result; ct_rehearsal__free() frees all of it. */
struct ct_rehearsal {
	uint64_t keep;
	bool log_only;
	struct ct_confined confined;
	struct ct_session *session; /* what was refused, or would have been */
	struct ct_report *report;   /* of that session */
	enum ct_rehearse_end end;
	const char *trouble_code;	       /* "check-failed", "process-ended", "cgroup-empty",
						* "container-stopped", "unhealthy"; NULL: none */
	char *trouble;			       /* for people */
	uint64_t start_ns, end_ns;	       /* of the refusing, CLOCK_MONOTONIC */
	const char *check;		       /* borrowed from the options */
	unsigned int checks;		       /* that were passed */
	struct ct_refused refused[CT_CAP_MAX]; /* unless log_only: the kernel's own counts */
	uint64_t lapsed;		       /* let through while captrim was stopped */
};

/*
 * Returns when the rehearsal is over: 0 however it ended, or a negative errno with a message if it
 * could not begin or was aborted by a second signal (-EINTR); then nothing is refused any more, and
 * *r is untouched.
 */
int ct_rehearse(const struct ct_rehearse_opts *opts, struct ct_rehearsal *r, struct ct_err *err);
void ct_rehearsal__free(struct ct_rehearsal *r);

/* What a refusal did or would do. */
enum ct_effect {
	CT_EFFECT_NONE,	     /* to the kernel it makes no difference */
	CT_EFFECT_TOLERATED, /* programs usually carry on */
	CT_EFFECT_FAILS,     /* the call fails or does less */
	CT_EFFECT_UNTRIED,   /* the kernel checks nothing: dropping breaks it, refusing cannot */
};
enum ct_effect ct_rehearsal__effect(const struct ct_rehearsal *r, const struct ct_reason *reason);
const char *ct_effect__name(enum ct_effect e); /* "none", "tolerated", "fails", "untried" */

/* In show.c. json: "captrim.rehearsal/1". */
int ct_rehearsal__print(const struct ct_rehearsal *r, bool json, const char *path,
			struct ct_err *err);

#endif
