/* SPDX-License-Identifier: GPL-2.0-only */
/* What a host stored arrives in PostgreSQL, once and whole, whatever becomes of the server. */
#include <errno.h>

#include "base/clock.h"
#include "postgres.h"
#include "store/push.h"
#include "store/schema.h"
#include "stores.h"

#define HOST "alpha"

static bool has_server;
#define NEEDS_SERVER                                          \
	do {                                                  \
		if (!has_server)                              \
			UNIT_SKIP("PostgreSQL is not there"); \
	} while (0)

/* Neither a file nor a schema is left of the last test. */
static void fresh(void)
{
	stores_fresh();
	CU_ASSERT_EQUAL_FATAL(
		postgres_sql("DROP SCHEMA IF EXISTS public CASCADE;"
			     "CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO PUBLIC"),
		0);
}

/* ---- both, as text ---- */

static int add_workload(const struct ct_store_workload_row *r, void *arg)
{
	ct_str__addf(arg, "%s %s %s %s %s %llx %llx %llu %lld-%lld %s %s\n", r->host, r->store,
		     r->key, r->label, r->image, (unsigned long long)r->configured,
		     (unsigned long long)r->cap_add, (unsigned long long)r->checks,
		     (long long)r->first_ms, (long long)r->last_ms, r->confidence, r->gaps);
	return 0;
}

static int add_need(const struct ct_store_need_row *r, void *arg)
{
	ct_str__addf(arg, "%s %s %s %s %llu %llu %lld %lld %lld %s\n", r->host, r->key,
		     r->capability, r->verdict, (unsigned long long)r->granted,
		     (unsigned long long)r->denied, (long long)r->first_ms, (long long)r->last_ms,
		     (long long)r->since_ms, r->reason);
	return 0;
}

static int add_event(const struct ct_store_event *e, void *arg)
{
	ct_str__addf(arg, "%s %s %s %lld %s %s\n", e->host, e->id, e->kind, (long long)e->acked_ms,
		     e->acked_by, e->note);
	return 0;
}

static int add_gap(const struct ct_store_gap *g, void *arg)
{
	ct_str__addf(arg, "%s %s %s %lld-%lld\n", g->host, g->key, g->why, (long long)g->from_ms,
		     (long long)g->to_ms);
	return 0;
}

static char *text_of(const char *url)
{
	ct_autoerr struct ct_err err = {};
	ct_autostore struct ct_store *s = NULL;
	ct_autosession struct ct_session *all = NULL;
	ct_autofree char *session = NULL;
	struct ct_str text = {};

	ct_str__add(&text, "");
	if (ct_store__open(url, CT_STORE_READ, &s, &err) ||
	    ct_store__each_workload(s, NULL, add_workload, &text, &err) ||
	    ct_store__each_need(s, NULL, add_need, &text, &err) ||
	    ct_store__each_event(s, NULL, add_event, &text, &err) ||
	    ct_store__each_gap(s, NULL, add_gap, &text, &err) ||
	    ct_store__load(s, NULL, &all, &err)) {
		ct_str__addf(&text, "%s", err.msg);
		return text.s;
	}
	session = session_text(all);
	ct_str__add(&text, session);
	return text.s;
}

/* Waits until both hold the same. */
static void await_same(void)
{
	ct_autofree char *file = text_of(stores_path), *server = NULL;

	for (int i = 0; i < 400; i++) {
		free(server);
		server = text_of(postgres_url);
		if (!strcmp(server, file))
			return;
		ct_clock__sleep_ns(100 * CT_NS_PER_MS);
	}
	UNIT_STR(server, file);
}

static struct ct_store_push *start(uint64_t counters_ms)
{
	ct_autoerr struct ct_err err = {};
	struct ct_store_push *p = NULL;
	const struct ct_store_push_opts o = { .local = stores_path,
					      .url = postgres_url,
					      .counters_ms = counters_ms,
					      .rows_per_sec = 100000 };

