/* SPDX-License-Identifier: GPL-2.0-only */
#include "kern/map_walk.h"

#include <assert.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

bool ct_map_walk__is_gone(const struct ct_map_walk *w, uint64_t cgroup)
{
	return w->which->gone && w->which->gone(w->which->arg, cgroup);
}

bool ct_map_walk__is_wanted(const struct ct_map_walk *w, uint64_t cgroup)
{
	return w->which->living || ct_map_walk__is_gone(w, cgroup);
}

void ct_map_walk__give_back(struct ct_probe *p, enum ct_pool pool, uint64_t cgroup)
{
	int fd = bpf_map__fd(p->skel->maps.shares);
	struct ct_share share;

	__atomic_fetch_sub(&p->skel->bss->pool_used[pool], 1, __ATOMIC_RELAXED);
	if (bpf_map_lookup_elem(fd, &cgroup, &share) || !share.used[pool])
		return;
	/* If the cgroup lives, what it takes or loses at this very moment may be forgotten. */
	share.used[pool]--;
	bpf_map_update_elem(fd, &cgroup, &share, BPF_EXIST);
}

#define LONGEST_KEY sizeof(struct ct_act_key)
_Static_assert(sizeof(struct ct_key) <= LONGEST_KEY, "the longest key");

/* From the key `first` on. */
static void walk_keys(const struct bpf_map *map, const void *first,
		      void (*fn)(void *arg, const void *key), void *arg)
{
	char key[LONGEST_KEY], next[LONGEST_KEY];
	size_t size = bpf_map__key_size(map);
	int fd = bpf_map__fd(map);
	bool more = true;

	memcpy(next, first, size);
	/* Bounded, because the walk begins anew if the kernel deletes the key in between. */
	for (size_t left = 2 * (size_t)bpf_map__max_entries(map); more && left; left--) {
		memcpy(key, next, size);
		more = !bpf_map_get_next_key(fd, key, next);
		fn(arg, key);
	}
}

/* The key behind this one, or the first one if it is NULL. False: there is none. */
static bool next_key(const struct bpf_map *map, const void *key, void *next)
{
	assert(bpf_map__key_size(map) <= LONGEST_KEY);
	return !bpf_map_get_next_key(bpf_map__fd(map), key, next);
}

void ct_map_walk__each_key(const struct bpf_map *map, void (*fn)(void *arg, const void *key),
			   void *arg)
{
	char first[LONGEST_KEY];

	if (next_key(map, NULL, first))
		walk_keys(map, first, fn, arg);
}

struct single_entry {
	struct ct_map_walk *w;
	int fd;
	void *value;
	void (*fn)(struct ct_map_walk *w, const void *key, void *value);
};

static void read_entry(void *arg, const void *key)
{
	struct single_entry *e = arg;

	if (!bpf_map_lookup_elem(e->fd, key, e->value))
		e->fn(e->w, key, e->value);
}

#define CHUNK 1024 /* entries that are read at once */

void ct_map_walk__each_entry(struct ct_map_walk *w, const struct bpf_map *map, size_t value_size,
			     void (*after)(struct ct_map_walk *w),
			     void (*fn)(struct ct_map_walk *w, const void *key, void *value))
{
	size_t key_size = bpf_map__key_size(map), room = CHUNK;
	ct_autofree char *keys = ct_xzalloc(room * key_size);
	ct_autofree char *values = ct_xzalloc(room * value_size);
	uint64_t at[2] = {}, next[2] = {}; /* opaque to us: where the kernel goes on */
	char rest[LONGEST_KEY];		   /* the first key that was not read yet */
	bool more = next_key(map, NULL, rest), first = true;

	/* Bounded, for new ones may come in as fast as they are read. */
	for (size_t left = 2 * (size_t)bpf_map__max_entries(map) / CHUNK + 2; more && left;
	     left--) {
		__u32 n = (__u32)room;
		int ret = bpf_map_lookup_batch(bpf_map__fd(map), first ? NULL : at, next, keys,
					       values, &n, NULL);

		if (ret && errno == ENOSPC && room < bpf_map__max_entries(map)) {
			/* A chain of the table has more entries than that. */
			room *= 2;
			keys = ct_xrealloc(keys, room * key_size);
			values = ct_xrealloc(values, room * value_size);
			continue;
		}
		if (ret && errno != ENOENT)
			break;
		first = false;
		memcpy(at, next, sizeof(at));
		/* Before fn may delete the last of them. */
		more = !ret && n && next_key(map, keys + (n - 1) * key_size, rest);
		if (after)
			after(w);
		for (__u32 i = 0; i < n; i++)
			fn(w, keys + i * key_size, values + i * value_size);
	}
	w->singly = more;
	if (more)
		walk_keys(map, rest, read_entry,
			  &(struct single_entry){ w, bpf_map__fd(map), values, fn });
}
