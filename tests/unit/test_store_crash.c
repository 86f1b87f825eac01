/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What was committed is there after SIGKILL and after a power cut, at any moment; KILLS and CUTS
 * say how often. `make bench-store` does more of it.
 */
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "base/clock.h"
#include "power_cut.h"
#include "store/sqlite.h"
#include "store/store_priv.h"
#include "stores.h"

#define HOST  "alpha"
#define NAMES 20 /* workloads, again and again */

static unsigned int seed = 1;

static unsigned int below(unsigned int n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

static unsigned int times(const char *name, unsigned int usually)
{
	const char *value = getenv(name);

	return value ? (unsigned int)strtoul(value, NULL, 10) : usually;
}

/* The number n as a workload: its checks are so many, in one more kind from time to time. */
static int save_number(struct ct_store *s, uint64_t n, struct ct_err *err)
{
	ct_autofree char *name = ct_xasprintf("c%llu", (unsigned long long)(n % NAMES));
	ct_autosession struct ct_session *session = stores_session(name, 1000);

	session->workloads[0]->kinds[0].count = n;
	for (uint64_t i = 0; i < n / NAMES % 6; i++)
		build_check(session->workloads[0], CAP_CHOWN, "chown", "capable a b c d")->key.sel =
			(uint32_t)i + 1;
	return stores_save(s, session, HOST, (int64_t)n, true, err);
}

static int note_checks(const struct ct_store_workload_row *row, void *arg)
{
	uint64_t *checks = arg;

	checks[strtoul(row->label + 1, NULL, 10)] = row->checks;
	return 0;
}

/* Each number up to the last that was committed is there, or a later one of its workload. */
static bool holds(const char *path, uint64_t last)
{
	ct_autoerr struct ct_err err = {};
	ct_autostore struct ct_store *s = NULL;
	ct_autosession struct ct_session *all = NULL;
	uint64_t checks[NAMES] = { 0 };

	if (ct_store__open(path, CT_STORE_WRITE, &s, &err) || ct_store__check(s, &err) ||
	    ct_store__each_workload(s, NULL, note_checks, checks, &err) ||
	    ct_store__load(s, NULL, &all, &err)) {
		printf("%s\n", err.msg);
		return false;
	}
	for (uint64_t n = last > NAMES ? last - NAMES : 1; n <= last; n++) {
		const struct ct_workload *w = NULL;
		ct_autofree char *name = ct_xasprintf("c%llu", (unsigned long long)(n % NAMES));

		for (size_t i = 0; i < all->nworkloads; i++)
			if (!strcmp(ct_workload__label(all->workloads[i]), name))
				w = all->workloads[i];
		if (checks[n % NAMES] < n || !w || w->kinds[0].count < n) {
			printf("%llu is missing of %llu: %llu, %llu\n", (unsigned long long)n,
			       (unsigned long long)last, (unsigned long long)checks[n % NAMES],
			       (unsigned long long)(w ? w->kinds[0].count : 0));
			return false;
		}
	}
	return true;
}

/* ---- SIGKILL ---- */

static void write_for_ever(uint64_t from, int out)
{
	struct ct_store *s = NULL;

	if (ct_store__open(stores_path, CT_STORE_WRITE, &s, NULL))
		_exit(1);
	for (uint64_t n = from;; n++)
		if (save_number(s, n, NULL) || write(out, &n, sizeof(n)) != sizeof(n))
			_exit(1);
}

static uint64_t kill_one(uint64_t last)
{
	uint64_t n = last;
	int ends[2], status, pid;

	CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
	pid = fork();
	if (!pid)
		write_for_ever(last + 1, ends[1]);
	close(ends[1]);
	/* Not before it writes. */
	CU_ASSERT_EQUAL(read(ends[0], &n, sizeof(n)), sizeof(n));
	ct_clock__sleep_ns(below(30000) * 1000ull);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	CU_ASSERT(WIFSIGNALED(status));
	while (read(ends[0], &n, sizeof(n)) == sizeof(n))
		;
	close(ends[0]);
	return n;
}

static void test_kill(void)
{
	uint64_t last = 0;

	stores_fresh();
	for (unsigned int i = times("KILLS", 25); i; i--) {
		last = kill_one(last);
		CU_ASSERT_FATAL(holds(stores_path, last));
	}
	printf("%llu transactions, killed %u times\n", (unsigned long long)last,
	       times("KILLS", 25));
}

/* ---- power cuts ---- */

/* Writes until the power is gone; returns the last number that was committed. */
static uint64_t write_until_cut(uint64_t last)
{
	struct ct_store *s = NULL;

	if (ct_store__open(stores_path, CT_STORE_WRITE, &s, NULL))
		return last;
	/* The file itself is written to often, too, and not only the log. */
	ct_db__script(s->db, "PRAGMA wal_autocheckpoint = 30", NULL);
	while (!save_number(s, last + 1, NULL))
		last++;
	ct_store__close(s);
	return last;
}

static uint64_t cut_once(uint64_t last)
{
	cut_begin();
	cut_at = 20 + below(400);
	/* The disks hold what the files do. */
	for (int i = 0; i < 2; i++) {
		ct_autofree char *name = ct_xasprintf("%s%s", stores_path, i ? "-wal" : "");
		ct_autofree char *data = NULL;
		size_t len = 0;

		if (!ct_read_file(name, 1 << 26, &data, &len))
			cut_apply(cut_disk_of(name), 0, data, len);
	}
	last = write_until_cut(last);
	cut_end(below);
	return last;
}

static bool survives(unsigned int cuts, uint64_t *last)
{
	bool good = true;

	stores_fresh();
	ct_store__close(stores_open(CT_STORE_WRITE));
	*last = 0;
	for (seed = times("SEED", 1); cuts && good; cuts--) {
		*last = cut_once(*last);
		good = holds(stores_path, *last);
	}
	return good;
}

static void test_cut(void)
{
	unsigned int cuts = times("CUTS", 60);
	uint64_t last = 0;

	CU_ASSERT(survives(cuts, &last));
	printf("%llu transactions, %u power cuts\n", (unsigned long long)last, cuts);
	/* On a disk that does not sync something is lost: the test would see it. */
	cut_ignores_sync = true;
	CU_ASSERT(!survives(60, &last));
	cut_ignores_sync = false;
}

static CU_TestInfo tests[] = {
	{ "killed at any moment", test_kill },
	{ "the power is cut", test_cut },
	CU_TEST_INFO_NULL,
};

int main(void)
{
	stores_begin();
	return unit_run("store_crash", tests);
}
