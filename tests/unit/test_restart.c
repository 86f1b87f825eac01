/* SPDX-License-Identifier: GPL-2.0-only */
/* Restarting what is watched, with a client that is made of a script. */
#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/inherited.h"
#include "dir.h"
#include "record/restart.h"
#include "unit.h"

#define LEFT_S "20"

/*
 * Restarts a container of Podman; returns what the last look does or, if it is aborted after a
 * moment, the end.
 */
static int restart_by(const char *script, bool abort, struct ct_err *err)
{
	autodir char *dir = make_dir();
	ct_autofree char *client = put(dir, "podman", script);
	ct_autofree char *path = ct_xasprintf("%s:%s", dir, getenv("PATH"));
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_workload *w = ct_session__add(s, "web");
	const struct ct_engine_words words = {};
	struct ct_restart r = {};
	int ret;

	w->kind = CT_WL_CONTAINER;
	w->runtime = CT_RT_PODMAN;
	CU_ASSERT_FATAL(!chmod(client, 0755) && !setenv("PATH", path, 1));
	CU_ASSERT_EQUAL_FATAL(ct_restart__begin(&w, 1, &words, &r, err), 0);
	if (abort) {
		ct_clock__sleep_ns(300 * CT_NS_PER_MS);
		return ct_restart__end(&r, err);
	}
	while ((ret = ct_restart__look(&r, err)) == 1)
		ct_clock__sleep_ns(10 * CT_NS_PER_MS);
	return ret;
}

static void test_complaint(void)
{
	ct_autoerr struct ct_err err = {};

	CU_ASSERT_EQUAL(restart_by("#!/bin/sh\necho no $2 $3; exit 1\n", false, &err), -EIO);
	CU_ASSERT(err.msg && strstr(err.msg, "no -- web"));
}

/* What the client leaves behind keeps its output open, but nobody waits for that. */
static void test_left_behind(void)
{
	ct_autoerr struct ct_err err = {};
	uint64_t start = ct_clock__now_ns();

	CU_ASSERT_EQUAL(restart_by("#!/bin/sh\nsleep " LEFT_S " &\n", false, &err), 0);
	CU_ASSERT(ct_clock__now_ns() - start < 10 * CT_NS_PER_SEC);
}

/* libbpf changes captrim's own limit before 5.11; here it is only lowered, which everybody may. */
static void test_memory_limit(void)
{
	const struct rlimit began = { 32768, 32768 }, later = { 16384, 32768 };
	ct_autoerr struct ct_err err = {};

	CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_MEMLOCK, &began), 0);
	ct_inherited__note();
	CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_MEMLOCK, &later), 0);
	CU_ASSERT_EQUAL(restart_by("#!/bin/sh\n[ $(ulimit -l) = 32 ]\n", false, &err), 0);
}

/* Whoever aborts it has to know that the container may be down now. */
static void test_aborted(void)
{
	ct_autoerr struct ct_err err = {};

	CU_ASSERT_EQUAL(restart_by("#!/bin/sh\nsleep 1; echo no $3; exit 1\n", true, &err), -EIO);
	CU_ASSERT(err.msg && strstr(err.msg, "no web") && strstr(err.msg, "may not run now"));
}

static CU_TestInfo tests[] = {
	{ "complaint", test_complaint },
	{ "left behind", test_left_behind },
	{ "memory limit", test_memory_limit },
	{ "aborted", test_aborted },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("restart", tests)
