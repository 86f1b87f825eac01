/* SPDX-License-Identifier: GPL-2.0-only */
/* Lists of strings that own them, and sets of their hashes. */
#include <stdio.h>

#include "base/hashes.h"
#include "base/strings.h"
#include "unit.h"

static void test_list(void)
{
	static const char *const more[] = { "c", "d", NULL };
	struct ct_strings l = { 0 };
	ct_autofree char *joined = NULL, *none = NULL;
	char *empty[] = { NULL };
	const char *own;

	CU_ASSERT_PTR_NULL(ct_strings__find(&l, "a"));
	ct_strings__add(&l, "a");
	ct_strings__addf(&l, "%s%d", "b", 1);
	ct_strings__add_all(&l, more);
	ct_strings__take(&l, ct_xstrdup(""));
	CU_ASSERT_EQUAL(l.len, 5);
	CU_ASSERT_PTR_NULL(l.items[l.len]);
	own = ct_strings__find(&l, "b1");
	CU_ASSERT_PTR_EQUAL(own, l.items[1]);
	joined = ct_strings__join(l.items, ", ");
	UNIT_STR(joined, "a, b1, c, d, ");
	none = ct_strings__join(empty, ", ");
	UNIT_STR(none, NULL);
	ct_strings__free(&l);
	CU_ASSERT_EQUAL(l.len, 0);
	CU_ASSERT_PTR_NULL(l.items);
}

static void test_hashes(void)
{
	struct ct_hashes h = { 0 };
	char text[12];

	CU_ASSERT_FALSE(ct_hashes__have(&h, ""));
	for (int i = 0; i < 1000; i++) {
		snprintf(text, sizeof(text), "%d", i * 7 % 500);
		ct_hashes__add(&h, text);
	}
	CU_ASSERT_EQUAL(h.len, 500);
	for (int i = 0; i < 1000; i++) {
		snprintf(text, sizeof(text), "%d", i);
		CU_ASSERT_EQUAL(ct_hashes__have(&h, text), i < 500);
	}
	ct_hashes__free(&h);
	CU_ASSERT_FALSE(ct_hashes__have(&h, "1"));
}

static CU_TestInfo tests[] = { { "list", test_list },
			       { "hashes", test_hashes },
			       CU_TEST_INFO_NULL };

UNIT_MAIN("strings", tests)
