/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * page_store URL HOST RECORDING...: makes a store to be looked at, from recordings, as if they had
 * been seen on that host, with events and gaps made up.
 */
#include <string.h>

#include "base/clock.h"
#include "model/identity.h"
#include "model/recording.h"
#include "store/store.h"

#define DAY 86400000ll

static int import(struct ct_store *s, const char *path, const char *host, char **key,
		  struct ct_err *err)
{
	ct_autosession struct ct_session *r = NULL;
	ct_autoidentity struct ct_identity id = { 0 };
	size_t n;
	int ret = ct_recording__read(path, &r, err);

	if (!ret)
		ret = ct_store__import(s, r, host, &n, err);
	if (!ret && r->nworkloads) {
		ct_identity__of(r->workloads[0], &id);
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

int main(int argc, char **argv)
{
	ct_autostore struct ct_store *s = NULL;
	ct_autoerr struct ct_err err = { 0 };
	ct_autofree char *key = NULL;
	int ret;

	if (argc < 4) {
		fputs("usage: page_store URL HOST RECORDING...\n", stderr);
		return 2;
	}
	ret = ct_store__open(argv[1], CT_STORE_CHANGE, &s, &err);
	for (int i = 3; i < argc && !ret; i++)
		ret = import(s, argv[i], argv[2], &key, &err);
	if (!ret)
		ret = add_events(s, argv[2], key, &err);
	if (ret)
		ct_warn("%s", err.msg ? err.msg : strerror(-ret));
	return ret != 0;
}
