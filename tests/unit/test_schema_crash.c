/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A process that brings an older store's schema up to date is killed at any moment: the store has
 * the old schema or the new one, whole, and nothing is lost. KILLS says how often.
 */
#include <signal.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "postgres.h"
#include "store/lock.h"
#include "store/schema.h"
#include "store/sqlite.h"
#include "stores.h"

#define ROWS 4000
#define SUM  (ROWS * (ROWS + 1ll) / 2)
#define FILL                                                                                \
	"INSERT INTO a (n) WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i " \
	"WHERE n < 4000) SELECT n FROM i;"
#define FIRST "CREATE TABLE a (n @INT, t @TEXT) @END;" FILL
#define SERVER                                                   \
	"CREATE TABLE captrim_schema (version bigint NOT NULL);" \
	"INSERT INTO captrim_schema VALUES (0);"

/* A column that is filled, a table that takes another one's place, a view: what steps consist of.
 */
#define SECOND                                                                            \
	"ALTER TABLE a ADD COLUMN twice @INT; UPDATE a SET twice = 2 * n;"                \
	"CREATE TABLE b (n @INT, twice @INT) @END; INSERT INTO b SELECT n, twice FROM a;" \
	"DROP TABLE a; CREATE INDEX b_n ON b (n); CREATE VIEW all_of_it AS SELECT n FROM b;"
#define THIRD "CREATE TABLE c (n @INT) @END; INSERT INTO c SELECT n FROM b;"

static const char *const old_steps[][2] = { { FIRST, NULL }, { SERVER FIRST, NULL } };
static const char *const new_steps[][4] = { { FIRST, SECOND, THIRD, NULL },
					    { SERVER FIRST, SECOND, THIRD, NULL } };

static bool has_server;
static bool server; /* what is tested */

static int open_it(struct ct_db **db, struct ct_err *err)
{
	if (server)
		return ct_remote__open(postgres_url, db, err);
	return ct_sqlite__open(stores_path, true, db, err);
}

static void make_old(void)
{
	ct_autoerr struct ct_err err = {};
	struct ct_db *db = NULL;

	if (server) {
		CU_ASSERT_EQUAL_FATAL(
			postgres_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public"), 0);
	} else {
		stores_fresh();
		CU_ASSERT_EQUAL_FATAL(ct_store_lock__make_file(stores_path, NULL), 0);
	}
	STORES_OK(open_it(&db, &err), err);
	STORES_OK(ct_schema__migrate_by(db, old_steps[server], &err), err);
	ct_db__close(db);
}

static int64_t number(struct ct_db *db, const char *sql)
{
	ct_autoerr struct ct_err err = {};
	int64_t n = -1;

	STORES_OK(ct_db__number(db, sql, NULL, 0, &n, &err), err);
	return n;
}

/* Which version it has; all of that must be there, and nothing of the other. */
static int64_t look(struct ct_db *db)
{
	int64_t version = number(db, server ? "SELECT version FROM captrim_schema" :
					      "PRAGMA user_version");
	int64_t others = number(db, server ? "SELECT count(*) FROM pg_catalog.pg_class WHERE "
					     "relname IN ('b', 'b_n', 'c', 'all_of_it')" :
					     "SELECT count(*) FROM sqlite_schema WHERE name IN "
					     "('b', 'b_n', 'c', 'all_of_it')");

	if (version == 1) {
		CU_ASSERT_EQUAL(number(db, "SELECT CAST(sum(n) AS bigint) FROM a"), SUM);
		CU_ASSERT_EQUAL(others, 0);
		return version;
	}
	CU_ASSERT_EQUAL_FATAL(version, 3);
	CU_ASSERT_EQUAL(others, 4);
	CU_ASSERT_EQUAL(number(db, "SELECT CAST(sum(twice) AS bigint) FROM b"), 2 * SUM);
	CU_ASSERT_EQUAL(number(db, "SELECT CAST(sum(n) AS bigint) FROM c"), SUM);
	return version;
}

static void migrate(void)
{
	struct ct_db *db = NULL;

	_exit(open_it(&db, NULL) || ct_schema__migrate_by(db, new_steps[server], NULL));
}

/* How long it takes if nobody ends it. */
static uint64_t whole_time(void)
{
	uint64_t start;
	int status;
	pid_t pid;

	make_old();
	start = ct_clock__now_ns();
	pid = fork();
	if (!pid)
		migrate();
	waitpid(pid, &status, 0);
	CU_ASSERT_EQUAL_FATAL(status, 0);
	return ct_clock__now_ns() - start;
}

/* What it was told last it does, and sees only then that nobody is there any more. */
static void wait_for_server(struct ct_db *db)
{
	for (unsigned int i = 0; i < 600; i++) {
		if (!number(db, "SELECT count(*) FROM pg_stat_activity WHERE backend_type = "
				"'client backend' AND pid <> pg_backend_pid()"))
			return;
		ct_clock__sleep_ns(50 * CT_NS_PER_MS);
	}
	CU_FAIL_FATAL("the server still works for the one that was killed");
}

/* Returns the version that was left. */
static int64_t kill_after(uint64_t ns)
{
	ct_autoerr struct ct_err err = {};
	struct ct_db *db = NULL;
	int64_t version;
	int status;
	pid_t pid;

	make_old();
	pid = fork();
	if (!pid)
		migrate();
	ct_clock__sleep_ns(ns);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	STORES_OK(open_it(&db, &err), err);
	if (server)
		wait_for_server(db);
	version = look(db);
	STORES_OK(ct_schema__migrate_by(db, new_steps[server], &err), err);
	CU_ASSERT_EQUAL(look(db), 3);
	ct_db__close(db);
	return version;
}

static void kill_often(void)
{
	const char *text = getenv("KILLS");
	unsigned int kills = text ? (unsigned int)strtoul(text, NULL, 10) : 50, left = 0;
	uint64_t whole = whole_time();

	for (unsigned int i = 0; i < kills; i++)
		left += kill_after(whole * i / kills) == 1;
	printf("killed %u times, the old schema was left %u times\n", kills, left);
	CU_ASSERT(left > 0);
}

static void test_file(void)
{
	server = false;
	kill_often();
}

static void test_server(void)
{
	if (!has_server)
		UNIT_SKIP("no PostgreSQL");
	server = true;
	kill_often();
}

static CU_TestInfo tests[] = {
	{ "a file", test_file },
	{ "a server", test_server },
	CU_TEST_INFO_NULL,
};

int main(void)
{
	stores_begin();
	has_server = postgres_begin();
	return unit_run("schema_crash", tests);
}
