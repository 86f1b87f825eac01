/* SPDX-License-Identifier: GPL-2.0-only */
/* Looks that never come back: a slow job, and a file system whose server does not answer. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/bounded.h"
#include "base/err.h"
#include "record/file_caps.h"
#include "unit.h"

static int released;

struct job {
	int ms, done;
};

static void work(void *arg)
{
	struct job *job = arg;

	usleep(job->ms * 1000);
	job->done = 1;
}

static void release(void *arg)
{
	free(arg);
	__sync_fetch_and_add(&released, 1);
}

static struct job *new_job(int ms)
{
	struct job *job = calloc(1, sizeof(*job));

	job->ms = ms;
	return job;
}

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void test_done(void)
{
	struct job *job = new_job(0);

	for (int i = 0; i < 100; i++) {
		job->done = 0;
		CU_ASSERT_EQUAL(ct_bounded__call(work, release, job, 5000), 0);
		CU_ASSERT_EQUAL(job->done, 1);
	}
	CU_ASSERT_EQUAL(released, 0);
	free(job);
}

/* What hangs is left alone, until so much hangs that nothing more is begun. */
static void test_stuck(void)
{
	struct job *job = new_job(600);
	int stuck = 0;

	while (stuck < 100 && ct_bounded__call(work, release, job, 1) == -ETIMEDOUT) {
		stuck++;
		job = new_job(600);
	}
	CU_ASSERT_EQUAL(stuck, 8);
	job->ms = 0;
	CU_ASSERT_EQUAL(ct_bounded__call(work, release, job, 5000), -EBUSY);
	CU_ASSERT_EQUAL(job->done, 0);
	for (int i = 0; i < 50 && released < stuck; i++)
		usleep(100000);
	CU_ASSERT_EQUAL(released, stuck); /* but not the one that was refused */
	CU_ASSERT_EQUAL(ct_bounded__call(work, release, job, 5000), 0);
	CU_ASSERT_EQUAL(job->done, 1);
	free(job);
}

/* A FUSE mount whose server holds the device and says nothing. Returns that, or -1. */
static int mount_dead(const char *dir)
{
	int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	char options[128];

	if (fd < 0)
		return -1;
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0", fd);
	if (!mount("dead", dir, "fuse", 0, options))
		return fd;
	close(fd);
	return -1;
}

static void test_dead_server(void)
{
	char dir[] = "/tmp/captrim-dead-XXXXXX";
	struct ct_file_caps caps = { .permitted = 7 };
	int server, root;
	long start;

	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(dir));
	if (geteuid() || unshare(CLONE_NEWNS) || mount("", "/", "", MS_REC | MS_PRIVATE, NULL) ||
	    (server = mount_dead(dir)) < 0) {
		rmdir(dir);
		UNIT_SKIP("no FUSE file system can be mounted here");
	}
	root = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	start = now_ms();
	CU_ASSERT_EQUAL(ct_file_caps__read_below(root, "/bin/true", NULL, &caps), -ETIMEDOUT);
	CU_ASSERT(now_ms() - start < 2000);
	CU_ASSERT_EQUAL(caps.permitted, 7);
	/* Others are not held up. */
	CU_ASSERT_EQUAL(ct_file_caps__read(getpid(), "/bin/sh", NULL, &caps), 0);
	CU_ASSERT_EQUAL(caps.permitted, 0);
	close(server); /* ends what waits for it */
	close(root);
	umount2(dir, MNT_DETACH);
	rmdir(dir);
}

/* A process that was forked has none of the threads. */
static void test_forked(void)
{
	struct job *job = new_job(0);
	int status = -1;
	pid_t pid;

	CU_ASSERT_EQUAL(ct_bounded__call(work, release, job, 5000), 0);
	pid = fork();
	if (!pid)
		_exit(ct_bounded__call(work, release, job, 2000) ? 1 : 0);
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	CU_ASSERT_EQUAL(status, 0);
	free(job);
}

static CU_TestInfo tests[] = {
	{ "done", test_done },	 { "forked", test_forked },
	{ "stuck", test_stuck }, { "dead_server", test_dead_server },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("bounded", tests)
