/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the saver and the speaker: compares what is news with what was known, and tells it. */
#include <string.h>

#include "base/clock.h"
#include "monitor/daemon_priv.h"

static void on_judged(void *arg, const struct ct_judged *j)
{
	struct ct_daemon *d = arg;
	const struct ct_speaker_news news = {
		.key = j->key,
		.before = j->before,
		.advice = j->advice,
		.session = j->session,
		.takes = j->takes,
		.ntakes = j->ntakes,
		.now_ms = ct_clock__wall_ms(),
	};
	ct_autoerr struct ct_err err = {};

	ct_gauges__judged(d->gauges, j->key, j->advice);
	if (!j->with_news)
		return;
	if (ct_speaker__look(d->speaker, d->store, &news, &d->notices, &err))
		ct_warn("%s; some events may be sent twice", err.msg);
}

static void on_store(void *arg, struct ct_saver *s)
{
	struct ct_daemon *d = arg;

	ct_speaker__rows(d->speaker, &d->notices, &d->rows);
	s->events = d->rows.items;
	s->nevents = d->rows.len;
}

/* Tells the events even if storing failed: when they are found again they are not told again. */
static void on_stored(void *arg, int ret)
{
	struct ct_daemon *d = arg;

	ct_gauges__stored(d->gauges, !ret);
	ct_speaker__free_rows(&d->rows);
	ct_speaker__say(d->speaker, &d->notices);
	ct_notices__free(&d->notices);
}

/* Each of them is told of once, though it is tried again and again. */
static void on_damaged(void *arg, const char *key, const struct ct_err *why)
{
	struct ct_daemon *d = arg;
	ct_autofree char *shown = ct_printable(key);

	if (ct_strings__find(&d->damaged, key))
		return;
	ct_strings__add(&d->damaged, key);
	ct_warn("%s; what is new of %s cannot be added to it, and is given up: stop the "
		"daemon, and 'captrim store rebuild' begins a new store",
		why->msg, shown);
}

void ct_daemon__tell_gap(struct ct_daemon *d, const char *code, int64_t from_ms, int64_t to_ms,
			 uint64_t count, const char *text)
{
	ct_metrics__add(d->metrics, CT_METRIC_GAPS, code, 1);
	ct_metrics__add(d->metrics, CT_METRIC_GAP_SECONDS, NULL, (double)(to_ms - from_ms) / 1000);
	ct_notices__take(&d->notices,
			 ct_speaker__gap(d->speaker, code, NULL, from_ms, to_ms, count, text));
}

static size_t count_watched(void *arg)
{
	const struct ct_daemon *d = arg;

	return ct_gauges__sweep(d->gauges, d->ledger, ct_clock__now_ns());
}

int ct_daemon__open_speaker(struct ct_daemon *d, struct ct_err *err)
{
	int ret = ct_speaker__new(d->loop, d->sinks, d->host_name, &d->speaker, err);

	if (ret)
		return ret;
	ct_speaker__count_by(d->speaker, count_watched, d);
	d->saver.on_judged = on_judged;
	d->saver.on_store = on_store;
	d->saver.on_stored = on_stored;
	d->saver.on_damaged = on_damaged;
	d->saver.arg = d;
	return 0;
}

void ct_daemon__close_speaker(struct ct_daemon *d)
{
	ct_strings__free(&d->damaged);
	ct_notices__free(&d->notices);
	ct_speaker__free(d->speaker);
}
