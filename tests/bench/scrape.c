/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scrape bench N              what a scrape of N workloads takes: milliseconds, bytes, series
 * scrape serve N LISTEN [TOKEN-FILE]
 *                             serves such metrics until SIGTERM; the first line tells where
 *
 * The workloads are made up, with names as long as those of Kubernetes are; checks grow with each
 * scrape.
 */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "metrics/serve.h"
#include "model/caps.h"

#define SCRAPES 50

struct made_up {
	size_t workloads;
	uint64_t scrapes;
};

static void fill(void *arg, struct ct_metrics *m)
{
	struct made_up *made_up = arg;
	uint64_t n = ++made_up->scrapes;

	for (size_t i = 0; i < made_up->workloads; i++) {
		ct_autofree char *key = ct_xasprintf(
			"kubernetes:namespace-of-team-%zu/Deployment:service-%zu/main-container",
			i % 20, i);
		struct ct_metrics_workload w = {
			.key = key,
			.needed = CT_CAPS_DOCKER_DEFAULT & (0x123456789abcdefull * (i + 1)),
			.held = CT_CAPS_DOCKER_DEFAULT,
			.hostwide = i % 50 ? 0 : CT_CAPS_ALL,
			.incomplete = i % 30 == 0,
			.checks = n * (1000 + i),
			.denied = n * (i % 7),
		};

		ct_metrics__workload(m, &w);
	}
	ct_metrics__set(m, CT_METRIC_CHECKS, NULL, (double)(n * 1000000));
	ct_metrics__set(m, CT_METRIC_TAKES, NULL, (double)n);
	ct_metrics__set(m, CT_METRIC_LAST_TAKE, NULL, (double)ct_clock__wall_ms() / 1e3);
	ct_metrics__set(m, CT_METRIC_MAP_ENTRIES, "kinds", 1000);
	ct_metrics__set(m, CT_METRIC_MAP_CAPACITY, "kinds", 65536);
	ct_metrics__set(m, CT_METRIC_SINK_SENT, "journal", (double)n);
	ct_metrics__set(m, CT_METRIC_SINK_DROPPED, "journal", 0);
	ct_metrics__set_backend(m, "none");
}

static size_t count_series(const char *text)
{
	size_t n = 0;

	for (const char *p = text; *p; p = strchr(p, '\n') + 1)
		n += *p != '#';
	return n;
}

static int bench(size_t workloads)
{
	struct made_up made_up = { .workloads = workloads };
	struct ct_metrics *m = ct_metrics__new(0);
	uint64_t longest = 0, all = 0;
	size_t bytes = 0, series = 0;

	for (int i = 0; i < SCRAPES; i++) {
		struct ct_str out = { 0 };
		uint64_t start = ct_clock__now_ns(), took;

		fill(&made_up, m);
		ct_metrics__write(m, CT_OPENMETRICS, ct_clock__now_ns(), &out);
		took = ct_clock__now_ns() - start;
		longest = took > longest ? took : longest;
		all += took;
		bytes = out.len;
		series = count_series(out.s);
		ct_str__free(&out);
	}
	printf("%zu workloads: a scrape takes %.2f ms (the longest of %d: %.2f), %zu bytes, %zu "
	       "series\n",
	       workloads, (double)all / SCRAPES / 1e6, SCRAPES, (double)longest / 1e6, bytes,
	       series);
	ct_metrics__free(m);
	return longest > 50 * CT_NS_PER_MS || bytes > 1000000 || series > 2000;
}

static void on_signal(void *arg, const struct signalfd_siginfo *info)
{
	(void)info;
	ct_loop__stop(arg);
}

static int serve(size_t workloads, const char *listen, const char *token_file)
{
	const struct ct_metrics_server_opts opts = { .listen = listen, .token_file = token_file };
	struct made_up made_up = { .workloads = workloads };
	struct ct_metrics *m = ct_metrics__new(0);
	struct ct_metrics_server *s = NULL;
	ct_autoerr struct ct_err err = { 0 };
	struct ct_source *term = NULL;
	struct ct_loop *loop;
	int ret = ct_loop__new(&loop, &err);

	if (!ret)
		ret = ct_metrics_server__new(loop, &opts, m, fill, &made_up, &s, &err);
	if (ret) {
		ct_warn("%s", err.msg);
		return 1;
	}
	printf("%s\n", ct_metrics_server__address(s));
	fflush(stdout);
	ct_loop__add_signal(loop, SIGTERM, on_signal, loop, &term);
	ct_loop__run(loop);
	ct_loop__remove(loop, &term);
	ct_metrics_server__free(s);
	ct_loop__free(loop);
	ct_metrics__free(m);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "bench"))
		return bench(strtoul(argv[2], NULL, 10));
	if (argc >= 4 && !strcmp(argv[1], "serve"))
		return serve(strtoul(argv[2], NULL, 10), argv[3], argv[4]);
	fputs("usage: scrape bench N | scrape serve N LISTEN [TOKEN-FILE]\n", stderr);
	return 2;
}
