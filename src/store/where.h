/* SPDX-License-Identifier: GPL-2.0-only */
/* Makes SQL of a query: conditions with parameters, never with a value in the text. */
#ifndef CT_STORE_WHERE_H
#define CT_STORE_WHERE_H

#include "base/strings.h"
#include "store/db.h"
#include "store/store.h"

struct ct_where {
	struct ct_str sql; /* the whole statement */
	struct ct_value *values;
	size_t nvalues, values_cap;
	struct ct_strings owned; /* that values point to */
};

/* How the statement calls its columns; NULL: it has no such column. */
struct ct_where_names {
	const char *host, *first, *last, *capability;
	bool workload; /* the table workload is joined as w */
};

/* select is "SELECT ... FROM ..."; what q asks for is added as conditions. q may be NULL. */
void ct_where__begin(struct ct_where *w, const char *select, const struct ct_where_names *names,
		     const struct ct_store_query *q);

/* One more condition: each "?" in it stands for the value, which is copied if it is a text. */
void ct_where__and(struct ct_where *w, const char *condition, struct ct_value value);

int ct_where__run(struct ct_where *w, struct ct_db *db, const char *order, ct_db_row_fn fn,
		  void *arg, struct ct_err *err);
void ct_where__free(struct ct_where *w);

#endif
