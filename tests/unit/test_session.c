/* SPDX-License-Identifier: GPL-2.0-only */
/* Questions about a session and its workloads. */
#include <errno.h>

#include "base/util.h"
#include "model/session.h"
#include "unit.h"

static void test_phase(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	struct ct_workload *w = ct_session__add(s, "web");
	struct ct_exec *e = ct_workload__add_exec(w);

	e->entry = 7;
	e->argv = ct_xstrdup("ping -c 1 localhost");
	w->container.health = ct_xstrdup("curl -f localhost");

	UNIT_STR(ct_workload__phase(w, CT_ENTRY_MAIN), "main");
	UNIT_STR(ct_workload__phase(w, CT_ENTRY_SETUP), "setup");
	UNIT_STR(ct_workload__phase(w, 7), "exec");
	UNIT_STR(ct_workload__phase(w, 8), "exec");
	free(e->argv);
	e->argv = ct_xstrdup("curl -f localhost");
	UNIT_STR(ct_workload__phase(w, 7), "health");
	free(e->argv);
	e->argv = ct_xstrdup("/bin/sh -c curl -f localhost");
	UNIT_STR(ct_workload__phase(w, 7), "health");
	UNIT_STR(ct_workload__phase(w, 8), "exec");
	free(w->container.health);
	w->container.health = NULL;
	UNIT_STR(ct_workload__phase(w, 7), "exec");
}

static void test_label(void)
{
	ct_autosession struct ct_session *s = ct_session__new();
	char id[65];

	memset(id, 'a', 64);
	id[64] = '\0';
	struct ct_workload *w = ct_session__add(s, id);

	CU_ASSERT_PTR_EQUAL(ct_session__find(s, id), w);
	CU_ASSERT_PTR_NULL(ct_session__find(s, "b"));
	UNIT_STR(ct_workload__label(w), "aaaaaaaaaaaa");
	w->container.name = ct_xstrdup("web");
	UNIT_STR(ct_workload__label(w), "web");
	w->kind = CT_WL_COMMAND;
	UNIT_STR(ct_workload__label(w), "aaaaaaaaaaaa");
	w->command = ct_xstrdup("make check");
	UNIT_STR(ct_workload__label(w), "make check");
	UNIT_STR(ct_workload__label(ct_session__add(s, "nginx.service")), "nginx.service");
}

static void test_names(void)
{
	UNIT_STR(ct_workload_kind__name(CT_WL_CGROUP), "cgroup");
	UNIT_STR(ct_runtime__name(CT_RT_NSPAWN), "nspawn");
	UNIT_STR(ct_runtime__name(CT_RT_CRIO), "cri-o");
	UNIT_STR(ct_seccomp__name(CT_SECCOMP_CUSTOM), "custom");
	UNIT_STR(ct_runtime__name(99), "?");
	CU_ASSERT_EQUAL(ct_workload_kind__parse("command"), CT_WL_COMMAND);
	CU_ASSERT_EQUAL(ct_runtime__parse("none"), CT_RT_NONE);
	CU_ASSERT_EQUAL(ct_runtime__parse("rkt"), -EINVAL);
	CU_ASSERT_EQUAL(ct_seccomp__parse("unknown"), CT_SECCOMP_UNKNOWN);
}

static CU_TestInfo tests[] = {
	{ "phase", test_phase },
	{ "label", test_label },
	{ "names", test_names },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("session", tests)
