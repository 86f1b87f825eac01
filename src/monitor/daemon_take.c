/* SPDX-License-Identifier: GPL-2.0-only */
/* Every few seconds: what is new is taken in, added up, judged and stored. */
#include <errno.h>
#include <inttypes.h>
#include <malloc.h>
#include <string.h>

#include "base/clock.h"
#include "base/human.h"
#include "model/identity.h"
#include "model/tally.h"
#include "monitor/daemon_priv.h"

#define AGAIN_NS CT_NS_PER_MS /* the loop turns in between, and takes in what the probe sends */
#define LAST_NS	 (20 * CT_NS_PER_SEC) /* for what is left; service managers wait for 90 seconds */

/* Removes from a take what the configuration does not want. */
static void drop_unwanted(const struct ct_daemon *d, struct ct_session *take, uint64_t now_ns)
{
	if (!d->config->watch.len && !d->config->ignore.len)
		return;
	for (size_t i = 0; i < take->nworkloads;) {
		ct_autoidentity struct ct_identity id = {};

		ct_identity__of(take->workloads[i], &id);
		if (ct_config__wants(d->config, id.key, ct_workload__label(take->workloads[i]))) {
			i++;
			continue;
		}
		ct_ledger__skip(d->ledger, take->workloads[i], d->config->interval_ns, now_ns);
		ct_session__remove(take, i);
	}
}

static uint64_t lost_in(const struct ct_losses *l)
{
	return l->events + l->kinds + l->acts + l->missed;
}

/* While one take after the other loses something, there is one gap and one warning. */
static void look_at_losses(struct ct_daemon *d, const struct ct_losses *l, const struct ct_now *now)
{
	int64_t from = now->wall_ms - (int64_t)(d->config->interval_ns / CT_NS_PER_MS);
	ct_autofree char *count = NULL;
	char *text;

	ct_losses__add(&d->lost, l);
	if (!lost_in(l)) {
		d->losses_ms = 0;
		d->losses = 0;
		return;
	}
	d->losses += lost_in(l);
	count = ct_human__count(d->losses, "event was", "events were");
	text = ct_xasprintf("%s lost, of which any may have been a need", count);
	if (!d->losses_ms) {
		d->losses_ms = from;
		ct_warn("%s: what runs now has an incomplete recommendation", text);
		ct_daemon__tell_gap(d, "losses", from, now->wall_ms, lost_in(l), text);
	}
	ct_daemon__add_gap(d, "losses", d->losses_ms, now->wall_ms, text);
}

/* Tells what was given up because the store failed for too long. */
static void look_at_given_up(struct ct_daemon *d, uint64_t before, const struct ct_now *now)
{
	int64_t since = d->stored_ms ? d->stored_ms : now->wall_ms;
	ct_autofree char *count = NULL;
	char *text;

	if (d->ledger->dropped == before)
		return;
	d->given_up += d->ledger->dropped - before;
	count = ct_human__count(d->given_up, "observation", "observations");
	text = ct_xasprintf("%s could not be stored and had to be given up, of which any may have "
			    "been a need",
			    count);
	ct_warn("%s: what ran since the store failed has an incomplete recommendation", text);
	ct_daemon__tell_gap(d, "losses", since, now->wall_ms, d->ledger->dropped - before, text);
	ct_daemon__add_gap(d, "losses", since, now->wall_ms, text);
}

/* Says once that the store fails, and once that it works again. */
static void look_at_store(struct ct_daemon *d, int ret, const struct ct_err *err)
{
	ct_autofree char *waiting = NULL;

	if (ret && !d->store_fails) {
		waiting = ct_human__count(d->ledger->news->nworkloads, "workload", "workloads");
		ct_warn("%s; what is new of %s is kept in memory until it can be stored", err->msg,
			waiting);
	} else if (!ret && d->store_fails) {
		ct_warn("the store works again");
	}
	d->store_fails = ret != 0;
	if (!ret) {
		d->stored_ms = ct_clock__wall_ms();
		d->given_up = 0;
	}
}

/* Tells what was given up because the record that it belongs to is damaged. That is one gap. */
static void look_at_damaged(struct ct_daemon *d, uint64_t lost, const struct ct_now *now)
{
	int64_t from = now->wall_ms - (int64_t)(d->config->interval_ns / CT_NS_PER_MS);
	ct_autofree char *count = NULL;
	char *text;

	d->damaged_lost += lost;
	count = ct_human__count(d->damaged_lost, "observation", "observations");
	text = ct_xasprintf("%s had to be given up, because what is stored of their workloads is "
			    "damaged; any may have been a need",
			    count);
	if (!d->damaged_ms) {
		d->damaged_ms = from;
		ct_daemon__tell_gap(d, "losses", from, now->wall_ms, lost, text);
	}
	ct_daemon__add_gap(d, "losses", d->damaged_ms, now->wall_ms, text);
}

