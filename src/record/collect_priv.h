/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CT_RECORD_COLLECT_PRIV_H
#define CT_RECORD_COLLECT_PRIV_H

#include <uthash.h>
#include "record/collect.h"
#include "record/exec_caps.h"

struct ct_seen {
	struct ct_key key;
	struct ct_sample sample; /* h.ns 0: it was lost */
	uint64_t count, last_ns; /* drained from the probe's map */
	UT_hash_handle hh;
};

struct ct_seen_act {
	struct ct_act_key key;
	struct ct_proc proc;
	uint64_t count; /* drained */
	UT_hash_handle hh;
};

struct ct_seen_exec {
	struct ct_exec_event event;
	struct ct_exec exec; /* strings owned */
	bool unread;	     /* file capabilities could not be looked up */
};

/* Those who came into a cgroup, see CT_ENTRY_SLOT. */
struct ct_seen_entered {
	struct ct_slot_id id;
	struct ct_entered entered;
	UT_hash_handle hh;
};

/* A cgroup whose entry point has ended. */
struct ct_ended {
	uint64_t cgroup;
	bool alive; /* its other processes are */
	UT_hash_handle hh;
};

struct ct_collect {
	struct ct_probe *probe;
	struct ct_cgroups *cgroups;
	struct ct_exec_caps *roots;
	ct_entry_fn on_entry;
	void *entry_arg;
	ct_classify_fn classify;
	void *classify_arg;
	struct ct_seen *seen;
	struct ct_seen_act *acts;
	struct ct_seen_entered *entered;
	struct ct_ended *ended; /* what they have in the maps may be forgotten */
	size_t ended_since;	/* the maps were last looked through */
	struct ct_seen_exec *execs;
	size_t nexecs, execs_cap;
	struct ct_exit_event *exits;
	size_t nexits, exits_cap;
	struct ct_seen_id *exec_ids, *exit_ids; /* where those of a kind are in these */
	uint64_t dropped;			/* that found no room */
};

/* Keeps x once; takes over its strings. */
void ct_collect__keep_exec(struct ct_collect *c, struct ct_seen_exec *x);
void ct_collect__keep_exit(struct ct_collect *c, const struct ct_exit_event *e);
void ct_collect__free_programs(struct ct_collect *c);

/* A ct_entered_fn; arg is the ct_collect. */
void ct_collect__keep_entered(void *arg, const struct ct_slot_id *id, const struct ct_entered *e);

#endif
