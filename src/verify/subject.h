/* SPDX-License-Identifier: GPL-2.0-only */
/* What is verified: a container, a unit, a plain command. How it is started, asked and removed. */
#ifndef CT_VERIFY_SUBJECT_H
#define CT_VERIFY_SUBJECT_H

#include "base/opt.h"
#include "base/strings.h"
#include "record/recorder.h"
#include "verify/journal.h"

/* One start, filled in by the target. */
struct ct_start {
	struct ct_strings words;  /* the command */
	char *label;		  /* value of CT_RUN_LABEL on its container, NULL: none */
	const char *project;	  /* of Compose, borrowed, or NULL */
	const char *unit;	  /* of systemd, borrowed, or NULL */
	const uint64_t *bounding; /* see ct_recorder_opts */
};

enum ct_life { CT_LIFE_UNKNOWN, CT_LIFE_WAIT, CT_LIFE_UP, CT_LIFE_DEAD };
enum ct_health { CT_HEALTH_NONE, CT_HEALTH_WAIT, CT_HEALTH_GOOD, CT_HEALTH_BAD };

/* What a run finds of earlier ones. */
enum ct_leavings {
	CT_LEAVES_NOTHING,
	CT_LEAVES_VOLUMES, /* those of its set's earlier starts: each set has fresh ones */
	CT_LEAVES_ALL,	   /* or some of it, for good */
};

struct ct_subject {
	/* Called once, when the journal is there; NULL: nothing to do. */
	int (*open)(struct ct_subject *t, struct ct_err *err);
	/* set NULL: with what it was given. fresh: on new volumes, else on those of the last run.
	 */
	int (*start)(struct ct_subject *t, const uint64_t *set, bool fresh, struct ct_start *start,
		     struct ct_err *err);
	/*
	 * Does it run, its client aside? Dead: it has failed, and its client would not tell.
	 * Unknown: who would have to know does not answer now.
	 */
	enum ct_life (*life)(struct ct_subject *t);
	enum ct_health (*health)(struct ct_subject *t);
	/*
	 * NULL, or: how it ended, where its client does not tell all. Returns NULL for well,
	 * else why not; the caller frees. stopped: because it was asked to.
	 */
	char *(*ending)(struct ct_subject *t, bool stopped);
	/* NULL, or: what it wrote last, where that is not its client's output; the caller frees. */
	char *(*last_words)(struct ct_subject *t);
	/* Asks it to end, or, hard, ends it. Does not wait. */
	void (*stop)(struct ct_subject *t, bool hard);
	/* Removes what the run left behind; with volumes, those too. */
	void (*clear)(struct ct_subject *t, bool volumes);
	/* NULL, or: the service keeps this set in all further runs; set NULL: what it was given. */
	void (*settle)(struct ct_subject *t, const uint64_t *set);
	/* Of its service, or of all of it. */
	enum ct_leavings (*leaves)(const struct ct_subject *t);
	void (*free)(struct ct_subject *t);

	enum ct_workload_kind kind;
	bool is_stack;		     /* made by Compose */
	bool is_transient;	     /* a unit that was not there before */
	const char *const *services; /* of a stack, to be proved one after the other */
	size_t nservices;
	const char *service; /* the one that start limits, that life and health ask about */
	const struct ct_strlist *asked; /* borrowed: of the services these only; empty: all */
	bool must_stay;			/* it works only as long as it goes on running */
	bool keep_volumes;		/* named volumes are used as they are */
	bool privileged;		/* given --privileged; a set is tried without that */
	bool detached;			/* it was to run in the background: it ends when asked to */
	struct ct_engine_words engine;	/* that starts it, borrowed */
	const char *name;		/* for checks: the container's name, or NULL */
	const char *unit;		/* its name, or NULL */
	/* For --from, each NULL or may return NULL: not known. */
	const char *(*image)(struct ct_subject *t);
	/* Words joined by spaces; of a container those that follow its entry point. */
	const char *(*command)(struct ct_subject *t);
	char **client;		    /* see ct_journal */
	struct ct_journal *journal; /* borrowed */
};

/* "docker run", "podman run". argv is borrowed. */
int ct_subject__container(char *const *argv, struct ct_subject **t, struct ct_err *err);

/*
 * A service of systemd, started under each set by a drop-in, and put back as it was found.
 * -EINVAL: it cannot be verified; -ENOENT: there is none. name is borrowed.
 */
int ct_subject__unit(const char *name, struct ct_subject **t, struct ct_err *err);

/* "systemd-run". argv is borrowed. */
int ct_subject__transient(char *const *argv, struct ct_subject **t, struct ct_err *err);

/* Any other command. argv is borrowed. */
struct ct_subject *ct_subject__command(char *const *argv);

/* All services of a Compose file (NULL: the default one). Sets once given to a service stay. */
struct ct_subject *ct_subject__compose(const char *file);

/* Why a workload of a recording is not what the target makes; NULL: it is. The caller frees. */
char *ct_subject__difference(struct ct_subject *t, const struct ct_workload *w);

void ct_start__free(struct ct_start *s);

#endif
