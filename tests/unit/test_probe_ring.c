/* SPDX-License-Identifier: GPL-2.0-only */
/* The ring of events is shared out: a cgroup that fills it leaves room for others, however large it
 * is. */
#include <linux/bpf.h>
#include <linux/types.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup.h"
#include "kern/probe.h"
#include "kern/rights.h"
#include "model/caps.h"
#include "unit.h"

#define PROGRAMS 2000 /* the event of each has more than 1,000 bytes */
#define RING	 (1u << 20)

static void run_programs(int n)
{
	char *argv[] = { (char *)"true", NULL };

	for (pid_t pid; n > 0; n--)
		if (posix_spawn(&pid, "/bin/true", NULL, NULL, argv, environ) ||
		    waitpid(pid, NULL, 0) != pid)
			_exit(1);
}

struct seen {
	uint64_t cgroup;
	int events;
};

static void on_event(void *arg, const struct ct_event *ev, size_t size)
{
	struct seen *seen = arg;

	(void)size;
	for (int i = 0; i < 2; i++)
		seen[i].events += ev->type == CT_EV_EXEC && ev->cgroup == seen[i].cgroup;
}

static void test_share(void)
{
	struct ct_probe_opts opts = { .ring = RING };
	ct_autoerr struct ct_err err = {};
	autogroup loud = {}, quiet = {};
	struct seen seen[2] = {};
	struct ct_probe *p;

	if (ct_rights__lacking(CT_RIGHTS_WATCH | CT_CAP(SYS_ADMIN)))
		UNIT_SKIP("needs root");
	if (unit_is_under())
		UNIT_SKIP("valgrind does not know all commands of bpf()");
	if (!make(&loud, "loud") || !make(&quiet, "quiet"))
		UNIT_SKIP("no cgroup can be made");
	if (ct_probe__open(&opts, &p, &err))
		UNIT_SKIP("no probe can be loaded here");
	CU_ASSERT(run_within(&loud, run_programs, PROGRAMS));
	CU_ASSERT(run_within(&quiet, run_programs, 20));
	seen[0].cgroup = loud.id;
	seen[1].cgroup = quiet.id;
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
