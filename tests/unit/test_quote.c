/* SPDX-License-Identifier: GPL-2.0-only */
/* Words for shells, YAML and names of things, and the folding of comments. */
#include <stdlib.h>
#include "emit/common.h"
#include "unit.h"

static void check(char *got, const char *want)
{
	UNIT_STR(got, want);
	free(got);
}

static void test_quoting(void)
{
	check(ct_emit__shell("nginx:1.27"), "nginx:1.27");
	check(ct_emit__shell(""), "''");
	check(ct_emit__shell("a b'c"), "'a b'\\''c'");
	check(ct_emit__shell("a\n'\\"), "$'a\\012\\'\\\\'");
	check(ct_emit__yaml("web.1"), "web.1");
	check(ct_emit__yaml("no"), "\"no\"");
	check(ct_emit__yaml("1e3"), "\"1e3\"");
	check(ct_emit__yaml("a: \"b\"\n"), "\"a: \\\"b\\\"\\\\x0a\"");
	check(ct_emit__key("My App_1", "-", true), "my-app-1");
	check(ct_emit__key("--", "-", true), "workload");
}

static char *folded(const char *text, int width)
{
	char *s = NULL;
	size_t len;
	FILE *mem = open_memstream(&s, &len);

	ct_emit__fold(mem, text, width, 0, "  ");
	fclose(mem);
	return s;
}

static void test_fold(void)
{
	check(folded("", 10), "\n");
	check(folded("one two", 10), "one two\n");
	check(folded("one two three", 8), "one two\n  three\n");
	check(folded("0123456789abcdefghij x", 12), "0123456789ab\n  cdefghij x\n");
	check(folded("\u00e9\u00e9\u00e9 \u00e9\u00e9", 6), "\u00e9\u00e9\u00e9 \u00e9\u00e9\n");
}

static CU_TestInfo tests[] = {
	{ "quoting", test_quoting },
	{ "fold", test_fold },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("quote", tests)
