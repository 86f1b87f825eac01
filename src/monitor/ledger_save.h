/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From news to the store: adds the news of a workload to what is stored of it, judges the sum, and
 * stores that.
 */
#ifndef CT_MONITOR_LEDGER_SAVE_H
#define CT_MONITOR_LEDGER_SAVE_H

#include "judge/judge.h"
#include "monitor/ledger.h"
#include "store/store.h"

/* A workload that was added up and judged. */
struct ct_judged {
	const char *key;
	/* The advice without the news; NULL: the workload was not known. Its pointer to a workload
	 * is not valid any more. */
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
	 * If another daemon watched before us in the same boot, what it left open and what still
	 * runs goes on. boot_ms: wall clock at the boot. The gaps: since when and until when nobody
	 * watched; both 0: the store is new, or of another boot.
	 */
	int64_t boot_ms;
	struct ct_now gap_from, gap_to;
	/* Called for each workload before it is stored. All of these may be NULL. */
	void (*on_judged)(void *arg, const struct ct_judged *j);
	/* on_store() is called before a transaction, and sets the events that belong to it; they
	 * are borrowed until on_stored() gets the result: 0 or a negative errno. */
	void (*on_store)(void *arg, struct ct_saver *s);
	void (*on_stored)(void *arg, int ret);
	/* What is stored of the workload cannot be read: what was new of it is given up. */
	void (*on_damaged)(void *arg, const char *key, const struct ct_err *why);
	void *arg;
	const struct ct_store_event *events;
	size_t nevents;
	struct ct_store_gap *gaps;
	size_t ngaps;
	bool last; /* the daemon ends: nothing waits for a better name */
	uint64_t commits, failures;
	uint64_t given_up; /* how often on_damaged() was called for */
};

/* How many workloads go into one transaction, at most. */
#define CT_SAVE_AT_ONCE 16

/*
 * Stores the news of at most CT_SAVE_AT_ONCE workloads, and events and gaps. Returns 0, with *left
 * the number of workloads that can be stored at once, or a negative errno: then nothing was stored,
 * and everything waits. One whose stored recordings are damaged would fail for ever, and the others
 * with it: what is new of it is given up.
 */
int ct_saver__some(struct ct_saver *s, const struct ct_now *now, size_t *left, struct ct_err *err);

/*
 * Looks at what the store has of this identity. What was left open there, and still runs, becomes
 * known to the ledger; what has ended is closed. lives() says whether the workload of a part still
 * runs. Returns 0 or a negative errno.
 */
typedef bool (*ct_lives_fn)(void *arg, const struct ct_workload *part);
int ct_saver__recall(struct ct_saver *s, const char *key, const struct ct_now *now,
		     ct_lives_fn lives, void *arg, struct ct_err *err);

#endif
