/* SPDX-License-Identifier: GPL-2.0-only */
/* Units of a user's own systemd, which are called "user@UID.service/UNIT". */
#ifndef CT_RUNTIME_USER_UNIT_H
#define CT_RUNTIME_USER_UNIT_H

#include <sys/types.h>

#include "base/err.h"
#include "base/strings.h"

/*
 * What a unit of that user, a name or a number, is called here; ".service" is added where the unit
 * has no suffix. The caller frees *id. -ENOENT: there is no such user.
 */
int ct_user_unit__name(const char *user, const char *unit, char **id, struct ct_err *err);

/* Adds the words that a command begins with to be that user's. -ENOENT: there is no such user. */
int ct_user_unit__as(const char *id, struct ct_strings *words);

/* What the unit is called in that systemd: a part of the id. */
const char *ct_user_unit__plain(const char *id);

/* Whose it is. */
uid_t ct_user_unit__uid(const char *id);

/* Adds the words of "systemctl --user VERB -- UNIT" as that user. -ENOENT: there is no such user.
 */
int ct_user_unit__systemctl(const char *id, const char *verb, struct ct_strings *words);

#endif
