/* SPDX-License-Identifier: GPL-2.0-only */
#include "store/replica.h"

#include <errno.h>
#include <string.h>

#include "base/strings.h"
#include "store/remote.h"

/*
 * A row of each table as it is read from the file and written to the server: the same columns in
 * the same order. Texts are kept before the version of the row, numbers never become less there.
 */
struct table {
	const char *select, *insert;
	const char *columns; /* of each: t, i or b */
};

#define HOST_ROWS " WHERE host = $1 AND store = $2"
#define OF_KEY	  HOST_ROWS " AND key = $3 AND version > $4"

/* A workload that waits: it changed after it was last sent, with all others or as news. */
#define WAITS(all, news) "version > " all " AND (version > " news " OR version <> news_version)"

static const struct table workloads = {
	.select = "SELECT host, store, key, label, kind, runtime, image, image_digest, project,"
		  " service, namespace, owner, container, configured_caps, configured_known,"
		  " configured, starts, ends, reloads, watched_ms, checks, recordings, lost,"
		  " first_ms, last_ms, news_ms FROM workload",
	.insert = "INSERT INTO workload (host, store, key, label, kind, runtime, image,"
		  " image_digest, project, service, namespace, owner, container, configured_caps,"
		  " configured_known, configured, starts, ends, reloads, watched_ms, checks,"
		  " recordings, lost, first_ms, last_ms, news_ms) VALUES ($1, $2, $3, $4, $5, $6,"
		  " $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,"
		  " $23, $24, $25, $26)"
		  " ON CONFLICT (host, store, key) DO UPDATE SET label = excluded.label,"
		  " kind = excluded.kind, runtime = excluded.runtime, image = excluded.image,"
		  " image_digest = excluded.image_digest, project = excluded.project,"
		  " service = excluded.service, namespace = excluded.namespace,"
		  " owner = excluded.owner, container = excluded.container,"
		  " configured_caps = excluded.configured_caps,"
		  " configured_known = excluded.configured_known,"
		  " configured = excluded.configured,"
		  " starts = greatest(workload.starts, excluded.starts),"
		  " ends = greatest(workload.ends, excluded.ends),"
		  " reloads = greatest(workload.reloads, excluded.reloads),"
		  " watched_ms = greatest(workload.watched_ms, excluded.watched_ms),"
		  " checks = greatest(workload.checks, excluded.checks),"
		  " recordings = greatest(workload.recordings, excluded.recordings),"
		  " lost = greatest(workload.lost, excluded.lost),"
		  " first_ms = least(workload.first_ms, excluded.first_ms),"
		  " last_ms = greatest(workload.last_ms, excluded.last_ms),"
		  " news_ms = greatest(workload.news_ms, excluded.news_ms)",
	.columns = "ttttttttttttttiiiiiiiiiiii",
};

