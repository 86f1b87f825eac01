/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads the rows of a store, one by one. */
#include <string.h>

#include "store/store_priv.h"
#include "store/tables.h"
#include "store/where.h"

/* Which function to call for a row, and its argument. */
struct caller {
	int (*host)(const struct ct_store_host_row *row, void *arg);
	ct_store_workload_fn workload;
	ct_store_need_fn need;
	ct_store_advice_fn advice;
	ct_store_event_fn event;
	ct_store_gap_fn gap;
	void *arg;
};

static int run(struct ct_store *s, const char *select, const struct ct_where_names *names,
	       const struct ct_store_query *q, const char *order, ct_db_row_fn fn,
	       struct caller *caller, struct ct_err *err)
{
	struct ct_where w;
	int ret;

	ct_where__begin(&w, select, names, q);
	ret = ct_where__run(&w, s->db, order, fn, caller, err);
	ct_where__free(&w);
	return ret;
}

/* Columns are read in the order in which they were asked for. */
#define NEXT_TEXT ct_row__text(row, i++)
#define NEXT_INT  ct_row__int(row, i++)
#define NEXT_UINT ((uint64_t)ct_row__int(row, i++))
#define NEXT_BOOL (ct_row__int(row, i++) != 0)

static int on_host(const struct ct_row *row, void *arg)
{
	const struct caller *c = arg;
	struct ct_store_host_row r = {};
	int i = 0;

	r.name = NEXT_TEXT;
	r.store = NEXT_TEXT;
	r.kernel = NEXT_TEXT;
	r.arch = NEXT_TEXT;
	r.boot_id = NEXT_TEXT;
	r.backend = NEXT_TEXT;
	r.captrim = NEXT_TEXT;
	r.first_ms = NEXT_INT;
	r.last_ms = NEXT_INT;
	r.workloads = NEXT_UINT;
	return c->host(&r, c->arg);
}

int ct_store__each_host(struct ct_store *s, const struct ct_store_query *q, ct_store_host_fn fn,
			void *arg, struct ct_err *err)
{
	static const struct ct_where_names names = { .host = "h.name",
						     .first = "h.first_ms",
						     .last = "h.last_ms" };
	struct caller c = { .host = fn, .arg = arg };

	return run(s,
		   "SELECT h.name, h.store, h.kernel, h.arch, h.boot_id, h.backend, h.captrim,"
		   " h.first_ms, h.last_ms, (SELECT count(*) FROM workload w WHERE w.host = h.name"
		   " AND w.store = h.store) FROM host h",
		   &names, q, " ORDER BY h.name, h.store", on_host, &c, err);
}

static int on_workload(const struct ct_row *row, void *arg)
{
	const struct caller *c = arg;
	struct ct_store_workload_row r = {};
	int i = 0;

	r.host = NEXT_TEXT;
	r.store = NEXT_TEXT;
	r.key = NEXT_TEXT;
	r.label = NEXT_TEXT;
	r.kind = NEXT_TEXT;
	r.runtime = NEXT_TEXT;
	r.image = NEXT_TEXT;
	r.image_digest = NEXT_TEXT;
	r.project = NEXT_TEXT;
	r.service = NEXT_TEXT;
	r.namespace_ = NEXT_TEXT;
	r.owner = NEXT_TEXT;
	r.container = NEXT_TEXT;
	r.configured_known = NEXT_BOOL;
	r.configured = NEXT_UINT;
	r.starts = NEXT_UINT;
	r.ends = NEXT_UINT;
	r.reloads = NEXT_UINT;
	r.watched_ms = NEXT_UINT;
	r.checks = NEXT_UINT;
	r.recordings = NEXT_UINT;
	r.lost = NEXT_UINT;
	r.first_ms = NEXT_INT;
	r.last_ms = NEXT_INT;
	r.news_ms = NEXT_INT;
	r.cap_add = NEXT_UINT;
	r.required = NEXT_UINT;
	r.optional = NEXT_UINT;
	r.removed = NEXT_UINT;
	r.confidence = NEXT_TEXT;
	r.gaps = NEXT_TEXT;
	r.advice_ms = NEXT_INT;
	r.hosts = NEXT_UINT;
	return c->workload(&r, c->arg);
}

/*
 * Rows that are equal on many hosts are added up by the server: a fleet has hundreds of thousands
 * of rows, of which a reader shows some hundred. Hosts that have several stores are not added up,
 * because each host must count once. A sum never fails, whatever a host has written.
 */
