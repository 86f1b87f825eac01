/* SPDX-License-Identifier: GPL-2.0-only */
/* Sets of numbers, compared with sets of bits. */
#include <errno.h>

#include "base/ranges.h"
#include "base/util.h"
#include "unit.h"

#define NUMBERS 24
#define ROUNDS	2000

static uint32_t seed = 1;

static uint32_t below(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

static uint32_t random_set(struct ct_ranges *r)
{
	uint32_t bits = 0;

	for (uint32_t n = below(NUMBERS); n; n--) {
		uint32_t one = below(NUMBERS);

		ct_ranges__add(r, one);
		bits |= 1u << one;
	}
	return bits;
}

static void check(const struct ct_ranges *r, uint32_t bits)
{
	uint32_t is = 0;

	for (size_t i = 0; i < r->len; i++) {
		CU_ASSERT(r->items[i].first <= r->items[i].last);
		CU_ASSERT(!i || r->items[i].first > r->items[i - 1].last + 1);
		for (uint32_t n = r->items[i].first; n <= r->items[i].last; n++)
			is |= 1u << n;
	}
	CU_ASSERT_EQUAL(is, bits);
	CU_ASSERT_EQUAL(ct_ranges__count(r), (size_t)__builtin_popcount(bits));
}

static void test_random(void)
{
	for (int i = 0; i < ROUNDS; i++) {
		ct_autoranges struct ct_ranges a = {}, b = {}, c = {}, back = {};
		uint32_t x = random_set(&a), y = random_set(&b);
		ct_autofree char *text = NULL;

		check(&a, x);
		for (uint32_t n = 0; n < NUMBERS; n++)
			CU_ASSERT_EQUAL(ct_ranges__has(&a, n), x >> n & 1);
		CU_ASSERT_EQUAL(ct_ranges__equal(&a, &b), x == y);
		ct_ranges__copy(&c, &a);
		CU_ASSERT(ct_ranges__equal(&a, &c));
		ct_ranges__join(&c, &b);
		check(&c, x | y);
		ct_ranges__remove(&a, &b);
		check(&a, x & ~y);
		text = ct_ranges__text(&c);
		CU_ASSERT_EQUAL(ct_ranges__parse(text, NUMBERS - 1, &back), 0);
		CU_ASSERT(ct_ranges__equal(&back, &c));
		ct_ranges__shift(&back, 3);
		ct_ranges__remove(&back, &(struct ct_ranges){});
		CU_ASSERT_EQUAL(ct_ranges__count(&back), ct_ranges__count(&c));
		CU_ASSERT(!c.len || back.items[0].first == c.items[0].first + 3);
	}
}

static void test_text(void)
{
	static const char *const wrong[] = {
		"-",   "1-",	",1",  "1,",   "3-2",
		"1,1", "1,2",	"2,1", "1 ",   "0x1",
		"101", "1-101", "-1",  "1--2", "99999999999999999999"
	};
	static const char *const right[] = { "", "0", "0-3", "0-3,5", "7,9-100" };
	ct_autoranges struct ct_ranges r = {};

	for (size_t i = 0; i < CT_ARRAY_SIZE(right); i++) {
		ct_autofree char *text = NULL;

		CU_ASSERT_EQUAL(ct_ranges__parse(right[i], 100, &r), 0);
		text = ct_ranges__text(&r);
		UNIT_STR(text, right[i]);
	}
	for (size_t i = 0; i < CT_ARRAY_SIZE(wrong); i++)
		CU_ASSERT_EQUAL(ct_ranges__parse(wrong[i], 100, &r), -EINVAL);
	CU_ASSERT_EQUAL(ct_ranges__count(&r), 93); /* as it was */
}

static CU_TestInfo tests[] = {
	{ "random", test_random },
	{ "text", test_text },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("ranges", tests)
