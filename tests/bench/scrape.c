/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scrape bench N              what a scrape of N workloads takes, and the writing of it alone
 * scrape ask ADDRESS [TOKEN-FILE]
 *                             what a scrape takes whoever asks there again and again over one
 *                             connection, as Prometheus does
 * scrape serve N LISTEN [TOKEN-FILE]
 *                             serves such metrics until SIGTERM; the first line tells where
 *
 * The workloads are made up, with names as long as those of Kubernetes are; checks grow with each
 * scrape.
 */
#include <curl/curl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "http/token.h"
#include "metrics/serve.h"
#include "model/caps.h"

#define SCRAPES 50

/* The most that there may be of each. */
#define LIMIT_MS     50.0
#define LIMIT_BYTES  1000000
#define LIMIT_SERIES 2000

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

/* What SCRAPES of them took. */
struct taken {
	double ms[SCRAPES];
	size_t n, bytes, series;
};

static void took(struct taken *t, uint64_t start, const struct ct_str *answer)
{
	t->ms[t->n++] = (double)(ct_clock__now_ns() - start) / CT_NS_PER_MS;
	t->bytes = answer->len;
	t->series = count_series(answer->s);
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* One in twenty may take longer, for other programs run on the machine, too. */
static int verdict(struct taken *t, const char *what)
{
	double most;
	bool miss;

	qsort(t->ms, t->n, sizeof(*t->ms), by_size);
	most = t->ms[t->n - 1 - t->n / 20];
	miss = most > LIMIT_MS || t->bytes > LIMIT_BYTES || t->series > LIMIT_SERIES;
	printf("%s %s: median %.2f ms, p95 %.2f (at most %.0f), longest %.2f of %zu; "
	       "%zu bytes (at most %d), %zu series (at most %d)\n",
	       miss ? "MISS" : "ok  ", what, t->ms[t->n / 2], most, LIMIT_MS, t->ms[t->n - 1], t->n,
	       t->bytes, LIMIT_BYTES, t->series, LIMIT_SERIES);
	return miss;
}

/* Without a server and a client: what of it is captrim's own. */
static int write_only(size_t workloads)
{
	struct made_up made_up = { .workloads = workloads };
	struct ct_metrics *m = ct_metrics__new(0);
	struct taken t = { 0 };

	for (int i = 0; i < SCRAPES; i++) {
		uint64_t start = ct_clock__now_ns();
		struct ct_str out = { 0 };

		fill(&made_up, m);
		ct_metrics__write(m, CT_OPENMETRICS, ct_clock__now_ns(), &out);
		took(&t, start, &out);
		ct_str__free(&out);
	}
	ct_metrics__free(m);
	return verdict(&t, "written");
}

static size_t keep(char *data, size_t size, size_t n, void *arg)
{
	ct_str__addn(arg, data, size * n);
	return size * n;
}

/* One more scrape with c, which writes to answer. Returns 0, or -1 and says why. */
static int scrape(CURL *c, struct ct_str *answer, struct taken *t)
{
	uint64_t start = ct_clock__now_ns();
	CURLcode code = curl_easy_perform(c);
	long status = 0;

	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	if (code || status != 200) {
		ct_warn("%s, status %ld", curl_easy_strerror(code), status);
		return -1;
	}
	took(t, start, answer);
	return 0;
}

static int ask(const char *address, const char *token_file)
{
	ct_autofree char *url = ct_xasprintf("http://%s/metrics", address);
	ct_autofree char *token = NULL, *bearer = NULL;
	ct_autoerr struct ct_err err = { 0 };
	struct curl_slist *headers = NULL;
	CURL *c = curl_easy_init();
	struct taken t = { 0 };
	int ret = 0;

	if (token_file && ct_token__read(token_file, &token, &err)) {
		ct_warn("%s", err.msg);
		return 2;
	}
	headers = curl_slist_append(headers, "Accept: application/openmetrics-text;version=1.0.0;"
					     "q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2");
	bearer = ct_xasprintf("Authorization: Bearer %s", token ?: "");
	if (token)
		headers = curl_slist_append(headers, bearer);
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(c, CURLOPT_ACCEPT_ENCODING, "gzip");
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, keep);
	for (int i = 0; i < SCRAPES && !ret; i++) {
		struct ct_str answer = { 0 };

		curl_easy_setopt(c, CURLOPT_WRITEDATA, &answer);
		ret = scrape(c, &answer, &t);
		ct_str__free(&answer);
	}
	curl_easy_cleanup(c);
	curl_slist_free_all(headers);
	return ret ? 2 : verdict(&t, "a scrape");
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

static int bench(size_t workloads)
{
	int address[2], miss = write_only(workloads);
	char line[128] = "";
	ssize_t n;
	pid_t pid;

	fflush(stdout);
	if (pipe(address) || (pid = fork()) < 0)
		return 2;
	if (!pid) {
		dup2(address[1], STDOUT_FILENO);
		_exit(serve(workloads, "127.0.0.1:0", NULL));
	}
	close(address[1]);
	n = read(address[0], line, sizeof(line) - 1);
	line[n > 0 ? strcspn(line, "\n") : 0] = '\0';
	miss |= *line ? ask(line, NULL) : 2;
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
	return miss;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "bench"))
		return bench(strtoul(argv[2], NULL, 10));
	if (argc >= 3 && !strcmp(argv[1], "ask"))
		return ask(argv[2], argv[3]);
	if (argc >= 4 && !strcmp(argv[1], "serve"))
		return serve(strtoul(argv[2], NULL, 10), argv[3], argv[4]);
	fputs("usage: scrape bench N | scrape ask ADDRESS [TOKEN-FILE] | "
	      "scrape serve N LISTEN [TOKEN-FILE]\n",
	      stderr);
	return 2;
}
