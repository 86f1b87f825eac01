/* SPDX-License-Identifier: GPL-2.0-only */
/* What the opener opens and what not, and what becomes of one that hangs. */
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/files.h"
#include "base/host_root.h"
#include "dir.h"
#include "monitor/opener.h"
#include "monitor/opener_work.h"
#include "monitor/privileges.h"
#include "unit.h"

#define ID    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define TASKS "/run/containerd/io.containerd.runtime.v2.task/moby/"

static void test_list(void)
{
	static const struct {
		enum ct_opener_op op;
		const char *path;
		enum ct_opener_place place;
	} t[] = {
		{ CT_OPENER_LOOK, "/proc/1/root", CT_OPENER_PROC },
		{ CT_OPENER_LOOK, "/proc/4711/exe", CT_OPENER_PROC },
		{ CT_OPENER_LOOK, "/proc/1/ns/mnt", CT_OPENER_PROC },
		{ CT_OPENER_LINK, "/proc/1/cwd", CT_OPENER_PROC },
		{ CT_OPENER_READ, TASKS ID "/config.json", CT_OPENER_ROOTS },
		{ CT_OPENER_EACH, TASKS ID "/config.json", CT_OPENER_ROOTS },
		{ CT_OPENER_LOOK, TASKS ID "/config.json", CT_OPENER_ROOTS },
		{ CT_OPENER_EACH, "/run/user/*/crun/" ID "/status", CT_OPENER_USERS },
		{ CT_OPENER_READ, "/run/user/1000/crun/" ID "/status", CT_OPENER_USERS },
		{ CT_OPENER_EACH, "/run/runsc/" ID "_sandbox:*.state", CT_OPENER_ROOTS },
		{ CT_OPENER_READ, "/run/runsc/box_sandbox:box.state", CT_OPENER_ROOTS },
		{ CT_OPENER_READ, "/run/runsc/box_sandbox:box.stat", CT_OPENER_NOWHERE },
		{ CT_OPENER_READ, "/run/runsc/_sandbox:box.state", CT_OPENER_NOWHERE },
		{ CT_OPENER_READ, "/run/runsc/../x_sandbox:box.state", CT_OPENER_NOWHERE },
		/* To be looked at alone. */
		{ CT_OPENER_READ, "/proc/1/root", CT_OPENER_NOWHERE },
		{ CT_OPENER_READ, "/proc/1/exe", CT_OPENER_NOWHERE },
		{ CT_OPENER_LOOK, "/proc/1/mem", CT_OPENER_NOWHERE },
		{ CT_OPENER_READ, "/proc/1/environ", CT_OPENER_NOWHERE },
		{ CT_OPENER_LOOK, "/proc/self/root", CT_OPENER_NOWHERE },
		{ CT_OPENER_LOOK, "/proc/1/root/etc/shadow", CT_OPENER_NOWHERE },
		{ CT_OPENER_LOOK, "/proc/1/ns/..", CT_OPENER_NOWHERE },
		{ CT_OPENER_LOOK, "/proc//root", CT_OPENER_NOWHERE },
		{ CT_OPENER_READ, "/etc/shadow", CT_OPENER_NOWHERE },
		{ CT_OPENER_READ, TASKS "../config.json", CT_OPENER_NOWHERE },
		{ CT_OPENER_READ, TASKS "../../../../etc/shadow", CT_OPENER_NOWHERE },
		{ CT_OPENER_READ, TASKS ID "/shadow", CT_OPENER_NOWHERE },
		{ CT_OPENER_READ, TASKS ID "/config.json/x", CT_OPENER_NOWHERE },
		{ CT_OPENER_READ, TASKS "*/config.json", CT_OPENER_NOWHERE },
		{ CT_OPENER_EACH, TASKS "*/config.json", CT_OPENER_NOWHERE },
		{ CT_OPENER_EACH, "/run/user/*/*/" ID "/status", CT_OPENER_NOWHERE },
		{ CT_OPENER_EACH, "/*", CT_OPENER_NOWHERE },
		{ CT_OPENER_READ, "", CT_OPENER_NOWHERE },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(t); i++) {
		if (ct_opener_list__find(t[i].op, t[i].path) != t[i].place)
			printf("%d %s\n", t[i].op, t[i].path);
		CU_ASSERT_EQUAL(ct_opener_list__find(t[i].op, t[i].path), t[i].place);
	}
}

/* A directory that passes for a host's root. */
static void set_root(const char *dir)
{
	ct_autoerr struct ct_err err = {};
	ct_autofree char *proc = put(dir, "proc/self/ns/pid", "");

	CU_ASSERT_EQUAL(ct_host__use_root(dir, &err), 0);
}

