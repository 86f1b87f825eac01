/* SPDX-License-Identifier: GPL-2.0-only */
/* What is news, what only counts, and when that is to be stored. */
#include <time.h>

#include "base/clock.h"
#include "build.h"
#include "model/content.h"
#include "monitor/ledger.h"

#define STACK "capable_wrt_inode_uidgid setattr_prepare"

static struct ct_now now = { 100 * CT_NS_PER_SEC, 1700000000000 };

static void pass(unsigned int seconds)
{
	now.ns += seconds * CT_NS_PER_SEC;
	now.wall_ms += seconds * 1000ll;
}

/* A take with one workload, as it goes on. */
static struct ct_workload *take(struct ct_session **s, const char *id)
{
	struct ct_workload *w;

	*s = ct_session__new();
	(*s)->continues = true;
	(*s)->host.start_ns = 50 * CT_NS_PER_SEC;
	(*s)->host.kernel = ct_xstrdup("6.18.0");
	w = build_container(*s, id);
	w->cgroup_path = ct_xstrdup("/docker/x");
	w->start_seen = w->end_seen = CT_UNKNOWN;
	w->open = true;
	return w;
}

/* Returns how many workloads are news then. */
static size_t absorb(struct ct_ledger *l, struct ct_session *s)
{
	ct_ledger__absorb(l, s, &now);
	CU_ASSERT_EQUAL(s->nworkloads, 0);
	ct_session__free(s);
	return l->news->nworkloads;
}

/* As if what is news had been stored. */
static void store(struct ct_ledger *l, bool with_news)
{
	while (l->news->nworkloads) {
		struct ct_instance *i = ct_ledger__find(l, l->news->workloads[0]->id);

		if (l->news->workloads[0]->open)
			ct_ledger__stored(l, i, now.ns, with_news);
		else
			ct_ledger__forget(l, i);
		ct_session__remove(l->news, 0);
	}
}

static void test_marks(void)
{
	struct ct_marks m = {};

	CU_ASSERT_PTR_NULL(ct_marks__find(&m, 1));
	for (uint64_t i = 1; i <= 1000; i++)
		ct_marks__add(&m, i * 0x9e3779b97f4a7c15ull)->count = (uint32_t)i;
	CU_ASSERT_EQUAL(m.len, 1000);
	for (uint64_t i = 1; i <= 1000; i++) {
		const struct ct_mark *mark = ct_marks__find(&m, i * 0x9e3779b97f4a7c15ull);

		CU_ASSERT_PTR_NOT_NULL_FATAL(mark);
		CU_ASSERT_EQUAL(mark->count, i);
	}
	CU_ASSERT_PTR_NULL(ct_marks__find(&m, 7));
	CU_ASSERT_EQUAL(ct_marks__add(&m, 0x9e3779b97f4a7c15ull)->count, 1);
	CU_ASSERT_EQUAL(m.len, 1000);
	CU_ASSERT_TRUE(m.cap <= 2048);
	ct_marks__settle(&m);
	CU_ASSERT_EQUAL(ct_marks__find(&m, 0x9e3779b97f4a7c15ull)->count, 0);
	ct_marks__free(&m);
	CU_ASSERT_EQUAL(sizeof(struct ct_mark), 16);
}

/* What is known only counts; the same check by another cgroup and address is known. */
static void test_news(void)
{
	struct ct_ledger *l = ct_ledger__new();
	const struct ct_instance *i;
	struct ct_session *s;
	struct ct_kind *k;

	build_check(take(&s, "a"), CAP_CHOWN, "chown", STACK);
	CU_ASSERT_EQUAL(absorb(l, s), 1);
	i = ct_ledger__find(l, "a");
	CU_ASSERT_PTR_NOT_NULL_FATAL(i);
	CU_ASSERT_EQUAL(i->from_ns, 50 * CT_NS_PER_SEC);
	store(l, true);
	k = build_check(take(&s, "a"), CAP_CHOWN, "chown", STACK);
	k->key.cgroup = 7;
	k->key.site = 99;
	k->count = 41;
	k->sampled = false;
	CU_ASSERT_EQUAL(absorb(l, s), 0);
	CU_ASSERT_TRUE(i->counted);
	build_check(take(&s, "a"), CAP_CHOWN, "fchown", STACK);
	CU_ASSERT_EQUAL(absorb(l, s), 1);
	/* Another container's are news all the same. */
	build_check(take(&s, "b"), CAP_CHOWN, "chown", STACK);
	CU_ASSERT_EQUAL(absorb(l, s), 2);
	CU_ASSERT_EQUAL(l->checks, 44);
	ct_ledger__free(l);
}

