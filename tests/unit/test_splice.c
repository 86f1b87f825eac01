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

static char *diff(const char *old, bool color)
{
	const struct ct_term term = { .color = color, .width = 80 };
	ct_autofree char *new = ct_xasprintf("b%s", old + 1);
	struct ct_splices s = {};
	char *text = NULL, *at;
	size_t len;
	FILE *out = ct_xmemstream(&text, &len);

	ct_splices__add(&s, old, 0, 1, ct_xstrdup("b"));
	ct_diff__write(out, &term, "x", old, strlen(old), new, strlen(new), &s);
	ct_xmemstream_end(out, &text);
	ct_splices__free(&s);
	at = strstr(text, "+b");
	at = at ? ct_xstrndup(at, strcspn(at, "\n\033")) : NULL;
	free(text);
	return at;
}

/* patch(1) needs every byte; a terminal gets none that it would obey, or that reorders text. */
static void test_diff(void)
{
	static const char old[] = "a\t\u00e9\u202e\xff\x9b\x07\r\n";
	ct_autofree char *plain = diff(old, false), *color = diff(old, true);

	UNIT_STR(plain, "+b\t\u00e9\u202e\xff\x9b\x07\r");
	UNIT_STR(color, "+b\t\u00e9\\xe2\\x80\\xae\\xff\\x9b\\x07");
}

static CU_TestInfo tests[] = {
	{ "splices", test_splices },
	{ "diff", test_diff },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("splice", tests)