/* The rows that belong to a workload: those that changed are sent with it. */
static const struct table of_workload[] = {
	{
		.select = "SELECT host, store, key, setting, place, checks, kinds, first_ms,"
			  " last_ms, size, recording FROM part" OF_KEY " ORDER BY setting",
		.insert = "INSERT INTO part (host, store, key, setting, place, checks, kinds,"
			  " first_ms, last_ms, size, recording) VALUES ($1, $2, $3, $4, $5, $6, $7,"
			  " $8, $9, $10, $11)"
			  " ON CONFLICT (host, store, key, setting) DO UPDATE SET"
			  " place = excluded.place, checks = excluded.checks,"
			  " kinds = excluded.kinds,"
			  " first_ms = least(part.first_ms, excluded.first_ms),"
			  " last_ms = greatest(part.last_ms, excluded.last_ms),"
			  " size = excluded.size, recording = excluded.recording",
		.columns = "ttttiiiiiib",
	},
	{
		.select = "SELECT host, store, key, capability, verdict, scope, risk, site,"
			  " syscall, process, reason, chosen, held, granted, denied, first_ms,"
			  " last_ms, since_ms FROM need" OF_KEY " ORDER BY capability",
		.insert = "INSERT INTO need (host, store, key, capability, verdict, scope, risk,"
			  " site, syscall, process, reason, chosen, held, granted, denied,"
			  " first_ms, last_ms, since_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8,"
			  " $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)"
			  " ON CONFLICT (host, store, key, capability) DO UPDATE SET"
			  " verdict = excluded.verdict, scope = excluded.scope,"
			  " risk = excluded.risk, site = excluded.site,"
			  " syscall = excluded.syscall, process = excluded.process,"
			  " reason = excluded.reason, chosen = excluded.chosen,"
			  " held = excluded.held,"
			  " granted = greatest(need.granted, excluded.granted),"
			  " denied = greatest(need.denied, excluded.denied),"
			  " first_ms = least(need.first_ms, excluded.first_ms),"
			  " last_ms = greatest(need.last_ms, excluded.last_ms),"
			  " since_ms = excluded.since_ms",
		.columns = "tttttttttttiiiiiii",
	},
	{
		.select = "SELECT host, store, key, caps, confidence, gaps, json, cap_add,"
			  " required, optional, removed, time_ms FROM advice" OF_KEY,
		.insert = "INSERT INTO advice (host, store, key, caps, confidence, gaps, json,"
			  " cap_add, required, optional, removed, time_ms) VALUES ($1, $2, $3, $4,"
			  " $5, $6, $7, $8, $9, $10, $11, $12)"
			  " ON CONFLICT (host, store, key) DO UPDATE SET caps = excluded.caps,"
			  " confidence = excluded.confidence, gaps = excluded.gaps,"
			  " json = excluded.json, cap_add = excluded.cap_add,"
			  " required = excluded.required, optional = excluded.optional,"
			  " removed = excluded.removed, time_ms = excluded.time_ms",
		.columns = "tttttttiiiii",
	},
};

/* Events and gaps are always news. */
static const struct table others[] = {
	{
		.select = "SELECT host, id, store, key, label, kind, capability, verdict, scope,"
			  " generation, text, json, acked_by, note, time_ms, expires_ms, acked_ms,"
			  " ack_version FROM event",
		.insert = "INSERT INTO event (host, id, store, key, label, kind, capability,"
			  " verdict, scope, generation, text, json, acked_by, note, time_ms,"
			  " expires_ms, acked_ms, ack_version) VALUES ($1, $2, $3, $4, $5, $6, $7,"
			  " $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)"
			  " ON CONFLICT (host, id) DO UPDATE SET"
			  " expires_ms = greatest(event.expires_ms, excluded.expires_ms),"
			  " acked_by = CASE WHEN excluded.ack_version > event.ack_version"
			  " THEN excluded.acked_by ELSE event.acked_by END,"
			  " note = CASE WHEN excluded.ack_version > event.ack_version"
			  " THEN excluded.note ELSE event.note END,"
			  " acked_ms = CASE WHEN excluded.ack_version > event.ack_version"
			  " THEN excluded.acked_ms ELSE event.acked_ms END,"
			  " ack_version = greatest(event.ack_version, excluded.ack_version)",
		.columns = "ttttttttttttttiiii",
	},
	{
		.select = "SELECT host, store, key, why, text, from_ms, to_ms FROM gap",
		.insert = "INSERT INTO gap (host, store, key, why, text, from_ms, to_ms) VALUES"
			  " ($1, $2, $3, $4, $5, $6, $7)"
			  " ON CONFLICT (host, store, key, why, from_ms) DO UPDATE SET"
			  " text = excluded.text, to_ms = greatest(gap.to_ms, excluded.to_ms)",
		.columns = "tttttii",
	},
};

/* ---- one row ---- */

struct sending {
	struct ct_replica *c;
	const struct table *table;
	struct ct_strings *keys; /* of the rows that were sent; may be NULL */
	struct ct_err *err;
};

