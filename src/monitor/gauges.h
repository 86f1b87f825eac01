/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What metrics say of each workload: its sets, as it was judged last, and its checks, those
 * included that are not stored yet. Workloads that ended are remembered until they were told of
 * once.
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

/* A workload was judged, and that is stored. */
void ct_gauges__judged(struct ct_gauges *g, const char *key, const struct ct_advice *advice);

/* Tells of those that run, and once of those that have ended. Asks the store for a few that were
 * judged by a daemon before us. */
void ct_gauges__fill(struct ct_gauges *g, const struct ct_ledger *l, struct ct_store *store,
		     const char *host, struct ct_metrics *m);

/* Now and then, also if nobody asks: forgets who is gone for ten minutes. Returns how many run. */
size_t ct_gauges__sweep(struct ct_gauges *g, const struct ct_ledger *l, uint64_t now_ns);

#endif
