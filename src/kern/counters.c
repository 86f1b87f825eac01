/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads what the probe counted, and deletes the entries of cgroups that are gone. */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/capability.h>
#include <string.h>

#include "kern/probe_priv.h"

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

/* All slots of all processors' caches; the caller frees. Where the kernel gives none they are
 * empty. */
static struct ct_slot *read_cache(struct ct_probe *p, size_t *n)
{
	__u32 count = CT_CACHE_SLOTS * p->ncpus, batch;
	struct ct_slot *slots = ct_xzalloc(count * sizeof(*slots));
	ct_autofree __u32 *index = ct_xzalloc(count * sizeof(*index));

	*n = count;
	if (bpf_map_lookup_batch(bpf_map__fd(p->skel->maps.cache), NULL, &batch, index, slots,
				 &count, NULL) &&
	    errno != ENOENT)
		memset(slots, 0, *n * sizeof(*slots));
	return slots;
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
	/* Last: a hit in a slot of a kind that is gone would be counted nowhere. */
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

/* An entry that is taken out makes room for others. */
static void give_back(struct ct_probe *p, enum ct_pool pool, uint64_t cgroup)
{
	int fd = bpf_map__fd(p->skel->maps.shares);
	struct ct_share share;

	__atomic_fetch_sub(&p->skel->bss->pool_used[pool], 1, __ATOMIC_RELAXED);
	if (bpf_map_lookup_elem(fd, &cgroup, &share) || !share.used[pool])
		return;
	/* The cgroup is gone: nobody else changes it. */
	share.used[pool]--;
	bpf_map_update_elem(fd, &cgroup, &share, BPF_EXIST);
}

#define LONGEST_KEY sizeof(struct ct_act_key)
_Static_assert(sizeof(struct ct_key) <= LONGEST_KEY, "the longest key");

/* Calls fn for each key of a map. fn may delete its entry. */
static void each_key(const struct bpf_map *map, void (*fn)(void *arg, const void *key), void *arg)
{
	char key[LONGEST_KEY], next[LONGEST_KEY];
	size_t size = bpf_map__key_size(map);
	int fd = bpf_map__fd(map);
	bool more = !bpf_map_get_next_key(fd, NULL, next);

	/* Bounded, because the walk begins anew if the kernel deletes the key in between. */
	for (size_t left = 2 * (size_t)bpf_map__max_entries(map); more && left; left--) {
		memcpy(key, next, size);
		more = !bpf_map_get_next_key(fd, key, next);
		fn(arg, key);
	}
}

/* One walk over a map. */
struct map_walk {
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
	void *cpu;
	struct ct_slot *slots;
	size_t nslots;
};

static bool is_gone(const struct map_walk *w, uint64_t cgroup)
{
	return w->which->gone && w->which->gone(w->which->arg, cgroup);
}

/* What slot i holds of the key now. */
static struct ct_count look_at_slot(const struct map_walk *w, __u32 i, const struct ct_key *key)
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
static void add_slots(struct map_walk *w, const struct ct_key *key, struct ct_count *sum)
{
	for (size_t i = 0; i < w->nslots; i++) {
		struct ct_count now;

		if (!has_key(&w->slots[i], key))
			continue;
		now = look_at_slot(w, i, key);
		add_hits(sum, now.count, now.last);
		w->slots[i].count = now.count;
	}
}

/* True if no slot holds less than was noted, so that none was flushed since. */
static bool slots_are_kept(const struct map_walk *w, const struct ct_key *key)
{
	for (size_t i = 0; i < w->nslots; i++)
		if (has_key(&w->slots[i], key) && look_at_slot(w, i, key).count < w->slots[i].count)
			return false;
	return true;
}

#define TRIES 8

/*
 * While the probe runs, a slot may be flushed to the map between the two readings. Then both are
 * repeated, or its hits would be counted twice.
 */
static int sum_kind(struct map_walk *w, const struct ct_key *key, struct ct_count *sum)
{
	int fd = bpf_map__fd(w->p->skel->maps.kinds);

	for (int i = 0; i < TRIES; i++) {
		*sum = (struct ct_count){};
		add_slots(w, key, sum);
		if (bpf_map_lookup_elem(fd, key, w->cpu))
			return -errno;
		if (w->p->stopped || slots_are_kept(w, key))
			break;
	}
	add_cpus(sum, w->cpu, w->p->ncpus);
	return 0;
}

/*
 * Nothing is counted for a cgroup that is gone, so a slot that still has its key is without effect
 * once the entry is deleted.
 */
static void read_kind(void *arg, const void *entry)
{
	struct map_walk *w = arg;
	const struct ct_key *key = entry;
	bool gone = is_gone(w, key->cgroup);
	int fd = bpf_map__fd(w->p->skel->maps.kinds);
	struct ct_count sum;

	if ((!gone && !w->which->living) || sum_kind(w, key, &sum))
		return;
	w->fn.count(w->arg, key, sum.count, jiffies_to_ns(w->p, sum.last));
	if (!gone)
		return;
	if (!bpf_map_delete_elem(fd, key))
		give_back(w->p, CT_POOL_KINDS, key->cgroup);
	if (!bpf_map_delete_elem(bpf_map__fd(w->p->skel->maps.results), key))
		give_back(w->p, CT_POOL_RESULTS, key->cgroup);
}

void ct_probe__each_kind(struct ct_probe *p, const struct ct_which *which, ct_count_fn fn,
			 void *arg)
{
	struct map_walk w = { .p = p, .which = which, .fn.count = fn, .arg = arg };
	ct_autofree struct ct_count *cpu = ct_xzalloc(p->ncpus * sizeof(*cpu));
	ct_autofree struct ct_slot *slots = read_cache(p, &w.nslots);

	if (!p->stopped)
		read_clock(p, &p->now);
	w.cpu = cpu;
	w.slots = slots;
	each_key(p->skel->maps.kinds, read_kind, &w);
}

static void read_overcommit(void *arg, const void *entry)
{
	struct map_walk *w = arg;
	const __u64 *cgroup = entry;
	bool gone = is_gone(w, *cgroup);
	int fd = bpf_map__fd(w->p->skel->maps.overcommit);
	const struct ct_vm_count *cpu = w->cpu;
	struct ct_key key = { .cgroup = *cgroup, .cap = CAP_SYS_ADMIN, .nr = CT_NR_NONE };

	if ((!gone && !w->which->living) || bpf_map_lookup_elem(fd, cgroup, w->cpu))
		return;
	for (int granted = 0; granted < 2; granted++) {
		uint64_t count = 0;

		for (int c = 0; c < w->p->ncpus; c++)
			count += cpu[c].n[granted];
		key.flags = granted ? CT_F_GRANTED : 0;
		if (count)
			w->fn.count(w->arg, &key, count, 0);
	}
	if (gone)
		bpf_map_delete_elem(fd, cgroup);
}

void ct_probe__each_overcommit(struct ct_probe *p, const struct ct_which *which, ct_count_fn fn,
			       void *arg)
{
	ct_autofree struct ct_vm_count *cpu = ct_xzalloc(p->ncpus * sizeof(*cpu));
	struct map_walk w = { .p = p, .which = which, .fn.count = fn, .arg = arg, .cpu = cpu };

	each_key(p->skel->maps.overcommit, read_overcommit, &w);
}

static void read_act(void *arg, const void *entry)
{
	struct map_walk *w = arg;
	const struct ct_act_key *key = entry;
	bool gone = is_gone(w, key->cgroup) ||
		    (w->which->over && w->which->over(w->which->arg, key));
	int fd = bpf_map__fd(w->p->skel->maps.acts);
	__u64 count;

	if ((!gone && !w->which->living) || bpf_map_lookup_elem(fd, key, &count))
		return;
	w->fn.act(w->arg, key, count);
	if (gone && !bpf_map_delete_elem(fd, key))
		give_back(w->p, CT_POOL_ACTS, key->cgroup);
}

void ct_probe__each_act(struct ct_probe *p, const struct ct_which *which, ct_act_fn fn, void *arg)
{
	struct map_walk w = { .p = p, .which = which, .fn.act = fn, .arg = arg };

	each_key(p->skel->maps.acts, read_act, &w);
}

static void read_loss(void *arg, const void *entry)
{
	struct map_walk *w = arg;
	const __u64 *cgroup = entry;
	bool gone = is_gone(w, *cgroup);
	int fd = bpf_map__fd(w->p->skel->maps.shares);
	struct ct_share share;

	if ((!gone && !w->which->living) || bpf_map_lookup_elem(fd, cgroup, &share))
		return;
	if (share.lost)
		w->fn.lost(w->arg, *cgroup, share.lost);
	for (int pool = 0; pool < CT_POOLS; pool++)
		gone &= !share.used[pool];
	if (gone)
		bpf_map_delete_elem(fd, cgroup);
}

void ct_probe__each_loss(struct ct_probe *p, const struct ct_which *which, ct_lost_fn fn, void *arg)
{
	struct map_walk w = { .p = p, .which = which, .fn.lost = fn, .arg = arg };

	each_key(p->skel->maps.shares, read_loss, &w);
}

static void read_entered(void *arg, const void *entry)
{
	struct map_walk *w = arg;
	const struct ct_slot_id *id = entry;
	bool gone = is_gone(w, id->cgroup);
	int fd = bpf_map__fd(w->p->skel->maps.entered);
	struct ct_entered e;

	if ((!gone && !w->which->living) || bpf_map_lookup_elem(fd, id, &e))
		return;
	w->fn.entered(w->arg, id, &e);
	if (gone)
		bpf_map_delete_elem(fd, id);
}

void ct_probe__each_entered(struct ct_probe *p, const struct ct_which *which, ct_entered_fn fn,
			    void *arg)
{
	struct map_walk w = { .p = p, .which = which, .fn.entered = fn, .arg = arg };

	each_key(p->skel->maps.entered, read_entered, &w);
}

/* As bpf/ has it, where a value is struct entering. */
struct entering {
	__u32 entry, mntns;
	__u64 cgroup, home, away, since;
};

static void mention_entering(void *arg, const void *entry)
{
	struct map_walk *w = arg;
	struct entering e;

	if (bpf_map_lookup_elem(bpf_map__fd(w->p->skel->maps.entering), entry, &e))
		return;
	if (e.home)
		w->fn.mention(w->arg, e.home, true);
	if (CT_IS_PENDING(e.entry))
		w->fn.mention(w->arg, e.cgroup, true);
}

static void mention_target(void *arg, const void *entry)
{
	struct map_walk *w = arg;
	const struct ct_act_key *key = entry;

	if (key->type == CT_ACT_TARGET)
		w->fn.mention(w->arg, key->b, false);
}

void ct_probe__each_mention(struct ct_probe *p, ct_mention_fn fn, void *arg)
{
	struct map_walk w = { .p = p, .fn.mention = fn, .arg = arg };

	if (bpf_map__value_size(p->skel->maps.entering) == sizeof(struct entering))
		each_key(p->skel->maps.entering, mention_entering, &w);
	each_key(p->skel->maps.acts, mention_target, &w);
}

void ct_probe__stop(struct ct_probe *p)
{
	if (p->stopped)
		return;
	read_clock(p, &p->now);
	/* The ends of system calls stay watched until the object is closed: taking
	 * those down waits for every processor, the report need not. */
	probe_bpf__detach(p->skel);
	p->stopped = true;
}