static int send_row(const struct ct_row *row, void *arg)
{
	struct sending *s = arg;
	struct ct_value values[32];
	size_t n = 0;

	for (const char *type = s->table->columns; *type; type++, n++)
		if (*type == 'i') {
			values[n] = CT_INT(ct_row__int(row, (int)n));
		} else if (*type == 't') {
			values[n] = CT_TEXT(ct_row__text(row, (int)n));
		} else {
			size_t len;
			const void *data = ct_row__blob(row, (int)n, &len);

			values[n] = CT_BLOB(data, len);
		}
	if (s->keys)
		ct_strings__add(s->keys, ct_row__text(row, 2));
	s->c->rows++;
	return ct_remote__queue(s->c->to, s->table->insert, values, n, s->err);
}

/* ---- a workload ---- */

static int add_name(const struct ct_row *row, void *arg)
{
	ct_str__addf(arg, "%s ", ct_row__text(row, 0));
	return 0;
}

/* Removes from the server what the file does not have any more. */
static int remove_gone(struct ct_replica *c, const char *key, const char *names, const char *remove,
		       struct ct_err *err)
{
	struct ct_str list = {};
	int ret;

	ct_str__add(&list, " ");
	ret = ct_db__query(c->from, names,
			   CT_VALUES(CT_TEXT(c->host), CT_TEXT(c->store), CT_TEXT(key)), add_name,
			   &list, err);
	if (!ret)
		ret = ct_remote__queue(c->to, remove,
				       CT_VALUES(CT_TEXT(c->host), CT_TEXT(c->store), CT_TEXT(key),
						 CT_TEXT(list.s)),
				       err);
	ct_str__free(&list);
	return ret;
}

#define GONE(table, name)                                                       \
	"SELECT " name " FROM " table HOST_ROWS " AND key = $3",                \
		"DELETE FROM " table HOST_ROWS " AND key = $3 AND $4 NOT LIKE " \
		"'% ' || " name " || ' %'"

static int send_workload(struct ct_replica *c, const char *key, struct ct_err *err)
{
	struct sending s = { .c = c, .err = err };
	uint64_t before = c->rows;
	int ret = 0;

	for (size_t i = 0; i < CT_ARRAY_SIZE(of_workload) && !ret; i++) {
		s.table = &of_workload[i];
		ret = ct_db__query(c->from, s.table->select,
				   CT_VALUES(CT_TEXT(c->host), CT_TEXT(c->store), CT_TEXT(key),
					     CT_INT(c->copied.version)),
				   send_row, &s, err);
	}
	/* A row disappears only when another one changes: a part is joined to another part, or a
	 * need leaves the advice. */
	if (ret || c->rows == before)
		return ret;
	ret = remove_gone(c, key, GONE("part", "setting"), err);
	return ret ? ret : remove_gone(c, key, GONE("need", "capability"), err);
}

/* ---- a batch ---- */

static int64_t newer(const struct ct_copied *c)
{
	return c->news > c->version ? c->news : c->version;
}

static int send_table(struct ct_replica *c, const struct table *t, const char *where, int64_t after,
		      int64_t last, struct ct_strings *keys, struct ct_err *err)
{
	struct sending s = { .c = c, .table = t, .keys = keys, .err = err };
	ct_autofree char *sql = ct_xasprintf("%s" HOST_ROWS " AND %s", t->select, where);

	return ct_db__query(c->from, sql,
			    CT_VALUES(CT_TEXT(c->host), CT_TEXT(c->store), CT_INT(after),
				      CT_INT(last), CT_INT(newer(&c->copied))),
			    send_row, &s, err);
}

/*
 * Rows are sent in order, so that two daemons that write the same rows by mistake do not deadlock.
 */
