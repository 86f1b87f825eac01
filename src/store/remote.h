/* SPDX-License-Identifier: GPL-2.0-only */
/* A store in PostgreSQL. Without libpq whatever can fail here is -ENOSYS, with the cure. */
#ifndef CT_STORE_REMOTE_H
#define CT_STORE_REMOTE_H

#include "store/db.h"

/*
 * Connects, and waits for 10 seconds unless the URL says otherwise. -EINVAL: the URL cannot be
 * understood; -EACCES: not allowed; -ENOENT: there is no such database; -EAGAIN: try again;
 * -ENOTCONN: the server is not there.
 */
int ct_remote__open(const char *url, struct ct_db **db, struct ct_err *err);

/* Can the URL be understood? -EINVAL with what is wrong. */
int ct_remote__check_url(const char *url, struct ct_err *err);

/* The URL without its password, printable. The caller frees. */
char *ct_remote__shown(const char *url);

/*
 * Sends a statement that gives no rows, without waiting for the answer. ct_remote__flush() waits
 * for the answers to all of them; no other statement may be run before that. sql must live as long
 * as the connection. After a failure of either function the connection cannot be used any more.
 */
int ct_remote__queue(struct ct_db *db, const char *sql, const struct ct_value *values, size_t n,
		     struct ct_err *err);
int ct_remote__flush(struct ct_db *db, struct ct_err *err);

#endif
