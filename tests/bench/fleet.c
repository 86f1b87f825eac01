/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Many hosts and one PostgreSQL, made up of one recording:
 *	fleet writers URL DIR N SECONDS		N daemons' stores, each with a copy running, and
 *						what arrived held against what they know
 *	fleet hosts URL DIR N WORKLOADS		what N hosts with so many workloads cost the server
 *	fleet ask URL				what its readers wait for
 */
#include <inttypes.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "model/recording.h"
#include "store/push.h"
#include "store/remote.h"
#include "store/replica.h"
#include "store/schema.h"
#include "store/sqlite.h"
#include "survey/stored.h"

#define RECORDING "tests/golden/recordings/ping-packaged.rec"
#define NAMES	  20 /* workloads of a writer */
#define PROCESSES 4  /* that act as hosts */

static void fail(const char *what, const struct ct_err *err)
{
	fprintf(stderr, "fleet: %s: %s\n", what, err->msg ? err->msg : "");
	exit(1);
}

/* ---- one workload, judged and saved ---- */

static uint64_t save(struct ct_store *s, const char *host, unsigned int which, uint64_t count,
		     const struct ct_store_event *event, bool news)
{
	ct_autosession struct ct_session *r = NULL;
	ct_autoreport struct ct_report *report = NULL;
	ct_autofree char *name = ct_xasprintf("service-%u", which);
	ct_autofree char *key = ct_xasprintf("name:%s", name);
	ct_autoerr struct ct_err err = { 0 };
	struct ct_store_workload row = { .key = key, .news = news };
	struct ct_store_batch b = { .host_name = host,
				    .now_ms = ct_clock__wall_ms(),
				    .workloads = &row,
				    .nworkloads = 1,
				    .events = event,
				    .nevents = event ? 1 : 0 };
	uint64_t checks = 0;

	if (ct_recording__read(RECORDING, &r, &err))
		fail(RECORDING, &err);
	ct_session__conclude(r);
	row.session = r;
	row.w = r->workloads[0];
	b.host = &r->host;
	free(r->workloads[0]->container.name);
	r->workloads[0]->container.name = ct_steal(name);
	r->workloads[0]->kinds[0].count = count;
	report = ct_judge__session(r, CT_MODE_DEFAULT);
	row.advice = &report->advices[0];
	if (ct_store__save(s, &b, &err))
		fail(host, &err);
	for (size_t i = 0; i < r->workloads[0]->nkinds; i++)
		checks += r->workloads[0]->kinds[i].count;
	return checks;
}

/* ---- writers ---- */

struct known {
	uint64_t checks[NAMES], events, saves, failures;
};

static void write_one(const char *url, const char *dir, unsigned int number, uint64_t until,
		      int out)
{
	ct_autofree char *path = ct_xasprintf("%s/%u.db", dir, number);
	ct_autofree char *host = ct_xasprintf("host%03u", number);
	const struct ct_store_push_opts o = { .local = path, .url = url, .counters_ms = 5000 };
	struct ct_store_push_status st;
	struct ct_store_push *p = NULL;
	struct ct_store *s = NULL;
	ct_autoerr struct ct_err err = { 0 };
	struct known k = { 0 };
	unsigned int seed = number;

	if (ct_store__open(path, CT_STORE_WRITE, &s, &err) || ct_store_push__start(&o, &p, &err))
		fail(path, &err);
	while (ct_clock__now_ns() < until) {
		unsigned int which = (unsigned int)rand_r(&seed) % NAMES;
		bool news = rand_r(&seed) % 2;
		ct_autofree char *id = ct_xasprintf("%s-%" PRIu64, host, k.saves);
		struct ct_store_event e = { .id = id, .kind = "new-need", .time_ms = 1 };
		bool has_event = rand_r(&seed) % 4 == 0;

		k.checks[which] = save(s, host, which, ++k.saves, has_event ? &e : NULL, news);
		k.events += has_event;
		if (news)
			ct_store_push__news(p);
		ct_clock__sleep_ns((200 + (uint64_t)(rand_r(&seed) % 800)) * CT_NS_PER_MS);
	}
	ct_store_push__status(p, &st);
	k.failures = st.failures;
	ct_store_push__stop(p, 120000);
	ct_store__close(s);
	if (write(out, &k, sizeof(k)) != sizeof(k))
		exit(1);
	exit(0);
}