	STORES_OK(ct_store_push__start(&o, &p, &err), err);
	return p;
}

static struct ct_store_push_status status_of(struct ct_store_push *p)
{
	struct ct_store_push_status st;

	ct_store_push__status(p, &st);
	return st;
}

static void save(struct ct_store *s, const char *name, int64_t now_ms, int cap, bool news)
{
	ct_autoerr struct ct_err err = {};
	ct_autosession struct ct_session *session = stores_session(name, now_ms);

	if (cap >= 0)
		build_check(session->workloads[0], cap, "reboot", "ns_capable somewhere_else");
	STORES_OK(stores_save(s, session, HOST, now_ms, news, &err), err);
}

/* ---- tests ---- */

static void test_arrives(void)
{
	ct_autoerr struct ct_err err = {};
	ct_autostore struct ct_store *s = NULL;
	struct ct_store_push *p;
	struct ct_store_event e = { .id = "0123456789", .kind = "new-need", .key = "name:web" };
	struct ct_store_gap g = { .why = "daemon-down", .from_ms = 1, .to_ms = 2 };
	struct ct_host host = {};
	struct ct_store_batch b = { .host = &host,
				    .host_name = HOST,
				    .now_ms = 50,
				    .events = &e,
				    .nevents = 1,
				    .gaps = &g,
				    .ngaps = 1 };

	NEEDS_SERVER;
	fresh();
	s = stores_open(CT_STORE_WRITE);
	p = start(0);
	save(s, "web", 1000, CAP_SYS_BOOT, true);
	save(s, "d'b\xff\n\\x", 2000, -1, true);
	STORES_OK(ct_store__save(s, &b, &err), err);
	ct_store_push__news(p);
	await_same();
	/* What it has no more goes there, too: the need of another capability. */
	save(s, "web", 3000, CAP_SYS_TIME, true);
	ct_store_push__news(p);
	await_same();
	for (int i = 0; i < 300 && status_of(p).pending; i++)
		ct_clock__sleep_ns(100 * CT_NS_PER_MS);
	CU_ASSERT(status_of(p).connected);
	CU_ASSERT_EQUAL(status_of(p).pending, 0);
	ct_store_push__stop(p, 10000);
	ct_store__close(ct_steal(s));
	STORES_OK(ct_store__open(postgres_url, CT_STORE_READ, &s, &err), err);
	stores_find_among(s, "web");
}

/* What is not news waits; at the end it is sent. */
static void test_counters(void)
{
	ct_autostore struct ct_store *s = NULL;
	struct ct_store_push *p;
	ct_autofree char *before = NULL, *after = NULL;

	NEEDS_SERVER;
	fresh();
	s = stores_open(CT_STORE_WRITE);
	p = start(3600000);
	save(s, "web", 1000, -1, true);
	ct_store_push__news(p);
	await_same();
	before = text_of(postgres_url);
	save(s, "web", 5000, -1, false);
	save(s, "db", 6000, -1, true);
	ct_store_push__news(p);
	for (int i = 0; i < 300 && !(after && strstr(after, "name:db")); i++) {
		ct_clock__sleep_ns(100 * CT_NS_PER_MS);
		free(after);
		after = text_of(postgres_url);
	}
	CU_ASSERT_PTR_NOT_NULL(strstr(after, "1000-1000"));
	CU_ASSERT_PTR_NULL(strstr(after, "1000-5000"));
	ct_store_push__stop(p, 10000);
	await_same();
}

