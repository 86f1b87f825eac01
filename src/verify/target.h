/* SPDX-License-Identifier: GPL-2.0-only */
/* What is verified: a container, a plain command. How it is started, asked and removed. */
#ifndef CT_VERIFY_TARGET_H
#define CT_VERIFY_TARGET_H

#include "record/recorder.h"
#include "verify/state.h"
#include "verify/words.h"

/* One start, filled in by the target. */
struct ct_start {
	struct ct_words words;	  /* the command */
	char *label;		  /* value of CT_RUN_LABEL on its container, NULL: none */
	const uint64_t *bounding; /* see ct_recorder_opts */
};

enum ct_health { CT_HEALTH_NONE, CT_HEALTH_WAIT, CT_HEALTH_GOOD, CT_HEALTH_BAD };

struct ct_target {
	/* set NULL: with what it was given. fresh: on new volumes, else on those of the last run.
	 */
	int (*start)(struct ct_target *t, const uint64_t *set, bool fresh, struct ct_start *start,
		     struct ct_err *err);
	/* Does it run, its client aside? */
	bool (*is_up)(struct ct_target *t);
	enum ct_health (*health)(struct ct_target *t);
	/* Asks it to end, or, hard, ends it. Does not wait. */
	void (*stop)(struct ct_target *t, bool hard);
	/* Removes what the run left behind; with volumes, those too. */
	void (*clear)(struct ct_target *t, bool volumes);
	void (*free)(struct ct_target *t);

	bool is_container;
	bool keep_volumes;	/* named volumes are used as they are */
	bool detached;		/* it was to run in the background: it ends when told so */
	const char *socket;	/* of the API, borrowed, or NULL */
	const char *name;	/* for checks: the container's name, or NULL */
	char **client;		/* see ct_state */
	struct ct_state *state; /* borrowed */
};

/* "docker run", "podman run". argv is borrowed. */
int ct_target__container(char *const *argv, struct ct_target **t, struct ct_err *err);

/* Any other command. argv is borrowed. */
struct ct_target *ct_target__command(char *const *argv);

void ct_start__free(struct ct_start *s);

#endif
