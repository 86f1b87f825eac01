/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/bounded.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/urgent.h"

#define MAX_STUCK 8

struct worker {
	pthread_cond_t work, done;
	void (*fn)(void *job);
	void (*release)(void *job);
	void *job;
	bool busy, abandoned;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct worker *idle; /* takes the next job; NULL: there is none yet */
static unsigned int stuck;
static pid_t owner; /* the process that has these threads: one that it forks has none */

static void *run(void *arg)
{
	struct worker *w = arg;

	pthread_mutex_lock(&lock);
	for (;;) {
		while (!w->busy)
			pthread_cond_wait(&w->work, &lock);
		pthread_mutex_unlock(&lock);
		ct_urgent__follow();
		w->fn(w->job);
		pthread_mutex_lock(&lock);
		w->busy = false;
		if (w->abandoned)
			break;
		pthread_cond_signal(&w->done);
	}
	stuck--;
	pthread_mutex_unlock(&lock);
	w->release(w->job);
	pthread_cond_destroy(&w->work);
	pthread_cond_destroy(&w->done);
	free(w);
	return NULL;
}

/* All signals are for the main thread, which may have blocked them to read them. */
static struct worker *new_worker(void)
{
	struct worker *w = ct_xzalloc(sizeof(*w));
	pthread_condattr_t monotonic;
	pthread_attr_t detached;
	sigset_t all, old;
	pthread_t thread;
	int ret;

	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&w->work, NULL);
	pthread_cond_init(&w->done, &monotonic);
	pthread_attr_init(&detached);
	pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	ret = pthread_create(&thread, &detached, run, w);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&detached);
	pthread_condattr_destroy(&monotonic);
	if (!ret)
		return w;
	free(w);
	return NULL;
}

static struct timespec deadline(unsigned int ms)
{
	uint64_t ns = ct_clock__now_ns() + ms * CT_NS_PER_MS;

	return (struct timespec){ (time_t)(ns / CT_NS_PER_SEC), (long)(ns % CT_NS_PER_SEC) };
}

static int wait_for(struct worker *w, unsigned int timeout_ms)
{
	const struct timespec end = deadline(timeout_ms);

	while (w->busy)
		if (pthread_cond_timedwait(&w->done, &lock, &end) && w->busy) {
			w->abandoned = true;
			stuck++;
			idle = NULL;
			return -ETIMEDOUT;
		}
	return 0;
}

int ct_bounded__call(void (*fn)(void *job), void (*release)(void *job), void *job,
		     unsigned int timeout_ms)
{
	int ret = -EBUSY;

	pthread_mutex_lock(&lock);
	if (owner != getpid()) {
		owner = getpid();
		free(idle); /* its thread stayed in the process that we were forked from */
		idle = NULL;
		stuck = 0;
	}
	if (stuck < MAX_STUCK) {
		if (!idle)
			idle = new_worker();
		ret = -EAGAIN;
	}
	if (ret == -EAGAIN && idle) {
		idle->fn = fn;
		idle->release = release;
		idle->job = job;
		idle->busy = true;
		pthread_cond_signal(&idle->work);
		ret = wait_for(idle, timeout_ms);
	}
	pthread_mutex_unlock(&lock);
	return ret;
}
