/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the daemon knows of everything that runs. It does not keep what it saw, but marks by which
 * it recognizes it: what has a mark is only counted, what has none is news. News is kept until it
 * is stored; counts are stored seldom.
 */
#ifndef CT_MONITOR_LEDGER_H
#define CT_MONITOR_LEDGER_H

#include "base/uthash.h"
#include "monitor/marks.h"

/* One moment in both clocks. */
struct ct_now {
	uint64_t ns;
	int64_t wall_ms;
};

/* One run of a workload: a container, a unit, a cgroup that lives. */
struct ct_instance {
	char *id;  /* of its workload in takes */
	char *key; /* of its identity, as it was stored; NULL: not stored yet */
	enum ct_workload_kind kind;
	enum ct_runtime runtime;
	struct ct_marks marks;
	uint32_t nexecs; /* of the marks, whose command lines were kept */
	uint32_t *pids;	 /* of processes whose acts were refused: how they ended matters */
	size_t npids, pids_cap;
	uint64_t facts, sent;		     /* hashes of what is known of it */
	uint64_t start_ns;		     /* of the start that was seen; 0: none */
	uint64_t lost, compat, unwatched_ns; /* not stored yet */
	int64_t unwatched_until_ms;	     /* wall clock at the end of that */
	uint64_t met_ns;		     /* when it was first heard of */
	uint64_t from_ns;		     /* since when it is watched */
	int64_t since_ms;		     /* the same of the wall clock */
	uint64_t due_ns, step_ns; /* when its time and counts are to be stored; the pause before */
	bool has_lost, has_compat, reloaded; /* whether these are known already */
	bool counted;			     /* marks count something */
	bool skipped;	/* something that it did was left out, see ct_ledger__skip() */
	bool resumed;	/* it ran before the daemon did, and what it did is in the store */
	uint64_t batch; /* in which it was last news */
	UT_hash_handle hh;
};

struct ct_ledger {
	struct ct_sipkey key;
	struct ct_instance *instances; /* by id */
	struct ct_session *news;       /* takes of what is to be stored, added up */
	struct {
		struct ct_workload **items;
		size_t len, cap;
	} fresh;	    /* to be added to news; empty between calls */
	uint64_t batch;	    /* the number of the batch in fresh */
	uint64_t jitter_ns; /* this host's own, so that hosts do not push at the same time */
	/* For metrics. */
	uint64_t kinds, kinds_known; /* in takes: those that were news, those that were known */
	uint64_t checks;	     /* in all takes */
	uint64_t dropped;	     /* kinds, acts, execs and exits given up, see CT_LEDGER_ROOM */
};

/*
 * How many kinds, acts, execs and exits may wait to be stored. A workload by itself takes up as
 * much memory as so many of them, and counts as that.
 */
#define CT_LEDGER_ROOM	   65536
#define CT_LEDGER_WORKLOAD 8

struct ct_ledger *ct_ledger__new(void);
void ct_ledger__free(struct ct_ledger *l);

struct ct_instance *ct_ledger__find(const struct ct_ledger *l, const char *id);
void ct_ledger__forget(struct ct_ledger *l, struct ct_instance *i);

/*
 * Takes in what is new: what is news goes to l->news, the rest is counted. The take is left without
 * workloads.
 */
void ct_ledger__absorb(struct ct_ledger *l, struct ct_session *take, const struct ct_now *now);

/*
 * Nobody wants to know what the workload did in the last ns nanoseconds. If it was watched before,
 * that time counts as not watched; its end is noted.
 */
void ct_ledger__skip(struct ct_ledger *l, const struct ct_workload *w, uint64_t ns,
		     uint64_t now_ns);

/* Makes an instance of a stored part, with marks for what the part has. */
struct ct_instance *ct_ledger__resume(struct ct_ledger *l, const struct ct_workload *part,
				      uint64_t now_ns);
/* The same for an instance that is known already. */
void ct_ledger__recall(struct ct_ledger *l, struct ct_instance *i, const struct ct_workload *part);

/*
 * Adds news, which may be empty, of every instance whose counts or time are due; and of all of
 * them, when the daemon ends.
 */
void ct_ledger__look_for_due(struct ct_ledger *l, uint64_t now_ns);
void ct_ledger__all_due(struct ct_ledger *l, uint64_t now_ns);

/*
 * Adds what the marks count to what w has of it, unless it was added already: then it is in added,
 * which starts as {} and is the caller's to free.
 */
void ct_ledger__add_counts(const struct ct_ledger *l, const struct ct_instance *i,
			   struct ct_workload *w, struct ct_marks *added);

/* The news of the instance is stored; with_news: it was more than time and counts. */
void ct_ledger__stored(struct ct_ledger *l, struct ct_instance *i, uint64_t now_ns, bool with_news);

/*
 * The news w, which the caller removes from l->news, cannot be stored. It counts as lost, for
 * nobody knows what it was; seen again, it is news again. damaged: what is stored of the workload
 * cannot be read, so that storing it is not tried again at once.
 */
void ct_ledger__give_up(struct ct_ledger *l, const struct ct_workload *w, bool damaged,
			uint64_t now_ns);

/* When the next instance is due; UINT64_MAX: none is. */
uint64_t ct_ledger__next_due(const struct ct_ledger *l);

#endif
