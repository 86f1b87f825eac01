/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of runtimes: every one is whole, and recordings know its name. */
#include "base/util.h"
#include "model/caps.h"
#include "runtime/runtime.h"
#include "unit.h"

static void test_table(void)
{
	int n = 0;

	CU_ASSERT_PTR_NULL(ct_runtimes[CT_RT_NONE]);
	ct_runtimes__for_each(type) {
		n++;
		CU_ASSERT_PTR_EQUAL(ct_runtimes[n], type);
		CU_ASSERT_FATAL(type->facts.title && *type->facts.title);
		CU_ASSERT_EQUAL(ct_runtime__parse(ct_runtime__name(n)), n);
		CU_ASSERT(!type->engine || (type->socket && type->client));
		for (const struct ct_bundle_place *p = type->bundles; p && p->pattern; p++)
			CU_ASSERT(*p->pattern == '/' && strstr(p->pattern, "%s"));
	}
}

static void test_facts(void)
{
	CU_ASSERT_EQUAL(ct_runtimes__facts(CT_RT_NONE)->caps, CT_CAPS_DOCKER_DEFAULT);
	CU_ASSERT_EQUAL(ct_runtimes__facts(CT_RT_DOCKER)->caps, CT_CAPS_DOCKER_DEFAULT);
	CU_ASSERT_EQUAL(ct_runtimes__facts(CT_RT_PODMAN)->caps, CT_CAPS_PODMAN_DEFAULT);
	CU_ASSERT_EQUAL(ct_runtimes__facts(CT_RT_CRIO)->profile, CT_PROFILE_COMMON);
	CU_ASSERT_EQUAL(ct_runtimes__facts(CT_RT_CONTAINERD)->profile, CT_PROFILE_MOBY);
	/* CRI-O gives less than Podman, and nspawn what a whole system wants. */
	CU_ASSERT_EQUAL(ct_runtimes__facts(CT_RT_CRIO)->caps & ~CT_CAPS_PODMAN_DEFAULT, 0);
	CU_ASSERT(ct_runtimes__facts(CT_RT_NSPAWN)->caps & CT_CAP(SYS_ADMIN));
}

static CU_TestInfo tests[] = {
	{ "table", test_table },
	{ "facts", test_facts },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("runtimes", tests)
