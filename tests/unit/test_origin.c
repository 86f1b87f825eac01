/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose process is it? What is concluded from where it came, and whether a cgroup is the container
 * that its name says.
 */
#include <stdlib.h>
#include <sys/stat.h>

#include "model/identity.h"
#include "record/believe.h"
#include "record/collect_priv.h"
#include "record/origin.h"
#include "record/recorder_priv.h"
#include "runtime/docker_priv.h"
#include "runtime/runtime.h"
#include "unit.h"

#define ID	 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HOST	 "/system.slice/docker.service"
#define WORKERS	 "/system.slice/app.service/workers"
#define APP	 "/system.slice/app.service"
#define MANAGER	 "/init.scope"
#define FIRST	 CT_ENTRY_SLOT(1)
#define HASH	 0x1236u
#define CAME(id) ((struct ct_slot_id){ .cgroup = (id), .slot = 1 })

/* ---- a collection made by hand ---- */

enum { HOST_ID = 100, APP_ID, WORKERS_ID, CONTAINER_ID, SESSION_ID, MANAGER_ID, JOB_ID, ROOT_ID };

struct world {
	struct ct_collect c;
	struct ct_session *s;
	struct ct_workload *app, *container;
};

static void open_world(struct world *w)
{
	*w = (struct world){ .s = ct_session__new() };
	w->c.cgroups = ct_cgroups__new();
	w->app = ct_session__add(w->s, "app.service");
	w->container = ct_session__add(w->s, ID);
	ct_cgroups__add(w->c.cgroups, HOST_ID, HOST, false);
	ct_cgroups__add(w->c.cgroups, APP_ID, APP, false);
	ct_cgroups__add(w->c.cgroups, WORKERS_ID, WORKERS, false);
	ct_cgroups__add(w->c.cgroups, CONTAINER_ID, "/docker/" ID, false);
	ct_cgroups__add(w->c.cgroups, SESSION_ID, "/user.slice/user-0.slice/session-7.scope",
			false);
	ct_cgroups__add(w->c.cgroups, MANAGER_ID, MANAGER, false);
	ct_cgroups__add(w->c.cgroups, JOB_ID, "/jobs/17", false);
	ct_cgroups__add(w->c.cgroups, ROOT_ID, "/", false);
}

static void close_world(struct world *w)
{
	struct ct_seen_entered *e, *tmp;

	HASH_ITER(hh, w->c.entered, e, tmp)
	{
		HASH_DEL(w->c.entered, e);
		free(e);
	}
	ct_livings__free(&w->c.living);
	ct_cgroups__free(w->c.cgroups);
	ct_session__free(w->s);
}

static struct ct_workload *home(void *arg, uint64_t cgroup)
{
	struct world *w = arg;

	if (cgroup == APP_ID || cgroup == WORKERS_ID)
		return w->app;
	return cgroup == CONTAINER_ID ? w->container : NULL;
}

static void came(struct world *w, uint64_t to, struct ct_entered e)
{
	ct_collect__keep_entered(&w->c, &CAME(to), &e);
}

static void executed(struct world *w, uint64_t cgroup, uint32_t was, uint32_t entry, uint32_t mntns)
{
	struct ct_living *g = ct_livings__get(&w->c.living, cgroup);
	struct ct_held_exec x = { .entered = cgroup,
				  .exec = { .was = was, .entry = entry, .count = 1 } };

	x.exec.file = ct_xstrdup("/bin/true");
	x.exec.argv = ct_xstrdup("true");
	ct_living__add_exec(&w->c.living, g, &x);
	g->mntns[0] = mntns;
	g->nmntns = 1;
}

/* ---- tests ---- */

