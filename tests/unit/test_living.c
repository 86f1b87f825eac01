/* SPDX-License-Identifier: GPL-2.0-only */
/* What is remembered of a cgroup: no more than what lives needs. */
#include <stdlib.h>

#include "base/util.h"
#include "record/living.h"
#include "unit.h"

#define CGROUP 7
#define SLOT   CT_ENTRY_SLOT(1)

static void execute(struct ct_livings *l, uint64_t cgroup, uint32_t was, const char *argv)
{
	struct ct_held_exec x = { .entered = cgroup, .exec = { .was = was, .count = 1 } };

	x.exec.file = ct_xstrdup("/bin/true");
	x.exec.argv = ct_xstrdup(argv);
	ct_living__add_exec(l, ct_livings__get(l, cgroup), &x);
}

static void end(struct ct_livings *l, uint64_t cgroup, int code, uint64_t ns)
{
	struct ct_exit_event e = { .h.cgroup = cgroup, .h.ns = ns, .code = code };

	ct_living__add_exit(l, ct_livings__get(l, cgroup), &e);
}

/* A host that starts programs all day costs no memory for it. */
static void test_programs(void)
{
	struct ct_livings l = { 0 };
	struct ct_living *g;

	for (int i = 0; i < 1000; i++) {
		ct_autofree char *argv = ct_xasprintf("true %d", i);

		execute(&l, CGROUP, CT_ENTRY_MAIN, argv);
		execute(&l, CGROUP, SLOT, "true");
		end(&l, CGROUP, 256, (uint64_t)i);
	}
	g = ct_livings__find(&l, CGROUP);
	CU_ASSERT_FATAL(g && g->ran);
	CU_ASSERT_EQUAL_FATAL(g->nexecs, 1);
	CU_ASSERT_EQUAL(g->execs[0].exec.count, 1000);
	CU_ASSERT_EQUAL_FATAL(g->nexits, 16);
	CU_ASSERT_EQUAL(g->exits[0].ns, 0);
	CU_ASSERT_EQUAL(g->exits[15].ns, 999); /* the last is there */
	CU_ASSERT(g->exits[15].replaced && !g->exits[14].replaced);
	ct_livings__free(&l);
	CU_ASSERT(!l.table && !l.nexecs && !l.nalike);
}

/* Each of its own: there is an end, and what is beyond it is counted where it was lost. */
static void test_bounds(void)
{
	struct ct_livings l = { 0 };
	size_t exits = 0, dropped = 0;
	struct ct_living *g, *tmp;

	for (int i = 0; i < 20000; i++) {
		ct_autofree char *argv = ct_xasprintf("true %d", i);

		execute(&l, (uint64_t)(i % 16), SLOT, argv);
		end(&l, (uint64_t)(i % 16), i << 8, 1);
	}
	HASH_ITER(hh, l.table, g, tmp)
	{
		exits += g->nexits;
		dropped += g->dropped;
	}
	CU_ASSERT(l.nexecs < 20000 && exits < 20000);
	CU_ASSERT_EQUAL(dropped, (20000 - l.nexecs) + (20000 - exits));
	ct_livings__free(&l);
}

/* What some of them make of it takes no room from another one. */
static void test_shares(void)
{
	struct ct_livings l = { 0 };
	struct ct_living *g;

	for (int i = 0; i < 60000; i++) {
		ct_autofree char *argv = ct_xasprintf("true %d", i);

		execute(&l, (uint64_t)(i % 3), SLOT, argv);
		end(&l, (uint64_t)(i % 3), i << 8, 1);
	}
	for (int i = 0; i < 40; i++) {
		ct_autofree char *argv = ct_xasprintf("true %d", i);

		execute(&l, CGROUP, SLOT, argv);
		end(&l, CGROUP, i << 8, 1);
	}
	g = ct_livings__find(&l, CGROUP);
	CU_ASSERT(g->nexecs == 40 && g->nexits == 40 && !g->dropped);
	g = ct_livings__find(&l, 0);
	CU_ASSERT_EQUAL(g->dropped, (20000 - g->nexecs) + (20000 - g->nexits));
	ct_livings__free(&l);
}

/* What was told goes, the rest stays in its order; what ended alike is still counted. */
static void test_sweep(void)
{
	struct ct_livings l = { 0 };
	struct ct_living *g;

	for (int i = 0; i < 5; i++) {
		ct_autofree char *argv = ct_xasprintf("true %d", i);

		execute(&l, CGROUP, SLOT, argv);
		end(&l, CGROUP, i, (uint64_t)i);
	}
	g = ct_livings__find(&l, CGROUP);
	g->execs[1].told = g->execs[4].told = true;
	g->exits[0].told = true;
	ct_living__sweep(&l, g);
	CU_ASSERT_EQUAL_FATAL(g->nexecs, 3);
	UNIT_STR(g->execs[1].exec.argv, "true 2");
	CU_ASSERT_EQUAL(l.nexecs, 3);
	CU_ASSERT_EQUAL_FATAL(g->nexits, 4);
	CU_ASSERT_EQUAL(g->exits[0].ns, 1);
	CU_ASSERT_EQUAL(g->nalike, 5);
	for (int i = 0; i < 20; i++)
		end(&l, CGROUP, 0, 100 + (uint64_t)i);
	CU_ASSERT_EQUAL(g->nexits, 4 + 15);
	CU_ASSERT_EQUAL(g->exits[18].ns, 119);
	ct_livings__free(&l);
}

static void test_own(void)
{
	struct ct_livings l = { 0 };
	struct ct_living *g = ct_livings__get(&l, CGROUP);

	CU_ASSERT_FALSE(ct_living__is_own(NULL, 4711));
	CU_ASSERT_FALSE(ct_living__is_own(g, 4711));
	ct_living__add_own(g, 4711);
	ct_living__add_own(g, 4711);
	CU_ASSERT(ct_living__is_own(g, 4711) && g->nown == 1);
	ct_livings__free(&l);
}

static CU_TestInfo tests[] = {
	{ "programs", test_programs }, { "bounds", test_bounds }, { "shares", test_shares },
	{ "sweep", test_sweep },       { "own", test_own },	  CU_TEST_INFO_NULL,
};

UNIT_MAIN("living", tests)