/* The host's files are elsewhere for a captrim in a container; its own processes are not. */
static void test_host_root(void)
{
	autodir char *dir = make_dir();
	ct_autofree char *bundle = ct_xasprintf("%s" TASKS ID "/config.json", dir),
			 *process = ct_xasprintf("%s/proc/1/root", dir);

	set_root(dir);
	CU_ASSERT_EQUAL(ct_opener_list__find(CT_OPENER_READ, bundle), CT_OPENER_ROOTS);
	CU_ASSERT_EQUAL(ct_opener_list__find(CT_OPENER_READ, TASKS ID "/config.json"),
			CT_OPENER_NOWHERE);
	CU_ASSERT_EQUAL(ct_opener_list__find(CT_OPENER_LOOK, process), CT_OPENER_PROC);
	CU_ASSERT_EQUAL(ct_opener_list__find(CT_OPENER_LOOK, "/proc/1/root"), CT_OPENER_PROC);
	ct_host__set_root(NULL);
}

static int answer(uint32_t op, int root, const char *path, struct ct_opener_answer *a)
{
	struct ct_opener_request q = { .seq = 7, .op = op };

	strcpy(q.path, path);
	return ct_opener_work__answer(&q, root, a);
}

/* Of what users may have put there no link is followed, and only regular files are read. */
static void test_work(void)
{
	static struct ct_opener_answer a;
	autodir char *dir = make_dir();
	ct_autofree char *file = put(dir, "run/user/1/crun/" ID "/status", "x"),
			 *linked = ct_xasprintf("%s/run/user/2", dir),
			 *by_link = ct_xasprintf("%s/run/user/2/crun/" ID "/status", dir),
			 *pattern = ct_xasprintf("%s/run/user/*/crun/" ID "/status", dir);
	ct_autoclose int root = open(dir, O_PATH | O_DIRECTORY), fd = -1, below = -1;

	set_root(dir);
	fd = answer(CT_OPENER_READ, -1, file, &a);
	CU_ASSERT(fd >= 0);
	CU_ASSERT_EQUAL(a.seq, 7);
	CU_ASSERT_EQUAL(a.result, 0);
	CU_ASSERT_EQUAL(answer(CT_OPENER_EACH, -1, pattern, &a), -1);
	CU_ASSERT_EQUAL((size_t)a.result, strlen(file) + 1);
	CU_ASSERT(ct_str_equal(a.text, file));
	CU_ASSERT_EQUAL(symlink("1", linked), 0);
	CU_ASSERT_EQUAL(answer(CT_OPENER_READ, -1, by_link, &a), -1);
	CU_ASSERT_EQUAL(a.result, -ELOOP);
	CU_ASSERT_EQUAL(unlink(file), 0);
	CU_ASSERT_EQUAL(mkfifo(file, 0600), 0);
	CU_ASSERT_EQUAL(answer(CT_OPENER_READ, -1, file, &a), -1);
	CU_ASSERT_EQUAL(a.result, -EINVAL);
	CU_ASSERT_EQUAL(answer(CT_OPENER_READ, -1, "/etc/passwd", &a), -1);
	CU_ASSERT_EQUAL(a.result, -EACCES);
	CU_ASSERT_EQUAL(answer(4711, -1, "/proc/1/root", &a), -1);
	CU_ASSERT_EQUAL(a.result, -EACCES);
	below = answer(CT_OPENER_IN_ROOT, root, "../../run", &a);
	CU_ASSERT(below >= 0);
	CU_ASSERT_EQUAL(answer(CT_OPENER_IN_ROOT, -1, "run", &a), -1);
	CU_ASSERT_EQUAL(a.result, -EBADF);
	CU_ASSERT_EQUAL(answer(CT_OPENER_IN_ROOT, root, "none", &a), -1);
	CU_ASSERT_EQUAL(a.result, -ENOENT);
	ct_host__set_root(NULL);
}

/* EPERM is 1, and -1 means "no descriptor": the first must not be taken for the second. */
static int refused_by_seccomp(const char *path)
{
	static struct ct_opener_answer a;
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);

	if (!f || seccomp_rule_add(f, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(openat2), 0) ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || seccomp_load(f))
		return 1;
	if (answer(CT_OPENER_READ, -1, path, &a) != -1)
		return 2;
	return a.result == -EPERM ? 0 : 3;
}

static void test_refused(void)
{
	autodir char *dir = make_dir();
	ct_autofree char *file = put(dir, "run/user/1/crun/" ID "/status", "x");
	int status = -1, pid;

	UNIT_SKIP_UNDER();
	set_root(dir);
	pid = fork();
	if (!pid)
		_exit(refused_by_seccomp(file));
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	CU_ASSERT_EQUAL(WEXITSTATUS(status), 0);
	ct_host__set_root(NULL);
}

