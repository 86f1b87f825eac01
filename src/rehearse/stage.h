/* SPDX-License-Identifier: GPL-2.0-only */
/* A rehearsal in progress; nobody's but this directory's. */
#ifndef CT_REHEARSE_STAGE_H
#define CT_REHEARSE_STAGE_H

#include "record/recorder.h"
#include "rehearse/rehearse.h"

struct ct_stage {
	const struct ct_rehearse_opts *opts;
	struct ct_recorder *recorder;
	struct ct_engine *engine;   /* NULL: no API answers */
	struct ct_refuser *refuser; /* NULL: log_only, or lifted for good */
	struct ct_rehearsal r;	    /* the result as it comes about */
	struct ct_child check;	    /* pid 0: none runs */
	struct ct_loop *loop;	    /* the recorder's */
	struct ct_source *on_process, *on_cgroup, *on_docker;
	int process_fd, cgroup_fd;
	uint64_t next_check_ns, deadline_ns;
	uint64_t told; /* capabilities whose first refusal was reported */
};

/* One check to its end. -ECANCELED with a message when it fails. */
int ct_signs__check_now(struct ct_stage *s, struct ct_err *err);

/* Puts everything that may be a sign of trouble into the recorder's loop. */
int ct_signs__watch(struct ct_stage *s, struct ct_err *err);

/* Ends a check that still runs, closes what was watched. */
void ct_signs__close(struct ct_stage *s);

#endif
