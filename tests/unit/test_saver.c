/* SPDX-License-Identifier: GPL-2.0-only */
/* From news to the store, and going on where another daemon was. */
#include "base/clock.h"
#include "build.h"
#include "dir.h"
#include "monitor/ledger_save.h"
#include "store/sqlite.h"

#define STACK "capable_wrt_inode_uidgid setattr_prepare"
#define KEY   "name:web"

/* A daemon with the store in that directory. */
struct unit_daemon {
	struct ct_saver saver;
	struct ct_host host;
	char *path;
};

static struct ct_now now = { 1000 * CT_NS_PER_SEC, 1700000000000 };

static void pass(unsigned int seconds)
{
	now.ns += seconds * CT_NS_PER_SEC;
	now.wall_ms += seconds * 1000ll;
}

static struct unit_daemon *start(const char *dir)
{
	struct unit_daemon *d = ct_xzalloc(sizeof(*d));
	ct_autoerr struct ct_err err = {};

	d->path = ct_xasprintf("%s/captrim.db", dir);
	d->host = (struct ct_host){ .kernel = (char *)"6.18.0",
				    .arch = (char *)"x86_64",
				    .backend = (char *)"tp_btf",
				    .boot_id = (char *)"boot",
				    .start_ns = now.ns,
				    .start_ms = now.wall_ms,
				    .syscalls = CT_YES,
				    .cap_last = 40 };
	d->saver = (struct ct_saver){ .host = &d->host, .host_name = "here" };
	d->saver.ledger = ct_ledger__new();
	CU_ASSERT_EQUAL_FATAL(ct_store__open(d->path, CT_STORE_WRITE, &d->saver.store, &err), 0);
	return d;
}

static void stop(struct unit_daemon *d)
{
	ct_store__close(d->saver.store);
	ct_ledger__free(d->saver.ledger);
	free(d->path);
	free(d);
}

/* A take of one replica. */
static struct ct_workload *take(struct ct_session **s, const char *id)
{
	struct ct_workload *w;

	*s = ct_session__new();
	(*s)->continues = true;
	w = build_container(*s, id);
	free(w->container.name);
	w->container.name = ct_xstrdup("web");
	w->cgroup_path = ct_xasprintf("/docker/%s", id);
	w->first_ns = w->last_ns = now.ns;
	w->start_seen = w->end_seen = CT_UNKNOWN;
	w->open = true;
	return w;
}

static void begin(struct ct_workload *w)
{
	w->start_seen = CT_YES;
	w->starts = 1;
	w->from_ns = now.ns;
}

/* Its main process, while the container is there. */
static void end(struct ct_workload *w)
{
	w->end_seen = CT_YES;
	w->ends = 1;
	w->to_ns = now.ns;
}

static struct ct_kind *check(struct ct_workload *w, int cap, uint64_t count)
{
	struct ct_kind *k = build_check(w, cap, "chown", STACK);

	k->count = count;
	k->first_ns = k->last_ns = now.ns;
	return k;
}

static void absorb(struct unit_daemon *d, struct ct_session *s)
{
	ct_session__copy_host(&s->host, &d->host);
	ct_ledger__absorb(d->saver.ledger, s, &now);
	ct_session__free(s);
}

/* Takes it in, and stores all that is news then. Returns in how many transactions. */
static uint64_t save(struct unit_daemon *d, struct ct_session *s)
{
	ct_autoerr struct ct_err err = {};
	uint64_t before = d->saver.commits;
	size_t left = 1;

	if (s)
		absorb(d, s);
	while (left && !ct_saver__some(&d->saver, &now, &left, &err))
		;
	CU_ASSERT_EQUAL(left, 0);
	UNIT_STR(err.msg, NULL);
	return d->saver.commits - before;
}

static struct ct_session *load(struct unit_daemon *d, const char *key)
{
	ct_autoerr struct ct_err err = {};
	struct ct_session *s = NULL;

	CU_ASSERT_EQUAL_FATAL(ct_store__load_workload(d->saver.store, "here", key, &s, NULL, &err),
			      0);
	return s;
}

struct row {
	uint64_t starts, ends, checks, watched_ms;
	char gaps[64], confidence[16];
};

static int note_row(const struct ct_store_workload_row *r, void *arg)
{
	struct row *row = arg;

	if (strcmp(r->key, KEY) != 0)
		return 0;
	*row = (struct row){ r->starts, r->ends, r->checks, r->watched_ms, "", "" };
	snprintf(row->gaps, sizeof(row->gaps), "%s", r->gaps);
	snprintf(row->confidence, sizeof(row->confidence), "%s", r->confidence);
	return 0;
}

