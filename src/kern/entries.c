/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads what the probe has beside kinds: overcommit, acts, losses, who came in. */
#include <bpf/bpf.h>
#include <linux/capability.h>
#include <string.h>

#include "kern/map_walk.h"

static void tell_overcommit(struct ct_map_walk *w, const void *entry, void *value)
{
	const __u64 *cgroup = entry;
	const struct ct_vm_count *cpu = value;
	struct ct_key key = { .cgroup = *cgroup, .cap = CAP_SYS_ADMIN, .nr = CT_NR_NONE };

	if (!ct_map_walk__is_wanted(w, *cgroup))
		return;
	for (int granted = 0; granted < 2; granted++) {
		uint64_t count = 0;

		for (int c = 0; c < w->p->ncpus; c++)
			count += cpu[c].n[granted];
		key.flags = granted ? CT_F_GRANTED : 0;
		if (count)
			w->fn.count(w->arg, &key, count, 0);
	}
	if (ct_map_walk__is_gone(w, *cgroup))
		bpf_map_delete_elem(bpf_map__fd(w->p->skel->maps.overcommit), cgroup);
}

static void read_overcommit(void *arg, const void *entry)
{
	struct ct_map_walk *w = arg;

	if (!bpf_map_lookup_elem(bpf_map__fd(w->p->skel->maps.overcommit), entry, w->cpu))
		tell_overcommit(w, entry, w->cpu);
}

void ct_probe__each_overcommit(struct ct_probe *p, const struct ct_which *which, ct_count_fn fn,
			       void *arg)
{
	ct_autofree struct ct_vm_count *cpu = ct_xzalloc(p->ncpus * sizeof(*cpu));
	struct ct_map_walk w = { .p = p, .which = which, .fn.count = fn, .arg = arg, .cpu = cpu };

	if (!ct_map_walk__each_entry(&w, p->skel->maps.overcommit, p->ncpus * sizeof(*cpu), NULL,
				     tell_overcommit))
		ct_map_walk__each_key(p->skel->maps.overcommit, read_overcommit, &w);
}

static void tell_act(struct ct_map_walk *w, const void *entry, void *value)
{
	const struct ct_act_key *key = entry;
	bool gone = ct_map_walk__is_gone(w, key->cgroup) ||
		    (w->which->over && w->which->over(w->which->arg, key));

	if (!gone && !w->which->living)
		return;
	w->fn.act(w->arg, key, *(__u64 *)value);
	if (gone && !bpf_map_delete_elem(bpf_map__fd(w->p->skel->maps.acts), key))
		ct_map_walk__give_back(w->p, CT_POOL_ACTS, key->cgroup);
}

static void read_act(void *arg, const void *entry)
{
	struct ct_map_walk *w = arg;
	__u64 count;

	if (!bpf_map_lookup_elem(bpf_map__fd(w->p->skel->maps.acts), entry, &count))
		tell_act(w, entry, &count);
}

void ct_probe__each_act(struct ct_probe *p, const struct ct_which *which, ct_act_fn fn, void *arg)
{
	struct ct_map_walk w = { .p = p, .which = which, .fn.act = fn, .arg = arg };

	if (!ct_map_walk__each_entry(&w, p->skel->maps.acts, sizeof(__u64), NULL, tell_act))
		ct_map_walk__each_key(p->skel->maps.acts, read_act, &w);
}

static void tell_loss(struct ct_map_walk *w, const void *entry, void *value)
{
	const __u64 *cgroup = entry;
	const struct ct_share *share = value;
	bool gone = ct_map_walk__is_gone(w, *cgroup);

	if (!gone && !w->which->living)
		return;
	if (share->lost)
		w->fn.lost(w->arg, *cgroup, share->lost);
	/* The share is read again, since entries may have been given back after it was read. */
	if (gone && bpf_map_lookup_elem(bpf_map__fd(w->p->skel->maps.shares), cgroup, value))
		return;
	for (int pool = 0; pool < CT_POOLS; pool++)
		gone &= !share->used[pool];
	if (gone)
		bpf_map_delete_elem(bpf_map__fd(w->p->skel->maps.shares), cgroup);
}