static int send_rows(struct ct_replica *c, bool news, int64_t last, struct ct_err *err)
{
	ct_autostrings struct ct_strings keys = {};
	int ret = send_table(c, &workloads,
			     news ? "news_version > $3 AND news_version <= $4 ORDER BY key" :
				    WAITS("$3", "$5") " AND version <= $4 ORDER BY key",
			     news ? newer(&c->copied) : c->copied.version, last, &keys, err);

	for (size_t i = 0; i < keys.len && !ret; i++)
		ret = send_workload(c, keys.items[i], err);
	for (size_t i = 0; i < CT_ARRAY_SIZE(others) && !ret; i++)
		ret = send_table(c, &others[i], "version > $3 AND version <= $4 ORDER BY 1, 2, 3",
				 newer(&c->copied), last, NULL, err);
	return ret;
}

/* The host's row says how far the copy has come. It is sent first, as others refer to it. */
static int send_host(struct ct_replica *c, const struct ct_copied *reached, struct ct_err *err)
{
	static const struct table host = {
		.select = "SELECT name, store, kernel, arch, boot_id, backend, captrim, first_ms,"
			  " last_ms, $3, $4 FROM host WHERE name = $1 AND store = $2",
		.insert = "INSERT INTO host (name, store, kernel, arch, boot_id, backend, captrim,"
			  " first_ms, last_ms, version, news_version) VALUES ($1, $2, $3, $4, $5,"
			  " $6, $7, $8, $9, $10, $11)"
			  " ON CONFLICT (name, store) DO UPDATE SET kernel = excluded.kernel,"
			  " arch = excluded.arch, boot_id = excluded.boot_id,"
			  " backend = excluded.backend, captrim = excluded.captrim,"
			  " first_ms = least(host.first_ms, excluded.first_ms),"
			  " last_ms = greatest(host.last_ms, excluded.last_ms),"
			  " version = excluded.version, news_version = excluded.news_version",
		.columns = "tttttttiiii",
	};
	struct sending s = { .c = c, .table = &host, .err = err };

	return ct_db__query(c->from, host.select,
			    CT_VALUES(CT_TEXT(c->host), CT_TEXT(c->store), CT_INT(reached->version),
				      CT_INT(reached->news)),
			    send_row, &s, err);
}

/* *last is the last version of a batch of limit rows; *more: there are newer ones. */
static int last_of(struct ct_replica *c, bool news, unsigned int limit, int64_t *last, bool *more,
		   struct ct_err *err)
{
	static const char all[] =
		"SELECT version FROM (SELECT version FROM workload WHERE host = $1 AND store = $2"
		" AND " WAITS("$3", "$4") " UNION ALL SELECT version FROM event WHERE host = $1"
					  " AND store = $2 AND version > $4 UNION ALL SELECT "
					  "version FROM gap WHERE"
					  " host = $1 AND store = $2 AND version > $4) ORDER BY "
					  "version LIMIT 1 OFFSET $5";
	static const char new[] =
		"SELECT version FROM (SELECT news_version AS version FROM workload WHERE host = $1"
		" AND store = $2 AND news_version > $4 UNION ALL SELECT version FROM event WHERE"
		" host = $1 AND store = $2 AND version > $4 UNION ALL SELECT version FROM gap"
		" WHERE host = $1 AND store = $2 AND version > $4) ORDER BY version LIMIT 1"
		" OFFSET $5";
	int64_t at = -1, now = 0;
	int ret = ct_db__number(c->from, news ? new : all,
				CT_VALUES(CT_TEXT(c->host), CT_TEXT(c->store),
					  CT_INT(c->copied.version), CT_INT(newer(&c->copied)),
					  CT_INT(limit)),
				&at, err);

	if (!ret)
		ret = ct_db__number(c->from, "SELECT value FROM counter WHERE name = 'version'",
				    NULL, 0, &now, err);
	*more = at >= 0;
	*last = at >= 0 ? at : now;
	return ret;
}

static int write_batch(struct ct_replica *c, bool news, unsigned int limit,
		       struct ct_copied *reached, bool *more, struct ct_err *err)
{
	int64_t last = 0;
	int ret = last_of(c, news, limit, &last, more, err);

