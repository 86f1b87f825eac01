/* SPDX-License-Identifier: GPL-2.0-only */
/* Services of systemd: asked about, limited by a drop-in, put back. All through systemctl. */
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

/* Runs "systemctl verb unit", a minute at most. Returns its exit status or a negative errno. */
int ct_unit__do(const char *verb, const char *unit);

/* Ends it, with SIGKILL if it does not end in time, and makes systemd forget that it failed. */
void ct_unit__stop(const char *unit);

/* Adds the names of those that stop with it and run now, itself included. */
void ct_unit__running(const char *unit, struct ct_strings *names);

/* The drop-in is there: another captrim is at it. */
bool ct_unit__is_taken(const char *unit);

/* The drop-in's text, NULL without memory; set NULL: the unit's own. The caller frees. */
char *ct_unit__drop_in(const uint64_t *set, bool ambient);

/*
 * From its next start on it has this set, and no more (NULL: its own), is not started again
 * when it fails, and its failure does nothing to the host. ambient: it is given it as
 * ambient set, too.
 */
int ct_unit__limit(const char *unit, const uint64_t *set, bool ambient, struct ct_err *err);

/* Stops it, takes the drop-in away, starts what ran. False: that could not be done. */
bool ct_unit__put_back(const char *unit, char *const *running);

#endif
