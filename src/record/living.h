/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is remembered of a cgroup for as long as it lives: facts about its programs, added up as
 * their events come, and events that cannot be told yet because their entry is not decided. So a
 * host that starts programs all day needs no more memory than what runs on it.
 */
#ifndef CT_RECORD_LIVING_H
#define CT_RECORD_LIVING_H

#include "base/uthash.h"
#include "ct/event.h"
#include "model/session.h"

#define CT_MNTNS_KEPT 4

/* An execve that a workload is yet to be told of. */
struct ct_held_exec {
	struct ct_exec exec; /* strings owned */
	uint64_t entered;    /* the cgroup whose slot exec.was names */
	struct ct_sysctls sysctls;
	uint64_t hash; /* of all in which execs alike agree */
	bool told;
};

struct ct_held_exit {
	uint64_t ns, hash;
	uint32_t entry, pid;
	int code;
	bool is_main, told;
	bool replaced; /* by each later exit like it, and told when no more can come */
	char comm[CT_COMM_LEN];
};

/* How often processes ended alike: the same program of a cgroup, with the same status. */
struct ct_alike {
	uint64_t hash;
	unsigned int count;
};

/*
 * For which workloads the cgroup's run was counted. A cgroup lives for one run; what a manager
 * starts in it later, such as ExecReload=, is not another.
 */
enum ct_counted_run { CT_RUN_HOME = 1 << 0, CT_RUN_INNER = 1 << 1 };

struct ct_living {
	uint64_t cgroup;
	bool gone;	  /* its directory was removed */
	bool counted_for; /* though gone, processes elsewhere still count for it */
	bool drained;	  /* it is gone, and all that was seen of it was taken */
	uint8_t runs;	  /* enum ct_counted_run */
	bool ran;	  /* a program was executed in it, which its workload was not told of yet */
	uint8_t sought;	  /* enum ct_sought of the programs that ran in it */
	/* Of the first programs that ran in it, not counting a runtime's set-up. */
	uint32_t mntns[CT_MNTNS_KEPT];
	unsigned int nmntns;
	uint64_t unread, compat;      /* execves since the last take: see ct_workload */
	uint64_t dropped;	      /* execs and exits since then that found no room */
	uint64_t lost, overcommit[2]; /* taken so far; overcommit: refused, granted */
	struct ct_held_exec *execs;
	size_t nexecs, execs_cap;
	struct ct_held_exit *exits;
	size_t nexits, exits_cap;
	struct ct_alike *alike;
	size_t nalike, alike_cap;
	/* Entries of command lines executed by tasks that the workload moved, see origin.h. */
	uint32_t *own;
	size_t nown, own_cap;
	UT_hash_handle hh;
};

/* All cgroups, and how much they hold together. */
struct ct_livings {
	struct ct_living *table;
	size_t nexecs, nalike;
};

struct ct_living *ct_livings__find(const struct ct_livings *l, uint64_t cgroup);
struct ct_living *ct_livings__get(struct ct_livings *l, uint64_t cgroup); /* makes it if need be */
void ct_livings__forget(struct ct_livings *l, struct ct_living *g);
void ct_livings__free(struct ct_livings *l); /* what it holds */

/* Takes over the strings of x. */
void ct_living__add_exec(struct ct_livings *l, struct ct_living *g, struct ct_held_exec *x);
void ct_living__add_exit(struct ct_livings *l, struct ct_living *g, const struct ct_exit_event *e);

/* Removes the execs and exits that are marked as told. */
void ct_living__sweep(struct ct_livings *l, struct ct_living *g);

bool ct_living__is_own(const struct ct_living *g, uint32_t entry);
void ct_living__add_own(struct ct_living *g, uint32_t entry);

#endif
