/* SPDX-License-Identifier: GPL-2.0-only */
/* What is done seldom: removing what is old, and asking again whoever did not answer. */
#include "base/clock.h"
#include "monitor/daemon_priv.h"

#define EVERY_NS (3600 * CT_NS_PER_SEC)

/* Keys of what runs. They are borrowed, and the caller frees the list. */
static const char **living(const struct ct_ledger *l, size_t *n)
{
	const char **keys = ct_xzalloc((HASH_COUNT(l->instances) + 1) * sizeof(*keys));

	*n = 0;
	for (const struct ct_instance *i = l->instances; i; i = i->hh.next)
		if (i->key)
			keys[(*n)++] = i->key;
	return keys;
}

static void retain(struct ct_daemon *d)
{
	ct_autofree const char **keys = NULL;
	struct ct_store_limits limits = {
		.age_ms = (int64_t)(d->config->store.retain_age_ns / CT_NS_PER_MS),
		.bytes = (int64_t)d->config->store.retain_size,
	};
	ct_autoerr struct ct_err err = {};
	uint64_t removed = 0, now = ct_clock__now_ns();

	if ((!limits.age_ms && !limits.bytes) ||
	    (d->retained_ns && now - d->retained_ns < EVERY_NS))
		return;
	d->retained_ns = now;
	keys = living(d->ledger, &limits.nliving);
	limits.living = keys;
	if (ct_store__retain(d->store, &limits, ct_clock__wall_ms(), &removed, &err))
		ct_warn("%s; nothing old was removed", err.msg);
}

void ct_daemon__on_upkeep(void *arg)
{
	struct ct_daemon *d = arg;
	ct_autoerr struct ct_err err = {};

	ct_recorder__reconnect(d->recorder);
	ct_gauges__sweep(d->gauges, d->ledger, ct_clock__now_ns());
	if (ct_speaker__reconcile(d->speaker, d->store, false, &err))
		ct_warn("%s; findings that still stand may not be sent again", err.msg);
	retain(d);
}