	if (!ret && last > reached->news)
		reached->news = last;
	if (!ret && !news)
		reached->version = last;
	if (!ret)
		ret = ct_remote__queue(c->to, "BEGIN", NULL, 0, err);
	if (!ret)
		ret = send_host(c, reached, err);
	if (!ret)
		ret = send_rows(c, news, last, err);
	if (!ret)
		ret = ct_remote__queue(c->to, "COMMIT", NULL, 0, err);
	return ret;
}

int ct_replica__batch(struct ct_replica *c, bool news, unsigned int limit, bool *more,
		      struct ct_err *err)
{
	struct ct_copied reached = c->copied;
	/* One state of the file, also if the daemon writes to it. */
	int flushed, ret = ct_db__begin_reading(c->from, err);

	if (ret)
		return ret;
	c->rows = 0;
	ret = write_batch(c, news, limit, &reached, more, err);
	flushed = ct_remote__flush(c->to, ret ? NULL : err);
	ret = ret ? ret : flushed;
	ct_db__rollback(c->from);
	if (!ret)
		c->copied = reached;
	return ret;
}

/* ---- where it stands ---- */

static int take_copied(const struct ct_row *row, void *arg)
{
	struct ct_copied *c = arg;

	c->version = ct_row__int(row, 0);
	c->news = ct_row__int(row, 1);
	return 0;
}

/* Two daemons that write as the same store would each take for copied what only the other has. */
static int lock(struct ct_replica *c, struct ct_err *err)
{
	int64_t got = 0;
	int ret = ct_db__number(c->to,
				"SELECT CASE WHEN pg_try_advisory_lock(hashtextextended($1, 4096))"
				" THEN 1 ELSE 0 END",
				CT_VALUES(CT_TEXT(c->store)), &got, err);

	if (!ret && !got)
		ret = ct_err__set(err, EBUSY,
				  "%s: another daemon already writes as store %s; if the "
				  "store's file was copied to another host, remove the copy",
				  c->to->name, c->store);
	return ret;
}

int ct_replica__begin(struct ct_replica *c, struct ct_db *from, struct ct_db *to,
		      struct ct_err *err)
{
	int ret;

	*c = (struct ct_replica){ .from = from, .to = to };
	ret = ct_db__text(from, "SELECT value FROM setting WHERE name = 'store'", NULL, 0,
			  &c->store, err);
	if (!ret && c->store)
		ret = ct_db__text(from,
				  "SELECT name FROM host WHERE store = $1 ORDER BY last_ms DESC,"
				  " version DESC LIMIT 1",
				  CT_VALUES(CT_TEXT(c->store)), &c->host, err);
	if (!ret && !c->host)
		ret = ct_err__set(err, ENOENT, "%s: nothing was stored yet", from->name);
	if (!ret)
		ret = lock(c, err);
	if (!ret)
		ret = ct_db__query(
			to, "SELECT version, news_version FROM host WHERE name = $1 AND store = $2",
			CT_VALUES(CT_TEXT(c->host), CT_TEXT(c->store)), take_copied, &c->copied,
			err);
	if (ret)
		ct_replica__end(c);
	return ret;
}

int ct_replica__pending(const struct ct_replica *c, uint64_t *n, struct ct_err *err)
{
	int64_t rows = 0;
	int ret = ct_db__number(
		c->from,
		"SELECT (SELECT count(*) FROM workload WHERE store = $3 AND " WAITS(
			"$1", "$2") ") + (SELECT count(*) FROM event WHERE store = $3 AND version "
				    "> $2) + (SELECT count(*) FROM gap WHERE"
				    " store = $3 AND version > $2)",
		CT_VALUES(CT_INT(c->copied.version), CT_INT(newer(&c->copied)), CT_TEXT(c->store)),
		&rows, err);

	if (!ret)
		*n = (uint64_t)rows;
	return ret;
}

void ct_replica__end(struct ct_replica *c)
{
	free(c->store);
	free(c->host);
	*c = (struct ct_replica){};
}
