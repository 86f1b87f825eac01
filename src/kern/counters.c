/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads what the probe counted, and deletes the entries of cgroups that are gone. */
#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

#include "kern/map_walk.h"

/* Length of a tick: the measured one, rounded to a CONFIG_HZ that exists. */
static uint64_t tick_ns(uint64_t jiffies, uint64_t ns)
{
	static const uint64_t hz[] = { 1000, 300, 250, 100 };
	uint64_t measured = jiffies ? ns / jiffies : 0;

	for (size_t i = 0; i + 1 < CT_ARRAY_SIZE(hz); i++)
		if (measured < (1000000000 / hz[i] + 1000000000 / hz[i + 1]) / 2)
			return 1000000000 / hz[i];
	return 1000000000 / hz[CT_ARRAY_SIZE(hz) - 1];
}

static void read_clock(struct ct_probe *p, struct ct_ticks *clock)
{
	ct_probe__provoke();
	clock->jiffies = p->skel->bss->clock_jiffies;
	clock->ns = p->skel->bss->clock_ns;
}

void ct_probe__start_clock(struct ct_probe *p)
{
	read_clock(p, &p->start);
	p->now = p->start;
}

static uint64_t jiffies_to_ns(const struct ct_probe *p, uint64_t jiffies)
{
	uint64_t tick = tick_ns(p->now.jiffies - p->start.jiffies, p->now.ns - p->start.ns);

	return jiffies ? p->start.ns + (jiffies - p->start.jiffies) * tick : 0;
}

/* Slots of all processors' caches, and those of them that hold something, by key. */
struct cache_slots {
	struct ct_slot *all;
	size_t n;
	const struct ct_slot **held;
	size_t nheld;
};

static int by_slot_key(const void *x, const void *y)
{
	const struct ct_slot *const *a = x, *const *b = y;

	return memcmp(&(*a)->key, &(*b)->key, sizeof((*a)->key));
}

static void sort_slots(struct cache_slots *s)
{
	if (s->nheld)
		qsort(s->held, s->nheld, sizeof(*s->held), by_slot_key);
}

static void free_slots(struct cache_slots *s)
{
	free(s->all);
	free(s->held);
}

/* Reads all of them. Where the kernel gives none they are empty. */
static struct cache_slots read_cache(struct ct_probe *p)
{
	__u32 count = CT_CACHE_SLOTS * p->ncpus, batch;
	struct cache_slots s = { .n = count };
	ct_autofree __u32 *index = ct_xzalloc(count * sizeof(*index));

	s.all = ct_xzalloc(count * sizeof(*s.all));
	s.held = ct_xzalloc(count * sizeof(*s.held));
	if (bpf_map_lookup_batch(bpf_map__fd(p->skel->maps.cache), NULL, &batch, index, s.all,
				 &count, NULL) &&
	    errno != ENOENT)
		memset(s.all, 0, s.n * sizeof(*s.all));
	for (size_t i = 0; i < s.n; i++)
		if (s.all[i].count)
			s.held[s.nheld++] = &s.all[i];
	sort_slots(&s);
	return s;
}

struct ct_cache {
	struct cache_slots slots; /* as they were read last */
	struct cache_slots moved; /* those whose contents changed between the last two readings */
};

