/* SPDX-License-Identifier: GPL-2.0-only */
/* Containers without an engine's help: who started them, their names, their user namespaces. */
#include <errno.h>

#include "base/host_root.h"
#include "fake_probe.h"
#include "record/collect.h"
#include "record/resolve.h"
#include "record/userns.h"
#include "runtime/runtime.h"
#include "unit.h"

#define ID     "696684340ef09f0c725c693f2e493b0f25c2dbdb8811149acdd008b9a207b726"
#define USERS  "/user.slice/user-1001.slice/user@1001.service/user.slice/"
#define SCOPE  USERS "libpod-" ID ".scope"
#define CONMON USERS "libpod-conmon-" ID ".scope"
#define CLIENT USERS "podman-115.scope"

enum { COMMAND = 1000, CLIENTS, CONMONS, SCOPES, PAYLOAD, OTHERS };

static void see_cgroup(uint64_t id, const char *path, bool inside)
{
	struct ct_cgroup_event *e = fake_event(CT_EV_CGROUP, sizeof(*e), id, 1);

	snprintf(e->path, sizeof(e->path), "%s", path);
	e->inside = inside;
}

static void see_entered(uint64_t to, uint32_t slot, uint64_t from)
{
	probe.entered[probe.nentered].id = (struct ct_slot_id){ .cgroup = to, .slot = slot };
	probe.entered[probe.nentered++].entered = (struct ct_entered){ .from = from };
}

/* The entry point is executed where crun puts it, below the cgroup that it came into. */
static void see_start(uint64_t cgroup, uint64_t entered)
{
	struct ct_exec_event *e = fake_event(CT_EV_EXEC, sizeof(*e), cgroup, 50);

	e->was = CT_ENTRY_SLOT(1);
	e->entry = CT_ENTRY_MAIN;
	e->entered = entered;
	e->proc.pid = 0x3fffffff;
	e->port_start = ~0u;
}

/* Where the ones on the way came from; is the container the command's? */
static bool is_ours(uint64_t client_from, uint64_t conmon_from, uint64_t container_from)
{
	struct ct_collect *c = ct_collect__new(NULL);
	bool inside;

	see_cgroup(COMMAND, "/captrim-1", true);
	see_cgroup(CLIENTS, CLIENT, false);
	see_cgroup(CONMONS, CONMON, false);
	see_cgroup(SCOPES, SCOPE, false);
	see_cgroup(PAYLOAD, SCOPE "/container", false);
	see_cgroup(OTHERS, "/system.slice/dbus.service", false);
	see_entered(CLIENTS, 1, client_from);
	see_entered(CONMONS, 1, conmon_from);
	see_entered(SCOPES, 1, container_from);
	see_start(PAYLOAD, SCOPES);
	ct_collect__consume(c);
	inside = ct_cgroups__inside(ct_collect__cgroups(c), PAYLOAD);
	CU_ASSERT_EQUAL(ct_cgroups__inside(ct_collect__cgroups(c), SCOPES), inside);
	CU_ASSERT(!ct_cgroups__inside(ct_collect__cgroups(c), CLIENTS));
	ct_collect__free(c);
	memset(&probe, 0, sizeof(probe));
	return inside;
}

static void test_started(void)
{
	CU_ASSERT(is_ours(OTHERS, OTHERS, COMMAND)); /* a script that runs crun */
	CU_ASSERT(is_ours(OTHERS, COMMAND, CONMONS));
	CU_ASSERT(is_ours(COMMAND, CLIENTS, CONMONS));
	CU_ASSERT(is_ours(COMMAND, CLIENTS, CLIENTS));
	CU_ASSERT(!is_ours(OTHERS, CLIENTS, CONMONS));
	CU_ASSERT(!is_ours(COMMAND, OTHERS, CONMONS));
	CU_ASSERT(!is_ours(COMMAND, COMMAND, OTHERS));
	CU_ASSERT(!is_ours(COMMAND, COMMAND, 0));
	/* A service of the command's in a cgroup that somebody else made for it is on no way. */
	CU_ASSERT(!is_ours(CONMONS, CLIENTS, CONMONS));
}

static unsigned int sought_as(const char *name)
{
	return strcmp(name, "crun") ? 0 : CT_SOUGHT_RUNTIME;
}

/* A program is executed there: is it known that the command had a runtime start something? */
static bool is_started(uint64_t cgroup, const char *file, uint64_t client_from)
{
	struct ct_collect *c = ct_collect__new(NULL);
	struct ct_exec_event *e;
	bool started;

	ct_collect__look_for(c, sought_as);
	see_cgroup(COMMAND, "/captrim-1", true);
	see_cgroup(CLIENTS, CLIENT, false);
	see_cgroup(OTHERS, "/system.slice/dbus.service", false);
	see_entered(CLIENTS, 1, client_from);
	see_entered(OTHERS, 1, COMMAND);
	e = fake_event(CT_EV_EXEC, sizeof(*e), cgroup, 50);
	e->entry = CT_ENTRY_SETUP;
	e->port_start = ~0u;
	snprintf(e->file, sizeof(e->file), "%s", file);
	ct_collect__consume(c);
	started = ct_collect__executed_between(c, CT_SOUGHT_RUNTIME);
	CU_ASSERT(!ct_collect__executed_between(c, CT_SOUGHT_CLIENT));
	ct_collect__free(c);
	memset(&probe, 0, sizeof(probe));
	return started;
}

