/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading the probe: events from the ring, counts and call paths from maps. */
#include "kern/probe_priv.h"

#include <errno.h>
#include <string.h>
#include <linux/capability.h>
#include <bpf/bpf.h>

const char *ct_probe__backend(const struct ct_probe *p)
{
	return p->backend;
}

bool ct_probe__fingerprints(const struct ct_probe *p)
{
	return p->window[0] >= 0 || !strcmp(p->backend, "kprobe");
}

bool ct_probe__watches_syscalls(const struct ct_probe *p)
{
	return p->nwatched > 0;
}

bool ct_probe__watches_outcomes(const struct ct_probe *p)
{
	return p->skel->rodata->cfg_outcomes;
}

int ct_probe__cgroup_layout(const struct ct_probe *p)
{
	return p->layout;
}

int ct_probe__mark_inside(struct ct_probe *p, uint64_t cgroup)
{
	struct {
		__u32 main, inside;
	} group = { .inside = 1 };

	return bpf_map__update_elem(p->skel->maps.groups, &cgroup, sizeof(cgroup), &group,
				    sizeof(group), BPF_ANY);
}

int ct_probe__fd(const struct ct_probe *p)
{
	return ring_buffer__epoll_fd(p->ring);
}

int ct_probe__consume(struct ct_probe *p, ct_event_fn fn, void *arg)
{
	p->fn = fn;
	p->arg = arg;
	return ring_buffer__consume(p->ring);
}

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

static bool is_cached(const struct ct_slot *slots, size_t nslots, const struct ct_key *key)
{
	for (size_t i = 0; i < nslots; i++)
		if (slots[i].count && !memcmp(&slots[i].key, key, sizeof(*key)))
			return true;
	return false;
}

/* An entry that is taken out makes room for others. */
static void give_back(struct ct_probe *p, enum ct_pool pool, uint64_t cgroup)
{
	int fd = bpf_map__fd(p->skel->maps.shares);
	struct ct_share share;

	__atomic_fetch_sub(&p->skel->bss->pool_used[pool], 1, __ATOMIC_RELAXED);
	if (bpf_map_lookup_elem(fd, &cgroup, &share) || !share.used[pool])
		return;
	/* The cgroup has ended: nobody else changes it. */
	share.used[pool]--;
	bpf_map_update_elem(fd, &cgroup, &share, BPF_EXIST);
}

static void drain_kinds(struct ct_probe *p, ct_ended_fn ended, ct_count_fn fn, void *arg)
{
	size_t nslots;
	ct_autofree struct ct_count *cpu = ct_xzalloc(p->ncpus * sizeof(*cpu));
	ct_autofree struct ct_slot *slots = read_cache(p, &nslots);
	int fd = bpf_map__fd(p->skel->maps.kinds);
	struct ct_key key, next;
	bool more = !bpf_map_get_next_key(fd, NULL, &next);

	while (more) {
		struct ct_count sum = {};

		key = next;
		more = !bpf_map_get_next_key(fd, &key, &next);
		if (!ended(arg, key.cgroup) || is_cached(slots, nslots, &key) ||
		    bpf_map_lookup_elem(fd, &key, cpu))
			continue;
		add_cpus(&sum, cpu, p->ncpus);
		if (!bpf_map_delete_elem(fd, &key))
			give_back(p, CT_POOL_KINDS, key.cgroup);
		fn(arg, &key, sum.count, jiffies_to_ns(p, sum.last));
	}
}

static void drain_acts(struct ct_probe *p, ct_ended_fn ended, ct_act_fn fn, void *arg)
{
	int fd = bpf_map__fd(p->skel->maps.acts);
	struct ct_act_key key, next;
	bool more = !bpf_map_get_next_key(fd, NULL, &next);

	while (more) {
		__u64 count;

		key = next;
		more = !bpf_map_get_next_key(fd, &key, &next);
		if (!ended(arg, key.cgroup) || bpf_map_lookup_elem(fd, &key, &count))
			continue;
		if (!bpf_map_delete_elem(fd, &key))
			give_back(p, CT_POOL_ACTS, key.cgroup);
		fn(arg, &key, count);
	}
}

