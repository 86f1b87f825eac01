/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/loop.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/util.h"

#define EVENTS	     16			 /* taken by one epoll_wait() */
#define NO_PIDFD_NS  (20 * CT_NS_PER_MS) /* between two checks of a child without a pidfd */
#define LONGEST_WAIT 60000		 /* milliseconds; a longer wait may not fit an int */

enum source_type { SOURCE_FD, SOURCE_TIMER, SOURCE_SIGNAL, SOURCE_CHILD };

struct ct_source {
	enum source_type type;
	bool removed;		  /* freed as soon as no turn is in progress */
	bool kept;		  /* the caller will call ct_loop__remove() */
	bool over;		  /* it gets no more events */
	int fd;			  /* of a child: its pidfd, or -1 */
	int number;		  /* the signal, or the child's pid */
	uint64_t at_ns, every_ns; /* at_ns 0: no timer */
	union {
		ct_fd_fn fd;
		ct_timer_fn timer;
		ct_signal_fn signal;
		ct_ended_child_fn child;
	} fn;
	void *arg;
	struct ct_source *next;
};

struct ct_loop {
	struct ct_source *sources;
	int epoll_fd, signal_fd; /* signal_fd -1: no signal was asked for yet */
	sigset_t outer, caught;
	unsigned int turning; /* nested turns in progress */
	bool stopped;
};

int ct_loop__new(struct ct_loop **out, struct ct_err *err)
{
	struct ct_loop *l;
	int fd = epoll_create1(EPOLL_CLOEXEC);

	if (fd < 0)
		return ct_err__set(err, errno, "cannot set up the event loop: %s", strerror(errno));
	l = ct_xzalloc(sizeof(*l));
	l->epoll_fd = fd;
	l->signal_fd = -1;
	sigprocmask(SIG_SETMASK, NULL, &l->outer);
	sigemptyset(&l->caught);
	*out = l;
	return 0;
}

static struct ct_source *new_source(struct ct_loop *l, enum source_type type, void *arg,
				    struct ct_source **out)
{
	struct ct_source *s = ct_xzalloc(sizeof(*s));

	s->type = type;
	s->fd = -1;
	s->arg = arg;
	s->kept = out;
	s->next = l->sources;
	l->sources = s;
	if (out)
		*out = s;
	return s;
}

/* Frees the removed sources, unless a turn is in progress, which may still come across them. */
static void sweep(struct ct_loop *l)
{
	struct ct_source **link = &l->sources;

	while (!l->turning && *link) {
		struct ct_source *s = *link;

		if (!s->removed) {
			link = &s->next;
			continue;
		}
		*link = s->next;
		free(s);
	}
}

static int poll_fd(struct ct_loop *l, int fd, uint32_t events, struct ct_source *s)
{
	struct epoll_event ev = { .events = events, .data.ptr = s };

	return epoll_ctl(l->epoll_fd, EPOLL_CTL_ADD, fd, &ev) ? -errno : 0;
}

int ct_loop__add_fd(struct ct_loop *l, int fd, uint32_t events, ct_fd_fn fn, void *arg,
		    struct ct_source **source)
{
	struct ct_source *s;
	struct epoll_event ev = { .events = events };

	/* The source is made only after this worked, so that a failure leaves nothing behind. */
	if (epoll_ctl(l->epoll_fd, EPOLL_CTL_ADD, fd, &ev))
		return -errno;
	s = new_source(l, SOURCE_FD, arg, source);
	s->fd = fd;
	s->fn.fd = fn;
	ev.data.ptr = s;
	epoll_ctl(l->epoll_fd, EPOLL_CTL_MOD, fd, &ev);
	return 0;
}

int ct_loop__add_timer(struct ct_loop *l, uint64_t first_ns, uint64_t every_ns, ct_timer_fn fn,
		       void *arg, struct ct_source **source)
{
	struct ct_source *s = new_source(l, SOURCE_TIMER, arg, source);

	s->at_ns = ct_clock__after_ns(first_ns);
	s->every_ns = every_ns;
	s->fn.timer = fn;
	return 0;
}

