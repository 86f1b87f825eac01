/* SPDX-License-Identifier: GPL-2.0-only */
/* What the probe and user space share while it runs. */
#ifndef CT_BPF_MAPS_H
#define CT_BPF_MAPS_H

#include "config.h"
#include "newcomers.h"

/* Bytes from ctx to cap_capable's return address, in two shapes; < 0: unknown. */
SEC_HOT int cfg_window[2] = { -1, -1 };

/* Which of them holds now, see follow_window. */
SEC_HOT __u32 window_shape;

/* Always 0, which the verifier does not know: see on_check. */
SEC_HOT __u32 nothing;

/* Number of processes in the map of newcomers: 0 saves the look-up. */
SEC_HOT __u32 newcomers_alive;

/*
 * The same moment in two clocks: reading jiffies costs a load, the precise clock
 * a tenth of everything else done for a check.
 */
__u64 clock_jiffies, clock_ns;

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct ct_key);
	__type(value, struct ct_count);
} kinds SEC(".maps");

/*
 * Cache in front of kinds: repeated checks of a task cost one comparison of their key and of
 * some words of the stack. Evicted counts go to kinds, user space adds up both. CT_CACHE_SLOTS
 * for each processor, but in an array that is not per CPU: the memory of those is mapped in
 * small pages.
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
	__uint(max_entries, 8192);
	__type(key, __u64); /* ct_key.site */
	__type(value, struct ct_stack);
} stacks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ct_stack);
} scratch SEC(".maps");

/* Cgroups made since the probe was attached: has the entry point begun? */
struct group {
	__u32 main;   /* tgid of the entry point, 0 before its execve */
	__u32 inside; /* made by a descendant of the watched command */
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, __u64);
	__type(value, struct group);
} groups SEC(".maps");

/*
 * Processes that called capget for data since their last execve, and what they
 * were then. One forgotten by the LRU is taken not to have asked, which
 * errs to the safe side.
 */
struct asker {
	__u64 permitted;
	__u32 euid, pad;
};
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32); /* tgid */
	__type(value, struct asker);
} askers SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, struct ct_act_key);
	__type(value, __u64);
} acts SEC(".maps");

/* The refusal that may be followed by the question for an alternative. */
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
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct refusal);
} refusals SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, CT_LOSS_MAX);
	__type(key, __u32);
	__type(value, __u64);
} losses SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 22);
} ring SEC(".maps");

static __always_inline void lost(__u32 where)
{
	__u64 *n = bpf_map_lookup_elem(&losses, &where);

	if (n)
		(*n)++;
}

/* Room for one event, or NULL with the loss counted. */
#define EVENT_RESERVE(type_)                                               \
	({                                                                 \
		type_ *ev_ = bpf_ringbuf_reserve(&ring, sizeof(type_), 0); \
		if (!ev_)                                                  \
			lost(CT_LOSS_RING);                                \
		ev_;                                                       \
	})

#endif
