/* SPDX-License-Identifier: GPL-2.0-only */
/* One that is loud uses up nothing of another's, and what does not pass is counted. */
#include "base/clock.h"
#include "speak/throttle.h"
#include "unit.h"

#define S CT_NS_PER_SEC

static struct ct_notice *of(const char *key, uint64_t caps)
{
	struct ct_notice *e = ct_notice__new(CT_NOTICE_NEW_NEED, "node", 0);

	e->workload.key = ct_xstrdup(key);
	e->caps = caps;
	return e;
}

static bool admit(struct ct_throttle *t, const char *key, uint64_t caps, uint64_t now)
{
	ct_autonotice struct ct_notice *e = of(key, caps);

	return ct_throttle__admit(t, e, now);
}

struct sum {
	size_t calls;
	uint64_t count, unnamed;
	char first[64];
};

static void add(void *arg, const struct ct_throttle_held *held)
{
	struct sum *sum = arg;

	if (!sum->calls++ && held->example)
		snprintf(sum->first, sizeof(sum->first), "%s", held->example->workload.key);
	sum->count += held->count;
	sum->unnamed += held->example ? 0 : held->count;
}

static void test_each_its_own(void)
{
	struct ct_throttle *t = ct_throttle__new(64, 2, 60 * S);
	struct sum sum = { 0 };

	for (int i = 0; i < 100; i++)
		CU_ASSERT_EQUAL(admit(t, "name:loud", CT_CAP(KILL), S), i < 2);
	CU_ASSERT_TRUE(admit(t, "name:loud", CT_CAP(CHOWN), S));
	CU_ASSERT_TRUE(admit(t, "name:quiet", CT_CAP(KILL), S));
	CU_ASSERT_EQUAL(ct_throttle__held(t), 98);
	ct_throttle__collect(t, 10, add, &sum);
	CU_ASSERT_EQUAL(sum.calls, 1);
	CU_ASSERT_EQUAL(sum.count, 98);
	UNIT_STR(sum.first, "name:loud");
	/* Once. */
	ct_throttle__collect(t, 10, add, &sum);
	CU_ASSERT_EQUAL(sum.calls, 1);
	ct_throttle__free(t);
}

static void test_refill(void)
{
	struct ct_throttle *t = ct_throttle__new(64, 2, 60 * S);

	CU_ASSERT_TRUE(admit(t, "a", 1, 0));
	CU_ASSERT_TRUE(admit(t, "a", 1, 0));
	CU_ASSERT_FALSE(admit(t, "a", 1, 59 * S));
	CU_ASSERT_TRUE(admit(t, "a", 1, 60 * S));
	CU_ASSERT_FALSE(admit(t, "a", 1, 119 * S));
	/* A long time gives back all, and no more. */
	CU_ASSERT_TRUE(admit(t, "a", 1, 100000 * S));
	CU_ASSERT_TRUE(admit(t, "a", 1, 100000 * S));
	CU_ASSERT_FALSE(admit(t, "a", 1, 100000 * S));
	ct_throttle__free(t);
}

/* More workloads than buckets: each still speaks, nothing held is forgotten, no room is taken. */
static void test_bounded(void)
{
	struct ct_throttle *t = ct_throttle__new(32, 1, 60 * S);
	struct sum sum = { 0 };
	uint64_t held = 0;

	for (int i = 0; i < 10000; i++) {
		ct_autofree char *key = ct_xasprintf("name:%d", i);

		CU_ASSERT_TRUE(admit(t, key, 1, S));
		held += !admit(t, key, 1, S);
	}
	CU_ASSERT_EQUAL(held, 10000);
	ct_throttle__collect(t, 5, add, &sum);
	CU_ASSERT_EQUAL(sum.calls, 6);
	CU_ASSERT_EQUAL(sum.count, held);
	CU_ASSERT_EQUAL(sum.unnamed, held - 5);
	ct_throttle__free(t);
}

static CU_TestInfo tests[] = {
	{ "each workload and capability its own", test_each_its_own },
	{ "time gives back", test_refill },
	{ "more workloads than buckets", test_bounded },
	CU_TEST_INFO_NULL,
};
UNIT_MAIN("throttle", tests)
