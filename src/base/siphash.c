/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/siphash.h"

#include <string.h>
#include <sys/random.h>

#include "base/clock.h"

struct ct_sipkey ct_sipkey__random(void)
{
	struct ct_sipkey key;

	/* Early at boot there may be no randomness yet; waiting for it would be worse. */
	if (getrandom(&key, sizeof(key), GRND_NONBLOCK) != sizeof(key))
		key = (struct ct_sipkey){ ct_clock__now_ns(), (uint64_t)ct_clock__wall_ms() };
	return key;
}

static uint64_t rotate(uint64_t x, int by)
{
	return x << by | x >> (64 - by);
}

static void mix(uint64_t v[4], int rounds)
{
	while (rounds--) {
		v[0] += v[1];
		v[1] = rotate(v[1], 13) ^ v[0];
		v[0] = rotate(v[0], 32);
		v[2] += v[3];
		v[3] = rotate(v[3], 16) ^ v[2];
		v[0] += v[3];
		v[3] = rotate(v[3], 21) ^ v[0];
		v[2] += v[1];
		v[1] = rotate(v[1], 17) ^ v[2];
		v[2] = rotate(v[2], 32);
	}
}

static void take_word(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	mix(v, 2);
	v[0] ^= word;
}

/* The words are little-endian, so that the test vectors hold on every machine. */
static uint64_t word_at(const unsigned char *p, size_t n)
{
	uint64_t word = 0;

	while (n--)
		word = word << 8 | p[n];
	return word;
}

uint64_t ct_siphash(const struct ct_sipkey *key, const void *data, size_t len)
{
	const unsigned char *p = data;
	uint64_t v[4] = { key->k0 ^ 0x736f6d6570736575ull, key->k1 ^ 0x646f72616e646f6dull,
			  key->k0 ^ 0x6c7967656e657261ull, key->k1 ^ 0x7465646279746573ull };
	size_t left = len;

	for (; left >= 8; left -= 8, p += 8)
		take_word(v, word_at(p, 8));
	take_word(v, (uint64_t)len << 56 | word_at(p, left));
	v[2] ^= 0xff;
	mix(v, 4);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}
