/* SPDX-License-Identifier: GPL-2.0-only */
/* What is saved is there again, what is wrong is refused, and what is refused stays as it is. */
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/input.h"
#include "emit/emit.h"
#include "random.h"
#include "store/lock.h"
#include "store/schema.h"
#include "store/sqlite.h"
#include "stores.h"

#define HOST "alpha"

/* ---- what a store holds, as text ---- */

static int add_workload(const struct ct_store_workload_row *r, void *arg)
{
	ct_autofree char *set = ct_caps__join(r->cap_add, " ", "");

	ct_str__addf(arg, "%s %s %s [%s] %s %s %s\n", r->host, r->key, r->image, set, r->confidence,
		     r->gaps, r->label);
	return 0;
}

static int add_need(const struct ct_store_need_row *r, void *arg)
{
	if (strcmp(r->verdict, "unused") != 0)
		ct_str__addf(arg, "%s %s %s %d%d %lld-%lld %s\n", r->label, r->capability,
			     r->verdict, r->chosen, r->held, (long long)r->first_ms,
			     (long long)r->last_ms, r->site);
	return 0;
}

static int add_event(const struct ct_store_event *e, void *arg)
{
	ct_str__addf(arg, "%s %s %s %s %lld %s\n", e->host, e->id, e->kind, e->capability,
		     (long long)e->time_ms, e->acked_ms ? e->acked_by : "-");
	return 0;
}

static int add_gap(const struct ct_store_gap *g, void *arg)
{
	ct_str__addf(arg, "%s %s %s %lld-%lld\n", g->host, g->key, g->why, (long long)g->from_ms,
		     (long long)g->to_ms);
	return 0;
}

static char *workloads_text(struct ct_store *s, const struct ct_store_query *q)
{
	ct_autoerr struct ct_err err = {};
	struct ct_str text = {};

	ct_str__add(&text, "");
	STORES_OK(ct_store__each_workload(s, q, add_workload, &text, &err), err);
	return text.s;
}

/* ---- saving and loading ---- */

static void test_round(void)
{
	ct_autoerr struct ct_err err = {};
	ct_autosession struct ct_session *was = stores_session("web", 5000), *is = NULL;
	ct_autostore struct ct_store *s = NULL;
	ct_autofree char *a = NULL, *b = NULL, *rows = NULL;
	struct ct_str needs = {};
	struct stat st;

	stores_fresh();
	s = stores_open(CT_STORE_WRITE);
	STORES_OK(stores_save(s, was, HOST, 10000, true, &err), err);
	CU_ASSERT_EQUAL(stat(stores_path, &st), 0);
	CU_ASSERT_EQUAL(st.st_mode & 0777, 0640);
	STORES_OK(ct_store__load_workload(s, HOST, "name:web", &is, NULL, &err), err);
	ct_tally__unite(was);
	a = session_text(was);
	b = session_text(is);
	UNIT_STR(b, a);
	rows = workloads_text(s, NULL);
	UNIT_STR(rows, HOST " name:web nginx:1.27 [CHOWN] high  web\n");
	STORES_OK(ct_store__each_need(s, NULL, add_need, &needs, &err), err);
	UNIT_STR(needs.s, "web CHOWN required 11 10000-10000 setattr_prepare\n");
	ct_str__free(&needs);
	ct_session__free(is);
	is = NULL;
	STORES_OK(ct_store__load_workload(s, HOST, "name:other", &is, NULL, &err), err);
	CU_ASSERT_EQUAL(is->nworkloads, 0);
}

/* What a newer recording adds is added, and what is the same is not written again. */
static void test_more(void)
{
	ct_autoerr struct ct_err err = {};
	ct_autosession struct ct_session *first = stores_session("web", 5000), *known = NULL,
					 *later = stores_session("web", 9000);
	ct_autostore struct ct_store *s = NULL;
	struct ct_str needs = {};

	stores_fresh();
	s = stores_open(CT_STORE_WRITE);
	STORES_OK(stores_save(s, first, HOST, 10000, true, &err), err);
	STORES_OK(ct_store__load_workload(s, HOST, "name:web", &known, NULL, &err), err);
	build_check(later->workloads[0], CAP_SYS_BOOT, "reboot", "ns_capable __do_sys_reboot");
	ct_tally__add(known, later);
	STORES_OK(stores_save(s, known, HOST, 20000, true, &err), err);
	STORES_OK(ct_store__each_need(s, NULL, add_need, &needs, &err), err);
	UNIT_STR(needs.s, "web CHOWN required 11 10000-20000 setattr_prepare\n"
			  "web SYS_BOOT required 10 20000-20000 seccomp\n");
	ct_str__free(&needs);
	/* Only the times change. */
	STORES_OK(stores_save(s, known, HOST, 30000, false, &err), err);
	STORES_OK(ct_store__each_need(s, NULL, add_need, &needs, &err), err);
	UNIT_STR(needs.s, "web CHOWN required 11 10000-20000 setattr_prepare\n"
			  "web SYS_BOOT required 10 20000-20000 seccomp\n");
	ct_str__free(&needs);
}

