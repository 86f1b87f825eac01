/* SPDX-License-Identifier: GPL-2.0-only */
/* Times as people write them. */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "base/moment.h"
#include "base/util.h"
#include "unit.h"

#define NOW  INT64_C(1793975445000) /* Friday, 2026-11-06 14:30:45 UTC */
#define DAY  INT64_C(86400000)
#define DAWN (NOW - (14 * 3600 + 30 * 60 + 45) * INT64_C(1000))

static void use_zone(const char *zone)
{
	setenv("TZ", zone, 1);
	tzset();
}

static int64_t parsed(const char *s)
{
	int64_t ms = -1;

	CU_ASSERT_EQUAL(ct_moment__parse(s, NOW, &ms), 0);
	return ms;
}

static void test_words(void)
{
	use_zone("UTC");
	CU_ASSERT_EQUAL(parsed("now"), NOW);
	CU_ASSERT_EQUAL(parsed("today"), DAWN);
	CU_ASSERT_EQUAL(parsed("Yesterday"), DAWN - DAY);
	CU_ASSERT_EQUAL(parsed("friday"), DAWN);
	CU_ASSERT_EQUAL(parsed("Monday"), DAWN - 4 * DAY);
	CU_ASSERT_EQUAL(parsed("sat"), DAWN - 6 * DAY);
	CU_ASSERT_EQUAL(parsed("7d"), NOW - 7 * DAY);
	CU_ASSERT_EQUAL(parsed("90m"), NOW - 90 * 60000);
	CU_ASSERT_EQUAL(parsed("500ms"), NOW - 500);
}

static void test_dates(void)
{
	use_zone("UTC");
	CU_ASSERT_EQUAL(parsed("2026-11-06"), DAWN);
	CU_ASSERT_EQUAL(parsed("2026-11-06 14:30"), NOW - 45000);
	CU_ASSERT_EQUAL(parsed("2026-11-06T14:30:45"), NOW);
	CU_ASSERT_EQUAL(parsed("2028-02-29"), 1835395200000);
	use_zone("Europe/Berlin");
	CU_ASSERT_EQUAL(parsed("2026-11-06"), DAWN - 3600000);
	CU_ASSERT_EQUAL(parsed("2026-11-06T14:30:45Z"), NOW);
	CU_ASSERT_EQUAL(parsed("today"), DAWN - 3600000);
	/* The night in which the clock was put back is longer. */
	CU_ASSERT_EQUAL(parsed("2026-10-26") - parsed("2026-10-25"), DAY + 3600000);
	use_zone("UTC");
}

static void test_wrong(void)
{
	static const char *const wrong[] = {
		"",
		"later",
		"mo",
		"26-11-06",
		"2026-11",
		"2026-13-01",
		"2026-02-31",
		"2026-11-06Z",
		"2026-11-06 25:00",
		"2026-11-06 14:30 ",
		" 2026-11-06",
		"7",
		"7 days",
		"-7d",
		"1e3d",
		"2026-11-06T14:30:45+01",
		"99999999999d",
		"\x1b[2J",
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(wrong); i++) {
		int64_t ms = 5;

		if (ct_moment__parse(wrong[i], NOW, &ms) != -EINVAL || ms != 5)
			CU_FAIL(wrong[i]);
	}
}

static void test_text(void)
{
	ct_autofree char *text, *utc = ct_moment__utc(NOW + 7);

	use_zone("Asia/Tokyo");
	text = ct_moment__text(NOW);
	UNIT_STR(text, "2026-11-06 23:30");
	UNIT_STR(utc, "2026-11-06T14:30:45.007Z");
	use_zone("UTC");
}

static CU_TestInfo tests[] = {
	{ "words", test_words }, { "dates", test_dates }, { "not a time", test_wrong },
	{ "text", test_text },	 CU_TEST_INFO_NULL,
};
UNIT_MAIN("moment", tests)
