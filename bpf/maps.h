/* SPDX-License-Identifier: GPL-2.0-only */
/* What the probe and user space share while it runs. */
#ifndef CT_BPF_MAPS_H
#define CT_BPF_MAPS_H

#include "config.h"
#include "entering.h"

/* Bytes from ctx to cap_capable's return address, for two shapes of the stack; < 0: unknown. */
SEC_HOT int cfg_window[2] = { -1, -1 };

/* Index of the shape that holds at present, see follow_window. */
SEC_HOT __u32 window_shape;

/* When window_moved() last looked, in jiffies. */
SEC_HOT __u64 window_looked;

/* Always 0, which the verifier does not know: see on_check. */
SEC_HOT __u32 nothing;

/* Number of entering tasks in the map: 0 saves the look-up. */
SEC_HOT __u32 entering_alive;

/*
 * Reference point for converting jiffies to CLOCK_MONOTONIC: reading jiffies costs a load, the
 * precise clock a tenth of everything else done for a check.
 */
__u64 clock_jiffies, clock_ns;

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, CT_KINDS);
	__type(key, struct ct_key);
	__type(value, struct ct_count);
} kinds SEC(".maps");

/*
 * Cache in front of kinds: repeated checks of a task cost one comparison of their key and of some
 * words of the stack. Evicted counts go to kinds, user space adds up both. There are CT_CACHE_SLOTS
 * for each processor, but in an array that is not per CPU, because the memory of per-CPU arrays is
 * mapped in small pages.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CT_CACHE_SLOTS); /* times the processors */
	__type(key, __u32);
	__type(value, struct ct_slot);
} cache SEC(".maps");

/* Overcommit checks by cgroup: by far the most frequent, never a need. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 8192);
	__type(key, __u64);
	__type(value, struct ct_vm_count);
} overcommit SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries,
	       CT_KINDS);   /* each comes with a new kind, so the limits of kinds hold here, too */
	__type(key, __u64); /* ct_key.site */
	__type(value, struct ct_stack);
} stacks SEC(".maps");

/*
 * Additional fingerprints of a call path, and the one that stands for all of them, which user space
 * finds by comparing names. So a path with a stale address here or there stays one kind.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, CT_KINDS);
	__type(key, __u64);   /* as it was found */
	__type(value, __u64); /* ct_key.site */
} aliases SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ct_stack);
} scratch SEC(".maps");

/* Cgroups made since the probe was attached. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, __u64);
	__type(value, struct ct_group);
} groups SEC(".maps");

/* The cgroup of each process, so that its origin is known when it is moved. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 32768);
	__type(key, __u32); /* tgid */
	__type(value, __u64);
} homes SEC(".maps");

/* The slots of cgroups: which processes came into them, and what became of those. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, struct ct_slot_id);
	__type(value, struct ct_entered);
} entered SEC(".maps");

/* Processes whose main thread has ended while others go on. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32); /* tgid */
	__type(value, __u32);
} headless SEC(".maps");

/*
 * Processes that called capget for their own sets since their last execve, and what it told
 * them last. One forgotten by the LRU is taken not to have asked, which errs to the safe side.
 */
struct asker {
	__u64 permitted, effective, inheritable;
};
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32); /* tgid */
	__type(value, struct asker);
} askers SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CT_ACTS);
	__type(key, struct ct_act_key);
	__type(value, __u64);
} acts SEC(".maps");

/*
 * Refusals that may be followed by the question for an alternative; several, because others may be
 * refused something while a task has lost the processor between the two.
 */
#define REFUSALS 16 /* a power of two */
struct refusal {
	__u32 tid;
	__s32 nr;
	__u64 call; /* call_of() */
	__u64 jiffies;
	__u8 after; /* 1 + capability */
	__u8 pad[7];
};
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, REFUSALS);
	__type(key, __u32); /* the lowest bits of a tid */
	__type(value, struct refusal);
} refusals SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, CT_LOSS_MAX);
	__type(key, __u32);
	__type(value, __u64);
} losses SEC(".maps");

#define RING_SIZE (1 << 22)
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, RING_SIZE);
} ring SEC(".maps");

static __always_inline void lost(__u32 where)
{
	__u64 *n = bpf_map_lookup_elem(&losses, &where);

	if (n)
		(*n)++;
}

/* What each cgroup holds of the maps that all share, and what it lost. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, __u64); /* cgroup */
	__type(value, struct ct_share);
} shares SEC(".maps");

/* Entries in use by all cgroups together; user space subtracts what it deletes. */
__u32 pool_used[CT_POOLS];

/* Not on the stack, which is nearly full where a check is counted. */
static const struct ct_share no_share = {};

static __always_inline struct ct_share *share_of(__u64 cgroup)
{
	struct ct_share *s = bpf_map_lookup_elem(&shares, &cgroup);

	if (!s) {
		bpf_map_update_elem(&shares, &cgroup, &no_share, BPF_NOEXIST);
		s = bpf_map_lookup_elem(&shares, &cgroup);
	}
	return s;
}

/*
 * May this cgroup have another entry of the pool? Yes, as long as it holds no more than is left for
 * all others. So one cgroup that floods a map gets half of it, two get a third each, and the next
 * one always finds as much.
 */
static __always_inline bool may_take(struct ct_share *s, __u32 pool, __u32 size)
{
	__u32 used = pool_used[pool];

	return used < size && (!s || s->used[pool] <= size - used);
}

static __always_inline void took(struct ct_share *s, __u32 pool)
{
	__sync_fetch_and_add(&pool_used[pool], 1);
	if (s)
		__sync_fetch_and_add(&s->used[pool], 1);
}

/* Counts a loss as this cgroup's alone; without a share it may be anybody's. */
static __always_inline void lost_by(struct ct_share *s, __u32 where)
{
	if (s)
		__sync_fetch_and_add(&s->lost, 1);
	else
		lost(where);
}

/* The number of times that the ring has become more than half full, and whether it is now. */
__u32 ring_epoch, ring_congested;

/*
 * The first half of the ring is for everybody. Of the second half a cgroup may have as much as is
 * left for all others, as in may_take(), until the ring has been read.
 */
static __always_inline bool may_send(struct ct_share *s, __u32 size)
{
	/* User space may have chosen another size than RING_SIZE. */
	__u64 whole = bpf_ringbuf_query(&ring, BPF_RB_RING_SIZE);
	__u64 used = bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA);

	if (used < whole / 2) {
		if (ring_congested)
			ring_epoch++;
		ring_congested = 0;
		return true;
	}
	ring_congested = 1;
	if (!s)
		return true;
	if (s->epoch != ring_epoch) {
		s->epoch = ring_epoch;
		s->sent = 0;
	}
	/* Not exact: atomic operations that return a value came with 5.12. */
	s->sent += size;
	return s->sent <= whole - used;
}

/* Room for one event of that cgroup, or NULL with the loss counted. */
static __always_inline void *event_reserve(__u64 cgroup, __u32 size)
{
	struct ct_share *s = share_of(cgroup);
	void *ev = may_send(s, size) ? bpf_ringbuf_reserve(&ring, size, 0) : NULL;

	if (!ev)
		lost_by(s, CT_LOSS_RING);
	return ev;
}

#define EVENT_RESERVE(type_, cgroup_) ((type_ *)event_reserve(cgroup_, sizeof(type_)))

#endif
