/* SPDX-License-Identifier: GPL-2.0-only */
/* What the collector keeps, shared by the files that fill it and those that make a session of it.
 */
#ifndef CT_RECORD_COLLECT_PRIV_H
#define CT_RECORD_COLLECT_PRIV_H

#include <uthash.h>

#include "base/hashes.h"
#include "record/collect.h"
#include "record/exec_caps.h"
#include "record/living.h"

/* A kind that the probe has in its map, and what of it was taken. */
struct ct_seen {
	struct ct_key key;
	struct ct_sample *sample; /* until it is taken */
	bool sampled;		  /* it came */
	bool awaited;		  /* a take has passed it over, since it may have been on its way */
	unsigned char quiet;	  /* takes in a row that found nothing new */
	uint64_t taken;
	struct ct_outcome *taken_outcome; /* NULL: nothing */
	UT_hash_handle hh;
};

struct ct_seen_act {
	struct ct_act_key key;
	struct ct_proc proc; /* pid 0: it did not come */
	bool awaited;
	uint64_t taken;
	UT_hash_handle hh;
};

/* Those who came into a cgroup, see CT_ENTRY_SLOT. */
struct ct_seen_entered {
	struct ct_slot_id id;
	struct ct_entered entered;
	bool noted; /* by ct_origins__note_sent() */
	UT_hash_handle hh;
};

/* A call path by its names, and the fingerprint by which it is known. */
struct ct_seen_path {
	uint64_t hash, site;
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
	ct_inner_fn inner;
	void *inner_arg;
	unsigned int (*sought)(const char *name);
	unsigned int sought_between; /* see ct_collect__executed_between() */
	struct ct_seen *seen;
	struct ct_seen_path *paths;
	struct ct_seen_act *acts;
	struct ct_seen_entered *entered;
	struct ct_livings living;
	size_t ngone;		/* of living: gone, and not drained */
	uint64_t nkinds;	/* samples that came */
	struct ct_hashes found; /* paths of the cgroups that were there in the beginning */
	struct ct_hashes past;	/* ids of root's containers that are gone */
	struct ct_losses taken; /* what of the losses was taken */
	uint64_t unsound;	/* events of keys that no probe of ours makes, see below */
	bool endless;		/* see ct_collect__never_ends() */
	bool taking;		/* events wait: what a take looks at must not change under it */
};

/*
 * Does the key say what it can say? What comes out of the kernel is as our programs wrote it, but
 * everything behind relies on it: what is not sound is lost, and counts as that. The limits are
 * those for keys in recordings.
 */
bool ct_collect__takes_key(const struct ct_key *key);
bool ct_collect__takes_act(const struct ct_act_key *key);

struct ct_seen *ct_collect__seen(struct ct_collect *c, const struct ct_key *key);
struct ct_seen_act *ct_collect__seen_act(struct ct_collect *c, const struct ct_act_key *key);
void ct_seen__free(struct ct_collect *c, struct ct_seen *seen);

/* A ct_entered_fn; arg is the ct_collect. */
void ct_collect__keep_entered(void *arg, const struct ct_slot_id *id, const struct ct_entered *e);

/* In forget.c: which cgroups are gone for good, and how they are forgotten. */
void ct_collect__look_for_gone(struct ct_collect *c);
/* Before ct_collect__is_gone() is asked. */
void ct_collect__look_for_mentions(struct ct_collect *c);
/* Nothing can be counted for it any more. */
bool ct_collect__is_gone(const struct ct_collect *c, uint64_t cgroup);
/* Forgets the cgroups that are gone and were taken, as far as nothing refers to them. */
void ct_collect__forget(struct ct_collect *c);

#endif
