/* SPDX-License-Identifier: GPL-2.0-only */
#include "store/remote.h"

#include <errno.h>

#ifndef CT_HAVE_POSTGRES
int ct_remote__check_url(const char *url, struct ct_err *err)
{
	(void)url;
	return ct_err__set(err, ENOSYS,
			   "this captrim was built without PostgreSQL; build it with libpq-dev and "
			   "without WITHOUT=POSTGRES, or give the path of a store");
}

int ct_remote__open(const char *url, struct ct_db **db, struct ct_err *err)
{
	(void)db;
	return ct_remote__check_url(url, err);
}

char *ct_remote__shown(const char *url)
{
	(void)url;
	return ct_xstrdup("postgresql://...");
}

int ct_remote__queue(struct ct_db *db, const char *sql, const struct ct_value *values, size_t n,
		     struct ct_err *err)
{
	(void)db;
	(void)sql;
	(void)values;
	(void)n;
	return ct_remote__check_url(NULL, err);
}

int ct_remote__flush(struct ct_db *db, struct ct_err *err)
{
	(void)db;
	return ct_remote__check_url(NULL, err);
}
#else

#include <endian.h>
#include <libpq-fe.h>
#include <string.h>

#define STATEMENTS 48  /* that the server keeps prepared for the queue */
#define QUEUED	   100 /* answers to more might fill the socket before anybody reads them */
#define MAX_VALUES 1024

/* PostgreSQL's numbers (OIDs) of types, which do not change. */
#define TYPE_BYTEA 17
#define TYPE_INT8  20
#define TYPE_TEXT  25

struct remote {
	struct ct_db db;
	PGconn *conn;
	const char *prepared[STATEMENTS];
	size_t nprepared, queued;
};

/* ---- what the server's answers mean ---- */

static const struct {
	const char *state;
	int code;
	const char *cure;
} states[] = {
	{ "28", EACCES, "; see the roles in docs/fleet.md, and pg_hba.conf" },
	{ "3D000", ENOENT, "; create the database first" },
	{ "40", EAGAIN, "" },
	{ "42501", EACCES, "; see the roles in docs/fleet.md" },
	{ "53100", ENOSPC, "" },
	{ "53", EAGAIN, "" },
	{ "57", EAGAIN, "" },
	{ "08", ENOTCONN, "" },
};

static int set_error(struct remote *r, const char *state, const char *text, struct ct_err *err)
{
	ct_autofree char *shown = NULL, *line = ct_xstrndup(text, strcspn(text, "\n"));
	int code = PQstatus(r->conn) == CONNECTION_BAD ? ENOTCONN : EIO;
	const char *cure = "";

	for (size_t i = 0; state && i < CT_ARRAY_SIZE(states); i++)
		if (!strncmp(state, states[i].state, strlen(states[i].state))) {
			code = states[i].code;
			cure = states[i].cure;
			break;
		}
	shown = ct_printable(line);
	return ct_err__set(err, code, "%s: %s%s", r->db.name, *shown ? shown : "no answer", cure);
}

static int failed(struct remote *r, const PGresult *result, struct ct_err *err)
{
	const char *text = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;

	return set_error(r, result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL,
			 text ? text : PQerrorMessage(r->conn), err);
}

static bool is_good(const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ||
	       status == PGRES_SINGLE_TUPLE;
}

/* ---- rows ---- */

struct remote_row {
	const PGresult *result;
	int number;
};

static int64_t row_int(const struct ct_row *row, int column)
{
	const struct remote_row *r = row->of;
	const char *data = PQgetvalue(r->result, r->number, column);
	uint64_t eight;
	uint32_t four;

	switch (PQgetlength(r->result, r->number, column)) {
	case 8: memcpy(&eight, data, 8); return (int64_t)be64toh(eight);
	case 4: memcpy(&four, data, 4); return (int32_t)be32toh(four);
	case 1: return *data;
	default: return 0;
	}
}

static const char *row_text(const struct ct_row *row, int column)
{
	const struct remote_row *r = row->of;

	return PQgetvalue(r->result, r->number, column);
}

static const void *row_blob(const struct ct_row *row, int column, size_t *len)
{
	const struct remote_row *r = row->of;

	*len = (size_t)PQgetlength(r->result, r->number, column);
	return PQgetvalue(r->result, r->number, column);
}

static const struct ct_row_type row_type = { row_int, row_text, row_blob };

static int give_rows(const PGresult *result, ct_db_row_fn fn, void *arg)
{
	struct remote_row of = { .result = result };
	const struct ct_row row = { .type = &row_type, .of = &of };
	int ret = 0;

	for (; fn && !ret && of.number < PQntuples(result); of.number++)
		ret = fn(&row, arg);
	return ret;
}

/* ---- statements ---- */

struct parameters {
	const char *data[MAX_VALUES];
	int len[MAX_VALUES], format[MAX_VALUES];
	Oid type[MAX_VALUES];
	uint64_t numbers[MAX_VALUES];
	char *mended[MAX_VALUES];
};