/* The server is away, comes back, dies, and comes back. */
static void test_away(void)
{
	ct_autostore struct ct_store *s = NULL;
	struct ct_store_push *p;

	NEEDS_SERVER;
	fresh();
	s = stores_open(CT_STORE_WRITE);
	save(s, "c0", 1000, -1, true);
	postgres_do("stop");
	p = start(0);
	for (int i = 1; i < 80; i++) {
		ct_autofree char *name = ct_xasprintf("c%d", i);

		save(s, name, 1000 + i, i % 2 ? CAP_SYS_BOOT : -1, true);
		ct_store_push__news(p);
		if (i == 20 || i == 60)
			CU_ASSERT_EQUAL(postgres_do("start"), 0);
		if (i == 40)
			CU_ASSERT_EQUAL(postgres_do("kill"), 0);
		ct_clock__sleep_ns(40 * CT_NS_PER_MS);
	}
	await_same();
	CU_ASSERT(status_of(p).failures > 0);
	ct_store_push__stop(p, 10000);
}

/* The server lost what it had, or was begun anew: all of it is sent again. */
static void test_lost(void)
{
	ct_autostore struct ct_store *s = NULL;
	struct ct_store_push *p;

	NEEDS_SERVER;
	fresh();
	s = stores_open(CT_STORE_WRITE);
	save(s, "web", 1000, -1, true);
	p = start(0);
	await_same();
	ct_store_push__stop(p, 10000);
	CU_ASSERT_EQUAL(postgres_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public"), 0);
	p = start(0);
	await_same();
	ct_store_push__stop(p, 10000);
}

static void test_acks(void)
{
	ct_autoerr struct ct_err err = {};
	ct_autostore struct ct_store *s = NULL, *there = NULL;
	struct ct_store_push *p;
	struct ct_store_event e = { .id = "0123456789", .kind = "new-need", .key = "name:web" };
	struct ct_host host = {};
	struct ct_store_batch b = {
		.host = &host, .host_name = HOST, .now_ms = 50, .events = &e, .nevents = 1
	};
	struct ct_store_ack a = { .id = "012345", .by = "me", .note = "it's fine", .now_ms = 7 };
	struct ct_store_ack undo = { .id = "012345", .undo = true };
	ct_autofree char *text = NULL, *again = NULL;
	size_t n = 0;

	NEEDS_SERVER;
	fresh();
	s = stores_open(CT_STORE_WRITE);
	STORES_OK(ct_store__save(s, &b, &err), err);
	p = start(200);
	await_same();
	STORES_OK(ct_store__open(postgres_url, CT_STORE_CHANGE, &there, &err), err);
	STORES_OK(ct_store__ack(there, &a, &n, &err), err);
	CU_ASSERT_EQUAL(n, 1);
	for (int i = 0; i < 300 && !(text && strstr(text, "it's fine")); i++) {
		ct_clock__sleep_ns(100 * CT_NS_PER_MS);
		free(text);
		text = text_of(stores_path);
	}
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "7 me it's fine"));
	/* Taken back here, it is so there. */
	STORES_OK(ct_store__ack(s, &undo, &n, &err), err);
	ct_store_push__news(p);
	await_same();
	again = text_of(postgres_url);
	CU_ASSERT_PTR_NULL(strstr(again, "it's fine"));
	ct_store_push__stop(p, 10000);
}

/* The file was copied to another host: the second one is told so. */
static void test_twice(void)
{
	ct_autostore struct ct_store *s = NULL;
	struct ct_store_push *p, *other;

	NEEDS_SERVER;
	fresh();
	s = stores_open(CT_STORE_WRITE);
	save(s, "web", 1000, -1, true);
	p = start(0);
	await_same();
	other = start(0);
	for (int i = 0; i < 300 && !status_of(other).failures; i++)
		ct_clock__sleep_ns(100 * CT_NS_PER_MS);
	CU_ASSERT_PTR_NOT_NULL(
		strstr(status_of(other).why, "another daemon already writes as store"));
	ct_store_push__stop(other, 10000);
	ct_store_push__stop(p, 10000);
}