void ct_loop__set_timer(struct ct_loop *l, struct ct_source *timer, uint64_t first_ns,
			uint64_t every_ns)
{
	(void)l;
	timer->at_ns = first_ns == UINT64_MAX ? 0 : ct_clock__after_ns(first_ns);
	timer->every_ns = every_ns;
	timer->over = false;
}

static bool is_caught(const struct ct_loop *l, int signal)
{
	for (const struct ct_source *s = l->sources; s; s = s->next)
		if (s->type == SOURCE_SIGNAL && !s->removed && s->number == signal)
			return true;
	return false;
}

static int follow_signals(struct ct_loop *l)
{
	int fd = signalfd(l->signal_fd, &l->caught, SFD_CLOEXEC | SFD_NONBLOCK);
	int ret;

	if (fd < 0)
		return -errno;
	if (l->signal_fd >= 0)
		return 0;
	ret = poll_fd(l, fd, EPOLLIN, NULL);
	if (ret) {
		close(fd);
		return ret;
	}
	l->signal_fd = fd;
	return 0;
}

static void let_go_of_signal(struct ct_loop *l, int signal)
{
	sigset_t one;

	sigdelset(&l->caught, signal);
	(void)follow_signals(l);
	if (sigismember(&l->outer, signal))
		return;
	sigemptyset(&one);
	sigaddset(&one, signal);
	sigprocmask(SIG_UNBLOCK, &one, NULL);
}

int ct_loop__add_signal(struct ct_loop *l, int signal, ct_signal_fn fn, void *arg,
			struct ct_source **source)
{
	struct ct_source *s;
	sigset_t one;
	int ret;

	sigemptyset(&one);
	if (sigaddset(&one, signal))
		return -EINVAL;
	if (!is_caught(l, signal)) {
		sigaddset(&l->caught, signal);
		sigprocmask(SIG_BLOCK, &one, NULL);
		ret = follow_signals(l);
		if (ret) {
			let_go_of_signal(l, signal);
			return ret;
		}
	}
	s = new_source(l, SOURCE_SIGNAL, arg, source);
	s->number = signal;
	s->fn.signal = fn;
	return 0;
}

static int open_pidfd(int pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

/* Does not reap. A child that was reaped, or a PID that never was our child, has ended as well. */
static bool has_ended(int pid)
{
	siginfo_t info = {};

	if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT))
		return errno != EINTR;
	return info.si_pid != 0;
}

int ct_loop__add_child(struct ct_loop *l, int pid, ct_ended_child_fn fn, void *arg,
		       struct ct_source **source)
{
	struct ct_source *s = new_source(l, SOURCE_CHILD, arg, source);

	s->number = pid;
	s->fn.child = fn;
	s->fd = open_pidfd(pid);
	if (s->fd >= 0 && poll_fd(l, s->fd, EPOLLIN, s)) {
		close(s->fd);
		s->fd = -1;
	}
	/* A seccomp filter may refuse pidfd_open, and a child that was reaped has no pidfd. */
	if (s->fd < 0) {
		s->every_ns = NO_PIDFD_NS;
		s->at_ns = ct_clock__now_ns();
	}
	return 0;
}

