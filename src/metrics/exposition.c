/* SPDX-License-Identifier: GPL-2.0-only */
/* The two text formats that Prometheus reads: OpenMetrics 1.0, and its own older one. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "metrics/metrics_priv.h"

#define EXACT 9007199254740992.0 /* 2^53: a double holds each smaller whole number exactly */

static const char *const type_names[] = { "counter", "gauge", "info" };

static void add_value(struct ct_str *out, double v)
{
	if (v > -EXACT && v < EXACT && v == (double)(int64_t)v)
		ct_str__addf(out, " %" PRId64 "\n", (int64_t)v);
	else
		ct_str__addf(out, " %.15g\n", isfinite(v) ? v : 0.0);
}

static const char *suffix_of(const struct ct_metric_def *def)
{
	return def->type == CT_COUNTER ? "_total" : def->type == CT_INFO ? "_info" : "";
}

static void add_sample(struct ct_str *out, const struct ct_metric_def *def, const char *label,
		       double value)
{
	ct_str__addf(out, "%s%s", def->name, suffix_of(def));
	if (label)
		ct_str__addf(out, "{%s=\"%s\"}", def->label, label);
	add_value(out, value);
}

/* In the older format a family has the name of its samples, and there is neither info nor unit. */
static void add_head(struct ct_str *out, const struct ct_metric_def *def, enum ct_exposition format)
{
	bool open = format == CT_OPENMETRICS;
	const char *suffix = open ? "" : suffix_of(def);
	enum ct_metric_type type = !open && def->type == CT_INFO ? CT_GAUGE : def->type;

	ct_str__addf(out, "# TYPE %s%s %s\n", def->name, suffix, type_names[type]);
	if (open && *def->unit)
		ct_str__addf(out, "# UNIT %s %s\n", def->name, def->unit);
	ct_str__addf(out, "# HELP %s%s ", def->name, suffix);
	for (const char *p = def->help; *p; p++) {
		/* OpenMetrics escapes quotes here; in the older format the backslash would show. */
		if (open && *p == '"')
			ct_str__addn(out, "\\", 1);
		ct_str__addn(out, p, 1);
	}
	ct_str__add(out, "\n");
}

static void add_workloads(struct ct_str *out, const struct ct_metrics *m, int metric)
{
	const struct ct_metric_def *def = &ct_metric_defs[metric];

	add_sample(out, def, CT_METRICS_OTHER, m->other[metric]);
	for (size_t i = 0; i < m->nworkloads; i++)
		if (m->workloads[i].shown)
			add_sample(out, def, m->workloads[i].label, m->workloads[i].values[metric]);
}

void ct_metrics__write(struct ct_metrics *m, enum ct_exposition format, uint64_t now_ns,
		       struct ct_str *out)
{
	ct_metrics__process(m);
	ct_metrics__settle(m, now_ns);
	for (int i = 0; i < CT_METRIC_MAX; i++) {
		const struct ct_metric_def *def = &ct_metric_defs[i];
		const struct ct_family *f = &m->families[i];

		add_head(out, def, format);
		if (i < CT_METRICS_EACH)
			add_workloads(out, m, i);
		else if (i == CT_METRIC_BUILD)
			ct_str__addf(out, "%s_info{version=\"%s\",backend=\"%s\"} 1\n", def->name,
				     CT_VERSION, m->backend ? m->backend : "");
		else
			for (size_t j = 0; j < f->len; j++)
				add_sample(out, def, f->samples[j].label, f->samples[j].value);
	}
	if (format == CT_OPENMETRICS)
		ct_str__add(out, "# EOF\n");
}

void ct_metrics__list(struct ct_str *out)
{
	for (int i = 0; i < CT_METRIC_MAX; i++) {
		const struct ct_metric_def *def = &ct_metric_defs[i];

		ct_str__addf(out, "%s %s%s", type_names[def->type], def->name, suffix_of(def));
		if (i == CT_METRIC_BUILD)
			ct_str__add(out, " version,backend *,*");
		else if (*def->label)
			ct_str__addf(out, " %s %s", def->label, def->values);
		ct_str__add(out, "\n");
	}
}
