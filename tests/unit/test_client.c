/* SPDX-License-Identifier: GPL-2.0-only */
/* Whose client a command line begins with, and which engine is asked. */
#include <errno.h>

#include "base/util.h"
#include "runtime/client.h"
#include "runtime/runtime.h"
#include "unit.h"

static void test_parse(void)
{
	static const struct {
		const char *words[7];
		size_t name, sub;
		bool is_container, is_compose, is_systemd_run, starts;
		const char *address;
	} t[] = {
		{ { "docker", "run", "x" }, 0, 1, true, false, false, true, NULL },
		{ { "sudo", "/usr/bin/docker", "container", "create", "x" },
		  1,
		  3,
		  true,
		  false,
		  false,
		  true,
		  NULL },
		{ { "docker", "-H", "unix:///a", "--debug", "run", "x" },
		  0,
		  4,
		  true,
		  false,
		  false,
		  true,
		  "unix:///a" },
		{ { "docker", "-H", "tcp://a", "ps" }, 0, 3, true, false, false, false, "tcp://a" },
		{ { "docker", "compose", "up" }, 0, 1, true, false, false, false, NULL },
		{ { "docker-compose", "up" }, 0, 1, true, true, false, false, NULL },
		{ { "docker" }, 0, 1, true, false, false, false, NULL },
		{ { "podman", "--tmpdir", "/x", "run", "y" },
		  0,
		  3,
		  true,
		  false,
		  false,
		  true,
		  NULL },
		{ { "systemd-run", "x" }, 0, 2, false, false, true, false, NULL },
		/* Nothing answers for its containers. */
		{ { "nerdctl", "run", "x" }, 0, 3, false, false, false, false, NULL },
		{ { "sudo", "-u", "root", "systemd-run", "-u", "x" },
		  3,
		  6,
		  false,
		  false,
		  true,
		  false,
		  NULL },
		{ { "sudo" }, 0, 1, false, false, false, false, NULL },
		{ { NULL }, 0, 0, false, false, false, false, NULL },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(t); i++) {
		struct ct_client c = ct_client__parse((char *const *)t[i].words);

		CU_ASSERT_EQUAL(c.name, t[i].name);
		CU_ASSERT_EQUAL(c.sub, t[i].sub);
		CU_ASSERT_EQUAL(c.is_container, t[i].is_container);
		CU_ASSERT_EQUAL(c.is_compose, t[i].is_compose);
		CU_ASSERT_EQUAL(c.is_systemd_run, t[i].is_systemd_run);
		CU_ASSERT_EQUAL(c.starts, t[i].starts);
		UNIT_STR(c.engine.address, t[i].address);
	}
}

static void test_option(void)
{
	char *const argv[] = { "x", "-p", "a", "--project-name=b", "--", NULL };
	char *const compose[] = { "docker", "compose", "--progress", "plain", "--parallel",
				  "4",	    "-p",      "shop",	     "up",    NULL };

	UNIT_STR(ct_client__option(argv, 0, 5, "-p", "--project-name"), "b");
	UNIT_STR(ct_client__option(argv, 0, 5, NULL, "--project-name"), "b");
	UNIT_STR(ct_client__option(argv, 0, 3, NULL, "--project-name"), NULL);
	CU_ASSERT_EQUAL(ct_client__word(argv, 1), 5);
	CU_ASSERT_EQUAL(ct_client__word(compose, 2), 8);
}

static void test_connect(void)
{
	static const struct {
		const char *socket, *host;
		int ret;
		const char *part;
	} t[] = {
		{ NULL, "tcp://192.0.2.1:2375", -EREMOTE,
		  "DOCKER_HOST=tcp://192.0.2.1:2375: the engine is not on this machine" },
		{ NULL, "ssh://a\033b", -EREMOTE, "ssh://a\\x1bb: the engine is not on this" },
		{ NULL, "npipe:////./x", -EPROTONOSUPPORT, "DOCKER_HOST=npipe" },
		{ NULL, "tcp://127.0.0.1:1", -ECONNREFUSED, "http://127.0.0.1:1" },
		{ NULL, "unix:///no/such", -ENOENT, "/no/such" },
		{ "/no/such/either", "tcp://a", -ENOENT, "/no/such/either" },
		{ "/dev/null", NULL, -ECONNREFUSED, "/dev/null" },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(t); i++) {
		const struct ct_engine_words words = ct_engine_words__of(t[i].socket, NULL);
		ct_autoerr struct ct_err err = { 0 };
		struct ct_engine *e = NULL;

		if (t[i].host)
			setenv("DOCKER_HOST", t[i].host, 1);
		CU_ASSERT_EQUAL(ct_runtimes__connect(&words, &e, &err), t[i].ret);
		unsetenv("DOCKER_HOST");
		CU_ASSERT_PTR_NULL(e);
		CU_ASSERT(err.msg && strstr(err.msg, t[i].part));
	}
	CU_ASSERT(!ct_runtimes__remembers(NULL, CT_RT_DOCKER));
	ct_engine__close(NULL);
}

static void test_remembers(void)
{
	const struct ct_engine docker = { .runtime = CT_RT_DOCKER };
	const struct ct_engine podman = { .runtime = CT_RT_PODMAN };

	CU_ASSERT(ct_runtimes__remembers(&docker, CT_RT_DOCKER));
	CU_ASSERT(!ct_runtimes__remembers(&docker, CT_RT_PODMAN));
	CU_ASSERT(!ct_runtimes__remembers(&docker, CT_RT_NONE));
	CU_ASSERT(!ct_runtimes__remembers(&podman, CT_RT_PODMAN));
}

static CU_TestInfo tests[] = {
	{ "command lines", test_parse },
	{ "options", test_option },
	{ "connecting", test_connect },
	{ "remembering", test_remembers },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("client", tests)
