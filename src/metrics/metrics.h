/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a scrape returns: the workloads by their stable identity, within a limit of series, and how
 * captrim itself fares. A callback of the daemon sets the values just before they are written; the
 * registry keeps them, shows ended workloads for a while, and adds up what is beyond the limit.
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
#define CT_METRICS_GONE_S 600	   /* for how long a workload that has ended is shown */
#define CT_METRICS_OTHER  "_other" /* the workload that stands for those beyond the limit */

struct ct_metrics;

/* max_series: 0 for the default. The metrics of captrim itself are there even if it is too low. */
struct ct_metrics *ct_metrics__new(size_t max_series);
void ct_metrics__free(struct ct_metrics *m); /* may be NULL */

/*
 * Sets a value, for a counter its total. label is the value of the metric's label, NULL if the
 * metric has none. A label that names.def does not list is dropped; a metric that takes any labels
 * keeps 64 at most.
 */
void ct_metrics__set(struct ct_metrics *m, enum ct_metric metric, const char *label, double value);

/* Adds to a counter whose total is only kept in the registry. */
void ct_metrics__add(struct ct_metrics *m, enum ct_metric metric, const char *label, double value);

/* Sets how the kernel is watched ("tp_btf"), for captrim_build_info. */
void ct_metrics__set_backend(struct ct_metrics *m, const char *backend);

struct ct_metrics_workload {
	const char *key; /* see model/identity.h; the caller adds up instances of the same key */
	uint64_t needed, hostwide; /* sets; hostwide: those of needed that reached the host */
	uint64_t optional;	   /* used, but programs manage without */
	uint64_t held;		   /* the configured set; 0: not known */
	bool incomplete;
	uint64_t checks, denied; /* since the daemon began, or ever; never decreasing */
};

/*
 * Says that this workload runs. One that is not named between two calls of ct_metrics__write()
 * counts as ended; it is shown for ten more minutes, and then forgotten.
 */
void ct_metrics__workload(struct ct_metrics *m, const struct ct_metrics_workload *w);

enum ct_exposition { CT_PROMETHEUS_TEXT, CT_OPENMETRICS };

/* Appends all metrics to out. now_ns is a time of CLOCK_MONOTONIC. */
void ct_metrics__write(struct ct_metrics *m, enum ct_exposition format, uint64_t now_ns,
		       struct ct_str *out);

/* Appends a line "TYPE NAME LABEL VALUES" for each metric, for the golden test and documents. */
void ct_metrics__list(struct ct_str *out);

#endif
