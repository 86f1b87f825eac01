/* SPDX-License-Identifier: GPL-2.0-only */
/* Sizes and shares, and what is none. */
#include <errno.h>

#include "base/amount.h"
#include "base/util.h"
#include "unit.h"

static void test_sizes(void)
{
	static const struct {
		const char *text;
		uint64_t bytes;
	} good[] = {
		{ "0", 0 },
		{ "4096", 4096 },
		{ "512K", 512 << 10 },
		{ "64M", 64ull << 20 },
		{ "64m", 64ull << 20 },
		{ "2G", 2ull << 30 },
		{ "1T", 1ull << 40 },
	};
	static const char *const bad[] = { "",	   "M",	   "-1",  "64MB",
					   "64 M", "1.5G", "64X", "99999999999T",
					   "0x10", " 1",   "1P",  "18446744073709551616" };
	uint64_t bytes = 7;

	for (size_t i = 0; i < CT_ARRAY_SIZE(good); i++) {
		CU_ASSERT_EQUAL(ct_size__parse(good[i].text, &bytes), 0);
		CU_ASSERT_EQUAL(bytes, good[i].bytes);
	}
	bytes = 7;
	for (size_t i = 0; i < CT_ARRAY_SIZE(bad); i++)
		CU_ASSERT_EQUAL(ct_size__parse(bad[i], &bytes), -EINVAL);
	CU_ASSERT_EQUAL(bytes, 7);
}

static void test_shares(void)
{
	static const struct {
		const char *text;
		uint64_t ppm;
	} good[] = {
		{ "0%", 0 },	     { "2%", 20000 },	  { "0.5%", 5000 },	{ "0.05%", 500 },
		{ "100%", 1000000 }, { "250%", 2500000 }, { "1.2345%", 12345 }, { "0.0001%", 1 },
	};
	static const char *const bad[] = {
		"",    "%",	"2",	    "2 %", "-2%",  "1.%",
		".5%", "1..2%", "0.00001%", "2%%", "2e1%", "99999999999%"
	};
	uint64_t ppm = 7;

	for (size_t i = 0; i < CT_ARRAY_SIZE(good); i++) {
		CU_ASSERT_EQUAL(ct_share__parse(good[i].text, &ppm), 0);
		CU_ASSERT_EQUAL(ppm, good[i].ppm);
	}
	ppm = 7;
	for (size_t i = 0; i < CT_ARRAY_SIZE(bad); i++)
		CU_ASSERT_EQUAL(ct_share__parse(bad[i], &ppm), -EINVAL);
	CU_ASSERT_EQUAL(ppm, 7);
}

static CU_TestInfo tests[] = {
	{ "sizes", test_sizes },
	{ "shares", test_shares },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("amount", tests)
