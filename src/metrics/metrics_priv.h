/* SPDX-License-Identifier: GPL-2.0-only */
/* The internals of the registry, for the files of metrics/ alone. */
#ifndef CT_METRICS_METRICS_PRIV_H
#define CT_METRICS_METRICS_PRIV_H

#include "base/index.h"
#include "metrics/metrics.h"
#include "model/caps.h"

enum ct_metric_type { CT_COUNTER, CT_GAUGE, CT_INFO };

/* A line of names.def. */
struct ct_metric_def {
	enum ct_metric_type type;
	const char *name, *unit, *label, *values, *help;
};
extern const struct ct_metric_def ct_metric_defs[CT_METRIC_MAX];

struct ct_metric_sample {
	char *label; /* escaped; NULL: the metric has none */
	double value;
};
struct ct_family {
	struct ct_metric_sample *samples;
	size_t len, cap;
};

/* The number of metrics that each workload has: the first lines of names.def. */
#define CT_METRICS_EACH 6

/* A workload that runs, or that ended less than CT_METRICS_GONE_S ago. */
struct ct_tracked {
	char *key;   /* raw, for comparing */
	char *label; /* escaped */
	double values[CT_METRICS_EACH];
	double folded[CT_METRICS_EACH]; /* the part of its counters that was added to _other */
	uint64_t needed, held;
	uint64_t seen_ns;
	bool seen;  /* named since the last write */
	bool shown; /* has series of its own, which it keeps until it is forgotten */
};

struct ct_metrics {
	struct ct_family families[CT_METRIC_MAX];
	char *backend;
	size_t max_series;
	struct ct_tracked *workloads;
	size_t nworkloads, workloads_cap;
	struct ct_index index; /* of workloads by key */
	size_t index_room;
	double other[CT_METRICS_EACH];
};

/* A label's value as both formats want it: valid UTF-8, escaped, not too long. The caller frees. */
char *ct_metrics__escape(const char *value);

/* Forgets old workloads, decides which have series of their own, and sets the totals. */
void ct_metrics__settle(struct ct_metrics *m, uint64_t now_ns);

/* The number of series that are there whatever the number of workloads. */
size_t ct_metrics__own_series(const struct ct_metrics *m);

/* Sets the metrics of the process itself. */
void ct_metrics__process(struct ct_metrics *m);

#endif