/* A container without a cgroup of its own shares its client's, which went to a scope of its own. */
static void test_without_cgroup(void)
{
	CU_ASSERT(is_started(CLIENTS, "/usr/bin/crun", COMMAND));
	CU_ASSERT(!is_started(CLIENTS, "/usr/bin/conmon", COMMAND));
	CU_ASSERT(!is_started(CLIENTS, "/usr/bin/crun", OTHERS));
	CU_ASSERT(!is_started(OTHERS, "/usr/bin/crun", COMMAND)); /* on no way */
}

/* Names that only bundles tell. */
static void test_names(void)
{
	struct ct_cgroups *c = ct_cgroups__new();
	ct_autoerr struct ct_err err = {};
	ct_autofree char *id = NULL, *other = NULL, *web = NULL, *roots = NULL;

	ct_host__set_root("tests/data/hosts/podman");
	ct_cgroups__add(c, SCOPES, SCOPE, false);
	ct_cgroups__add(c, PAYLOAD, SCOPE "/container", false);
	ct_cgroups__add(c, OTHERS, "/system.slice/dbus.service", false);
	CU_ASSERT_EQUAL(ct_resolve__container(NULL, c, "jenkins", &id, &err), 0);
	UNIT_STR(id, ID);
	CU_ASSERT_EQUAL(ct_resolve__container(NULL, c, "jenkin", &other, &err), -ENOENT);
	CU_ASSERT_EQUAL(ct_resolve__container(NULL, c, "", &other, &err), -ENOENT);
	/* A user's is found by its own name, unless root has one that is called so. */
	ct_cgroups__add(c, 71, "/user.slice/user-7.slice/user@7.service/a.scope/lxc.payload.web",
			false);
	CU_ASSERT_EQUAL(ct_resolve__container(NULL, c, "web", &web, &err), 0);
	UNIT_STR(web, "user@7.service/web");
	ct_cgroups__add(c, 72, "/lxc.payload.web", false);
	CU_ASSERT_EQUAL(ct_resolve__container(NULL, c, "web", &roots, &err), 0);
	UNIT_STR(roots, "web");
	ct_host__set_root(NULL);
	ct_cgroups__free(c);
}

/* Two users gave the same name; what tells them apart names one of them. */
static void test_keys(void)
{
	static const char users[] = "/user.slice/user-%d.slice/user@%d.service/a.scope/"
				    "lxc.payload.web";
	ct_autofree char *id = NULL, *none = NULL, *jenkins = NULL;
	struct ct_cgroups *c = ct_cgroups__new();
	ct_autoerr struct ct_err err = {};

	for (int uid = 7; uid < 9; uid++) {
		ct_autofree char *path = ct_xasprintf(users, uid, uid);

		ct_cgroups__add(c, 70 + uid, path, false);
	}
	CU_ASSERT_EQUAL(ct_resolve__container(NULL, c, "web", &none, &err), -ENOTUNIQ);
	CU_ASSERT(err.msg && strstr(err.msg, "name@lxc:user@7.service/web") &&
		  strstr(err.msg, "name@lxc:user@8.service/web"));
	CU_ASSERT_EQUAL(ct_resolve__container(NULL, c, "name@lxc:user@8.service/web", &id, &err),
			0);
	UNIT_STR(id, "user@8.service/web");
	CU_ASSERT_EQUAL(ct_resolve__container(NULL, c, "name@lxc:user@9.service/web", &none, &err),
			-ENOENT);
	ct_host__set_root("tests/data/hosts/podman");
	ct_cgroups__add(c, SCOPES, SCOPE, false);
	CU_ASSERT_EQUAL(ct_resolve__container(NULL, c, "name@podman.1001:jenkins", &jenkins, &err),
			0);
	UNIT_STR(jenkins, ID);
	ct_host__set_root(NULL);
	ct_cgroups__free(c);
}

/* A bundle that joins a user namespace says nothing of it. */
static void test_userns(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_workload *w = ct_session__add(s, ID);
	struct ct_cgroups *c = ct_cgroups__new();
	struct ct_exec *e;

	w->kind = CT_WL_CONTAINER;
	w->container.userns = CT_NO;
	ct_userns__settle(c, w);
	CU_ASSERT_EQUAL(w->container.userns, CT_NO);
	e = ct_workload__add_exec(w);
	e->was = CT_ENTRY_SETUP;
	e->entry = CT_ENTRY_MAIN;
	e->creds.userns_level = 1;
	ct_userns__settle(c, w);
	CU_ASSERT_EQUAL(w->container.userns, CT_YES);
	e->creds.userns_level = 0;
	ct_userns__settle(c, w);
	CU_ASSERT_EQUAL(w->container.userns, CT_NO);
	ct_cgroups__free(c);
}

static CU_TestInfo tests[] = {
	{ "who started it", test_started }, { "without a cgroup", test_without_cgroup },
	{ "names of bundles", test_names }, { "keys", test_keys },
	{ "user namespaces", test_userns }, CU_TEST_INFO_NULL,
};

UNIT_MAIN("started", tests)
