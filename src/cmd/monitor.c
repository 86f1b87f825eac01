/* SPDX-License-Identifier: GPL-2.0-only */
/* captrim monitor: watches a host all day. */
#include "monitor/monitor.h"

#include <errno.h>

#include "base/amount.h"
#include "cmd/cmd.h"
#include "cmd/options.h"

static struct ct_strlist policies;
static struct ct_monitor_opts o;
static const char *max_cpu, *max_memory;
static bool check_config, self_test;

static const struct ct_opt opts[] = {
	{ 0, "config", "FILE", CT_OPT_STR, &o.config, NULL,
	  "the configuration; without it, " CT_CONFIG_PATH " if that is there" },
	{ 0, "store", "URL", CT_OPT_STR, &o.store, NULL,
	  "where to keep what was seen: a file, or postgresql://..." },
	{ 0, "rebuild", NULL, CT_OPT_FLAG, &o.rebuild, NULL,
	  "put a broken store aside and begin a new one, instead of ending" },
	{ 0, "interval", "TIME", CT_OPT_DURATION, &o.interval_ns, NULL,
	  "how often to look for what is new (5s)" },
	{ 0, "events", "FILE", CT_OPT_STR, &o.events, NULL,
	  "append events to this file, one JSON object per line; - is standard output" },
	{ 0, "listen", "ADDRESS", CT_OPT_STR, &o.listen, NULL,
	  "serve metrics there: HOST:PORT or unix:PATH" },
	{ 0, "ui", "ADDRESS", CT_OPT_STR, &o.ui, NULL,
	  "serve web pages there: HOST:PORT or unix:PATH" },
	{ 0, "policy", "FILE", CT_OPT_LIST, &policies, NULL,
	  "what workloads are meant to need; may be given more than once" },
	{ 0, "max-cpu", "SHARE", CT_OPT_STR, &max_cpu, NULL,
	  "share of one processor, such as 2%; above it, less detail is recorded" },
	{ 0, "max-memory", "SIZE", CT_OPT_STR, &max_memory, NULL,
	  "resident memory, such as 64M; above it, less detail is recorded" },
	{ 0, "check-config", NULL, CT_OPT_FLAG, &check_config, NULL,
	  "read the configuration, say what is wrong with it, and end" },
	{ 0, "self-test", NULL, CT_OPT_FLAG, &self_test, NULL,
	  "send an event through every sink, say which arrived, and end" },
	CT_ROW_BACKEND(&o.backend),
	CT_ROW_BTF,
	{ .name = NULL },
};

const struct ct_command ct_monitor_command = {
	.name = "monitor",
	.args = "[OPTION]...",
	.summary = "watch everything on this host all day, and speak up when needs change",
	.details =
		"Runs until SIGTERM. What it saw is in the store, for 'captrim advise --store',\n"
		"'list', 'diff' and others; captrim.yaml(5) describes the configuration.",
	.opts = opts,
};

static int read_limits(struct ct_err *err)
{
	if (max_cpu && (ct_share__parse(max_cpu, &o.cpu_ppm) || !o.cpu_ppm)) {
		ct_autofree char *shown = ct_printable(max_cpu);

		return ct_err__set(err, EINVAL,
				   "--max-cpu: '%s' is not a share; write 2%% or 0.5%%", shown);
	}
	if (max_memory && (ct_size__parse(max_memory, &o.memory) || o.memory < CT_LEAST_MEMORY)) {
		ct_autofree char *shown = ct_printable(max_memory);

		return ct_err__set(err, EINVAL,
				   "--max-memory: '%s' is not a size of 16M at least; write 64M",
				   shown);
	}
	if (o.interval_ns &&
	    (o.interval_ns < CT_LEAST_INTERVAL || o.interval_ns > CT_MOST_INTERVAL))
		return ct_err__set(err, EINVAL, "--interval must be between 1s and 10m");
	return 0;
}

static int check(struct ct_err *err)
{
	int ret = ct_monitor__check(&o, err);

	if (!ret)
		puts("the configuration is right");
	return ret;
}

int ct_cmd__monitor(int argc, char **argv)
{
	ct_autoerr struct ct_err err = {};
	struct ct_strlist words = {};
	int ret = ct_opts__parse(&ct_monitor_command, argc, argv, &words, &err);

	if (ret > 0)
		return 0;
	if (!ret)
		ret = ct_cmd__no_words(&ct_monitor_command, &words, NULL, &err);
	if (!ret)
		ret = read_limits(&err);
	ct_strlist__free(&words);
	if (ret)
		return ct_cmd__usage(&ct_monitor_command, &err);
	o.policies = &policies;
	ret = check_config ? check(&err) :
	      self_test	   ? ct_monitor__self_test(&o, &err) :
			     ct_monitor__run(&o, &err);
	if (ret)
		ct_warn("%s", err.msg);
	ct_strlist__free(&policies);
	/* A mistake in the configuration is a usage error; a manager need not try again. */
	return ret == -EINVAL ? CT_EXIT_USAGE : ret ? CT_EXIT_FAILURE : 0;
}
