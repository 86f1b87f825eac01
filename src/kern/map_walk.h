/* SPDX-License-Identifier: GPL-2.0-only */
/* Walks over maps in the kernel: many entries at once where that can be done, else one by one. */
#ifndef CT_KERN_MAP_WALK_H
#define CT_KERN_MAP_WALK_H

#include "kern/probe_priv.h"

struct ct_cache; /* counters.c */

/* One walk over a map. */
struct ct_map_walk {
	struct ct_probe *p;
	const struct ct_which *which;
	union {
		ct_count_fn count;
		ct_act_fn act;
		ct_entered_fn entered;
		ct_lost_fn lost;
		ct_mention_fn mention;
	} fn;
	void *arg;
	struct ct_cache *cache; /* of kinds */
	bool singly;		/* see ct_map_walk__each_entry() */
};

bool ct_map_walk__is_gone(const struct ct_map_walk *w, uint64_t cgroup);
bool ct_map_walk__is_wanted(const struct ct_map_walk *w, uint64_t cgroup);

/*
 * Gives back what a deleted entry of this cgroup took of the pool, so that there is room for
 * others.
 */
void ct_map_walk__give_back(struct ct_probe *p, enum ct_pool pool, uint64_t cgroup);

/* Calls fn for each key of a map. fn may delete its entry. */
void ct_map_walk__each_key(const struct bpf_map *map, void (*fn)(void *arg, const void *key),
			   void *arg);

/*
 * Calls fn for each entry of a hash table, with its value as it was read. Many are read at once,
 * because a system call for each would cost more than all else. after, unless NULL, is called when
 * some were read, before fn is called for them; fn may delete its entry. Where the kernel fails to
 * read many, the rest is read one by one, without a call of after: then w->singly is set. Both ways
 * go through the table in the same order, so that no entry is handed over twice
 * (kernel/bpf/hashtab.c, 5.10 to 7.3).
 */
void ct_map_walk__each_entry(struct ct_map_walk *w, const struct bpf_map *map, size_t value_size,
			     void (*after)(struct ct_map_walk *w),
			     void (*fn)(struct ct_map_walk *w, const void *key, void *value));

#endif
