/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which workloads have series of their own. A workload keeps its series until it is forgotten: a
 * counter that moved to _other and came back would look as if it had been reset.
 */
#include <string.h>

#include "base/clock.h"
#include "metrics/metrics_priv.h"

static const bool counts[CT_METRICS_EACH] = {
	[CT_METRIC_WORKLOAD_CHECKS] = true,
	[CT_METRIC_WORKLOAD_DENIED] = true,
};

static bool has_key(const void *items, size_t i, const void *wanted)
{
	return !strcmp(((const struct ct_tracked *)items)[i].key, wanted);
}

static uint32_t hash_of(const char *key)
{
	return ct_hash32(key, strlen(key));
}

/* To be called when the positions of workloads have changed, or when the index is full. */
static void index_anew(struct ct_metrics *m)
{
	ct_index__free(&m->index);
	m->index_room = 2 * m->nworkloads + 64;
	ct_index__init(&m->index, m->index_room);
	for (size_t i = 0; i < m->nworkloads; i++)
		ct_index__put(&m->index, hash_of(m->workloads[i].key), i);
}

static struct ct_tracked *track(struct ct_metrics *m, const char *key)
{
	struct ct_tracked *t;
	size_t i = CT_INDEX_NONE;

	if (m->index_room)
		i = ct_index__find(&m->index, hash_of(key), has_key, m->workloads, key);
	if (i != CT_INDEX_NONE)
		return &m->workloads[i];
	t = CT_PUSH(m->workloads, m->nworkloads, m->workloads_cap);
	*t = (struct ct_tracked){ .key = ct_xstrdup(key), .label = ct_metrics__escape(key) };
	if (m->nworkloads > m->index_room)
		index_anew(m);
	else
		ct_index__put(&m->index, hash_of(key), m->nworkloads - 1);
	return t;
}

void ct_metrics__workload(struct ct_metrics *m, const struct ct_metrics_workload *w)
{
	struct ct_tracked *t = track(m, w->key);

	t->seen = true;
	t->needed = w->needed;
	t->held = w->held;
	t->values[CT_METRIC_WORKLOAD_NEEDED] = ct_caps__count(w->needed);
	t->values[CT_METRIC_WORKLOAD_REMOVABLE] = ct_caps__count(w->held &
								 ~(w->needed | w->optional));
	t->values[CT_METRIC_WORKLOAD_HOSTWIDE] = ct_caps__count(w->hostwide & w->needed);
	t->values[CT_METRIC_WORKLOAD_INCOMPLETE] = w->incomplete;
	t->values[CT_METRIC_WORKLOAD_CHECKS] = (double)w->checks;
	t->values[CT_METRIC_WORKLOAD_DENIED] = (double)w->denied;
}

static void forget_gone(struct ct_metrics *m, uint64_t now_ns)
{
	size_t n = 0;

	for (size_t i = 0; i < m->nworkloads; i++) {
		struct ct_tracked *t = &m->workloads[i];

		if (t->seen)
			t->seen_ns = now_ns;
		t->seen = false;
		if (now_ns - t->seen_ns >= CT_METRICS_GONE_S * CT_NS_PER_SEC) {
			free(t->key);
			free(t->label);
			continue;
		}
		m->workloads[n++] = *t;
	}
	if (n == m->nworkloads)
		return;
	m->nworkloads = n;
	index_anew(m);
}

/* Most capabilities that reach the host first, then most capabilities that can be taken away. */
static int by_interest(const void *a, const void *b)
{
	const struct ct_tracked *x = *(struct ct_tracked *const *)a;
	const struct ct_tracked *y = *(struct ct_tracked *const *)b;
	static const enum ct_metric order[] = { CT_METRIC_WORKLOAD_HOSTWIDE,
						CT_METRIC_WORKLOAD_REMOVABLE };

	for (size_t i = 0; i < CT_ARRAY_SIZE(order); i++)
		if (x->values[order[i]] != y->values[order[i]])
			return x->values[order[i]] < y->values[order[i]] ? 1 : -1;
	return strcmp(x->key, y->key);
}

static void admit(struct ct_metrics *m)
{
	size_t own = ct_metrics__own_series(m), shown = 0, n = 0, room;
	ct_autofree struct ct_tracked **waiting =
		ct_xzalloc((m->nworkloads + 1) * sizeof(*waiting));

	for (size_t i = 0; i < m->nworkloads; i++) {
		if (m->workloads[i].shown)
			shown++;
		else
			waiting[n++] = &m->workloads[i];
	}
	room = m->max_series > own ? (m->max_series - own) / CT_METRICS_EACH : 0;
	if (n + shown > room)
		qsort(waiting, n, sizeof(waiting[0]), by_interest);
	for (size_t i = 0; i < n && shown < room; i++, shown++)
		waiting[i]->shown = true;
}

/* Counters of _other grow by what is new, its gauges are set. Returns how many workloads it has. */
static size_t fold(struct ct_metrics *m)
{
	size_t folded = 0;

	for (int i = 0; i < CT_METRICS_EACH; i++)
		m->other[i] = counts[i] ? m->other[i] : 0;
	for (size_t i = 0; i < m->nworkloads; i++) {
		struct ct_tracked *t = &m->workloads[i];

		if (t->shown)
			continue;
		folded++;
		for (int j = 0; j < CT_METRICS_EACH; j++) {
			if (!counts[j])
				m->other[j] += t->values[j];
			else if (t->values[j] > t->folded[j])
				m->other[j] += t->values[j] - t->folded[j];
			t->folded[j] = t->values[j];
		}
	}
	return folded;
}

static void count_capabilities(struct ct_metrics *m)
{
	double needed[CT_CAP_KNOWN] = { 0 }, held[CT_CAP_KNOWN] = { 0 };

	for (size_t i = 0; i < m->nworkloads; i++) {
		ct_caps__for_each(cap, m->workloads[i].needed & CT_CAPS_ALL)
			needed[cap]++;
		ct_caps__for_each(cap, m->workloads[i].held & CT_CAPS_ALL)
			held[cap]++;
	}
	for (int cap = 0; cap < CT_CAP_KNOWN; cap++) {
		m->families[CT_METRIC_CAP_NEEDED].samples[cap].value = needed[cap];
		m->families[CT_METRIC_CAP_HELD].samples[cap].value = held[cap];
	}
}

void ct_metrics__settle(struct ct_metrics *m, uint64_t now_ns)
{
	size_t folded;

	forget_gone(m, now_ns);
	admit(m);
	folded = fold(m);
	count_capabilities(m);
	ct_metrics__set(m, CT_METRIC_WORKLOADS, NULL, (double)m->nworkloads);
	ct_metrics__set(m, CT_METRIC_WORKLOADS_FOLDED, NULL, (double)folded);
	ct_metrics__set(
		m, CT_METRIC_SERIES, NULL,
		(double)(ct_metrics__own_series(m) + (m->nworkloads - folded) * CT_METRICS_EACH));
	ct_metrics__set(m, CT_METRIC_SERIES_LIMIT, NULL, (double)m->max_series);
}