static char *judged_text(const struct ct_session *s)
{
	ct_autoreport struct ct_report *r = ct_judge__session(s, CT_MODE_DEFAULT);
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	ct_emit__json(r, out);
	fclose(out);
	return text;
}

/* With what a recording has of it, and no more. */
static struct ct_session *written(struct ct_session *s)
{
	struct ct_session *copy = copy_of(s);

	ct_session__free(s);
	return copy;
}

/* Whatever a session holds: what is judged of it is the same after a round through the store. */
static void test_random(void)
{
	ct_autoerr struct ct_err err = {};
	ct_autostore struct ct_store *s = NULL;

	stores_fresh();
	s = stores_open(CT_STORE_WRITE);
	for (unsigned int i = 0; i < 60; i++) {
		ct_autosession struct ct_session *sum = NULL, *other = NULL;
		ct_autofree char *host = ct_xasprintf("host%u", i);

		seed = i;
		sum = written(random_session(i));
		ct_tally__unite(sum);
		for (unsigned int n = 0; n < 3; n++) {
			other = written(random_session(i * 100 + n));
			ct_tally__add(sum, other);
			ct_session__free(ct_steal(other));
		}
		STORES_OK(stores_save(s, sum, host, 1000, true, &err), err);
		for (size_t w = 0; w < sum->nworkloads; w++) {
			ct_autosession struct ct_session *is = NULL;
			struct ct_session alone = { .host = sum->host,
						    .workloads = &sum->workloads[w],
						    .nworkloads = 1,
						    .losses = sum->losses,
						    .recordings = sum->recordings };
			ct_autofree char *a = judged_text(&alone), *b = NULL;
			ct_autoidentity struct ct_identity id = {};

			ct_identity__of(sum->workloads[w], &id);
			STORES_OK(ct_store__load_workload(s, host, id.key, &is, NULL, &err), err);
			b = judged_text(is);
			UNIT_STR(b, a);
		}
	}
}

/* Of all hosts: one workload, with what each of them saw. */
static void test_fleet(void)
{
	ct_autoerr struct ct_err err = {};
	ct_autosession struct ct_session *a = stores_session("web", 5000),
					 *b = stores_session("web", 6000),
					 *c = stores_session("db", 6000), *all = NULL;
	ct_autoreport struct ct_report *r = NULL;
	ct_autostore struct ct_store *s = NULL;
	const char *names[] = { "db", "web" };

	stores_fresh();
	s = stores_open(CT_STORE_WRITE);
	build_check(b->workloads[0], CAP_SYS_BOOT, "reboot", "ns_capable __do_sys_reboot");
	a->losses.events = 3;
	c->losses.events = 5;
	STORES_OK(stores_save(s, a, "alpha", 10000, true, &err), err);
	STORES_OK(stores_save(s, c, "alpha", 10000, true, &err), err);
	STORES_OK(stores_save(s, b, "beta", 20000, true, &err), err);
	STORES_OK(ct_store__load(s, NULL, &all, &err), err);
	CU_ASSERT_EQUAL(all->nworkloads, 2);
	CU_ASSERT_EQUAL(all->losses.events, 5);
	r = ct_judge__session(all, CT_MODE_DEFAULT);
	for (size_t i = 0; i < r->nadvices; i++)
		CU_ASSERT_EQUAL(r->advices[i].required,
				strcmp(ct_workload__label(r->advices[i].workload), "db") != 0 ?
					CT_CAP(CHOWN) | CT_CAP(SYS_BOOT) :
					CT_CAP(CHOWN));
	for (size_t i = 0; i < 6; i++) {
		const struct ct_store_query queries[] = {
			{ .host = "alpha" },
			{ .names = names, .nnames = 1 },
			{ .names = names, .nnames = 2 },
			{ .since_ms = 15000 },
			{ .until_ms = 15000 },
			{ .project = "none" },
		};
		static const size_t hosts[] = { 2, 1, 2, 1, 2, 0 };
		ct_autosession struct ct_session *some = NULL;

		STORES_OK(ct_store__load(s, &queries[i], &some, &err), err);
		CU_ASSERT_EQUAL(some->nworkloads, hosts[i]);
	}
}

static void test_keys(void)
{
	ct_autoerr struct ct_err err = {};
	ct_autosession struct ct_session *was = stores_session("web", 5000), *is = NULL;
	ct_autofree char *name = ct_xzalloc(5001), *rows = NULL;
	ct_autoidentity struct ct_identity id = {};
	ct_autostore struct ct_store *s = NULL;
	struct ct_store_query q = {};
	const char *label;

	stores_fresh();
	s = stores_open(CT_STORE_WRITE);
	memset(name, 'x', 5000);
	strcpy(name + 4000, "'; DROP TABLE workload; --\xff\xc3\n\x1b[2J $1 ? @INT");
	free(was->workloads[0]->container.name);
	was->workloads[0]->container.name = ct_xstrdup(name);
	label = was->workloads[0]->container.name;
	ct_identity__of(was->workloads[0], &id);
	STORES_OK(stores_save(s, was, "a'b", 10000, true, &err), err);
	STORES_OK(ct_store__load_workload(s, "a'b", id.key, &is, NULL, &err), err);
	CU_ASSERT_EQUAL(is->nworkloads, 1);
	q = (struct ct_store_query){ .names = &label, .nnames = 1 };
	rows = workloads_text(s, &q);
	CU_ASSERT(strlen(rows) > 4000);
	CU_ASSERT_PTR_NULL(strchr(rows, '\xff'));
}

