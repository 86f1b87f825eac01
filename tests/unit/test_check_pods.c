/* SPDX-License-Identifier: GPL-2.0-only */
/* A pod's recording belongs to that pod's workload; templates decide nothing. */
#include "check/check.h"
#include "unit.h"

static enum ct_tristate is_pod_of(const char *recorded, const char *where, const char *space)
{
	struct ct_workload w = { .container = { .name = (char *)recorded } };
	struct ct_deployed t = { .kind = CT_DEPLOYED_KUBERNETES,
				 .name = "nginx",
				 .where = (char *)where,
				 .space = (char *)space };

	return ct_check__is_pod_of(&w, &t);
}

static void test_names(void)
{
	static const struct {
		const char *recorded, *where;
		enum ct_tristate is;
	} cases[] = {
		{ "shop/web-5d8f7c9b4x-x7k2p/nginx", "Deployment/web", CT_YES },
		{ "shop/web-api-5d8f7c9b4x-x7k2p/nginx", "Deployment/web", CT_NO },
		{ "shop/web-api-5d8f7c9b4x-x7k2p/nginx", "Deployment/web-api", CT_YES },
		{ "shop/web-5d8f7c9b4x-x7k2p/sidecar", "Deployment/web", CT_NO },
		{ "web-0/nginx", "StatefulSet/web", CT_YES },
		{ "web-x/nginx", "StatefulSet/web", CT_NO },
		{ "shop/web-x7k2p/nginx", "DaemonSet/web", CT_YES },
		{ "shop/web-x7k2p/nginx", "Deployment/web", CT_NO },
		{ "shop/web/nginx", "Pod/web", CT_YES },
		{ "shop/web-1/nginx", "Pod/web", CT_NO },
		{ "shop/g-abcde/nginx", "Pod/g-", CT_YES },
		{ "shop/web-x7k2p/nginx", "Job/web", CT_YES },
		{ "shop/web-3-x7k2p/nginx", "Job/web", CT_YES },
		{ "shop/web-28712345-x7k2p/nginx", "CronJob/web", CT_YES },
		{ "shop/web-28712345-0-x7k2p/nginx", "CronJob/web", CT_YES },
		{ "shop/web-7-anything/nginx", "DeploymentConfig/web", CT_YES },
		{ "k8s_nginx_web-0_shop_uid_0", "StatefulSet/web", CT_UNKNOWN },
		{ "nginx", "Deployment/web", CT_UNKNOWN },
		{ NULL, "Deployment/web", CT_UNKNOWN },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++)
		if (is_pod_of(cases[i].recorded, cases[i].where, NULL) != cases[i].is) {
			printf("%s of %s\n", cases[i].recorded, cases[i].where);
			CU_FAIL("another answer");
		}
	CU_ASSERT_EQUAL(is_pod_of("shop/web-0/nginx", "StatefulSet/web", "shop"), CT_YES);
	CU_ASSERT_EQUAL(is_pod_of("shop/web-0/nginx", "StatefulSet/web", "test"), CT_NO);
	CU_ASSERT_EQUAL(is_pod_of("web-0/nginx", "StatefulSet/web", "test"), CT_YES);
}

/* Of names that begin alike, a cut one may be any; one that was not cut is only its own. */
static void test_long_names(void)
{
#define N46 "release-of-the-monitoring-of-all-regions-of-eu"
#define N58 N46 "-stack-serve"
	static const struct {
		const char *pod, *where;
		enum ct_tristate is;
	} cases[] = {
		{ N46 "-web", "Pod/" N46 "-web", CT_YES },
		{ N46 "-api", "Pod/" N46 "-web", CT_NO },
		{ N46 "-web-0", "StatefulSet/" N46 "-web", CT_YES },
		{ N46 "-api-0", "StatefulSet/" N46 "-web", CT_NO },
		{ N46 "-web-x7k2p", "DaemonSet/" N46 "-web", CT_YES },
		{ N46 "-api-x7k2p", "DaemonSet/" N46 "-web", CT_NO },
		{ N58 "x7k2p", "DaemonSet/" N58 "-web", CT_YES },
		{ N58 "x7k2p", "Deployment/" N58, CT_YES },
		{ N58 "x7k2p", "Deployment/" N58 "-web", CT_YES },
		{ N58 "x7k2p", "Deployment/" N46 "-web", CT_NO },
		{ N46 "-web-5d8f7c9x7k2p", "Deployment/" N46 "-web", CT_YES },
		{ N46 "-web-5d8f7-x7k2p", "Deployment/" N46 "-api", CT_NO },
		{ N46 "-web-5d8f7c9x7k2p", "Deployment/" N46 "-api", CT_NO },
		{ N46 "-1234567890-x7k2p", "Job/" N46 "-web", CT_YES },
		{ N46 "-web-x7k2p", "Job/" N46 "-api", CT_NO },
		{ N46 "-web-x7k2p", "Job/" N46 "-web", CT_YES },
		{ N46 "-ab-28712345x7k2p", "CronJob/" N46 "-ab", CT_YES },
		{ N46 "-anything", "DeploymentConfig/" N46 "-web", CT_YES },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		ct_autofree char *recorded = ct_xasprintf("shop/%s/nginx", cases[i].pod);

		if (is_pod_of(recorded, cases[i].where, NULL) != cases[i].is) {
			printf("%s of %s\n", recorded, cases[i].where);
			CU_FAIL("another answer");
		}
	}
}