/* A server does not know what runs: a quiet workload is stored once a day, and must stay. */
static void test_retained(void)
{
	static const int64_t hour_ms = 3600 * 1000;
	ct_autoerr struct ct_err err = {};
	ct_autostore struct ct_store *s = NULL;
	ct_autofree char *text = NULL;
	int64_t now_ms = ct_clock__wall_ms();
	struct ct_store_push *p = NULL;
	const struct ct_store_push_opts o = { .local = stores_path,
					      .url = postgres_url,
					      .counters_ms = 100,
					      .rows_per_sec = 100000,
					      .retain_age_ms = hour_ms };

	NEEDS_SERVER;
	fresh();
	s = stores_open(CT_STORE_WRITE);
	save(s, "old", now_ms - 72 * hour_ms, CAP_CHOWN, true);
	save(s, "web", now_ms - 25 * hour_ms, CAP_CHOWN, true);
	STORES_OK(ct_store_push__start(&o, &p, &err), err);
	for (int i = 0; i < 100; i++) {
		free(text);
		text = text_of(postgres_url);
		if (strstr(text, "name:web") && !strstr(text, "name:old"))
			break;
		ct_clock__sleep_ns(100 * CT_NS_PER_MS);
	}
	ct_store_push__stop(p, 10000);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "name:web CHOWN"));
	CU_ASSERT_PTR_NULL(strstr(text, "name:old"));
}

/* ---- who may write what ---- */

static int as_role(const char *role, const char *sql)
{
	ct_autofree char *url = ct_xasprintf("postgresql:///postgres?host=%s&user=%s", postgres_dir,
					     role);
	ct_autoerr struct ct_err err = {};
	struct ct_db *db = NULL;
	int ret = ct_remote__open(url, &db, &err);

	if (!ret)
		ret = ct_db__script(db, sql, &err);
	ct_db__close(db);
	return ret;
}

static void test_roles(void)
{
	ct_autostore struct ct_store *s = NULL, *reader = NULL;
	struct ct_store_push *p;
	ct_autofree char *url = NULL, *grants = NULL, *text = NULL;
	ct_autoerr struct ct_err err = {};
	size_t len;

	NEEDS_SERVER;
	fresh();
	s = stores_open(CT_STORE_WRITE);
	save(s, "web", 1000, -1, true);
	/* The owner makes the schema, and the roles as docs/fleet.md has them. */
	STORES_OK(ct_store__open(postgres_url, CT_STORE_CHANGE, &reader, &err), err);
	CU_ASSERT_EQUAL_FATAL(ct_read_file("packaging/fleet-roles.sql", 1 << 20, &grants, &len), 0);
	CU_ASSERT_EQUAL(postgres_sql("DROP ROLE IF EXISTS alpha, beta, watcher, captrim_writer,"
				     " captrim_reader, captrim_acker"),
			0);
	CU_ASSERT_EQUAL_FATAL(postgres_sql(grants), 0);
	CU_ASSERT_EQUAL(
		postgres_sql("CREATE ROLE alpha LOGIN IN ROLE captrim_writer;"
			     "CREATE ROLE beta LOGIN IN ROLE captrim_writer;"
			     "CREATE ROLE watcher LOGIN IN ROLE captrim_reader, captrim_acker;"
			     "INSERT INTO writer VALUES ('alpha', 'alpha'), ('beta', 'beta'),"
			     "('watcher', '*')"),
		0);
	url = postgres_url;
	postgres_url = ct_xasprintf("postgresql:///postgres?host=%s&user=alpha", postgres_dir);
	p = start(0);
	await_same();
	ct_store_push__stop(p, 10000);
	free(postgres_url);
	postgres_url = ct_steal(url);

	CU_ASSERT_EQUAL(as_role("alpha", "INSERT INTO host (name, store) VALUES ('beta', 'x')"),
			-EACCES);
	/* Rows that are not its own are not there for it to be changed. */
	CU_ASSERT_EQUAL(as_role("beta", "UPDATE workload SET label = 'mine'"), 0);
	CU_ASSERT_EQUAL(as_role("beta", "DELETE FROM workload"), 0);
	CU_ASSERT_EQUAL(as_role("beta", "INSERT INTO writer VALUES ('beta', '*')"), -EACCES);
	CU_ASSERT_EQUAL(as_role("beta", "SELECT 1 / (1 - count(*)) FROM workload"), 0);
	CU_ASSERT_EQUAL(as_role("watcher", "DELETE FROM workload"), -EACCES);
	CU_ASSERT_EQUAL(as_role("watcher", "UPDATE event SET text = ''"), -EACCES);
	CU_ASSERT_EQUAL(as_role("watcher", "UPDATE event SET note = ''"), 0);
	CU_ASSERT_EQUAL(as_role("watcher", "SELECT * FROM who_needs"), 0);
	text = text_of(postgres_url);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, HOST));
	CU_ASSERT_PTR_NULL(strstr(text, "mine"));
}

