/* SPDX-License-Identifier: GPL-2.0-only */
/* Which workload it is, as a key. */
#include "base/util.h"
#include "model/identity.h"
#include "unit.h"

#define TASK "x7k2p9q4m1n8b5v3c6z0a2s4d"
#define NODE "y1u2i3o4p5a6s7d8f9g0h1j2k"

static const struct {
	enum ct_workload_kind kind;
	const char *id, *project, *service, *name, *image, *command, *key;
} cases[] = {
	{ CT_WL_CONTAINER, "0", "shop", "front", "shop-front-1", "i", NULL, "compose:shop/front" },
	{ CT_WL_CONTAINER, "0", "shop", NULL, "front", "i", NULL, "name:front" },
	{ CT_WL_CONTAINER, "0", NULL, "front", "x", "i", NULL, "name:x" },
	{ CT_WL_CONTAINER, "0", "", "", "x", "i", NULL, "name:x" },
	/* What is hostile cannot pass for another's. */
	{ CT_WL_CONTAINER, "0", "a/b", "c", "x", "i", NULL, "compose:a%2Fb/c" },
	{ CT_WL_CONTAINER, "0", "a", "b/c", "x", "i", NULL, "compose:a/b%2Fc" },
	{ CT_WL_CONTAINER, "0", "a%2Fb", "\x1b[2J", "x", "i", NULL, "compose:a%252Fb/%1B[2J" },
	{ CT_WL_CONTAINER, "0", NULL, NULL, "prod/web-7d4b9c6f5d-x7k2p/nginx", "i", NULL,
	  "kubernetes:prod/web/nginx" },
	/* Anybody may call one of Docker's so. */
	{ CT_WL_CONTAINER, "0", NULL, NULL, "k8s_nginx_web-0_prod_uid_0", "i", NULL,
	  "name:k8s_nginx_web-0_prod_uid_0" },
	{ CT_WL_CONTAINER, "0", NULL, NULL, "shop_web.1." TASK, "i", NULL, "swarm:shop_web" },
	{ CT_WL_CONTAINER, "0", NULL, NULL, "shop.web.12." TASK, "i", NULL, "swarm:shop.web" },
	{ CT_WL_CONTAINER, "0", NULL, NULL, "web." NODE "." TASK, "i", NULL, "swarm:web" },
	{ CT_WL_CONTAINER, "0", NULL, NULL, "web.a1." TASK, "i", NULL, "name:web.a1." TASK },
	{ CT_WL_CONTAINER, "0", NULL, NULL, "web.1." TASK "x", "i", NULL, "name:web.1." TASK "x" },
	{ CT_WL_CONTAINER, "0", NULL, NULL, "1." TASK, "i", NULL, "name:1." TASK },
	{ CT_WL_CONTAINER, "0", NULL, NULL, ".1." TASK, "i", NULL, "name:.1." TASK },
	{ CT_WL_CONTAINER, "0", NULL, NULL, "web.1", "i", NULL, "name:web.1" },
	{ CT_WL_CONTAINER, "0", NULL, NULL, "web", "i", NULL, "name:web" },
	{ CT_WL_CONTAINER, "0", NULL, NULL, NULL, "docker.io/library/nginx:latest", NULL,
	  "image:nginx" },
	{ CT_WL_CONTAINER, "0", NULL, NULL, "", "quay.io/a/b:1", NULL, "image:quay.io/a/b:1" },
	{ CT_WL_CONTAINER, "0123", NULL, NULL, NULL, NULL, NULL, "container:0123" },
	/* Whoever gives an id chooses a name; what is made up is none. */
	{ CT_WL_CONTAINER, "ci/web", NULL, NULL, NULL, "i", NULL, "name:ci/web" },
	{ CT_WL_CONTAINER, "6f265890-5165-7fab-6b52-18d1", NULL, NULL, NULL, "i", NULL, "image:i" },
	{ CT_WL_CONTAINER, "r2x0k3p1q7xw0v8m2z9y5n4b6", NULL, NULL, NULL, "i", NULL, "image:i" },
	{ CT_WL_UNIT, "session-3.scope", NULL, NULL, NULL, NULL, NULL, "unit:session-*.scope" },
	{ CT_WL_UNIT, "user@1000.service/app-x-17.scope", NULL, NULL, NULL, NULL, NULL,
	  "unit:user@1000.service/app-x-*.scope" },
	{ CT_WL_UNIT, "run-u3.service", NULL, NULL, NULL, NULL, NULL, "unit:run-*.service" },
	{ CT_WL_UNIT, "nginx.service", NULL, NULL, NULL, NULL, NULL, "unit:nginx.service" },
	{ CT_WL_COMMAND, "command", NULL, NULL, NULL, NULL, "make check", "command:make%20check" },
	{ CT_WL_CGROUP, "/user.slice", NULL, NULL, NULL, NULL, NULL, "cgroup:/user.slice" },
};