static void test_counts(void)
{
	struct ct_ledger *l = ct_ledger__new();
	ct_autosession struct ct_session *stored = NULL;
	struct ct_workload *w = take(&stored, "a");
	struct ct_marks added = {};
	struct ct_session *s;

	build_check(w, CAP_CHOWN, "chown", STACK);
	build_act(w, CT_ACT_CAPSET, "capset");
	for (int n = 0; n < 3; n++) {
		struct ct_workload *d = take(&s, "a");

		build_check(d, CAP_CHOWN, "chown", STACK)->count = 10;
		build_act(d, CT_ACT_CAPSET, "capset")->count = 2;
		pass(5);
		absorb(l, s);
		if (!n)
			store(l, true);
	}
	ct_ledger__add_counts(l, ct_ledger__find(l, "a"), w, &added);
	CU_ASSERT_EQUAL(w->kinds[0].count, 21);
	CU_ASSERT_EQUAL(w->kinds[0].last_ns, now.ns);
	CU_ASSERT_EQUAL(w->last_ns, now.ns);
	CU_ASSERT_EQUAL(w->acts[0].count, 5);
	ct_ledger__add_counts(l, ct_ledger__find(l, "a"), w, &added);
	CU_ASSERT_EQUAL(w->kinds[0].count, 21);
	ct_marks__free(&added);
	ct_ledger__stored(l, ct_ledger__find(l, "a"), now.ns, false);
	ct_ledger__add_counts(l, ct_ledger__find(l, "a"), w, &added);
	CU_ASSERT_EQUAL(w->kinds[0].count, 21);
	ct_marks__free(&added);
	ct_ledger__free(l);
}

/* A quiet workload's time is stored half a minute after its news, and then ever more seldom. */
static void test_quiet(void)
{
	static const unsigned int minutes[] = { 15, 30, 60, 120, 240, 480, 960, 1440, 1440 };
	struct ct_ledger *l = ct_ledger__new();
	struct ct_session *s;

	l->jitter_ns = 0;
	build_check(take(&s, "a"), CAP_CHOWN, "chown", STACK);
	absorb(l, s);
	CU_ASSERT_EQUAL(ct_ledger__next_due(l), UINT64_MAX);
	store(l, true);
	pass(29);
	ct_ledger__look_for_due(l, now.ns);
	CU_ASSERT_EQUAL(l->news->nworkloads, 0);
	pass(1);
	ct_ledger__look_for_due(l, now.ns);
	CU_ASSERT_EQUAL_FATAL(l->news->nworkloads, 1);
	CU_ASSERT_EQUAL(l->news->workloads[0]->to_ns, now.ns);
	CU_ASSERT_TRUE(l->news->workloads[0]->open);
	for (size_t i = 0; i < CT_ARRAY_SIZE(minutes); i++) {
		store(l, false);
		CU_ASSERT_EQUAL(ct_ledger__next_due(l), now.ns + minutes[i] * 60 * CT_NS_PER_SEC);
		pass(minutes[i] * 60);
		ct_ledger__look_for_due(l, now.ns);
		CU_ASSERT_EQUAL(l->news->nworkloads, 1);
	}
	ct_ledger__free(l);
}

/* What counts is stored every quarter of an hour, and what is due soon along with it. */
static void test_busy(void)
{
	struct ct_ledger *l = ct_ledger__new();
	struct ct_session *s;

	l->jitter_ns = 0;
	build_check(take(&s, "busy"), CAP_CHOWN, "chown", STACK);
	absorb(l, s);
	build_check(take(&s, "quiet"), CAP_CHOWN, "chown", STACK);
	absorb(l, s);
	store(l, true);
	store(l, false);
	for (int n = 0; n < 3; n++) {
		pass(30);
		ct_ledger__look_for_due(l, now.ns);
		store(l, false);
	}
	pass(60);
	build_check(take(&s, "busy"), CAP_CHOWN, "chown", STACK);
	CU_ASSERT_EQUAL(absorb(l, s), 0);
	CU_ASSERT_TRUE(ct_ledger__find(l, "busy")->due_ns <= now.ns + 900 * CT_NS_PER_SEC);
	pass(900);
	ct_ledger__look_for_due(l, now.ns);
	CU_ASSERT_EQUAL(l->news->nworkloads, 2);
	ct_ledger__free(l);
}