/* ---- times ---- */

static void test_clock(void)
{
	ct_autoerr struct ct_err err = {};
	ct_autosession struct ct_session *web = stores_session("web", 5000),
					 *db = stores_session("db", 5000);
	ct_autostore struct ct_store *s = NULL;
	struct ct_store_event e = { .id = "0123456789", .kind = "new-need", .time_ms = 50 };
	struct ct_store_batch b = {
		.host = &web->host, .host_name = HOST, .now_ms = 50, .events = &e, .nevents = 1
	};
	struct ct_store_limits limits = { .age_ms = 1000 };
	struct ct_str text = {};
	uint64_t removed = 99;

	stores_fresh();
	s = stores_open(CT_STORE_WRITE);
	STORES_OK(stores_save(s, web, HOST, 100000, true, &err), err);
	STORES_OK(stores_save(s, db, HOST, 90000, true, &err), err);
	STORES_OK(ct_store__each_need(s, NULL, add_need, &text, &err), err);
	UNIT_STR(text.s, "db CHOWN required 11 100000-100000 setattr_prepare\n"
			 "web CHOWN required 11 100000-100000 setattr_prepare\n");
	ct_str__free(&text);
	STORES_OK(ct_store__save(s, &b, &err), err);
	STORES_OK(ct_store__each_event(s, NULL, add_event, &text, &err), err);
	UNIT_STR(text.s, HOST " 0123456789 new-need  100000 -\n");
	ct_str__free(&text);
	/* A clock that jumps a year ahead does not remove everything. */
	STORES_OK(ct_store__retain(s, &limits, 100001, &removed, &err), err);
	CU_ASSERT_EQUAL(removed, 0);
	STORES_OK(ct_store__retain(s, &limits, 100000 + 365ll * 86400000, &removed, &err), err);
	CU_ASSERT_EQUAL(removed, 0);
}

static void test_retain(void)
{
	ct_autoerr struct ct_err err = {};
	ct_autostore struct ct_store *s = NULL;
	static const char *const living[] = { "name:c101" };
	struct ct_store_limits age = { .age_ms = 1000 }, size = { .bytes = 200000 };
	ct_autofree char *rows = NULL, *left = NULL;
	uint64_t removed = 0;
	struct ct_store_status st = {};

	stores_fresh();
	s = stores_open(CT_STORE_WRITE);
	for (int i = 0; i < 300; i++) {
		ct_autofree char *name = ct_xasprintf("c%03d", i);
		ct_autosession struct ct_session *one = stores_session(name, 1000);

		STORES_OK(stores_save(s, one, HOST, 1000 + i, true, &err), err);
	}
	STORES_OK(ct_store__retain(s, &age, 2100, &removed, &err), err);
	CU_ASSERT_EQUAL(removed, 100);
	rows = workloads_text(s, NULL);
	CU_ASSERT_PTR_NULL(strstr(rows, "c099"));
	CU_ASSERT_PTR_NOT_NULL(strstr(rows, "c100"));
	/* Of what runs, and is quiet, the row is as old as others. */
	size.living = living;
	size.nliving = 1;
	STORES_OK(ct_store__retain(s, &size, 2100, &removed, &err), err);
	CU_ASSERT(removed > 0);
	left = workloads_text(s, NULL);
	CU_ASSERT_PTR_NOT_NULL(strstr(left, "c101"));
	CU_ASSERT_PTR_NULL(strstr(left, "c100"));
	CU_ASSERT_PTR_NOT_NULL(strstr(left, "c299"));
	STORES_OK(ct_store__vacuum(s, &err), err);
	STORES_OK(ct_store__status(s, &st, &err), err);
	CU_ASSERT(st.bytes > 0);
	CU_ASSERT(st.bytes <= 260000);
	CU_ASSERT(st.workloads < 200);
	STORES_OK(ct_store__check(s, &err), err);
}

/* The clock may have been set a year ahead before the daemon began. */
static void test_retain_late(void)
{
	const int64_t day = 86400000, now = ct_clock__wall_ms();
	ct_autoerr struct ct_err err = {};
	struct ct_store *s = NULL;
	ct_autosession struct ct_session *web = stores_session("web", 1000);
	const struct ct_store_limits age = { .age_ms = 180 * day };
	uint64_t removed = 0;

	stores_fresh();
	s = stores_open(CT_STORE_WRITE);
	STORES_OK(stores_save(s, web, HOST, now - 365 * day, true, &err), err);
	ct_store__close(s);
	s = stores_open(CT_STORE_WRITE);
	CU_ASSERT(ct_store__doubts_clock(s));
	STORES_OK(ct_store__retain(s, &age, now, &removed, &err), err);
	CU_ASSERT_EQUAL(removed, 0);
	/* One that was not away for long begins at once. */
	STORES_OK(stores_save(s, web, HOST, now - day, true, &err), err);
	ct_store__close(s);
	s = stores_open(CT_STORE_WRITE);
	CU_ASSERT_FALSE(ct_store__doubts_clock(s));
	ct_store__close(s);
}