static struct row row_of(struct unit_daemon *d)
{
	ct_autoerr struct ct_err err = {};
	struct row row = {};

	CU_ASSERT_EQUAL(ct_store__each_workload(d->saver.store, NULL, note_row, &row, &err), 0);
	return row;
}

static uint64_t open_parts(const struct ct_workload *w)
{
	uint64_t n = 0;

	ct_workload__for_each(part, w)
		n += part->open;
	return n;
}

/* What is news is stored at once, what only counts when it is due, and then all of it is there. */
static void test_counts(void)
{
	autodir char *dir = make_dir();
	struct unit_daemon *d = start(dir);
	struct ct_session *s, *stored;
	struct ct_workload *w = take(&s, "a");

	begin(w);
	check(w, CAP_CHOWN, 5);
	CU_ASSERT_EQUAL(save(d, s), 1);
	for (int i = 0; i < 3; i++) {
		pass(5);
		check(take(&s, "a"), CAP_CHOWN, 10);
		CU_ASSERT_EQUAL(save(d, s), 0);
	}
	CU_ASSERT_EQUAL(row_of(d).checks, 5);
	pass(20);
	ct_ledger__look_for_due(d->saver.ledger, now.ns);
	CU_ASSERT_EQUAL(save(d, NULL), 1);
	CU_ASSERT_EQUAL(row_of(d).checks, 35);
	CU_ASSERT_EQUAL(row_of(d).starts, 1);
	CU_ASSERT_EQUAL(row_of(d).watched_ms, 35000);
	stored = load(d, KEY);
	CU_ASSERT_EQUAL_FATAL(stored->nworkloads, 1);
	CU_ASSERT_EQUAL(stored->workloads[0]->nkinds, 1);
	CU_ASSERT_EQUAL(stored->workloads[0]->kinds[0].count, 35);
	ct_session__free(stored);
	stop(d);
}

/* A container that is restarted has the same id, and is one part all the time. */
static void test_restarted_container(void)
{
	autodir char *dir = make_dir();
	struct unit_daemon *d = start(dir);
	struct ct_session *s, *stored;
	struct ct_workload *w = take(&s, "a");

	begin(w);
	check(w, CAP_CHOWN, 5);
	save(d, s);
	for (int i = 0; i < 2; i++) {
		w = take(&s, "a");
		end(w);
		pass(1);
		begin(w);
		save(d, s);
		pass(30);
	}
	CU_ASSERT_EQUAL(row_of(d).starts, 3);
	CU_ASSERT_EQUAL(row_of(d).ends, 2);
	/* A program that is started in it later, for example one for a reload, is not a run. */
	w = take(&s, "a");
	begin(w);
	w->starts = 0;
	save(d, s);
	CU_ASSERT_EQUAL(row_of(d).starts, 3);
	w = take(&s, "a");
	end(w);
	w->open = false;
	save(d, s);
	/* The next one, and both are one part in the end. */
	w = take(&s, "b");
	begin(w);
	check(w, CAP_CHOWN, 5);
	save(d, s);
	pass(5);
	w = take(&s, "b");
	end(w);
	w->open = false;
	save(d, s);
	CU_ASSERT_EQUAL(row_of(d).starts, 4);
	CU_ASSERT_EQUAL(row_of(d).ends, 4);
	stored = load(d, KEY);
	CU_ASSERT_EQUAL(stored->workloads[0]->nmore, 0);
	ct_session__free(stored);
	stop(d);
}

/* Replicas are one workload, each with a part of its own while it runs; those that ended alike
 * become one. */
static void test_replicas(void)
{
	static const char *const ids[] = { "a", "b", "c" };
	autodir char *dir = make_dir();
	struct unit_daemon *d = start(dir);
	struct ct_session *s, *more, *stored;
	struct ct_workload *w;

	take(&s, "a");
	begin(s->workloads[0]);
	check(s->workloads[0], CAP_CHOWN, 1);
	for (size_t i = 1; i < CT_ARRAY_SIZE(ids); i++) {
		w = take(&more, ids[i]);
		begin(w);
		check(w, CAP_CHOWN, 1);
		*CT_PUSH(s->workloads, s->nworkloads, s->workloads_cap) = w;
		more->nworkloads = 0;
		ct_session__free(more);
	}
	CU_ASSERT_EQUAL(save(d, s), 1);
	stored = load(d, KEY);
	CU_ASSERT_EQUAL_FATAL(stored->nworkloads, 1);
	CU_ASSERT_EQUAL(stored->workloads[0]->nmore, 2);
	CU_ASSERT_EQUAL(open_parts(stored->workloads[0]), 3);
	ct_session__free(stored);
	for (size_t i = 0; i < CT_ARRAY_SIZE(ids); i++) {
		pass(15);
		w = take(&s, ids[i]);
		w->open = false;
		w->end_seen = CT_YES;
		w->to_ns = now.ns;
		CU_ASSERT_EQUAL(save(d, s), 1);
	}
	stored = load(d, KEY);
	CU_ASSERT_EQUAL(stored->workloads[0]->nmore, 0);
	CU_ASSERT_EQUAL(stored->workloads[0]->total.parts, 3);
	CU_ASSERT_EQUAL(stored->recordings, 3);
	CU_ASSERT_EQUAL(stored->workloads[0]->kinds[0].count, 3);
	ct_session__free(stored);
	CU_ASSERT_EQUAL(row_of(d).ends, 3);
	CU_ASSERT_EQUAL(HASH_COUNT(d->saver.ledger->instances), 0);
	stop(d);
}