static void test_facts(void)
{
	struct ct_ledger *l = ct_ledger__new();
	struct ct_session *s;
	struct ct_workload *w;

	take(&s, "a");
	CU_ASSERT_EQUAL(absorb(l, s), 1);
	store(l, true);
	take(&s, "a");
	CU_ASSERT_EQUAL(absorb(l, s), 0);
	w = take(&s, "a");
	w->container.image = ct_xstrdup("nginx");
	CU_ASSERT_EQUAL(absorb(l, s), 1);
	store(l, true);
	w = take(&s, "a");
	w->container.image = ct_xstrdup("nginx");
	w->reload_seen = CT_YES;
	CU_ASSERT_EQUAL(absorb(l, s), 1);
	store(l, true);
	w = take(&s, "a");
	w->container.image = ct_xstrdup("nginx");
	w->lost = 3;
	CU_ASSERT_EQUAL(absorb(l, s), 1);
	store(l, true);
	w = take(&s, "a");
	w->container.image = ct_xstrdup("nginx");
	w->reload_seen = CT_YES;
	w->lost = 4;
	CU_ASSERT_EQUAL(absorb(l, s), 0);
	CU_ASSERT_EQUAL(ct_ledger__find(l, "a")->lost, 4);
	w = take(&s, "a");
	w->open = false;
	CU_ASSERT_EQUAL(absorb(l, s), 1);
	store(l, true);
	CU_ASSERT_PTR_NULL(ct_ledger__find(l, "a"));
	ct_ledger__free(l);
}

static void add_exit(struct ct_workload *w, uint32_t pid)
{
	struct ct_exit *e = ct_workload__add_exit(w);

	e->code = 1 << 8;
	e->pid = pid;
	e->comm = ct_xstrdup("prog");
}

/* That one fails again and again is known, but not of whom a call was refused. */
static void test_exits(void)
{
	struct ct_ledger *l = ct_ledger__new();
	struct ct_session *s;
	struct ct_act *a;

	add_exit(take(&s, "a"), 5);
	CU_ASSERT_EQUAL(absorb(l, s), 1);
	store(l, true);
	add_exit(take(&s, "a"), 6);
	CU_ASSERT_EQUAL(absorb(l, s), 0);
	a = build_act(take(&s, "a"), CT_ACT_CAPSET, "capset");
	a->key.ok = 0;
	a->proc.pid = 7;
	CU_ASSERT_EQUAL(absorb(l, s), 1);
	store(l, true);
	add_exit(take(&s, "a"), 8);
	CU_ASSERT_EQUAL(absorb(l, s), 0);
	add_exit(take(&s, "a"), 7);
	CU_ASSERT_EQUAL_FATAL(absorb(l, s), 1);
	CU_ASSERT_EQUAL(l->news->workloads[0]->nexits, 1);
	ct_ledger__free(l);
}

/* Of a loss nobody knows whose it was. */
static void test_losses(void)
{
	struct ct_ledger *l = ct_ledger__new();
	struct ct_session *s;

	take(&s, "a");
	absorb(l, s);
	store(l, true);
	take(&s, "b");
	s->losses.events = 2;
	CU_ASSERT_EQUAL_FATAL(absorb(l, s), 2);
	CU_ASSERT_EQUAL(ct_session__find(l->news, "a")->lost, 2);
	CU_ASSERT_EQUAL(ct_session__find(l->news, "b")->lost, 2);
	store(l, true);
	take(&s, "c");
	s->losses.events = 1;
	absorb(l, s);
	CU_ASSERT_PTR_NULL(ct_session__find(l->news, "a"));
	CU_ASSERT_EQUAL(ct_ledger__find(l, "a")->lost, 1);
	ct_ledger__free(l);
}

