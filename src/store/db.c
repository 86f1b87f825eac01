/* SPDX-License-Identifier: GPL-2.0-only */
#include "store/db.h"

#include <string.h>

struct ct_value ct_value__text(const char *s)
{
	s = s ? s : "";
	return (struct ct_value){ .type = CT_VALUE_TEXT, .data = s, .len = strlen(s) };
}

int ct_db__query(struct ct_db *db, const char *sql, const struct ct_value *values, size_t n,
		 ct_db_row_fn fn, void *arg, struct ct_err *err)
{
	return db->type->query(db, sql, values, n, fn, arg, err);
}

int ct_db__script(struct ct_db *db, const char *sql, struct ct_err *err)
{
	return db->type->script(db, sql, err);
}

static int take_number(const struct ct_row *row, void *arg)
{
	*(int64_t *)arg = ct_row__int(row, 0);
	return 0;
}

int ct_db__number(struct ct_db *db, const char *sql, const struct ct_value *values, size_t n,
		  int64_t *out, struct ct_err *err)
{
	return ct_db__query(db, sql, values, n, take_number, out, err);
}

static int take_text(const struct ct_row *row, void *arg)
{
	char **out = arg;

	free(*out);
	*out = ct_xstrdup(ct_row__text(row, 0));
	return 0;
}

int ct_db__text(struct ct_db *db, const char *sql, const struct ct_value *values, size_t n,
		char **out, struct ct_err *err)
{
	ct_autofree char *text = NULL;
	int ret = ct_db__query(db, sql, values, n, take_text, &text, err);

	if (!ret)
		*out = ct_steal(text);
	return ret;
}

int ct_db__begin(struct ct_db *db, struct ct_err *err)
{
	return ct_db__exec(db, db->postgres ? "BEGIN" : "BEGIN IMMEDIATE", NULL, 0, err);
}

int ct_db__begin_reading(struct ct_db *db, struct ct_err *err)
{
	return ct_db__exec(db,
			   db->postgres ?
				   "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY" :
				   "BEGIN",
			   NULL, 0, err);
}

int ct_db__commit(struct ct_db *db, struct ct_err *err)
{
	return ct_db__exec(db, "COMMIT", NULL, 0, err);
}

void ct_db__rollback(struct ct_db *db)
{
	/* Fails without harm if the failure has ended the transaction already. */
	ct_db__exec(db, "ROLLBACK", NULL, 0, NULL);
}

int ct_db__end(struct ct_db *db, int ret, struct ct_err *err)
{
	if (!ret)
		ret = ct_db__commit(db, err);
	if (ret)
		ct_db__rollback(db);
	return ret;
}

void ct_db__close(struct ct_db *db)
{
	if (db)
		db->type->close(db);
}

char *ct_db__mended(const char *s, size_t len)
{
	struct ct_str mended = {};
	size_t good = 0;
	uint32_t c;

	for (size_t i = 0, n; i < len; i += n ? n : 1) {
		n = ct_utf8__decode(s + i, &c);
		if (n)
			continue;
		ct_str__addn(&mended, s + good, i - good);
		ct_str__add(&mended, "\xef\xbf\xbd");
		good = i + 1;
	}
	if (!good)
		return NULL;
	ct_str__addn(&mended, s + good, len - good);
	return mended.s;
}
