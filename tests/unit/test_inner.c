/* SPDX-License-Identifier: GPL-2.0-only */
/* Containers within containers: which a path tells, and for whom counts what is done in one. */
#include <linux/capability.h>
#include <unistd.h>

#include "base/host_root.h"
#include "dir.h"
#include "fake_probe.h"
#include "record/collect.h"
#include "record/inner.h"
#include "record/recorder_priv.h"
#include "runtime/inner_state.h"
#include "runtime/runtime.h"
#include "unit.h"

#define OUTER "0000000000000000000000000000000000000000000000000000000000000001"
#define INNER "0000000000000000000000000000000000000000000000000000000000000002"
#define THIRD "0000000000000000000000000000000000000000000000000000000000000003"

enum { OUTERS = 1000, INNERS };

static void test_innermost(void)
{
	static const struct {
		const char *path, *id;
	} cases[] = {
		{ "/docker/" OUTER, NULL },
		{ "/docker/" OUTER "/init.scope", NULL },
		{ "/system.slice/docker.service", NULL },
		{ "/docker/" OUTER "/docker/" INNER, INNER },
		{ "/system.slice/docker-" OUTER ".scope/system.slice/docker-" INNER ".scope/x",
		  INNER },
		{ "/docker/" OUTER "/kubelet.slice/kubelet-kubepods.slice/"
		  "kubelet-kubepods-besteffort.slice/"
		  "kubelet-kubepods-besteffort-pod88c00a72_09fa_4f0b_b2e7_185fcaff3b0d.slice/"
		  "cri-containerd-" INNER ".scope",
		  INNER },
		{ "/docker/" OUTER "/docker/" INNER "/docker/" THIRD, THIRD },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		struct ct_cgroup_name name = { .id = "" };
		bool found = ct_runtimes__innermost(cases[i].path, &name);

		CU_ASSERT_EQUAL(found, cases[i].id != NULL);
		UNIT_STR(found ? name.id : NULL, cases[i].id);
	}
}

static void see_cgroup(uint64_t id, const char *path)
{
	struct ct_cgroup_event *e = fake_event(CT_EV_CGROUP, sizeof(*e), id, 1);

	snprintf(e->path, sizeof(e->path), "%s", path);
}

static void see_kind(uint64_t cgroup, int cap, uint32_t entry)
{
	struct ct_sample *s = fake_event(CT_EV_SAMPLE, sizeof(*s), cgroup, 40);

	s->key = (struct ct_key){ .cgroup = cgroup,
				  .nr = 1,
				  .cap = (uint8_t)cap,
				  .entry = entry,
				  .flags = CT_F_GRANTED | CT_F_NO_SITE };
	s->proc.pid = 0x3fffffff;
	probe.kinds[probe.nkinds].key = s->key;
	probe.kinds[probe.nkinds].count = 2;
	probe.kinds[probe.nkinds++].last_ns = 50;
}

static bool inner_of(void *arg, const char *path, struct ct_cgroup_name *name)
{
	(void)arg;
	return ct_runtimes__innermost(path, name);
}

/* Wanted is what arg says, and what is within it. */
static struct ct_workload *choose(void *arg, struct ct_session *s,
				  const struct ct_cgroup_name *name, const char *path, bool inside)
{
	struct ct_workload *w = ct_session__find(s, name->id);

	(void)path;
	if (w || (!inside && strcmp(name->id, arg) != 0))
		return w;
	return ct_session__add(s, name->id);
}

static struct ct_session *taken(const char *wanted)
{
	struct ct_session *s = ct_session__new();
	struct ct_collect *c = ct_collect__new(NULL);
	struct ct_exec_event *e;

	ct_collect__set_inner(c, inner_of, NULL);
	see_cgroup(OUTERS, "/docker/" OUTER);
	see_cgroup(INNERS, "/docker/" OUTER "/docker/" INNER);
	/* The engine in the outer one sets up the inner one, whose program then does its work. */
	see_kind(INNERS, CAP_SYS_ADMIN, CT_ENTRY_SLOT(1));
	see_kind(INNERS, CAP_CHOWN, CT_ENTRY_MAIN);
	see_kind(OUTERS, CAP_NET_ADMIN, CT_ENTRY_MAIN);
	probe.entered[probe.nentered].id = (struct ct_slot_id){ .cgroup = INNERS, .slot = 1 };
	probe.entered[probe.nentered++].entered = (struct ct_entered){ .from = OUTERS };
	e = fake_event(CT_EV_EXEC, sizeof(*e), INNERS, 45);
	e->was = CT_ENTRY_SLOT(1);
	e->entry = CT_ENTRY_MAIN;
	e->entered = INNERS;
	e->proc.pid = 0x3fffffff;
	e->creds.bounding = CT_CAP(CHOWN) | CT_CAP(KILL);
	e->port_start = ~0u;
	ct_collect__take(c, CT_TAKE_LAST, s, choose, (void *)wanted);
	ct_collect__free(c);
	memset(&probe, 0, sizeof(probe));
	return s;
}

static const struct ct_kind *kind_of(const struct ct_workload *w, int cap)
{
	for (size_t i = 0; i < w->nkinds; i++)
		if (w->kinds[i].key.cap == cap)
			return &w->kinds[i];
	return NULL;
}

