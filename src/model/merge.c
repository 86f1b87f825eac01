/* SPDX-License-Identifier: GPL-2.0-only */
#include "model/merge.h"

#include <string.h>
#include "base/util.h"

static bool equal(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

bool ct_workload__same(const struct ct_workload *a, const struct ct_workload *b)
{
	const struct ct_container *x = &a->container, *y = &b->container;

	if (a->kind != b->kind)
		return false;
	if (a->kind == CT_WL_COMMAND)
		return equal(a->command, b->command);
	if (a->kind != CT_WL_CONTAINER)
		return equal(a->id, b->id);
	if (x->service && y->service)
		return equal(x->service, y->service) && equal(x->project, y->project);
	return equal(x->name, y->name) || equal(a->id, b->id);
}

static bool same_stack(const struct ct_kind *a, const struct ct_kind *b)
{
	if (a->stack_len != b->stack_len)
		return false;
	for (size_t i = 0; i < a->stack_len; i++)
		if (strcmp(a->stack[i], b->stack[i]))
			return false;
	return true;
}

/* Numbers of system calls differ between architectures, names do not. */
static bool same_kind(const struct ct_kind *a, const struct ct_kind *b)
{
	const struct ct_key *x = &a->key, *y = &b->key;

	return x->cap == y->cap && x->flags == y->flags && x->sel == y->sel &&
	       x->entry == y->entry && x->level == y->level && x->after == y->after &&
	       (equal(a->syscall, b->syscall) || (!a->syscall && !b->syscall)) && same_stack(a, b);
}

static void merge_kind(struct ct_workload *w, struct ct_kind *k)
{
	for (size_t i = 0; i < w->nkinds; i++) {
		struct ct_kind *old = &w->kinds[i];

		if (!same_kind(old, k))
			continue;
		old->count += k->count;
		old->outcome.ok += k->outcome.ok;
		old->outcome.eperm += k->outcome.eperm;
		old->outcome.eacces += k->outcome.eacces;
		old->outcome.other += k->outcome.other;
		return; /* k stays with its owner */
	}
	*ct_workload__add_kind(w) = *k;
	*k = (struct ct_kind){};
}

/* Moves an array's elements: their strings have one owner again afterwards. */
#define MOVE(into, from, list, n, add)                               \
	for (size_t i_ = 0; i_ < (from)->n; i_++) {                  \
		*add(into) = (from)->list[i_];                       \
		memset(&(from)->list[i_], 0, sizeof(*(from)->list)); \
	}

void ct_workload__merge(struct ct_workload *into, struct ct_workload *from)
{
	for (size_t i = 0; i < from->nkinds; i++)
		merge_kind(into, &from->kinds[i]);
	MOVE(into, from, acts, nacts, ct_workload__add_act);
	MOVE(into, from, execs, nexecs, ct_workload__add_exec);
	MOVE(into, from, exits, nexits, ct_workload__add_exit);
	into->configured |= from->configured;
	into->configured_known |= from->configured_known;
	if (from->start_seen == CT_YES)
		into->start_seen = CT_YES;
	/* A run that failed must not hide behind one that did not, nor the reverse. */
	if (from->end_seen == CT_YES &&
	    (into->end_seen != CT_YES || from->end_code > into->end_code)) {
		into->end_seen = CT_YES;
		into->end_code = from->end_code;
	}
	into->recordings = (into->recordings ? into->recordings : 1) +
			   (from->recordings ? from->recordings : 1);
}

void ct_losses__add(struct ct_losses *to, const struct ct_losses *l)
{
	to->events += l->events;
	to->kinds += l->kinds;
	to->acts += l->acts;
	to->procs += l->procs;
	to->stacks += l->stacks;
	to->outcomes += l->outcomes;
	to->missed += l->missed;
	to->unattributed += l->unattributed;
	to->lookups += l->lookups;
	to->truncated |= l->truncated;
}

void ct_session__merge(struct ct_session *into, struct ct_session *from)
{
	ct_losses__add(&into->losses, &from->losses);
	while (from->nworkloads) {
		struct ct_workload *w = from->workloads[from->nworkloads - 1], *same = NULL;

		for (size_t i = 0; i < into->nworkloads && !same; i++)
			if (ct_workload__same(into->workloads[i], w))
				same = into->workloads[i];
		if (same) {
			ct_workload__merge(same, w);
			ct_session__remove(from, from->nworkloads - 1);
			continue;
		}
		from->nworkloads--;
		*CT_PUSH(into->workloads, into->nworkloads, into->workloads_cap) = w;
	}
}
