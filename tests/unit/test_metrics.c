/* SPDX-License-Identifier: GPL-2.0-only */
/* What a scrape says: frozen names, limits of series, who vanishes when, both formats. */
#include <ctype.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "metrics/metrics.h"
#include "metrics/serve.h"
#include "model/caps.h"
#include "unit.h"

#define SECONDS(n) ((n)*CT_NS_PER_SEC)

static char *scrape_at(struct ct_metrics *m, uint64_t seconds)
{
	struct ct_str out = { 0 };

	ct_metrics__write(m, CT_OPENMETRICS, SECONDS(seconds), &out);
	return out.s;
}

/* The value of a series, -1 if it is not there. */
static double value_in(const char *text, const char *series)
{
	size_t n = strlen(series);

	for (const char *p = text; (p = strstr(p, series)); p += n)
		if ((p == text || p[-1] == '\n') && p[n] == ' ')
			return strtod(p + n, NULL);
	return -1;
}

static size_t count_series(const char *text)
{
	size_t n = 0;

	for (const char *p = text; *p; p = strchr(p, '\n') + 1)
		n += *p != '#';
	return n;
}

static void add(struct ct_metrics *m, const char *key, uint64_t checks)
{
	struct ct_metrics_workload w = {
		.key = key,
		.needed = CT_CAP(CHOWN) | CT_CAP(SYS_TIME),
		.hostwide = CT_CAP(SYS_TIME),
		.optional = CT_CAP(KILL),
		.held = CT_CAPS_DOCKER_DEFAULT | CT_CAP(SYS_TIME),
		.checks = checks,
		.denied = checks / 10,
	};

	ct_metrics__workload(m, &w);
}

static void test_names_are_frozen(void)
{
	static const char path[] = "tests/golden/metrics.txt";
	ct_autofree char *golden = NULL;
	struct ct_str now = { 0 };

	ct_metrics__list(&now);
	if (getenv("UPDATE_GOLDEN")) {
		FILE *f = fopen(path, "w");

		CU_ASSERT_PTR_NOT_NULL_FATAL(f);
		fputs(now.s, f);
		fclose(f);
	}
	CU_ASSERT_EQUAL(ct_read_file(path, 1 << 20, &golden, NULL), 0);
	UNIT_STR(now.s, golden);
	ct_str__free(&now);
}

static void test_starts_with_zeros(void)
{
	struct ct_metrics *m = ct_metrics__new(0);
	ct_autofree char *text = scrape_at(m, 1);

	CU_ASSERT_EQUAL(value_in(text, "captrim_lost_total{reason=\"events\"}"), 0);
	CU_ASSERT_EQUAL(value_in(text, "captrim_lost_total{reason=\"missed\"}"), 0);
	CU_ASSERT_EQUAL(value_in(text, "captrim_events_total{kind=\"new-need\"}"), 0);
	CU_ASSERT_EQUAL(value_in(text, "captrim_workload_checks_total{workload=\"_other\"}"), 0);
	CU_ASSERT_EQUAL(value_in(text, "captrim_capability_needed_workloads{capability=\"CHOWN\"}"),
			0);
	CU_ASSERT_EQUAL(value_in(text, "captrim_checks_total"), 0);
	CU_ASSERT_EQUAL(value_in(text, "captrim_push_up"), 1);
	CU_ASSERT_EQUAL(value_in(text, "captrim_series"), (double)count_series(text));
	CU_ASSERT(value_in(text, "process_resident_memory_bytes") > 1e6);
	CU_ASSERT(value_in(text, "process_open_fds") >= 3);
	CU_ASSERT(value_in(text, "process_start_time_seconds") > 1.5e9);
	CU_ASSERT(value_in(text, "process_start_time_seconds") <=
		  (double)ct_clock__wall_ms() / 1e3 + 1);
	CU_ASSERT(strstr(text, "\n# EOF\n") != NULL);
	ct_metrics__free(m);
	ct_metrics__free(NULL);
}

/* In a process for which the machine has slept a day; 77: that cannot be had here. */
static int start_after_sleep(void)
{
	struct ct_metrics *m = ct_metrics__new(0);
	ct_autofree char *text = NULL;
	double age;
	FILE *f;
	int pid, status;

	if (unshare(CLONE_NEWUSER | CLONE_NEWTIME))
		return 77;
	f = fopen("/proc/self/timens_offsets", "w");
	if (!f || fputs("boottime 86400 0\n", f) < 0 || fclose(f))
		return 77;
	pid = fork(); /* the first process in there */
	if (pid)
		return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) :
									      1;
	text = scrape_at(m, 1);
	age = (double)ct_clock__wall_ms() / 1e3 - value_in(text, "process_start_time_seconds");
	_exit(age < -1 || age > 600);
}

