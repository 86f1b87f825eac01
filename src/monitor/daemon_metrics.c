/* SPDX-License-Identifier: GPL-2.0-only */
/* The metrics, gathered when a scrape comes. */
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "http/http_config.h"
#include "kern/probe.h"
#include "monitor/daemon_priv.h"

static double seconds(int64_t ms)
{
	return (double)ms / 1000;
}

static void set(struct ct_metrics *m, enum ct_metric metric, double value)
{
	ct_metrics__set(m, metric, NULL, value);
}

static void fill_losses(const struct ct_daemon *d, struct ct_metrics *m)
{
	const struct ct_losses *l = &d->lost;
	const struct {
		const char *reason;
		uint64_t n;
	} lost[] = { { "events", l->events },
		     { "kinds", l->kinds },
		     { "acts", l->acts },
		     { "procs", l->procs },
		     { "stacks", l->stacks },
		     { "outcomes", l->outcomes },
		     { "missed", l->missed },
		     { "lookups", l->lookups },
		     { "unstored", d->ledger->dropped } };

	for (size_t i = 0; i < CT_ARRAY_SIZE(lost); i++)
		ct_metrics__set(m, CT_METRIC_LOST, lost[i].reason, (double)lost[i].n);
	ct_metrics__set(m, CT_METRIC_UNATTRIBUTED, "gone", (double)l->unattributed);
	set(m, CT_METRIC_CHECKS, (double)d->ledger->checks);
	set(m, CT_METRIC_TAKES, (double)d->takes);
	set(m, CT_METRIC_TAKE_SECONDS, (double)d->take_ns / 1e9);
	set(m, CT_METRIC_LAST_TAKE, seconds(d->taken_ms));
}

static void fill_store(struct ct_daemon *d, struct ct_metrics *m)
{
	struct ct_store_push_status push = { .connected = true };
	struct ct_store_status st = {};
	ct_autoerr struct ct_err err = {};

	if (!ct_store__status(d->store, &st, &err)) {
		set(m, CT_METRIC_STORE_BYTES, (double)st.bytes);
		set(m, CT_METRIC_STORE_LAST_COMMIT, seconds(st.commit_ms));
	}
	set(m, CT_METRIC_STORE_COMMITS, (double)d->saver.commits);
	set(m, CT_METRIC_STORE_FAILURES, (double)d->saver.failures);
	set(m, CT_METRIC_STORE_PENDING, (double)d->ledger->news->nworkloads);
	if (d->push)
		ct_store_push__status(d->push, &push);
	set(m, CT_METRIC_PUSH_UP, push.connected);
	set(m, CT_METRIC_PUSH_PENDING, (double)push.pending);
	set(m, CT_METRIC_PUSH_ROWS, (double)push.rows);
	set(m, CT_METRIC_PUSH_FAILURES, (double)push.failures);
	set(m, CT_METRIC_PUSH_LAST, seconds(push.pushed_ms));
}

static void fill_events(const struct ct_daemon *d, struct ct_metrics *m)
{
	struct ct_speaker_status said = ct_speaker__status(d->speaker);

	for (int kind = 0; kind < CT_NOTICE_KINDS; kind++)
		ct_metrics__set(m, CT_METRIC_EVENTS, ct_notice_kind__name(kind),
				(double)said.said[kind]);
	set(m, CT_METRIC_EVENTS_SUPPRESSED, (double)said.held_back);
	set(m, CT_METRIC_EVENTS_OPEN, (double)said.standing);
	for (size_t i = 0; i < ct_sinks__count(d->sinks); i++) {
		struct ct_sink_status s = ct_sinks__status(d->sinks, i);

		ct_metrics__set(m, CT_METRIC_SINK_SENT, s.name, (double)s.sent);
		ct_metrics__set(m, CT_METRIC_SINK_FAILED, s.name, (double)s.failed);
		ct_metrics__set(m, CT_METRIC_SINK_DROPPED, s.name, (double)s.dropped);
		ct_metrics__set(m, CT_METRIC_SINK_QUEUED, s.name, (double)s.queued);
	}
}

static void on_map(void *arg, const char *name, uint64_t entries, uint64_t capacity)
{
	ct_metrics__set(arg, CT_METRIC_MAP_ENTRIES, name, (double)entries);
	ct_metrics__set(arg, CT_METRIC_MAP_CAPACITY, name, (double)capacity);
}

static void on_program(void *arg, const char *name, uint64_t runs, uint64_t ns)
{
	ct_metrics__set(arg, CT_METRIC_BPF_RUNS, name, (double)runs);
	ct_metrics__set(arg, CT_METRIC_BPF_SECONDS, name, (double)ns / 1e9);
}

static void fill(void *arg, struct ct_metrics *m)
{
	struct ct_daemon *d = arg;
	const struct ct_probe *p = ct_recorder__probe(d->recorder);

	ct_gauges__fill(d->gauges, d->ledger, d->store, d->host_name, m);
	ct_probe__each_map(p, on_map, m);
	ct_probe__each_program(p, on_program, m);
	fill_losses(d, m);
	fill_store(d, m);
	fill_events(d, m);
	set(m, CT_METRIC_BUDGET_STEP, d->budget.detail);
	set(m, CT_METRIC_BUDGET_CHANGES, (double)d->budget.changes);
	set(m, CT_METRIC_RELOAD_OK, !d->reload_failed);
	set(m, CT_METRIC_RELOAD_TIME, seconds(d->reloaded_ms));
}

int ct_daemon__open_metrics(struct ct_daemon *d, struct ct_err *err)
{
	ct_autohttpconfig struct ct_http_config c = {};
	struct ct_metrics_server_opts opts = { .listen = d->opts->listen };
	int ret = ct_http_config__read(d->config->yaml, d->config->metrics, CT_HTTP_METRICS, &c,
				       err);

	if (ret)
		return ret;
	d->gauges = ct_gauges__new();
	d->metrics = ct_metrics__new(c.max_series);
	ct_metrics__set_backend(d->metrics, ct_recorder__host(d->recorder)->backend);
	if (!opts.listen)
		opts.listen = c.listen;
	opts.token_file = c.token_file;
	opts.hosts = (const char *const *)c.hosts.items;
	ret = ct_metrics_server__new(d->loop, &opts, d->metrics, fill, d, &d->metrics_server, err);
	/* Nobody wants metrics: there is no address, and no socket was handed over. */
	if (ret == -ENOENT && !opts.listen)
		return 0;
	if (!ret)
		ct_warn("metrics are at %s", ct_metrics_server__address(d->metrics_server));
	return ret;
}

void ct_daemon__close_metrics(struct ct_daemon *d)
{
	ct_metrics_server__free(d->metrics_server);
	ct_metrics__free(d->metrics);
	ct_gauges__free(d->gauges);
}
