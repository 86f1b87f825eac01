/* SPDX-License-Identifier: GPL-2.0-only */
/* A host's files below a directory, with links that lead where they lead on the host. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/host_root.h"
#include "cgroup/path.h"
#include "dir.h"
#include "unit.h"

static char *made(const char *dir, const char *name)
{
	return ct_xasprintf("%s/%s", dir, name);
}

static void link_to(const char *target, const char *dir, const char *name)
{
	ct_autofree char *path = made(dir, name);

	CU_ASSERT_EQUAL(symlink(target, path), 0);
}

static void test_paths(void)
{
	autodir char *dir = make_dir();
	ct_autofree char *real = realpath(dir, NULL), *slash = made(dir, "");
	static const struct {
		const char *path, *here;
	} t[] = {
		{ "/run/a", "/run/a" },	    { "/var/run/a", "/run/a" },
		{ "/up/a", "/run/a" },	    { "/var/run/none", "/var/run/none" },
		{ "/out", "/etc/shadow2" }, { "/", "" },
	};

	free(put(dir, "run/a", "A"));
	free(put(dir, "var/b", "B"));
	free(put(dir, "etc/shadow2", "C"));
	link_to("/run", dir, "var/run");
	link_to("../../../run", dir, "up");
	link_to("/etc/shadow2", dir, "out");
	ct_host__set_root(slash);
	UNIT_STR(ct_host__root(), real);
	for (size_t i = 0; i < CT_ARRAY_SIZE(t); i++) {
		ct_autofree char *path = ct_host__path(t[i].path),
				 *want = *t[i].here ? made(real, t[i].here + 1) : ct_xstrdup(real);

		UNIT_STR(path, want);
	}
	CU_ASSERT(ct_host__has("/var/run/a") && !ct_host__has("/var/run/b"));
	CU_ASSERT_EQUAL(ct_host__open("/none", O_RDONLY), -ENOENT);
	ct_host__set_root(NULL);
	UNIT_STR(ct_host__root(), "");
}

static void test_glob(void)
{
	autodir char *dir = make_dir();
	ct_autostrings struct ct_strings found = {};

	free(put(dir, "run/x1/c", ""));
	free(put(dir, "run/x2/c", ""));
	free(put(dir, "var/b", ""));
	link_to("/run", dir, "var/run");
	ct_host__set_root(dir);
	ct_host__glob("/var/run/x*/c", &found);
	ct_host__glob("/var/run/y*/c", &found);
	ct_host__set_root("/");
	CU_ASSERT_EQUAL_FATAL(found.len, 2);
	CU_ASSERT(!strcmp(found.items[0], "/run/x1/c") || !strcmp(found.items[0], "/run/x2/c"));
}

static void test_use(void)
{
	autodir char *dir = make_dir();
	ct_autoerr struct ct_err err = {};

	CU_ASSERT_EQUAL(ct_host__use_root("host", &err), -EINVAL);
	CU_ASSERT_EQUAL(ct_host__use_root(dir, &err), -ENOENT);
	CU_ASSERT(strstr(err.msg, "--host-root /host") != NULL);
	UNIT_STR(ct_host__root(), "");
	CU_ASSERT_EQUAL(ct_host__use_root("/", &err), 0);
	UNIT_STR(ct_host__root(), "");
}

static void test_proc(void)
{
	ct_autofree char *path = ct_host__proc(12, "ns/user"), *mounts = ct_host__procfs("mounts");

	UNIT_STR(path, "/proc/12/ns/user");
	UNIT_STR(mounts, "/proc/mounts");
	CU_ASSERT_EQUAL(ct_host__ns(0, "user"), 0);
	CU_ASSERT(ct_host__ns(getpid(), "user") != 0);
}

/* What procfs shows of others to who sees a cgroup as the root. */
static void test_namespace(void)
{
	static const struct {
		const char *root, *path, *whole;
	} t[] = {
		{ "/docker/a", "/", "/docker/a" },
		{ "/docker/a", "/x/y", "/docker/a/x/y" },
		{ "/docker/a", "/../b", "/docker/b" },
		{ "/docker/a", "/../../system.slice/c.service", "/system.slice/c.service" },
		{ "/docker/a", "/../..", "/" },
		{ "/docker/a", "/../../../x", "/x" },
		{ "/docker/a", "/..x", "/docker/a/..x" },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(t); i++) {
		ct_autofree char *whole = ct_cgroup_path__resolve(t[i].root, t[i].path);

		UNIT_STR(whole, t[i].whole);
	}
}

static CU_TestInfo tests[] = {
	{ "paths", test_paths }, { "glob", test_glob },		  { "use", test_use },
	{ "proc", test_proc },	 { "namespace", test_namespace }, CU_TEST_INFO_NULL,
};

UNIT_MAIN("host_root", tests)