static void test_entry(void)
{
	static const struct {
		const char *what;
		uint64_t to;
		struct ct_entered e;
		uint32_t entry;
	} cases[] = {
		{ "a runtime's", CONTAINER_ID, { .from = HOST_ID }, CT_ENTRY_SETUP },
		{ "one that still works",
		  CONTAINER_ID,
		  { HOST_ID, 0, 0, 1, 0, 0 },
		  CT_ENTRY_ENTERED },
		{ "one that never executed",
		  CONTAINER_ID,
		  { HOST_ID, 0, 0, 0, 1, 0 },
		  CT_ENTRY_ENTERED },
		{ "some of several", CONTAINER_ID, { HOST_ID, 0, 0, 0, 0, 1 }, CT_ENTRY_ENTERED },
		{ "from nobody knows where", CONTAINER_ID, { .from = 0 }, CT_ENTRY_ENTERED },
		{ "from a cgroup that is gone", CONTAINER_ID, { .from = 4711 }, CT_ENTRY_SETUP },
		{ "a program that moved itself",
		  CONTAINER_ID,
		  { HOST_ID, 0, CT_CAME_BY_ITSELF, 0, 0, 0 },
		  CT_ENTRY_ENTERED },
		{ "a worker of its own", WORKERS_ID, { .from = APP_ID }, CT_ENTRY_MAIN },
		{ "one that never executed", WORKERS_ID, { APP_ID, 0, 0, 0, 1, 0 }, CT_ENTRY_MAIN },
		{ "from a worker back", APP_ID, { .from = WORKERS_ID }, CT_ENTRY_MAIN },
		{ "systemd's child", APP_ID, { .from = MANAGER_ID }, CT_ENTRY_SETUP },
		{ "systemd's executor",
		  APP_ID,
		  { MANAGER_ID, 0, CT_CAME_BY_ITSELF, 0, 0, 0 },
		  CT_ENTRY_SETUP },
		{ "no manager's",
		  APP_ID,
		  { HOST_ID, 0, CT_CAME_BY_ITSELF, 0, 0, 0 },
		  CT_ENTRY_ENTERED },
		{ "the manager in no unit",
		  CONTAINER_ID,
		  { MANAGER_ID, 0, CT_CAME_BY_ITSELF, 0, 0, 0 },
		  CT_ENTRY_ENTERED },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		struct world w;
		struct ct_origins *o;

		open_world(&w);
		came(&w, cases[i].to, cases[i].e);
		o = ct_origins__new(&w.c, home, &w);
		if (ct_origins__entry(o, cases[i].to, FIRST) != cases[i].entry)
			printf("%s\n", cases[i].what);
		CU_ASSERT_EQUAL(ct_origins__entry(o, cases[i].to, FIRST), cases[i].entry);
		/* A slot that nothing is known of, and what is in none. */
		CU_ASSERT_EQUAL(ct_origins__entry(o, cases[i].to, CT_ENTRY_SLOT(2)),
				CT_ENTRY_ENTERED);
		CU_ASSERT_EQUAL(ct_origins__entry(o, cases[i].to, CT_ENTRY_MAIN), CT_ENTRY_MAIN);
		CU_ASSERT_EQUAL(ct_origins__entry(o, cases[i].to, HASH), HASH);
		ct_origins__free(o);
		close_world(&w);
	}
}

/* A command line is an exec'd-in process's, unless the workload put it there itself. */
static void test_own_programs(void)
{
	struct ct_origins *o;
	struct world w;

	open_world(&w);
	came(&w, WORKERS_ID, (struct ct_entered){ .from = APP_ID });
	came(&w, CONTAINER_ID, (struct ct_entered){ .from = HOST_ID });
	executed(&w, WORKERS_ID, FIRST, HASH, 1);
	executed(&w, CONTAINER_ID, FIRST, HASH, 1);
	o = ct_origins__new(&w.c, home, &w);
	ct_origins__note_own(o, ct_livings__find(&w.c.living, WORKERS_ID));
	ct_origins__note_own(o, ct_livings__find(&w.c.living, CONTAINER_ID));
	CU_ASSERT_EQUAL(ct_origins__entry(o, WORKERS_ID, HASH), CT_ENTRY_MAIN);
	CU_ASSERT_EQUAL(ct_origins__entry(o, CONTAINER_ID, HASH), HASH);
	CU_ASSERT(ct_origins__is_own(o, WORKERS_ID));
	CU_ASSERT_FALSE(ct_origins__is_own(o, CONTAINER_ID));
	CU_ASSERT_FALSE(ct_origins__is_own(o, APP_ID)); /* nobody came */
	ct_origins__free(o);
	close_world(&w);
}

/* The application's processes go elsewhere. */
static void test_senders(void)
{
	struct ct_origins *o;
	struct world w;

	open_world(&w);
	came(&w, CONTAINER_ID, (struct ct_entered){ .from = APP_ID });
	came(&w, SESSION_ID, (struct ct_entered){ .from = APP_ID });
	came(&w, JOB_ID, (struct ct_entered){ .from = HOST_ID });
	came(&w, WORKERS_ID, (struct ct_entered){ .from = APP_ID });
	o = ct_origins__new(&w.c, home, &w);
	CU_ASSERT_PTR_EQUAL(ct_origins__sender(o, CONTAINER_ID, FIRST), w.app);
	CU_ASSERT_PTR_NULL(ct_origins__sender(o, CONTAINER_ID, CT_ENTRY_MAIN));
	CU_ASSERT_PTR_NULL(ct_origins__sender(o, WORKERS_ID, FIRST)); /* its own */
	CU_ASSERT_PTR_NULL(ct_origins__sender(o, JOB_ID, FIRST));     /* nobody asked for it */
	CU_ASSERT_PTR_EQUAL(ct_origins__sender_to(o, SESSION_ID), w.app);
	CU_ASSERT_PTR_NULL(ct_origins__sender_to(o, JOB_ID));
	ct_origins__note_sent(o, true);
	UNIT_STR(w.app->sent, "0123456789ab"); /* the container, neither a scope nor itself */
	CU_ASSERT_PTR_NULL(w.container->sent);
	ct_origins__free(o);
	close_world(&w);
}

