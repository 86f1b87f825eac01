/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What metrics say of each workload: its sets as they were last judged, and its checks, including
 * those that are not stored yet. A workload that ended is kept until it was shown once more.
 */
#ifndef CT_MONITOR_GAUGES_H
#define CT_MONITOR_GAUGES_H

#include "judge/judge.h"
#include "metrics/metrics.h"
#include "monitor/ledger.h"
#include "store/store.h"

struct ct_gauges;

struct ct_gauges *ct_gauges__new(void);
void ct_gauges__free(struct ct_gauges *g); /* may be NULL */

/* A workload was judged, and that is about to be stored. */
void ct_gauges__judged(struct ct_gauges *g, const char *key, const struct ct_advice *advice);
/* What was judged since the last time is stored; not done: that failed, and what is new waits. */
void ct_gauges__stored(struct ct_gauges *g, bool done);

/*
 * Sets the metrics of workloads that run, and once more of those that ended. Asks the store for a
 * few that a daemon before us judged.
 */
void ct_gauges__fill(struct ct_gauges *g, const struct ct_ledger *l, struct ct_store *store,
		     const char *host, struct ct_metrics *m);

/*
 * To be called now and then, even if nobody scrapes: forgets what ended ten minutes ago. Returns
 * how many run.
 */
size_t ct_gauges__sweep(struct ct_gauges *g, const struct ct_ledger *l, uint64_t now_ns);

#endif