static bool lives(void *arg, const struct ct_workload *part)
{
	return !strcmp(part->id, arg);
}

/* A daemon that stops without a word, and the next one some seconds later. */
static struct unit_daemon *again(struct unit_daemon *d, const char *dir, bool same_boot)
{
	struct ct_now died = now;

	stop(d);
	pass(20);
	d = start(dir);
	if (same_boot) {
		d->saver.gap_from = died;
		d->saver.gap_to = now;
		d->saver.boot_ms = 1700000000000 - 1000000;
	}
	return d;
}

static void test_restart(void)
{
	autodir char *dir = make_dir();
	struct unit_daemon *d = start(dir);
	ct_autoerr struct ct_err err = {};
	struct ct_session *s, *stored;
	struct ct_workload *w = take(&s, "a");

	begin(w);
	check(w, CAP_CHOWN, 5);
	save(d, s);
	pass(100);
	d = again(d, dir, true);
	CU_ASSERT_EQUAL(
		ct_saver__recall(&d->saver, KEY, &now, lives, (void *)(uintptr_t) "a", &err), 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(ct_ledger__find(d->saver.ledger, "a"));
	/* What it did before is known. */
	check(take(&s, "a"), CAP_CHOWN, 1);
	CU_ASSERT_EQUAL(save(d, s), 0);
	check(take(&s, "a"), CAP_KILL, 1);
	CU_ASSERT_EQUAL(save(d, s), 1);
	stored = load(d, KEY);
	CU_ASSERT_EQUAL(stored->workloads[0]->nmore, 0);
	CU_ASSERT_EQUAL(stored->workloads[0]->nkinds, 2);
	CU_ASSERT_EQUAL(stored->workloads[0]->unwatched_ns, 20 * CT_NS_PER_SEC);
	CU_ASSERT_EQUAL(stored->recordings, 1);
	ct_session__free(stored);
	UNIT_STR(row_of(d).gaps, "not-watched");
	CU_ASSERT_EQUAL(row_of(d).checks, 7);
	CU_ASSERT_EQUAL(row_of(d).starts, 1);
	stop(d);
}

/* Something that lives is heard of before it was recalled: the same. */
static void test_resumed_by_news(void)
{
	autodir char *dir = make_dir();
	struct unit_daemon *d = start(dir);
	struct ct_session *s, *stored;
	struct ct_workload *w = take(&s, "a");

	begin(w);
	check(w, CAP_CHOWN, 5);
	save(d, s);
	d = again(d, dir, true);
	check(take(&s, "a"), CAP_CHOWN, 1);
	CU_ASSERT_EQUAL(save(d, s), 1);
	stored = load(d, KEY);
	CU_ASSERT_EQUAL(stored->workloads[0]->nmore, 0);
	CU_ASSERT_EQUAL(stored->workloads[0]->kinds[0].count, 6);
	CU_ASSERT_EQUAL(open_parts(stored->workloads[0]), 1);
	ct_session__free(stored);
	check(take(&s, "a"), CAP_CHOWN, 1);
	CU_ASSERT_EQUAL(save(d, s), 0);
	stop(d);
}

/* After a boot, or if it ended while nobody watched, what was left open is closed. */
static void test_left_open(void)
{
	for (int same_boot = 0; same_boot < 2; same_boot++) {
		autodir char *dir = make_dir();
		struct unit_daemon *d = start(dir);
		ct_autoerr struct ct_err err = {};
		struct ct_session *s, *stored;
		struct ct_workload *w = take(&s, "a");

		begin(w);
		check(w, CAP_CHOWN, 5);
		save(d, s);
		d = again(d, dir, same_boot);
		CU_ASSERT_EQUAL(ct_saver__recall(&d->saver, KEY, &now, lives,
						 (void *)(uintptr_t) "b", &err),
				0);
		CU_ASSERT_PTR_NULL(ct_ledger__find(d->saver.ledger, "a"));
		stored = load(d, KEY);
		CU_ASSERT_EQUAL(open_parts(stored->workloads[0]), 0);
		CU_ASSERT_EQUAL(stored->workloads[0]->end_seen, CT_UNKNOWN);
		ct_session__free(stored);
		w = take(&s, "b");
		begin(w);
		check(w, CAP_CHOWN, 1);
		CU_ASSERT_EQUAL(save(d, s), 1);
		stored = load(d, KEY);
		CU_ASSERT_EQUAL(stored->workloads[0]->nmore, 1);
		CU_ASSERT_EQUAL(open_parts(stored->workloads[0]), 1);
		CU_ASSERT_EQUAL(stored->recordings, 2);
		ct_session__free(stored);
		/* Another run was seen whole so far. */
		UNIT_STR(row_of(d).gaps, "");
		stop(d);
	}
}

/* What the store does not have any more is asked for anew. */
static void test_lost_store(void)
{
	autodir char *dir = make_dir(), *other = make_dir();
	struct unit_daemon *d = start(dir), *e = start(other);
	struct ct_session *s, *stored;

	check(take(&s, "a"), CAP_CHOWN, 5);
	save(d, s);
	ct_store__close(d->saver.store);
	d->saver.store = ct_steal(e->saver.store);
	ct_ledger__all_due(d->saver.ledger, now.ns);
	save(d, NULL);
	check(take(&s, "a"), CAP_CHOWN, 1);
	CU_ASSERT_EQUAL(save(d, s), 1);
	stored = load(d, KEY);
	CU_ASSERT_EQUAL_FATAL(stored->nworkloads, 1);
	CU_ASSERT_EQUAL(stored->workloads[0]->nkinds, 1);
	ct_session__free(stored);
	stop(e);
	stop(d);
}

/* What is counted while the news of it waits is stored along with the news, be there a part or not.
 */
static void test_counted_while_waiting(void)
{
	autodir char *dir = make_dir();
	struct unit_daemon *d = start(dir);
	struct ct_session *s;

	for (int n = 0; n < 2; n++) {
		for (int i = 0; i < 3; i++) {
			struct ct_workload *w = take(&s, "a");

			check(w, CAP_CHOWN, 10);
			if (n)
				check(w, CAP_KILL, 1);
			absorb(d, s);
			pass(5);
		}
		CU_ASSERT_EQUAL(save(d, NULL), 1);
		CU_ASSERT_EQUAL(row_of(d).checks, n ? 63 : 30);
	}
	stop(d);
}

/* Of a container of which only the id is known the name is waited for, but not for long. */
static void test_nameless(void)
{
	autodir char *dir = make_dir();
	struct unit_daemon *d = start(dir);
	struct ct_session *s;

	free(ct_steal(take(&s, "a")->container.name));
	CU_ASSERT_EQUAL(save(d, s), 0);
	pass(5);
	take(&s, "a");
	CU_ASSERT_EQUAL(save(d, s), 1);
	CU_ASSERT_EQUAL(d->saver.ledger->news->nworkloads, 0);
	UNIT_STR(ct_ledger__find(d->saver.ledger, "a")->key, KEY);
	free(ct_steal(take(&s, "b")->container.name));
	CU_ASSERT_EQUAL(save(d, s), 0);
	pass(10);
	CU_ASSERT_EQUAL(save(d, NULL), 1);
	UNIT_STR(ct_ledger__find(d->saver.ledger, "b")->key, "container:b");
	stop(d);
}

/* So many workloads are stored in several transactions, all of them. */
static void test_many(void)
{
	autodir char *dir = make_dir();
	struct unit_daemon *d = start(dir);
	struct ct_session *s = ct_session__new();

	s->continues = true;
	for (int i = 0; i < 3 * CT_SAVE_AT_ONCE; i++) {
		ct_autofree char *id = ct_xasprintf("u%d.service", i);
		struct ct_workload *w = ct_session__add(s, id);

		w->kind = CT_WL_UNIT;
		w->open = true;
		w->cgroup_path = ct_xasprintf("/system.slice/%s", id);
		check(w, CAP_CHOWN, 1);
	}
	CU_ASSERT_EQUAL(save(d, s), 3);
	CU_ASSERT_EQUAL(d->saver.ledger->news->nworkloads, 0);
	stop(d);
}

struct heard {
	int told;
	uint64_t before, after;
};

static void on_judged(void *arg, const struct ct_judged *j)
{
	struct heard *h = arg;

	h->told++;
	h->before = j->before ? j->before->cap_add : ~0ull;
	h->after = j->advice->cap_add;
	CU_ASSERT_TRUE(j->with_news);
	CU_ASSERT_EQUAL(j->ntakes, 1);
}

static void test_told(void)
{
	autodir char *dir = make_dir();
	struct unit_daemon *d = start(dir);
	struct heard h = {};
	struct ct_session *s;

	d->saver.on_judged = on_judged;
	d->saver.arg = &h;
	check(take(&s, "a"), CAP_CHOWN, 1);
	save(d, s);
	CU_ASSERT_EQUAL(h.told, 1);
	CU_ASSERT_EQUAL(h.before, ~0ull);
	CU_ASSERT_EQUAL(h.after, CT_CAP(CHOWN));
	build_check(take(&s, "a"), CAP_NET_ADMIN, "ioctl", "ns_capable dev_ioctl");
	save(d, s);
	CU_ASSERT_EQUAL(h.told, 2);
	CU_ASSERT_EQUAL(h.before, CT_CAP(CHOWN));
	CU_ASSERT_EQUAL(h.after, CT_CAP(CHOWN) | CT_CAP(NET_ADMIN));
	stop(d);
}

static void note_damaged(void *arg, const char *key, const struct ct_err *why)
{
	*(unsigned int *)arg += 1;
	UNIT_STR(key, KEY);
	CU_ASSERT_PTR_NOT_NULL(strstr(why->msg, "damaged"));
}

static void damage(struct unit_daemon *d, const char *key)
{
	ct_autofree char *sql = ct_xasprintf("UPDATE part SET recording = x'00' WHERE key = '%s'",
					     key);
	struct ct_db *db = NULL;
	ct_autoerr struct ct_err err = {};

	CU_ASSERT_EQUAL_FATAL(ct_sqlite__open(d->path, true, &db, &err), 0);
	CU_ASSERT_EQUAL(ct_db__script(db, sql, &err), 0);
	ct_db__close(db);
}

/* One whose stored recording cannot be read is given up, and does not keep others from the store.
 */
static void test_damaged(void)
{
	autodir char *dir = make_dir();
	struct unit_daemon *d = start(dir);
	struct ct_session *s, *stored;
	struct ct_instance *i;
	struct ct_workload *w;
	unsigned int told = 0;

	d->saver.on_damaged = note_damaged;
	d->saver.arg = &told;
	check(take(&s, "a"), CAP_CHOWN, 1);
	save(d, s);
	damage(d, KEY);
	for (int round = 1; round <= 2; round++) {
		pass(5);
		check(take(&s, "a"), CAP_KILL, 1);
		CU_ASSERT_EQUAL(save(d, s), 0);
		CU_ASSERT_EQUAL(d->saver.ledger->dropped, round);
	}
	CU_ASSERT_EQUAL(told, 2);
	CU_ASSERT_EQUAL(d->saver.ledger->news->nworkloads, 0);
	check(take(&s, "a"), CAP_KILL, 1);
	w = build_container(s, "b");
	free(w->container.name);
	w->container.name = ct_xstrdup("db");
	w->open = true;
	check(w, CAP_CHOWN, 1);
	CU_ASSERT_EQUAL(save(d, s), 1);
	stored = load(d, "name:db");
	CU_ASSERT_EQUAL(stored->nworkloads, 1);
	ct_session__free(stored);
	/* It counts as lost, and comes again as soon as it can be stored. */
	i = ct_ledger__find(d->saver.ledger, "a");
	CU_ASSERT_PTR_NOT_NULL_FATAL(i);
	CU_ASSERT_EQUAL(i->lost, 3);
	CU_ASSERT_EQUAL(i->marks.len, 0);
	CU_ASSERT(i->due_ns != UINT64_MAX);
	w = take(&s, "a");
	w->open = false;
	end(w);
	save(d, s);
	CU_ASSERT_PTR_NULL(ct_ledger__find(d->saver.ledger, "a"));
	stop(d);
}

static CU_TestInfo tests[] = {
	{ "counts", test_counts },
	{ "container restarted", test_restarted_container },
	{ "replicas", test_replicas },
	{ "restart", test_restart },
	{ "resumed by news", test_resumed_by_news },
	{ "left open", test_left_open },
	{ "a store that is lost", test_lost_store },
	{ "counted while waiting", test_counted_while_waiting },
	{ "nameless", test_nameless },
	{ "many", test_many },
	{ "told", test_told },
	{ "damaged", test_damaged },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("saver", tests)