/* Whoever forgets that something was accepted would tell it again. */
static void test_retain_told(void)
{
	ct_autoerr struct ct_err err = {};
	ct_autostore struct ct_store *s = NULL;
	ct_autosession struct ct_session *web = stores_session("web", 1000);
	const struct ct_store_event events[] = {
		{ .id = "accepted", .kind = "new-need", .key = "name:web", .time_ms = 1000 },
		{ .id = "a-gap", .kind = "gap", .key = "name:web", .time_ms = 1000 },
		{ .id = "of-nobody", .kind = "new-need", .key = "name:gone", .time_ms = 1000 },
	};
	struct ct_store_batch b = { .host = &web->host,
				    .host_name = HOST,
				    .now_ms = 1000,
				    .events = events,
				    .nevents = 3 };
	const struct ct_store_ack ack = { .id = "accepted", .by = "me", .now_ms = 1500 };
	struct ct_store_limits age = { .age_ms = 1000 };
	struct ct_str text = {};
	uint64_t removed = 0;
	size_t n = 0;

	stores_fresh();
	s = stores_open(CT_STORE_WRITE);
	STORES_OK(stores_save(s, web, HOST, 1000, true, &err), err);
	STORES_OK(ct_store__save(s, &b, &err), err);
	STORES_OK(ct_store__ack(s, &ack, &n, &err), err);
	STORES_OK(stores_save(s, web, HOST, 9000, true, &err), err);
	STORES_OK(ct_store__retain(s, &age, 9500, &removed, &err), err);
	CU_ASSERT_EQUAL(removed, 2);
	STORES_OK(ct_store__each_event(s, NULL, add_event, &text, &err), err);
	UNIT_STR(text.s, HOST " accepted new-need  1000 me\n");
	ct_str__free(&text);
	/* It goes with its workload. */
	STORES_OK(ct_store__retain(s, &age, 10001, &removed, &err), err);
	CU_ASSERT_EQUAL(removed, 2);
}

/* ---- events ---- */

static void test_events(void)
{
	ct_autoerr struct ct_err err = {};
	ct_autosession struct ct_session *web = stores_session("web", 5000);
	ct_autostore struct ct_store *s = NULL, *other = NULL;
	struct ct_store_event e[] = {
		{ .id = "aaaaaa11",
		  .kind = "new-need",
		  .key = "name:web",
		  .capability = "CHOWN",
		  .time_ms = 100 },
		{ .id = "bbbbbb22",
		  .kind = "denied",
		  .key = "name:web",
		  .capability = "KILL",
		  .time_ms = 200 },
	};
	struct ct_store_gap g[] = {
		{ .why = "daemon-down", .from_ms = 10, .to_ms = 20 },
		{ .why = "losses", .key = "name:web", .from_ms = 15, .to_ms = 12 },
	};
	struct ct_store_batch b = { .host = &web->host,
				    .host_name = HOST,
				    .now_ms = 50,
				    .events = e,
				    .nevents = 2,
				    .gaps = g,
				    .ngaps = 2 };
	struct ct_store_ack by_id = { .id = "aaaaaa", .by = "me", .now_ms = 7 },
			    by_name = { .name = "web", .by = "her", .now_ms = 7 },
			    undo = { .id = "aaaaaa11", .undo = true };
	struct ct_str text = {};
	size_t n = 0;

	stores_fresh();
	s = stores_open(CT_STORE_WRITE);
	STORES_OK(stores_save(s, web, HOST, 40, true, &err), err);
	STORES_OK(ct_store__save(s, &b, &err), err);
	g[0].to_ms = 30;
	STORES_OK(ct_store__save(s, &b, &err), err);
	STORES_OK(ct_store__each_gap(s, NULL, add_gap, &text, &err), err);
	UNIT_STR(text.s, HOST "  daemon-down 10-30\n" HOST " name:web losses 15-15\n");
	ct_str__free(&text);
	/* Beside the daemon that has it open. */
	other = stores_open(CT_STORE_CHANGE);
	STORES_OK(ct_store__ack(other, &by_id, &n, &err), err);
	CU_ASSERT_EQUAL(n, 1);
	STORES_OK(ct_store__ack(other, &by_name, &n, &err), err);
	CU_ASSERT_EQUAL(n, 1);
	STORES_OK(ct_store__ack(other, &by_name, &n, &err), err);
	CU_ASSERT_EQUAL(n, 0);
	/* Saved again it stays acknowledged. */
	STORES_OK(ct_store__save(s, &b, &err), err);
	STORES_OK(ct_store__each_event(s, NULL, add_event, &text, &err), err);
	UNIT_STR(text.s,
		 HOST " aaaaaa11 new-need CHOWN 100 me\n" HOST " bbbbbb22 denied KILL 200 her\n");
	ct_str__free(&text);
	STORES_OK(ct_store__ack(other, &undo, &n, &err), err);
	CU_ASSERT_EQUAL(n, 1);
	CU_ASSERT_EQUAL(ct_store__ack(other, &(struct ct_store_ack){ .id = "a" }, &n, &err),
			-EINVAL);
}

