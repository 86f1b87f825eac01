/* SPDX-License-Identifier: GPL-2.0-only */
#include "store/where.h"

#include <string.h>

#include "store/store_priv.h"
#include "store/tables.h"

/* Returns the number of the parameter that stands for the value. */
static size_t add_value(struct ct_where *w, struct ct_value value)
{
	if (value.type == CT_VALUE_TEXT) {
		ct_strings__add(&w->owned, value.data);
		value.data = w->owned.items[w->owned.len - 1];
	}
	*CT_PUSH(w->values, w->nvalues, w->values_cap) = value;
	return w->nvalues;
}

void ct_where__and(struct ct_where *w, const char *condition, struct ct_value value)
{
	size_t number = add_value(w, value);

	ct_str__add(&w->sql, " AND ");
	for (; *condition; condition++)
		if (*condition == '?')
			ct_str__addf(&w->sql, "$%zu", number);
		else
			ct_str__addn(&w->sql, condition, 1);
}

/* Adds "or the column is that text", in a form that can use the column's index. */
static void add_equal(struct ct_where *w, const char *column, const char *text)
{
	ct_str__addf(&w->sql, " OR (" CT_INDEXED("w.%s") " = " CT_INDEXED("%s") " AND w.%s = %s)",
		     column, text, column, text);
}

/*
 * Matches the names that people use; for a unit also the name without ".service". The conditions of
 * one name are in parentheses, because SQLite limits how many may stand in one row.
 */
static void add_names(struct ct_where *w, const struct ct_store_query *q)
{
	for (size_t i = 0; i < q->nnames; i++) {
		ct_autofree char *key = ct_store__key(q->names[i]), *name = NULL, *unit = NULL;
		size_t number = add_value(w, CT_TEXT(q->names[i]));

		name = ct_xasprintf("$%zu", number);
		if (strcmp(key, q->names[i]) != 0)
			number = add_value(w, CT_TEXT(key));
		unit = ct_xasprintf("(%s || '.service')", name);
		ct_str__addf(&w->sql, " %s (w.key = $%zu", i ? "OR" : "AND (", number);
		add_equal(w, "label", name);
		add_equal(w, "service", name);
		add_equal(w, "container", name);
		add_equal(w, "label", unit);
		ct_str__add(&w->sql, ")");
	}
	if (q->nnames)
		ct_str__add(&w->sql, ")");
}

static void add_column(struct ct_where *w, const char *column, const char *condition,
		       struct ct_value value)
{
	ct_autofree char *text = ct_xasprintf("%s %s ?", column, condition);

	ct_where__and(w, text, value);
}

void ct_where__begin(struct ct_where *w, const char *select, const struct ct_where_names *names,
		     const struct ct_store_query *q)
{
	static const struct ct_store_query everything = {};

	q = q ? q : &everything;
	*w = (struct ct_where){};
	ct_str__add(&w->sql, select);
	ct_str__add(&w->sql, " WHERE 1 = 1");
	if (q->host)
		add_column(w, names->host, "=", CT_TEXT(q->host));
	if (names->first && q->since_ms)
		add_column(w, names->last, ">=", CT_INT(q->since_ms));
	if (names->first && q->until_ms)
		add_column(w, names->first, "<", CT_INT(q->until_ms));
	if (names->capability && q->capability)
		add_column(w, names->capability, "=", CT_TEXT(q->capability));
	if (!names->workload)
		return;
	if (q->project)
		ct_where__and(w, "w.project = ?", CT_TEXT(q->project));
	if (q->namespace_)
		ct_where__and(w, "w.namespace = ?", CT_TEXT(q->namespace_));
	add_names(w, q);
}

int ct_where__run(struct ct_where *w, struct ct_db *db, const char *order, ct_db_row_fn fn,
		  void *arg, struct ct_err *err)
{
	ct_str__add(&w->sql, order);
	return ct_db__query(db, w->sql.s, w->values, w->nvalues, fn, arg, err);
}

void ct_where__free(struct ct_where *w)
{
	ct_str__free(&w->sql);
	free(w->values);
	ct_strings__free(&w->owned);
}
