/* SPDX-License-Identifier: GPL-2.0-only */
/* Adding up arrays, shared by the files of a tally. */
#ifndef CT_MODEL_TALLY_PRIV_H
#define CT_MODEL_TALLY_PRIV_H

#include "model/session.h"

/* An array of kinds, acts, execs or exits: where its pointer, length and capacity are. */
struct ct_items {
	void **items;
	size_t *len, *cap;
};
#define CT_KINDS_OF(w) ((struct ct_items){ (void **)&(w)->kinds, &(w)->nkinds, &(w)->kinds_cap })
#define CT_ACTS_OF(w)  ((struct ct_items){ (void **)&(w)->acts, &(w)->nacts, &(w)->acts_cap })
#define CT_EXECS_OF(w) ((struct ct_items){ (void **)&(w)->execs, &(w)->nexecs, &(w)->execs_cap })
#define CT_EXITS_OF(w) ((struct ct_items){ (void **)&(w)->exits, &(w)->nexits, &(w)->exits_cap })

/* How items are added up. */
struct ct_adding {
	size_t size; /* of one item */
	uint32_t (*hash)(const void *item);
	int (*compare)(const void *a, const void *b); /* 0: they become one */
	/* Adds `from` to `to`. What `from` still holds afterwards is freed with its workload. */
	void (*add)(void *to, void *from, const void *arg);
	/* Called for an item that is moved because `to` has none like it; may be NULL. */
	void (*bring)(void *item, const void *arg);
};

/*
 * Adds each item of `from` to the one that is the same in `to`, or else moves it there. joined[i]
 * is set for items that `to` had before and to which something was added; joined may be NULL.
 */
void ct_items__add(struct ct_items to, struct ct_items from, const struct ct_adding *how,
		   const void *arg, bool *joined);

/* tally_take.c: adds a take of the recording that was added to `into` last. */
void ct_tally__take(struct ct_session *into, struct ct_session *from);

/* Adds d, what is new in a part, to what earlier takes had of it; the caller frees d. */
void ct_part__take(struct ct_workload *part, struct ct_workload *d);

/* tally_part.c: adds a part to one of equal setting; the caller frees `from`. */
void ct_part__add(struct ct_workload *to, struct ct_workload *from);

/* Is a's recording newer than b's? The order depends on nothing but the two. */
bool ct_part__is_newer(const struct ct_workload *a, const struct ct_workload *b);

/* Swaps a and b, except for the parts that they hold. */
void ct_part__swap(struct ct_workload *a, struct ct_workload *b);

#endif
