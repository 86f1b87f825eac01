/* SPDX-License-Identifier: GPL-2.0-only */
/* A rehearsal in progress; private to this directory. */
#ifndef CT_REHEARSE_STAGE_H
#define CT_REHEARSE_STAGE_H

#include "record/recorder.h"
#include "rehearse/rehearse.h"

struct ct_stage {
	const struct ct_rehearse_opts *opts;
	struct ct_recorder *recorder;
	struct ct_engine *engine;   /* NULL: no API answers */
	struct ct_refuser *refuser; /* NULL: log_only, or lifted for good */
	struct ct_rehearsal r;	    /* the result so far */
	struct ct_child check;	    /* pid 0: none runs */
	struct ct_loop *loop;	    /* the recorder's */
	struct ct_source *on_process, *on_cgroup, *engine_events;
	int process_fd, cgroup_fd;
	uint64_t next_check_ns, deadline_ns;
	uint64_t told; /* capabilities whose first refusal was reported */
};

/* Runs the check once and waits for its end. -ECANCELED with a message if it fails. */
int ct_signs__check_now(struct ct_stage *s, struct ct_err *err);

/* Puts everything that may be a sign of trouble into the recorder's loop. */
int ct_signs__watch(struct ct_stage *s, struct ct_err *err);

/* Ends a check that still runs, and closes what was watched. */
void ct_signs__close(struct ct_stage *s);

#endif
