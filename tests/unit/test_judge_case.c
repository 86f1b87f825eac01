/* SPDX-License-Identifier: GPL-2.0-only */
/* A workload on its way to an advice: needs and reasons that are said more than once. */
#include <signal.h>

#include "base/util.h"
#include "judge/case.h"
#include "unit.h"

static struct ct_reason reason(const char *site, const char *syscall, const char *text)
{
	return (struct ct_reason){ .verdict = CT_REQUIRED,
				   .any_of = CT_CAP(CHOWN),
				   .site = (char *)site,
				   .syscall = (char *)syscall,
				   .phase = "main",
				   .text = (char *)text };
}

static void free_all(struct ct_case *c)
{
	for (size_t i = 0; i < c->nreasons; i++) {
		free(c->reasons[i].site);
		free(c->reasons[i].syscall);
		free(c->reasons[i].process);
		free(c->reasons[i].text);
	}
	ct_case__free(c);
}

/* What differs in anything that people read is a reason of its own; the first says by whom. */
static void test_say(void)
{
	struct ct_case c = {};
	struct ct_reason like = reason("setattr_prepare", "chown", "a file"), other = like;

	like.process = "first";
	ct_case__say(&c, CAP_CHOWN, &like)->granted += 2;
	like.process = "second";
	ct_case__say(&c, CAP_CHOWN, &like)->granted += 3;
	CU_ASSERT_EQUAL_FATAL(c.nreasons, 1);
	CU_ASSERT_EQUAL(c.reasons[0].granted, 5);
	UNIT_STR(c.reasons[0].process, "first");
	ct_case__say(&c, CAP_FOWNER, &like);
	other.syscall = NULL;
	ct_case__say(&c, CAP_CHOWN, &other);
	other = like;
	other.phase = "exec";
	ct_case__say(&c, CAP_CHOWN, &other);
	CU_ASSERT_EQUAL(c.nreasons, 4);
	free_all(&c);
}

/* The table of reasons grows, and still finds each. */
static void test_many(void)
{
	struct ct_case c = {};

	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 1000; i++) {
			ct_autofree char *site = ct_xasprintf("site_%d", i);
			struct ct_reason like = reason(site, "chown", "a file");

			ct_case__say(&c, CAP_CHOWN, &like)->granted++;
		}
	CU_ASSERT_EQUAL(c.nreasons, 1000);
	for (size_t i = 0; i < c.nreasons; i++)
		CU_ASSERT_EQUAL(c.reasons[i].granted, 2);
	free_all(&c);
}

static void test_need(void)
{
	struct ct_case c = {};

	ct_ranges__add(&c.now, 3);
	ct_case__need(&c, CT_CAP(CHOWN), CT_REQUIRED);
	ct_case__need(&c, CT_CAP(CHOWN), CT_REQUIRED);
	ct_ranges__add(&c.now, 4);
	ct_case__need(&c, CT_CAP(CHOWN), CT_OPTIONAL);
	ct_case__need(&c, CT_CAP(KILL), CT_UNNEEDED);
	CU_ASSERT_EQUAL(c.nneeds, 2);
	CU_ASSERT_EQUAL(ct_ranges__count(&c.seen[CAP_CHOWN]), 2);
	CU_ASSERT_EQUAL(ct_ranges__count(&c.seen[CAP_KILL]), 0);
	free_all(&c);
}

/* A signal from outside ends a service well, one that it brought on itself does not. */
static void test_failed(void)
{
	static const struct {
		enum ct_tristate seen;
		int code;
		bool failed;
	} ends[] = {
		{ CT_YES, 0, false },
		{ CT_YES, 1 << 8, true },
		{ CT_YES, 127 << 8, true },
		{ CT_YES, (128 + SIGTERM) << 8, false },
		{ CT_YES, (128 + SIGSEGV) << 8, true },
		{ CT_YES, SIGTERM, false },
		{ CT_YES, SIGKILL, false },
		{ CT_YES, SIGABRT, true },
		{ CT_YES, SIGSYS | 0x80, true },
		{ CT_NO, 1 << 8, false },
		{ CT_UNKNOWN, SIGSEGV, false },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(ends); i++) {
		const struct ct_workload w = { .end_seen = ends[i].seen, .end_code = ends[i].code };

		CU_ASSERT_EQUAL(ct_case__has_failed(&w), ends[i].failed);
	}
}

static CU_TestInfo tests[] = {
	{ "say", test_say },	   { "many", test_many }, { "need", test_need },
	{ "failed", test_failed }, CU_TEST_INFO_NULL,
};

UNIT_MAIN("judge-case", tests)
