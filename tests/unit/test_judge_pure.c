/* SPDX-License-Identifier: GPL-2.0-only */
/* Judging changes neither the session nor what is judged of it later. */
#include <stdio.h>

#include "emit/emit.h"
#include "judge/rules.h"
#include "sessions.h"
#include "unit.h"

static char *as_advice(const struct ct_session *s, const struct ct_judge_opts *o)
{
	ct_autoreport struct ct_report *r = ct_judge__with(s, o);
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	ct_emit__json(r, out);
	fclose(out);
	return text;
}

static void check_session(const struct ct_session *s)
{
	ct_autorules struct ct_rules *less = ct_rules__new();
	const struct ct_settled settled = { s->workloads[0], CT_CAP(CHOWN), CT_CAP(KILL), true };
	const struct ct_judge_opts all = {};
	const struct ct_judge_opts other = {
		.mode = CT_MODE_GENEROUS, .rules = less, .settled = &settled, .nsettled = 1
	};
	ct_autofree char *before = session_text(s), *first = as_advice(s, &all);
	ct_autofree char *second = NULL, *third = NULL, *after = NULL;

	CU_ASSERT_EQUAL(ct_rules__disable(less, "set-up"), 0);
	second = as_advice(s, &other);
	third = as_advice(s, &all);
	after = session_text(s);
	UNIT_STR(after, before);
	UNIT_STR(third, first);
	CU_ASSERT_STRING_NOT_EQUAL(second, first);
}

static void test_golden(void)
{
	glob_t found = golden_recordings();

	CU_ASSERT_FATAL(found.gl_pathc >= 3);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		ct_autosession struct ct_session *s = NULL;

		CU_ASSERT_EQUAL_FATAL(ct_recording__read(found.gl_pathv[i], &s, NULL), 0);
		check_session(s);
	}
	globfree(&found);
}

static CU_TestInfo tests[] = {
	{ "golden", test_golden },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("judge-pure", tests)
