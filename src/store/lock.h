/* SPDX-License-Identifier: GPL-2.0-only */
/* One daemon for a store: a file beside it that is locked as long as the daemon lives. */
#ifndef CT_STORE_LOCK_H
#define CT_STORE_LOCK_H

#include "base/err.h"

/* *fd is to be closed at the end. -EBUSY with the other one's pid. */
int ct_store_lock__take(const char *path, int *fd, struct ct_err *err);

/* Makes an empty file that its group may read, unless it is there. */
int ct_store_lock__make_file(const char *path, struct ct_err *err);

/* Does a daemon hold it? */
bool ct_store_lock__is_held(const char *path);

#endif
