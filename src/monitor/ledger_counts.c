/* SPDX-License-Identifier: GPL-2.0-only */
/* Adds what the marks counted to what is stored. */
#include "base/clock.h"
#include "model/content.h"
#include "monitor/ledger.h"

struct adding {
	const struct ct_instance *i;
	struct ct_marks *added;
	uint32_t last_s;
};

static void add_count(void *arg, uint64_t hash, uint64_t *n)
{
	struct adding *a = arg;
	const struct ct_mark *m = ct_marks__find(&a->i->marks, hash);

	a->last_s = 0;
	if (!m || ct_marks__find(a->added, hash))
		return;
	ct_marks__add(a->added, hash);
	a->last_s = m->last_s;
	*n += m->count;
}

void ct_ledger__add_counts(const struct ct_ledger *l, const struct ct_instance *i,
			   struct ct_workload *w, struct ct_marks *added)
{
	struct adding a = { .i = i, .added = added };

	if (!i->counted)
		return;
	ct_workload__forget_boot(w);
	for (size_t n = 0; n < w->nkinds; n++) {
		struct ct_kind *k = &w->kinds[n];
		uint64_t last_ns;

		add_count(&a, ct_mark__of_kind(&l->key, k), &k->count);
		last_ns = a.last_s * CT_NS_PER_SEC;
		if (last_ns > k->last_ns)
			k->last_ns = last_ns;
		if (k->last_ns > w->last_ns)
			w->last_ns = k->last_ns;
	}
	for (size_t n = 0; n < w->nacts; n++)
		add_count(&a, ct_mark__of_act(&l->key, &w->acts[n]), &w->acts[n].count);
	for (size_t n = 0; n < w->nexecs; n++)
		add_count(&a, ct_mark__of_exec(&l->key, &w->execs[n]), &w->execs[n].count);
}
