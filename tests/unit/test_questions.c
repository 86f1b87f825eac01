/* SPDX-License-Identifier: GPL-2.0-only */
/* What formats, reports and checks ask of an advice. */
#include <linux/capability.h>

#include "base/util.h"
#include "judge/questions.h"
#include "unit.h"

static struct ct_reason doubtful = { .doubtful = true }, sure;

static struct ct_cap_verdict verdicts[] = {
	{ .cap = CAP_CHOWN, .chosen = true, .scope = CT_SCOPE_NAMESPACE, .alternatives = 1 << 1 },
	{ .cap = CAP_KILL, .scope = CT_SCOPE_NONE, .reasons = &doubtful, .nreasons = 1 },
	{ .cap = CAP_SYS_TIME,
	  .chosen = true,
	  .scope = CT_SCOPE_HOST,
	  .reasons = &doubtful,
	  .nreasons = 1 },
	{ .cap = CAP_SYS_BOOT, .scope = CT_SCOPE_HOST, .reasons = &sure, .nreasons = 1 },
};

static struct ct_session *session(struct ct_advice *a)
{
	struct ct_session *s = ct_session__new();
	struct ct_workload *w = ct_session__add(s, "w");

	w->kind = CT_WL_CONTAINER;
	w->start_seen = CT_YES;
	*a = (struct ct_advice){
		.workload = w,
		.cap_add = CT_CAP(CHOWN) | CT_CAP(SYS_TIME),
		.optional = CT_CAP(CHOWN) | CT_CAP(KILL),
		.caps = verdicts,
		.ncaps = CT_ARRAY_SIZE(verdicts),
	};
	return s;
}

static void test_sets(void)
{
	struct ct_advice a;
	struct ct_session *s = session(&a);

	CU_ASSERT_PTR_EQUAL(ct_advice__cap(&a, CAP_KILL), &verdicts[1]);
	CU_ASSERT_PTR_NULL(ct_advice__cap(&a, CAP_SETUID));
	CU_ASSERT_EQUAL(ct_advice__doubtful(&a), CT_CAP(SYS_TIME));
	CU_ASSERT_EQUAL(ct_advice__hostwide(&a), CT_CAP(SYS_TIME));
	CU_ASSERT_EQUAL(ct_advice__left_out(&a), CT_CAP(KILL));
	CU_ASSERT_EQUAL(ct_advice__stand_ins(&a, CAP_CHOWN, CT_CAPS_ALL), CT_CAP(DAC_OVERRIDE));
	CU_ASSERT_EQUAL(ct_advice__stand_ins(&a, CAP_CHOWN, CT_CAP(KILL)), 0);
	CU_ASSERT_EQUAL(ct_advice__stand_ins(&a, CAP_SETUID, CT_CAPS_ALL), 0);
	CU_ASSERT(!ct_cap_verdict__is_doubtful(NULL));
	ct_session__free(s);
}

/* What was seen decides only for what is in the set. */
static void test_scope(void)
{
	struct ct_advice a;
	struct ct_session *s = session(&a);
	enum ct_scope kill = ct_cap__info(CAP_KILL)->scope;

	CU_ASSERT_EQUAL(ct_advice__scope(&a, CAP_CHOWN), CT_SCOPE_NAMESPACE);
	CU_ASSERT_EQUAL(ct_advice__scope(&a, CAP_KILL), kill);
	CU_ASSERT_EQUAL(ct_advice__scope(NULL, CAP_KILL), kill);
	CU_ASSERT_EQUAL(ct_advice__scope(NULL, CT_CAP_MAX - 1), CT_SCOPE_HOST);
	ct_session__free(s);
}

