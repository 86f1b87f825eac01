/* SPDX-License-Identifier: GPL-2.0-only */
#include "monitor/gauges.h"

#include <string.h>

#include "base/clock.h"
#include "base/uthash.h"
#include "judge/questions.h"

#define ASKED_AT_ONCE 20 /* workloads that one scrape looks up in the store */

struct gauge {
	char *key;
	struct ct_metrics_workload row;	 /* its checks: as stored */
	struct ct_metrics_workload next; /* as judged, and not stored yet */
	uint64_t waiting;		 /* checks that are not stored yet */
	uint64_t shown;	  /* checks as they were last shown: a counter must not decrease */
	uint64_t gone_ns; /* since when nothing of it runs; 0: it does */
	bool runs, told, known, judged;
	UT_hash_handle hh;
};

struct ct_gauges {
	struct gauge *all; /* by key */
};

struct ct_gauges *ct_gauges__new(void)
{
	return ct_xzalloc(sizeof(struct ct_gauges));
}

static void forget(struct ct_gauges *g, struct gauge *one)
{
	HASH_DEL(g->all, one);
	free(one->key);
	free(one);
}

void ct_gauges__free(struct ct_gauges *g)
{
	if (!g)
		return;
	while (g->all)
		forget(g, g->all);
	free(g);
}

static struct gauge *gauge_of(struct ct_gauges *g, const char *key)
{
	struct gauge *one;

	HASH_FIND_STR(g->all, key, one);
	if (one)
		return one;
	one = ct_xzalloc(sizeof(*one));
	one->key = ct_xstrdup(key);
	HASH_ADD_KEYPTR(hh, g->all, one->key, strlen(one->key), one);
	return one;
}

void ct_gauges__judged(struct ct_gauges *g, const char *key, const struct ct_advice *advice)
{
	struct gauge *one = gauge_of(g, key);
	uint64_t stored;

	one->next = (struct ct_metrics_workload){
		.key = one->key,
		.needed = advice->cap_add,
		.optional = advice->optional,
		.hostwide = ct_advice__hostwide(advice),
		.incomplete = advice->gaps != 0,
		.checks = advice->checks,
	};
	ct_workload__configured(advice->workload, &one->next.held);
	for (size_t i = 0; i < advice->ncaps; i++)
		one->next.denied += advice->caps[i].denied;
	one->judged = true;
	if (!one->known)
		return;
	/* Its checks include what still waits in the ledger, which must not count twice. */
	stored = one->row.checks;
	one->row = one->next;
	one->row.checks = stored;
}

void ct_gauges__stored(struct ct_gauges *g, bool done)
{
	for (struct gauge *one = g->all; one; one = one->hh.next) {
		if (!one->judged)
			continue;
		one->judged = false;
		if (!done)
			continue;
		one->row = one->next;
		one->known = true;
		one->told = false;
	}
}

/* ---- of a daemon before us ---- */

static int take_workload(const struct ct_store_workload_row *row, void *arg)
{
	struct gauge *one = arg;

	/* The query also finds workloads that have this key as a name. */
	if (strcmp(row->key, one->key) || !*row->confidence)
		return 0;
	one->row = (struct ct_metrics_workload){
		.key = one->key,
		.needed = row->cap_add,
		.optional = row->optional,
		.held = row->configured_known ? row->configured : 0,
		.incomplete = *row->gaps != '\0',
		.checks = row->checks,
	};
	one->known = true;
	return 0;
}

static int take_need(const struct ct_store_need_row *row, void *arg)
{
	struct gauge *one = arg;
	int cap = ct_cap__parse(row->capability);

	if (strcmp(row->key, one->key) || cap < 0)
		return 0;
	if (row->chosen && !strcmp(row->scope, ct_scope__name(CT_SCOPE_HOST)))
		one->row.hostwide |= 1ull << cap;
	one->row.denied += row->denied;
	return 0;
}

static void ask_store(struct gauge *one, struct ct_store *store, const char *host)
{
	const char *name = one->key;
	const struct ct_store_query q = { .host = host, .names = &name, .nnames = 1 };

	if (!ct_store__each_workload(store, &q, take_workload, one, NULL) && one->known)
		ct_store__each_need(store, &q, take_need, one, NULL);
}

/* ---- who runs ---- */

static uint64_t waiting_of(const struct ct_instance *i)
{
	uint64_t n = 0;

	for (uint32_t k = 0; k < i->marks.cap; k++)
		if (i->marks.slots[k].hash)
			n += i->marks.slots[k].count;
	return n;
}

static void look_who_runs(struct ct_gauges *g, const struct ct_ledger *l, uint64_t now_ns)
{
	struct gauge *one;

	for (one = g->all; one; one = one->hh.next) {
		one->runs = false;
		one->waiting = 0;
	}
	for (const struct ct_instance *i = l->instances; i; i = i->hh.next) {
		if (!i->key)
			continue;
		one = gauge_of(g, i->key);
		one->runs = true;
		one->gone_ns = 0;
		one->waiting += waiting_of(i);
	}
	for (one = g->all; one; one = one->hh.next)
		if (!one->runs && !one->gone_ns)
			one->gone_ns = now_ns;
}

size_t ct_gauges__sweep(struct ct_gauges *g, const struct ct_ledger *l, uint64_t now_ns)
{
	size_t runs = 0;

	look_who_runs(g, l, now_ns);
	for (struct gauge *one = g->all, *next; one; one = next) {
		next = one->hh.next;
		runs += one->runs;
		if (one->gone_ns && now_ns - one->gone_ns >= CT_METRICS_GONE_S * CT_NS_PER_SEC)
			forget(g, one);
	}
	return runs;
}

void ct_gauges__fill(struct ct_gauges *g, const struct ct_ledger *l, struct ct_store *store,
		     const char *host, struct ct_metrics *m)
{
	int asked = 0;

	look_who_runs(g, l, ct_clock__now_ns());
	for (struct gauge *one = g->all; one; one = one->hh.next) {
		struct ct_metrics_workload row;
		uint64_t checks;

		if (!one->known && asked < ASKED_AT_ONCE) {
			ask_store(one, store, host);
			asked++;
		}
		if (!one->known || (one->told && !one->runs))
			continue;
		/* Acts wait, too, but are not checks once they are stored: the sum may decrease. */
		checks = one->row.checks + one->waiting;
		one->shown = checks > one->shown ? checks : one->shown;
		row = one->row;
		row.checks = one->shown;
		ct_metrics__workload(m, &row);
		one->told = !one->runs;
	}
}