/* The tables are partitioned with rows in them, and others are added. */
static void test_partitions(void)
{
	ct_autofree char *command = NULL;
	ct_autostore struct ct_store *s = NULL;
	struct ct_store_push *p;

	NEEDS_SERVER;
	fresh();
	s = stores_open(CT_STORE_WRITE);
	save(s, "web", 1000, -1, true);
	p = start(0);
	await_same();
	ct_store_push__stop(p, 10000);
	command = ct_xasprintf("psql -q -v ON_ERROR_STOP=1 -v partitions=4 '%s' "
			       "-f packaging/fleet-partitions.sql",
			       postgres_url);
	CU_ASSERT_EQUAL_FATAL(system(command), 0);
	save(s, "web", 2000, CAP_SYS_BOOT, true);
	save(s, "db", 2000, -1, true);
	p = start(0);
	await_same();
	ct_store_push__stop(p, 10000);
	CU_ASSERT_EQUAL(postgres_sql("SELECT * FROM who_needs; SELECT 1 / count(*) FROM pg_policies"
				     " WHERE tablename = 'need' AND qual LIKE '%host = ANY%'"),
			0);
}

/* ---- schema ---- */

static void test_schema(void)
{
	static const char *const one[] = { "CREATE TABLE captrim_schema (version bigint NOT NULL);"
					   "INSERT INTO captrim_schema VALUES (0);",
					   NULL };
	ct_autoerr struct ct_err err = {};
	ct_autostore struct ct_store *s = NULL;
	struct ct_db *db = NULL;
	int status;

	NEEDS_SERVER;
	fresh();
	CU_ASSERT_EQUAL(ct_store__open(postgres_url, CT_STORE_READ, &s, &err), -ESTALE);
	/* Many at once: it is made once. */
	for (int i = 0; i < 8; i++)
		if (!fork()) {
			struct ct_db *mine = NULL;

			_exit(ct_remote__open(postgres_url, &mine, NULL) ||
			      ct_schema__migrate(mine, NULL));
		}
	for (int i = 0; i < 8; i++) {
		CU_ASSERT(wait(&status) > 0);
		CU_ASSERT_EQUAL(status, 0);
	}
	STORES_OK(ct_store__open(postgres_url, CT_STORE_READ, &s, &err), err);
	CU_ASSERT_EQUAL(postgres_sql("UPDATE captrim_schema SET version = 99"), 0);
	ct_store__close(ct_steal(s));
	CU_ASSERT_EQUAL(ct_store__open(postgres_url, CT_STORE_READ, &s, &err), -EPROTO);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.msg, "schema 99 is newer"));
	STORES_OK(ct_remote__open(postgres_url, &db, &err), err);
	CU_ASSERT_EQUAL(ct_schema__migrate_by(db, one, &err), -EPROTO);
	ct_db__close(db);
}

