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

static void test_utc(void)
{
	static const struct {
		int64_t ms;
		const char *text;
	} times[] = {
		{ 1767225600123, "2026-01-01T00:00:00.123Z" },
		{ -1, "1969-12-31T23:59:59.999Z" },
		{ INT64_MAX, "9999-12-31T23:59:59.999Z" },
		{ INT64_MIN, "0000-01-01T00:00:00.000Z" },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(times); i++) {
		ct_autofree char *text = ct_moment__utc(times[i].ms);

		UNIT_STR(text, times[i].text);
	}
}

static void test_parse_utc(void)
{
	static const struct {
		const char *text;
		int64_t ms;
	} times[] = {
		{ "2026-01-01T00:00:00Z", 1767225600000 },
		{ "2026-01-01T00:00:00.5Z", 1767225600500 },
		{ "2026-01-01T00:00:00.123456789z", 1767225600123 },
		{ "2026-01-01T01:30:00+01:30", 1767225600000 },
		{ "2025-12-31T22:00:00.25-02:00", 1767225600250 },
	};
	static const char *const wrong[] = {
		"",
		"2026-01-01",
		"2026-01-01T00:00:00",
		"2026-01-01T00:00:00.Z",
		"2026-01-01T00:00:00+1:30",
		"2026-01-01T00:00:00+-1:30",
		"2026-01-01T00:00:00+01:30Z",
		"2026-01-01T00:00:00Z ",
		"2026-02-31T00:00:00Z",
		"2026-04-31T12:00:00+01:00",
	};
	int64_t ms;

	for (size_t i = 0; i < CT_ARRAY_SIZE(times); i++)
		if (ct_moment__parse_utc(times[i].text, &ms) || ms != times[i].ms)
			CU_FAIL(times[i].text);
	ms = 5;
	for (size_t i = 0; i < CT_ARRAY_SIZE(wrong); i++)
		if (ct_moment__parse_utc(wrong[i], &ms) != -EINVAL || ms != 5)
			CU_FAIL(wrong[i]);
}

static CU_TestInfo tests[] = {
	{ "words", test_words }, { "dates", test_dates }, { "not a time", test_wrong },
	{ "text", test_text },	 { "utc", test_utc },	  { "parse utc", test_parse_utc },
	CU_TEST_INFO_NULL,
};
UNIT_MAIN("moment", tests)