struct found {
	const char *host;
	const struct known *known;
	uint64_t rows, wrong, events;
};

static int compare(const struct ct_store_workload_row *row, void *arg)
{
	struct found *f = arg;
	unsigned long which = strtoul(row->label + strlen("service-"), NULL, 10);

	f->rows++;
	f->wrong += which >= NAMES || row->checks != f->known->checks[which];
	return 0;
}

static int count(const struct ct_store_event *e, void *arg)
{
	(void)e;
	((struct found *)arg)->events++;
	return 0;
}

static bool arrived(struct ct_store *s, unsigned int number, const struct known *k)
{
	ct_autofree char *host = ct_xasprintf("host%03u", number);
	const struct ct_store_query q = { .host = host };
	struct found f = { .host = host, .known = k };
	ct_autoerr struct ct_err err = { 0 };
	uint64_t wanted = 0;

	if (ct_store__each_workload(s, &q, compare, &f, &err) ||
	    ct_store__each_event(s, &q, count, &f, &err))
		fail(host, &err);
	for (size_t i = 0; i < NAMES; i++)
		wanted += k->checks[i] != 0;
	if (f.rows == wanted && !f.wrong && f.events == k->events)
		return true;
	printf("%s: %" PRIu64 " of %" PRIu64 " workloads, %" PRIu64 " wrong, %" PRIu64
	       " of %" PRIu64 " events\n",
	       host, f.rows, wanted, f.wrong, f.events, k->events);
	return false;
}

static int writers(const char *url, const char *dir, unsigned int n, unsigned int seconds)
{
	uint64_t until = ct_clock__now_ns() + seconds * CT_NS_PER_SEC, saves = 0, failures = 0,
		 events = 0;
	ct_autostore struct ct_store *s = NULL;
	ct_autofree int *ends = ct_xzalloc(n * sizeof(*ends));
	ct_autofree struct known *known = ct_xzalloc(n * sizeof(*known));
	ct_autoerr struct ct_err err = { 0 };
	unsigned int bad = 0;

	for (unsigned int i = 0; i < n; i++) {
		int pair[2];

		if (pipe(pair))
			return 1;
		if (!fork())
			write_one(url, dir, i, until, pair[1]);
		close(pair[1]);
		ends[i] = pair[0];
	}
	for (unsigned int i = 0; i < n; i++) {
		bad += read(ends[i], &known[i], sizeof(known[i])) != sizeof(known[i]);
		saves += known[i].saves;
		events += known[i].events;
		failures += known[i].failures;
	}
	while (wait(NULL) > 0)
		;
	/* It may still be recovering. */
	for (int i = 0; i < 60 && ct_store__open(url, CT_STORE_READ, &s, &err); i++)
		ct_clock__sleep_ns(CT_NS_PER_SEC);
	if (!s)
		fail(url, &err);
	for (unsigned int i = 0; i < n; i++)
		bad += !arrived(s, i, &known[i]);
	printf("%u writers, %u s, %" PRIu64 " transactions, %" PRIu64
	       " events, server away %" PRIu64 " times for one of them: %s\n",
	       n, seconds, saves, events, failures,
	       bad ? "NOT all of it arrived as it is known" : "all arrived, nothing twice");
	return bad != 0;
}

/* ---- hosts ---- */

static int64_t number(struct ct_db *db, const char *sql)
{
	ct_autoerr struct ct_err err = { 0 };
	int64_t n = 0;

	if (ct_db__number(db, sql, NULL, 0, &n, &err))
		fail(sql, &err);
	return n;
}

