/* SPDX-License-Identifier: GPL-2.0-only */
/* What Compose prints, with sets put in. */
#include <errno.h>
#include <jansson.h>

#include "model/caps.h"
#include "unit.h"
#include "verify/project.h"

static const char config[] = "services:\n"
			     "  db:\n"
			     "    image: 'postgres:16'\n"
			     "    privileged: true\n"
			     "    environment:\n"
			     "      ANSWER: 'yes'\n"
			     "      EMPTY: ''\n"
			     "      TEXT: \"a: b # c\\n\\u00e9\"\n"
			     "    ports:\n"
			     "    - 127.0.0.1:80:80/tcp\n"
			     "  web:\n"
			     "    image: nginx\n"
			     "    cap_add: [NET_ADMIN]\n"
			     "version: '3.9'\n"
			     "volumes:\n"
			     "  data: {}\n";

static json_t *written(struct ct_project *c)
{
	char path[] = "/tmp/captrim-test-XXXXXX";
	int fd = mkstemp(path);
	json_t *root;

	CU_ASSERT_EQUAL(ct_project__write(c, path, NULL), 0);
	root = json_load_file(path, 0, NULL);
	close(fd);
	unlink(path);
	return root;
}

static void test_limit(void)
{
	struct ct_project *c = NULL;
	json_t *root, *db, *web;
	uint64_t first = CT_CAP(KILL), set = CT_CAP(CHOWN) | CT_CAP(SETUID);
	const char *const *names;
	ct_autofree char *add = NULL;
	size_t n;

	CU_ASSERT_EQUAL_FATAL(ct_project__parse(config, &c, NULL), 0);
	names = ct_project__services(c, &n);
	CU_ASSERT_EQUAL(n, 2);
	UNIT_STR(names[0], "db");
	UNIT_STR(names[1], "web");
	ct_project__limit(c, "db", &first);
	ct_project__limit(c, "db", &set);
	root = written(c);
	db = json_object_get(json_object_get(root, "services"), "db");
	web = json_object_get(json_object_get(root, "services"), "web");
	add = json_dumps(json_object_get(db, "cap_add"), JSON_COMPACT);
	UNIT_STR(add, "[\"CHOWN\",\"SETUID\"]");
	UNIT_STR(json_string_value(json_array_get(json_object_get(db, "cap_drop"), 0)), "ALL");
	CU_ASSERT_PTR_NULL(json_object_get(db, "privileged"));
	/* Others and everything else stay, and text stays text. */
	UNIT_STR(json_string_value(json_array_get(json_object_get(web, "cap_add"), 0)),
		 "NET_ADMIN");
	CU_ASSERT_PTR_NULL(json_object_get(web, "cap_drop"));
	UNIT_STR(json_string_value(json_object_get(root, "version")), "3.9");
	db = json_object_get(db, "environment");
	UNIT_STR(json_string_value(json_object_get(db, "ANSWER")), "yes");
	UNIT_STR(json_string_value(json_object_get(db, "EMPTY")), "");
	UNIT_STR(json_string_value(json_object_get(db, "TEXT")), "a: b # c\n\u00e9");
	json_decref(root);
	/* What the file gave it comes back. */
	ct_project__limit(c, "db", NULL);
	root = written(c);
	db = json_object_get(json_object_get(root, "services"), "db");
	CU_ASSERT_TRUE(json_is_true(json_object_get(db, "privileged")));
	CU_ASSERT_PTR_NULL(json_object_get(db, "cap_add"));
	CU_ASSERT_PTR_NULL(json_object_get(db, "cap_drop"));
	json_decref(root);
	ct_project__close(c);
}

/* What stays between runs is named after the project, made afresh and removed. */
static void test_state(void)
{
	static const char text[] =
		"services:\n"
		"  a: {volumes: ['data:/d', '/etc:/etc:ro']}\n"
		"  b: {volumes: [{type: volume, source: v, target: /v}]}\n"
		"  c: {volumes: ['/h:/h:rw']}\n"
		"  d: {volumes: [{type: bind, source: /h, target: /h, read_only: true}, /anon]}\n"
		"  e: {volumes: [{type: bind, source: /h, target: /h}]}\n"
		"volumes:\n  data: {name: mine}\n  v: {external: true, name: theirs}\n"
		"networks:\n  n: {name: mine}\n  o: {external: true, name: theirs}\n";
	struct ct_project *c = NULL;
	ct_autofree char *volumes = NULL, *networks = NULL;
	json_t *root;
	bool binds;

	CU_ASSERT_EQUAL_FATAL(ct_project__parse(text, &c, NULL), 0);
	CU_ASSERT(ct_project__keeps(c, "a", &binds) && !binds);
	CU_ASSERT(ct_project__keeps(c, "b", &binds) && !binds);
	CU_ASSERT(!ct_project__keeps(c, "c", &binds) && binds);
	CU_ASSERT(!ct_project__keeps(c, "d", &binds) && !binds);
	CU_ASSERT(!ct_project__keeps(c, "e", &binds) && binds);
	CU_ASSERT(ct_project__keeps(c, NULL, &binds) && binds);
	ct_project__rename(c, true);
	root = written(c);
	volumes = json_dumps(json_object_get(root, "volumes"), JSON_COMPACT);
	networks = json_dumps(json_object_get(root, "networks"), JSON_COMPACT);
	UNIT_STR(volumes, "{\"data\":{},\"v\":{}}");
	UNIT_STR(networks, "{\"n\":{},\"o\":{\"external\":true,\"name\":\"theirs\"}}");
	json_decref(root);
	ct_project__close(c);
}

static void test_bad(void)
{
	static const char *const bad[] = { "", "services: {}", "services: [a]", "a: [", "\t- :" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ct_autoerr struct ct_err err = {};
		struct ct_project *c = NULL;

		CU_ASSERT_EQUAL(ct_project__parse(bad[i], &c, &err), -EINVAL);
		CU_ASSERT(!c && err.msg);
	}
}

static CU_TestInfo tests[] = {
	{ "sets put in", test_limit },
	{ "what stays", test_state },
	{ "no configuration", test_bad },
	CU_TEST_INFO_NULL,
};
UNIT_MAIN("verify_stack", tests)
