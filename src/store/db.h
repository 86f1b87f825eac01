/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SQL for SQLite and PostgreSQL alike: one text for both, with parameters $1, $2 ... and never a
 * value in it. Where they differ, the text has a word that schema.c replaces, or calls a function
 * that sqlite.c gives to SQLite (greatest, least).
 */
#ifndef CT_STORE_DB_H
#define CT_STORE_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct ct_db;

enum ct_value_type { CT_VALUE_INT, CT_VALUE_TEXT, CT_VALUE_BLOB };
struct ct_value {
	enum ct_value_type type;
	int64_t n;
	const void *data; /* borrowed during the call */
	size_t len;
};
#define CT_INT(v)     ((struct ct_value){ .type = CT_VALUE_INT, .n = (int64_t)(v) })
#define CT_TEXT(s)    ct_value__text(s)
#define CT_BLOB(p, l) ((struct ct_value){ .type = CT_VALUE_BLOB, .data = (p), .len = (l) })

/* NULL is "". Broken UTF-8 is mended when it is bound, since PostgreSQL takes none. */
struct ct_value ct_value__text(const char *s);

/* An array of values, and its length: two arguments of the functions below. */
#define CT_VALUES(...)                            \
	(const struct ct_value[]){ __VA_ARGS__ }, \
		sizeof((const struct ct_value[]){ __VA_ARGS__ }) / sizeof(struct ct_value)

struct ct_row;
struct ct_row_type {
	int64_t (*number)(const struct ct_row *row, int column);
	const char *(*text)(const struct ct_row *row, int column);
	const void *(*blob)(const struct ct_row *row, int column, size_t *len);
};
struct ct_row {
	const struct ct_row_type *type;
	void *of; /* a statement, a result */
};
/* NULL reads as 0 or "". Texts and blobs are valid during the call of the row function only. */
static inline int64_t ct_row__int(const struct ct_row *row, int column)
{
	return row->type->number(row, column);
}
static inline const char *ct_row__text(const struct ct_row *row, int column)
{
	return row->type->text(row, column);
}
static inline const void *ct_row__blob(const struct ct_row *row, int column, size_t *len)
{
	return row->type->blob(row, column, len);
}

/*
 * If it does not return 0, no more rows are read, and ct_db__query() returns the same, without a
 * message of its own.
 */
typedef int (*ct_db_row_fn)(const struct ct_row *row, void *arg);

struct ct_db_type {
	/* Runs one statement; fn may be NULL. */
	int (*query)(struct ct_db *db, const char *sql, const struct ct_value *values, size_t n,
		     ct_db_row_fn fn, void *arg, struct ct_err *err);
	/* Runs several, without parameters. */
	int (*script)(struct ct_db *db, const char *sql, struct ct_err *err);
	void (*close)(struct ct_db *db);
};
struct ct_db {
	const struct ct_db_type *type;
	bool postgres;
	/* Rows are handed over as they come, however many: then no other statement may be run
	 * before the last one. Otherwise all of them are read into memory first. */
	bool streams;
	char *name; /* printable, for messages; without a password */
};

/* Each returns 0 or a negative errno with a message that begins with the store's name. */
int ct_db__query(struct ct_db *db, const char *sql, const struct ct_value *values, size_t n,
		 ct_db_row_fn fn, void *arg, struct ct_err *err);
static inline int ct_db__exec(struct ct_db *db, const char *sql, const struct ct_value *values,
			      size_t n, struct ct_err *err)
{
	return ct_db__query(db, sql, values, n, NULL, NULL, err);
}
int ct_db__script(struct ct_db *db, const char *sql, struct ct_err *err);

/* One number of the first row; *out stays as it is if there is none. */
int ct_db__number(struct ct_db *db, const char *sql, const struct ct_value *values, size_t n,
		  int64_t *out, struct ct_err *err);

/* A text of the first row, the caller's; NULL if there is none. */
int ct_db__text(struct ct_db *db, const char *sql, const struct ct_value *values, size_t n,
		char **out, struct ct_err *err);

/* Begin a transaction that writes, and one that only reads, and sees a single state. */
int ct_db__begin(struct ct_db *db, struct ct_err *err);
int ct_db__begin_reading(struct ct_db *db, struct ct_err *err);
int ct_db__commit(struct ct_db *db, struct ct_err *err);
void ct_db__rollback(struct ct_db *db);
/* Commits if ret is 0, else rolls back. Returns ret, or what the commit gave. */
int ct_db__end(struct ct_db *db, int ret, struct ct_err *err);

void ct_db__close(struct ct_db *db); /* db may be NULL */

/* The same text in valid UTF-8, or NULL if it is valid already. The caller frees. */
char *ct_db__mended(const char *s, size_t len);

#endif
