/* SPDX-License-Identifier: GPL-2.0-only */
/* What metrics say of workloads between two looks: who runs, who ended, what is not stored yet. */
#include "base/clock.h"
#include "build.h"
#include "dir.h"
#include "model/identity.h"
#include "monitor/gauges.h"

#define STACK "capable_wrt_inode_uidgid setattr_prepare"

struct world {
	struct ct_ledger *l;
	struct ct_gauges *g;
	struct ct_metrics *m;
	struct ct_store *store;
	struct ct_now now;
};

static void begin(struct world *w)
{
	*w = (struct world){
		.l = ct_ledger__new(),
		.g = ct_gauges__new(),
		.m = ct_metrics__new(0),
		.now = { ct_clock__now_ns(), ct_clock__wall_ms() },
	};
}

static void end(struct world *w)
{
	ct_gauges__free(w->g);
	ct_ledger__free(w->l);
	ct_metrics__free(w->m);
	ct_store__close(w->store);
}

/* A session in which "web" changed an owner, so that it needs CHOWN. */
static struct ct_session *session(uint64_t checks)
{
	struct ct_session *s = ct_session__new();
	struct ct_workload *w = build_container(s, "web");
	struct ct_kind *k = build_check(w, CAP_CHOWN, "fchownat", STACK);

	k->count = checks;
	w->configured_known = true;
	w->configured = CT_CAPS_DOCKER_DEFAULT;
	w->start_seen = CT_YES;
	return s;
}

static void judged(struct world *w, const char *key, uint64_t checks, bool stored)
{
	struct ct_session *s = session(checks);
	struct ct_report *r = ct_judge__session(s, CT_MODE_DEFAULT);

	CU_ASSERT_EQUAL_FATAL(r->nadvices, 1);
	ct_gauges__judged(w->g, key, &r->advices[0]);
	ct_gauges__stored(w->g, stored);
	ct_report__free(r);
	ct_session__free(s);
}

/* An instance of it runs, as of a take. */
static struct ct_instance *runs(struct world *w, const char *key, uint64_t waiting)
{
	struct ct_session *s = session(1);
	struct ct_instance *i;

	s->workloads[0]->open = true;
	s->continues = true;
	s->host.start_ns = 1;
	ct_ledger__absorb(w->l, s, &w->now);
	ct_session__free(s);
	i = w->l->instances;
	CU_ASSERT_PTR_NOT_NULL_FATAL(i);
	i->key = key ? ct_xstrdup(key) : NULL;
	for (uint32_t k = 0; k < i->marks.cap; k++)
		if (i->marks.slots[k].hash) {
			i->marks.slots[k].count = (uint32_t)waiting;
			waiting = 0;
		}
	return i;
}

static double value(struct world *w, const char *metric, const char *key)
{
	ct_autofree char *series = ct_xasprintf("\n%s{workload=\"%s\"} ", metric, key);
	struct ct_str out = { 0 };
	const char *at;
	double v;

	ct_gauges__fill(w->g, w->l, w->store, "node1", w->m);
	ct_metrics__write(w->m, CT_OPENMETRICS, ct_clock__now_ns(), &out);
	at = strstr(out.s, series);
	v = at ? strtod(at + strlen(series), NULL) : -1;
	ct_str__free(&out);
	return v;
}

#define CHECKS "captrim_workload_checks_total"

static void test_running(void)
{
	struct world w;

	begin(&w);
	CU_ASSERT_EQUAL(value(&w, CHECKS, "name:web"), -1);
	judged(&w, "name:web", 100, true);
	runs(&w, "name:web", 23);
	CU_ASSERT_EQUAL(value(&w, CHECKS, "name:web"), 123);
	CU_ASSERT_EQUAL(value(&w, "captrim_workload_needed_capabilities", "name:web"), 1);
	CU_ASSERT_EQUAL(value(&w, "captrim_workload_removable_capabilities", "name:web"), 13);
	/* What waited was acts in part: a counter does not go down for that. */
	ct_marks__settle(&w.l->instances->marks);
	judged(&w, "name:web", 120, true);
	CU_ASSERT_EQUAL(value(&w, CHECKS, "name:web"), 123);
	judged(&w, "name:web", 150, true);
	CU_ASSERT_EQUAL(value(&w, CHECKS, "name:web"), 150);
	end(&w);
}

/* If storing fails, what waits goes on waiting: counted twice, it would stay in the counter. */
static void test_not_stored(void)
{
	struct world w;

	begin(&w);
	judged(&w, "name:web", 100, true);
	runs(&w, "name:web", 23);
	judged(&w, "name:web", 123, false);
	CU_ASSERT_EQUAL(value(&w, CHECKS, "name:web"), 123);
	ct_marks__settle(&w.l->instances->marks);
	judged(&w, "name:web", 123, true);
	CU_ASSERT_EQUAL(value(&w, CHECKS, "name:web"), 123);
	end(&w);
}

/* Who came and went between two looks is told of once. */
static void test_ended(void)
{
	struct world w;
	uint64_t now = ct_clock__now_ns();

	begin(&w);
	judged(&w, "name:web", 7, true);
	CU_ASSERT_EQUAL(value(&w, CHECKS, "name:web"), 7);
	CU_ASSERT_EQUAL(ct_gauges__sweep(w.g, w.l, now), 0);
	CU_ASSERT_EQUAL(ct_gauges__sweep(w.g, w.l, now + 601 * CT_NS_PER_SEC), 0);
	ct_metrics__free(w.m);
	w.m = ct_metrics__new(0);
	CU_ASSERT_EQUAL(value(&w, CHECKS, "name:web"), -1);
	/* One that nobody asked for in time is forgotten as well. */
	judged(&w, "name:web", 8, true);
	ct_gauges__sweep(w.g, w.l, now);
	ct_gauges__sweep(w.g, w.l, now + 700 * CT_NS_PER_SEC);
	CU_ASSERT_EQUAL(value(&w, CHECKS, "name:web"), -1);
	judged(&w, "name:web", 9, true);
	runs(&w, "name:web", 0);
	CU_ASSERT_EQUAL(ct_gauges__sweep(w.g, w.l, now + 1400 * CT_NS_PER_SEC), 1);
	CU_ASSERT_EQUAL(value(&w, CHECKS, "name:web"), 9);
	end(&w);
}

/* A daemon that was started again asks the store for what was judged before it. */
static void test_after_a_restart(void)
{
	autodir char *dir = make_dir();
	ct_autofree char *path = ct_xasprintf("%s/captrim.db", dir);
	struct ct_session *s = session(42);
	ct_autoidentity struct ct_identity id = { 0 };
	struct world w;
	size_t n;

	begin(&w);
	ct_identity__of(s->workloads[0], &id);
	CU_ASSERT_EQUAL_FATAL(ct_store__open(path, CT_STORE_CHANGE, &w.store, NULL), 0);
	CU_ASSERT_EQUAL_FATAL(ct_store__import(w.store, s, "node1", &n, NULL), 0);
	ct_session__free(s);
	runs(&w, id.key, 3);
	CU_ASSERT_EQUAL(value(&w, CHECKS, id.key), 45);
	CU_ASSERT_EQUAL(value(&w, "captrim_workload_needed_capabilities", id.key), 1);
	CU_ASSERT_EQUAL(value(&w, "captrim_workload_removable_capabilities", id.key), 13);
	end(&w);
}

static CU_TestInfo tests[] = {
	{ "running", test_running }, { "not stored", test_not_stored },
	{ "ended", test_ended },     { "after a restart", test_after_a_restart },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("gauges", tests)
