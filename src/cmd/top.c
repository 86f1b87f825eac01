/* SPDX-License-Identifier: GPL-2.0-only */
/* captrim top: the workloads of a store, or of this host, as a live table. */
#include <errno.h>

#include "base/clock.h"
#include "cmd/options.h"
#include "cmd/stored.h"
#include "top/terminal.h"

#define SHORTEST_NS (100 * CT_NS_PER_MS)

static struct ct_stored from;
static const char *backend, *socket_path;
static int color, order;
static bool live;
static uint64_t interval = 2 * CT_NS_PER_SEC;

static const struct ct_opt opts[] = {
	{ 0, "live", NULL, CT_OPT_FLAG, &live, NULL,
	  "attach to the kernel and show what is seen from now on, without a store" },
	CT_ROWS_LISTED(from, &order),
	{ 'i', "interval", "TIME", CT_OPT_DURATION, &interval, NULL,
	  "how often to look for what is new; 2s without it" },
	CT_ROW_BACKEND(&backend),
	CT_ROW_BTF,
	CT_ROW_SOCKET(&socket_path),
	CT_ROW_COLOR(&color),
	{ .name = NULL },
};

const struct ct_command ct_top_command = {
	.name = "top",
	.args = "[OPTION]...",
	.summary = "show workloads live: what they hold, need, and could do without",
	.details = "Reads the store of captrim monitor again and again. Where there is none, root\n"
		   "sees this host watched by captrim itself. Keys: h explains them.",
	.opts = opts,
};

static int open_feed(const struct ct_store_query *q, struct ct_feed **f, struct ct_err *err)
{
	const struct ct_recorder_opts how = { .backend = backend,
					      .engine = ct_engine_words__of(socket_path, NULL) };
	int ret;

	if (live)
		return ct_feed__open_live(&how, f, err);
	ret = ct_feed__open_store(from.url, q, f, err);
	if (ret != -ENOENT || ct_stored__is_wanted(&from))
		return ret;
	if (!geteuid())
		return ct_feed__open_live(&how, f, err);
	return ct_err__prefix(err, "root can watch without a store (captrim top --live)");
}

int ct_cmd__top(int argc, char **argv)
{
	ct_autoerr struct ct_err err = {};
	struct ct_top_opts how;
	struct ct_strlist words = {};
	struct ct_store_query q;
	struct ct_feed *feed = NULL;
	int ret = ct_opts__parse(&ct_top_command, argc, argv, &words, &err);

	if (ret > 0)
		return 0;
	if (!ret)
		ret = ct_cmd__no_words(&ct_top_command, &words, "press / to filter", &err);
	ct_strlist__free(&words);
	if (!ret && live && ct_stored__is_wanted(&from))
		ret = ct_err__set(
			&err, EINVAL,
			"--live watches this host and reads no store: leave out --live, or "
			"the options of the store");
	if (!ret && interval < SHORTEST_NS)
		ret = ct_err__set(&err, EINVAL, "--interval must be 100ms at least");
	if (!ret)
		ret = ct_stored__query(&from, &q, &err);
	if (ret)
		return ct_cmd__usage(&ct_top_command, &err);
	how = (struct ct_top_opts){ (enum ct_survey_order)order, interval,
				    ct_term__of(stdout, (enum ct_color)color).color };
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		ret = ct_err__set(&err, ENOTTY,
				  "top needs a terminal; 'captrim list' prints what a store has");
	if (!ret)
		ret = open_feed(&q, &feed, &err);
	if (!ret)
		ret = ct_top__run(feed, &how, &err);
	if (ret)
		ct_warn("%s", err.msg);
	ct_feed__close(feed);
	return ret ? CT_EXIT_FAILURE : 0;
}
