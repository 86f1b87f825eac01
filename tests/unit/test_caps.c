/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of capabilities, and sets of them as text. */
#include <ctype.h>
#include <errno.h>

#include "base/util.h"
#include "model/caps.h"
#include "unit.h"

static void test_table(void)
{
	for (int cap = 0; cap < CT_CAP_KNOWN; cap++) {
		const struct ct_cap_info *info = ct_cap__info(cap);

		CU_ASSERT_PTR_NOT_NULL_FATAL(info);
		CU_ASSERT_PTR_NOT_NULL_FATAL(info->name);
		CU_ASSERT_PTR_NOT_NULL_FATAL(info->allows);
		CU_ASSERT_PTR_NOT_NULL_FATAL(info->danger);
		CU_ASSERT_PTR_NOT_NULL_FATAL(info->uses);
		CU_ASSERT_PTR_NULL(strchr(info->allows, '\n'));
		CU_ASSERT(strlen(info->allows) < 100);
		CU_ASSERT(strlen(info->danger) < 100);
		CU_ASSERT(strlen(info->uses) < 100);
		CU_ASSERT(!info->instead || strlen(info->instead) < 100);
		for (const char *p = info->name; *p; p++)
			CU_ASSERT(isupper(*p) || *p == '_');
		CU_ASSERT_EQUAL(ct_cap__parse(info->name), cap);
	}
	CU_ASSERT_PTR_NULL(ct_cap__info(CT_CAP_KNOWN));
	CU_ASSERT_PTR_NULL(ct_cap__info(-1));
	UNIT_STR(ct_cap__name(CAP_CHOWN), "CHOWN");
	UNIT_STR(ct_cap__name(CAP_SYS_ADMIN), "SYS_ADMIN");
	UNIT_STR(ct_cap__name(CAP_CHECKPOINT_RESTORE), "CHECKPOINT_RESTORE");
	UNIT_STR(ct_cap__name(41), "CAP_41");
	UNIT_STR(ct_cap__name(63), "CAP_63");
	UNIT_STR(ct_cap__name(64), "CAP_?");
	UNIT_STR(ct_cap__name(-1), "CAP_?");
}

static void test_prior(void)
{
	const uint64_t host = CT_CAP(SYS_ADMIN) | CT_CAP(SYS_MODULE) | CT_CAP(SYS_BOOT) |
			      CT_CAP(SYS_TIME) | CT_CAP(SYS_RAWIO) | CT_CAP(SYSLOG) |
			      CT_CAP(AUDIT_CONTROL) | CT_CAP(AUDIT_WRITE) | CT_CAP(MAC_ADMIN) |
			      CT_CAP(MAC_OVERRIDE) | CT_CAP(PERFMON) | CT_CAP(BPF) |
			      CT_CAP(BLOCK_SUSPEND) | CT_CAP(WAKE_ALARM) | CT_CAP(SYS_PACCT);

	for (int cap = 0; cap < CT_CAP_KNOWN; cap++) {
		const struct ct_cap_info *info = ct_cap__info(cap);
		bool is_host = host >> cap & 1;

		CU_ASSERT_EQUAL(info->scope, is_host ? CT_SCOPE_HOST : CT_SCOPE_NAMESPACE);
		CU_ASSERT_EQUAL(info->risk, is_host			? CT_RISK_HIGH :
					    cap == CAP_NET_BIND_SERVICE ? CT_RISK_LOW :
									  CT_RISK_MEDIUM);
	}
	UNIT_STR(ct_scope__name(CT_SCOPE_NONE), "none");
	UNIT_STR(ct_scope__name(CT_SCOPE_NAMESPACE), "namespace");
	UNIT_STR(ct_scope__name(CT_SCOPE_HOST), "host");
	UNIT_STR(ct_risk__name(CT_RISK_LOW), "low");
	UNIT_STR(ct_risk__name(CT_RISK_MEDIUM), "medium");
	UNIT_STR(ct_risk__name(CT_RISK_HIGH), "high");
}

