/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What verify has to remove when it is done, written down before it is made: the next start of
 * captrim removes what a killed one left. One file a run of captrim, locked while that lives.
 */
#ifndef CT_VERIFY_JOURNAL_H
#define CT_VERIFY_JOURNAL_H

#include "base/err.h"
#include "base/strings.h"

#define CT_VERIFY_LABEL "captrim.verify"

struct ct_journal {
	char *token;		 /* nobody else's */
	char *label;		 /* "KEY=VALUE" on everything made */
	char *project;		 /* of Compose, when that makes it; else NULL */
	char *path, *stack_path; /* this file; where a Compose file may be written */
	int fd;
	char **client;		   /* words of the container client, NULL: none; borrowed */
	char *cgroup;		   /* of a plain command, or NULL */
	char *unit;		   /* of systemd, stopped and limited during the proof, or NULL */
	struct ct_strings running; /* it and what depends on it, to be started again */
};

/*
 * client is borrowed, NULL-terminated; stack: Compose makes the containers. Removes what
 * others left first.
 */
int ct_journal__open(struct ct_journal *s, char **client, bool stack, struct ct_err *err);

/* Notes the command's cgroup; NULL: it is gone. */
int ct_journal__cgroup(struct ct_journal *s, const char *dir, struct ct_err *err);

/* Notes the unit, and what runs now of it and of what depends on it. */
int ct_journal__unit(struct ct_journal *s, const char *unit, struct ct_err *err);

/*
 * Removes containers that carry the label, with anonymous volumes; and named ones, and
 * networks, if asked. False: that could not be done.
 */
bool ct_journal__remove_containers(const struct ct_journal *s, bool volumes);

/* Stops those that still run; needs client and label alone. False: that could not be done. */
bool ct_journal__stop_containers(const struct ct_journal *s);

/* Everything is removed, with keep, only what we wrote ourselves; units are put back. */
void ct_journal__close(struct ct_journal *s, bool keep);

#endif