/* A share that is empty and lost nothing tells nothing more. */
static void drain_shares(struct ct_probe *p, ct_ended_fn ended, void *arg)
{
	int fd = bpf_map__fd(p->skel->maps.shares);
	uint64_t cgroup, next;
	bool more = !bpf_map_get_next_key(fd, NULL, &next);

	while (more) {
		struct ct_share share;

		cgroup = next;
		more = !bpf_map_get_next_key(fd, &cgroup, &next);
		if (ended(arg, cgroup) && !bpf_map_lookup_elem(fd, &cgroup, &share) &&
		    !share.lost && !share.used[CT_POOL_KINDS] && !share.used[CT_POOL_ACTS])
			bpf_map_delete_elem(fd, &cgroup);
	}
}

static void drain_entered(struct ct_probe *p, const struct ct_drain *to)
{
	int fd = bpf_map__fd(p->skel->maps.entered);
	struct ct_slot_id id, next;
	bool more = !bpf_map_get_next_key(fd, NULL, &next);

	while (more) {
		struct ct_entered e;

		id = next;
		more = !bpf_map_get_next_key(fd, &id, &next);
		if (!to->ended(to->arg, id.cgroup) || bpf_map_lookup_elem(fd, &id, &e))
			continue;
		bpf_map_delete_elem(fd, &id);
		to->entered(to->arg, &id, &e);
	}
}

void ct_probe__drain(struct ct_probe *p, const struct ct_drain *to)
{
	read_clock(p, &p->now);
	drain_kinds(p, to->ended, to->kind, to->arg);
	drain_acts(p, to->ended, to->act, to->arg);
	drain_entered(p, to);
	drain_shares(p, to->ended, to->arg);
}

int ct_probe__each_kind(struct ct_probe *p, ct_count_fn fn, void *arg)
{
	size_t nslots;
	ct_autofree struct ct_count *cpu = ct_xzalloc(p->ncpus * sizeof(*cpu));
	ct_autofree struct ct_slot *slots = read_cache(p, &nslots);
	int fd = bpf_map__fd(p->skel->maps.kinds);
	struct ct_key key, *prev = NULL;

	if (!p->stopped)
		read_clock(p, &p->now);
	while (!bpf_map_get_next_key(fd, prev, &key)) {
		struct ct_count sum = {};

		prev = &key;
		if (bpf_map_lookup_elem(fd, &key, cpu))
			continue;
		add_cpus(&sum, cpu, p->ncpus);
		for (size_t i = 0; i < nslots; i++)
			if (slots[i].count && !memcmp(&slots[i].key, &key, sizeof(key)))
				add_hits(&sum, slots[i].count, slots[i].last);
		fn(arg, &key, sum.count, jiffies_to_ns(p, sum.last));
	}
	return 0;
}

int ct_probe__each_overcommit(struct ct_probe *p, ct_count_fn fn, void *arg)
{
	ct_autofree struct ct_vm_count *cpu = ct_xzalloc(p->ncpus * sizeof(*cpu));
	int fd = bpf_map__fd(p->skel->maps.overcommit);
	__u64 cgroup, *prev = NULL;

	while (!bpf_map_get_next_key(fd, prev, &cgroup)) {
		struct ct_key key = { .cgroup = cgroup, .cap = CAP_SYS_ADMIN, .nr = CT_NR_NONE };

		prev = &cgroup;
		if (bpf_map_lookup_elem(fd, &cgroup, cpu))
			continue;
		for (int granted = 0; granted < 2; granted++) {
			uint64_t count = 0;

			for (int c = 0; c < p->ncpus; c++)
				count += cpu[c].n[granted];
			key.flags = granted ? CT_F_GRANTED : 0;
			if (count)
				fn(arg, &key, count, 0);
		}
	}
	return 0;
}

int ct_probe__each_act(struct ct_probe *p, ct_act_fn fn, void *arg)
{
	int fd = bpf_map__fd(p->skel->maps.acts);
	struct ct_act_key key, *prev = NULL;

	while (!bpf_map_get_next_key(fd, prev, &key)) {
		__u64 count;

		prev = &key;
		if (!bpf_map_lookup_elem(fd, &key, &count))
			fn(arg, &key, count);
	}
	return 0;
}