static void convert(const struct ct_value *values, size_t n, struct parameters *p)
{
	for (size_t i = 0; i < n; i++) {
		const struct ct_value *v = &values[i];

		p->mended[i] = NULL;
		p->data[i] = v->data ? v->data : "";
		p->len[i] = (int)v->len;
		p->format[i] = 1;
		if (v->type == CT_VALUE_INT) {
			p->type[i] = TYPE_INT8;
			p->numbers[i] = htobe64((uint64_t)v->n);
			p->data[i] = (const char *)&p->numbers[i];
			p->len[i] = 8;
		} else if (v->type == CT_VALUE_BLOB) {
			p->type[i] = TYPE_BYTEA;
		} else {
			p->type[i] = TYPE_TEXT;
			p->format[i] = 0;
			p->mended[i] = ct_db__mended(v->data, v->len);
			if (p->mended[i])
				p->data[i] = p->mended[i];
		}
	}
}

static void release(struct parameters *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(p->mended[i]);
}

static int too_many(const struct remote *r, size_t n, struct ct_err *err)
{
	return n > MAX_VALUES ? ct_err__set(err, E2BIG,
					    "%s: these are too many names for one question; give "
					    "at most %d",
					    r->db.name, MAX_VALUES / 2 - 8) :
				0;
}

static int query(struct ct_db *db, const char *sql, const struct ct_value *values, size_t n,
		 ct_db_row_fn fn, void *arg, struct ct_err *err)
{
	struct remote *r = (struct remote *)db;
	struct parameters p;
	PGresult *result;
	int sent, ret = too_many(r, n, err);

	if (ret)
		return ret;
	convert(values, n, &p);
	sent = PQsendQueryParams(r->conn, sql, (int)n, p.type, p.data, p.len, p.format, 1);
	release(&p, n);
	if (!sent)
		return failed(r, NULL, err);
	if (db->streams)
		PQsetSingleRowMode(r->conn);
	while ((result = PQgetResult(r->conn))) {
		if (!ret)
			ret = is_good(result) ? give_rows(result, fn, arg) : failed(r, result, err);
		PQclear(result);
	}
	if (!ret && PQstatus(r->conn) == CONNECTION_BAD)
		ret = failed(r, NULL, err);
	return ret;
}

static int script(struct ct_db *db, const char *sql, struct ct_err *err)
{
	struct remote *r = (struct remote *)db;
	PGresult *result = PQexec(r->conn, sql);
	int ret = is_good(result) || PQresultStatus(result) == PGRES_EMPTY_QUERY ?
			  0 :
			  failed(r, result, err);

	PQclear(result);
	return ret;
}

/* ---- the queue ---- */

/* Has the server prepare the statement if it did not yet; *name is how the server knows it. */
static int prepare(struct remote *r, const char *sql, const struct parameters *p, size_t n,
		   char name[24])
{
	size_t i = 0;

	while (i < r->nprepared && r->prepared[i] != sql)
		i++;
	snprintf(name, 24, "s%zu", i);
	if (i < r->nprepared)
		return 1;
	if (i == STATEMENTS || !PQsendPrepare(r->conn, name, sql, (int)n, p->type))
		return 0;
	r->prepared[r->nprepared++] = sql;
	return 1;
}

int ct_remote__queue(struct ct_db *db, const char *sql, const struct ct_value *values, size_t n,
		     struct ct_err *err)
{
	struct remote *r = (struct remote *)db;
	struct parameters p;
	char name[24];
	int sent, ret = too_many(r, n, err);

	if (!ret && r->queued >= QUEUED)
		ret = ct_remote__flush(db, err);
	if (ret)
		return ret;
	if (PQpipelineStatus(r->conn) == PQ_PIPELINE_OFF && !PQenterPipelineMode(r->conn))
		return failed(r, NULL, err);
	convert(values, n, &p);
	sent = prepare(r, sql, &p, n, name) &&
	       PQsendQueryPrepared(r->conn, name, (int)n, p.data, p.len, p.format, 1);
	release(&p, n);
	if (!sent)
		return failed(r, NULL, err);
	r->queued++;
	return 0;
}

/* Takes one result. The results of each statement end with NULL. */
static int take_answer(struct remote *r, bool *synced, struct ct_err *err)
{
	PGresult *result = PQgetResult(r->conn);
	int ret = 0;

	if (!result)
		return PQstatus(r->conn) == CONNECTION_BAD ? failed(r, NULL, err) : 0;
	if (PQresultStatus(result) == PGRES_PIPELINE_SYNC)
		*synced = true;
	else if (!is_good(result))
		ret = failed(r, result, err);
	PQclear(result);
	return ret;
}