/* The same file as another host's. counters: only numbers changed since. */
static void become(struct ct_db *file, unsigned int host, bool counters)
{
	static const char *const tables[] = { "workload", "part", "need", "advice" };
	ct_autoerr struct ct_err err = { 0 };
	struct ct_str sql = { 0 };

	ct_str__addf(&sql,
		     "BEGIN; UPDATE setting SET value = 'store%05u' WHERE name = 'store';"
		     "UPDATE host SET name = 'h%05u', store = 'store%05u';",
		     host, host, host);
	for (size_t i = 0; i < CT_ARRAY_SIZE(tables); i++)
		ct_str__addf(&sql, "UPDATE %s SET host = 'h%05u', store = 'store%05u';", tables[i],
			     host, host);
	if (counters)
		ct_str__add(&sql, "UPDATE workload SET watched_ms = watched_ms + 900000, last_ms ="
				  " last_ms + 900000, version = version + 1000000;"
				  "UPDATE counter SET value = value + 1000000;");
	ct_str__add(&sql, "COMMIT");
	if (ct_db__script(file, sql.s, &err))
		fail("rename", &err);
	ct_str__free(&sql);
}

static uint64_t send(struct ct_db *file, struct ct_db *server)
{
	ct_autoerr struct ct_err err = { 0 };
	struct ct_replica c;
	bool more = true;
	uint64_t rows = 0;

	if (ct_replica__begin(&c, file, server, &err))
		fail("begin", &err);
	while (more) {
		if (ct_replica__batch(&c, false, 50, &more, &err))
			fail("batch", &err);
		rows += c.rows;
	}
	ct_replica__end(&c);
	return rows;
}

static void act_as(const char *url, const char *path, unsigned int from, unsigned int to,
		   bool counters, int out)
{
	ct_autoerr struct ct_err err = { 0 };
	struct ct_db *file = NULL, *server = NULL;
	uint64_t rows = 0;

	if (ct_sqlite__open(path, true, &file, &err) || ct_remote__open(url, &server, &err))
		fail(path, &err);
	ct_db__script(file, "PRAGMA synchronous = OFF", NULL);
	for (unsigned int i = from; i < to; i++) {
		become(file, i, counters);
		rows += send(file, server);
	}
	if (write(out, &rows, sizeof(rows)) != sizeof(rows))
		exit(1);
	exit(0);
}

static void fill(const char *url, const char *dir, unsigned int hosts, bool counters,
		 struct ct_db *server)
{
	uint64_t began = ct_clock__now_ns(), rows = 0, some = 0;
	int64_t wal = number(server, "SELECT CAST(pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') AS "
				     "bigint)");
	double seconds;
	int pair[2];

	fflush(stdout);
	if (pipe(pair))
		exit(1);
	for (unsigned int i = 0; i < PROCESSES; i++)
		if (!fork()) {
			ct_autofree char *path = ct_xasprintf("%s/template%u.db", dir, i);

			act_as(url, path, hosts * i / PROCESSES, hosts * (i + 1) / PROCESSES,
			       counters, pair[1]);
		}
	close(pair[1]);
	while (read(pair[0], &some, sizeof(some)) == sizeof(some))
		rows += some;
	while (wait(NULL) > 0)
		;
	seconds = (double)(ct_clock__now_ns() - began) / 1e9;
	wal = number(server,
		     "SELECT CAST(pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') AS bigint)") -
	      wal;
	printf("%s: %" PRIu64 " rows in %.1f s, %.0f rows/s, %.0f MB of WAL, %.0f bytes a row\n",
	       counters ? "counters" : "everything", rows, seconds, (double)rows / seconds,
	       (double)wal / 1e6, rows ? (double)wal / (double)rows : 0);
}

static int nothing(const struct ct_store_need_row *row, void *arg)
{
	(void)row;
	++*(uint64_t *)arg;
	return 0;
}

static double ms_since(uint64_t began)
{
	return (double)(ct_clock__now_ns() - began) / CT_NS_PER_MS;
}

static int verdict(const char *what, uint64_t rows, double ms, double limit)
{
	printf("%s %s: %.0f ms (at most %.0f), %" PRIu64 " rows\n", ms > limit ? "MISS" : "ok  ",
	       what, ms, limit, rows);
	return ms > limit;
}

