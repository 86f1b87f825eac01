/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/hashes.h"

#include <stdlib.h>
#include <string.h>

#include "base/util.h"

/* The index at which the hash is, or has to be inserted. */
static size_t place_of(const struct ct_hashes *h, uint32_t hash)
{
	size_t low = 0, high = h->len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (h->items[middle] < hash)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void ct_hashes__add(struct ct_hashes *h, const char *s)
{
	uint32_t hash = ct_hash32(s, strlen(s));
	size_t i = place_of(h, hash);

	if (i < h->len && h->items[i] == hash)
		return;
	(void)CT_PUSH(h->items, h->len, h->cap);
	memmove(&h->items[i + 1], &h->items[i], (h->len - 1 - i) * sizeof(*h->items));
	h->items[i] = hash;
}

bool ct_hashes__have(const struct ct_hashes *h, const char *s)
{
	uint32_t hash = ct_hash32(s, strlen(s));
	size_t i = place_of(h, hash);

	return i < h->len && h->items[i] == hash;
}

void ct_hashes__free(struct ct_hashes *h)
{
	free(h->items);
	*h = (struct ct_hashes){ 0 };
}