/* The slots that hold the key: *n of them, from the returned one on. */
static const struct ct_slot **find_slots(const struct cache_slots *s, const struct ct_key *key,
					 size_t *n)
{
	size_t low = 0, high = s->nheld;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (memcmp(&s->held[middle]->key, key, sizeof(*key)) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (*n = 0; low + *n < s->nheld; (*n)++)
		if (memcmp(&s->held[low + *n]->key, key, sizeof(*key)) != 0)
			break;
	return s->held + low;
}

static void forget_shares(struct ct_probe *p)
{
	int fd = bpf_map__fd(p->skel->maps.shares);
	uint64_t cgroup;

	for (__u32 i = bpf_map__max_entries(p->skel->maps.shares); i > 0; i--)
		if (bpf_map_get_next_key(fd, NULL, &cgroup) || bpf_map_delete_elem(fd, &cgroup))
			break;
	p->skel->bss->pool_used[CT_POOL_KINDS] = 0;
}

void ct_probe__forget(struct ct_probe *p)
{
	static const struct ct_slot none;
	int kinds = bpf_map__fd(p->skel->maps.kinds);
	struct ct_key key;

	/* Bounded, for new ones may come in as fast as they are taken out. */
	for (__u32 i = bpf_map__max_entries(p->skel->maps.kinds); i > 0; i--)
		if (bpf_map_get_next_key(kinds, NULL, &key) || bpf_map_delete_elem(kinds, &key))
			break;
	forget_shares(p);
	/* Last, because a hit in a slot of a kind that is gone would be counted nowhere. */
	for (__u32 i = 0; i < bpf_map__max_entries(p->skel->maps.cache); i++)
		bpf_map_update_elem(bpf_map__fd(p->skel->maps.cache), &i, &none, BPF_ANY);
}

static void add_hits(struct ct_count *sum, uint64_t count, uint64_t last)
{
	sum->count += count;
	if (last > sum->last)
		sum->last = last;
}

static void add_cpus(struct ct_count *sum, const struct ct_count *cpu, int ncpus)
{
	for (int c = 0; c < ncpus; c++)
		add_hits(sum, cpu[c].count, cpu[c].last);
}

/* What slot i holds of the key now. */
static struct ct_count look_at_slot(const struct ct_map_walk *w, __u32 i, const struct ct_key *key)
{
	int fd = bpf_map__fd(w->p->skel->maps.cache);
	struct ct_slot slot;

	if (bpf_map_lookup_elem(fd, &i, &slot) || memcmp(&slot.key, key, sizeof(*key)) != 0)
		return (struct ct_count){};
	return (struct ct_count){ slot.count, slot.last };
}

static bool has_key(const struct ct_slot *slot, const struct ct_key *key)
{
	return slot->count && !memcmp(&slot->key, key, sizeof(*key));
}

/* Adds what the slots that had the key hold of it now, and notes that in them. */
static void add_slots(struct ct_map_walk *w, const struct ct_key *key, struct ct_count *sum)
{
	for (size_t i = 0; i < w->cache->slots.n; i++) {
		struct ct_count now;

		if (!has_key(&w->cache->slots.all[i], key))
			continue;
		now = look_at_slot(w, i, key);
		add_hits(sum, now.count, now.last);
		w->cache->slots.all[i].count = now.count;
	}
}

/* True if no slot holds less than was noted, so that none was flushed since. */
static bool slots_are_kept(const struct ct_map_walk *w, const struct ct_key *key)
{
	for (size_t i = 0; i < w->cache->slots.n; i++)
		if (has_key(&w->cache->slots.all[i], key) &&
		    look_at_slot(w, i, key).count < w->cache->slots.all[i].count)
			return false;
	return true;
}

#define TRIES 8

/*
 * While the probe runs, a slot may be flushed to the map between the two readings. Then both are
 * repeated, or its hits would be counted twice. cpu: room for the entry's value.
 */
static int sum_kind(struct ct_map_walk *w, const struct ct_key *key, struct ct_count *cpu,
		    struct ct_count *sum)
{
	int fd = bpf_map__fd(w->p->skel->maps.kinds);

	for (int i = 0; i < TRIES; i++) {
		*sum = (struct ct_count){};
		add_slots(w, key, sum);
		if (bpf_map_lookup_elem(fd, key, cpu))
			return -errno;
		if (w->p->stopped || slots_are_kept(w, key))
			break;
	}
	add_cpus(sum, cpu, w->p->ncpus);
	return 0;
}

static void forget_kind(struct ct_map_walk *w, const struct ct_key *key)
{
	if (!bpf_map_delete_elem(bpf_map__fd(w->p->skel->maps.kinds), key))
		ct_map_walk__give_back(w->p, CT_POOL_KINDS, key->cgroup);
	if (!bpf_map_delete_elem(bpf_map__fd(w->p->skel->maps.results), key))
		ct_map_walk__give_back(w->p, CT_POOL_RESULTS, key->cgroup);
}

/*
 * May this kind of a living cgroup be forgotten? Not if a slot has it, whose hits would be counted
 * nowhere. One that comes into a slot at this very moment loses these few hits, but has been handed
 * over.
 */
static bool may_be_forgotten(const struct ct_map_walk *w, const struct ct_key *key)
{
	size_t n;

	if (!w->which->idle || w->p->skel->bss->pool_used[CT_POOL_KINDS] < CT_KINDS / 2)
		return false;
	find_slots(&w->cache->slots, key, &n);
	return !n && w->which->idle(w->which->arg, key);
}

/*
 * Nothing is counted for a cgroup that is gone, so a slot that still has its key is without effect
 * once the entry is deleted.
 */
static void tell_kind(struct ct_map_walk *w, const struct ct_key *key, const struct ct_count *sum)
{
	w->fn.count(w->arg, key, sum->count, jiffies_to_ns(w->p, sum->last));
	if (ct_map_walk__is_gone(w, key->cgroup) || may_be_forgotten(w, key))
		forget_kind(w, key);
}

/* Reads the slots again, after the entries that were just read, so that no hit is in both. */
static void read_slots_again(struct ct_map_walk *w)
{
	struct cache_slots was = w->cache->slots;

	free_slots(&w->cache->moved);
	w->cache->slots = read_cache(w->p);
	w->cache->moved = was;
	w->cache->moved.nheld = 0;
	for (size_t i = 0; i < was.n; i++) {
		const struct ct_slot *now = &w->cache->slots.all[i];

		if (was.all[i].count &&
		    !(has_key(now, &was.all[i].key) && now->count >= was.all[i].count))
			w->cache->moved.held[w->cache->moved.nheld++] = &was.all[i];
	}
	sort_slots(&w->cache->moved);
}

/*
 * What was in a slot before the entry was read, and is not there any more, may have been put into
 * the entry too late to be read: such a kind is looked at by itself. So is one that was read
 * singly, for which the slots were not read again.
 */
static void read_kind(struct ct_map_walk *w, const void *entry, void *value)
{
	const struct ct_key *key = entry;
	const struct ct_slot **slots;
	struct ct_count sum = {};
	size_t n;

	if (!ct_map_walk__is_wanted(w, key->cgroup))
		return;
	find_slots(&w->cache->moved, key, &n);
	if ((n || w->singly) && !w->p->stopped) {
		if (!sum_kind(w, key, value, &sum))
			tell_kind(w, key, &sum);
		return;
	}
	add_cpus(&sum, value, w->p->ncpus);
	slots = find_slots(&w->cache->slots, key, &n);
	for (size_t i = 0; i < n; i++)
		add_hits(&sum, slots[i]->count, slots[i]->last);
	tell_kind(w, key, &sum);
}

void ct_probe__each_kind(struct ct_probe *p, const struct ct_which *which, ct_count_fn fn,
			 void *arg)
{
	struct ct_cache cache = {};
	struct ct_map_walk w = {
		.p = p, .which = which, .fn.count = fn, .arg = arg, .cache = &cache
	};

	if (!p->stopped)
		read_clock(p, &p->now);
	cache.slots = read_cache(p);
	ct_map_walk__each_entry(&w, p->skel->maps.kinds, p->ncpus * sizeof(struct ct_count),
				read_slots_again, read_kind);
	free_slots(&cache.slots);
	free_slots(&cache.moved);
}

void ct_probe__stop(struct ct_probe *p)
{
	if (p->stopped)
		return;
	read_clock(p, &p->now);
	/*
	 * The ends of system calls stay watched until the object is closed: to take those down is
	 * to wait for every processor, which the report need not do.
	 */
	probe_bpf__detach(p->skel);
	p->stopped = true;
}