static char *copy(const char *s)
{
	return s ? ct_xstrdup(s) : NULL;
}

/* The same name in each engine of a host is a workload of each. */
static void test_engines(void)
{
	static const char users[] = "/user.slice/user-1000.slice/user@1000.service/user.slice/x";
	static const struct {
		enum ct_runtime runtime;
		const char *id, *project, *name, *image, *path;
		uint32_t uid;
		const char *key;
	} of[] = {
		{ CT_RT_DOCKER, "0", NULL, "web", "i", "/docker/0", 0, "name:web" },
		{ CT_RT_NONE, "0", NULL, "web", "i", NULL, 0, "name:web" },
		{ CT_RT_PODMAN, "0", NULL, "web", "i", NULL, 0, "name@podman:web" },
		{ CT_RT_PODMAN, "0", NULL, "9f8c2620ac51-infra", "pause", NULL, 0, "image:pause" },
		{ CT_RT_PODMAN, "0", NULL, "web-infra", "i", NULL, 0, "name@podman:web-infra" },
		{ CT_RT_LXC, "web", NULL, NULL, NULL, NULL, 0, "name@lxc:web" },
		{ CT_RT_DOCKER, "0", NULL, "web", "i", NULL, 1000, "name@1000:web" },
		{ CT_RT_PODMAN, "0", NULL, "web", "i", NULL, 1000, "name@podman.1000:web" },
		{ CT_RT_PODMAN, "0", NULL, "web", "i", NULL, 1001, "name@podman.1001:web" },
		{ CT_RT_DOCKER, "0", "shop", "w", "i", NULL, 1000, "compose@1000:shop/web" },
		{ CT_RT_PODMAN, "0", "shop", "w", "i", NULL, 0, "compose@podman:shop/web" },
		/* Recordings that do not say it have the path. */
		{ CT_RT_PODMAN, "0", NULL, "web", "i", users, 0, "name@podman.1000:web" },
		{ CT_RT_PODMAN, "0", NULL, "systemd-web", "i", users, 0, "quadlet@1000:web" },
		{ CT_RT_PODMAN, "0", NULL, "systemd-web", "i", NULL, 0, "quadlet:web" },
		/* One's pod is not another's, whatever it is called. */
		{ CT_RT_PODMAN, "0", NULL, "prod/web-0/nginx", "i", NULL, 1000,
		  "kubernetes@1000:prod/web/nginx" },
		{ CT_RT_CONTAINERD, "0", NULL, "prod/web-0/nginx", "i", NULL, 0,
		  "kubernetes:prod/web/nginx" },
		{ CT_RT_CRIO, "0", NULL, "prod/web-0/nginx", "i", NULL, 0,
		  "kubernetes:prod/web/nginx" },
		/* The name says it. */
		{ CT_RT_LXC, "user@1000.service/web", NULL, NULL, NULL, users, 1000,
		  "name@lxc:user@1000.service/web" },
		{ CT_RT_PODMAN, "user@1000.service/0123", NULL, NULL, NULL, users, 1000,
		  "container:user@1000.service/0123" },
		{ CT_RT_PODMAN, "0123", NULL, NULL, NULL, users, 1000, "container@1000:0123" },
		{ CT_RT_PODMAN, "0123", NULL, NULL, "nginx", users, 1000, "image@1000:nginx" },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(of); i++) {
		ct_autosession struct ct_session *s = ct_session__new();
		struct ct_workload *w = ct_session__add(s, of[i].id);
		ct_autoidentity struct ct_identity id = {};

		w->kind = CT_WL_CONTAINER;
		w->runtime = of[i].runtime;
		w->cgroup_path = copy(of[i].path);
		w->container.project = copy(of[i].project);
		w->container.service = of[i].project ? ct_xstrdup("web") : NULL;
		w->container.name = copy(of[i].name);
		w->container.image = copy(of[i].image);
		w->container.engine_uid = of[i].uid;
		ct_identity__of(w, &id);
		UNIT_STR(id.key, of[i].key);
	}
}