int ct_remote__flush(struct ct_db *db, struct ct_err *err)
{
	struct remote *r = (struct remote *)db;
	bool synced = false, dead;
	int ret = 0, one;

	if (PQpipelineStatus(r->conn) == PQ_PIPELINE_OFF)
		return 0;
	if (!PQpipelineSync(r->conn))
		ret = failed(r, NULL, err);
	for (dead = ret; !synced && !dead; dead = PQstatus(r->conn) == CONNECTION_BAD) {
		/* The first failure causes those behind it: its message is kept. */
		one = take_answer(r, &synced, ret ? NULL : err);
		ret = ret ? ret : one;
	}
	r->queued = 0;
	if (!dead && !PQexitPipelineMode(r->conn) && !ret)
		ret = failed(r, NULL, err);
	return ret;
}

/* ---- opening ---- */

static void close_it(struct ct_db *db)
{
	struct remote *r = (struct remote *)db;

	PQfinish(r->conn);
	free(db->name);
	free(r);
}

static const struct ct_db_type type = { query, script, close_it };

static const char *value_of(const PQconninfoOption *options, const char *keyword)
{
	for (; options->keyword; options++)
		if (!strcmp(options->keyword, keyword))
			return options->val && *options->val ? options->val : NULL;
	return NULL;
}

int ct_remote__check_url(const char *url, struct ct_err *err)
{
	char *why = NULL;
	PQconninfoOption *options = PQconninfoParse(url, &why);
	ct_autofree char *shown = ct_printable(why ? why : "out of memory");
	int ret = 0;

	/* PostgreSQL's message may quote the URL, but never the password alone: it is cut at the
	 * first colon, quote or backslash. */
	if (!options)
		ret = ct_err__set(err, EINVAL,
				  "the URL of the store is wrong: %.*s; it is "
				  "postgresql://USER@HOST/DATABASE",
				  (int)strcspn(shown, ":\"\\"), shown);
	PQconninfoFree(options);
	PQfreemem(why);
	return ret;
}

char *ct_remote__shown(const char *url)
{
	PQconninfoOption *options = PQconninfoParse(url, NULL);
	ct_autofree char *text = NULL;
	const char *user, *host, *port, *dbname;

	if (!options)
		return ct_xstrdup("postgresql://...");
	user = value_of(options, "user");
	host = value_of(options, "host");
	port = value_of(options, "port");
	dbname = value_of(options, "dbname");
	text = ct_xasprintf("postgresql://%s%s%s%s%s/%s", user ? user : "", user ? "@" : "",
			    host ? host : "", port ? ":" : "", port ? port : "",
			    dbname ? dbname : "");
	PQconninfoFree(options);
	return ct_printable(text);
}

/*
 * The line of a message in which a server answered, or the first one. The two spaces follow the
 * severity in all languages ("FATAL:  ..."), and are in no message of libpq itself.
 */
static const char severity_end[] = ":  ";

static const char *answer_in(const char *message)
{
	const char *line = strstr(message, severity_end);

	if (!line)
		return message;
	while (line > message && line[-1] != '\n')
		line--;
	return line;
}

/*
 * What kept us from connecting. Only a verbose message of libpq has the SQLSTATE of a connection
 * that the server refused ("FATAL:  28P01: ..."), so that is asked for by trying again: it may
 * succeed, then this returns 0.
 */
static int refused(struct remote *r, struct ct_err *err)
{
	ct_autofree char *text = ct_xstrdup(PQerrorMessage(r->conn));
	const char *state = PQconnectionNeedsPassword(r->conn) ? "28P01" : NULL, *end;
	char found[6] = "";

	if (!state && strstr(text, severity_end)) {
		PQsetErrorVerbosity(r->conn, PQERRORS_VERBOSE);
		PQreset(r->conn);
		PQsetErrorVerbosity(r->conn, PQERRORS_DEFAULT);
		if (PQstatus(r->conn) == CONNECTION_OK)
			return 0;
		end = strstr(PQerrorMessage(r->conn), severity_end);
		if (end && sscanf(end, ":  %5[0-9A-Z]:", found) == 1)
			state = found;
	}
	return set_error(r, state, answer_in(text), err);
}

static void ignore_notice(void *arg, const PGresult *result)
{
	(void)arg;
	(void)result;
}

int ct_remote__open(const char *url, struct ct_db **db, struct ct_err *err)
{
	/* The URL comes last, and wins. A server that vanished is noticed within a minute. */
	const char *const keywords[] = { "connect_timeout",
					 "client_encoding",
					 "tcp_user_timeout",
					 "keepalives_idle",
					 "keepalives_interval",
					 "fallback_application_name",
					 "dbname",
					 NULL };
	const char *const values[] = { "10", "UTF8", "30000", "20", "5", "captrim", url, NULL };
	struct remote *r;
	int ret = ct_remote__check_url(url, err);

	if (ret)
		return ret;
	r = ct_xzalloc(sizeof(*r));
	r->db = (struct ct_db){ .type = &type, .postgres = true, .name = ct_remote__shown(url) };
	r->conn = PQconnectdbParams(keywords, values, 1);
	if (PQstatus(r->conn) != CONNECTION_OK)
		ret = refused(r, err);
	if (ret) {
		close_it(&r->db);
		return ret;
	}
	PQsetNoticeReceiver(r->conn, ignore_notice, NULL);
	*db = &r->db;
	return 0;
}
#endif
