/* SPDX-License-Identifier: GPL-2.0-only */
/* The vectors of the paper: "SipHash: a fast short-input PRF", appendix A, and of its code. */
#include "base/siphash.h"
#include "unit.h"

static void test_vectors(void)
{
	static const uint64_t expected[] = {
		0x726fdb47dd0e0e31ull, 0x74f839c593dc67fdull, 0x0d6c8009d9a94f5aull,
		0x85676696d7fb7e2dull, 0xcf2794e0277187b7ull, 0x18765564cd99a68dull,
		0xcbc9466e58fee3ceull, 0xab0200f58b01d137ull, 0x93f5f5799a932462ull,
	};
	const struct ct_sipkey key = { 0x0706050403020100ull, 0x0f0e0d0c0b0a0908ull };
	unsigned char in[15];

	for (unsigned char i = 0; i < sizeof(in); i++)
		in[i] = i;
	for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++)
		CU_ASSERT_EQUAL(ct_siphash(&key, in, i), expected[i]);
	CU_ASSERT_EQUAL(ct_siphash(&key, in, 15), 0xa129ca6149be45e5ull);
}

static void test_random_key(void)
{
	struct ct_sipkey a = ct_sipkey__random(), b = ct_sipkey__random();

	CU_ASSERT_TRUE(a.k0 != b.k0 || a.k1 != b.k1);
}

static CU_TestInfo tests[] = {
	{ "vectors", test_vectors },
	{ "random key", test_random_key },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("siphash", tests)