/* One need of one identity on all hosts: the fastest of five, as other programs run beside. */
static int ask_one(struct ct_store *s, const char *name)
{
	const struct ct_store_query q = { .names = &name, .nnames = 1, .capability = "NET_RAW" };
	ct_autoerr struct ct_err err = { 0 };
	double best = 1e9;
	uint64_t rows = 0;

	for (int i = 0; i < 5; i++) {
		uint64_t began = ct_clock__now_ns();
		double ms;

		rows = 0;
		if (ct_store__each_need(s, &q, nothing, &rows, &err))
			fail("query", &err);
		ms = ms_since(began);
		best = ms < best ? ms : best;
	}
	return verdict("one need of one identity", rows, best, 50);
}

/* What list, top and the page show first; likewise. */
static int ask_all(struct ct_store *s)
{
	ct_autoerr struct ct_err err = { 0 };
	double best = 1e9;
	uint64_t rows = 0;

	for (int i = 0; i < 5; i++) {
		ct_autosurvey struct ct_survey sv = { 0 };
		uint64_t began = ct_clock__now_ns();
		double ms;

		if (ct_survey__read_joined(s, NULL, CT_DEPTH_REACH, &sv, &err))
			fail("list", &err);
		ms = ms_since(began);
		best = ms < best ? ms : best;
		rows = sv.len;
	}
	return verdict("all identities of all hosts", rows, best, 1000);
}

static int ask(const char *url)
{
	ct_autosession struct ct_session *all = NULL;
	ct_autostore struct ct_store *s = NULL;
	ct_autoerr struct ct_err err = { 0 };
	const char *name = "service-7";
	uint64_t began;
	int miss;

	if (ct_store__open(url, CT_STORE_READ, &s, &err))
		fail(url, &err);
	miss = ask_one(s, name) | ask_all(s);
	began = ct_clock__now_ns();
	if (ct_store__load(s, &(struct ct_store_query){ .names = &name, .nnames = 1 }, &all, &err))
		fail("load", &err);
	printf("     all recordings of one identity added up: %.0f ms\n", ms_since(began));
	return miss;
}

static int hosts(const char *url, const char *dir, unsigned int n, unsigned int workloads)
{
	ct_autofree char *path = ct_xasprintf("%s/template.db", dir);
	struct ct_store *s = NULL;
	struct ct_db *server = NULL;
	ct_autoerr struct ct_err err = { 0 };

	if (ct_store__open(path, CT_STORE_WRITE, &s, &err) || ct_remote__open(url, &server, &err) ||
	    ct_schema__migrate(server, &err))
		fail(path, &err);
	for (unsigned int i = 0; i < workloads; i++)
		save(s, "template", i, 1000 + i, NULL, true);
	for (unsigned int i = 0; i < PROCESSES; i++) {
		ct_autofree char *copy = ct_xasprintf("%s/template%u.db", dir, i);

		if (ct_store__backup(s, copy, &err))
			fail(copy, &err);
	}
	ct_store__close(s);
	fill(url, dir, n, false, server);
	printf("%u hosts with %u workloads: %.0f MB in the database\n", n, workloads,
	       (double)number(server, "SELECT pg_database_size(current_database())") / 1e6);
	fill(url, dir, n, true, server);
	ct_db__script(server, "VACUUM (ANALYZE)", NULL); /* as the server does by itself, later */
	ct_db__close(server);
	return ask(url);
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "ask"))
		return ask(argv[2]);
	if (argc == 6 && !strcmp(argv[1], "writers"))
		return writers(argv[2], argv[3], (unsigned int)atoi(argv[4]),
			       (unsigned int)atoi(argv[5]));
	if (argc == 6 && !strcmp(argv[1], "hosts"))
		return hosts(argv[2], argv[3], (unsigned int)atoi(argv[4]),
			     (unsigned int)atoi(argv[5]));
	fputs("usage: fleet writers|hosts URL DIR N SECONDS|WORKLOADS | fleet ask URL\n", stderr);
	return 2;
}
