/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asks for the state of systemd services, limits them by a drop-in and puts them back; all through
 * systemctl, but for one question that takes busctl. A unit of a user's own systemd is called
 * "user@UID.service/NAME" here.
 */
#ifndef CT_VERIFY_UNITS_H
#define CT_VERIFY_UNITS_H

#include "base/err.h"
#include "base/strings.h"
#include "model/session.h"

/* The properties for ct_unit__property(); the caller frees. NULL: systemd does not answer. */
char *ct_unit__show(const char *unit);

/* The value, up to the end of its line; "" when it is not there. The caller frees. */
char *ct_unit__property(const char *shown, const char *name);

/*
 * Does the unit have commands that no setting limits, because their path begins with "+"? YES: all
 * of ExecStart=. UNKNOWN: some of them, or commands of other settings. NO: none, or this systemd
 * does not tell.
 */
enum ct_tristate ct_unit__is_unlimited(const char *unit);

/* The same from the output of busctl: one line for each property, the one of ExecStart= first. */
enum ct_tristate ct_unit__parse_unlimited(const char *output);

/* The name that systemd uses for it; points into unit. */
const char *ct_unit__plain(const char *unit);

/* What captrim calls the unit `name` of the systemd that `like` belongs to; the caller frees. */
char *ct_unit__full(const char *like, const char *name);

/*
 * Adds "systemctl WORDS -- NAME" for the systemd that the unit belongs to; words ends with NULL.
 * -ENOENT: the unit's user does not exist on this host.
 */
int ct_unit__systemctl(const char *unit, const char *const *words, struct ct_strings *all);

/* Runs "systemctl verb unit", a minute at most. Returns its exit status or a negative errno. */
int ct_unit__do(const char *verb, const char *unit);

/* Ends it, with SIGKILL if it does not end in time, and makes systemd forget that it failed. */
void ct_unit__stop(const char *unit);

/*
 * Adds the names of the running units that would stop with it, itself included. Returns 0, or
 * -EIO if systemd does not tell.
 */
int ct_unit__running(const char *unit, struct ct_strings *names);

/* Is the drop-in there? Then another captrim is verifying the unit. */
bool ct_unit__is_taken(const char *unit);

/*
 * Can its systemd limit it to a set? A user's systemd lacks SETPCAP, without which it cannot drop
 * from the bounding set, unless the unit gets a user namespace of its own.
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
 * From its next start on the unit has this set and no more (NULL: its own), is not restarted when
 * it fails, and its failure does nothing to the host. -EOPNOTSUPP: its systemd can limit it only to
 * the empty set.
 */
int ct_unit__limit(const char *unit, const uint64_t *set, enum ct_unit_limit limit,
		   struct ct_err *err);

/*
 * Stops the unit, removes the drop-in and starts what ran before; running ends with NULL. Returns
 * false if not all of that succeeded.
 */
bool ct_unit__put_back(const char *unit, char *const *running);

#endif