/* ---- what is refused ---- */

static int opens(unsigned int flags, const char *expected)
{
	ct_autoerr struct ct_err err = {};
	ct_autostore struct ct_store *s = NULL;
	int ret = ct_store__open(stores_path, flags, &s, &err);

	CU_ASSERT(!expected || (err.msg && strstr(err.msg, expected)));
	if (expected && (!err.msg || !strstr(err.msg, expected)))
		printf("'%s' lacks '%s'\n", err.msg ? err.msg : "", expected);
	return ret;
}

static void write_file(const char *text, size_t len)
{
	int fd = open(stores_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	CU_ASSERT_EQUAL(write(fd, text, len), (ssize_t)len);
	close(fd);
}

static void sql(const char *text)
{
	sqlite3 *db = NULL;

	CU_ASSERT_EQUAL(sqlite3_open(stores_path, &db), SQLITE_OK);
	CU_ASSERT_EQUAL(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void test_two(void)
{
	ct_autostore struct ct_store *s = NULL;
	ct_autofree char *pid = ct_xasprintf("process %d", getpid());

	stores_fresh();
	CU_ASSERT_EQUAL(opens(CT_STORE_READ, "captrim monitor' makes it"), -ENOENT);
	s = stores_open(CT_STORE_WRITE);
	CU_ASSERT_EQUAL(opens(CT_STORE_WRITE, pid), -EBUSY);
	CU_ASSERT(ct_store_lock__is_held(stores_path));
	CU_ASSERT_EQUAL(opens(CT_STORE_READ, NULL), 0);
	CU_ASSERT_EQUAL(opens(CT_STORE_CHANGE, NULL), 0);
	ct_store__close(ct_steal(s));
	CU_ASSERT(!ct_store_lock__is_held(stores_path));
	CU_ASSERT_EQUAL(opens(CT_STORE_WRITE, NULL), 0);
}

/* Somebody who looks whether it is held, while a daemon starts. */
static void test_briefly_locked(void)
{
	ct_autostore struct ct_store *s = NULL;
	ct_autofree char *name = ct_xasprintf("%s.lock", stores_path);
	int fd, ready[2];
	char c;
	pid_t child;

	stores_fresh();
	s = stores_open(CT_STORE_WRITE);
	ct_store__close(ct_steal(s));
	CU_ASSERT_EQUAL_FATAL(pipe(ready), 0);
	child = fork();
	if (!child) {
		fd = open(name, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || flock(fd, LOCK_SH) || write(ready[1], "", 1) != 1)
			_exit(1);
		ct_clock__sleep_ns(100 * CT_NS_PER_MS);
		_exit(0);
	}
	close(ready[1]);
	CU_ASSERT_EQUAL(read(ready[0], &c, 1), 1);
	CU_ASSERT_EQUAL(opens(CT_STORE_WRITE, NULL), 0);
	waitpid(child, NULL, 0);
	close(ready[0]);
}

static void test_refused(void)
{
	static const char noise[8192] = "\x01 no database", words[] = "type: recording\n";
	ct_autostore struct ct_store *s = NULL;
	ct_autofree char *text = NULL;
	size_t len = 0;

	stores_fresh();
	write_file(noise, sizeof(noise));
	CU_ASSERT_EQUAL(opens(CT_STORE_READ, "captrim store rebuild"), -EBADMSG);
	CU_ASSERT_EQUAL(opens(CT_STORE_WRITE, "captrim store rebuild"), -EBADMSG);
	CU_ASSERT_EQUAL(ct_input__read(stores_path, 1 << 20, NULL, &text, &len, NULL), 0);
	CU_ASSERT(len == sizeof(noise) && !memcmp(text, noise, len));

	/* Something else that was named by mistake is not put aside either. */
	stores_fresh();
	write_file(words, sizeof(words) - 1);
	CU_ASSERT_EQUAL(opens(CT_STORE_READ, "is a text file"), -EPROTO);
	CU_ASSERT_EQUAL(opens(CT_STORE_CHANGE | CT_STORE_REBUILD, "is a text file"), -EPROTO);

	stores_fresh();
	sql("CREATE TABLE songs (name)");
	CU_ASSERT_EQUAL(opens(CT_STORE_WRITE, "another program"), -EPROTO);
	CU_ASSERT_EQUAL(opens(CT_STORE_READ, "another program"), -EPROTO);
	sql("SELECT count(*) FROM songs");

	stores_fresh();
	ct_store__close(stores_open(CT_STORE_WRITE));
	sql("PRAGMA user_version = 99");
	CU_ASSERT_EQUAL(opens(CT_STORE_WRITE, "schema 99 is newer"), -EPROTO);
	CU_ASSERT_EQUAL(opens(CT_STORE_READ, "schema 99 is newer"), -EPROTO);

	stores_fresh();
	CU_ASSERT_EQUAL(mkdir(stores_path, 0700), 0);
	CU_ASSERT_EQUAL(opens(CT_STORE_WRITE, "is not a file"), -EISDIR);
	stores_fresh();
	ct_store__close(stores_open(CT_STORE_WRITE));
	s = stores_open(CT_STORE_READ);
	CU_ASSERT_EQUAL(ct_store__save(s, &(struct ct_store_batch){ .nevents = 1 }, NULL), -EROFS);
}

/* Every page in turn is overwritten: no crash, and what is given out is whole. */
static void test_damaged(void)
{
	ct_autoerr struct ct_err err = {};
	ct_autofree char *good = NULL, *bad = NULL;
	size_t len = 0, refused = 0, tried = 0;
	ct_autostore struct ct_store *s = NULL;

	stores_fresh();
	s = stores_open(CT_STORE_WRITE);
	for (int i = 0; i < 20; i++) {
		ct_autofree char *name = ct_xasprintf("c%03d", i);
		ct_autosession struct ct_session *one = stores_session(name, 1000);

		STORES_OK(stores_save(s, one, HOST, 1000 + i, true, &err), err);
	}
	STORES_OK(ct_store__vacuum(s, &err), err);
	ct_store__close(ct_steal(s));
	CU_ASSERT_EQUAL_FATAL(ct_input__read(stores_path, 1 << 24, NULL, &good, &len, NULL), 0);
	bad = ct_xzalloc(len);
	for (size_t at = 0; at < len; at += 4096 / 8) {
		ct_autosession struct ct_session *all = NULL;
		ct_autostore struct ct_store *r = NULL;

		memcpy(bad, good, len);
		seed = (uint32_t)at;
		for (size_t i = at; i < at + 64; i++)
			bad[i] = (char)below(256);
		stores_fresh();
		write_file(bad, len);
		tried++;
		if (ct_store__open(stores_path, CT_STORE_READ, &r, NULL) ||
		    ct_store__check(r, NULL) || ct_store__load(r, NULL, &all, NULL))
			refused++;
		ct_store__close(ct_steal(r));
		if (!ct_store__open(stores_path, CT_STORE_WRITE, &r, NULL)) {
			ct_autosession struct ct_session *one = stores_session("new", 1000);

			stores_save(r, one, HOST, 5000, true, NULL);
		}
	}
	/* Free room within pages may be overwritten without harm. */
	CU_ASSERT(refused > tried / 4);
}

static void test_rebuild(void)
{
	static const char noise[4096] = "noise";
	ct_autostrings struct ct_strings beside = {};
	glob_t found = {};

	stores_fresh();
	write_file(noise, sizeof(noise));
	CU_ASSERT_EQUAL(opens(CT_STORE_WRITE | CT_STORE_REBUILD, NULL), 0);
	CU_ASSERT_EQUAL(opens(CT_STORE_READ, NULL), 0);
	ct_strings__addf(&beside, "%s.broken-*", stores_path);
	CU_ASSERT_EQUAL(glob(beside.items[0], 0, NULL, &found), 0);
	CU_ASSERT_EQUAL(found.gl_pathc, 1);
	globfree(&found);
}

/* ---- schema ---- */

static void test_migrations(void)
{
	static const char *const first[] = { "CREATE TABLE a (n @INT) @END;", NULL };
	static const char *const both[] = { "CREATE TABLE a (n @INT) @END;",
					    "CREATE TABLE b (n @INT) @END; INSERT INTO b SELECT n "
					    "FROM a;",
					    NULL };
	static const char *const wrong[] = { "", "", "CREATE TABLE c (n @INT) @END; NONSENSE;",
					     NULL };
	ct_autoerr struct ct_err err = {};
	struct ct_db *db = NULL;
	int64_t n = 0;

	stores_fresh();
	CU_ASSERT_EQUAL(ct_store_lock__make_file(stores_path, NULL), 0);
	STORES_OK(ct_sqlite__open(stores_path, true, &db, &err), err);
	STORES_OK(ct_schema__migrate_by(db, first, &err), err);
	STORES_OK(ct_db__exec(db, "INSERT INTO a (n) VALUES (5)", NULL, 0, &err), err);
	STORES_OK(ct_schema__migrate_by(db, both, &err), err);
	STORES_OK(ct_schema__migrate_by(db, both, &err), err);
	STORES_OK(ct_db__number(db, "SELECT sum(n) FROM b", NULL, 0, &n, &err), err);
	CU_ASSERT_EQUAL(n, 5);
	/* A step that fails leaves nothing. */
	CU_ASSERT(ct_schema__migrate_by(db, wrong, &err) < 0);
	STORES_OK(ct_db__number(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'c'", NULL, 0,
				&n, &err),
		  err);
	CU_ASSERT_EQUAL(n, 0);
	CU_ASSERT_EQUAL(ct_schema__migrate_by(db, first, &err), -EPROTO);
	ct_db__close(db);
}

static size_t prepared(struct ct_db *db)
{
	sqlite3_stmt *stmt = NULL;
	size_t n = 0;

	while ((stmt = sqlite3_next_stmt(ct_sqlite__handle(db), stmt)))
		n++;
	return n;
}

struct nested {
	struct ct_db *db;
	const char *sql;
	int depth, rows;
};

static int ask_again(const struct ct_row *row, void *arg)
{
	struct nested *n = arg;
	ct_autoerr struct ct_err err = {};

	(void)row;
	n->rows++;
	if (n->depth == 2)
		return 0;
	n->depth++;
	STORES_OK(ct_db__query(n->db, n->sql, NULL, 0, ask_again, n, &err), err);
	n->depth--;
	return 0;
}

/* Statements are kept by their text, wherever that stands, and not shared by two queries at once.
 */
static void test_statements(void)
{
	ct_autoerr struct ct_err err = {};
	struct nested n = { .sql = "SELECT 1 UNION ALL SELECT 2" };
	int64_t got = 0;

	stores_fresh();
	CU_ASSERT_EQUAL(ct_store_lock__make_file(stores_path, NULL), 0);
	STORES_OK(ct_sqlite__open(stores_path, true, &n.db, &err), err);
	for (int i = 0; i < 200; i++) {
		char *sql = ct_xasprintf("%*sSELECT 5", i % 2, "");
		char *copy = ct_xstrdup(sql);

		STORES_OK(ct_db__number(n.db, sql, NULL, 0, &got, &err), err);
		STORES_OK(ct_db__number(n.db, copy, NULL, 0, &got, &err), err);
		free(sql);
		free(copy);
		CU_ASSERT_EQUAL(got, 5);
	}
	CU_ASSERT_EQUAL(prepared(n.db), 2);
	STORES_OK(ct_db__query(n.db, n.sql, NULL, 0, ask_again, &n, &err), err);
	CU_ASSERT_EQUAL(n.rows, 2 + 4 + 8);
	CU_ASSERT_EQUAL(prepared(n.db), 3);
	/* Many others take the places of the oldest. */
	for (int i = 0; i < 200; i++) {
		ct_autofree char *sql = ct_xasprintf("SELECT %d", i);

		STORES_OK(ct_db__number(n.db, sql, NULL, 0, &got, &err), err);
		CU_ASSERT_EQUAL(got, i);
	}
	CU_ASSERT_EQUAL(prepared(n.db), 64);
	ct_db__close(n.db);
}

/* The views that docs/store.md shows. */
static void test_views(void)
{
	ct_autoerr struct ct_err err = {};
	ct_autosession struct ct_session *web = stores_session("web", 5000);
	ct_autostore struct ct_store *s = NULL;
	struct ct_db *db = NULL;
	ct_autofree char *text = NULL;
	int64_t n = 0;

	stores_fresh();
	s = stores_open(CT_STORE_WRITE);
	STORES_OK(stores_save(s, web, HOST, 86400000, true, &err), err);
	STORES_OK(ct_sqlite__open(stores_path, false, &db, &err), err);
	STORES_OK(ct_db__text(db, "SELECT capability || workload || first_seen FROM who_needs",
			      NULL, 0, &text, &err),
		  err);
	UNIT_STR(text, "CHOWNweb1970-01-02 00:00:00");
	STORES_OK(ct_db__number(db, "SELECT count(*) FROM never_needed", NULL, 0, &n, &err), err);
	CU_ASSERT_EQUAL(n, 13);
	STORES_OK(ct_db__number(db, "SELECT count(*) FROM changes WHERE at >= '1970-01-02'", NULL,
				0, &n, &err),
		  err);
	CU_ASSERT_EQUAL(n, 2);
	STORES_OK(ct_db__number(db, "SELECT hosts FROM agreement WHERE caps = 'CHOWN'", NULL, 0, &n,
				&err),
		  err);
	CU_ASSERT_EQUAL(n, 1);
	ct_db__close(db);
}

/* ---- copies ---- */

static int is_of_store(const struct ct_store_host_row *row, void *arg)
{
	return !strcmp(row->store, *(const char **)arg);
}

static void test_backup(void)
{
	ct_autoerr struct ct_err err = {};
	ct_autosession struct ct_session *web = stores_session("web", 5000),
					 *again = stores_session("web", 5000);
	ct_autostore struct ct_store *s = NULL, *copy = NULL;
	ct_autofree char *path = ct_xasprintf("%s.copy", stores_path), *a = NULL, *b = NULL;
	const char *id = NULL;
	size_t n = 0;

	stores_fresh();
	s = stores_open(CT_STORE_WRITE);
	STORES_OK(ct_store__import(s, web, NULL, &n, &err), err);
	CU_ASSERT_EQUAL(n, 1);
	STORES_OK(ct_store__import(s, again, NULL, &n, &err), err);
	a = workloads_text(s, NULL);
	UNIT_STR(a, "imported name:web nginx:1.27 [CHOWN] high  web\n");
	stores_find_among(s, "web");
	STORES_OK(ct_store__backup(s, path, &err), err);
	CU_ASSERT_EQUAL(ct_store__backup(s, path, &err), -EEXIST);
	STORES_OK(ct_store__open(path, CT_STORE_READ, &copy, &err), err);
	STORES_OK(ct_store__check(copy, &err), err);
	b = workloads_text(copy, NULL);
	UNIT_STR(b, a);
	/* What was imported is not what the store itself wrote. */
	STORES_OK(ct_store__id(s, &id, &err), err);
	CU_ASSERT_EQUAL(ct_store__each_host(s, NULL, is_of_store, &id, &err), 0);
	STORES_OK(stores_save(s, again, "alpha", 9000, true, &err), err);
	CU_ASSERT_EQUAL(ct_store__each_host(s, NULL, is_of_store, &id, &err), 1);
	CU_ASSERT_EQUAL(ct_store__id(copy, &id, &err), -EROFS);
}

/* No space: the transaction did not happen, and the next one does. */
static void test_full(void)
{
	ct_autoerr struct ct_err err = {};
	ct_autosession struct ct_session *web = stores_session("web", 5000),
					 *db = stores_session("db", 5000);
	ct_autostore struct ct_store *s = NULL;
	ct_autofree char *before = NULL, *after = NULL;
	struct ct_store_priv {
		struct ct_db *db;
	};
	sqlite3 *handle;
	int64_t pages = 0;
	char limit[64];

	stores_fresh();
	s = stores_open(CT_STORE_WRITE);
	STORES_OK(stores_save(s, web, HOST, 5000, true, &err), err);
	before = workloads_text(s, NULL);
	handle = ct_sqlite__handle(((struct ct_store_priv *)s)->db);
	STORES_OK(ct_db__number(((struct ct_store_priv *)s)->db, "PRAGMA page_count", NULL, 0,
				&pages, &err),
		  err);
	snprintf(limit, sizeof(limit), "PRAGMA max_page_count = %lld", (long long)pages);
	CU_ASSERT_EQUAL(sqlite3_exec(handle, limit, NULL, NULL, NULL), SQLITE_OK);
	for (int i = 0; i < 200; i++)
		build_check(db->workloads[0], CAP_CHOWN, "chown",
			    i & 1 ? "capable a b c d e f" : "capable g h i j k l m")
			->key.sel = (uint32_t)i * 7919;
	CU_ASSERT_EQUAL(stores_save(s, db, HOST, 6000, true, &err), -ENOSPC);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.msg, "make room"));
	after = workloads_text(s, NULL);
	UNIT_STR(after, before);
	CU_ASSERT_EQUAL(sqlite3_exec(handle, "PRAGMA max_page_count = 100000", NULL, NULL, NULL),
			SQLITE_OK);
	STORES_OK(stores_save(s, db, HOST, 6000, true, &err), err);
}

/* Without memory SQLite does not even make its handle. */
static void test_no_memory(void)
{
	ct_autoerr struct ct_err err = {};
	ct_autostore struct ct_store *s = NULL;

	stores_fresh();
	s = stores_open(CT_STORE_WRITE);
	ct_store__close(ct_steal(s));
	sqlite3_hard_heap_limit64(1);
	CU_ASSERT_EQUAL(ct_store__open(stores_path, CT_STORE_WRITE, &s, &err), -ENOMEM);
	CU_ASSERT_EQUAL(ct_store__open(stores_path, CT_STORE_READ, &s, &err), -ENOMEM);
	sqlite3_hard_heap_limit64(0);
	CU_ASSERT_PTR_NULL(s);
}

/* What is written to a file without a name is lost when it is closed. */
static void test_removed(void)
{
	ct_autoerr struct ct_err err = {};
	ct_autosession struct ct_session *web = stores_session("web", 5000);
	ct_autostore struct ct_store *s = NULL;
	ct_autofree char *away = ct_xasprintf("%s.away", stores_path);

	stores_fresh();
	s = stores_open(CT_STORE_WRITE);
	CU_ASSERT_EQUAL_FATAL(rename(stores_path, away), 0);
	CU_ASSERT_EQUAL(stores_save(s, web, HOST, 5000, true, &err), -ESTALE);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.msg, "was removed"));
	CU_ASSERT_EQUAL_FATAL(rename(away, stores_path), 0);
	STORES_OK(stores_save(s, web, HOST, 5000, true, &err), err);
}