/* clang-format off */
#define SUM(of, column) "CAST(least(sum(" of "." column "), 9223372036854775807) AS bigint)"
#define EARLIEST(of, column) "coalesce(min(nullif(" of "." column ", 0)), 0)"
#define SEVERAL_STORES(host)                                                     \
	" LEFT JOIN (SELECT name FROM host GROUP BY name HAVING count(*) > 1) t" \
	" ON t.name = " host

#define ALIKE_WORKLOADS                                                                      \
	"SELECT f.host, f.store, f.key, f.label, f.kind, f.runtime, f.image, f.image_digest," \
	" f.project, f.service, f.namespace, f.owner, f.container, g.configured_known,"      \
	" g.configured, g.starts, g.ends, g.reloads, g.watched_ms, g.checks, g.recordings,"  \
	" g.lost, g.first_ms, g.last_ms, g.news_ms, 0, 0, 0, 0, '', '', 0, g.hosts"          \
	" FROM (SELECT w.key, w.configured_known, w.configured,"                             \
	" min(ARRAY[w.host, w.store]) AS one,"                                               \
	" CASE WHEN t.name IS NULL THEN count(*) ELSE 1 END AS hosts,"                       \
	" " SUM("w", "starts") " AS starts,"                                                 \
	" " SUM("w", "ends") " AS ends,"                                                     \
	" " SUM("w", "reloads") " AS reloads,"                                               \
	" " SUM("w", "watched_ms") " AS watched_ms,"                                         \
	" " SUM("w", "checks") " AS checks,"                                                 \
	" " SUM("w", "recordings") " AS recordings,"                                         \
	" " SUM("w", "lost") " AS lost,"                                                     \
	" " EARLIEST("w", "first_ms") " AS first_ms,"                                        \
	" max(w.last_ms) AS last_ms, max(w.news_ms) AS news_ms"                              \
	" FROM workload w" SEVERAL_STORES("w.host")
#define ALIKE_WORKLOADS_END                                                         \
	" GROUP BY w.key, t.name, w.configured_known, w.configured) g JOIN LATERAL" \
	" (SELECT * FROM workload f WHERE f.host = g.one[1] AND f.store = g.one[2]" \
	" AND f.key = g.key LIMIT 1) f ON true ORDER BY f.key, f.host, f.store"

/*
 * Reads recommendations alone: joining two tables of hundreds of thousands of rows takes longer than
 * reading both.
 */
#define ALIKE_ADVICES                                                                    \
	"SELECT coalesce(t.name, ''), '', a.key, '', a.cap_add, a.required, a.optional," \
	" a.confidence, a.gaps, '', max(a.time_ms),"                                     \
	" CASE WHEN t.name IS NULL THEN count(*) ELSE 1 END"                             \
	" FROM advice a" SEVERAL_STORES("a.host")
#define ALIKE_ADVICES_END                                                                  \
	" GROUP BY a.key, t.name, a.cap_add, a.required, a.optional, a.confidence, a.gaps" \
	" ORDER BY a.key, t.name"

/* The row of the first host that has a reason stands for all. */
#define ALIKE_NEEDS                                                                    \
	"SELECT f.host, f.store, f.key, '', f.capability, f.verdict, f.scope, f.risk," \
	" f.chosen, f.held, g.granted, g.denied, g.first_ms, g.last_ms, g.since_ms,"   \
	" f.site, f.syscall, f.process, f.reason"                                      \
	" FROM (SELECT n.key, n.capability,"                                           \
	" min(ARRAY[CASE WHEN coalesce(n.reason, '') = '' THEN '1' ELSE '0' END,"      \
	" n.host, n.store]) AS one,"                                                   \
	" " SUM("n", "granted") " AS granted,"                                         \
	" " SUM("n", "denied") " AS denied,"                                           \
	" " EARLIEST("n", "first_ms") " AS first_ms,"                                  \
	" max(n.last_ms) AS last_ms,"                                                  \
	" " EARLIEST("n", "since_ms") " AS since_ms"                                   \
	" FROM need n" CT_JOIN_WORKLOAD("n")
#define ALIKE_NEEDS_END                                                                 \
	" GROUP BY n.key, n.capability, n.verdict, n.scope, n.chosen) g JOIN need f ON" \
	" f.host = g.one[2] AND f.store = g.one[3] AND f.key = g.key"                   \
	" AND f.capability = g.capability ORDER BY f.key, f.host, f.store, f.capability"
/* clang-format on */

bool ct_store__adds_up(const struct ct_store *s)
{
	return s->db->postgres;
}

/* Does the query choose by columns of the workload, and not only by host and capability? */
static bool asks_workload(const struct ct_store_query *q)
{
	return q && (q->project || q->namespace_ || q->nnames || q->since_ms || q->until_ms);
}

static bool is_alike(const struct ct_store *s, const struct ct_store_query *q)
{
	return q && q->alike && ct_store__adds_up(s);
}

