/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/index.h"

#include "base/util.h"

void ct_index__init(struct ct_index *ix, size_t room)
{
	ix->nslots = 16;
	while (ix->nslots < 2 * room)
		ix->nslots *= 2;
	ix->slots = ct_xzalloc(ix->nslots * sizeof(*ix->slots));
}

void ct_index__free(struct ct_index *ix)
{
	free(ix->slots);
	*ix = (struct ct_index){};
}

void ct_index__put(struct ct_index *ix, uint32_t hash, size_t i)
{
	size_t at = hash;

	while (ix->slots[at & (ix->nslots - 1)])
		at++;
	ix->slots[at & (ix->nslots - 1)] = (uint32_t)i + 1;
}

size_t ct_index__find(const struct ct_index *ix, uint32_t hash, ct_index_fn is, const void *items,
		      const void *wanted)
{
	for (size_t at = hash;; at++) {
		uint32_t slot = ix->slots[at & (ix->nslots - 1)];

		if (!slot)
			return CT_INDEX_NONE;
		if (is(items, slot - 1, wanted))
			return slot - 1;
	}
}
