/* SPDX-License-Identifier: GPL-2.0-only */
/* The recordings of a workload, one for each setting that it was seen under. */
#include <string.h>

#include "base/strings.h"
#include "store/part.h"
#include "store/save.h"

static void sum_part(const struct ct_workload *part, struct ct_store_sums *sums)
{
	sums->kinds += part->nkinds;
	for (size_t i = 0; i < part->nkinds; i++)
		sums->checks += part->kinds[i].count;
}

void ct_save__sum(const struct ct_workload *w, struct ct_store_sums *sums)
{
	ct_workload__for_each(part, w)
		sum_part(part, sums);
}

/* Compares a packed part with what is stored of it. */
struct stored {
	const struct ct_packed *packed;
	size_t place;
	bool same;
};

static int compare(const struct ct_row *row, void *arg)
{
	struct stored *st = arg;
	size_t len;
	const void *data = ct_row__blob(row, 0, &len);

	st->same = len == st->packed->len && !memcmp(data, st->packed->data, len) &&
		   ct_row__int(row, 1) == (int64_t)st->place;
	return 0;
}

static int write_part(struct ct_saving *sv, const char *key, const char *setting,
		      const struct ct_workload *part, const struct ct_packed *packed, size_t place)
{
	struct ct_store_sums sums = {};
	struct stored st = { .packed = packed, .place = place };
	int ret = ct_db__query(
		sv->db,
		"SELECT recording, place FROM part WHERE host = $1 AND store = $2"
		" AND key = $3 AND setting = $4",
		CT_VALUES(CT_TEXT(sv->host), CT_TEXT(sv->store), CT_TEXT(key), CT_TEXT(setting)),
		compare, &st, sv->err);

	if (ret || st.same)
		return ret;
	sum_part(part, &sums);
	return ct_db__exec(
		sv->db,
		"INSERT INTO part (host, store, key, setting, checks, kinds, first_ms, last_ms,"
		" size, recording, version, place) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9, "
		"$10,"
		" $11)"
		" ON CONFLICT (host, store, key, setting) DO UPDATE SET checks = excluded.checks,"
		" kinds = excluded.kinds, last_ms = CASE WHEN part.recording = excluded.recording"
		" THEN part.last_ms ELSE greatest(part.last_ms, excluded.last_ms) END,"
		" size = excluded.size, recording = excluded.recording, version = excluded.version,"
		" place = excluded.place",
		CT_VALUES(CT_TEXT(sv->host), CT_TEXT(sv->store), CT_TEXT(key), CT_TEXT(setting),
			  CT_INT(sums.checks), CT_INT(sums.kinds), CT_INT(sv->now_ms),
			  CT_INT(packed->size), CT_BLOB(packed->data, packed->len),
			  CT_INT(ct_save__version(sv)), CT_INT(place)),
		sv->err);
}

static int save_part(struct ct_saving *sv, const char *key, const struct ct_store_workload *sw,
		     size_t number, struct ct_strings *settings)
{
	const struct ct_workload *part = ct_workload__part(sw->w, number);
	ct_autofree char *setting = ct_packed__setting(sw->session, part, number);
	struct ct_packed packed = {};
	int ret;

	/* Two that are open may have the same setting; the second one is not lost for that. */
	if (ct_strings__find(settings, setting)) {
		free(setting);
		setting = ct_xasprintf("part-%zu", number);
	}
	ct_strings__add(settings, setting);
	ret = ct_packed__make(sw->session, part, number == 0, &packed, sv->err);
	if (!ret)
		ret = write_part(sv, key, setting, part, &packed, number);
	free(packed.data);
	return ret;
}

static int note_gone(const struct ct_row *row, void *arg)
{
	struct ct_strings *settings = ((void **)arg)[0], *gone = ((void **)arg)[1];
	const char *setting = ct_row__text(row, 0);

	if (!ct_strings__find(settings, setting))
		ct_strings__add(gone, setting);
	return 0;
}

static int remove_others(struct ct_saving *sv, const char *key, struct ct_strings *settings)
{
	ct_autostrings struct ct_strings gone = {};
	void *both[] = { settings, &gone };
	int ret = ct_db__query(
		sv->db, "SELECT setting FROM part WHERE host = $1 AND store = $2 AND key = $3",
		CT_VALUES(CT_TEXT(sv->host), CT_TEXT(sv->store), CT_TEXT(key)), note_gone, both,
		sv->err);

	for (size_t i = 0; i < gone.len && !ret; i++)
		ret = ct_db__exec(sv->db,
				  "DELETE FROM part WHERE host = $1 AND store = $2 AND key = $3"
				  " AND setting = $4",
				  CT_VALUES(CT_TEXT(sv->host), CT_TEXT(sv->store), CT_TEXT(key),
					    CT_TEXT(gone.items[i])),
				  sv->err);
	return ret;
}

int ct_save__parts(struct ct_saving *sv, const char *key, const struct ct_store_workload *sw)
{
	ct_autostrings struct ct_strings settings = {};
	int ret = 0;

	for (size_t i = 0; i <= sw->w->nmore && !ret; i++)
		ret = save_part(sv, key, sw, i, &settings);
	return ret ? ret : remove_others(sv, key, &settings);
}
