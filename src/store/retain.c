/* SPDX-License-Identifier: GPL-2.0-only */
/* Removes what is old, and what is too much: workloads, with all that is known of them. */
#include "store/retain.h"

#include "base/clock.h"
#include "store/store_priv.h"
#include "store/tables.h"

#define DOUBT_MS (24 * 3600 * 1000ll)
#define JUMP_MS	 (10 * 60 * 1000ll)
#define AT_ONCE	 64 /* workloads removed between two looks at the size */

/* ---- a clock that jumped ---- */

void ct_retain__begin(struct ct_clock_doubt *d, int64_t stored_ms, int64_t now_ms)
{
	if (stored_ms && now_ms - stored_ms > CT_RETAIN_QUIET_MS)
		d->until_ms = ct_clock__boot_ms() + DOUBT_MS;
}

bool ct_retain__trusts(struct ct_clock_doubt *d, int64_t now_ms)
{
	int64_t boot = ct_clock__boot_ms();
	int64_t jumped = d->boot_ms ? (now_ms - d->wall_ms) - (boot - d->boot_ms) : 0;

	if (jumped > JUMP_MS || jumped < -JUMP_MS)
		d->until_ms = boot + DOUBT_MS;
	d->wall_ms = now_ms;
	d->boot_ms = boot;
	return boot >= d->until_ms;
}

/* ---- rows ---- */

/*
 * Events about what a workload needs stay as long as the workload: if it were forgotten that a need
 * was accepted, it would be told again.
 */
#define OLD_EVENT                                                                               \
	"time_ms < $1 AND NOT (kind IN ('new-need', 'host-scope', 'denied', 'unused-for') AND " \
	"EXISTS (SELECT 1 FROM workload w WHERE w.host = event.host AND w.store = event.store " \
	"AND w.key = event.key))"

static const char *const of_workloads[] = { "part", "need", "advice", "gap", "workload" };

static int remove_with_key(struct ct_db *db, const char *table, int64_t before_ms, const char *host,
			   struct ct_err *err)
{
	ct_autofree char *sql = ct_xasprintf(
		"DELETE FROM %s WHERE ($2 = '' OR host = $2) AND (host, store, key) IN (SELECT"
		" host, store, key FROM workload WHERE last_ms < $1 AND ($2 = '' OR host = $2))",
		table);

	return ct_db__exec(db, sql, CT_VALUES(CT_INT(before_ms), CT_TEXT(host)), err);
}

int ct_retain__before(struct ct_db *db, int64_t before_ms, const char *host, struct ct_err *err)
{
	static const char *const others[] = {
		"DELETE FROM event WHERE " OLD_EVENT " AND ($2 = '' OR host = $2)",
		"DELETE FROM gap WHERE to_ms < $1 AND ($2 = '' OR host = $2)",
		("DELETE FROM host WHERE last_ms < $1 AND ($2 = '' OR name = $2) AND NOT EXISTS"
		 " (SELECT 1 FROM workload w WHERE w.host = host.name AND w.store = host.store)"),
	};
	int ret = 0;

	for (size_t i = 0; i < CT_ARRAY_SIZE(of_workloads) && !ret; i++)
		ret = remove_with_key(db, of_workloads[i], before_ms, host, err);
	for (size_t i = 0; i < CT_ARRAY_SIZE(others) && !ret; i++)
		ret = ct_db__exec(db, others[i], CT_VALUES(CT_INT(before_ms), CT_TEXT(host)), err);
	return ret;
}

/* ---- by size ---- */

static int used_bytes(struct ct_db *db, int64_t *bytes, struct ct_err *err)
{
	int64_t pages = 0, free_pages = 0, size = 0;
	int ret = ct_db__number(db, "PRAGMA page_count", NULL, 0, &pages, err);

	if (!ret)
		ret = ct_db__number(db, "PRAGMA freelist_count", NULL, 0, &free_pages, err);
	if (!ret)
		ret = ct_db__number(db, "PRAGMA page_size", NULL, 0, &size, err);
	*bytes = (pages - free_pages) * size;
	return ret;
}

/* Workloads that run count as seen now; if the clock was set back, at the last stored time. */
static int touch(struct ct_db *db, const struct ct_store_limits *l, int64_t *now_ms,
		 struct ct_err *err)
{
	int64_t last = 0;
	int ret = ct_db__number(db, "SELECT coalesce(max(last_ms), 0) FROM workload", NULL, 0,
				&last, err);

