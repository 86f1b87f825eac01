/* SPDX-License-Identifier: GPL-2.0-only */
/* The cheapest set that meets every need. */
#include "base/util.h"
#include "judge/hitting_set.h"
#include "model/caps.h"
#include "unit.h"

#define C(name) CT_CAP(name)

static const struct {
	const char *what;
	uint64_t needs[4]; /* 0 ends */
	uint64_t have, seen, cover;
} cases[] = {
	{ "nothing", { 0 }, 0, 0, 0 },
	{ "nothing but what it has", { 0 }, C(CHOWN), 0, C(CHOWN) },
	{ "one", { C(CHOWN) }, 0, 0, C(CHOWN) },
	{ "two", { C(CHOWN), C(KILL) }, 0, 0, C(CHOWN) | C(KILL) },
	{ "reading is less than overriding",
	  { C(DAC_READ_SEARCH) | C(DAC_OVERRIDE) },
	  0,
	  C(DAC_OVERRIDE),
	  C(DAC_READ_SEARCH) },
	{ "what is there anyway costs nothing",
	  { C(DAC_READ_SEARCH) | C(DAC_OVERRIDE), C(DAC_OVERRIDE) },
	  0,
	  0,
	  C(DAC_OVERRIDE) },
	{ "and what it has",
	  { C(DAC_READ_SEARCH) | C(DAC_OVERRIDE) },
	  C(DAC_OVERRIDE),
	  0,
	  C(DAC_OVERRIDE) },
	{ "a raw socket is less than the network",
	  { C(NET_RAW) | C(NET_ADMIN) },
	  0,
	  0,
	  C(NET_RAW) },
	{ "nothing equals SYS_ADMIN",
	  { C(SYS_ADMIN) | C(BPF) | C(PERFMON) },
	  0,
	  C(PERFMON),
	  C(PERFMON) },
	{ "of equals the one that was granted", { C(BPF) | C(PERFMON) }, 0, C(BPF), C(BPF) },
	{ "of equals none granted: the lower number", { C(BPF) | C(PERFMON) }, 0, 0, C(PERFMON) },
	{ "one host-wide for three needs is dearer than three small ones",
	  { C(SYS_ADMIN) | C(CHOWN), C(SYS_ADMIN) | C(KILL), C(SYS_ADMIN) | C(SETUID) },
	  0,
	  C(SYS_ADMIN),
	  C(CHOWN) | C(KILL) | C(SETUID) },
	{ "one for two needs",
	  { C(CHOWN) | C(FOWNER), C(FOWNER) | C(KILL) },
	  0,
	  C(CHOWN) | C(KILL),
	  C(FOWNER) },
	{ "one newer than the table is dear", { 1ull << 50 | C(CHOWN) }, 0, 0, C(CHOWN) },
	{ "and taken when nothing else will do", { 1ull << 50 }, 0, 0, 1ull << 50 },
	{ "a low risk before a medium one",
	  { C(NET_BIND_SERVICE) | C(CHOWN) },
	  0,
	  C(CHOWN),
	  C(NET_BIND_SERVICE) },
};

static size_t count(const uint64_t *needs, size_t max)
{
	size_t n = 0;

	while (n < max && needs[n])
		n++;
	return n;
}

static void test_cases(void)
{
	for (size_t i = 0; i < CT_ARRAY_SIZE(cases); i++) {
		uint64_t got = ct_hitting_set__cheapest(cases[i].needs, count(cases[i].needs, 4),
							cases[i].have, cases[i].seen);

		if (got != cases[i].cover)
			printf("%s: 0x%llx\n", cases[i].what, (unsigned long long)got);
		CU_ASSERT_EQUAL(got, cases[i].cover);
	}
}

static uint32_t seed = 1;

static uint32_t below(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

static bool hits_all(uint64_t set, const uint64_t *needs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!(needs[i] & set))
			return false;
	return true;
}

/* At random: every need is met, what is there stays, nothing can be left out. */
static void test_random(void)
{
	for (int round = 0; round < 500; round++) {
		uint64_t needs[12], have = 1ull << below(41), got, again;
		size_t n = 1 + below(12), range = round % 2 ? 41 : 12;

		for (size_t i = 0; i < n; i++) {
			needs[i] = 0;
			for (uint32_t k = 1 + below(3); k; k--)
				needs[i] |= 1ull << below((uint32_t)range);
		}
		got = ct_hitting_set__cheapest(needs, n, have, 0);
		CU_ASSERT(hits_all(got, needs, n));
		CU_ASSERT_EQUAL(got & have, have);
		ct_caps__for_each(cap, got & ~have)
			CU_ASSERT_FALSE(hits_all(got & ~(1ull << cap), needs, n));
		for (size_t i = 0; i < n / 2; i++) {
			uint64_t first = needs[i];

			needs[i] = needs[n - 1 - i];
			needs[n - 1 - i] = first;
		}
		again = ct_hitting_set__cheapest(needs, n, have, 0);
		CU_ASSERT_EQUAL(again, got);
	}
}

/* More in question than all subsets can be tried of: still a set that meets all. */
static void test_many(void)
{
	uint64_t needs[20], got;

	for (size_t i = 0; i < CT_ARRAY_SIZE(needs); i++)
		needs[i] = 3ull << (2 * i);
	got = ct_hitting_set__cheapest(needs, CT_ARRAY_SIZE(needs), 0, 0);
	CU_ASSERT(hits_all(got, needs, CT_ARRAY_SIZE(needs)));
	CU_ASSERT_EQUAL(ct_caps__count(got), 20);
	CU_ASSERT_FALSE(got & CT_CAP(SYS_ADMIN));
}

static CU_TestInfo tests[] = {
	{ "cases", test_cases },
	{ "random", test_random },
	{ "many", test_many },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("cover", tests)