static uint32_t host_mntns(void)
{
	struct stat st;

	return stat("/proc/self/ns/mnt", &st) ? 0 : (uint32_t)st.st_ino;
}

/* A name alone makes no container. */
static void test_believe(void)
{
	enum { NOTHING, APART, WITH_HOST };
	static const struct {
		const char *path;
		int programs;
		uint32_t owner;
		bool known; /* the engine told of it */
		bool rival; /* root has one with the same id */
		bool believed;
	} cases[] = {
		{ "/docker/" ID, APART, 0, false, false, true },
		{ "/docker/" ID, WITH_HOST, 0, false, false, false },
		{ "/docker/" ID, WITH_HOST, 0, true, false, false },
		{ "/docker/" ID, NOTHING, 0, false, false, false },
		{ "/docker/" ID, NOTHING, 0, true, false, true },
		{ "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID ".scope",
		  APART, 1000, false, false, true },
		{ "/user.slice/user-1000.slice/user@1000.service/app.slice/docker-" ID ".scope",
		  APART, 1000, false, true, false },
		{ "/user.slice/user-1000.slice/user@1000.service/app.slice/docker-" ID ".scope",
		  WITH_HOST, 1000, false, false, false },
	};
	uint32_t host = host_mntns();

	CU_ASSERT_FATAL(host);
	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		struct ct_recorder r = {};
		struct ct_cgroup_name name;
		struct world w;

		open_world(&w);
		ct_session__free(w.s);
		w.s = ct_session__new();
		r.session = w.s;
		r.collect = &w.c;
		ct_cgroups__add(w.c.cgroups, CONTAINER_ID, cases[i].rival ? "/docker/" ID : "/else",
				false);
		ct_cgroups__add(w.c.cgroups, JOB_ID, cases[i].path, false);
		ct_cgroups__set_owner(w.c.cgroups, JOB_ID, cases[i].owner);
		if (cases[i].known)
			ct_session__add(w.s, ID);
		if (cases[i].programs != NOTHING)
			executed(&w, JOB_ID, FIRST, CT_ENTRY_MAIN,
				 cases[i].programs == APART ? host + 1 : host);
		ct_recorder__classify(&r, cases[i].path, &name);
		if ((name.kind == CT_WL_CONTAINER) != cases[i].believed)
			printf("case %zu\n", i);
		CU_ASSERT_EQUAL(name.kind == CT_WL_CONTAINER, cases[i].believed);
		close_world(&w);
	}
}

/* Root's engine may give a container's cgroup to the container's own root. */
static void test_given_away(void)
{
	struct ct_recorder r = {};
	struct ct_cgroup_name name;
	struct world w;

	open_world(&w);
	r.session = w.s;
	r.collect = &w.c;
	ct_hashes__add(&w.c.past, ID); /* of root's: the engine says so, too */
	ct_cgroups__add(w.c.cgroups, CONTAINER_ID, "/docker", false);
	ct_cgroups__add(w.c.cgroups, JOB_ID, "/docker/" ID, false);
	ct_cgroups__set_owner(w.c.cgroups, JOB_ID, 165536);
	executed(&w, JOB_ID, FIRST, CT_ENTRY_MAIN, host_mntns() + 1);
	ct_recorder__classify(&r, "/docker/" ID, &name);
	CU_ASSERT_EQUAL(name.kind, CT_WL_CONTAINER);
	ct_hashes__free(&w.c.past);
	close_world(&w);
}

