/* SPDX-License-Identifier: GPL-2.0-only */
/* Keeping within the budget: how much the probe notes. */
#include <inttypes.h>
#include <malloc.h>

#include "base/clock.h"
#include "kern/probe.h"
#include "monitor/daemon_priv.h"

static const char *const steps[] = {
	[CT_DETAIL_FULL] = "everything is noted again",
	[CT_DETAIL_NO_SITES] = "no call sites are noted",
	[CT_DETAIL_KINDS] = "only kinds of checks are noted",
	[CT_DETAIL_TOTALS] = "only totals are noted",
};

/* Adds the gap from when less was noted until now; it grows. */
static void store_degraded(struct ct_daemon *d, int64_t now_ms)
{
	ct_daemon__add_gap(
		d, "degraded", d->degraded_ms, now_ms,
		ct_xstrdup("to keep within its budget captrim noted less of each check"));
}

/* A time in which less is noted is a gap. It is stored when it begins: a crash must not hide it. */
static void note_degraded(struct ct_daemon *d)
{
	int64_t now_ms = ct_clock__wall_ms();

	if (d->budget.detail && !d->degraded_ms) {
		d->degraded_ms = now_ms;
		ct_daemon__tell_gap(
			d, "degraded", now_ms, now_ms, 0,
			"to keep within its budget captrim records less detail of each check");
		store_degraded(d, now_ms);
	} else if (!d->budget.detail && d->degraded_ms) {
		ct_daemon__end_degraded(d);
	}
}

void ct_daemon__end_degraded(struct ct_daemon *d)
{
	if (d->degraded_ms)
		store_degraded(d, ct_clock__wall_ms());
	d->degraded_ms = 0;
}

void ct_daemon__look_at_budget(struct ct_daemon *d)
{
	struct ct_usage now = ct_usage__now(d->ledger->checks);
	enum ct_detail was = d->budget.detail;

	if (!ct_budget__look(&d->budget, &now))
		return;
	ct_probe__set_detail(ct_recorder__probe(d->recorder), d->budget.detail);
	malloc_trim(0);
	note_degraded(d);
	ct_warn("%.2f%% of a processor and %" PRIu64 " MiB are used, %s the budget: %s",
		(double)d->budget.used_ppm / 10000, d->budget.used_memory >> 20,
		d->budget.detail > was ? "above" : "well within", steps[d->budget.detail]);
}
