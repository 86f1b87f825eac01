/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An event loop over epoll: descriptors, timers, signals and the ends of children. One thread, and
 * callbacks that do not block. A callback may add and remove whatever it likes, itself included:
 * what was removed is not called any more, not even for an event that had already been reported.
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

/* Removes everything first. l may be NULL. */
void ct_loop__free(struct ct_loop *l);

/*
 * Each of these returns 0 or a negative errno. Who passes a source gets what ct_loop__remove()
 * takes, and has to call that also when nothing more can come; else the loop removes a source by
 * itself then: a timer that has run once, a child that has ended.
 */

/* events is of EPOLLIN and EPOLLOUT; fn is told which of these and of EPOLLERR and EPOLLHUP came.
 * fd stays the caller's, who removes the source before closing it. */
typedef void (*ct_fd_fn)(void *arg, int fd, uint32_t events);
int ct_loop__add_fd(struct ct_loop *l, int fd, uint32_t events, ct_fd_fn fn, void *arg,
		    struct ct_source **source);

/* Calls fn after first_ns, then every every_ns; once if that is 0. Times that could not be kept
 * are left out, not made up for. */
typedef void (*ct_timer_fn)(void *arg);
int ct_loop__add_timer(struct ct_loop *l, uint64_t first_ns, uint64_t every_ns, ct_timer_fn fn,
		       void *arg, struct ct_source **source);

/* Changes when a timer runs, also one that has run for the last time and was kept; first_ns counts
 * from now. UINT64_MAX: not until it is changed again. */
void ct_loop__set_timer(struct ct_loop *l, struct ct_source *timer, uint64_t first_ns,
			uint64_t every_ns);

/*
 * Blocks the signal and calls fn for it instead. When the last source of a signal is removed it is
 * as it was before, and does what it usually does.
 */
struct signalfd_siginfo;
typedef void (*ct_signal_fn)(void *arg, const struct signalfd_siginfo *info);
int ct_loop__add_signal(struct ct_loop *l, int signal, ct_signal_fn fn, void *arg,
			struct ct_source **source);

/* Calls fn once, when this child has ended. To reap it is the caller's part. */
typedef void (*ct_ended_child_fn)(void *arg, int pid);
int ct_loop__add_child(struct ct_loop *l, int pid, ct_ended_child_fn fn, void *arg,
		       struct ct_source **source);

/* Sets *source to NULL, which it may be already. */
void ct_loop__remove(struct ct_loop *l, struct ct_source **source);

/* The signals that were blocked before the loop blocked any: for a child to begin with. */
const sigset_t *ct_loop__outer_mask(const struct ct_loop *l);

/* Waits until something has happened, and calls everybody whom it concerns. */
int ct_loop__turn(struct ct_loop *l);

/* Turns until ct_loop__stop() is called, which may have been before. */
int ct_loop__run(struct ct_loop *l);
void ct_loop__stop(struct ct_loop *l);

/* Without a loop: waits until a child has ended, or for that long. True: it can be reaped. */
bool ct_loop__await_child(int pid, uint64_t ns);

#endif