/* Under no_new_privs nothing is gained, whatever the file has. */
static void test_gained(void)
{
	struct ct_advice a;
	struct ct_session *s = session(&a);
	struct ct_report r = { .session = s, .advices = &a, .nadvices = 1 };
	struct ct_exec *e = ct_workload__add_exec(s->workloads[0]);

	a.cap_add = CT_CAP(SETUID) | CT_CAP(CHOWN);
	*e = (struct ct_exec){ .setuid = true, .creds = { .uid = 33, .euid = 0 } };
	CU_ASSERT_EQUAL(ct_advice__nnp(&r, &a), CT_NNP_NO);
	CU_ASSERT_EQUAL(ct_advice__roots_only(&a), 0);
	*e = (struct ct_exec){ .fcaps = CT_CAP(SETUID), .creds = { .uid = 33, .euid = 33 } };
	CU_ASSERT_EQUAL(ct_advice__nnp(&r, &a), CT_NNP_NO);
	CU_ASSERT_EQUAL(ct_advice__roots_only(&a), CT_CAP(CHOWN));
	e->creds.no_new_privs = 1;
	CU_ASSERT_EQUAL(ct_advice__nnp(&r, &a), CT_NNP_YES);
	CU_ASSERT_EQUAL(ct_advice__no_escalation(&r, &a), CT_NNP_YES);
	CU_ASSERT_EQUAL(ct_advice__roots_only(&a), a.cap_add);
	a.cap_add |= CT_CAP(SYS_ADMIN);
	CU_ASSERT_EQUAL(ct_advice__no_escalation(&r, &a), CT_NNP_NO);
	s->losses.events = 1;
	CU_ASSERT_EQUAL(ct_advice__nnp(&r, &a), CT_NNP_LIKELY);
	s->losses.events = 0;
	s->workloads[0]->lost = 1;
	CU_ASSERT_EQUAL(ct_advice__nnp(&r, &a), CT_NNP_LIKELY);
	s->workloads[0]->lost = 0;
	a.gaps = CT_GAP_UNWATCHED;
	CU_ASSERT_EQUAL(ct_advice__nnp(&r, &a), CT_NNP_LIKELY);
	a.gaps = CT_GAP_GUEST;
	CU_ASSERT_EQUAL(ct_advice__nnp(&r, &a), CT_NNP_LIKELY);
	s->workloads[0]->container.no_new_privs = CT_YES;
	CU_ASSERT_EQUAL(ct_advice__nnp(&r, &a), CT_NNP_YES);
	ct_session__free(s);
}

static void test_user(void)
{
	struct ct_advice a;
	struct ct_session *s = session(&a);
	struct ct_workload *w = s->workloads[0];
	struct ct_exec *e;

	CU_ASSERT(ct_user__is_root("0") && ct_user__is_root("root") && ct_user__is_root("0:33"));
	CU_ASSERT(!ct_user__is_root("") && !ct_user__is_root("00") && !ct_user__is_root("rooty"));
	CU_ASSERT_EQUAL(ct_workload__nonroot(w), CT_UNKNOWN);
	CU_ASSERT_EQUAL(ct_advice__powerless(&a), 0);
	w->container.user = ct_xstrdup("www:root");
	CU_ASSERT_EQUAL(ct_workload__nonroot(w), CT_YES);
	CU_ASSERT_EQUAL(ct_advice__powerless(&a), a.cap_add);
	/* The process itself is a better witness than the file's words. */
	e = ct_workload__add_exec(w);
	*e = (struct ct_exec){ .was = CT_ENTRY_SETUP, .entry = CT_ENTRY_MAIN };
	CU_ASSERT_EQUAL(ct_workload__nonroot(w), CT_NO);
	ct_session__free(s);
}

static void test_workload(void)
{
	struct ct_advice a;
	struct ct_session *s = session(&a);
	struct ct_workload *w = s->workloads[0];

	CU_ASSERT(!ct_workload__shares_host(w));
	CU_ASSERT(!ct_workload__is_unconfined(w));
	w->container.pid_mode = ct_xstrdup("host");
	w->container.seccomp = CT_SECCOMP_NONE;
	CU_ASSERT(ct_workload__shares_host(w));
	CU_ASSERT(ct_workload__is_unconfined(w));
	w->container.privileged = CT_YES;
	CU_ASSERT(!ct_workload__is_unconfined(w));
	ct_session__free(s);
}

static void test_warnings(void)
{
	struct ct_warning list[] = { { "low-ports", -1, NULL },
				     { "userns", -1, NULL },
				     { "privileged", -1, NULL } };
	struct ct_advice a = { .warnings = list, .nwarnings = CT_ARRAY_SIZE(list) };

	CU_ASSERT(ct_advice__warns(&a, "userns") && !ct_advice__warns(&a, "non-root"));
	CU_ASSERT(ct_warning__is_aside(&list[0]) && ct_warning__is_note(&list[0]));
	CU_ASSERT(!ct_warning__is_aside(&list[1]) && ct_warning__is_note(&list[1]));
	CU_ASSERT(!ct_warning__is_aside(&list[2]) && !ct_warning__is_note(&list[2]));
}

static CU_TestInfo tests[] = {
	{ "sets", test_sets }, { "scope", test_scope },	      { "gained", test_gained },
	{ "user", test_user }, { "workload", test_workload }, { "warnings", test_warnings },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("questions", tests)
