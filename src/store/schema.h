/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tables and views of a store (docs/store.md), and how an older schema is brought up to date.
 */
#ifndef CT_STORE_SCHEMA_H
#define CT_STORE_SCHEMA_H

#include "store/db.h"

#define CT_STORE_SCHEMA 1

/*
 * Makes the schema, or brings it up to date, under a lock, so that it happens once. -EPROTO: it is
 * newer than this captrim, or the database is of another program; nothing is changed then.
 */
int ct_schema__migrate(struct ct_db *db, struct ct_err *err);

/* For readers: -EPROTO as above, -ESTALE if the schema is older, or there is none yet. */
int ct_schema__check(struct ct_db *db, struct ct_err *err);

/* The same by other steps, for tests: steps[i] makes schema i + 1 of schema i; NULL ends them. */
int ct_schema__migrate_by(struct ct_db *db, const char *const *steps, struct ct_err *err);

/* The statements of a step in this database's dialect. The caller frees. */
char *ct_schema__text(const struct ct_db *db, const char *step);

#endif
