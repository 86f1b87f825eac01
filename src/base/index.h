/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds the elements of an array by their content, through a hash table of their indexes. */
#ifndef CT_BASE_INDEX_H
#define CT_BASE_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CT_INDEX_NONE SIZE_MAX

struct ct_index {
	uint32_t *slots; /* index + 1, 0: empty */
	size_t nslots;	 /* a power of two */
};

/* Is element i of these items what is wanted? */
typedef bool (*ct_index_fn)(const void *items, size_t i, const void *wanted);

void ct_index__init(struct ct_index *ix, size_t room); /* for at most room elements */
void ct_index__free(struct ct_index *ix);
void ct_index__put(struct ct_index *ix, uint32_t hash, size_t i);

/* Returns the index of the element, or CT_INDEX_NONE. */
size_t ct_index__find(const struct ct_index *ix, uint32_t hash, ct_index_fn is, const void *items,
		      const void *wanted);

static inline void ct_index__cleanup(struct ct_index *ix)
{
	ct_index__free(ix);
}
#define ct_autoindex __attribute__((cleanup(ct_index__cleanup)))

#endif
