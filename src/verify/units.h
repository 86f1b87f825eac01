/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Services of systemd: asked about, limited by a drop-in, put back. All through systemctl. A unit
 * of a user's own systemd is called "user@UID.service/NAME" here.
 */
#ifndef CT_VERIFY_UNITS_H
#define CT_VERIFY_UNITS_H

#include "base/err.h"
#include "base/strings.h"
#include "model/session.h"

/* What systemd says of it, for ct_unit__property; the caller frees. NULL: it does not answer. */
char *ct_unit__show(const char *unit);

/* The value, up to the end of its line; "" when it is not there. The caller frees. */
char *ct_unit__property(const char *shown, const char *name);

/*
 * Is there a command that no setting limits, because its path begins with "+"? YES: all of
 * ExecStart= are such, UNKNOWN: some are, or others than ExecStart='s, NO: none is, or this systemd
 * does not say.
 */
enum ct_tristate ct_unit__is_unlimited(const char *unit);

/* The same from what busctl prints, a line for each of the properties, ExecStart='s first. */
enum ct_tristate ct_unit__parse_unlimited(const char *output);

/* What systemd calls it: a part of the name. */
const char *ct_unit__plain(const char *unit);

/* What a unit of that name of the same systemd is called here; the caller frees. */
char *ct_unit__full(const char *like, const char *name);

/*
 * Adds "systemctl WORDS -- NAME" for the systemd that it is of, words end with NULL. -ENOENT: its
 * user is not known here.
 */
int ct_unit__systemctl(const char *unit, const char *const *words, struct ct_strings *all);

/* Runs "systemctl verb unit", a minute at most. Returns its exit status or a negative errno. */
int ct_unit__do(const char *verb, const char *unit);

/* Ends it, with SIGKILL if it does not end in time, and makes systemd forget that it failed. */
void ct_unit__stop(const char *unit);

/* Adds the names of those that stop with it and run now, itself included. */
void ct_unit__running(const char *unit, struct ct_strings *names);

/* The drop-in is there: another captrim is at it. */
bool ct_unit__is_taken(const char *unit);

/*
 * Can its systemd limit it to a set? A user's has no SETPCAP to drop from the bounding set with,
 * unless the unit gets a user namespace of its own.
 */
bool ct_unit__takes_sets(const char *unit, const char *shown);

enum ct_unit_limit {
	CT_UNIT_BOUNDING,
	CT_UNIT_AMBIENT,     /* given as its ambient set, too */
	CT_UNIT_ALL_OR_NONE, /* see ct_unit__takes_sets() */
};

/* The drop-in's text; set NULL: the unit's own. The caller frees. */
char *ct_unit__drop_in(const uint64_t *set, enum ct_unit_limit limit);

/*
 * From its next start on it has this set, and no more (NULL: its own), is not started again
 * when it fails, and its failure does nothing to the host. -EOPNOTSUPP: its systemd cannot give
 * it a set that is not empty.
 */
int ct_unit__limit(const char *unit, const uint64_t *set, enum ct_unit_limit limit,
		   struct ct_err *err);

/* Stops it, takes the drop-in away, starts what ran. False: that could not be done. */
bool ct_unit__put_back(const char *unit, char *const *running);

#endif