/* What is ignored for a time was not watched then, and its end is an end. */
static void test_skipped(void)
{
	struct ct_ledger *l = ct_ledger__new();
	const struct ct_instance *i;
	struct ct_session *s;
	struct ct_workload *w;

	build_check(take(&s, "a"), CAP_CHOWN, "chown", STACK);
	absorb(l, s);
	store(l, true);
	w = take(&s, "a");
	build_check(w, CAP_MKNOD, "mknod", STACK);
	ct_ledger__skip(l, w, 5, now.ns);
	i = ct_ledger__find(l, "a");
	CU_ASSERT_PTR_NOT_NULL_FATAL(i);
	CU_ASSERT_EQUAL(i->unwatched_ns, 5);
	CU_ASSERT_EQUAL_FATAL(l->news->nworkloads, 1);
	CU_ASSERT_TRUE(l->news->workloads[0]->open);
	CU_ASSERT_EQUAL(l->news->workloads[0]->nkinds, 0);
	store(l, false);
	/* Told once, for it may be busy. */
	ct_ledger__skip(l, w, 5, now.ns);
	CU_ASSERT_EQUAL(i->unwatched_ns, 10);
	CU_ASSERT_EQUAL(l->news->nworkloads, 0);
	w->open = false;
	w->end_seen = CT_YES;
	w->to_ns = now.ns;
	ct_ledger__skip(l, w, 5, now.ns);
	CU_ASSERT_EQUAL_FATAL(l->news->nworkloads, 1);
	CU_ASSERT_FALSE(l->news->workloads[0]->open);
	CU_ASSERT_EQUAL(l->news->workloads[0]->end_seen, CT_YES);
	store(l, true);
	CU_ASSERT_PTR_NULL(ct_ledger__find(l, "a"));
	/* One that was never watched is not known. */
	ct_ledger__skip(l, w, 5, now.ns);
	CU_ASSERT_EQUAL(l->news->nworkloads, 0);
	ct_session__free(s);
	ct_ledger__free(l);
}

/* News that cannot be stored are added up; too many are given up, and counted as lost. */
static void test_room(void)
{
	struct ct_ledger *l = ct_ledger__new();
	struct ct_session *s;
	struct ct_workload *w;

	for (int n = 0; n < 2; n++) {
		build_check(take(&s, "a"), n, "chown", STACK);
		absorb(l, s);
	}
	CU_ASSERT_EQUAL_FATAL(l->news->nworkloads, 1);
	CU_ASSERT_EQUAL(l->news->workloads[0]->nkinds, 2);
	w = take(&s, "b");
	for (unsigned int n = 0; n < CT_LEDGER_ROOM; n++)
		build_check(w, CAP_CHOWN, "chown", STACK)->key.sel = n;
	CU_ASSERT_EQUAL(absorb(l, s), 0);
	CU_ASSERT_EQUAL(l->dropped, CT_LEDGER_ROOM + 2);
	CU_ASSERT_TRUE(ct_ledger__find(l, "a")->lost > 0);
	/* It is not stored under no more than its id, but with what it does next, and the loss. */
	ct_ledger__look_for_due(l, now.ns);
	CU_ASSERT_EQUAL(l->news->nworkloads, 0);
	build_check(take(&s, "a"), 0, "chown", STACK);
	CU_ASSERT_EQUAL_FATAL(absorb(l, s), 1);
	CU_ASSERT_EQUAL(l->news->workloads[0]->lost, 2);
	CU_ASSERT_EQUAL(ct_ledger__find(l, "a")->lost, 0);
	ct_ledger__free(l);
}

/* Processor time of a take of 500 workloads, all of them news. */
static clock_t time_of_burst(struct ct_ledger *l, unsigned int *number)
{
	struct ct_session *s = ct_session__new();
	clock_t began;

	s->continues = true;
	for (int i = 0; i < 500; i++) {
		ct_autofree char *id = ct_xasprintf("burst-%u", (*number)++);
		struct ct_workload *w = build_container(s, id);

		w->open = true;
		build_check(w, CAP_CHOWN, "chown", STACK);
	}
	began = clock();
	absorb(l, s);
	return clock() - began;
}

/* Who falls behind can catch up: a take does not take so much longer because much waits already. */
static void test_behind(void)
{
	struct ct_ledger *l = ct_ledger__new();
	clock_t first = 0, last = 0, took;
	unsigned int number = 0;

	for (int i = 0; i < 12; i++) {
		took = time_of_burst(l, &number);
		/* The best of three: other programs run, too. */
		if (i < 3)
			first = i && first < took ? first : took;
		else if (i >= 9)
			last = i > 9 && last < took ? last : took;
	}
	CU_ASSERT_EQUAL(l->news->nworkloads, 6000);
	CU_ASSERT_EQUAL(l->dropped, 0);
	if (last > 12 * first + CLOCKS_PER_SEC / 100)
		printf("%ld us, and %ld with 5,500 that wait\n", (long)first, (long)last);
	CU_ASSERT(last <= 12 * first + CLOCKS_PER_SEC / 100);
	/* A workload takes up room by itself. */
	for (int i = 0; i < 4; i++)
		time_of_burst(l, &number);
	CU_ASSERT(l->dropped > 0);
	ct_ledger__free(l);
}