int ct_store__each_workload(struct ct_store *s, const struct ct_store_query *q,
			    ct_store_workload_fn fn, void *arg, struct ct_err *err)
{
	static const struct ct_where_names names = {
		.host = "w.host", .first = "w.first_ms", .last = "w.last_ms", .workload = true
	};
	struct caller c = { .workload = fn, .arg = arg };

	if (is_alike(s, q))
		return run(s, ALIKE_WORKLOADS, &names, q, ALIKE_WORKLOADS_END, on_workload, &c,
			   err);
	return run(s,
		   "SELECT w.host, w.store, w.key, w.label, w.kind, w.runtime, w.image,"
		   " w.image_digest, w.project, w.service, w.namespace, w.owner, w.container,"
		   " w.configured_known, w.configured, w.starts, w.ends, w.reloads, w.watched_ms,"
		   " w.checks, w.recordings, w.lost, w.first_ms, w.last_ms, w.news_ms, a.cap_add,"
		   " a.required, a.optional, a.removed, a.confidence, a.gaps, a.time_ms,"
		   " 1 FROM workload w LEFT JOIN advice a ON " CT_SAME_WORKLOAD("a", "w"),
		   &names, q, " ORDER BY w.key, w.host, w.store", on_workload, &c, err);
}

static int on_need(const struct ct_row *row, void *arg)
{
	const struct caller *c = arg;
	struct ct_store_need_row r = {};
	int i = 0;

	r.host = NEXT_TEXT;
	r.store = NEXT_TEXT;
	r.key = NEXT_TEXT;
	r.label = NEXT_TEXT;
	r.capability = NEXT_TEXT;
	r.verdict = NEXT_TEXT;
	r.scope = NEXT_TEXT;
	r.risk = NEXT_TEXT;
	r.chosen = NEXT_BOOL;
	r.held = NEXT_BOOL;
	r.granted = NEXT_UINT;
	r.denied = NEXT_UINT;
	r.first_ms = NEXT_INT;
	r.last_ms = NEXT_INT;
	r.since_ms = NEXT_INT;
	r.site = NEXT_TEXT;
	r.syscall = NEXT_TEXT;
	r.process = NEXT_TEXT;
	r.reason = NEXT_TEXT;
	return c->need(&r, c->arg);
}

int ct_store__each_need(struct ct_store *s, const struct ct_store_query *q, ct_store_need_fn fn,
			void *arg, struct ct_err *err)
{
	static const struct ct_where_names names = { .host = "n.host",
						     .first = "n.first_ms",
						     .last = "n.last_ms",
						     .capability = "n.capability",
						     .workload = true };
	struct caller c = { .need = fn, .arg = arg };

	if (is_alike(s, q))
		return run(s, ALIKE_NEEDS, &names, q, ALIKE_NEEDS_END, on_need, &c, err);
	return run(s,
		   "SELECT n.host, n.store, n.key, w.label, n.capability, n.verdict, n.scope,"
		   " n.risk, n.chosen, n.held, n.granted, n.denied, n.first_ms, n.last_ms,"
		   " n.since_ms, n.site, n.syscall, n.process, n.reason"
		   " FROM need n" CT_JOIN_WORKLOAD("n"),
		   &names, q, " ORDER BY n.key, n.host, n.store, n.capability", on_need, &c, err);
}

static int on_reach(const struct ct_row *row, void *arg)
{
	const struct caller *c = arg;
	const struct ct_store_need_row r = {
		.key = ct_row__text(row, 0),
		.capability = ct_row__text(row, 1),
		.scope = ct_row__text(row, 2),
		.chosen = true,
	};

	return c->need(&r, c->arg);
}

int ct_store__each_reach(struct ct_store *s, const struct ct_store_query *q, ct_store_need_fn fn,
			 void *arg, struct ct_err *err)
{
	bool joined = asks_workload(q);
	const struct ct_where_names names = { .host = "n.host",
					      .first = "n.first_ms",
					      .last = "n.last_ms",
					      .capability = "n.capability",
					      .workload = joined };
	struct caller c = { .need = fn, .arg = arg };

	return run(s,
		   joined ?
			   "SELECT n.key, n.capability, n.scope FROM need n" CT_JOIN_WORKLOAD("n") :
			   "SELECT n.key, n.capability, n.scope FROM need n",
		   &names, q,
		   " AND n.chosen = 1 GROUP BY n.key, n.capability, n.scope"
		   " ORDER BY n.key, n.capability, n.scope",
		   on_reach, &c, err);
}

