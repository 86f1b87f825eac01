/* SPDX-License-Identifier: GPL-2.0-only */
/* A loaded probe that is used again shows nothing of what it saw before. */
#include <dirent.h>
#include <linux/bpf.h>
#include <linux/types.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cgroup.h"
#include "kern/probe.h"
#include "kern/rights.h"
#include "model/caps.h"
#include "unit.h"

/* Asks for SYS_BOOT, and is then refused for its wrong numbers (kernel/reboot.c, 5.10 to 7.3). */
static void ask(int times)
{
	for (int i = 0; i < times; i++)
		syscall(SYS_reboot, 1, 1, 0, NULL);
}

/* Of one cgroup alone. */
struct seen {
	uint64_t cgroup, hits, samples;
};

static void on_kind(void *arg, const struct ct_key *key, uint64_t count, uint64_t last_ns)
{
	struct seen *seen = arg;

	(void)last_ns;
	if (key->cap == CAP_SYS_BOOT && key->cgroup == seen->cgroup)
		seen->hits += count;
}

static void on_event(void *arg, const struct ct_event *ev, size_t size)
{
	const struct ct_sample *s = (const struct ct_sample *)ev;
	struct seen *seen = arg;

	(void)size;
	if (ev->type == CT_EV_SAMPLE && s->key.cap == CAP_SYS_BOOT && ev->cgroup == seen->cgroup)
		seen->samples++;
}

/* Stops it, and looks at all that it has of the cgroup. */
static struct seen stop(struct ct_probe *p, const struct group *g)
{
	const struct ct_which which = { .living = true };
	struct seen seen = { .cgroup = g->id };

	ct_probe__stop(p);
	CU_ASSERT(ct_probe__consume(p, on_event, &seen) >= 0);
	ct_probe__each_kind(p, &which, on_kind, &seen);
	return seen;
}

/* The highest number of a BPF program that this process holds: each one loaded gets a higher one.
 */
static unsigned long newest_program(void)
{
	DIR *dir = opendir("/proc/self/fdinfo");
	unsigned long newest = 0;
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		ct_autofree char *path = ct_xasprintf("/proc/self/fdinfo/%s", entry->d_name);
		ct_autofree char *text = NULL;
		const char *id;

		if (ct_read_file(path, 4096, &text, NULL) || !strstr(text, "prog_type:"))
			continue;
		id = strstr(text, "prog_id:");
		if (id && strtoul(id + 8, NULL, 10) > newest)
			newest = strtoul(id + 8, NULL, 10);
	}
	if (dir)
		closedir(dir);
	return newest;
}

/* Before 5.13 a program that traces a function can be attached only once. */
static bool can_attach_again(void)
{
	unsigned int major = 0, minor = 0;
	struct utsname u;

	return !uname(&u) && sscanf(u.release, "%u.%u", &major, &minor) == 2 &&
	       major * 1000 + minor >= 5013;
}

static void test_again(void)
{
	static const char *const syscalls[] = { "prctl", NULL };
	struct ct_probe_opts opts = { .syscalls = syscalls, .outcomes = true };
	ct_autoerr struct ct_err err = {};
	autogroup group = {};
	unsigned long newest;
	struct ct_probe *p;
	struct seen seen;

	if (ct_rights__lacking(CT_RIGHTS_WATCH | CT_CAP(SYS_ADMIN) | CT_CAP(SYS_BOOT)))
		UNIT_SKIP("needs root");
	if (unit_is_under())
		UNIT_SKIP("valgrind does not know all commands of bpf()");
	if (!make(&group, "again"))
		UNIT_SKIP("no cgroup can be made");
	if (ct_probe__open(&opts, &p, &err))
		UNIT_SKIP("no probe can be loaded here");
	CU_ASSERT(run_within(&group, ask, 1000));
	seen = stop(p, &group);
	CU_ASSERT_EQUAL(seen.hits, 1000);
	CU_ASSERT(seen.samples > 0);
	newest = newest_program();
	for (int i = 0; i < 3; i++) {
		CU_ASSERT(run_within(&group, ask, 7)); /* while it is stopped */
		opts.again = p;
		CU_ASSERT_EQUAL_FATAL(ct_probe__open(&opts, &p, &err), 0);
		CU_ASSERT(newest_program() == newest || !can_attach_again());
		CU_ASSERT(run_within(&group, ask, i));
		seen = stop(p, &group);
		CU_ASSERT_EQUAL(seen.hits, (uint64_t)i);
		CU_ASSERT_EQUAL(seen.samples > 0, i > 0);
	}
	/* With another configuration it is loaded anew. */
	opts = (struct ct_probe_opts){ .again = p };
	CU_ASSERT_EQUAL_FATAL(ct_probe__open(&opts, &p, &err), 0);
	CU_ASSERT(newest_program() > newest);
	ct_probe__close(p);
}

static CU_TestInfo tests[] = {
	{ "again", test_again },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("probe_again", tests)
