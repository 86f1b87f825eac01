/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the source files of the store. */
#ifndef CT_STORE_STORE_PRIV_H
#define CT_STORE_STORE_PRIV_H

#include <sys/types.h>

#include "store/db.h"
#include "store/retain.h"
#include "store/store.h"

struct ct_store {
	struct ct_db *db;
	char *path; /* NULL: PostgreSQL */
	char *id;   /* of rows that it writes; NULL until it writes */
	int lock;   /* -1: none */
	dev_t dev;  /* of the file that was opened */
	ino_t ino;
	bool may_change;
	int64_t commit_ms;
	uint64_t commits;
	struct ct_clock_doubt doubt;
};

/* Sets s->id to the store's id, and makes one if it has none. */
int ct_store__identify(struct ct_store *s, struct ct_err *err);

/*
 * A key as the tables have it: one that is too long for an index of PostgreSQL ends with its hash.
 * The caller frees.
 */
char *ct_store__key(const char *key);

/* The first bytes of the SHA-256 of a text, 2 hexadecimal digits each; the caller frees. */
char *ct_store__digest(const char *text, size_t bytes);

/* -EROFS unless it was opened to be changed. */
int ct_store__may_change(const struct ct_store *s, struct ct_err *err);

/*
 * Each row that a transaction changes gets a number, the next version. The first function reads the
 * first free one, the second stores the last one that was used.
 */
int ct_store__first_version(struct ct_db *db, int64_t *version, struct ct_err *err);
int ct_store__last_version(struct ct_db *db, int64_t version, struct ct_err *err);

#endif
