/* SPDX-License-Identifier: GPL-2.0-only */
/* A set of strings that keeps only a hash of four bytes for each of them. */
#ifndef CT_BASE_HASHES_H
#define CT_BASE_HASHES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ct_hashes {
	uint32_t *items; /* sorted */
	size_t len, cap;
};

void ct_hashes__add(struct ct_hashes *h, const char *s);

/* Was s added? Another string is taken for one that was with a chance of len in four billion. */
bool ct_hashes__have(const struct ct_hashes *h, const char *s);

void ct_hashes__free(struct ct_hashes *h);

#endif
