/* SPDX-License-Identifier: GPL-2.0-only */
/* The ring of events is shared out: a cgroup that fills it leaves room for others, however large it
 * is. */
#include <linux/bpf.h>
#include <linux/types.h>
#include <sched.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup.h"
#include "kern/probe.h"
#include "kern/rights.h"
#include "model/caps.h"
#include "unit.h"

#define PROGRAMS 2000 /* the event of each has more than 1,000 bytes */
#define RING	 (1u << 21)

static void spawn_programs(int n)
{
	char *argv[] = { (char *)"true", NULL };

	for (pid_t pid; n > 0; n--)
		if (posix_spawn(&pid, "/bin/true", NULL, NULL, argv, environ) ||
		    waitpid(pid, NULL, 0) != pid)
			_exit(1);
}

/* On two processors, before all that does not matter as much: what others send is in the way. */
static void run_programs(int n)
{
	const struct sched_param first = { .sched_priority = 1 };
	int status;
	pid_t pid;

	sched_setscheduler(0, SCHED_RR, &first);
	pid = fork();
	spawn_programs(n / 2);
	if (!pid)
		_exit(0);
	if (waitpid(pid, &status, 0) != pid || status)
		_exit(1);
}

/* How many bytes of events the loud one, the quiet one and all others sent. */
struct seen {
	uint64_t loud, quiet;
	int from_loud, from_quiet;
	size_t others;
};

static void on_event(void *arg, const struct ct_event *ev, size_t size)
{
	struct seen *seen = arg;
	bool exec = ev->type == CT_EV_EXEC;

	if (ev->cgroup == seen->loud)
		seen->from_loud += exec;
	else if (ev->cgroup == seen->quiet)
		seen->from_quiet += exec;
	else
		seen->others += size;
}

/* One cgroup is loud, then another one is quiet. false: no probe can be loaded. */
static bool watch(struct seen *seen)
{
	struct ct_probe_opts opts = { .ring = RING };
	ct_autoerr struct ct_err err = {};
	autogroup loud = {}, quiet = {};
	struct ct_probe *p;

	if (!make(&loud, "loud") || !make(&quiet, "quiet") || ct_probe__open(&opts, &p, &err))
		return false;
	*seen = (struct seen){ .loud = loud.id, .quiet = quiet.id };
	CU_ASSERT(run_within(&loud, run_programs, PROGRAMS));
	CU_ASSERT(run_within(&quiet, run_programs, 20));
	CU_ASSERT(ct_probe__consume(p, on_event, seen) >= 0);
	ct_probe__close(p);
	return true;
}

static void test_share(void)
{
	struct seen seen = { .others = RING };

	if (ct_rights__lacking(CT_RIGHTS_WATCH | CT_CAP(SYS_ADMIN)))
		UNIT_SKIP("needs root");
	if (unit_is_under())
		UNIT_SKIP("valgrind does not know all commands of bpf()");
	/* What else runs on the machine has its share, too, and nobody reads the ring in between.
	 */
	for (int i = 0; i < 10 && seen.others > RING / 6; i++)
		if (!watch(&seen))
			UNIT_SKIP("no cgroup can be made, or no probe loaded");
	if (seen.others > RING / 6)
		UNIT_SKIP("too much else runs on this machine");
	CU_ASSERT(seen.from_loud > 0 && seen.from_loud < PROGRAMS);
	CU_ASSERT_EQUAL(seen.from_quiet, 20);
}

static CU_TestInfo tests[] = {
	{ "share", test_share },
	CU_TEST_INFO_NULL,
};
UNIT_MAIN("probe_ring", tests)
