/* SPDX-License-Identifier: GPL-2.0-only */
/* Removing what is old, in a file and on a server. */
#ifndef CT_STORE_RETAIN_H
#define CT_STORE_RETAIN_H

#include "store/db.h"

/* Within a transaction: all that was last seen before that time, of one host or of all (""). */
int ct_retain__before(struct ct_db *db, int64_t before_ms, const char *host, struct ct_err *err);

#endif