/* Stops the events of a source. If its caller kept it, the caller still has to remove it. */
static void finish(struct ct_loop *l, struct ct_source *s)
{
	if (s->over)
		return;
	s->over = true;
	s->at_ns = 0;
	if (s->fd >= 0)
		epoll_ctl(l->epoll_fd, EPOLL_CTL_DEL, s->fd, NULL);
	if (s->type == SOURCE_CHILD && s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	s->removed |= !s->kept;
}

void ct_loop__remove(struct ct_loop *l, struct ct_source **source)
{
	struct ct_source *s = ct_steal(*source);

	if (!s)
		return;
	finish(l, s);
	s->removed = true;
	if (s->type == SOURCE_SIGNAL && !is_caught(l, s->number))
		let_go_of_signal(l, s->number);
	sweep(l);
}

void ct_loop__free(struct ct_loop *l)
{
	if (!l)
		return;
	while (l->sources) {
		struct ct_source *s = l->sources;

		ct_loop__remove(l, &s);
	}
	if (l->signal_fd >= 0)
		close(l->signal_fd);
	close(l->epoll_fd);
	free(l);
}

const sigset_t *ct_loop__outer_mask(const struct ct_loop *l)
{
	return &l->outer;
}

static void call_for_signals(struct ct_loop *l)
{
	struct signalfd_siginfo info;

	while (read(l->signal_fd, &info, sizeof(info)) == sizeof(info))
		for (struct ct_source *s = l->sources; s; s = s->next)
			if (s->type == SOURCE_SIGNAL && !s->removed &&
			    s->number == (int)info.ssi_signo)
				s->fn.signal(s->arg, &info);
}

static void call_for_child(struct ct_loop *l, struct ct_source *s)
{
	finish(l, s);
	s->fn.child(s->arg, s->number);
}

static void call_for_event(struct ct_loop *l, const struct epoll_event *ev)
{
	struct ct_source *s = ev->data.ptr;

	if (!s)
		call_for_signals(l);
	else if (s->over)
		return; /* ended by a callback of this turn */
	else if (s->type == SOURCE_CHILD)
		call_for_child(l, s);
	else
		s->fn.fd(s->arg, s->fd, ev->events);
}

/* The first of its times that is yet to come; UINT64_MAX: it will not live to see that. */
static uint64_t next_time(const struct ct_source *s, uint64_t now)
{
	uint64_t last = now - (now - s->at_ns) % s->every_ns, next;

	return __builtin_add_overflow(last, s->every_ns, &next) ? UINT64_MAX : next;
}

static void call_timer(struct ct_loop *l, struct ct_source *s, uint64_t now)
{
	if (s->type == SOURCE_CHILD && !has_ended(s->number)) {
		s->at_ns = now + s->every_ns;
		return;
	}
	if (s->type == SOURCE_CHILD) {
		call_for_child(l, s);
		return;
	}
	if (s->every_ns)
		s->at_ns = next_time(s, now);
	else
		finish(l, s);
	s->fn.timer(s->arg);
}

/* Timers that callbacks add go to the front of the list, and so wait for the next turn. */
static void call_timers(struct ct_loop *l)
{
	uint64_t now = ct_clock__now_ns();

	for (struct ct_source *s = l->sources; s; s = s->next)
		if (s->at_ns && s->at_ns <= now)
			call_timer(l, s, now);
}

/* Milliseconds, rounded up, since a turn before the time would be in vain; -1: no timer is set. */
static int next_wait(const struct ct_loop *l)
{
	uint64_t now = ct_clock__now_ns(), next = UINT64_MAX, ms;

	for (const struct ct_source *s = l->sources; s; s = s->next)
		if (s->at_ns && s->at_ns < next)
			next = s->at_ns;
	if (next == UINT64_MAX)
		return -1;
	ms = next > now ? (next - now + CT_NS_PER_MS - 1) / CT_NS_PER_MS : 0;
	return ms > LONGEST_WAIT ? LONGEST_WAIT : (int)ms;
}

int ct_loop__turn(struct ct_loop *l)
{
	struct epoll_event ev[EVENTS];
	int n = epoll_wait(l->epoll_fd, ev, EVENTS, next_wait(l));

	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	l->turning++;
	for (int i = 0; i < n; i++)
		call_for_event(l, &ev[i]);
	call_timers(l);
	l->turning--;
	sweep(l);
	return 0;
}

int ct_loop__run(struct ct_loop *l)
{
	int ret = 0;

	while (!ret && !l->stopped)
		ret = ct_loop__turn(l);
	l->stopped = false;
	return ret;
}

void ct_loop__stop(struct ct_loop *l)
{
	l->stopped = true;
}

bool ct_loop__await_child(int pid, uint64_t ns)
{
	uint64_t end = ct_clock__after_ns(ns), now;
	ct_autoclose int fd = open_pidfd(pid);

	while (!has_ended(pid)) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		uint64_t left;

		now = ct_clock__now_ns();
		if (now >= end)
			return false;
		left = fd < 0 && end - now > NO_PIDFD_NS ? NO_PIDFD_NS : end - now;
		left = left / CT_NS_PER_MS + 1;
		(void)poll(&p, 1, left > LONGEST_WAIT ? LONGEST_WAIT : (int)left);
	}
	return true;
}
