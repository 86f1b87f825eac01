/* SPDX-License-Identifier: GPL-2.0-only */
/* Adds what the marks counted to a part when that is stored. */
#include "base/clock.h"
#include "model/content.h"
#include "monitor/ledger.h"

struct adding {
	const struct ct_instance *i;
	uint32_t last_s;
};

static void add_count(void *arg, uint64_t hash, uint64_t *n)
{
	struct adding *a = arg;
	const struct ct_mark *m = ct_marks__find(&a->i->marks, hash);

	a->last_s = m ? m->last_s : 0;
	if (m && n)
		*n += m->count;
}

void ct_ledger__add_counts(const struct ct_ledger *l, const struct ct_instance *i,
			   struct ct_workload *part)
{
	struct adding a = { .i = i };

	if (!i->counted)
		return;
	ct_workload__forget_boot(part);
	for (size_t n = 0; n < part->nkinds; n++) {
		struct ct_kind *k = &part->kinds[n];
		uint64_t last_ns;

		add_count(&a, ct_mark__of_kind(&l->key, k), &k->count);
		last_ns = a.last_s * CT_NS_PER_SEC;
		if (last_ns > k->last_ns)
			k->last_ns = last_ns;
		if (k->last_ns > part->last_ns)
			part->last_ns = k->last_ns;
	}
	for (size_t n = 0; n < part->nacts; n++)
		add_count(&a, ct_mark__of_act(&l->key, &part->acts[n]), &part->acts[n].count);
	for (size_t n = 0; n < part->nexecs; n++)
		add_count(&a, ct_mark__of_exec(&l->key, &part->execs[n]), &part->execs[n].count);
}
