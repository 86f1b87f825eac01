/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a scrape tells: the workloads by their stable identity, within a limit of series, and how
 * the tool itself fares. Values are set just before they are written, by a callback of the daemon;
 * the registry keeps them, and what time makes of them.
 */
#ifndef CT_METRICS_METRICS_H
#define CT_METRICS_METRICS_H

#include "base/util.h"

enum ct_metric {
#define CT_METRIC(id, type, name, unit, label, values, help) CT_METRIC_##id,
#include "metrics/names.def"
#undef CT_METRIC
	CT_METRIC_MAX
};

#define CT_METRICS_SERIES 2000	   /* unless configured otherwise */
#define CT_METRICS_GONE_S 600	   /* so long is a workload shown that ended */
#define CT_METRICS_OTHER  "_other" /* the workload that stands for those beyond the limit */

struct ct_metrics;

/* max_series: 0 for the default. Never less than the tool's own need. */
struct ct_metrics *ct_metrics__new(size_t max_series);
void ct_metrics__free(struct ct_metrics *m); /* may be NULL */

/*
 * Sets a value, a counter's absolute one. label is the value of the metric's label, NULL where it
 * has none. A label that is not among those in names.def is dropped; of a metric that takes any at
 * most 64 are kept.
 */
void ct_metrics__set(struct ct_metrics *m, enum ct_metric metric, const char *label, double value);

/* Adds to a counter that the registry keeps itself. */
void ct_metrics__add(struct ct_metrics *m, enum ct_metric metric, const char *label, double value);

/* How the kernel is watched ("tp_btf"), for captrim_build_info. */
void ct_metrics__set_backend(struct ct_metrics *m, const char *backend);

struct ct_metrics_workload {
	const char *key; /* of model/identity.h; instances of the same are added up by the caller */
	uint64_t needed, hostwide; /* sets; hostwide: those of needed that reached the host */
	uint64_t optional;	   /* used, and programs manage without */
	uint64_t held;		   /* the configured set; 0: not known */
	bool incomplete;
	uint64_t checks, denied; /* since the daemon began, or since ever; never less */
};

/*
 * Says that this workload runs. Whoever is not named between two ct_metrics__write() counts as
 * ended, is shown for ten minutes more, and vanishes.
 */
void ct_metrics__workload(struct ct_metrics *m, const struct ct_metrics_workload *w);

enum ct_exposition { CT_PROMETHEUS_TEXT, CT_OPENMETRICS };

/* Appends everything. now_ns: CLOCK_MONOTONIC. */
void ct_metrics__write(struct ct_metrics *m, enum ct_exposition format, uint64_t now_ns,
		       struct ct_str *out);

/* A line "TYPE NAME LABEL VALUES" for each metric, for the golden test and the documents. */
void ct_metrics__list(struct ct_str *out);

#endif