/* A workload that the store has is stored as one that lost something, even if it has ended. */
static void test_given_up(void)
{
	for (int ended = 0; ended < 2; ended++) {
		struct ct_ledger *l = ct_ledger__new();
		const struct ct_workload *left;
		struct ct_session *s;
		struct ct_workload *w;

		build_check(take(&s, "a"), CAP_CHOWN, "chown", STACK);
		absorb(l, s);
		store(l, true);
		ct_ledger__find(l, "a")->key = ct_xstrdup("name:a");
		w = take(&s, "a");
		w->open = !ended;
		w->end_seen = ended ? CT_YES : CT_UNKNOWN;
		for (unsigned int n = 0; n <= CT_LEDGER_ROOM; n++)
			build_check(w, CAP_CHOWN, "chown", STACK)->key.sel = n + 1;
		CU_ASSERT_EQUAL_FATAL(absorb(l, s), 1);
		CU_ASSERT_EQUAL(l->dropped, CT_LEDGER_ROOM + 1);
		left = l->news->workloads[0];
		CU_ASSERT_EQUAL(left->nkinds, 0);
		CU_ASSERT_EQUAL(left->lost, CT_LEDGER_ROOM + 1);
		CU_ASSERT_EQUAL(left->open, !ended);
		CU_ASSERT_EQUAL(left->end_seen, ended ? CT_YES : CT_UNKNOWN);
		ct_ledger__free(l);
	}
}

/* Each time another command line: only so many are kept. */
static void test_command_lines(void)
{
	struct ct_ledger *l = ct_ledger__new();
	struct ct_session *s;

	for (int n = 0; n < 1000; n++) {
		struct ct_exec *e = build_exec(take(&s, "a"), 77, "/bin/sh", 0);

		free(e->argv);
		e->argv = ct_xasprintf("sh -c %d", n);
		absorb(l, s);
		store(l, true);
	}
	CU_ASSERT_TRUE(ct_ledger__find(l, "a")->marks.len <= 257);
	ct_ledger__free(l);
}

/* However many kinds of checks it has, its first command lines are kept. */
static void test_many_kinds(void)
{
	struct ct_ledger *l = ct_ledger__new();
	struct ct_session *s;
	struct ct_workload *w = take(&s, "a");

	for (unsigned int n = 0; n < 1000; n++)
		build_check(w, CAP_CHOWN, "chown", STACK)->key.sel = n + 1;
	absorb(l, s);
	store(l, true);
	w = take(&s, "a");
	free(build_exec(w, 77, "/bin/sh", 0)->argv);
	w->execs[0].argv = ct_xstrdup("sh -c true");
	CU_ASSERT_EQUAL_FATAL(absorb(l, s), 1);
	CU_ASSERT_EQUAL_FATAL(l->news->workloads[0]->nexecs, 1);
	UNIT_STR(l->news->workloads[0]->execs[0].argv, "sh -c true");
	ct_ledger__free(l);
}

static void test_resume(void)
{
	struct ct_ledger *l = ct_ledger__new();
	ct_autosession struct ct_session *stored = NULL;
	struct ct_workload *w = take(&stored, "a");
	struct ct_session *s;

	build_check(w, CAP_CHOWN, "chown", STACK);
	ct_kind__forget_boot(&w->kinds[0]);
	w->from_ns = 7;
	ct_ledger__resume(l, w, now.ns);
	build_check(take(&s, "a"), CAP_CHOWN, "chown", STACK);
	CU_ASSERT_EQUAL(absorb(l, s), 0);
	CU_ASSERT_EQUAL(ct_ledger__find(l, "a")->from_ns, 7);
	CU_ASSERT_TRUE(ct_ledger__find(l, "a")->resumed);
	ct_ledger__free(l);
}

static CU_TestInfo tests[] = {
	{ "marks", test_marks },
	{ "news", test_news },
	{ "counts", test_counts },
	{ "quiet", test_quiet },
	{ "busy", test_busy },
	{ "facts", test_facts },
	{ "exits", test_exits },
	{ "losses", test_losses },
	{ "skipped", test_skipped },
	{ "room", test_room },
	{ "falling behind", test_behind },
	{ "falling behind", test_behind },
	{ "given up", test_given_up },
	{ "command lines", test_command_lines },
	{ "many kinds", test_many_kinds },
	{ "resume", test_resume },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("ledger", tests)
