/* SPDX-License-Identifier: GPL-2.0-only */
/* Units of a user's own systemd, which are called "user@UID.service/UNIT". */
#ifndef CT_RUNTIME_USER_UNIT_H
#define CT_RUNTIME_USER_UNIT_H

#include <sys/types.h>

#include "base/err.h"
#include "base/strings.h"

/*
 * Sets *id to what captrim calls a unit of that user, who is given by name or number; ".service" is
 * added to a unit without a suffix. The caller frees *id. -ENOENT: there is no such user.
 */
int ct_user_unit__name(const char *user, const char *unit, char **id, struct ct_err *err);

/* Adds the words that run a command as that user. -ENOENT: there is no such user. */
int ct_user_unit__as(const char *id, struct ct_strings *words);

/* What that user's systemd calls the unit: a part of the id. */
const char *ct_user_unit__plain(const char *id);

/* The uid of that user. */
uid_t ct_user_unit__uid(const char *id);

/* Adds the words of "systemctl --user VERB -- UNIT" as that user. -ENOENT: there is no such user.
 */
int ct_user_unit__systemctl(const char *id, const char *verb, struct ct_strings *words);

#endif
