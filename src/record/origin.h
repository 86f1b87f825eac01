/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the processes of a cgroup came from, and which entry their checks get in the end. */
#ifndef CT_RECORD_ORIGIN_H
#define CT_RECORD_ORIGIN_H

#include "record/collect.h"

/* The workload of a cgroup, or NULL when nobody asked for it. */
typedef struct ct_workload *(*ct_home_fn)(void *arg, uint64_t cgroup);

struct ct_origins;

struct ct_origins *ct_origins__new(struct ct_collect *c, ct_home_fn home, void *arg);
void ct_origins__free(struct ct_origins *o);

/*
 * The entry of an observation as a recording has it. What was moved by its own workload is
 * CT_ENTRY_MAIN. A process from elsewhere is CT_ENTRY_SETUP until it executes a program, and
 * CT_ENTRY_ENTERED if it never did or if that is not known.
 */
uint32_t ct_origins__entry(struct ct_origins *o, uint64_t cgroup, uint32_t entry);

/* For an entry in a slot: the workload that it came from, if that is another one, or NULL. */
struct ct_workload *ct_origins__sender(struct ct_origins *o, uint64_t cgroup, uint32_t entry);

/* The permitted set of the slot's tasks when they came; 0: unknown. */
uint64_t ct_origins__held(struct ct_origins *o, uint64_t cgroup, uint32_t entry);

/* Did every process that entered the cgroup come from its own workload? False if none did. */
bool ct_origins__is_own(struct ct_origins *o, uint64_t cgroup);

/*
 * For a cgroup without a capability set of its own, such as a session's scope or a scheduler's job:
 * the first workload that sent processes there, which keep its bounding set. NULL: none is known.
 */
struct ct_workload *ct_origins__sender_to(struct ct_origins *o, uint64_t cgroup);

/*
 * Has every task that came into the cgroup by this entry executed a program or ended, and is it
 * therefore known what they were?
 */
bool ct_origins__is_settled(struct ct_origins *o, uint64_t cgroup, uint32_t entry);

/*
 * Remembers the command lines executed by tasks that the workload itself moved: what they do is
 * CT_ENTRY_MAIN. To be called before ct_origins__entry() is asked for the cgroup.
 */
struct ct_living;
void ct_origins__note_own(struct ct_origins *o, struct ct_living *g);

/*
 * Notes in each workload the other workloads, with sets of their own, into which it sent processes:
 * those whose cgroups are gone, or all.
 */
void ct_origins__note_sent(struct ct_origins *o, bool all);

#endif
