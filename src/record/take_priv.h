/* SPDX-License-Identifier: GPL-2.0-only */
/* A take in progress, private to the files that carry it out. */
#ifndef CT_RECORD_TAKE_PRIV_H
#define CT_RECORD_TAKE_PRIV_H

#include "record/collect_priv.h"
#include "record/origin.h"

struct ct_taking {
	struct ct_collect *c;
	enum ct_take how;
	struct ct_session *s;
	ct_choose_fn choose;
	void *arg;
	struct home *homes; /* in take_home.c: workloads of cgroups */
	/* In take_counts.c: what the session has. */
	struct call_path *paths;
	struct indexed *indexed;
	struct merged *merged;
	struct merged_act *merged_acts;
	struct ct_origins *origins;
	struct ct_origins *inner; /* the same, as inner containers see it */
};

/* The workload of a cgroup, decided once in a take; NULL: nobody asked for it. arg is the take. */
struct ct_workload *ct_taking__home(void *arg, uint64_t cgroup);
/*
 * The innermost container in that workload, which is a workload of its own: what is done there
 * counts for both, see inner.h. NULL: there is none, or nobody asked for it.
 */
struct ct_workload *ct_taking__inner(void *arg, uint64_t cgroup);
void ct_taking__free_homes(struct ct_taking *t);

/* Can nothing be added any more to what is known of the cgroup? */
bool ct_taking__is_final(const struct ct_taking *t, uint64_t cgroup);

/*
 * Is it known what this entry will be in the recording? As long as one of the tasks that came into
 * the cgroup has not executed a program it is not, because that one decides for all of them.
 */
bool ct_taking__is_decided(const struct ct_taking *t, uint64_t cgroup, uint32_t entry);

/*
 * Is it a comparison with a process of a cgroup that is gone, so that it cannot come again?
 * Otherwise a program that looks at all processes of a host would fill the map of acts. arg is the
 * take.
 */
bool ct_taking__is_over(void *arg, const struct ct_act_key *key);

/* Is it a kind of a living cgroup that may be forgotten, see struct ct_which? arg is the take. */
bool ct_taking__is_idle(void *arg, const struct ct_key *key);

/* Takes kinds and acts. */
void ct_taking__counts(struct ct_taking *t, const struct ct_which *which);
void ct_taking__free_counts(struct ct_taking *t);

/*
 * For one cgroup. The programs of all cgroups come first; how processes ended is taken after that,
 * when it is known what started.
 */
void ct_taking__programs(struct ct_taking *t, struct ct_living *g);
void ct_taking__exits(struct ct_taking *t, struct ct_living *g);

#endif
