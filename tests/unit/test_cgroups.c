/* SPDX-License-Identifier: GPL-2.0-only */
/* Ids and paths of cgroups, and a cgroup of our own where one can be made. */
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/host_root.h"
#include "base/util.h"
#include "cgroup/cgroups.h"
#include "cgroup/dir.h"
#include "cgroup/hierarchy.h"
#include "cgroup/own.h"
#include "cgroup/path.h"
#include "ct/event.h"
#include "dir.h"
#include "unit.h"

static void test_below(void)
{
	static const struct {
		const char *path, *dir;
		bool below;
	} t[] = {
		{ "/a", "/a", true },	 { "/a/b", "/a", true }, { "/ab", "/a", false },
		{ "/a", "/a/b", false }, { "/", "", true },	 { "/a", "", true },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(t); i++)
		CU_ASSERT_EQUAL(ct_cgroup_path__below(t[i].path, t[i].dir), t[i].below);
}

static void test_controllers(void)
{
	CU_ASSERT(ct_controllers__have("cpu,memory", "memory"));
	CU_ASSERT(ct_controllers__have("rw,pids\n", "pids"));
	CU_ASSERT(!ct_controllers__have("cpuset,memory", "cpu"));
	CU_ASSERT(!ct_controllers__have("name=systemd", "systemd"));
	CU_ASSERT(!ct_controllers__have("", "pids"));
}

static void count(void *arg, const char *path, bool inside)
{
	(void)path;
	(void)inside;
	++*(int *)arg;
}

static void test_table(void)
{
	struct ct_cgroups *c = ct_cgroups__new();
	ct_autofree char *plain = NULL;
	const char *path;
	int n = 0;

	ct_cgroups__add(c, 7, "/old", true);
	ct_cgroups__add(c, 7, "/new", false);
	ct_cgroups__add(c, 8, "/other", false);
	UNIT_STR(ct_cgroups__path(c, 7), "/new");
	UNIT_STR(ct_cgroups__path(c, 9), NULL);
	/* Whoever reads the path may go on if the cgroup is made known again. */
	path = ct_cgroups__path(c, 8);
	ct_cgroups__add(c, 8, "/other", false);
	CU_ASSERT_PTR_EQUAL(ct_cgroups__path(c, 8), path);
	CU_ASSERT(ct_cgroups__inside(c, 7) && !ct_cgroups__inside(c, 8));
	CU_ASSERT(!ct_cgroups__inside(c, 9));
	ct_cgroups__each(c, count, &n);
	CU_ASSERT_EQUAL(n, 2);
	UNIT_STR(ct_cgroups__from_root(c, "/a/b"), "/a/b");
	ct_cgroups__set_root(c, "/a/rest", 2);
	UNIT_STR(ct_cgroups__from_root(c, "/a/b"), "/b");
	UNIT_STR(ct_cgroups__from_root(c, "/a"), "/");
	UNIT_STR(ct_cgroups__from_root(c, "/ab"), "/ab");
	plain = ct_cgroups__plain(c, "//x/y//");
	UNIT_STR(plain, "/x/y");
	CU_ASSERT_EQUAL(ct_cgroups__processes_of(c, 9), 0);
	CU_ASSERT_EQUAL(ct_cgroups__process_of(c, 9), 0);
	ct_cgroups__free(c);
	ct_cgroups__free(NULL);
}

/* Whose engine made a container, by who made its cgroup. */
static void test_users(void)
{
	static const struct {
		const char *path;
		uint32_t owner, maker; /* maker ~0: it was there already */
		uint32_t user;
	} of[] = {
		{ "/docker/1", 0, 0, 0 },
		/* Given to the container's own root. */
		{ "/docker", 0, ~0u, 0 },
		{ "/docker/2", 165536, ~0u, 0 },
		{ "/home", 1000, ~0u, 0 },
		{ "/home/libpod-1", 1000, ~0u, 1000 },
		{ "/made/libpod-2", 0, 1001, 1001 },
		{ "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-3.scope", 1000,
		  ~0u, 1000 },
		{ "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-4.scope", 100999,
		  ~0u, 1000 },
		/* sudo podman run --cgroups=split in a unit of that user's */
		{ "/user.slice/user-1000.slice/user@1000.service/x.service/libpod-payload-5", 0, 0,
		  0 },
	};
	struct ct_cgroups *c = ct_cgroups__new();

	for (size_t i = 0; i < CT_ARRAY_SIZE(of); i++) {
		ct_cgroups__add(c, i + 1, of[i].path, false);
		if (of[i].maker == ~0u)
			ct_cgroups__set_owner(c, i + 1, of[i].owner);
		else
			ct_cgroups__set_maker(c, i + 1, of[i].maker);
	}
	for (size_t i = 0; i < CT_ARRAY_SIZE(of); i++)
		CU_ASSERT_EQUAL(ct_cgroups__user_of(c, of[i].path), of[i].user);
	CU_ASSERT_EQUAL(ct_cgroups__user_of(c, "/user@1000.service/gone"), 1000);
	CU_ASSERT_EQUAL(ct_cgroups__user_of(c, "/gone"), 0);
	/* The same path in another hierarchy, where it is a user's. */
	ct_cgroups__add(c, CT_CGROUP_V1 | 1, "/docker/1", false);
	ct_cgroups__set_maker(c, CT_CGROUP_V1 | 1, 1002);
	CU_ASSERT_EQUAL(ct_cgroups__user_of(c, "/docker/1"), 1002);
	ct_cgroups__free(c);
}