/* What systemd-run names is known by the program that it starts. */
static void test_transient(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_workload *w = ct_session__add(s, "run-r0123456789abcdef0123456789abcdef.scope");
	struct ct_exec *e = ct_workload__add_exec(w);
	ct_autoidentity struct ct_identity id = {};

	w->kind = CT_WL_UNIT;
	e->was = CT_ENTRY_SETUP;
	e->entry = CT_ENTRY_MAIN;
	e->file = ct_xstrdup("/usr/bin/rsync");
	ct_identity__of(w, &id);
	UNIT_STR(id.key, "unit:run-*.scope/rsync");
}

static void test_keys(void)
{
	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		ct_autosession struct ct_session *s = ct_session__new();
		struct ct_workload *w = ct_session__add(s, cases[i].id);
		ct_autoidentity struct ct_identity id = {};

		w->kind = cases[i].kind;
		w->container.project = copy(cases[i].project);
		w->container.service = copy(cases[i].service);
		w->container.name = copy(cases[i].name);
		w->container.image = copy(cases[i].image);
		w->command = copy(cases[i].command);
		ct_identity__of(w, &id);
		UNIT_STR(id.key, cases[i].key);
		CU_ASSERT(!strncmp(id.key, ct_identity_kind__name(id.kind),
				   strlen(ct_identity_kind__name(id.kind))));
	}
}

/* Podman's generator names containers after their units. */
static void test_quadlet(void)
{
	static const struct {
		const char *id, *name, *key;
		bool is;
	} of[] = { { "x", "systemd-web", "quadlet:web", true },
		   { "x", "systemd-", "name:systemd-", false },
		   { "web.service", "other", "name:other", true },
		   { "x", "web", "name:web", false } };

	for (size_t i = 0; i < CT_ARRAY_SIZE(of); i++) {
		ct_autosession struct ct_session *s = ct_session__new();
		struct ct_workload *w = ct_session__add(s, of[i].id);
		ct_autoidentity struct ct_identity id = {};

		w->kind = CT_WL_CONTAINER;
		w->container.name = ct_xstrdup(of[i].name);
		ct_identity__of(w, &id);
		UNIT_STR(id.key, of[i].key);
		CU_ASSERT_EQUAL(ct_workload__is_quadlet(w, "web"), of[i].is);
	}
}

static void test_called(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_workload *w = ct_session__add(s, "x");

	w->kind = CT_WL_CONTAINER;
	w->container.name = ct_xstrdup("shop-web-1");
	w->container.service = ct_xstrdup("web");
	CU_ASSERT(ct_workload__is_called(w, "x"));
	CU_ASSERT(ct_workload__is_called(w, "shop-web-1"));
	CU_ASSERT(ct_workload__is_called(w, "web"));
	CU_ASSERT_FALSE(ct_workload__is_called(w, "shop"));
	CU_ASSERT_FALSE(ct_workload__is_called(w, ""));
	CU_ASSERT_FALSE(ct_workload__is_called(w, NULL));
}

static CU_TestInfo tests[] = {
	{ "keys", test_keys },	     { "engines", test_engines }, { "transient", test_transient },
	{ "quadlet", test_quadlet }, { "called", test_called },	  CU_TEST_INFO_NULL,
};

UNIT_MAIN("identity", tests)
