/* SPDX-License-Identifier: GPL-2.0-only */
/* Lets only one daemon write a store: a file beside it is locked as long as the daemon lives. */
#ifndef CT_STORE_LOCK_H
#define CT_STORE_LOCK_H

#include "base/err.h"

/*
 * The caller closes *fd at the end. -EBUSY: another daemon has the lock; the message has its pid.
 */
int ct_store_lock__take(const char *path, int *fd, struct ct_err *err);

/* Makes an empty file that its group may read, unless the file exists. */
int ct_store_lock__make_file(const char *path, struct ct_err *err);

/* Does a daemon hold it? */
bool ct_store_lock__is_held(const char *path);

#endif