static void count_gone(void *arg, uint64_t id)
{
	(void)id;
	++*(int *)arg;
}

/* A cgroup of ours, as an event of a kernel tells of it that calls our root "/above/us". */
static void test_learnt_root(void)
{
	ct_autoerr struct ct_err err = { 0 };
	struct ct_own_cgroup own = { 0 };
	ct_autofree char *outer = NULL, *other = NULL;
	struct ct_cgroups *c;
	int gone = 0;

	if (geteuid() || ct_own_cgroup__make(&own, &err))
		UNIT_SKIP("no cgroup can be made here");
	outer = ct_xasprintf("/above/us%s", own.path);
	other = ct_xasprintf("/above/others%s", own.path);
	c = ct_cgroups__new();
	ct_cgroups__await_root(c);
	ct_cgroups__add(c, 7, "/above/us/early", false);
	ct_cgroups__each_gone(c, count_gone, &gone);
	CU_ASSERT_EQUAL(gone, 0);
	ct_cgroups__learn_root(c, own.id + 1000000, other); /* somebody else's */
	UNIT_STR(ct_cgroups__from_root(c, outer), outer);
	ct_cgroups__learn_root(c, own.id, outer);
	UNIT_STR(ct_cgroups__from_root(c, outer), own.path);
	UNIT_STR(ct_cgroups__path(c, 7), "/early");
	ct_cgroups__free(c);
	c = ct_cgroups__new();
	ct_cgroups__await_root(c);
	ct_cgroups__learn_root(c, own.id, own.path);
	UNIT_STR(ct_cgroups__from_root(c, outer), outer);
	ct_cgroups__add(c, 7, "/early", false);
	ct_cgroups__each_gone(c, count_gone, &gone);
	CU_ASSERT_EQUAL(gone, 1);
	ct_cgroups__free(c);
	ct_own_cgroup__remove(&own);
}

static void test_of_pid(void)
{
	ct_autofree char *path = NULL;

	CU_ASSERT_EQUAL(ct_cgroup_path__of_pid(getpid(), &path), 0);
	CU_ASSERT(path && *path == '/' && !strchr(path, '\n'));
	free(path);
	path = NULL;
	CU_ASSERT_EQUAL(ct_cgroup_path__of_pid(0x7ffffff0, &path), -ESRCH);
	CU_ASSERT_PTR_NULL(path);
}

static void test_own(void)
{
	ct_autoerr struct ct_err err = { 0 };
	struct ct_own_cgroup own = { 0 };
	ct_autofree char *dir = NULL, *found = NULL;
	struct ct_cgroups *c;
	uint64_t id = 0;
	int status;

	if (geteuid() || ct_own_cgroup__make(&own, &err))
		UNIT_SKIP("no cgroup can be made here");
	dir = ct_xstrdup(own.dir);
	CU_ASSERT_EQUAL(ct_own_cgroup__processes(&own), 0);
	int pid = fork();

	if (!pid) {
		pause();
		_exit(0);
	}
	CU_ASSERT_EQUAL(ct_own_cgroup__enter(&own, pid, &err), 0);
	CU_ASSERT_EQUAL(ct_own_cgroup__processes(&own), 1);
	CU_ASSERT_EQUAL(ct_cgroup_dir__process(own.dir), pid);
	c = ct_cgroups__new();
	CU_ASSERT_EQUAL(ct_cgroups__find(c, own.path, &found, &id), 0);
	UNIT_STR(found, own.dir);
	CU_ASSERT_EQUAL(id, own.id);
	CU_ASSERT_EQUAL(ct_cgroups__processes(c, own.path), 1);
	ct_cgroups__free(c);
	ct_own_cgroup__signal(&own, SIGKILL);
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	ct_own_cgroup__remove(&own);
	CU_ASSERT(access(dir, F_OK) && !own.dir);
	ct_own_cgroup__remove(&own); /* nothing is left to do */
}

