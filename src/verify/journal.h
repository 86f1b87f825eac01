/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What verify has to remove when it is done, written down before it is made, so that the next
 * "captrim verify" can remove what a killed one left. One file for each of them, locked while that
 * lives.
 */
#ifndef CT_VERIFY_JOURNAL_H
#define CT_VERIFY_JOURNAL_H

#include "base/err.h"
#include "base/strings.h"

#define CT_VERIFY_LABEL "captrim.verify"

struct ct_journal {
	char *token;		 /* unique to this run of captrim */
	char *label;		 /* "KEY=VALUE" on everything made */
	char *project;		 /* Compose's, if it makes the containers; else NULL */
	char *path, *stack_path; /* the journal's file; where a Compose file may be written */
	int fd;
	char **client;		   /* words of the container client, NULL: none; borrowed */
	char *cgroup;		   /* of a plain command, or NULL */
	char *unit;		   /* systemd's, stopped and limited during the proof, or NULL */
	struct ct_strings running; /* the unit and its dependents, to be started again */
};

/*
 * client is borrowed, NULL-terminated; stack: Compose makes the containers. First removes what
 * killed runs left behind.
 */
int ct_journal__open(struct ct_journal *s, char **client, bool stack, struct ct_err *err);

/* Notes the command's cgroup; NULL: it is gone. */
int ct_journal__cgroup(struct ct_journal *s, const char *dir, struct ct_err *err);

/* Notes the unit, and which units run at the moment: itself and those that depend on it. */
int ct_journal__unit(struct ct_journal *s, const char *unit, struct ct_err *err);

/*
 * Removes the containers that carry the label, with their anonymous volumes; if volumes is true,
 * also named volumes and networks. Returns false if not everything could be removed.
 */
bool ct_journal__remove_containers(const struct ct_journal *s, bool volumes);

/* Stops those that still run; needs only client and label. Returns false if that failed. */
bool ct_journal__stop_containers(const struct ct_journal *s);

/* Removes everything and puts the unit back; with keep, leaves containers, volumes and networks. */
void ct_journal__close(struct ct_journal *s, bool keep);

#endif
