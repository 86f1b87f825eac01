/* SPDX-License-Identifier: GPL-2.0-only */
/* What made a pod, by its name. */
#include "base/util.h"
#include "model/pod.h"
#include "unit.h"

static const struct {
	const char *pod, *owner;
} owners[] = {
	{ "web", "web" },		       /* a bare pod */
	{ "web-0", "web" },		       /* StatefulSet */
	{ "web-x7k2p", "web" },		       /* DaemonSet, ReplicaSet, Job */
	{ "web-7d4b9c6f5d-x7k2p", "web" },     /* Deployment */
	{ "web-http-x7k2p", "web-http" },      /* no fingerprint is so short */
	{ "backup-27654321-x7k2p", "backup" }, /* CronJob */
	{ "batch-3-x7k2p", "batch" },	       /* an indexed Job */
	{ "backup-27654321-3-x7k2p", "backup" },
	{ "my-app-7d4b9c6f5d-x7k2p", "my-app" },
	{ "web-7d4b9c6f5d-a7k2p", "web-7d4b9c6f5d-a7k2p" }, /* no vowels are random */
	{ "-x7k2p", "-x7k2p" },
	{ "", "" },
};

static void test_owner(void)
{
	for (size_t i = 0; i < CT_ARRAY_SIZE(owners); i++) {
		ct_autofree char *owner = ct_pod__owner(owners[i].pod);

		UNIT_STR(owner, owners[i].owner);
	}
}

static void test_parse(void)
{
	static const struct {
		const char *name, *space, *pod, *container; /* pod NULL: it is none */
	} names[] = {
		{ "prod/web-0/nginx", "prod", "web-0", "nginx" },
		{ "web-0/nginx", NULL, "web-0", "nginx" },
		{ "k8s_nginx_web-0_prod_uid_0", NULL, NULL, NULL },
		{ "nginx", NULL, NULL, NULL },
		{ "/nginx", NULL, NULL, NULL },
		{ NULL, NULL, NULL, NULL },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(names); i++) {
		struct ct_pod p;

		CU_ASSERT_EQUAL(ct_pod__parse(names[i].name, &p), names[i].pod != NULL);
		UNIT_STR(p.space, names[i].space);
		UNIT_STR(p.name, names[i].pod);
		UNIT_STR(p.container, names[i].container);
		ct_pod__free(&p);
	}
}

static void test_parse_shim(void)
{
	struct ct_pod p;

	CU_ASSERT(ct_pod__parse_shim("k8s_nginx_web-0_prod_uid_0", &p));
	UNIT_STR(p.space, "prod");
	UNIT_STR(p.name, "web-0");
	UNIT_STR(p.container, "nginx");
	ct_pod__free(&p);
	CU_ASSERT(!ct_pod__parse_shim("k8s_nginx", &p));
	CU_ASSERT(!ct_pod__parse_shim("prod/web-0/nginx", &p));
	CU_ASSERT(!ct_pod__parse_shim(NULL, &p));
}

static CU_TestInfo tests[] = {
	{ "owner", test_owner },
	{ "parse", test_parse },
	{ "parse: shim", test_parse_shim },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("pod", tests)
