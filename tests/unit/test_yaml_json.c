/* SPDX-License-Identifier: GPL-2.0-only */
/* What the values of a YAML document become in JSON. */
#include "base/util.h"
#include "deploy/yaml_json.h"
#include "unit.h"

static char *json_of(const char *text)
{
	ct_autoyaml struct ct_yaml *y = NULL;
	json_t *json;
	char *made;

	CU_ASSERT_EQUAL_FATAL(ct_yaml__parse("x", text, strlen(text), &y, NULL), 0);
	json = ct_yaml__json(y);
	made = json ? json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
	json_decref(json);
	return made;
}

static void test_values(void)
{
	static const struct {
		const char *yaml, *json;
	} cases[] = {
		{ "[1, -3, 1.5, 1e3, true, false, null, ~, ]",
		  "[1,-3,1.5,1000.0,true,false,null,null]" },
		{ "[0440, 0x1F, .5, 5., +3, .inf, 1_000, yes, True, text, tr, f]",
		  "[\"0440\",\"0x1F\",\".5\",\"5.\",\"+3\",\".inf\",\"1_000\",\"yes\",\"True\","
		  "\"text\",\"tr\",\"f\"]" },
		{ "['1', \"true\", '', !!str 5, 12345678901234567890123, 2023-01-01]",
		  "[\"1\",\"true\",\"\",\"5\",\"12345678901234567890123\",\"2023-01-01\"]" },
		{ "a: |\n  x\n  y\nb: {}\nc: []\nd:\n",
		  "{\"a\":\"x\\ny\\n\",\"b\":{},\"c\":[],\"d\":null}" },
		{ "a: &x {k: 1, l: 2}\nb: {<<: *x, k: 3}\nc: *x\nd: {<<: [*x, {m: 4, k: 5}]}\n",
		  "{\"a\":{\"k\":1,\"l\":2},\"b\":{\"k\":3,\"l\":2},\"c\":{\"k\":1,\"l\":2},"
		  "\"d\":{\"k\":1,\"l\":2,\"m\":4}}" },
		{ "plain", "\"plain\"" },
		{ "# nothing\n", NULL },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		ct_autofree char *got = json_of(cases[i].yaml);

		UNIT_STR(got, cases[i].json);
	}
}

/* Nine levels of nine aliases: more than any memory. */
static void test_bomb(void)
{
	ct_autofree char *got = NULL;
	struct ct_str s = { 0 };

	ct_str__add(&s, "a0: &a0 [x]\n");
	for (int i = 1; i < 10; i++) {
		ct_str__addf(&s, "a%d: &a%d [", i, i);
		for (int k = 0; k < 9; k++)
			ct_str__addf(&s, "%s*a%d", k ? ", " : "", i - 1);
		ct_str__add(&s, "]\n");
	}
	got = json_of(s.s);
	UNIT_STR(got, NULL);
	ct_str__free(&s);
}

static CU_TestInfo tests[] = { { "values", test_values },
			       { "bomb", test_bomb },
			       CU_TEST_INFO_NULL };

UNIT_MAIN("yaml-json", tests)
