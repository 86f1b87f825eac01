/* SPDX-License-Identifier: GPL-2.0-only */
/* Commands that captrim starts: how they end, and what is said where they cannot begin. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/inherited.h"
#include "base/urgent.h"
#include "record/spawn.h"
#include "unit.h"

static sigset_t none;

static int start(struct ct_child *c, char *const words[], const struct ct_child_opts *more,
		 int *exec_errno, struct ct_err *err)
{
	struct ct_child_opts opts = more ? *more : (struct ct_child_opts){};

	sigemptyset(&none);
	opts.mask = &none;
	alarm(60); /* a child that waits for ever would be waited for */
	return ct_child__start(c, (char **)words, &opts, exec_errno, err);
}

static int status_of(struct ct_child *c)
{
	for (int i = 0; i < 3000 && !ct_child__reap(c); i++)
		usleep(10000);
	CU_ASSERT_FATAL(c->reaped);
	return ct_child__exit_status(c);
}

static void test_ends(void)
{
	char *const three[] = { "sh", "-c", "exit 3", NULL };
	char *const killed[] = { "sh", "-c", "kill -9 $$", NULL };
	ct_autoerr struct ct_err err = {};
	struct ct_child c = {};
	int exec_errno = -1;

	CU_ASSERT_EQUAL_FATAL(start(&c, three, NULL, &exec_errno, &err), 0);
	CU_ASSERT_EQUAL(exec_errno, 0);
	CU_ASSERT_EQUAL(status_of(&c), 3);
	CU_ASSERT_EQUAL_FATAL(start(&c, killed, NULL, &exec_errno, &err), 0);
	CU_ASSERT_EQUAL(status_of(&c), 128 + SIGKILL);
}

static void test_cannot_execute(void)
{
	char *const words[] = { "/nowhere/a\033b", NULL };
	ct_autoerr struct ct_err err = {};
	struct ct_child c = {};
	int exec_errno = 0;

	CU_ASSERT_EQUAL(start(&c, words, NULL, &exec_errno, &err), -ENOENT);
	CU_ASSERT_EQUAL(exec_errno, ENOENT);
	CU_ASSERT_EQUAL(c.pid, 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(err.msg);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.msg, "/nowhere/a"));
	CU_ASSERT_PTR_NULL(strchr(err.msg, '\033'));
}

/* The child is told, and not waited for while it waits for us. */
static void test_no_cgroup(void)
{
	const struct ct_own_cgroup cgroup = { .dir = "/nowhere" };
	char *const words[] = { "true", NULL };
	ct_autoerr struct ct_err err = {};
	struct ct_child c = {};
	int exec_errno = -1;

	CU_ASSERT_EQUAL(
		start(&c, words, &(struct ct_child_opts){ .cgroup = &cgroup }, &exec_errno, &err),
		-ENOENT);
	CU_ASSERT_EQUAL(exec_errno, 0);
	CU_ASSERT_EQUAL(c.pid, 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(err.msg);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.msg, "/nowhere"));
}

static void test_output(void)
{
	char *const words[] = { "sh", "-c", "cat; echo said; echo more >&2", NULL };
	char path[] = "/tmp/captrim-spawn-XXXXXX", text[32] = "";
	ct_autoclose int fd = mkstemp(path);
	struct ct_child c = {};
	int exec_errno;

	CU_ASSERT_FATAL(fd >= 0);
	unlink(path);
	CU_ASSERT_EQUAL_FATAL(
		start(&c, words, &(struct ct_child_opts){ .output = fd }, &exec_errno, NULL), 0);
	CU_ASSERT_EQUAL(status_of(&c), 0);
	CU_ASSERT(pread(fd, text, sizeof(text) - 1, 0) > 0);
	UNIT_STR(text, "said\nmore\n");
}

/* Also while captrim runs before all others, when what it forks would begin with 0. */
static void test_nice(void)
{
	char *const words[] = { "sh", "-c", "exit $(nice)", NULL };
	struct ct_child c = {};
	int exec_errno;

	CU_ASSERT_EQUAL_FATAL(setpriority(PRIO_PROCESS, 0, 7), 0);
	CU_ASSERT_EQUAL_FATAL(start(&c, words, NULL, &exec_errno, NULL), 0);
	CU_ASSERT_EQUAL(status_of(&c), 7);
	ct_urgent__begin();
	CU_ASSERT_EQUAL_FATAL(start(&c, words, NULL, &exec_errno, NULL), 0);
	ct_urgent__end();
	CU_ASSERT_EQUAL(status_of(&c), 7);
}

/* libbpf changes captrim's own limit before 5.11; here it is only lowered, which everybody may. */
static void test_memory_limit(void)
{
	char *const words[] = { "sh", "-c", "[ $(ulimit -l) = 32 ]", NULL };
	const struct rlimit began = { 32768, 32768 }, later = { 16384, 32768 };
	struct ct_child c = {};
	int exec_errno;

	CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_MEMLOCK, &began), 0);
	ct_inherited__note();
	CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_MEMLOCK, &later), 0);
	CU_ASSERT_EQUAL_FATAL(start(&c, words, NULL, &exec_errno, NULL), 0);
	CU_ASSERT_EQUAL(status_of(&c), 0);
}

/* What captrim ignores is as usual for the command. */
static void test_signals(void)
{
	char *const words[] = { "sh", "-c", "kill -PIPE $$; exit 0", NULL };
	char *const limited[] = { "sh", "-c", "kill -XFSZ $$; exit 0", NULL };
	ct_autoerr struct ct_err err = {};
	struct ct_child c = {};
	int exec_errno;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	CU_ASSERT_EQUAL_FATAL(start(&c, words, NULL, &exec_errno, &err), 0);
	CU_ASSERT_EQUAL(status_of(&c), 128 + SIGPIPE);
	CU_ASSERT_EQUAL_FATAL(start(&c, limited, NULL, &exec_errno, &err), 0);
	CU_ASSERT_EQUAL(status_of(&c), 128 + SIGXFSZ);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
}

static CU_TestInfo tests[] = {
	{ "ends", test_ends },		 { "cannot execute", test_cannot_execute },
	{ "no cgroup", test_no_cgroup }, { "output", test_output },
	{ "nice", test_nice },		 { "memory limit", test_memory_limit },
	{ "signals", test_signals },	 CU_TEST_INFO_NULL,
};

UNIT_MAIN("spawn", tests)
