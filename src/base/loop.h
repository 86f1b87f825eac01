/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An event loop over epoll for descriptors, timers, signals and the exits of children. It runs in
 * one thread, and callbacks must not block. A callback may add and remove any source, including its
 * own: a source that was removed is not called again, not even for an event that was already
 * reported.
 */
#ifndef CT_BASE_LOOP_H
#define CT_BASE_LOOP_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

#include "base/err.h"

struct ct_loop;
struct ct_source; /* one thing that a loop waits for; owned by the loop */

int ct_loop__new(struct ct_loop **l, struct ct_err *err);

/* Removes all sources first. l may be NULL. */
void ct_loop__free(struct ct_loop *l);

/*
 * Each of these returns 0 or a negative errno. A caller that passes source gets the handle for
 * ct_loop__remove(), and has to call that even when no more events can come. If source is NULL, the
 * loop removes the source itself at that point: after a one-shot timer has run, or a child has
 * ended.
 */

/* events is EPOLLIN, EPOLLOUT or both; fn gets those of them that occurred, and EPOLLERR and
 * EPOLLHUP. fd stays the caller's, who removes the source before closing it. */
typedef void (*ct_fd_fn)(void *arg, int fd, uint32_t events);
int ct_loop__add_fd(struct ct_loop *l, int fd, uint32_t events, ct_fd_fn fn, void *arg,
		    struct ct_source **source);

/* Calls fn after first_ns, then again every every_ns; only once if that is 0. Runs that were missed
 * are skipped, not made up for. */
typedef void (*ct_timer_fn)(void *arg);
int ct_loop__add_timer(struct ct_loop *l, uint64_t first_ns, uint64_t every_ns, ct_timer_fn fn,
		       void *arg, struct ct_source **source);

/* Changes when a timer runs, also that of a one-shot timer that has run and whose source was kept.
 * first_ns counts from the call; with UINT64_MAX it does not run until it is changed again. */
void ct_loop__set_timer(struct ct_loop *l, struct ct_source *timer, uint64_t first_ns,
			uint64_t every_ns);

/*
 * Blocks the signal and calls fn for it instead. When the last source of a signal is removed, the
 * signal is unblocked, unless it was blocked before the loop was made.
 */
struct signalfd_siginfo;
typedef void (*ct_signal_fn)(void *arg, const struct signalfd_siginfo *info);
int ct_loop__add_signal(struct ct_loop *l, int signal, ct_signal_fn fn, void *arg,
			struct ct_source **source);

/* Calls fn once, when this child has ended. The caller has to reap it. */
typedef void (*ct_ended_child_fn)(void *arg, int pid);
int ct_loop__add_child(struct ct_loop *l, int pid, ct_ended_child_fn fn, void *arg,
		       struct ct_source **source);

/* Sets *source to NULL; it may be NULL already. */
void ct_loop__remove(struct ct_loop *l, struct ct_source **source);

/* The signal mask from before the loop blocked any signals, with which a child should start. */
const sigset_t *ct_loop__outer_mask(const struct ct_loop *l);

/* Waits for events and calls the callbacks for them. Returns 0 or a negative errno. */
int ct_loop__turn(struct ct_loop *l);

/* Turns until ct_loop__stop() is called; not at all if it was called already. */
int ct_loop__run(struct ct_loop *l);
void ct_loop__stop(struct ct_loop *l);

/* Without a loop: waits until a child has ended, for ns at most. True: it can be reaped. */
bool ct_loop__await_child(int pid, uint64_t ns);

#endif