static void test_parse(void)
{
	static const char *const wrong[] = { "",       "CAP_",	 "CAP_CAP_CHOWN", "CHOWNX",
					     "CHOW",   " CHOWN", "CHOWN ",	  "CAP_64",
					     "CAP_40", "41",	 "ALL",		  "cap-chown",
					     "CAP_?",  "CAP_041" };

	CU_ASSERT_EQUAL(ct_cap__parse("CHOWN"), CAP_CHOWN);
	CU_ASSERT_EQUAL(ct_cap__parse("chown"), CAP_CHOWN);
	CU_ASSERT_EQUAL(ct_cap__parse("CAP_CHOWN"), CAP_CHOWN);
	CU_ASSERT_EQUAL(ct_cap__parse("cap_chown"), CAP_CHOWN);
	CU_ASSERT_EQUAL(ct_cap__parse("Cap_Net_Bind_Service"), CAP_NET_BIND_SERVICE);
	CU_ASSERT_EQUAL(ct_cap__parse("CAP_41"), 41);
	for (size_t i = 0; i < CT_ARRAY_SIZE(wrong); i++)
		CU_ASSERT_EQUAL(ct_cap__parse(wrong[i]), -EINVAL);
}

static void test_parse_set(void)
{
	uint64_t set = 42;

	CU_ASSERT_EQUAL(ct_caps__parse_one("nonsense", &set), -EINVAL);
	CU_ASSERT_EQUAL(set, 42);
	CU_ASSERT_EQUAL(ct_caps__parse_one("all", &set), 0);
	CU_ASSERT_EQUAL(set, CT_CAPS_ALL);
	CU_ASSERT_EQUAL(ct_caps__parse_one("ALL", &set), 0);
	CU_ASSERT_EQUAL(ct_caps__parse_one("cap_bpf", &set), 0);
	CU_ASSERT_EQUAL(set, CT_CAP(BPF));
}

static void check_join(uint64_t set, const char *sep, const char *prefix, const char *want)
{
	char *s = ct_caps__join(set, sep, prefix);

	UNIT_STR(s, want);
	free(s);
}

static void test_join(void)
{
	check_join(0, ", ", "CAP_", "");
	check_join(CT_CAP(SETUID) | CT_CAP(CHOWN), " ", "", "CHOWN SETUID");
	check_join(CT_CAP(SETUID) | CT_CAP(CHOWN), ",", "CAP_", "CAP_CHOWN,CAP_SETUID");
	check_join(CT_CAP(BPF) | 1ull << 41, ",", "CAP_", "CAP_BPF,CAP_41");
	check_join(1ull << 63, ",", NULL, "CAP_63");
}

static void test_iterate(void)
{
	const uint64_t set = 1ull << 63 | 1ull << 40 | 1;
	int seen[3], n = 0;

	ct_caps__for_each(cap, set)
		seen[n++ % 3] = cap;
	CU_ASSERT_EQUAL(n, 3);
	CU_ASSERT_EQUAL(seen[0], 0);
	CU_ASSERT_EQUAL(seen[1], 40);
	CU_ASSERT_EQUAL(seen[2], 63);
	CU_ASSERT_EQUAL(ct_caps__next(0, -1), -1);
	CU_ASSERT_EQUAL(ct_caps__count(set), 3);
	CU_ASSERT_EQUAL(ct_caps__count(CT_CAPS_DOCKER_DEFAULT), 14);
	CU_ASSERT_EQUAL(ct_caps__count(CT_CAPS_ALL), 41);
}

static CU_TestInfo tests[] = {
	{ "table", test_table }, { "prior", test_prior },
	{ "parse", test_parse }, { "parse set", test_parse_set },
	{ "join", test_join },	 { "iterate", test_iterate },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("caps", tests)