static void test_urls(void)
{
	ct_autoerr struct ct_err err = {};
	ct_autostore struct ct_store *s = NULL;
	struct ct_store_push *p = NULL;
	struct ct_store_push_opts o = { .url = "postgresql://h/d?wrong=1" };
	ct_autofree char *shown = NULL;

	NEEDS_SERVER;
	CU_ASSERT_EQUAL(ct_store_push__start(&o, &p, &err), -EINVAL);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.msg, "postgresql://USER@HOST/DATABASE"));
	CU_ASSERT_EQUAL(
		ct_store__open("postgresql:///nowhere?host=/nonexistent", CT_STORE_READ, &s, &err),
		-ENOTCONN);
	shown = ct_remote__shown("postgresql://me:secret@db:5433/fleet");
	UNIT_STR(shown, "postgresql://me@db:5433/fleet");
}

/* What a server refuses is told apart, with what to do about it. */
static void test_refused(void)
{
	static const struct {
		const char *database, *user;
		int ret;
		const char *cure;
	} t[] = {
		{ "nowhere", "captrim_test", -ENOENT, "; create the database first" },
		{ "postgres", "nobody_here", -EACCES, "docs/fleet.md, and pg_hba.conf" },
		{ "postgres", "locked", -EACCES, "docs/fleet.md, and pg_hba.conf" },
		{ "postgres", "crowd", -EAGAIN, "too many connections" },
	};

	NEEDS_SERVER;
	CU_ASSERT_EQUAL(postgres_sql("DROP ROLE IF EXISTS locked; CREATE ROLE locked NOLOGIN;"
				     "DROP ROLE IF EXISTS crowd;"
				     "CREATE ROLE crowd LOGIN CONNECTION LIMIT 0"),
			0);
	for (size_t i = 0; i < CT_ARRAY_SIZE(t); i++) {
		ct_autoerr struct ct_err err = {};
		ct_autofree char *url = ct_xasprintf("postgresql:///%s?host=%s&user=%s",
						     t[i].database, postgres_dir, t[i].user);
		struct ct_db *db = NULL;

		CU_ASSERT_EQUAL(ct_remote__open(url, &db, &err), t[i].ret);
		if (!strstr(err.msg, t[i].cure) || strstr(err.msg, "FATAL:  28"))
			printf("%s\n", err.msg);
		CU_ASSERT_PTR_NOT_NULL(strstr(err.msg, t[i].cure));
		CU_ASSERT_PTR_NULL(db);
	}
}

/* A database that is not there is a failure that is told, and not a file that may come. */
static void test_no_database(void)
{
	ct_autoerr struct ct_err err = {};
	ct_autostore struct ct_store *s = NULL;
	struct ct_store_push *p = NULL;
	ct_autofree char *url = NULL;
	struct ct_store_push_opts o = { .local = stores_path };

	NEEDS_SERVER;
	fresh();
	s = stores_open(CT_STORE_WRITE);
	save(s, "web", 1000, -1, true);
	url = ct_xasprintf("postgresql:///nowhere?host=%s&user=captrim_test", postgres_dir);
	o.url = url;
	STORES_OK(ct_store_push__start(&o, &p, &err), err);
	for (int i = 0; i < 100 && !status_of(p).failures; i++)
		ct_clock__sleep_ns(100 * CT_NS_PER_MS);
	CU_ASSERT(status_of(p).failures > 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(status_of(p).why, "create the database first"));
	ct_store_push__stop(p, 10000);
}

static CU_TestInfo tests[] = {
	{ "what is stored arrives", test_arrives },
	{ "counters are sent seldom", test_counters },
	{ "the server goes and comes", test_away },
	{ "the server lost all", test_lost },
	{ "acknowledged on either side", test_acks },
	{ "one writer for a store", test_twice },
	{ "what is quiet stays", test_retained },
	{ "a writer's own rows", test_roles },
	{ "partitions", test_partitions },
	{ "the schema of a server", test_schema },
	{ "wrong URLs", test_urls },
	{ "refused connections", test_refused },
	{ "no such database", test_no_database },
	CU_TEST_INFO_NULL,
};

int main(void)
{
	stores_begin();
	has_server = postgres_begin();
	return unit_run("store_push", tests);
}
