/* SPDX-License-Identifier: GPL-2.0-only */
/* Down in steps above the budget, and up again after a while below it. */
#include "base/clock.h"
#include "monitor/budget.h"
#include "unit.h"

static struct ct_usage used;

/* Five seconds with that share of a processor; true: the detail changed. */
static bool look(struct ct_budget *b, unsigned int percent, unsigned int mib)
{
	used.now_ns += 5 * CT_NS_PER_SEC;
	used.cpu_ns += 5 * CT_NS_PER_SEC / 100 * percent;
	used.memory = (uint64_t)mib << 20;
	return ct_budget__look(b, &used);
}

/* So many looks until it changes; 0: it does not. */
static unsigned int until_change(struct ct_budget *b, unsigned int percent)
{
	for (unsigned int i = 1; i < 1000; i++)
		if (look(b, percent, 1))
			return i;
	return 0;
}

static void test_steps(void)
{
	struct ct_budget b = {};

	ct_budget__set(&b, 20000, 0);
	CU_ASSERT_FALSE(look(&b, 50, 1)); /* the first is none: since when? */
	CU_ASSERT_FALSE(look(&b, 3, 1));
	CU_ASSERT_TRUE(look(&b, 3, 1));
	CU_ASSERT_EQUAL(b.detail, CT_DETAIL_NO_SITES);
	CU_ASSERT_EQUAL(until_change(&b, 3), 2);
	CU_ASSERT_EQUAL(b.detail, CT_DETAIL_KINDS);
	CU_ASSERT_EQUAL(until_change(&b, 3), 2);
	CU_ASSERT_EQUAL(b.detail, CT_DETAIL_TOTALS);
	CU_ASSERT_EQUAL(until_change(&b, 99), 0);
	CU_ASSERT_EQUAL(b.detail, CT_DETAIL_TOTALS);
	CU_ASSERT_EQUAL(b.steps, 3);
	for (int i = CT_DETAIL_TOTALS; i > CT_DETAIL_FULL; i--) {
		CU_ASSERT_TRUE(until_change(&b, 1) >= 12);
		CU_ASSERT_EQUAL((int)b.detail, i - 1);
	}
	CU_ASSERT_EQUAL(until_change(&b, 1), 0);
	CU_ASSERT_EQUAL(b.changes, 6);
}

/* Between what is room for more and the budget itself everything stays. */
static void test_between(void)
{
	struct ct_budget b = {};

	ct_budget__set(&b, 100000, 0);
	look(&b, 0, 1);
	CU_ASSERT_EQUAL(until_change(&b, 11), 2);
	CU_ASSERT_EQUAL(until_change(&b, 8), 0);
	CU_ASSERT_EQUAL(until_change(&b, 6), 12);
}

/* One look above is chance. */
static void test_chance(void)
{
	struct ct_budget b = {};

	ct_budget__set(&b, 20000, 0);
	look(&b, 0, 1);
	for (int i = 0; i < 50; i++)
		CU_ASSERT_FALSE(look(&b, i % 2 ? 1 : 30, 1));
}

/* What falls back at once is tried ever more seldom. */
static void test_patience(void)
{
	struct ct_budget b = {};
	unsigned int waited, before = 0;

	ct_budget__set(&b, 20000, 0);
	look(&b, 0, 1);
	for (int i = 0; i < 8; i++) {
		until_change(&b, 5);
		waited = until_change(&b, 1);
		CU_ASSERT_TRUE(waited >= before && waited <= 192);
		before = waited;
	}
	CU_ASSERT_EQUAL(before, 192);
}

static void test_memory(void)
{
	struct ct_budget b = {};

	ct_budget__set(&b, 0, 64ull << 20);
	look(&b, 99, 60);
	CU_ASSERT_FALSE(look(&b, 99, 60));
	CU_ASSERT_FALSE(look(&b, 99, 65));
	CU_ASSERT_TRUE(look(&b, 99, 65));
	CU_ASSERT_EQUAL(b.detail, CT_DETAIL_NO_SITES);
	CU_ASSERT_EQUAL(b.used_memory, 65ull << 20);
}

static void test_no_limit(void)
{
	struct ct_budget b = {};

	CU_ASSERT_EQUAL(until_change(&b, 100), 0);
	CU_ASSERT_EQUAL(b.detail, CT_DETAIL_FULL);
}

static void test_usage(void)
{
	struct ct_usage a = ct_usage__now(0), b = ct_usage__now(1000);

	CU_ASSERT_TRUE(a.memory > 1 << 20);
	CU_ASSERT_TRUE(b.cpu_ns - a.cpu_ns >= 1000 * CT_BUDGET_CHECK_NS);
}

static CU_TestInfo tests[] = {
	{ "steps", test_steps },       { "between", test_between }, { "chance", test_chance },
	{ "patience", test_patience }, { "memory", test_memory },   { "no limit", test_no_limit },
	{ "usage", test_usage },       CU_TEST_INFO_NULL,
};

UNIT_MAIN("budget", tests)