static void test_counts(void)
{
	ct_autosession struct ct_session *both = taken(OUTER), *alone = taken(INNER);
	const struct ct_workload *outer = ct_session__find(both, OUTER);
	const struct ct_workload *inner = ct_session__find(both, INNER);

	CU_ASSERT_PTR_NOT_NULL_FATAL(outer);
	CU_ASSERT_PTR_NOT_NULL_FATAL(inner);
	CU_ASSERT_EQUAL(both->nworkloads, 2);
	CU_ASSERT_EQUAL_FATAL(outer->nkinds, 3);
	CU_ASSERT_EQUAL(kind_of(outer, CAP_SYS_ADMIN)->key.entry, CT_ENTRY_MAIN);
	CU_ASSERT_EQUAL(kind_of(outer, CAP_CHOWN)->count, 2);
	CU_ASSERT_EQUAL_FATAL(inner->nkinds, 2);
	CU_ASSERT_EQUAL(kind_of(inner, CAP_SYS_ADMIN)->key.entry, CT_ENTRY_SETUP);
	CU_ASSERT_EQUAL(kind_of(inner, CAP_CHOWN)->key.entry, CT_ENTRY_MAIN);
	CU_ASSERT_EQUAL(inner->start_seen, CT_YES);
	CU_ASSERT_EQUAL(inner->configured, CT_CAP(CHOWN) | CT_CAP(KILL));
	CU_ASSERT_NOT_EQUAL(outer->start_seen, CT_YES);
	/* Only the inner one is wanted. */
	CU_ASSERT_EQUAL_FATAL(alone->nworkloads, 1);
	CU_ASSERT_EQUAL(alone->workloads[0]->nkinds, 2);
}

/* The name of one of the host's containers makes none within another one. */
static void test_forged(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_recorder r = { .session = s, .collect = ct_collect__new(NULL) };
	const char *path = "/docker/" OUTER "/docker/" INNER;
	struct ct_cgroup_name name;

	see_cgroup(INNERS, path);
	ct_collect__consume(r.collect);
	CU_ASSERT(ct_recorder__inner(&r, path, &name));
	see_cgroup(OUTERS, "/docker/" INNER);
	ct_collect__consume(r.collect);
	CU_ASSERT(!ct_recorder__inner(&r, path, &name));
	ct_collect__free(r.collect);
	memset(&probe, 0, sizeof(probe));
}

/* The bundle is below the root of the outer container, also where the host's root is elsewhere. */
static void test_state(void)
{
	static const char config[] = "{\"process\":{\"capabilities\":{\"bounding\":"
				     "[\"CAP_CHOWN\"]}},\"linux\":{}}";
	autodir char *dir = make_dir();
	ct_autofree char *file =
		put(dir,
		    "proc/42/root/run/containerd/io.containerd.runtime.v2.task/k8s.io/" INNER
		    "/config.json",
		    config);
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_workload *w = ct_session__add(s, INNER);

	ct_host__set_root(dir);
	CU_ASSERT(ct_inner_state__read(42, "/docker/" OUTER "/docker/" INNER, w));
	CU_ASSERT(!ct_inner_state__read(43, "/docker/" OUTER "/docker/" INNER, w));
	ct_host__set_root(NULL);
	CU_ASSERT_EQUAL(w->configured, 1ull << CAP_CHOWN);
}

/* What is noted of a container is taken once: after that, nothing more is noted. */
static void test_noted(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_recorder r = { .session = s, .collect = ct_collect__new(NULL) };
	const char *path = "/docker/" OUTER "/docker/" INNER;
	struct ct_workload *w = ct_session__add(s, INNER);

	w->kind = CT_WL_CONTAINER;
	w->cgroup_path = ct_xstrdup(path);
	ct_recorder__note_inner(&r, path, true);
	CU_ASSERT(r.inner && r.inner->nworkloads == 1);
	CU_ASSERT(ct_recorder__describe_inner(&r, w));
	CU_ASSERT(r.inner && !r.inner->nworkloads);
	ct_recorder__note_inner(&r, path, true);
	CU_ASSERT(r.inner && !r.inner->nworkloads);
	ct_session__free(r.inner);
	ct_collect__free(r.collect);
}

/* The first look, before the execve, finds nothing: the one after it does. */
static void test_noted_late(void)
{
	const char *path = "/docker/" OUTER "/docker/" INNER;
	autodir char *dir = make_dir();
	ct_autofree char *mounts = put(dir, "proc/1/mounts", "cgroup2 /cg cgroup2 rw 0 0\n");
	ct_autofree char *procs = put(dir, "cg/docker/" OUTER "/cgroup.procs", "42\n");
	ct_autofree char *cgroup = put(dir, "proc/42/cgroup", "0::/docker/" OUTER "\n");
	ct_autofree char *state = NULL;
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_recorder r = { .session = s };
	struct ct_workload *w = ct_session__add(s, INNER);

	ct_host__set_root(dir);
	r.collect = ct_collect__new(NULL);
	w->kind = CT_WL_CONTAINER;
	w->cgroup_path = ct_xstrdup(path);
	ct_recorder__note_inner(&r, path, true);
	state = put(dir, "proc/42/root/var/lib/docker/containers/" INNER "/config.v2.json",
		    "{\"Name\": \"/web\"}");
	ct_recorder__note_inner(&r, path, true);
	CU_ASSERT_EQUAL_FATAL(r.inner->nworkloads, 1);
	UNIT_STR(r.inner->workloads[0]->container.name, "web");
	/* It is short-lived: its files are gone when it is described. */
	unlink(state);
	CU_ASSERT(ct_recorder__describe_inner(&r, w));
	UNIT_STR(w->container.name, "000000000000/web");
	CU_ASSERT(!s->losses.lookups);
	ct_session__free(r.inner);
	ct_collect__free(r.collect);
	ct_host__set_root(NULL);
}

static CU_TestInfo tests[] = {
	{ "innermost", test_innermost },
	{ "counts", test_counts },
	{ "forged", test_forged },
	{ "state", test_state },
	{ "noted", test_noted },
	{ "noted late", test_noted_late },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("inner", tests)
