/* SPDX-License-Identifier: GPL-2.0-only */
/* The tables and views of a store, docs/store.md, and how older ones become newer. */
#ifndef CT_STORE_SCHEMA_H
#define CT_STORE_SCHEMA_H

#include "store/db.h"

#define CT_STORE_SCHEMA 1

/*
 * Makes the schema, or brings it up to date, under a lock, so that it happens once. -EPROTO: it is
 * newer than this captrim, or not a store at all; nothing is changed then.
 */
int ct_schema__migrate(struct ct_db *db, struct ct_err *err);

/* For who only reads: -EPROTO as above, -ESTALE if it is older. */
int ct_schema__check(struct ct_db *db, struct ct_err *err);

/* One more step, for tests: what makes of each schema the next one, from 0 on; NULL ends it. */
int ct_schema__migrate_by(struct ct_db *db, const char *const *steps, struct ct_err *err);

/* The statements of a step as this database wants them. The caller frees. */
char *ct_schema__text(const struct ct_db *db, const char *step);

#endif
