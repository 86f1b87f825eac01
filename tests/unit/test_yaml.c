/* SPDX-License-Identifier: GPL-2.0-only */
/* What scalars mean: what libfyaml 0.7.12 reads wrongly, and what it does not. */
#include "base/clock.h"
#include "base/util.h"
#include "deploy/yaml.h"
#include "unit.h"

static struct ct_yaml *parse(const char *text, struct ct_err *err)
{
	struct ct_yaml *y = NULL;

	ct_yaml__parse("x", text, strlen(text), &y, err);
	return y;
}

static void test_scalars(void)
{
	static const struct {
		const char *raw, *text; /* NULL: refused */
	} cases[] = {
		{ "''''", "'" },
		{ "''''''", "''" },
		{ "' ''''''abc'", " '''abc" },
		{ "'x == '''' && y == '''' && z'", "x == '' && y == '' && z" },
		{ "'a\\n'", "a\\n" },
		{ "'a\n\n  b\n  c '", "a\nb c " },
		{ "'a \t\r\n  b'", "a b" },
		{ "\"a\\x41\\u00e9\\U0001F600\\e\\_\\N\"", "aA\u00e9\U0001F600\033\u00a0\xc2\x85" },
		{ "\"a \\\n   b\"", "a b" },
		{ "\"a\\\n\n  b\"", "a\nb" },
		{ "\"a\\  \n  b\"", "a  b" },
		{ "\"\\0\"", NULL },
		{ "\"\\x00\"", NULL },
		{ "\"\\ud800\"", NULL },
		{ "\"\\q\"", NULL },
		{ "a\n  b\n\n  c", "a b\nc" },
		{ "it's", "it's" },
		{ "|\n  a\n   b\n\n", "a\n b\n" },
		{ "|-\n  a\n", "a" },
		{ "|+\n  a\n\n", "a\n\n" },
		{ ">\n  a\n  b\n\n  c\n", "a b\nc\n" },
		{ ">-\n  x\n\n   y\n", "x\n\n y" },
		{ "|2\n   a\n", " a\n" },
		{ "\"\\\t\"", "\t" },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		ct_autofree char *text = ct_xasprintf("k: %s", cases[i].raw);
		ct_autoerr struct ct_err err = {};
		ct_autoyaml struct ct_yaml *y = parse(text, &err);

		if (!cases[i].text) {
			CU_ASSERT_PTR_NULL(y);
			CU_ASSERT_PTR_NOT_NULL(err.msg);
			continue;
		}
		CU_ASSERT_PTR_NOT_NULL_FATAL(y);
		UNIT_STR(ct_yaml__get(y->root, "k")->text, cases[i].text);
	}
}

static void test_empty_blocks(void)
{
	static const char *const texts[] = {
		"x:\n  a: |\n  b: END\n",  "x:\n  a: &n !t >- # c | d\n\n  b: END\n",
		"x:\n  - |\n  - b: END\n", "x:\n  - a: |2\n    b: END\n",
		"x: {a: '', b: END}\n",	   "\xef\xbb\xbfx:\r\n  a: |\r\n  b: END\r\n",
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(texts); i++) {
		ct_autoyaml struct ct_yaml *y = parse(texts[i], NULL);
		const struct ct_yaml_node *x;

		CU_ASSERT_PTR_NOT_NULL_FATAL(y);
		x = ct_yaml__get(y->root, "x");
		if (x->kind == CT_YAML_SEQ) {
			CU_ASSERT_EQUAL(x->nitems, i == 2 ? 2 : 1);
			x = x->items[x->nitems - 1];
		}
		CU_ASSERT_PTR_NOT_NULL_FATAL(ct_yaml__get(x, "b"));
		UNIT_STR(ct_yaml__get(x, "b")->text, "END");
	}
}

static bool parses(const char *text)
{
	ct_autoyaml struct ct_yaml *y = NULL;
	ct_autoerr struct ct_err err = { 0 };

	return !ct_yaml__parse("x", text, strlen(text), &y, &err);
}

/* The last anchor before the alias counts, and a key may be one. */
static void test_names(void)
{
	ct_autoyaml struct ct_yaml *y = NULL;
	ct_autoerr struct ct_err err = { 0 };
	const char *text = "a: &x 1\nb: &y 2\nc: &x 3\nd: *x\ne: *y\n";

	CU_ASSERT_EQUAL_FATAL(ct_yaml__parse("x", text, strlen(text), &y, &err), 0);
	UNIT_STR(ct_yaml__get(y->root, "d")->text, "3");
	UNIT_STR(ct_yaml__get(y->root, "e")->text, "2");
	CU_ASSERT_FALSE(parses("a: &x b\n*x : 1\nb: 2\n"));
	CU_ASSERT_FALSE(parses("a: &x a\n*x : 1\n"));
	CU_ASSERT(parses("m: &m {a: 1}\nn: {<<: *m, b: 2, <<: *m}\n"));
	CU_ASSERT_FALSE(parses("m: &m {a: 1}\nn: {<<: *m, b: 2, \"<<\": 1}\n"));
	CU_ASSERT(parses("a: {a: {a: 1}, b: {a: 1}}\nb: 1\n"));
	CU_ASSERT_FALSE(parses("a: {b: [{a: 1, b: {}, a: 1}]}\n"));
}

/* As many keys, anchors and aliases as fit into a file take seconds, and under valgrind half a
 * minute. */
static void test_many(void)
{
	struct ct_str keys = { 0 }, anchors = { 0 };
	uint64_t start = ct_clock__now_ns();

	for (int i = 0; i < 200000; i++)
		ct_str__addf(&keys, "k%d: 1\n", i);
	CU_ASSERT(parses(keys.s));
	ct_str__add(&keys, "k0: 1\n");
	CU_ASSERT_FALSE(parses(keys.s));
	for (int i = 0; i < 50000; i++)
		ct_str__addf(&anchors, "- &a%d x\n", i);
	for (int i = 0; i < 50000; i++)
		ct_str__addf(&anchors, "- *a%d\n", i);
	CU_ASSERT(parses(anchors.s));
	CU_ASSERT(ct_clock__now_ns() - start < 90 * CT_NS_PER_SEC);
	ct_str__free(&keys);
	ct_str__free(&anchors);
}

static CU_TestInfo tests[] = {
	{ "scalars", test_scalars }, { "names", test_names },
	{ "many names", test_many }, { "empty block scalars", test_empty_blocks },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("yaml", tests)
