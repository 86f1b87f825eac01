/* SPDX-License-Identifier: GPL-2.0-only */
/* The daemon's life: what is opened in which order, the loop, and the end. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/host_root.h"
#include "judge/seccomp.h"
#include "kern/probe.h"
#include "monitor/daemon_priv.h"
#include "monitor/privileges.h"

#define PUSH_END_MS 5000

static void on_end(void *arg, const struct signalfd_siginfo *info)
{
	(void)info;
	ct_loop__stop(((struct ct_daemon *)arg)->loop);
}

static void on_hangup(void *arg, const struct signalfd_siginfo *info)
{
	(void)info;
	ct_daemon__reload(arg);
}

static void on_watchdog(void *arg)
{
	ct_notify__say(&((struct ct_daemon *)arg)->notify, "WATCHDOG=1");
}

/* The daemon writes to a file on this host. A server gets its rows from there. */
static int open_store(struct ct_daemon *d, struct ct_err *err)
{
	const struct ct_config *c = d->config;
	const char *local = ct_store__is_remote(c->store.url) ? c->store.local : c->store.url;
	const char *path = ct_store__path(local);
	int ret = ct_store__open(local, CT_STORE_WRITE | (d->opts->rebuild ? CT_STORE_REBUILD : 0),
				 &d->store, err);

	if (ret)
		return ret;
	/* "captrim.db" is another store in another directory: see alive_file(). */
	d->store_path = realpath(path, NULL);
	if (!d->store_path)
		d->store_path = ct_xstrdup(path);
	return 0;
}

static int open_recorder(struct ct_daemon *d, struct ct_err *err)
{
	const struct ct_recorder_opts opts = {
		.backend = d->opts->backend,
		.syscalls = d->config->syscalls ? ct_gates_watched : NULL,
		.outcomes = d->config->outcomes,
		.engine = ct_engine_words__of(d->config->socket, NULL),
		.all = true,
		.quiet = true,
		.endless = true,
	};
	int ret = ct_recorder__open(&opts, &d->recorder, err);

	if (ret)
		return ret;
	d->loop = ct_recorder__events(d->recorder);
	d->started_ns = ct_clock__now_ns();
	return 0;
}

static int open_sinks(struct ct_daemon *d, struct ct_err *err)
{
	ct_autofree char *dir = ct_xstrdup(d->store_path);
	char *slash = strrchr(dir, '/');
	int ret;

	if (slash)
		*slash = '\0';
	ret = ct_sinks__new(d->loop, slash ? dir : ".", &d->sinks, err);
	if (!ret && d->opts->events)
		ret = ct_sinks__add_file(d->sinks, d->opts->events, err);
	return ret;
}

static bool probe_works(void *arg)
{
	struct ct_losses lost;

	return !ct_probe__losses(arg, &lost);
}

/* From here on nothing needs a capability. */
static int drop_privileges(struct ct_daemon *d, struct ct_err *err)
{
	const struct ct_drop drop = { probe_works, ct_recorder__probe(d->recorder) };
	uint64_t kept = 0;
	int ret = ct_privileges__drop(&drop, &kept, err);

	if (!ret && kept)
		ct_warn("this kernel wants BPF for every read of a BPF map: the daemon keeps that "
			"capability");
	return ret;
}

static int open_push(struct ct_daemon *d, struct ct_err *err)
{
	const struct ct_store_push_opts opts = {
		.local = d->store_path,
		.url = d->config->store.url,
		.retain_age_ms = (int64_t)(d->config->store.retain_age_ns / CT_NS_PER_MS),
		.doubts_clock = ct_store__doubts_clock(d->store),
	};

	if (!ct_store__is_remote(opts.url))
		return 0;
	return ct_store_push__start(&opts, &d->push, err);
}

static int add_sources(struct ct_daemon *d, struct ct_err *err)
{
	static const struct {
		int signal;
		ct_signal_fn fn;
	} signals[] = { { SIGTERM, on_end }, { SIGINT, on_end }, { SIGHUP, on_hangup } };
	int ret = 0;

	for (size_t i = 0; i < CT_ARRAY_SIZE(signals) && !ret; i++)
		ret = ct_loop__add_signal(d->loop, signals[i].signal, signals[i].fn, d,
					  &d->on_signals[i]);
	if (!ret)
		ret = ct_loop__add_timer(d->loop, d->config->interval_ns, d->config->interval_ns,
					 ct_daemon__on_interval, d, &d->on_interval);
	if (!ret)
		ret = ct_loop__add_timer(d->loop, UINT64_MAX / 4, 0, ct_daemon__on_save, d,
					 &d->on_save);
	if (!ret)
		ret = ct_loop__add_timer(d->loop, 0, 0, ct_daemon__on_recall, d, &d->on_recall);
	if (!ret)
		ret = ct_loop__add_timer(d->loop, CT_UPKEEP_NS, CT_UPKEEP_NS, ct_daemon__on_upkeep,
					 d, &d->on_upkeep);
	if (!ret && d->notify.watchdog_ns)
		ret = ct_loop__add_timer(d->loop, 0, d->notify.watchdog_ns / 2, on_watchdog, d,
					 &d->on_watchdog);
	return ret ? ct_err__set(err, -ret, "cannot set up the event loop: %s", strerror(-ret)) : 0;
}

