/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the processes of a cgroup came from, and what their checks were in the end. */
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
 * CT_ENTRY_MAIN. A process from elsewhere is CT_ENTRY_SETUP until it executes, and CT_ENTRY_ENTERED
 * if it never did or if it is not known.
 */
uint32_t ct_origins__entry(struct ct_origins *o, uint64_t cgroup, uint32_t entry);

/* For an entry in a slot: the workload that it came from, if that is another one, or NULL. */
struct ct_workload *ct_origins__sender(struct ct_origins *o, uint64_t cgroup, uint32_t entry);

/* What those in the slot were permitted when they came; 0: unknown. */
uint64_t ct_origins__held(struct ct_origins *o, uint64_t cgroup, uint32_t entry);

/* Did every process that entered the cgroup come from its own workload? False if none did. */
bool ct_origins__is_own(struct ct_origins *o, uint64_t cgroup);

/*
 * A cgroup without a set of its own, such as a session's scope or a scheduler's job: the first
 * workload that sent processes there, which keep its bounding set; NULL: none is known.
 */
struct ct_workload *ct_origins__sender_to(struct ct_origins *o, uint64_t cgroup);

/* Has everybody who came into the cgroup by this entry executed or ended, and is it known what they
 * were by that? */
bool ct_origins__is_settled(struct ct_origins *o, uint64_t cgroup, uint32_t entry);

/*
 * Remembers the command lines that were executed by those whom the workload itself moved: what is
 * done by them is CT_ENTRY_MAIN. To be called before the entries of the cgroup are asked for.
 */
struct ct_living;
void ct_origins__note_own(struct ct_origins *o, struct ct_living *g);

/*
 * Notes in each workload into which others, that have a set of their own, it sent processes: those
 * that are gone, or all.
 */
void ct_origins__note_sent(struct ct_origins *o, bool all);

#endif
