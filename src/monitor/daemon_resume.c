/* SPDX-License-Identifier: GPL-2.0-only */
/* Continues where a daemon before us ended: since when nobody watched, and what it left open. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/human.h"
#include "monitor/daemon_priv.h"

/* In memory, not on a disk: it need not outlive a boot. */
#define ALIVE_DIR "/run/captrim"

#define RECALL_AT_ONCE 4
#define RECALL_NS      (10 * CT_NS_PER_MS)
/* A quiet workload's time is stored once a day at least, see ledger.c. */
#define SILENT_MS (50 * 60 * 60 * 1000ll)

/* One file for each store, so that a daemon with another store is not taken for this one. */
static char *alive_file(const struct ct_daemon *d)
{
	return ct_xasprintf(ALIVE_DIR "/alive-%08" PRIx32,
			    ct_hash32(d->store_path, strlen(d->store_path)));
}

static int open_alive(const char *path)
{
	return open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
}

void ct_daemon__note_alive(const struct ct_daemon *d)
{
	ct_autofree char *path = alive_file(d);
	ct_autofree char *text = ct_xasprintf("%" PRId64 "\n", ct_clock__wall_ms());
	ct_autoclose int fd = open_alive(path);

	if (fd < 0 && errno == ENOENT && !mkdir(ALIVE_DIR, 0755))
		fd = open_alive(path);
	if (fd >= 0)
		(void)!write(fd, text, strlen(text));
}

/* Wall clock at which a daemon with this store was last alive in this boot; 0: not known. */
static int64_t last_alive(const struct ct_daemon *d)
{
	ct_autofree char *path = alive_file(d), *text = NULL;

	return ct_read_file(path, 4096, &text, NULL) ? 0 : strtoll(text, NULL, 10);
}

void ct_daemon__add_gap(struct ct_daemon *d, const char *why, int64_t from_ms, int64_t to_ms,
			char *text)
{
	/* A gap that goes on only grows. */
	for (size_t i = 0; i < d->gaps.len; i++)
		if (d->gaps.items[i].from_ms == from_ms && !strcmp(d->gaps.items[i].why, why)) {
			free((char *)d->gaps.items[i].text);
			d->gaps.items[i].text = text;
			d->gaps.items[i].to_ms = to_ms;
			return;
		}
	*CT_PUSH(d->gaps.items, d->gaps.len, d->gaps.cap) = (struct ct_store_gap){
		.why = why, .text = text, .from_ms = from_ms, .to_ms = to_ms
	};
}

struct last_run {
	const char *store, *boot_id;
	int64_t last_ms;
	bool same_boot, found;
};

static int look_at_host(const struct ct_store_host_row *row, void *arg)
{
	struct last_run *last = arg;

	/* A recording that was imported has a row of its own, also if it is of this host. */
	if (strcmp(row->store, last->store) != 0)
		return 0;
	last->found = true;
	last->last_ms = row->last_ms;
	last->same_boot = ct_str_equal(row->boot_id, last->boot_id);
	return 0;
}

static int note_key(const struct ct_store_workload_row *row, void *arg)
{
	ct_strings__add(arg, row->key);
	return 0;
}

static void name_gap(struct ct_daemon *d, const struct last_run *last, int64_t from,
		     const struct ct_now *now)
{
	uint64_t ms = now->wall_ms > from ? (uint64_t)(now->wall_ms - from) : 0;
	const char *why = last->same_boot ? "daemon-down" : "host-down";
	ct_autofree char *time = ct_human__duration(ms * CT_NS_PER_MS);
	char *text = ct_xasprintf("captrim did not run for %s%s", time,
				  last->same_boot ? "" : ", and the host was started");

	ct_warn("nobody watched for %s: what was needed in that time is not known", time);
	ct_daemon__tell_gap(d, "restart", from, now->wall_ms, 0, text);
	ct_daemon__add_gap(d, why, from, now->wall_ms, text);
}

int ct_daemon__look_back(struct ct_daemon *d, struct ct_err *err)
{
	const struct ct_host *host = ct_recorder__host(d->recorder);
	struct ct_now now = { host->start_ns, host->start_ms };
	struct ct_store_query q = { .host = d->host_name };
	struct last_run last = { .boot_id = host->boot_id };
	int64_t from = last_alive(d);
	int ret = ct_store__id(d->store, &last.store, err);

	if (!ret)
		ret = ct_store__each_host(d->store, &q, look_at_host, &last, err);
	if (ret || !last.found)
		return ret;
	if (!last.same_boot || from < last.last_ms)
		from = last.last_ms;
	name_gap(d, &last, from, &now);
	d->saver.boot_ms = ct_clock__wall_ms() - ct_clock__boot_ms();
	if (last.same_boot) {
		d->saver.gap_to = now;
		d->saver.gap_from = now;
		if (from < now.wall_ms) {
			uint64_t ns = (uint64_t)(now.wall_ms - from) * CT_NS_PER_MS;

			d->saver.gap_from.wall_ms = from;
			d->saver.gap_from.ns = ns < now.ns ? now.ns - ns : 0;
		}
	}
	q.since_ms = last.last_ms > SILENT_MS ? last.last_ms - SILENT_MS : 0;
	return ct_store__each_workload(d->store, &q, note_key, &d->recall, err);
}

static bool lives(void *arg, const struct ct_workload *part)
{
	return ct_recorder__adopt(((struct ct_daemon *)arg)->recorder, part);
}

void ct_daemon__on_recall(void *arg)
{
	struct ct_daemon *d = arg;
	struct ct_now now = ct_daemon__now();

	for (int i = 0; i < RECALL_AT_ONCE && d->recalled < d->recall.len; i++, d->recalled++) {
		ct_autoerr struct ct_err err = {};

		if (ct_saver__recall(&d->saver, d->recall.items[d->recalled], &now, lives, d, &err))
			ct_warn("%s; the stored record of a workload cannot be continued", err.msg);
	}
	if (d->recalled < d->recall.len) {
		ct_loop__set_timer(d->loop, d->on_recall, RECALL_NS, 0);
		return;
	}
	ct_strings__free(&d->recall);
	d->recalled = 0;
}