/*
 * What needs a capability comes before drop_privileges(), and the opener, which keeps some, comes
 * first of all.
 */
static int start(struct ct_daemon *d, struct ct_err *err)
{
	int ret = ct_daemon__read_config(d->opts, &d->config, err);

	if (!ret && d->config->host_root)
		ret = ct_host__use_root(d->config->host_root, err);
	if (!ret)
		ret = ct_opener__start(&d->opener, err);
	/* Before the store: a process must not inherit what SQLite knows of an open file. */
	if (!ret)
		ret = ct_daemon__open_page(d, err);
	if (!ret)
		ret = open_store(d, err);
	if (!ret)
		ret = open_recorder(d, err);
	if (!ret && d->page)
		ret = ct_page_child__watch(d->page, d->loop);
	if (!ret)
		ret = open_sinks(d, err);
	if (!ret)
		ret = ct_daemon__open_speaker(d, err);
	d->ledger = ct_ledger__new();
	if (!ret)
		ret = ct_daemon__open_metrics(d, err);
	if (!ret)
		ret = drop_privileges(d, err);
	if (!ret)
		ret = open_push(d, err);
	if (ret)
		return ret;
	d->saver.ledger = d->ledger;
	d->saver.store = d->store;
	d->saver.host = ct_recorder__host(d->recorder);
	d->saver.host_name = d->host_name;
	ret = ct_daemon__look_back(d, err);
	if (!ret)
		ret = add_sources(d, err);
	if (!ret)
		ret = ct_daemon__apply_config(d, err);
	d->reloaded_ms = ct_clock__wall_ms();
	return ret;
}

static void stop(struct ct_daemon *d)
{
	for (size_t i = 0; d->loop && i < CT_ARRAY_SIZE(d->on_signals); i++)
		ct_loop__remove(d->loop, &d->on_signals[i]);
	ct_store_push__stop(d->push, PUSH_END_MS);
	ct_page_child__stop(d->page);
	ct_daemon__close_metrics(d);
	ct_daemon__close_speaker(d);
	ct_sinks__free(d->sinks);
	ct_recorder__close(d->recorder);
	ct_store__close(d->store);
	ct_opener__stop(d->opener);
	ct_ledger__free(d->ledger);
	ct_strings__free(&d->recall);
	while (d->gaps.len)
		free((char *)d->gaps.items[--d->gaps.len].text);
	free(d->gaps.items);
	free(d->store_path);
	ct_config__free(d->config);
	ct_notify__close(&d->notify);
}

/*
 * Stores what is left, and returns why the daemon ended. If the loop failed that is the reason, and
 * a failure to store is only a warning.
 */
static int end(struct ct_daemon *d, int loop, struct ct_err *err)
{
	ct_autoerr struct ct_err last = {};
	int ret = ct_daemon__save_last(d, &last);

	if (loop && ret)
		ct_warn("%s", last.msg);
	return loop ? loop : ret ? ct_err__set(err, -ret, "%s", last.msg) : 0;
}

/* For somebody who started it by hand, and sees nothing else as long as all is well. */
static void greet(const struct ct_daemon *d)
{
	ct_autofree char *shown = ct_printable(d->store_path);

	if (isatty(STDERR_FILENO))
		ct_warn("watching; 'captrim list --store %s' shows what it finds; Ctrl-C ends it",
			shown);
}

int ct_monitor__run(const struct ct_monitor_opts *o, struct ct_err *err)
{
	struct ct_daemon d = { .opts = o };
	int ret;

	if (gethostname(d.host_name, sizeof(d.host_name) - 1))
		snprintf(d.host_name, sizeof(d.host_name), "localhost");
	ct_notify__open(&d.notify);
	ret = start(&d, err);
	if (!ret) {
		ct_notify__say(&d.notify, "READY=1\nSTATUS=watching by %s, store %s",
			       ct_recorder__host(d.recorder)->backend, d.store_path);
		greet(&d);
		ret = ct_loop__run(d.loop);
		if (ret)
			ct_err__set(err, -ret, "the event loop ended: %s", strerror(-ret));
		ct_notify__say(&d.notify, "STOPPING=1");
		ret = end(&d, ret, err);
	}
	stop(&d);
	return ret;
}

int ct_monitor__self_test(const struct ct_monitor_opts *o, struct ct_err *err)
{
	struct ct_daemon d = { .opts = o };
	int ret = ct_daemon__read_config(o, &d.config, err);

	if (gethostname(d.host_name, sizeof(d.host_name) - 1))
		snprintf(d.host_name, sizeof(d.host_name), "localhost");
	if (!ret)
		ret = ct_loop__new(&d.loop, err);
	if (!ret)
		ret = ct_sinks__new(d.loop, NULL, &d.sinks, err);
	if (!ret)
		ret = ct_sinks__configure(d.sinks, d.config->yaml, d.config->sinks, err);
	if (!ret && o->events)
		ret = ct_sinks__add_file(d.sinks, o->events, err);
	if (!ret)
		ret = ct_speaker__self_test(d.loop, d.sinks, d.host_name, stdout, err);
	ct_sinks__free(d.sinks);
	ct_loop__free(d.loop);
	ct_config__free(d.config);
	return ret;
}
