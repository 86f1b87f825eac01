/* SPDX-License-Identifier: GPL-2.0-only */
/* A store in an SQLite file. */
#ifndef CT_STORE_SQLITE_H
#define CT_STORE_SQLITE_H

#include "store/db.h"

struct sqlite3;

/*
 * write: the file must exist, and may be empty. -EBADMSG: it is not a database, or a broken one.
 * -EACCES, -ENOENT ...: as of open(2).
 */
int ct_sqlite__open(const char *path, bool write, struct ct_db **db, struct ct_err *err);

/* For what only SQLite has. */
struct sqlite3 *ct_sqlite__handle(struct ct_db *db);

/* Sets the message for SQLite's last error, and returns that as a negative errno. */
int ct_sqlite__failed(struct ct_db *db, const char *what, struct ct_err *err);

/* -EBADMSG with what is wrong; thorough: compares indexes with tables, too. */
int ct_sqlite__check(struct ct_db *db, bool thorough, struct ct_err *err);

#endif