void ct_probe__each_loss(struct ct_probe *p, ct_lost_fn fn, void *arg)
{
	int fd = bpf_map__fd(p->skel->maps.shares);
	uint64_t cgroup, *prev = NULL;

	while (!bpf_map_get_next_key(fd, prev, &cgroup)) {
		struct ct_share share;

		prev = &cgroup;
		if (!bpf_map_lookup_elem(fd, &cgroup, &share) && share.lost)
			fn(arg, cgroup, share.lost);
	}
}

int ct_probe__each_entered(struct ct_probe *p, ct_entered_fn fn, void *arg)
{
	int fd = bpf_map__fd(p->skel->maps.entered);
	struct ct_slot_id id, *prev = NULL;

	while (!bpf_map_get_next_key(fd, prev, &id)) {
		struct ct_entered e;

		prev = &id;
		if (!bpf_map_lookup_elem(fd, &id, &e))
			fn(arg, &id, &e);
	}
	return 0;
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

/* The frames of the probe itself come first: they end with cap_capable. */
static int first_frame(const struct ct_probe *p, const struct ct_stack *st)
{
	for (int i = 0; i < st->depth && i < CT_STACK_DEPTH; i++) {
		const char *name = ct_ksyms__name(p->syms, st->addr[i]);

		if (name && !strcmp(name, "cap_capable"))
			return i + 1;
	}
	return 0;
}

int ct_probe__stack(struct ct_probe *p, uint64_t site, char ***names, size_t *len)
{
	struct ct_stack st;
	char **list = NULL;
	size_t n = 0, cap = 0;

	if (bpf_map_lookup_elem(bpf_map__fd(p->skel->maps.stacks), &site, &st) || st.depth <= 0)
		return -ENOENT;
	for (int i = first_frame(p, &st); i < st.depth && i < CT_STACK_DEPTH; i++) {
		/* Return addresses: the call may be the last instruction of its function. */
		const char *name = st.addr[i] ? ct_ksyms__name(p->syms, st.addr[i] - 1) : NULL;

		*CT_PUSH(list, n, cap) = ct_xstrdup(name ? name : "?");
	}
	*names = list;
	*len = n;
	return 0;
}

void ct_probe__outcome(struct ct_probe *p, const struct ct_key *key, struct ct_outcome *o)
{
	struct ct_results r = {};

	bpf_map_lookup_elem(bpf_map__fd(p->skel->maps.results), key, &r);
	*o = (struct ct_outcome){
		.ok = r.ok,
		.eperm = r.eperm,
		.eacces = r.eacces,
		.other = r.other,
		.found = r.found,
		.made = r.made,
		.same_session = r.same_session,
		.other_session = r.other_session,
		.own_file = r.own_file,
		.other_file = r.other_file,
		.sgid = r.sgid,
		.no_sgid = r.no_sgid,
		.listed = r.listed,
		.empty = r.empty,
	};
}

static uint64_t missed_runs(struct bpf_program *prog)
{
	struct bpf_prog_info info = {};
	__u32 len = sizeof(info);
	int fd = bpf_program__fd(prog);

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &len))
		return 0;
	return info.recursion_misses;
}

int ct_probe__losses(struct ct_probe *p, struct ct_losses *l)
{
	ct_autofree __u64 *cpu = ct_xzalloc(p->ncpus * sizeof(*cpu));
	uint64_t sum[CT_LOSS_MAX] = {};
	struct bpf_program *prog;

	for (__u32 i = 0; i < CT_LOSS_MAX; i++) {
		if (bpf_map_lookup_elem(bpf_map__fd(p->skel->maps.losses), &i, cpu))
			return -errno;
		for (int c = 0; c < p->ncpus; c++)
			sum[i] += cpu[c];
	}
	l->events = sum[CT_LOSS_RING];
	l->kinds = sum[CT_LOSS_KINDS];
	l->acts = sum[CT_LOSS_ACTS];
	l->procs = sum[CT_LOSS_PROCS];
	l->stacks = sum[CT_LOSS_STACKS];
	l->outcomes = sum[CT_LOSS_OUTCOMES];
	l->missed = 0;
	bpf_object__for_each_program(prog, p->skel->obj) if (bpf_program__autoload(prog))
		l->missed += missed_runs(prog);
	return 0;
}
