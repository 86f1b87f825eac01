/* SPDX-License-Identifier: GPL-2.0-only */
#include "store/push.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/clock.h"
#include "store/remote.h"
#include "store/replica.h"
#include "store/retain.h"
#include "store/schema.h"
#include "store/sqlite.h"

#define MS	       CT_NS_PER_MS
#define COUNTERS_MS    (15 * 60 * 1000ull)
#define ACKS_MS	       (60 * 1000ull)
#define FIRST_RETRY_MS 1000ull
#define LAST_RETRY_MS  (5 * 60 * 1000ull)
#define RATE	       2000
#define BATCH	       50 /* workloads, events and gaps in a transaction */

struct ct_store_push {
	pthread_t thread;
	char *path, *url;
	uint64_t counters_ms;
	unsigned int rate;
	int64_t retain_ms;

	/* Shared by both threads. */
	pthread_mutex_t mutex;
	pthread_cond_t wake, ended;
	bool news, stop, done;
	uint64_t until_ns; /* when the last attempt must end; set with stop */
	struct ct_store_push_status status;

	/* Used by the thread alone. */
	struct ct_db *file, *server;
	struct ct_replica copy;
	struct ct_clock_doubt doubt;
	uint64_t retry_ms, counters_at, acks_at, retry_at;
};

/* ---- waiting ---- */

/* Adds up to half of ms, so that hosts that were started together do not push together. */
static uint64_t with_jitter(uint64_t ms)
{
	uint32_t random = 0;

	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != sizeof(random))
		random = (uint32_t)ct_clock__now_ns();
	return ms + ms / 2 * (random % 1024) / 1024;
}

static void wait_until(struct ct_store_push *p, uint64_t ns)
{
	struct timespec ts = { .tv_sec = (time_t)(ns / CT_NS_PER_SEC),
			       .tv_nsec = (long)(ns % CT_NS_PER_SEC) };

	pthread_cond_timedwait(&p->wake, &p->mutex, &ts);
}

static bool is_stopping(struct ct_store_push *p)
{
	bool stop;

	pthread_mutex_lock(&p->mutex);
	stop = p->stop;
	pthread_mutex_unlock(&p->mutex);
	return stop;
}

/* Waits until the rows that were sent since began are within the rate. */
static void keep_rate(struct ct_store_push *p, uint64_t rows, uint64_t began)
{
	uint64_t until = began + rows * CT_NS_PER_SEC / p->rate;

	pthread_mutex_lock(&p->mutex);
	while (!p->stop && ct_clock__now_ns() < until)
		wait_until(p, until);
	pthread_mutex_unlock(&p->mutex);
}

/* ---- sending ---- */

static void disconnect(struct ct_store_push *p)
{
	ct_replica__end(&p->copy);
	ct_db__close(ct_steal(p->server));
	ct_db__close(ct_steal(p->file));
}

static int connect_both(struct ct_store_push *p, struct ct_err *err)
{
	int ret = 0;

	if (p->server)
		return 0;
	ret = ct_sqlite__open(p->path, false, &p->file, err);
	if (!ret) {
		ret = ct_remote__open(p->url, &p->server, err);
		/* A missing file is waited for, see try(); a missing database is a failure. */
		if (ret == -ENOENT)
			err->code = ENOTCONN;
	}
	if (!ret)
		ret = ct_schema__migrate(p->server, err);
	if (!ret)
		ret = ct_replica__begin(&p->copy, p->file, p->server, err);
	if (ret)
		disconnect(p);
	return ret;
}

static void note_batch(struct ct_store_push *p, bool more)
{
	uint64_t pending = 0;

	if (!more && ct_replica__pending(&p->copy, &pending, NULL))
		pending = 0;
	pthread_mutex_lock(&p->mutex);
	p->status.rows += p->copy.rows;
	p->status.batches++;
	p->status.pushed_ms = ct_clock__wall_ms();
	p->status.connected = true;
	p->status.why[0] = '\0';
	if (!more)
		p->status.pending = pending;
	pthread_mutex_unlock(&p->mutex);
}

