/* SPDX-License-Identifier: GPL-2.0-only */
/* Elements found by their content, with hashes that collide. */
#include "base/index.h"
#include "unit.h"

static bool is(const void *items, size_t i, const void *wanted)
{
	return ((const int *)items)[i] == *(const int *)wanted;
}

static void test_find(void)
{
	ct_autoindex struct ct_index ix = {};
	int items[1000];

	ct_index__init(&ix, 1000);
	for (int i = 0; i < 1000; i++) {
		items[i] = i * 7;
		CU_ASSERT_EQUAL(ct_index__find(&ix, (uint32_t)i % 10, is, items, &items[i]),
				CT_INDEX_NONE);
		ct_index__put(&ix, (uint32_t)i % 10, (size_t)i);
	}
	for (int i = 0; i < 1000; i++) {
		const int other = i * 7 + 1;

		CU_ASSERT_EQUAL(ct_index__find(&ix, (uint32_t)i % 10, is, items, &items[i]),
				(size_t)i);
		CU_ASSERT_EQUAL(ct_index__find(&ix, (uint32_t)i % 10, is, items, &other),
				CT_INDEX_NONE);
	}
}

static void test_empty(void)
{
	ct_autoindex struct ct_index ix = {};

	ct_index__init(&ix, 0);
	CU_ASSERT_EQUAL(ct_index__find(&ix, 5, is, NULL, NULL), CT_INDEX_NONE);
}

static CU_TestInfo tests[] = {
	{ "find", test_find },
	{ "empty", test_empty },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("index", tests)
