/* SPDX-License-Identifier: GPL-2.0-only */
/* Changes of a text, put together of those that touch. */
#include <errno.h>

#include "edit/splice.h"
#include "unit.h"

static void test_splices(void)
{
	struct ct_splices s = {};
	struct ct_str out = {};

	ct_splices__add(&s, "abcdef", 4, 5, ct_xstrdup("E"));
	ct_splices__add(&s, "abcdef", 1, 3, ct_xstrdup("XYZ"));
	ct_splices__add(&s, "abcdef", 1, 1, ct_xstrdup("-"));
	ct_splices__add(&s, "abcdef", 0, 1, ct_xstrdup("a")); /* changes nothing */
	CU_ASSERT_EQUAL(s.len, 3);
	CU_ASSERT_EQUAL(ct_splices__apply(&s, "abcdef", 6, &out), 0);
	CU_ASSERT_STRING_EQUAL(out.s, "a-XYZdEf");
	ct_str__free(&out);
	ct_splices__add(&s, "abcdef", 2, 4, ct_xstrdup(""));
	CU_ASSERT_EQUAL(ct_splices__apply(&s, "abcdef", 6, &out), -EINVAL);
	ct_splices__free(&s);
}

static CU_TestInfo tests[] = { { "splices", test_splices }, CU_TEST_INFO_NULL };

UNIT_MAIN("splice", tests)
