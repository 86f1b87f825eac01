/* SPDX-License-Identifier: GPL-2.0-only */
/* captrim.yaml: what it says, its defaults, and where its mistakes are. */
#include <errno.h>

#include "base/clock.h"
#include "dir.h"
#include "monitor/config.h"

static int load(const char *text, struct ct_config **c, struct ct_err *err)
{
	autodir char *dir = make_dir();
	ct_autofree char *path = put(dir, "captrim.yaml", text);

	return ct_config__load(path, c, err);
}

static void refuse(const char *text, const char *said)
{
	ct_autoerr struct ct_err err = {};
	struct ct_config *c = NULL;

	CU_ASSERT_EQUAL(load(text, &c, &err), -EINVAL);
	CU_ASSERT_PTR_NULL(c);
	CU_ASSERT_PTR_NOT_NULL_FATAL(err.msg);
	if (!strstr(err.msg, said))
		printf("\n'%s' lacks '%s'\n", err.msg, said);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.msg, said));
}

/* Without libpq the URL of a PostgreSQL database is refused. */
#ifdef CT_HAVE_POSTGRES
#define URL "postgresql://db/captrim"
#else
#define URL "sqlite:///srv/captrim.db"
#endif

static void test_read(void)
{
	ct_autoconfig struct ct_config *c = NULL;
	ct_autoerr struct ct_err err = {};

	CU_ASSERT_EQUAL_FATAL(load("interval: 10s\n"
				   "outcomes: true\n"
				   "watch: [compose:shop/*, nginx]\n"
				   "ignore: compose:shop/noise\n"
				   "store:\n"
				   "  url: " URL "\n"
				   "  retain_age: 90d\n"
				   "  retain_size: 2G\n"
				   "budget: {cpu: 2%, memory: 64M}\n"
				   "policies: [a.json, b.json]\n"
				   "sinks:\n"
				   "  - type: journal\n",
				   &c, &err),
			      0);
	CU_ASSERT_EQUAL(c->interval_ns, 10 * CT_NS_PER_SEC);
	CU_ASSERT_TRUE(c->outcomes);
	UNIT_STR(c->store.url, URL);
	CU_ASSERT_EQUAL(c->store.retain_age_ns, 90 * 86400 * CT_NS_PER_SEC);
	CU_ASSERT_EQUAL(c->store.retain_size, 2ull << 30);
	CU_ASSERT_EQUAL(c->budget.cpu_ppm, 20000);
	CU_ASSERT_EQUAL(c->budget.memory, 64ull << 20);
	CU_ASSERT_EQUAL(c->policies.len, 2);
	CU_ASSERT_PTR_NOT_NULL_FATAL(c->sinks);
	CU_ASSERT_EQUAL(c->sinks->kind, CT_YAML_SEQ);
	CU_ASSERT_PTR_NULL(c->metrics);
	CU_ASSERT_TRUE(ct_config__wants(c, "compose:shop/front", "front"));
	CU_ASSERT_TRUE(ct_config__wants(c, "name:nginx", "nginx"));
	CU_ASSERT_FALSE(ct_config__wants(c, "compose:shop/noise", "noise"));
	CU_ASSERT_FALSE(ct_config__wants(c, "unit:ssh.service", "ssh.service"));
}

static void test_defaults(void)
{
	ct_autoconfig struct ct_config *c = NULL;
	ct_autoerr struct ct_err err = {};

	CU_ASSERT_EQUAL_FATAL(load("# nothing\nstore:\ninterval: ~\n", &c, &err), 0);
	CU_ASSERT_EQUAL(c->interval_ns, 5 * CT_NS_PER_SEC);
	CU_ASSERT_FALSE(c->outcomes);
	CU_ASSERT_PTR_NULL(c->store.url);
	CU_ASSERT_TRUE(ct_config__wants(c, "unit:ssh.service", NULL));
}

static void test_refused(void)
{
	refuse("intervall: 5s\n",
	       "captrim.yaml:1:1: captrim.yaml has no 'intervall'; it has interval, store");
	refuse("store:\n  uri: x\n", "captrim.yaml:2:3: store has no 'uri'; it has url");
	refuse("interval: soon\n", ":1:11: interval: 'soon' is not a duration");
	refuse("interval: 500ms\n", ":1:11: interval must be between 1s and 10m");
	refuse("budget: {cpu: 2}\n", "cpu: '2' is not a share; write 2%");
	refuse("budget: {memory: 1M}\n", "memory must be 16M at least");
	refuse("outcomes: yes\n", "'yes' is not true or false");
	refuse("watch: {a: b}\n", "watch must be a list");
	refuse("store: []\n", "store must be a mapping");
	refuse("- interval\n", "captrim.yaml must be a mapping");
	refuse("interval: 5s\ninterval: 6s\n", ":2:1");
	refuse("\"a\\e[31m\": 1\n", "has no 'a\\x1b[31m'");
}

static void test_missing(void)
{
	ct_autoerr struct ct_err err = {};
	struct ct_config *c = NULL;

	CU_ASSERT_EQUAL(ct_config__load("/nowhere/captrim.yaml", &c, &err), -ENOENT);
	CU_ASSERT_PTR_NOT_NULL(strstr(err.msg, "/nowhere/captrim.yaml"));
}

static CU_TestInfo tests[] = {
	{ "read", test_read },	     { "defaults", test_defaults },
	{ "refused", test_refused }, { "missing", test_missing },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("monitor_config", tests)