	if (last > *now_ms)
		*now_ms = last;
	for (size_t i = 0; i < l->nliving && !ret; i++) {
		ct_autofree char *key = ct_store__key(l->living[i]);

		ret = ct_db__exec(db, "UPDATE workload SET last_ms = $1 WHERE key = $2",
				  CT_VALUES(CT_INT(*now_ms), CT_TEXT(key)), err);
	}
	return ret;
}

/* Removes about AT_ONCE workloads, those that were seen longest ago; *rest: how many are left. */
static int remove_some(struct ct_db *db, int64_t now_ms, int64_t *rest, struct ct_err *err)
{
	int64_t before_ms = 0;
	int ret = ct_db__number(db,
				"SELECT max(last_ms) + 1 FROM (SELECT last_ms FROM workload"
				" ORDER BY last_ms LIMIT $1)",
				CT_VALUES(CT_INT(AT_ONCE)), &before_ms, err);

	if (before_ms > now_ms)
		before_ms = now_ms;
	if (!ret)
		ret = ct_retain__before(db, before_ms, "", err);
	if (!ret)
		ret = ct_db__number(db, "SELECT count(*) FROM workload", NULL, 0, rest, err);
	return ret;
}

static int retain_size(struct ct_db *db, int64_t limit, int64_t now_ms, struct ct_err *err)
{
	int64_t bytes = 0, rest = 0, before = INT64_MAX;
	int ret = ct_db__number(db, "SELECT count(*) FROM workload", NULL, 0, &rest, err);

	while (!ret && rest > AT_ONCE && rest < before) {
		ret = used_bytes(db, &bytes, err);
		if (ret || bytes <= limit)
			break;
		before = rest;
		ret = remove_some(db, now_ms, &rest, err);
	}
	return ret;
}

static int count_rows(struct ct_db *db, int64_t *rows, struct ct_err *err)
{
	return ct_db__number(db,
			     "SELECT (SELECT count(*) FROM workload) + (SELECT count(*) FROM event)"
			     " + (SELECT count(*) FROM gap)",
			     NULL, 0, rows, err);
}

static int retain(struct ct_store *s, const struct ct_store_limits *l, int64_t now_ms, bool by_age,
		  uint64_t *removed, struct ct_err *err)
{
	int64_t before = 0, after = 0, seen_ms = now_ms;
	int ret = count_rows(s->db, &before, err);

	if (!ret)
		ret = touch(s->db, l, &seen_ms, err);
	if (!ret && by_age)
		ret = ct_retain__before(s->db, now_ms - l->age_ms, "", err);
	if (!ret && l->bytes && s->path)
		ret = retain_size(s->db, l->bytes, seen_ms, err);
	if (!ret)
		ret = count_rows(s->db, &after, err);
	if (!ret && removed)
		*removed = (uint64_t)(before - after);
	return ret;
}

/* Is there anything to do? An idle daemon writes nothing. */
static int is_due(struct ct_store *s, const struct ct_store_limits *l, int64_t now_ms, bool by_age,
		  bool *due, struct ct_err *err)
{
	int64_t old = 0, bytes = 0;
	int ret = 0;

	if (by_age)
		ret = ct_db__number(
			s->db,
			"SELECT CASE WHEN EXISTS (SELECT 1 FROM workload WHERE last_ms < $1)"
			" OR EXISTS (SELECT 1 FROM event WHERE " OLD_EVENT ")"
			" OR EXISTS (SELECT 1 FROM gap WHERE to_ms < $1) THEN 1 ELSE 0 END",
			CT_VALUES(CT_INT(now_ms - l->age_ms)), &old, err);
	if (!ret && l->bytes && s->path)
		ret = used_bytes(s->db, &bytes, err);
	*due = old || (l->bytes && bytes > l->bytes);
	return ret;
}

int ct_store__retain(struct ct_store *s, const struct ct_store_limits *l, int64_t now_ms,
		     uint64_t *removed, struct ct_err *err)
{
	bool by_age = ct_retain__trusts(&s->doubt, now_ms) && l->age_ms > 0, due = false;
	int ret = ct_store__may_change(s, err);

	if (!ret)
		ret = is_due(s, l, now_ms, by_age, &due, err);
	if (!ret && removed)
		*removed = 0;
	if (ret || !due)
		return ret;
	ret = ct_db__begin(s->db, err);
	if (ret)
		return ret;
	return ct_db__end(s->db, retain(s, l, now_ms, by_age, removed, err), err);
}