/* What a daemon without privileges can do by it. Returns the number of the first that failed. */
static int as_nobody(int root, int other)
{
	ct_autofree char *at = ct_xasprintf("/proc/%d/root", other),
			 *ns = ct_xasprintf("/proc/%d/ns/mnt", other),
			 *cwd = ct_xasprintf("/proc/%d/cwd", other);
	ct_autoerr struct ct_err err = {};
	char text[PATH_MAX];
	struct stat st;

	if (setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534) ||
	    ct_privileges__limit(0, &err))
		return 1;
	if (open(at, O_PATH) >= 0 || !stat(ns, &st))
		return 2; /* or this shows nothing */
	if (ct_files__stat(ns, &st) || !st.st_ino)
		return 3;
	if (ct_files__open(at, O_PATH) < 0)
		return 4;
	if (ct_files__readlink(cwd, text, sizeof(text)) < 1 || *text != '/')
		return 5;
	if (ct_files__open("/etc/shadow", O_RDONLY) != -EACCES)
		return 6;
	if (ct_files__open_in_root(root, "/private/file") < 0)
		return 7;
	if (ct_files__open_in_root(root, "/private/none") != -ENOENT)
		return 8;
	return ct_files__open("/proc/self/exe", O_RDONLY) < 0 ? 9 : 0;
}

static void test_opener(void)
{
	ct_autoerr struct ct_err err = {};
	struct ct_opener_stats stats;
	struct ct_opener *o = NULL;
	autodir char *dir = make_dir();
	ct_autofree char *file = put(dir, "private/file", "x"),
			 *private = ct_xasprintf("%s/private", dir);
	ct_autoclose int root = open(dir, O_PATH | O_DIRECTORY);
	int status = -1, pid, other = getpid();

	UNIT_SKIP_UNDER();
	if (geteuid())
		UNIT_SKIP("needs root");
	CU_ASSERT_EQUAL(chmod(private, 0700), 0);
	CU_ASSERT_EQUAL_FATAL(ct_opener__start(&o, &err), 0);
	pid = fork();
	if (!pid)
		_exit(as_nobody(root, other));
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	CU_ASSERT_EQUAL(WEXITSTATUS(status), 0);
	CU_ASSERT(WIFEXITED(status));
	ct_opener__stats(o, &stats);
	CU_ASSERT_EQUAL(stats.replaced, 0);
	ct_opener__stop(o);
	(void)file;
}

/* The worker is the supervisor's child. */
static int worker_of(int supervisor)
{
	ct_autofree char *path = ct_xasprintf("/proc/%d/task/%d/children", supervisor, supervisor);
	ct_autofree char *text = NULL;

	for (int i = 0; i < 200; i++) {
		free(ct_steal(text));
		if (!ct_read_file(path, 4096, &text, NULL) && atoi(text))
			return atoi(text);
		usleep(10000);
	}
	return 0;
}

static void test_hangs(void)
{
	ct_autoerr struct ct_err err = {};
	struct ct_opener_stats stats = {};
	struct ct_opener *o = NULL;
	const struct ct_files_opener *f;
	int fd = -1, hung, ret = -1;

	UNIT_SKIP_UNDER();
	CU_ASSERT_EQUAL_FATAL(ct_opener__start(&o, &err), 0);
	f = ct_files__opener();
	fd = f->open(f->arg, "/proc/1/comm", O_PATH);
	CU_ASSERT_EQUAL(fd, -EACCES); /* it answers */
	hung = worker_of(ct_opener__pid(o));
	CU_ASSERT_FATAL(hung > 0);
	CU_ASSERT_EQUAL(kill(hung, SIGSTOP), 0);
	CU_ASSERT_EQUAL(f->open(f->arg, "/proc/1/comm", O_PATH), -ETIMEDOUT);
	/* A new one takes over, which may first answer what nobody waits for any more. */
	for (int i = 0; i < 50 && ret != -EACCES; i++)
		ret = f->open(f->arg, "/proc/1/comm", O_PATH);
	CU_ASSERT_EQUAL(ret, -EACCES);
	ct_opener__stats(o, &stats);
	CU_ASSERT(stats.replaced >= 1 && stats.late >= 1);
	CU_ASSERT(stats.refused >= 2);
	ct_opener__stop(o);
	CU_ASSERT_PTR_NULL(ct_files__opener());
}

static CU_TestInfo tests[] = {
	{ "list", test_list },	     { "host root", test_host_root }, { "work", test_work },
	{ "refused", test_refused }, { "opener", test_opener },	      { "hangs", test_hangs },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("opener", tests)
