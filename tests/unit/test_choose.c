/* SPDX-License-Identifier: GPL-2.0-only */
/* What an engine is asked, and when, while containers are chosen and described. */
#include <errno.h>

#include "fake_probe.h"
#include "record/pod_choice.h"
#include "record/recorder_priv.h"
#include "runtime/runtime.h"
#include "unit.h"

#define PLAIN_ID "00000000000000000000000000000000000000000000000000000000000000a1"
#define POD_ID	 "00000000000000000000000000000000000000000000000000000000000000a2"

enum { PLAIN = 1000, POD };

/* ---- an engine that reads events while it is asked ---- */

static struct {
	struct ct_engine engine; /* first */
	struct ct_collect *collect;
	int asking, deepest;
} fake;

static int inspect(struct ct_engine *e, const char *id, struct ct_workload *w, struct ct_err *err)
{
	(void)e, (void)err;
	fake.asking++;
	fake.deepest = fake.asking > fake.deepest ? fake.asking : fake.deepest;
	ct_collect__consume(fake.collect);
	fake.asking--;
	free(w->container.name);
	w->container.name = ct_xstrdup(strcmp(id, POD_ID) ? "plain" : "prod/web-0/nginx");
	if (!w->container.project)
		w->container.project = ct_xstrdup("shop");
	w->configured = 7;
	return 0;
}

static const struct ct_engine_ops ops = { .inspect = inspect };

/* ---- what it sees ---- */

static void see_cgroup(uint64_t id, const char *path)
{
	struct ct_cgroup_event *e = fake_event(CT_EV_CGROUP, sizeof(*e), id, 1);

	snprintf(e->path, sizeof(e->path), "%s", path);
}

static void see_start(uint64_t cgroup)
{
	struct ct_exec_event *e = fake_event(CT_EV_EXEC, sizeof(*e), cgroup, 50);

	e->was = CT_ENTRY_SLOT(1);
	e->entry = CT_ENTRY_MAIN;
	e->entered = cgroup;
	e->proc.pid = 0x3fffffff; /* of no process: its file cannot be looked at */
	e->port_start = ~0u;
}

/* A pod's container starts while an engine is asked about another container. */
static void test_pod_starts(void)
{
	struct ct_recorder r = { .session = ct_session__new(), .opts.pods.space = "prod" };
	struct ct_cgroup_name name;

	r.collect = ct_collect__new(NULL);
	r.asked = ct_asked__new(NULL);
	fake.engine = (struct ct_engine){ .ops = &ops, .runtime = CT_RT_DOCKER };
	fake.collect = r.collect;
	r.engine = &fake.engine;
	ct_collect__on_entry(r.collect, ct_recorder__on_entry, &r);
	see_cgroup(PLAIN, "/docker/" PLAIN_ID);
	see_cgroup(POD, "/docker/" POD_ID);
	ct_collect__consume(r.collect);
	see_start(POD);
	ct_runtimes__classify("/docker/" PLAIN_ID, &name);
	CU_ASSERT_PTR_NULL(ct_pod_choice__want(&r, &name, "/docker/" PLAIN_ID));
	CU_ASSERT_EQUAL(r.session->nworkloads, 0);
	ct_pod_choice__decide(&r);
	CU_ASSERT_EQUAL(fake.deepest, 1);
	CU_ASSERT_EQUAL(r.session->nworkloads, 1);
	CU_ASSERT(ct_session__find(r.session, POD_ID) != NULL);
	CU_ASSERT_EQUAL(r.undecided.len, 0);
	ct_asked__free(r.asked);
	ct_collect__free(r.collect);
	ct_session__free(r.session);
	memset(&probe, 0, sizeof(probe));
}

/* The engine answers only after a container's files were read, as after a boot. */
static void test_late_engine(void)
{
	struct ct_recorder r = { .session = ct_session__new() };
	struct ct_workload *docker = ct_session__add(r.session, PLAIN_ID);
	struct ct_workload *other = ct_session__add(r.session, POD_ID);

	r.collect = ct_collect__new(NULL);
	r.asked = ct_asked__new(NULL);
	for (size_t i = 0; i < r.session->nworkloads; i++) {
		struct ct_workload *w = r.session->workloads[i];

		w->kind = CT_WL_CONTAINER;
		w->container.network = ct_xstrdup("private");
		w->container.name = ct_xstrdup("of the bundle");
		w->configured = 5;
		w->configured_known = true;
	}
	docker->runtime = CT_RT_DOCKER;
	other->runtime = CT_RT_CONTAINERD;
	ct_recorder__describe_rest(&r);
	CU_ASSERT(ct_recorder__is_described(&r, docker));
	fake.engine = (struct ct_engine){ .ops = &ops, .runtime = CT_RT_DOCKER };
	fake.collect = r.collect;
	r.engine = &fake.engine;
	CU_ASSERT(!ct_recorder__is_described(&r, docker));
	CU_ASSERT(ct_recorder__is_described(&r, other));
	ct_recorder__describe_rest(&r);
	UNIT_STR(docker->container.name, "plain");
	UNIT_STR(docker->container.project, "shop");
	CU_ASSERT_EQUAL(docker->configured, 5);
	UNIT_STR(other->container.name, "of the bundle");
	CU_ASSERT_EQUAL(r.session->losses.lookups, 0);
	ct_asked__free(r.asked);
	ct_collect__free(r.collect);
	ct_session__free(r.session);
}

/* An engine that has reported what nobody read yet. */
static int report(struct ct_engine *e, ct_engine_event_fn fn, void *arg)
{
	const struct ct_engine_event ev = {
		.action = "create", .id = PLAIN_ID, .project = "shop", .from = e, .exit_code = -1
	};

	fn(arg, &ev);
	return 0;
}

static bool is_composes(struct ct_engine *e, const struct ct_engine_event *ev)
{
	(void)e, (void)ev;
	return true;
}

/* A project's container that came and went before it was heard that there is such a one. */
static void test_late_event(void)
{
	static const struct ct_engine_ops late = { .inspect = inspect,
						   .read = report,
						   .is_composes = is_composes };
	struct ct_recorder r = { .session = ct_session__new(), .opts.project = "shop" };
	const struct ct_workload *w;

	r.collect = ct_collect__new(NULL);
	r.asked = ct_asked__new(NULL);
	fake.engine = (struct ct_engine){ .ops = &late, .runtime = CT_RT_DOCKER };
	fake.collect = r.collect;
	r.engine = &fake.engine;
	r.engine_events = (struct ct_source *)&fake; /* only looked at */
	see_cgroup(PLAIN, "/docker/" PLAIN_ID);
	probe.kinds[0].key = (struct ct_key){ .cgroup = PLAIN, .nr = -1, .cap = 5 };
	probe.kinds[0].count = 3;
	probe.nkinds = 1;
	for (uint64_t i = 0; i < 16; i++)
		fake_event(CT_EV_GONE, sizeof(struct ct_event), PLAIN + i, 90);
	ct_collect__consume(r.collect);
	ct_recorder__take_some(&r);
	CU_ASSERT_EQUAL(probe.nkinds, 0);
	w = ct_session__find(r.session, PLAIN_ID);
	CU_ASSERT(w && w->nkinds == 1);
	ct_asked__free(r.asked);
	ct_collect__free(r.collect);
	ct_session__free(r.session);
	memset(&probe, 0, sizeof(probe));
}

static CU_TestInfo tests[] = {
	{ "a pod starts", test_pod_starts },
	{ "a late engine", test_late_engine },
	{ "a late event", test_late_event },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("choose", tests)