static void free_gaps(struct ct_gap_list *gaps)
{
	while (gaps->len)
		free((char *)gaps->items[--gaps->len].text);
}

/*
 * Stores some of what waits; *left: how much more is to follow at once. Returns 0, or a negative
 * errno that was reported already.
 */
static int save_some(struct ct_daemon *d, size_t *left, struct ct_err *err)
{
	struct ct_now now = ct_daemon__now();
	uint64_t commits = d->saver.commits, damaged = d->saver.given_up;
	uint64_t dropped = d->ledger->dropped;
	int ret;

	*left = 0;
	d->saver.gaps = d->gaps.items;
	d->saver.ngaps = d->gaps.len;
	ret = ct_saver__some(&d->saver, &now, left, err);
	look_at_store(d, ret, err);
	if (!ret && !d->saver.ngaps)
		free_gaps(&d->gaps);
	if (d->saver.given_up != damaged) {
		look_at_damaged(d, d->ledger->dropped - dropped, &now);
		*left += 1; /* the gap */
	}
	if (ret) {
		*left = 0; /* until the next interval */
		return ret;
	}
	if (d->push && d->saver.commits != commits)
		ct_store_push__news(d->push);
	return 0;
}

void ct_daemon__on_save(void *arg)
{
	struct ct_daemon *d = arg;
	ct_autoerr struct ct_err err = {};
	size_t left;

	save_some(d, &left, &err);
	if (left)
		ct_loop__set_timer(d->loop, d->on_save, AGAIN_NS, 0);
	else
		malloc_trim(0); /* sessions come and go, and the free memory between adds up */
}

/* Takes what is new into the ledger. */
static struct ct_now take_in(struct ct_daemon *d)
{
	uint64_t began = ct_clock__now_ns();
	struct ct_session *take = ct_recorder__take_new(d->recorder);
	struct ct_now now = ct_daemon__now();
	uint64_t given_up = d->ledger->dropped;

	drop_unwanted(d, take, now.ns);
	look_at_losses(d, &take->losses, &now);
	ct_ledger__absorb(d->ledger, take, &now);
	look_at_given_up(d, given_up, &now);
	ct_session__free(take);
	d->takes++;
	d->take_ns += ct_clock__now_ns() - began;
	d->taken_ms = now.wall_ms;
	return now;
}

/* Tells once that the database does not take rows, and once that it does again. */
static void look_at_push(struct ct_daemon *d)
{
	struct ct_store_push_status st;
	ct_autofree char *path = ct_printable(d->store_path);

	if (!d->push)
		return;
	ct_store_push__status(d->push, &st);
	if (*st.why && !d->push_fails)
		ct_warn("%s; what is new is kept in %s and sent once the database takes it", st.why,
			path);
	else if (!*st.why && d->push_fails)
		ct_warn("the database works again");
	d->push_fails = *st.why;
}

void ct_daemon__on_interval(void *arg)
{
	struct ct_daemon *d = arg;
	struct ct_now now = take_in(d);

	ct_ledger__look_for_due(d->ledger, now.ns);
	if (d->ledger->news->nworkloads || d->gaps.len || d->notices.len)
		ct_daemon__on_save(d);
	ct_daemon__look_at_budget(d);
	look_at_push(d);
	/* A crash loses what is only in memory: that time must count as not watched. */
	if (!d->store_fails)
		ct_daemon__note_alive(d);
}

int ct_daemon__save_last(struct ct_daemon *d, struct ct_err *err)
{
	struct ct_now now = take_in(d);
	uint64_t end = now.ns + LAST_NS;
	ct_autofree char *waiting = NULL;
	ct_autoerr struct ct_err why = {};
	size_t left = 0;
	int ret;

	ct_ledger__all_due(d->ledger, now.ns);
	ct_daemon__end_degraded(d);
	d->saver.last = true;
	do
		ret = save_some(d, &left, &why);
	while (!ret && left && ct_clock__now_ns() < end);
	if (!ret && d->ledger->news->nworkloads)
		ret = ct_err__set(&why, ETIMEDOUT, "storing takes too long");
	if (!ret) {
		ct_daemon__note_alive(d);
		return 0;
	}
	waiting = ct_human__count(d->ledger->news->nworkloads, "workload", "workloads");
	return ct_err__set(
		err, -ret,
		"%s; what was new of %s is lost, and the time since the store worked last "
		"will count as not watched",
		why.msg, waiting);
}
