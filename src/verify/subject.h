/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The workload to verify (a container, a stack, a unit or a plain command): how to start it, ask
 * for its state and remove it.
 */
#ifndef CT_VERIFY_SUBJECT_H
#define CT_VERIFY_SUBJECT_H

#include "base/opt.h"
#include "base/strings.h"
#include "record/recorder.h"
#include "verify/journal.h"

/* Describes one start; filled in by the subject. */
struct ct_start {
	struct ct_strings words;  /* the command */
	char *label;		  /* value of CT_RUN_LABEL on its container, NULL: none */
	const char *project;	  /* of Compose, borrowed, or NULL */
	const char *unit;	  /* of systemd, borrowed, or NULL */
	const uint64_t *bounding; /* see ct_recorder_opts */
};

enum ct_life { CT_LIFE_UNKNOWN, CT_LIFE_WAIT, CT_LIFE_UP, CT_LIFE_DEAD };
enum ct_health { CT_HEALTH_NONE, CT_HEALTH_WAIT, CT_HEALTH_GOOD, CT_HEALTH_BAD };

/* What a run finds of the state that earlier runs left. */
enum ct_leavings {
	CT_LEAVES_NOTHING,
	CT_LEAVES_VOLUMES, /* those of earlier starts under its set: each set gets fresh ones */
	CT_LEAVES_ALL,	   /* state outlasts the sets, at least some of it */
};

struct ct_subject {
	/* Called once, after the journal was opened; NULL: nothing to do. */
	int (*open)(struct ct_subject *t, struct ct_err *err);
	/* set NULL: as configured. fresh: on new volumes, else on those of the last run. */
	int (*start)(struct ct_subject *t, const uint64_t *set, bool fresh, struct ct_start *start,
		     struct ct_err *err);
	/*
	 * Does it run, whatever its client does? DEAD: it has failed in a way that its client
	 * does not report. UNKNOWN: the engine or systemd does not answer at the moment.
	 */
	enum ct_life (*life)(struct ct_subject *t);
	enum ct_health (*health)(struct ct_subject *t);
	/*
	 * May be NULL. How it ended, where its client does not tell everything: NULL if it ended
	 * well, else the reason, which the caller frees. stopped: it was asked to end.
	 */
	char *(*ending)(struct ct_subject *t, bool stopped);
	/* May be NULL. What it wrote last, if its client does not print it; the caller frees. */
	char *(*last_words)(struct ct_subject *t);
	/* Asks it to end, or kills it if hard is true. Does not wait. */
	void (*stop)(struct ct_subject *t, bool hard);
	/* Removes what the run left behind; volumes only if volumes is true. */
	void (*clear)(struct ct_subject *t, bool volumes);
	/* May be NULL. Gives the service this set in all further runs; set NULL: as configured. */
	void (*settle)(struct ct_subject *t, const uint64_t *set);
	/* What its service leaves, or all of it if service is NULL. */
	enum ct_leavings (*leaves)(const struct ct_subject *t);
	void (*free)(struct ct_subject *t);

	enum ct_workload_kind kind;
	bool is_stack;		     /* made by Compose */
	bool is_transient;	     /* a unit that systemd-run makes for each run */
	const char *const *services; /* of a stack, to be proved one after the other */
	size_t nservices;
	const char *service; /* the one that is being proved: start limits it; NULL: none */
	/* Borrowed: prove only these services, which life and health ask about; empty: all. */
	const struct ct_strlist *asked;
	bool must_stay;		       /* it works only as long as it keeps running */
	bool keep_volumes;	       /* named volumes are used as they are */
	bool privileged;	       /* started with --privileged, which runs under a set omit */
	bool detached;		       /* meant to run in the background: it ends when asked to */
	struct ct_engine_words engine; /* the engine that starts it, borrowed */
	const char *name;	       /* for checks: the container's name, or NULL */
	const char *unit;	       /* the unit's name, or NULL */
	/* For --from. Each may be NULL, or return NULL: not known. */
	const char *(*image)(struct ct_subject *t);
	/* The command's words joined by spaces; for a container those after its entry point. */
	const char *(*command)(struct ct_subject *t);
	char **client;		    /* see ct_journal */
	struct ct_journal *journal; /* borrowed */
};

/* "docker run", "podman run". argv is borrowed. */
int ct_subject__container(char *const *argv, struct ct_subject **t, struct ct_err *err);

/*
 * A systemd service, which a drop-in limits to each set, and which is put back as it was found.
 * -EINVAL: it cannot be verified; -ENOENT: there is none. name is borrowed.
 */
int ct_subject__unit(const char *name, struct ct_subject **t, struct ct_err *err);

/* "systemd-run". argv is borrowed. */
int ct_subject__transient(char *const *argv, struct ct_subject **t, struct ct_err *err);

/* Any other command. argv is borrowed. */
struct ct_subject *ct_subject__command(char *const *argv);

/*
 * All services of a Compose file (NULL: the default one). A service keeps the set that it was given
 * last.
 */
struct ct_subject *ct_subject__compose(const char *file);

/* Why a recorded workload is not the one that the subject starts; NULL: it is. The caller frees. */
char *ct_subject__difference(struct ct_subject *t, const struct ct_workload *w);

void ct_start__free(struct ct_start *s);

#endif
