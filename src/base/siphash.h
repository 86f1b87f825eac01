/* SPDX-License-Identifier: GPL-2.0-only */
/* SipHash-2-4: a short hash for which nobody can find collisions without the key. */
#ifndef CT_BASE_SIPHASH_H
#define CT_BASE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

struct ct_sipkey {
	uint64_t k0, k1;
};

/* A key that nobody can guess. */
struct ct_sipkey ct_sipkey__random(void);

uint64_t ct_siphash(const struct ct_sipkey *key, const void *data, size_t len);

#endif
