/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is remembered of a cgroup for as long as it lives: facts about its programs, folded in as
 * their events come, and what could not be told yet because it is not decided what it was. So a
 * host that starts programs all day costs no more memory than what runs on it.
 */
#ifndef CT_RECORD_LIVING_H
#define CT_RECORD_LIVING_H

#include <uthash.h>

#include "ct/event.h"
#include "model/session.h"

#define CT_MNTNS_KEPT 4

/* An execve that a workload is yet to be told of. */
struct ct_held_exec {
	struct ct_exec exec; /* strings owned */
	uint64_t entered;    /* the cgroup whose slot exec.was names */
	struct ct_sysctls sysctls;
	uint64_t hash; /* of all that makes it like another */
	bool told;
};

struct ct_held_exit {
	uint64_t ns, hash;
	uint32_t entry, pid;
	int code;
	bool is_main, told;
	bool replaced; /* by each later one that is like it: told when no more can come */
	char comm[CT_COMM_LEN];
};

/* How often processes ended alike: the same program of a cgroup, with the same status. */
struct ct_alike {
	uint64_t hash;
	unsigned int count;
};

/* A cgroup lives for one run. What a manager starts in it later, such as ExecReload, is none. */
enum ct_counted_run { CT_RUN_HOME = 1 << 0, CT_RUN_INNER = 1 << 1 };

struct ct_living {
	uint64_t cgroup;
	bool gone;	  /* its directory was removed */
	bool counted_for; /* by processes elsewhere, all the same */
	bool drained;	  /* it is gone, and all that was seen of it was taken */
	uint8_t runs;	  /* that were counted: enum ct_counted_run */
	bool ran;	  /* a program was executed in it, which its workload was not told of yet */
	uint8_t sought;	  /* of those that ct_collect__look_for() names: enum ct_sought */
	/* Of the first programs that ran in it, without a runtime's set-up. */
	uint32_t mntns[CT_MNTNS_KEPT];
	unsigned int nmntns;
	uint64_t unread, compat;      /* execves since the last take: see ct_workload */
	uint64_t lost, overcommit[2]; /* taken so far; overcommit: refused, granted */
	struct ct_held_exec *execs;
	size_t nexecs, execs_cap;
	struct ct_held_exit *exits;
	size_t nexits, exits_cap;
	struct ct_alike *alike;
	size_t nalike, alike_cap;
	/* Entries of command lines that the workload itself had moved there, see origin.h. */
	uint32_t *own;
	size_t nown, own_cap;
	UT_hash_handle hh;
};

/* A table of them, and how much all of them hold. */
struct ct_livings {
	struct ct_living *table;
	size_t nexecs, nalike;
	uint64_t dropped; /* that found no room */
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