static bool is_late(struct ct_store_push *p)
{
	return is_stopping(p) && ct_clock__now_ns() > p->until_ns;
}

static int send_all(struct ct_store_push *p, bool news, struct ct_err *err)
{
	bool more = true;
	int ret = 0;

	while (!ret && more && !is_late(p)) {
		uint64_t began = ct_clock__now_ns();

		ret = ct_replica__batch(&p->copy, news, BATCH, &more, err);
		if (ret)
			break;
		note_batch(p, more);
		if (more)
			keep_rate(p, p->copy.rows, began);
	}
	return ret;
}

/* Removes from the server what is too old, as it is removed from the file. */
static int remove_old(struct ct_store_push *p, struct ct_err *err)
{
	int64_t now_ms = ct_clock__wall_ms();
	int ret;

	if (!p->retain_ms || !ct_retain__trusts(&p->doubt, now_ms))
		return 0;
	ret = ct_db__begin(p->server, err);
	if (ret)
		return ret;
	ret = ct_retain__before(p->server, now_ms - p->retain_ms, p->copy.host, err);
	return ct_db__end(p->server, ret, err);
}

static int work(struct ct_store_push *p, bool news, struct ct_err *err)
{
	uint64_t now = ct_clock__now_ns();
	bool all = now >= p->counters_at || is_stopping(p);
	int ret = connect_both(p, err);

	if (!ret && (news || all))
		ret = send_all(p, !all, err);
	if (!ret && now >= p->acks_at) {
		ret = ct_replica__acks(&p->copy, p->path, err);
		p->acks_at = now + (p->counters_ms < ACKS_MS ? p->counters_ms : ACKS_MS) * MS;
	}
	if (!ret && all && !is_stopping(p))
		ret = remove_old(p, err);
	if (!ret && all)
		p->counters_at = now + with_jitter(p->counters_ms) * MS;
	return ret;
}

/* ---- the thread ---- */

static void note_failure(struct ct_store_push *p, const struct ct_err *err)
{
	disconnect(p);
	p->retry_ms = p->retry_ms ? p->retry_ms * 2 : FIRST_RETRY_MS;
	if (p->retry_ms > LAST_RETRY_MS)
		p->retry_ms = LAST_RETRY_MS;
	p->retry_at = ct_clock__now_ns() + with_jitter(p->retry_ms) * MS;
	pthread_mutex_lock(&p->mutex);
	p->status.connected = false;
	p->status.failures++;
	snprintf(p->status.why, sizeof(p->status.why), "%s", err->msg);
	pthread_mutex_unlock(&p->mutex);
}

/* The file is not there yet, or empty: there is nothing to send before somebody says so. */
static void await_news(struct ct_store_push *p)
{
	disconnect(p);
	p->retry_ms = p->retry_at = 0;
	p->counters_at = p->acks_at = ct_clock__now_ns() + with_jitter(p->counters_ms) * MS;
}

static void try(struct ct_store_push *p, bool news)
{
	ct_autoerr struct ct_err err = {};

	if (!work(p, news, &err)) {
		p->retry_ms = p->retry_at = 0;
		return;
	}
	if (err.code == ENOENT) {
		await_news(p);
		return;
	}
	note_failure(p, &err);
	if (!news)
		return;
	/* The news is still to be sent. */
	pthread_mutex_lock(&p->mutex);
	p->news = true;
	pthread_mutex_unlock(&p->mutex);
}

/* When there is something to be done next; the mutex is held. */
static uint64_t next_at(const struct ct_store_push *p)
{
	uint64_t at = p->counters_at < p->acks_at ? p->counters_at : p->acks_at;

	if (p->news)
		at = 0;
	return at > p->retry_at ? at : p->retry_at;
}

