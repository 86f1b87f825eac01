/* SPDX-License-Identifier: GPL-2.0-only */
/* What the loaded probe is, its ring of events, and the call paths and losses that it noted. */
#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

#include "kern/probe_priv.h"

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

bool ct_probe__watches_comparisons(const struct ct_probe *p)
{
	return ct_probe__watches_syscalls(p) && !p->target_calls;
}

int ct_probe__cgroup_layout(const struct ct_probe *p)
{
	return p->layout;
}

const char *const ct_detail_names[] = { "full", "no-sites", "kinds", "totals", NULL };

void ct_probe__set_detail(struct ct_probe *p, enum ct_detail detail)
{
	p->skel->data_hot->cfg_detail = detail;
}

enum ct_detail ct_probe__detail(const struct ct_probe *p)
{
	return p->skel->data_hot->cfg_detail;
}

int ct_probe__mark_inside(struct ct_probe *p, uint64_t cgroup)
{
	const struct ct_group group = { .inside = 1 };

	return bpf_map__update_elem(p->skel->maps.groups, &cgroup, sizeof(cgroup), &group,
				    sizeof(group), BPF_ANY);
}

bool ct_probe__is_readable(void *arg)
{
	const struct ct_probe *p = arg;
	uint64_t last = ~0ull, next;

	/* There is no such cgroup: a look-up and a deletion find nothing, and a walk begins anew.
	 */
	return bpf_map_delete_elem(bpf_map__fd(p->skel->maps.shares), &last) && errno == ENOENT &&
	       (!bpf_map_get_next_key(bpf_map__fd(p->skel->maps.shares), &last, &next) ||
		errno == ENOENT);
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

/* If the fingerprint is an alias, the stack is that of the one that it stands for. */
static int look_up_stack(struct ct_probe *p, uint64_t site, struct ct_stack *st)
{
	int stacks = bpf_map__fd(p->skel->maps.stacks);

	if (!bpf_map_lookup_elem(stacks, &site, st))
		return 0;
	if (bpf_map_lookup_elem(bpf_map__fd(p->skel->maps.aliases), &site, &site))
		return -ENOENT;
	return bpf_map_lookup_elem(stacks, &site, st) ? -ENOENT : 0;
}

void ct_probe__alias(struct ct_probe *p, uint64_t site, uint64_t known)
{
	/* Its stack makes room for that of another path. */
	if (!bpf_map_update_elem(bpf_map__fd(p->skel->maps.aliases), &site, &known, BPF_ANY))
		bpf_map_delete_elem(bpf_map__fd(p->skel->maps.stacks), &site);
}

int ct_probe__stack(struct ct_probe *p, uint64_t site, char ***names, size_t *len)
{
	struct ct_stack st;
	int first;
	char **list = NULL;
	size_t n = 0, cap = 0;

	if (look_up_stack(p, site, &st) || st.depth <= 0)
		return -ENOENT;
	first = ct_probe__caller(p->syms, st.addr, st.depth, true);
	for (int i = first < 0 ? 0 : first; i < st.depth && i < CT_STACK_DEPTH; i++) {
		/*
		 * These are return addresses: the call may be the last instruction of its function.
		 */
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

	if (ct_probe__watches_outcomes(p))
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
		.nodata = r.nodata,
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

uint64_t ct_probe__missed(const struct ct_probe *p)
{
	struct bpf_program *prog;
	uint64_t sum = 0;

	bpf_object__for_each_program(prog, p->skel->obj) if (bpf_program__autoload(prog))
		sum += missed_runs(prog);
	return sum;
}

int ct_probe__losses(struct ct_probe *p, struct ct_losses *l)
{
	ct_autofree __u64 *cpu = ct_xzalloc(p->ncpus * sizeof(*cpu));
	uint64_t sum[CT_LOSS_MAX] = {};

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
	l->missed = ct_probe__missed(p) - p->missed_before;
	return 0;
}
