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

void ct_probe__each_overcommit(struct ct_probe *p, const struct ct_which *which, ct_count_fn fn,
			       void *arg)
{
	struct ct_map_walk w = { .p = p, .which = which, .fn.count = fn, .arg = arg };

	ct_map_walk__each_entry(&w, p->skel->maps.overcommit, p->ncpus * sizeof(struct ct_vm_count),
				NULL, tell_overcommit);
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

void ct_probe__each_act(struct ct_probe *p, const struct ct_which *which, ct_act_fn fn, void *arg)
{
	struct ct_map_walk w = { .p = p, .which = which, .fn.act = fn, .arg = arg };

	ct_map_walk__each_entry(&w, p->skel->maps.acts, sizeof(__u64), NULL, tell_act);
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
	/* Its other entries have been deleted by now. One that was missed must not keep it. */
	if (gone)
		bpf_map_delete_elem(bpf_map__fd(w->p->skel->maps.shares), cgroup);
}

void ct_probe__each_loss(struct ct_probe *p, const struct ct_which *which, ct_lost_fn fn, void *arg)
{
	struct ct_map_walk w = { .p = p, .which = which, .fn.lost = fn, .arg = arg };

	ct_map_walk__each_entry(&w, p->skel->maps.shares, sizeof(struct ct_share), NULL, tell_loss);
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

void ct_probe__each_entered(struct ct_probe *p, const struct ct_which *which, ct_entered_fn fn,
			    void *arg)
{
	struct ct_map_walk w = { .p = p, .which = which, .fn.entered = fn, .arg = arg };

	ct_map_walk__each_entry(&w, p->skel->maps.entered, sizeof(struct ct_entered), NULL,
				tell_entered);
}

bool ct_probe__entered(struct ct_probe *p, const struct ct_slot_id *id, struct ct_entered *e)
{
	return !bpf_map_lookup_elem(bpf_map__fd(p->skel->maps.entered), id, e);
}

static void tell_entering(struct ct_map_walk *w, const void *key, void *value)
{
	const struct ct_entering *e = value;

	(void)key;
	if (e->home)
		w->fn.mention(w->arg, e->home, true);
	if (CT_IS_PENDING(e->entry))
		w->fn.mention(w->arg, e->cgroup, true);
}

static void tell_target(struct ct_map_walk *w, const void *entry, void *value)
{
	const struct ct_act_key *key = entry;

	(void)value;
	if (key->type == CT_ACT_TARGET)
		w->fn.mention(w->arg, key->b, false);
}

void ct_probe__each_mention(struct ct_probe *p, ct_mention_fn fn, void *arg)
{
	struct ct_map_walk w = { .p = p, .fn.mention = fn, .arg = arg };

	ct_map_walk__each_entry(&w, p->skel->maps.entering, sizeof(struct ct_entering), NULL,
				tell_entering);
	ct_map_walk__each_entry(&w, p->skel->maps.acts, sizeof(__u64), NULL, tell_target);
}