static void *run(void *arg)
{
	struct ct_store_push *p = arg;
	bool news, stop = false;

	while (!stop) {
		pthread_mutex_lock(&p->mutex);
		while (!p->stop && ct_clock__now_ns() < next_at(p))
			wait_until(p, next_at(p));
		news = p->news;
		stop = p->stop;
		p->news = false;
		pthread_mutex_unlock(&p->mutex);
		try(p, news);
	}
	disconnect(p);
	pthread_mutex_lock(&p->mutex);
	p->done = true;
	pthread_cond_signal(&p->ended);
	pthread_mutex_unlock(&p->mutex);
	return NULL;
}

static int start(struct ct_store_push *p)
{
	sigset_t all, old;
	int ret;

	/* Signals are for the daemon's own thread. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	ret = pthread_create(&p->thread, NULL, run, p);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return ret;
}

static void release(struct ct_store_push *p)
{
	pthread_mutex_destroy(&p->mutex);
	pthread_cond_destroy(&p->wake);
	pthread_cond_destroy(&p->ended);
	free(p->path);
	free(p->url);
	free(p);
}

int ct_store_push__start(const struct ct_store_push_opts *o, struct ct_store_push **out,
			 struct ct_err *err)
{
	struct ct_store_push *p;
	pthread_condattr_t attr;
	int ret = ct_remote__check_url(o->url, err);

	if (ret)
		return ret;
	p = ct_xzalloc(sizeof(*p));
	p->path = ct_xstrdup(o->local ? o->local : CT_STORE_DEFAULT);
	p->url = ct_xstrdup(o->url);
	p->counters_ms = o->counters_ms ? o->counters_ms : COUNTERS_MS;
	p->rate = o->rows_per_sec ? o->rows_per_sec : RATE;
	p->retain_ms = o->retain_age_ms;
	if (p->retain_ms && p->retain_ms < CT_RETAIN_QUIET_MS)
		p->retain_ms = CT_RETAIN_QUIET_MS;
	if (o->doubts_clock)
		ct_retain__begin(&p->doubt, 1, ct_clock__wall_ms());
	pthread_mutex_init(&p->mutex, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&p->wake, &attr);
	pthread_cond_init(&p->ended, &attr);
	pthread_condattr_destroy(&attr);
	ret = start(p);
	if (ret) {
		release(p);
		return ct_err__set(err, ret, "cannot start a thread: %s", strerror(ret));
	}
	*out = p;
	return 0;
}

void ct_store_push__news(struct ct_store_push *p)
{
	pthread_mutex_lock(&p->mutex);
	p->news = true;
	pthread_cond_signal(&p->wake);
	pthread_mutex_unlock(&p->mutex);
}

void ct_store_push__status(struct ct_store_push *p, struct ct_store_push_status *out)
{
	pthread_mutex_lock(&p->mutex);
	*out = p->status;
	pthread_mutex_unlock(&p->mutex);
}

void ct_store_push__stop(struct ct_store_push *p, unsigned int timeout_ms)
{
	struct timespec ts;
	bool done;

	if (!p)
		return;
	pthread_mutex_lock(&p->mutex);
	p->stop = true;
	p->until_ns = ct_clock__now_ns() + timeout_ms * MS;
	ts = (struct timespec){ .tv_sec = (time_t)(p->until_ns / CT_NS_PER_SEC),
				.tv_nsec = (long)(p->until_ns % CT_NS_PER_SEC) };
	pthread_cond_signal(&p->wake);
	while (!p->done && pthread_cond_timedwait(&p->ended, &p->mutex, &ts) != ETIMEDOUT)
		;
	done = p->done;
	pthread_mutex_unlock(&p->mutex);
	/* A server that does not answer must not hold up the daemon: the thread ends with the
	 * program. */
	if (!done) {
		pthread_detach(p->thread);
		return;
	}
	pthread_join(p->thread, NULL);
	release(p);
}
