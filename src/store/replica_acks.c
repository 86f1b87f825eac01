/* SPDX-License-Identifier: GPL-2.0-only */
/* Brings acknowledgements that were made on the server back into the file. */
#include "base/util.h"
#include "store/replica.h"
#include "store/sqlite.h"

struct ack {
	char *id, *by, *note;
	int64_t acked_ms, version;
};

/* Those that the file does not have yet. */
struct ack_list {
	struct ct_replica *c;
	struct ack *items;
	size_t len, cap;
	struct ct_err *err;
};

static int take_ack(const struct ct_row *row, void *arg)
{
	struct ack_list *l = arg;
	const char *id = ct_row__text(row, 0);
	int64_t version = ct_row__int(row, 4), mine = version;
	int ret = ct_db__number(l->c->from,
				"SELECT ack_version FROM event WHERE host = $1 AND id = $2",
				CT_VALUES(CT_TEXT(l->c->host), CT_TEXT(id)), &mine, l->err);

	if (ret || mine >= version)
		return ret;
	*CT_PUSH(l->items, l->len, l->cap) = (struct ack){ .id = ct_xstrdup(id),
							   .acked_ms = ct_row__int(row, 1),
							   .by = ct_xstrdup(ct_row__text(row, 2)),
							   .note = ct_xstrdup(ct_row__text(row, 3)),
							   .version = version };
	return 0;
}

/* The rows' versions stay, since the server has this already. */
static int write_acks(struct ct_db *file, const struct ack_list *l)
{
	int ret = 0;

	for (size_t i = 0; i < l->len && !ret; i++) {
		const struct ack *a = &l->items[i];

		ret = ct_db__exec(file,
				  "UPDATE event SET acked_ms = $3, acked_by = $4, note = $5,"
				  " ack_version = $6 WHERE host = $1 AND id = $2 AND"
				  " ack_version < $6",
				  CT_VALUES(CT_TEXT(l->c->host), CT_TEXT(a->id),
					    CT_INT(a->acked_ms), CT_TEXT(a->by), CT_TEXT(a->note),
					    CT_INT(a->version)),
				  l->err);
	}
	return ret;
}

/* The daemon writes to the file as well: nobody waits for the server while it is locked. */
static int save_acks(const struct ack_list *l, const char *path)
{
	struct ct_db *file = NULL;
	int ret = ct_sqlite__open(path, true, &file, l->err);

	if (ret)
		return ret;
	ret = ct_db__begin(file, l->err);
	if (!ret)
		ret = ct_db__end(file, write_acks(file, l), l->err);
	ct_db__close(file);
	return ret;
}

int ct_replica__acks(struct ct_replica *c, const char *path, struct ct_err *err)
{
	struct ack_list l = { .c = c, .err = err };
	int ret = ct_db__query(c->to,
			       "SELECT id, acked_ms, acked_by, note, ack_version FROM event"
			       " WHERE host = $1 AND store = $2 AND ack_version > 0",
			       CT_VALUES(CT_TEXT(c->host), CT_TEXT(c->store)), take_ack, &l, err);

	/* Mostly nothing differs, and the file need not be opened to be written. */
	if (!ret && l.len)
		ret = save_acks(&l, path);
	while (l.len) {
		const struct ack *a = &l.items[--l.len];

		free(a->id);
		free(a->by);
		free(a->note);
	}
	free(l.items);
	return ret;
}
