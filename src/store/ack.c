/* SPDX-License-Identifier: GPL-2.0-only */
/* Acknowledges events, and takes that back. */
#include <errno.h>
#include <string.h>

#include "store/store_priv.h"
#include "store/tables.h"
#include "store/where.h"

struct marked {
	struct ct_strings hosts, ids;
};

static int note(const struct ct_row *row, void *arg)
{
	struct marked *f = arg;

	ct_strings__add(&f->hosts, ct_row__text(row, 0));
	ct_strings__add(&f->ids, ct_row__text(row, 1));
	return 0;
}

static int find(struct ct_store *s, const struct ct_store_ack *a, struct marked *f,
		struct ct_err *err)
{
	static const struct ct_where_names names = { .host = "e.host",
						     .capability = "e.capability",
						     .workload = true };
	const struct ct_store_query q = { .host = a->host,
					  .capability = a->capability,
					  .names = &a->name,
					  .nnames = a->name ? 1 : 0 };
	struct ct_where w;
	int ret;

	ct_where__begin(&w, "SELECT e.host, e.id FROM event e LEFT" CT_JOIN_WORKLOAD("e"), &names,
			&q);
	if (a->id)
		ct_where__and(&w, "substr(e.id, 1, length(?)) = ?", CT_TEXT(a->id));
	ct_where__and(&w, "(CASE WHEN e.acked_ms = 0 THEN 0 ELSE 1 END) = ?", CT_INT(a->undo));
	ret = ct_where__run(&w, s->db, " ORDER BY e.host, e.id", note, f, err);
	ct_where__free(&w);
	return ret;
}

static int set(struct ct_store *s, const struct ct_store_ack *a, const struct marked *f,
	       struct ct_err *err)
{
	int64_t version = 0;
	int ret = ct_store__first_version(s->db, &version, err);

	for (size_t i = 0; i < f->ids.len && !ret; i++, version++)
		ret = ct_db__exec(
			s->db,
			"UPDATE event SET acked_ms = $3, acked_by = $4, note = $5,"
			" ack_version = ack_version + 1, version = $6"
			" WHERE host = $1 AND id = $2",
			CT_VALUES(CT_TEXT(f->hosts.items[i]), CT_TEXT(f->ids.items[i]),
				  CT_INT(a->undo ? 0 : a->now_ms), CT_TEXT(a->undo ? "" : a->by),
				  CT_TEXT(a->undo ? "" : a->note), CT_INT(s->path ? version : 0)),
			err);
	if (!ret && f->ids.len && s->path)
		ret = ct_store__last_version(s->db, version - 1, err);
	return ret;
}

int ct_store__ack(struct ct_store *s, const struct ct_store_ack *a, size_t *n, struct ct_err *err)
{
	struct marked f = {};
	int ret = ct_store__may_change(s, err);

	if (!ret && a->id && strlen(a->id) < 6)
		ret = ct_err__set(err, EINVAL,
				  "an event's id needs at least its first 6 characters");
	if (!ret)
		ret = ct_db__begin(s->db, err);
	if (ret)
		return ret;
	ret = find(s, a, &f, err);
	if (!ret)
		ret = set(s, a, &f, err);
	ret = ct_db__end(s->db, ret, err);
	if (!ret && n)
		*n = f.ids.len;
	ct_strings__free(&f.hosts);
	ct_strings__free(&f.ids);
	return ret;
}
