/* SPDX-License-Identifier: GPL-2.0-only */
/* Units of a user's own systemd, which are called "user@UID.service/UNIT". */
#ifndef CT_RUNTIME_USER_UNIT_H
#define CT_RUNTIME_USER_UNIT_H

#include "base/err.h"
#include "base/strings.h"

/*
 * What a unit of that user, a name or a number, is called here; ".service" is added where the unit
 * has no suffix. The caller frees *id. -ENOENT: there is no such user.
 */
int ct_user_unit__name(const char *user, const char *unit, char **id, struct ct_err *err);

/* Adds the words of "systemctl --user VERB -- UNIT" as that user. -ENOENT: there is no such user.
 */
int ct_user_unit__systemctl(const char *id, const char *verb, struct ct_strings *words);

#endif
