/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * page_store FILE HOST RECORDING...: makes a store to be looked at, from recordings, as if a
 * daemon had seen them on that host, with events and gaps made up. PUSH=URL copies it to a fleet's
 * database.
 */
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "model/identity.h"
#include "model/recording.h"
#include "store/push.h"
#include "store/store.h"

#define DAY 86400000ll

static int save(struct ct_store *s, const char *path, const char *host, char **key,
		struct ct_err *err)
{
	ct_autosession struct ct_session *r = NULL;
	ct_autoreport struct ct_report *report = NULL;
	int ret = ct_recording__read(path, &r, err);

	if (ret)
		return ret;
	ct_session__conclude(r);
	report = ct_judge__session(r, CT_MODE_DEFAULT);
	for (size_t i = 0; i < report->nadvices && !ret; i++) {
		const struct ct_workload *w = report->advices[i].workload;
		ct_autoidentity struct ct_identity id = { 0 };
		struct ct_store_workload row = { .session = r,
						 .w = w,
						 .advice = &report->advices[i],
						 .watched_ms = ct_workload__watched_ns(w) / 1000000,
						 .news = true };
		struct ct_store_batch b = { .host = &r->host,
					    .host_name = host,
					    .now_ms = ct_clock__wall_ms(),
					    .workloads = &row,
					    .nworkloads = 1 };

		ct_identity__of(w, &id);
		row.key = id.key;
		ret = ct_store__save(s, &b, err);
		free(*key);
		*key = ct_xstrdup(id.key);
	}
	return ret;
}

/* Two that are open, and one that somebody has accepted. */
static int add_events(struct ct_store *s, const char *host, const char *key, struct ct_err *err)
{
	int64_t now = ct_clock__wall_ms();
	const struct ct_store_event events[] = {
		{ .id = "made-up-1",
		  .kind = "new-need",
		  .capability = "SYS_TIME",
		  .time_ms = now - DAY,
		  .text = "it needs SYS_TIME, which it never needed" },
		{ .id = "made-up-2",
		  .kind = "host-scope",
		  .capability = "SYS_ADMIN",
		  .time_ms = now - 3 * DAY,
		  .text = "its use of SYS_ADMIN reaches the host" },
		{ .id = "made-up-3",
		  .kind = "new-need",
		  .capability = "KILL",
		  .time_ms = now - 9 * DAY,
		  .text = "it needs KILL, which it never needed" },
	};
	const struct ct_store_gap gap = {
		.why = "daemon-down",
		.text = "captrim was not running for 2 minutes",
		.from_ms = now - 2 * DAY,
		.to_ms = now - 2 * DAY + 120000,
	};
	struct ct_store_event full[CT_ARRAY_SIZE(events)];
	struct ct_host about = { .kernel = (char *)"6.18.0", .backend = (char *)"tp_btf" };
	struct ct_store_batch b = { .host = &about,
				    .host_name = host,
				    .now_ms = now,
				    .events = full,
				    .nevents = CT_ARRAY_SIZE(full),
				    .gaps = &gap,
				    .ngaps = 1 };
	struct ct_store_ack ack = {
		.id = "made-up-3", .by = "alice", .note = "a new backup job", .now_ms = now
	};
	size_t n;
	int ret;

	for (size_t i = 0; i < CT_ARRAY_SIZE(full); i++) {
		full[i] = events[i];
		full[i].host = host;
		full[i].key = full[i].label = key;
		full[i].verdict = "required";
		full[i].scope = "namespace";
		full[i].json = "{}";
	}
	ret = ct_store__save(s, &b, err);
	return ret ? ret : ct_store__ack(s, &ack, &n, err);
}

static int push(const char *file, const char *url, struct ct_err *err)
{
	const struct ct_store_push_opts opts = { .local = file, .url = url };
	struct ct_store_push_status st = { 0 };
	struct ct_store_push *p;
	int ret = ct_store_push__start(&opts, &p, err);

	if (ret)
		return ret;
	ct_store_push__news(p);
	for (int i = 0; i < 600 && (!st.pushed_ms || st.pending); i++) {
		ct_clock__sleep_ns(CT_NS_PER_SEC / 20);
		ct_store_push__status(p, &st);
	}
	ct_store_push__stop(p, 10000);
	return st.pending ? ct_err__set(err, EIO, "it was not pushed: %s", st.why) : 0;
}

int main(int argc, char **argv)
{
	ct_autostore struct ct_store *s = NULL;
	ct_autoerr struct ct_err err = { 0 };
	ct_autofree char *key = NULL;
	int ret;

	if (argc < 4) {
		fputs("usage: page_store FILE HOST RECORDING...\n", stderr);
		return 2;
	}
	ret = ct_store__open(argv[1], CT_STORE_WRITE, &s, &err);
	for (int i = 3; i < argc && !ret; i++)
		ret = save(s, argv[i], argv[2], &key, &err);
	if (!ret)
		ret = add_events(s, argv[2], key, &err);
	ct_store__close(ct_steal(s));
	if (!ret && getenv("PUSH"))
		ret = push(argv[1], getenv("PUSH"), &err);
	if (ret)
		ct_warn("%s", err.msg ? err.msg : strerror(-ret));
	return ret != 0;
}
