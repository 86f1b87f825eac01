/* SPDX-License-Identifier: GPL-2.0-only */
/* The ring of events is shared out: a cgroup that fills it leaves room for others, however large it
 * is. */
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/types.h>
#include <spawn.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/util.h"
#include "kern/probe.h"
#include "kern/rights.h"
#include "model/caps.h"
#include "unit.h"

#define PROGRAMS 2000 /* the event of each has more than 1,000 bytes */
#define RING	 (1u << 20)

/* A cgroup of its own in the v2 tree. */
struct group {
	char *dir;
	uint64_t id;
	int events;
};

static void leave(struct group *g)
{
	if (g->dir)
		rmdir(g->dir);
	free(g->dir);
}
#define autogroup __attribute__((cleanup(leave))) struct group

static bool make(struct group *g, const char *name)
{
	char where[4096], type[64];
	bool found = false;
	struct stat st;
	FILE *mounts = fopen("/proc/self/mounts", "r");

	while (mounts && !found && fscanf(mounts, "%*s %4095s %63s %*[^\n]", where, type) == 2)
		found = !strcmp(type, "cgroup2");
	if (mounts)
		fclose(mounts);
	if (!found)
		return false;
	g->dir = ct_xasprintf("%s/captrim-unit-%d-%s", where, (int)getpid(), name);
	if (mkdir(g->dir, 0755) || stat(g->dir, &st))
		return false;
	g->id = st.st_ino;
	return true;
}

static void run_programs(int n)
{
	char *argv[] = { (char *)"true", NULL };

	for (pid_t pid; n > 0; n--)
		if (posix_spawn(&pid, "/bin/true", NULL, NULL, argv, environ) ||
		    waitpid(pid, NULL, 0) != pid)
			_exit(1);
}

/* Executes so many programs in the cgroup; returns whether all went well. */
static bool run_within(const struct group *g, int n)
{
	ct_autofree char *procs = ct_xasprintf("%s/cgroup.procs", g->dir);
	pid_t pid = fork();
	int status;

	if (!pid) {
		int fd = open(procs, O_WRONLY);

		if (write(fd, "0", 1) != 1)
			_exit(1);
		run_programs(n);
		_exit(0);
	}
	return waitpid(pid, &status, 0) == pid && !status;
}

static void on_event(void *arg, const struct ct_event *ev, size_t size)
{
	struct group *groups = arg;

	(void)size;
	for (int i = 0; i < 2; i++)
		groups[i].events += ev->type == CT_EV_EXEC && ev->cgroup == groups[i].id;
}

static void test_share(void)
{
	struct ct_probe_opts opts = { .ring = RING };
	ct_autoerr struct ct_err err = {};
	autogroup loud = {}, quiet = {};
	struct group seen[2];
	struct ct_probe *p;

	if (ct_rights__lacking(CT_RIGHTS_WATCH | CT_CAP(SYS_ADMIN)))
		UNIT_SKIP("needs root");
	if (unit_is_under())
		UNIT_SKIP("valgrind does not know all commands of bpf()");
	if (!make(&loud, "loud") || !make(&quiet, "quiet"))
		UNIT_SKIP("no cgroup can be made");
	if (ct_probe__open(&opts, &p, &err))
		UNIT_SKIP("no probe can be loaded here");
	CU_ASSERT(run_within(&loud, PROGRAMS));
	CU_ASSERT(run_within(&quiet, 20));
	seen[0] = loud;
	seen[1] = quiet;
	CU_ASSERT(ct_probe__consume(p, on_event, seen) >= 0);
	CU_ASSERT(seen[0].events > 0 && seen[0].events < PROGRAMS);
	CU_ASSERT_EQUAL(seen[1].events, 20);
	ct_probe__close(p);
}

static CU_TestInfo tests[] = {
	{ "share", test_share },
	CU_TEST_INFO_NULL,
};
UNIT_MAIN("probe_ring", tests)
