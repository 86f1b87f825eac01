/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A unit test binary: tables of functions, run by CUnit, summed up in the line
 * that tests/run reads.
 *
 *	static void test_this(void) { CU_ASSERT_EQUAL(1 + 1, 2); }
 *
 *	static CU_TestInfo tests[] = { { "this", test_this }, CU_TEST_INFO_NULL };
 *	UNIT_MAIN("base", tests)
 */
#ifndef CT_UNIT_UNIT_H
#define CT_UNIT_UNIT_H

#include <CUnit/Basic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned int unit_skipped;

/* Ends the test that it stands in. */
#define UNIT_SKIP(why)                                    \
	do {                                              \
		printf("SKIP %s: %s\n", __func__, (why)); \
		unit_skipped++;                           \
		return;                                   \
	} while (0)

/*
 * Under valgrind, as "make valgrind" says, programs are many times slower, and make system calls
 * that are not theirs, which no filter of ours would let through.
 */
static inline int unit_is_under(void)
{
	return getenv("UNDER") != NULL;
}
#define UNIT_SKIP_UNDER()                                                                 \
	do {                                                                              \
		if (unit_is_under())                                                      \
			UNIT_SKIP("the filter refuses system calls that valgrind makes"); \
	} while (0)

/* Shows both strings when they differ; NULL is a value like others. */
#define UNIT_STR(actual, expected) unit_str((actual), (expected), __FILE__, __LINE__)
static inline void unit_str(const char *actual, const char *expected, const char *file,
			    unsigned int line)
{
	char text[1024];
	int same = actual && expected ? !strcmp(actual, expected) : actual == expected;

	snprintf(text, sizeof(text), "\n  is:     %s\n  not:    %s", actual ? actual : "(null)",
		 expected ? expected : "(null)");
	CU_assertImplementation(same ? CU_TRUE : CU_FALSE, line, text, file, "", CU_FALSE);
}

static inline int unit_run(const char *name, CU_TestInfo *tests)
{
	CU_SuiteInfo suites[] = {
		{ .pName = name, .pTests = tests },
		CU_SUITE_INFO_NULL,
	};
	unsigned int run, failed;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (CU_initialize_registry() || CU_register_suites(suites)) {
		printf("%s: %s\n", name, CU_get_error_msg());
		return 1;
	}
	CU_basic_set_mode(CU_BRM_SILENT);
	CU_basic_run_tests();
	run = CU_get_number_of_tests_run();
	failed = CU_get_number_of_tests_failed();
	if (CU_get_number_of_failures())
		CU_basic_show_failures(CU_get_failure_list());
	printf("%s%s: %u passed, %u failed, %u skipped\n", failed ? "\n" : "", name,
	       run - failed - unit_skipped, failed, unit_skipped);
	failed = CU_get_number_of_failures();
	CU_cleanup_registry();
	return failed > 0;
}

#define UNIT_MAIN(name, tests)                    \
	int main(void)                            \
	{                                         \
		return unit_run((name), (tests)); \
	}

#endif
