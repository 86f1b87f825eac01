/* SPDX-License-Identifier: GPL-2.0-only */
/* What a command is given as FILE...: read, taken together, judged. */
#include <errno.h>

#include "build.h"
#include "cmd/cmd.h"
#include "sessions.h"

static int load(const char *const *files, size_t n, struct ct_session **s, struct ct_report **r,
		struct ct_err *err)
{
	struct ct_strlist list = { .items = (const char **)files, .len = n };

	return ct_cmd__load(&list, &(struct ct_judge_opts){}, s, r, err);
}

static void test_one_and_many(void)
{
	glob_t found = golden_recordings();
	const char *const *files = (const char *const *)found.gl_pathv;
	ct_autosession struct ct_session *one = NULL, *all = NULL;
	ct_autoreport struct ct_report *r = NULL, *ra = NULL;
	ct_autoerr struct ct_err err = { 0 };

	CU_ASSERT_EQUAL_FATAL(load(files, 1, &one, &r, &err), 0);
	CU_ASSERT_EQUAL(r->nadvices, 1);
	CU_ASSERT_EQUAL(r->advices[0].recordings, 1);
	CU_ASSERT_EQUAL_FATAL(load(files, found.gl_pathc, &all, &ra, &err), 0);
	CU_ASSERT_EQUAL(ra->nadvices, found.gl_pathc);
	CU_ASSERT_EQUAL(all->recordings, found.gl_pathc);
	globfree(&found);
}

/* Nothing is handed over when one of them cannot be read; the message names it. */
static void test_one_is_wrong(void)
{
	glob_t found = golden_recordings();
	const char *const wrong[] = { "/nonexistent", "/etc/passwd", "/" };

	for (size_t i = 0; i < CT_ARRAY_SIZE(wrong); i++) {
		const char *const files[] = { found.gl_pathv[0], wrong[i] };
		struct ct_session *s = (struct ct_session *)1;
		struct ct_report *r = (struct ct_report *)1;
		ct_autoerr struct ct_err err = { 0 };

		CU_ASSERT(load(files, 2, &s, &r, &err) < 0);
		CU_ASSERT_PTR_NOT_NULL(strstr(err.msg, wrong[i]));
		CU_ASSERT(s == (struct ct_session *)1 && r == (struct ct_report *)1);
	}
	globfree(&found);
}

static CU_TestInfo tests[] = {
	{ "one and many", test_one_and_many },
	{ "one is wrong", test_one_is_wrong },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("load", tests)