static int on_advice(const struct ct_row *row, void *arg)
{
	const struct caller *c = arg;
	struct ct_store_advice_row r = {};
	int i = 0;

	r.host = NEXT_TEXT;
	r.store = NEXT_TEXT;
	r.key = NEXT_TEXT;
	r.label = NEXT_TEXT;
	r.cap_add = NEXT_UINT;
	r.required = NEXT_UINT;
	r.optional = NEXT_UINT;
	r.confidence = NEXT_TEXT;
	r.gaps = NEXT_TEXT;
	r.json = NEXT_TEXT;
	r.time_ms = NEXT_INT;
	r.hosts = NEXT_UINT;
	return c->advice(&r, c->arg);
}

int ct_store__each_advice(struct ct_store *s, const struct ct_store_query *q, ct_store_advice_fn fn,
			  void *arg, struct ct_err *err)
{
	static const struct ct_where_names names = {
		.host = "a.host", .first = "a.time_ms", .last = "a.time_ms", .workload = true
	};
	static const struct ct_where_names alone = { .host = "a.host" };
	static const struct ct_where_names alike = {
		.host = "w.host", .first = "w.first_ms", .last = "w.last_ms", .workload = true
	};
	struct caller c = { .advice = fn, .arg = arg };

	if (is_alike(s, q))
		return run(s,
			   asks_workload(q) ? ALIKE_ADVICES CT_JOIN_WORKLOAD("a") : ALIKE_ADVICES,
			   asks_workload(q) ? &alike : &alone, q, ALIKE_ADVICES_END, on_advice, &c,
			   err);
	return run(
		s,
		"SELECT a.host, a.store, a.key, w.label, a.cap_add, a.required, a.optional,"
		" a.confidence, a.gaps, a.json, a.time_ms, 1 FROM advice a" CT_JOIN_WORKLOAD("a"),
		&names, q, " ORDER BY a.key, a.host, a.store", on_advice, &c, err);
}

static int on_event(const struct ct_row *row, void *arg)
{
	const struct caller *c = arg;
	struct ct_store_event r = {};
	int i = 0;

	r.host = NEXT_TEXT;
	r.id = NEXT_TEXT;
	r.key = NEXT_TEXT;
	r.label = NEXT_TEXT;
	r.kind = NEXT_TEXT;
	r.capability = NEXT_TEXT;
	r.verdict = NEXT_TEXT;
	r.scope = NEXT_TEXT;
	r.generation = NEXT_TEXT;
	r.time_ms = NEXT_INT;
	r.expires_ms = NEXT_INT;
	r.text = NEXT_TEXT;
	r.json = NEXT_TEXT;
	r.acked_ms = NEXT_INT;
	r.acked_by = NEXT_TEXT;
	r.note = NEXT_TEXT;
	return c->event(&r, c->arg);
}

int ct_store__each_event(struct ct_store *s, const struct ct_store_query *q, ct_store_event_fn fn,
			 void *arg, struct ct_err *err)
{
	static const struct ct_where_names names = { .host = "e.host",
						     .first = "e.time_ms",
						     .last = "e.time_ms",
						     .capability = "e.capability",
						     .workload = true };
	struct caller c = { .event = fn, .arg = arg };

	return run(s,
		   "SELECT e.host, e.id, e.key, e.label, e.kind, e.capability, e.verdict, e.scope,"
		   " e.generation, e.time_ms, e.expires_ms, e.text, e.json, e.acked_ms,"
		   " e.acked_by, e.note FROM event e LEFT" CT_JOIN_WORKLOAD("e"),
		   &names, q, " ORDER BY e.time_ms, e.host, e.id", on_event, &c, err);
}

static int on_gap(const struct ct_row *row, void *arg)
{
	const struct caller *c = arg;
	struct ct_store_gap r = {};
	int i = 0;

	r.host = NEXT_TEXT;
	r.key = NEXT_TEXT;
	r.why = NEXT_TEXT;
	r.text = NEXT_TEXT;
	r.from_ms = NEXT_INT;
	r.to_ms = NEXT_INT;
	return c->gap(&r, c->arg);
}

int ct_store__each_gap(struct ct_store *s, const struct ct_store_query *q, ct_store_gap_fn fn,
		       void *arg, struct ct_err *err)
{
	static const struct ct_where_names names = {
		.host = "g.host", .first = "g.from_ms", .last = "g.to_ms", .workload = true
	};
	struct caller c = { .gap = fn, .arg = arg };

	return run(s,
		   "SELECT g.host, g.key, g.why, g.text, g.from_ms, g.to_ms"
		   " FROM gap g LEFT" CT_JOIN_WORKLOAD("g"),
		   &names, q, " ORDER BY g.from_ms, g.host, g.key", on_gap, &c, err);
}