static void test_path(void)
{
	UNIT_STR(ct_store__path("sqlite:///srv/a.db"), "/srv/a.db");
	UNIT_STR(ct_store__path("a.db"), "a.db");
	UNIT_STR(ct_store__path(""), CT_STORE_DEFAULT);
	UNIT_STR(ct_store__path(NULL), CT_STORE_DEFAULT);
}

static CU_TestInfo tests[] = {
	{ "what was saved is loaded", test_round },
	{ "what is new is added", test_more },
	{ "random sessions come back as they were", test_random },
	{ "hosts become one", test_fleet },
	{ "hostile names", test_keys },
	{ "times stay in order", test_clock },
	{ "what is old goes", test_retain },
	{ "what was told stays", test_retain_told },
	{ "a clock that is wrong from the beginning", test_retain_late },
	{ "events are acknowledged", test_events },
	{ "one daemon for a store", test_two },
	{ "locked for a moment", test_briefly_locked },
	{ "what is not a store is left alone", test_refused },
	{ "a damaged store", test_damaged },
	{ "a broken store is put aside", test_rebuild },
	{ "schemas grow", test_migrations },
	{ "statements", test_statements },
	{ "views", test_views },
	{ "backup and import", test_backup },
	{ "no space", test_full },
	{ "no memory", test_no_memory },
	{ "removed", test_removed },
	{ "the path of a URL", test_path },
	CU_TEST_INFO_NULL,
};

int main(void)
{
	stores_begin();
	return unit_run("store", tests);
}