/* There is one already, be it another captrim's in another PID namespace. */
static void test_own_twice(void)
{
	struct ct_own_cgroup own[2] = { 0 };
	ct_autoerr struct ct_err err = { 0 };

	if (geteuid() || ct_own_cgroup__make(&own[0], &err))
		UNIT_SKIP("no cgroup can be made here");
	CU_ASSERT_EQUAL_FATAL(ct_own_cgroup__make(&own[1], &err), 0);
	CU_ASSERT(own[0].id != own[1].id && strcmp(own[0].path, own[1].path) != 0);
	ct_own_cgroup__remove(&own[1]);
	CU_ASSERT_EQUAL(access(own[0].dir, F_OK), 0);
	ct_own_cgroup__remove(&own[0]);
}

/* The kernel writes a blank in a mount's path as a number. */
static void test_blank_in_mount(void)
{
	autodir char *dir = make_dir();
	ct_autofree char *mounts = put(dir, "proc/1/mounts",
				       "cgroup2 /my\\040cg\\134x\\04 cgroup2 rw 0 0\n");
	ct_autofree char *expected = NULL;
	struct ct_cgroup_mounts m;

	ct_host__set_root(dir);
	expected = ct_xasprintf("%s/my cg\\x\\04", ct_host__root());
	ct_cgroup_mounts__find(&m);
	ct_host__set_root(NULL);
	UNIT_STR(m.v2, expected);
}

/* A runtime on a hybrid host may have its containers in v1 alone. */
static void test_hybrid(void)
{
	autodir char *dir = make_dir();
	ct_autofree char *mounts = put(dir, "proc/1/mounts",
				       "cgroup2 /two cgroup2 rw 0 0\n"
				       "cgroup /one cgroup rw,pids 0 0\n");
	ct_autofree char *empty = put(dir, "two/a/cgroup.procs", "");
	ct_autofree char *a = put(dir, "one/a/cgroup.procs", "1\n2\n");
	ct_autofree char *b = put(dir, "one/b/c/cgroup.procs", "3\n");
	struct ct_cgroups *c;

	ct_host__set_root(dir);
	c = ct_cgroups__new();
	ct_host__set_root(NULL);
	CU_ASSERT_EQUAL(ct_cgroups__processes(c, "/a"), 2);
	CU_ASSERT_EQUAL(ct_cgroups__processes(c, "/b"), 1);
	CU_ASSERT_EQUAL(ct_cgroups__processes(c, "/c"), 0);
	ct_cgroups__free(c);
}

/* Without descriptors nothing can be read, which does not mean that nothing is there. */
static void test_no_descriptors(void)
{
	ct_autoerr struct ct_err err = { 0 };
	struct ct_cgroups *c = ct_cgroups__new(), *late;
	struct ct_own_cgroup own = { 0 };
	ct_autofree char *dir = NULL;
	struct rlimit limit, none;
	int made, scanned, scanned_late;
	uint64_t id;
	bool any = !ct_cgroups__find(c, "/", &dir, &id);

	CU_ASSERT_EQUAL_FATAL(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = (struct rlimit){ 0, limit.rlim_max };
	CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_NOFILE, &none), 0);
	made = ct_own_cgroup__make(&own, &err);
	scanned = ct_cgroups__scan(c);
	late = ct_cgroups__new();
	scanned_late = ct_cgroups__scan(late);
	CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_NOFILE, &limit), 0);
	CU_ASSERT_EQUAL(made, -EMFILE);
	CU_ASSERT(err.msg && strstr(err.msg, strerror(EMFILE)));
	CU_ASSERT_EQUAL(scanned_late, -EMFILE);
	CU_ASSERT_EQUAL(scanned, any ? -EMFILE : 0);
	ct_cgroups__free(c);
	ct_cgroups__free(late);
}

static CU_TestInfo tests[] = {
	{ "below", test_below },
	{ "controllers", test_controllers },
	{ "table", test_table },
	{ "users", test_users },
	{ "of a process", test_of_pid },
	{ "of our own", test_own },
	{ "of our own, twice", test_own_twice },
	{ "learnt root", test_learnt_root },
	{ "a blank in a mount", test_blank_in_mount },
	{ "hybrid", test_hybrid },
	{ "no descriptors", test_no_descriptors },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("cgroups", tests)
