/* SPDX-License-Identifier: GPL-2.0-only */
/* From news to the store: what is stored of a workload, with what is new added and judged. */
#ifndef CT_MONITOR_LEDGER_SAVE_H
#define CT_MONITOR_LEDGER_SAVE_H

#include "judge/judge.h"
#include "monitor/ledger.h"
#include "store/store.h"

/* A workload that was added up and judged. */
struct ct_judged {
	const char *key;
	/* What the advice was before what is new was added; NULL: it was not known. Its workload is
	 * gone already. */
	const struct ct_advice *before;
	const struct ct_session *session;
	const struct ct_advice *advice;
	const struct ct_workload *const *takes; /* what is new, of each of its instances */
	size_t ntakes;
	bool with_news; /* more than time and counts */
};

struct ct_saver {
	struct ct_ledger *ledger;
	struct ct_store *store;
	const struct ct_host *host;
	const char *host_name;
	/*
	 * Where another daemon watched before us, in the same boot: what it left open and still
	 * runs goes on. Since when and until when nobody watched; both 0: a store that is new, or
	 * of another boot.
	 */
	int64_t boot_ms;
	struct ct_now gap_from, gap_to;
	/* Is told of each workload before it is stored. All NULL: nobody is. */
	void (*on_judged)(void *arg, const struct ct_judged *j);
	/* Is asked before a transaction for the events that belong to it, and told when it is over:
	 * 0, or a negative errno. The events are borrowed in between. */
	void (*on_store)(void *arg, struct ct_saver *s);
	void (*on_stored)(void *arg, int ret);
	void *arg;
	const struct ct_store_event *events;
	size_t nevents;
	struct ct_store_gap *gaps;
	size_t ngaps;
	bool last; /* nothing more can come: nothing waits for a better name */
	uint64_t commits, failures;
};

/* The workloads that go into one transaction, at most. */
#define CT_SAVE_AT_ONCE 16

/*
 * Stores some of the news, at most CT_SAVE_AT_ONCE; and events and gaps. Returns 0, with *left the
 * number of workloads that wait, or a negative errno: then nothing was stored, and everything
 * waits.
 */
int ct_saver__some(struct ct_saver *s, const struct ct_now *now, size_t *left, struct ct_err *err);

/*
 * Looks at what the store has of this identity: what was left open there, and lives, is known from
 * now on; the rest has ended, and is closed. lives: does that workload still run? Returns 0 or
 * a negative errno.
 */
typedef bool (*ct_lives_fn)(void *arg, const struct ct_workload *part);
int ct_saver__recall(struct ct_saver *s, const char *key, const struct ct_now *now,
		     ct_lives_fn lives, void *arg, struct ct_err *err);

#endif