/* Two users' containers with the same id, made up or copied, are two workloads. */
static void test_same_id(void)
{
	static const char *const paths[] = {
		"/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID ".scope",
		"/user.slice/user-1001.slice/user@1001.service/user.slice/libpod-" ID ".scope",
	};
	struct ct_recorder r = { .opts.all = true };
	struct ct_workload *w[2];
	struct ct_cgroup_name name;
	struct world world;

	open_world(&world);
	ct_session__free(world.s);
	world.s = ct_session__new();
	r.session = world.s;
	r.collect = &world.c;
	for (uint32_t i = 0; i < 2; i++) {
		uint64_t cgroup = i ? JOB_ID : CONTAINER_ID;

		ct_cgroups__add(world.c.cgroups, cgroup, paths[i], false);
		ct_cgroups__set_maker(world.c.cgroups, cgroup, 1000 + i);
		executed(&world, cgroup, FIRST, CT_ENTRY_MAIN, host_mntns() + 1);
	}
	/* Again and again, for the first one stays what it is. */
	for (size_t i = 0; i < 4; i++) {
		ct_recorder__classify(&r, paths[i % 2], &name);
		UNIT_STR(name.id, i % 2 ? "user@1001.service/" ID : ID);
		w[i % 2] = ct_recorder__choose(&r, r.session, &name, paths[i % 2], false);
		CU_ASSERT_EQUAL(w[i % 2]->container.engine_uid, 1000 + i % 2);
		UNIT_STR(w[i % 2]->container.id, ID);
	}
	CU_ASSERT_EQUAL(r.session->nworkloads, 2);
	CU_ASSERT_FALSE(ct_workload__same(w[0], w[1]));
	close_world(&world);
}

/* A name where no engine puts a container is part of what is above it. */
static void test_places(void)
{
	static const struct {
		const char *path, *id;
	} cases[] = {
		{ "/system.slice/app.service/docker-" ID ".scope", "app.service" },
		{ "/system.slice/app.service/docker/" ID, "app.service" },
		{ "/system.slice/app.service/" ID, "app.service" },
		{ "/system.slice/app.service/lxc.payload.web", "app.service" },
		{ "/system.slice/app.service/crio-" ID ".scope", "app.service" },
		{ "/system.slice/app.service/machine-web.scope", "app.service" },
		{ "/system.slice/incus.service/lxc.payload.web", "web" },
		{ "/user.slice/user-7.slice/user@7.service/a.scope/lxc.payload.web",
		  "user@7.service/web" },
		{ "/system.slice/app.service/libpod-payload-" ID, ID },
		{ "/system.slice/docker-" ID ".scope", ID },
		{ "/user.slice/user-7.slice/user@7.service/user.slice/docker-" ID ".scope", ID },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		struct ct_cgroup_name name;

		ct_runtimes__classify(cases[i].path, &name);
		UNIT_STR(name.id, cases[i].id);
	}
}

/* Labels that the image has, too, are nobody's Compose. */
static void test_labels(void)
{
#define P      "com.docker.compose.project"
#define S      "com.docker.compose.service"
#define HASHED "com.docker.compose.config-hash"
	static const struct {
		const char *container, *image;
		bool own;
	} cases[] = {
		/* A service of Compose, of an image with none, and of one that Compose built. */
		{ "{'" P "':'shop','" S "':'db','" HASHED "':'1f'}", "{}", true },
		{ "{'" P "':'shop','" S "':'db','" HASHED "':'1f'}",
		  "{'" P "':'shop','" S "':'db'}", true },
		/* 'docker run' of such an image, also with all the labels. */
		{ "{'" P "':'shop','" S "':'db'}", "{'" P "':'shop','" S "':'db'}", false },
		{ "{'" P "':'shop','" S "':'db','" HASHED "':'1f'}",
		  "{'" P "':'shop','" S "':'db','" HASHED "':'1f'}", false },
		{ "{'" P "':'shop','" S "':'db'}", "{'" S "':'db'}", false },
		/* By hand, and Podman's. */
		{ "{'" P "':'shop','" S "':'db'}", "{'" P "':'other','" S "':'one'}", true },
		{ "{'" P "':'shop','" S "':'db'}", "null", true },
		{ "{'" P "':'shop','" S "':'db','io.podman.compose.config-hash':'1f'}",
		  "{'" P "':'shop','" S "':'db'}", true },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		ct_autofree char *mine = ct_xstrdup(cases[i].container);
		ct_autofree char *its = ct_xstrdup(cases[i].image);

		for (char *p = mine; *p; p++)
			*p = *p == '\'' ? '"' : *p;
		for (char *p = its; *p; p++)
			*p = *p == '\'' ? '"' : *p;
		ct_autojson json_t *container = json_loads(mine, 0, NULL);
		ct_autojson json_t *image = json_loads(its, JSON_DECODE_ANY, NULL);

		CU_ASSERT_PTR_NOT_NULL_FATAL(container);
		if (ct_docker_labels__are_own(container, image) != cases[i].own)
			printf("case %zu\n", i);
		CU_ASSERT_EQUAL(ct_docker_labels__are_own(container, image), cases[i].own);
	}
}

static CU_TestInfo tests[] = {
	{ "entry", test_entry },
	{ "own_programs", test_own_programs },
	{ "senders", test_senders },
	{ "believe", test_believe },
	{ "given away", test_given_away },
	{ "same id", test_same_id },
	{ "places", test_places },
	{ "labels", test_labels },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("origin", tests)