static void test_start_after_sleep(void)
{
	int status = 0, pid = fork();

	if (!pid)
		_exit(start_after_sleep());
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	CU_ASSERT_FATAL(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		UNIT_SKIP("no time namespace can be made here");
	CU_ASSERT_EQUAL(WEXITSTATUS(status), 0);
}

static void test_values(void)
{
	struct ct_metrics *m = ct_metrics__new(0);
	ct_autofree char *text = NULL;

	ct_metrics__set(m, CT_METRIC_LOST, "kinds", 7);
	ct_metrics__set(m, CT_METRIC_LOST, "nobody knows", 7);
	ct_metrics__set(m, CT_METRIC_CHECKS, NULL, 123456789012345.0);
	ct_metrics__set(m, CT_METRIC_BPF_SECONDS, "check", 0.25);
	ct_metrics__add(m, CT_METRIC_SINK_SENT, "a\"b\\c\n", 1);
	ct_metrics__add(m, CT_METRIC_SINK_SENT, "a\"b\\c\n", 2);
	ct_metrics__set_backend(m, "tp_btf");
	for (int i = 0; i < 1000; i++) {
		ct_autofree char *name = ct_xasprintf("map%d", i);

		ct_metrics__set(m, CT_METRIC_MAP_ENTRIES, name, i);
	}
	text = scrape_at(m, 1);
	CU_ASSERT_EQUAL(value_in(text, "captrim_lost_total{reason=\"kinds\"}"), 7);
	CU_ASSERT_PTR_NULL(strstr(text, "nobody"));
	CU_ASSERT(strstr(text, "captrim_checks_total 123456789012345\n") != NULL);
	CU_ASSERT(strstr(text, "captrim_bpf_run_seconds_total{program=\"check\"} 0.25\n") != NULL);
	/* The line end was made visible, and what is visible is escaped. */
	CU_ASSERT(strstr(text, "{sink=\"a\\\"b\\\\c\\\\x0a\"} 3\n") != NULL);
	CU_ASSERT(strstr(text, "captrim_build_info{version=\"" CT_VERSION
			       "\",backend=\"tp_btf\"} 1\n") != NULL);
	CU_ASSERT(strstr(text, "map63") && !strstr(text, "map64"));
	ct_metrics__free(m);
}

static void test_workloads(void)
{
	struct ct_metrics *m = ct_metrics__new(0);
	ct_autofree char *text = NULL;

	add(m, "compose:shop/front", 100);
	text = scrape_at(m, 1);
#define SERIES(name) value_in(text, "captrim_workload_" name "{workload=\"compose:shop/front\"}")
	CU_ASSERT_EQUAL(SERIES("needed_capabilities"), 2);
	CU_ASSERT_EQUAL(SERIES("removable_capabilities"), 12);
	CU_ASSERT_EQUAL(SERIES("hostwide_capabilities"), 1);
	CU_ASSERT_EQUAL(SERIES("incomplete"), 0);
	CU_ASSERT_EQUAL(SERIES("checks_total"), 100);
	CU_ASSERT_EQUAL(SERIES("denied_checks_total"), 10);
	CU_ASSERT_EQUAL(value_in(text, "captrim_workloads"), 1);
	CU_ASSERT_EQUAL(value_in(text, "captrim_workloads_folded"), 0);
	CU_ASSERT_EQUAL(value_in(text, "captrim_series"), (double)count_series(text));
	CU_ASSERT_EQUAL(
		value_in(text, "captrim_capability_needed_workloads{capability=\"SYS_TIME\"}"), 1);
	CU_ASSERT_EQUAL(value_in(text, "captrim_capability_held_workloads{capability=\"MKNOD\"}"),
			1);
	CU_ASSERT_EQUAL(value_in(text, "captrim_capability_needed_workloads{capability=\"MKNOD\"}"),
			0);
	ct_metrics__free(m);
}

static double shown_at(struct ct_metrics *m, uint64_t seconds, const char *key)
{
	ct_autofree char *text = scrape_at(m, seconds);
	ct_autofree char *series = ct_xasprintf("captrim_workload_checks_total{workload=\"%s\"}",
						key);

	return value_in(text, series);
}

static void test_gone_vanish(void)
{
	struct ct_metrics *m = ct_metrics__new(0);

	add(m, "name:short", 5);
	CU_ASSERT_EQUAL(shown_at(m, 100, "name:short"), 5);
	CU_ASSERT_EQUAL(shown_at(m, 699, "name:short"), 5);
	CU_ASSERT_EQUAL(shown_at(m, 700, "name:short"), -1);
	/* Who comes back begins anew, and the index was not mixed up. */
	add(m, "name:a", 1);
	add(m, "name:b", 2);
	CU_ASSERT_EQUAL(shown_at(m, 800, "name:b"), 2);
	add(m, "name:b", 3);
	CU_ASSERT_EQUAL(shown_at(m, 1300, "name:a"), 1);
	add(m, "name:b", 4);
	CU_ASSERT_EQUAL(shown_at(m, 1400, "name:a"), -1);
	add(m, "name:b", 5);
	add(m, "name:short", 9);
	CU_ASSERT_EQUAL(shown_at(m, 1401, "name:b"), 5);
	CU_ASSERT_EQUAL(shown_at(m, 1402, "name:short"), 9);
	ct_metrics__free(m);
}

static void add_many(struct ct_metrics *m, int n, uint64_t checks)
{
	for (int i = 0; i < n; i++) {
		ct_autofree char *key = ct_xasprintf(
			"kubernetes:production-namespace/Deployment:service-%d/container", i);

		add(m, key, checks);
	}
}

static void test_limit_of_series(void)
{
	struct ct_metrics *m = ct_metrics__new(0);
	struct ct_metrics_workload risky = { .key = "name:late",
					     .needed = CT_CAPS_ALL,
					     .hostwide = CT_CAPS_ALL };
	ct_autofree char *first = NULL, *second = NULL;
	double folded;
	uint64_t t0;

	add_many(m, 1000, 1000);
	t0 = ct_clock__now_ns();
	first = scrape_at(m, 1);
	/* Generous where other things run, too; `make bench-scrape` says what it really takes. */
	CU_ASSERT(ct_clock__now_ns() - t0 < SECONDS(1));
	CU_ASSERT(strlen(first) < 1 << 20);
	CU_ASSERT(count_series(first) <= 2000);
	CU_ASSERT(count_series(first) > 1950);
	CU_ASSERT_EQUAL(value_in(first, "captrim_series"), (double)count_series(first));
	folded = value_in(first, "captrim_workloads_folded");
	CU_ASSERT_EQUAL(value_in(first, "captrim_workloads"), 1000);
	CU_ASSERT(folded > 600 && folded < 800);
	CU_ASSERT_EQUAL(value_in(first, "captrim_workload_checks_total{workload=\"_other\"}"),
			folded * 1000);
	CU_ASSERT_EQUAL(
		value_in(first, "captrim_workload_needed_capabilities{workload=\"_other\"}"),
		folded * 2);
	CU_ASSERT_EQUAL(
		value_in(first, "captrim_capability_needed_workloads{capability=\"CHOWN\"}"), 1000);
	/* Counters of _other go on; nobody loses his series to somebody new. */
	add_many(m, 1000, 1500);
	ct_metrics__workload(m, &risky);
	second = scrape_at(m, 2);
	CU_ASSERT_EQUAL(value_in(second, "captrim_workload_checks_total{workload=\"_other\"}"),
			folded * 1500);
	CU_ASSERT_EQUAL(value_in(second, "captrim_workloads_folded"), folded + 1);
	CU_ASSERT_EQUAL(count_series(second), count_series(first));
	/* When some are gone others get theirs, the risky first; what was counted stays counted. */
	free(ct_steal(first));
	free(ct_steal(second));
	for (int i = 0; i < 1000; i += 2) {
		ct_autofree char *key = ct_xasprintf(
			"kubernetes:production-namespace/Deployment:service-%d/container", i);

		add(m, key, 1500);
	}
	ct_metrics__workload(m, &risky);
	first = scrape_at(m, 700);
	CU_ASSERT_EQUAL(value_in(first, "captrim_workloads"), 501);
	CU_ASSERT_EQUAL(value_in(first, "captrim_workload_checks_total{workload=\"name:late\"}"),
			0);
	CU_ASSERT_EQUAL(value_in(first, "captrim_workload_checks_total{workload=\"_other\"}"),
			folded * 1500);
	ct_metrics__free(m);
}

/* A limit that is too small for the tool itself leaves all workloads in _other. */
static void test_tiny_limit(void)
{
	struct ct_metrics *m = ct_metrics__new(1);
	ct_autofree char *text = NULL;

	add(m, "name:a", 1);
	text = scrape_at(m, 1);
	CU_ASSERT_EQUAL(value_in(text, "captrim_workload_checks_total{workload=\"_other\"}"), 1);
	CU_ASSERT_EQUAL(value_in(text, "captrim_workload_checks_total{workload=\"name:a\"}"), -1);
	ct_metrics__free(m);
}

/* Whatever somebody is called, it stays within its quotes, on its line, and distinct. */
static void test_hostile_names(void)
{
	struct ct_metrics *m = ct_metrics__new(0);
	char longer[2][5000];
	ct_autofree char *text = NULL;
	size_t lines = 0, clean;

	text = scrape_at(m, 1);
	clean = count_series(text);
	free(ct_steal(text));
	memset(longer, 'x', sizeof(longer));
	strcpy(longer[0] + 4990, "a");
	strcpy(longer[1] + 4990, "b");
	add(m, "a\"} 1\ncaptrim_evil{x=\"", 1);
	add(m, "\xff\xfe\\", 1);
	add(m, "", 1);
	add(m, "\xe2\x80\xae\x1b[31m", 1);
	add(m, longer[0], 1);
	add(m, longer[1], 1);
	text = scrape_at(m, 1);
	CU_ASSERT_PTR_NULL(strstr(text, "\ncaptrim_evil"));
	CU_ASSERT_EQUAL(count_series(text), clean + 6 * 6);
	for (const char *p = text; *p; p = strchr(p, '\n') + 1, lines++) {
		size_t n = strcspn(p, "\n");

		CU_ASSERT(n < 400);
		for (size_t i = 0; i < n; i++)
			if (iscntrl((unsigned char)p[i]) || (unsigned char)p[i] > 0x7e)
				CU_FAIL("a byte that is not visible ASCII");
	}
	ct_metrics__free(m);
}

static void test_formats(void)
{
	struct ct_http_pair pair = { "Accept", "application/openmetrics-text;version=1.0.0,*/*" };
	struct ct_http_request req = { .method = "GET", .path = "/metrics" };
	struct ct_http_response plain = { .status = 200 }, open = { .status = 200 };
	struct ct_metrics *m = ct_metrics__new(0);

	ct_metrics__respond(m, &req, &plain);
	req.headers = (struct ct_http_pairs){ &pair, 1, 1 };
	ct_metrics__respond(m, &req, &open);
	UNIT_STR(plain.headers.items[1], "text/plain; version=0.0.4; charset=utf-8");
	UNIT_STR(open.headers.items[1],
		 "application/openmetrics-text; version=1.0.0; charset=utf-8");
	CU_ASSERT(strstr(plain.body.s, "\n# TYPE captrim_lost_total counter\n") != NULL);
	CU_ASSERT(strstr(open.body.s, "\n# TYPE captrim_lost counter\n") != NULL);
	CU_ASSERT(strstr(plain.body.s, "\n# TYPE captrim_build_info gauge\n") != NULL);
	CU_ASSERT(strstr(open.body.s, "\n# TYPE captrim_build info\n") != NULL);
	CU_ASSERT(!strstr(plain.body.s, "# EOF") && !strstr(plain.body.s, "# UNIT"));
	CU_ASSERT(strstr(open.body.s, "# UNIT captrim_store_bytes bytes\n") != NULL);
	CU_ASSERT_EQUAL(count_series(plain.body.s), count_series(open.body.s));
	ct_http_response__free(&plain);
	ct_http_response__free(&open);
	ct_metrics__free(m);
}

static CU_TestInfo tests[] = {
	{ "names are frozen", test_names_are_frozen },
	{ "starts with zeros", test_starts_with_zeros },
	{ "when it was started, after the machine has slept", test_start_after_sleep },
	{ "values", test_values },
	{ "workloads", test_workloads },
	{ "gone vanish", test_gone_vanish },
	{ "limit of series", test_limit_of_series },
	{ "tiny limit", test_tiny_limit },
	{ "hostile names", test_hostile_names },
	{ "formats", test_formats },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("metrics", tests)