static void test_templates(void)
{
	static const struct {
		const char *context;
		bool unknown;
	} cases[] = {
		{ "{capabilities: {add: [KILL]}}", false },
		{ "{capabilities: {add: [\"${CAP}\"]}}", true },
		{ "{capabilities: {add: [\"{{ .Values.cap }}\", KILL]}}", true },
		{ "{capabilities: {drop: \"{{ toYaml .Values.drop }}\"}}", true },
		{ "{capabilities: \"{{ toYaml .Values.caps }}\"}", true },
		{ "\"{{ toYaml .Values.context }}\"", true },
		{ "{capabilities: {add: null, drop: [ALL]}}", false },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		ct_autofree char *text = ct_xasprintf(
			"kind: PodTemplate\nmetadata: {name: n, namespace: s}\ntemplate: {spec: "
			"{containers: [{name: c, securityContext: %s}]}}\n",
			cases[i].context);
		ct_autoerr struct ct_err err = { 0 };
		struct ct_deployment t = { 0 };

		CU_ASSERT_EQUAL_FATAL(
			ct_deployment__manifest(&t, "k", text, strlen(text), CT_MANIFEST_CRI, &err),
			0);
		CU_ASSERT_EQUAL_FATAL(t.len, 1);
		CU_ASSERT_EQUAL(t.items[0].unknown, cases[i].unknown);
		UNIT_STR(t.items[0].space, "s");
		for (size_t k = 0; k < t.items[0].added.len; k++)
			CU_ASSERT_PTR_NULL(t.items[0].added.items[k].why);
		ct_deployment__free(&t);
	}
}

static void test_shapes(void)
{
	static const char text[] =
		"kind: Pod\nmetadata: {name: n}\nspec:\n  containers:\n"
		"  - name: c\n    securityContext:\n      privileged: \"{{ .x }}\"\n"
		"      runAsUser: \"{{ .y }}\"\n      capabilities:\n"
		"        drop: ALL\n        add: [{a: 1}]\n";
	ct_autoerr struct ct_err err = { 0 };
	struct ct_deployment t = { 0 };

	CU_ASSERT_EQUAL_FATAL(
		ct_deployment__manifest(&t, "k", text, strlen(text), CT_MANIFEST_CRI, &err), 0);
	CU_ASSERT_EQUAL_FATAL(t.len, 1);
	CU_ASSERT_EQUAL(t.items[0].privileged, CT_UNKNOWN);
	CU_ASSERT_EQUAL(t.items[0].nonroot, CT_UNKNOWN);
	CU_ASSERT_EQUAL_FATAL(t.items[0].dropped.len, 1);
	CU_ASSERT_EQUAL(t.items[0].dropped.items[0].set, 0);
	CU_ASSERT_EQUAL(t.items[0].dropped.items[0].at.line, 10);
	CU_ASSERT_EQUAL_FATAL(t.items[0].added.len, 1);
	CU_ASSERT_PTR_NOT_NULL(t.items[0].added.items[0].why);
	ct_deployment__free(&t);
}

/* YAML 1.1 has many words for a truth, and kubectl reads that. */
static void test_truths(void)
{
	static const char *const yes[] = { "true", "True", "TRUE", "yes", "Yes", "on", "ON", "y" };
	static const char *const no[] = { "false", "no", "Off", "~", "tRUE", "yEs" };

	for (size_t i = 0; i < CT_ARRAY_SIZE(yes) + CT_ARRAY_SIZE(no); i++) {
		bool is = i < CT_ARRAY_SIZE(yes);
		ct_autofree char *text = ct_xasprintf(
			"kind: Pod\nmetadata: {name: n}\nspec: {containers: [{name: c, "
			"securityContext: {privileged: %s}}]}\n",
			is ? yes[i] : no[i - CT_ARRAY_SIZE(yes)]);
		ct_autoerr struct ct_err err = { 0 };
		struct ct_deployment t = { 0 };

		CU_ASSERT_EQUAL_FATAL(
			ct_deployment__manifest(&t, "k", text, strlen(text), CT_MANIFEST_CRI, &err),
			0);
		CU_ASSERT_EQUAL(t.items[0].privileged, is ? CT_YES : CT_NO);
		ct_deployment__free(&t);
	}
}

static CU_TestInfo tests[] = {
	{ "names of pods", test_names }, { "long names of pods", test_long_names },
	{ "templates", test_templates }, { "shapes", test_shapes },
	{ "truths", test_truths },	 CU_TEST_INFO_NULL,
};

UNIT_MAIN("check_pods", tests)
