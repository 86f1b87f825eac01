/* SPDX-License-Identifier: GPL-2.0-only */
/* What the collector keeps, shared by the files that fill it and those that make a session of it.
 */
#ifndef CT_RECORD_COLLECT_PRIV_H
#define CT_RECORD_COLLECT_PRIV_H

#include "base/hashes.h"
#include "base/uthash.h"
#include "record/collect.h"
#include "record/exec_caps.h"
#include "record/living.h"

/* A kind that the probe has in its map, and how much of it was taken. */
struct ct_seen {
	struct ct_key key;
	struct ct_sample *sample; /* until it is taken */
	bool sampled;		  /* the sample came */
	bool awaited;		  /* a take left it out, because its event might still come */
	unsigned char quiet;	  /* takes in a row that found nothing new */
	uint64_t taken;
	struct ct_outcome *taken_outcome; /* NULL: nothing */
	UT_hash_handle hh;
};

struct ct_seen_act {
	struct ct_act_key key;
	struct ct_proc proc; /* pid 0: the event did not come */
	bool awaited;
	uint64_t taken;
	UT_hash_handle hh;
};

/* The tasks that came into a cgroup, see CT_ENTRY_SLOT. */
struct ct_seen_entered {
	struct ct_slot_id id;
	struct ct_entered entered;
	bool noted; /* by ct_origins__note_sent() */
	UT_hash_handle hh;
};

/* A call path, by a hash of its names, and the fingerprint under which it is counted. */
struct ct_seen_path {
	uint64_t hash, site;
	UT_hash_handle hh;
};

struct ct_collect {
	struct ct_probe *probe;
	struct ct_cgroups *cgroups;
	int scan_error; /* see ct_collect__scan_error() */
	struct ct_exec_caps *exec_caps;
	ct_entry_fn on_entry;
	void *entry_arg;
	ct_classify_fn classify;
	void *classify_arg;
	ct_inner_fn inner;
	void *inner_arg;
	unsigned int (*sought)(const char *name);
	unsigned int sought_between; /* see ct_collect__executed_between() */
	struct ct_seen *seen;
	struct ct_seen_path *paths;
	struct ct_seen_act *acts;
	struct ct_seen_entered *entered;
	struct ct_livings living;
	size_t ngone;		/* how many of living are gone, but not drained */
	uint64_t nkinds;	/* samples that came */
	struct ct_hashes found; /* paths of the cgroups that existed at the beginning */
	struct ct_hashes past;	/* ids of root's containers that are gone */
	struct ct_losses taken; /* losses that were taken so far */
	uint64_t lost;		/* by the accounts of all cgroups, when that was looked at last */
	uint64_t unsound;	/* events whose keys no probe of ours makes, see below */
	bool endless;		/* see ct_collect__never_ends() */
	bool taking;		/* events wait, since what a take reads must not change under it */
};

/*
 * Is the key sound? What comes out of the kernel was written by our own programs, but everything
 * else relies on it, so an unsound event is dropped and counts as lost. The limits are those for
 * keys in recordings.
 */
bool ct_collect__accepts_key(const struct ct_key *key);
bool ct_collect__accepts_act(const struct ct_act_key *key);

struct ct_seen *ct_collect__seen(struct ct_collect *c, const struct ct_key *key);
struct ct_seen_act *ct_collect__seen_act(struct ct_collect *c, const struct ct_act_key *key);
void ct_seen__free(struct ct_collect *c, struct ct_seen *seen);

/* A ct_entered_fn; arg is the ct_collect. */
void ct_collect__keep_entered(void *arg, const struct ct_slot_id *id, const struct ct_entered *e);

/* Notes that a cgroup was removed; arg is the ct_collect. */
void ct_collect__mark_gone(void *arg, uint64_t cgroup);

/* In forget.c: which cgroups are gone for good, and how they are forgotten. */
void ct_collect__look_for_gone(struct ct_collect *c);
/* To be called before ct_collect__is_gone(). */
void ct_collect__look_for_mentions(struct ct_collect *c);
/* Is the cgroup gone, so that nothing can be counted for it any more? */
bool ct_collect__is_gone(const struct ct_collect *c, uint64_t cgroup);
/* Forgets the cgroups that are gone and were taken, unless something still refers to them. */
void ct_collect__forget(struct ct_collect *c);

#endif
