/* SPDX-License-Identifier: GPL-2.0-only */
/* What is deployed, compared with several recordings of it. */
#include "check/check.h"
#include "unit.h"

/* Replicas of one service: one needs nothing, one may use KILL, and one must have it. */
static void test_replicas(void)
{
	struct ct_workload workloads[3] = {};
	struct ct_advice advices[3] = {};
	struct ct_report report = { .advices = advices, .nadvices = 3 };
	struct ct_deployed target = { .kind = CT_DEPLOYED_COMPOSE,
				      .name = "web",
				      .at = { "compose.yaml", 1, 1 },
				      .from_none = true };
	struct ct_check c = { .report = &report, .targets = { .items = &target, .len = 1 } };
	const struct ct_strlist pairs = {};
	ct_autoerr struct ct_err err = {};

	for (int i = 0; i < 3; i++) {
		workloads[i].id = (char *)"id";
		workloads[i].container.service = (char *)"web";
		advices[i].workload = &workloads[i];
	}
	advices[1].optional = CT_CAP(KILL);
	advices[2].required = advices[2].cap_add = CT_CAP(KILL);
	CU_ASSERT_EQUAL_FATAL(ct_check__run(&c, &pairs, &err), 0);
	CU_ASSERT_EQUAL(ct_check__count(&c, CT_LEVEL_ERROR), 1);
	CU_ASSERT_EQUAL_FATAL(c.len, 1);
	CU_ASSERT_EQUAL(c.findings[0].rule, CT_CHECK_MISSING);
	CU_ASSERT_EQUAL(c.findings[0].caps, CT_CAP(KILL));
	CU_ASSERT_PTR_EQUAL(c.findings[0].advice, &advices[2]);
	c.targets = (struct ct_deployment){ 0 };
	ct_check__free(&c);
}

/* The second replica's advice is less sure, and it needs what is forbidden; both is objected to. */
static void test_policy_of_replicas(void)
{
	struct ct_workload workloads[3] = {};
	struct ct_advice advices[3] = {};
	struct ct_report report = { .advices = advices, .nadvices = 3 };
	struct ct_deployed target = { .kind = CT_DEPLOYED_COMPOSE,
				      .name = "web",
				      .at = { "compose.yaml", 1, 1 },
				      .unknown = true };
	struct ct_check c = { .report = &report,
			      .targets = { .items = &target, .len = 1 },
			      .has_policy = true,
			      .policy = { .forbid = CT_CAP(SYS_ADMIN),
					  .max_scope = -1,
					  .max_risk = -1,
					  .min_confidence = CT_CONF_HIGH } };
	const struct ct_strlist pairs = {};
	ct_autoerr struct ct_err err = {};
	size_t caps = 0, confidence = 0;

	for (int i = 0; i < 3; i++) {
		workloads[i].id = (char *)"id";
		workloads[i].container.service = (char *)"web";
		advices[i].workload = &workloads[i];
		advices[i].confidence = CT_CONF_HIGH;
	}
	advices[1].confidence = CT_CONF_LOW;
	advices[1].cap_add = advices[2].cap_add = CT_CAP(SYS_ADMIN);
	CU_ASSERT_EQUAL_FATAL(ct_check__run(&c, &pairs, &err), 0);
	for (size_t i = 0; i < c.len; i++) {
		if (c.findings[i].rule != CT_CHECK_POLICY)
			continue;
		CU_ASSERT_PTR_EQUAL(c.findings[i].advice, &advices[1]);
		caps += c.findings[i].caps == CT_CAP(SYS_ADMIN);
		confidence += !c.findings[i].caps;
	}
	CU_ASSERT_EQUAL(caps, 1);
	CU_ASSERT_EQUAL(confidence, 1);
	c.targets = (struct ct_deployment){ 0 };
	ct_check__free(&c);
}

static CU_TestInfo tests[] = {
	{ "replicas", test_replicas },
	{ "policy of replicas", test_policy_of_replicas },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("check", tests)