static void read_loss(void *arg, const void *entry)
{
	struct ct_map_walk *w = arg;
	struct ct_share share;

	if (!bpf_map_lookup_elem(bpf_map__fd(w->p->skel->maps.shares), entry, &share))
		tell_loss(w, entry, &share);
}

void ct_probe__each_loss(struct ct_probe *p, const struct ct_which *which, ct_lost_fn fn, void *arg)
{
	struct ct_map_walk w = { .p = p, .which = which, .fn.lost = fn, .arg = arg };

	if (!ct_map_walk__each_entry(&w, p->skel->maps.shares, sizeof(struct ct_share), NULL,
				     tell_loss))
		ct_map_walk__each_key(p->skel->maps.shares, read_loss, &w);
}

static void tell_entered(struct ct_map_walk *w, const void *entry, void *value)
{
	const struct ct_slot_id *id = entry;

	if (!ct_map_walk__is_wanted(w, id->cgroup))
		return;
	w->fn.entered(w->arg, id, value);
	if (ct_map_walk__is_gone(w, id->cgroup))
		bpf_map_delete_elem(bpf_map__fd(w->p->skel->maps.entered), id);
}

static void read_entered(void *arg, const void *entry)
{
	struct ct_map_walk *w = arg;
	struct ct_entered e;

	if (!bpf_map_lookup_elem(bpf_map__fd(w->p->skel->maps.entered), entry, &e))
		tell_entered(w, entry, &e);
}

void ct_probe__each_entered(struct ct_probe *p, const struct ct_which *which, ct_entered_fn fn,
			    void *arg)
{
	struct ct_map_walk w = { .p = p, .which = which, .fn.entered = fn, .arg = arg };

	if (!ct_map_walk__each_entry(&w, p->skel->maps.entered, sizeof(struct ct_entered), NULL,
				     tell_entered))
		ct_map_walk__each_key(p->skel->maps.entered, read_entered, &w);
}

bool ct_probe__entered(struct ct_probe *p, const struct ct_slot_id *id, struct ct_entered *e)
{
	return !bpf_map_lookup_elem(bpf_map__fd(p->skel->maps.entered), id, e);
}

/* A value of the map entering, as in bpf/entering.h. */
struct entering {
	__u32 entry, mntns;
	__u64 cgroup, home, away, since;
};

static void tell_entering(struct ct_map_walk *w, const void *key, void *value)
{
	const struct entering *e = value;

	(void)key;
	if (e->home)
		w->fn.mention(w->arg, e->home, true);
	if (CT_IS_PENDING(e->entry))
		w->fn.mention(w->arg, e->cgroup, true);
}

static void mention_entering(void *arg, const void *entry)
{
	struct ct_map_walk *w = arg;
	struct entering e;

	if (!bpf_map_lookup_elem(bpf_map__fd(w->p->skel->maps.entering), entry, &e))
		tell_entering(w, entry, &e);
}

static void tell_target(struct ct_map_walk *w, const void *entry, void *value)
{
	const struct ct_act_key *key = entry;

	(void)value;
	if (key->type == CT_ACT_TARGET)
		w->fn.mention(w->arg, key->b, false);
}

static void mention_target(void *arg, const void *entry)
{
	tell_target(arg, entry, NULL);
}

void ct_probe__each_mention(struct ct_probe *p, ct_mention_fn fn, void *arg)
{
	struct ct_map_walk w = { .p = p, .fn.mention = fn, .arg = arg };

	if (bpf_map__value_size(p->skel->maps.entering) == sizeof(struct entering) &&
	    !ct_map_walk__each_entry(&w, p->skel->maps.entering, sizeof(struct entering), NULL,
				     tell_entering))
		ct_map_walk__each_key(p->skel->maps.entering, mention_entering, &w);
	if (!ct_map_walk__each_entry(&w, p->skel->maps.acts, sizeof(__u64), NULL, tell_target))
		ct_map_walk__each_key(p->skel->maps.acts, mention_target, &w);
}
