/* SPDX-License-Identifier: GPL-2.0-only */
/* The event loop: what comes, in which order, and what does not come any more. */
#include <errno.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/loop.h"
#include "base/util.h"
#include "unit.h"

#define MS CT_NS_PER_MS

static struct ct_loop *new_loop(void)
{
	ct_autoerr struct ct_err err = { 0 };
	struct ct_loop *l = NULL;

	CU_ASSERT_EQUAL_FATAL(ct_loop__new(&l, &err), 0);
	return l;
}

/* What a callback does beside counting. */
struct probe {
	struct ct_loop *l;
	struct ct_source *own, *other, **remove;
	int calls, number, enough; /* stops the loop with that call */
	uint64_t last_ns;
};

static void note(struct probe *p, int number)
{
	p->number = number;
	p->last_ns = ct_clock__now_ns();
	if (p->remove)
		ct_loop__remove(p->l, p->remove);
	if (++p->calls == p->enough)
		ct_loop__stop(p->l);
}

static void on_fd(void *arg, int fd, uint32_t events)
{
	char byte;

	CU_ASSERT(events & EPOLLIN);
	CU_ASSERT_EQUAL(read(fd, &byte, 1), 1);
	note(arg, fd);
}

static void on_timer(void *arg)
{
	note(arg, 0);
}

static void on_signal(void *arg, const struct signalfd_siginfo *info)
{
	note(arg, (int)info->ssi_signo);
}

static void on_child(void *arg, int pid)
{
	note(arg, pid);
}

static void test_clock(void)
{
	uint64_t before = ct_clock__now_ns();

	ct_clock__sleep_ns(3 * MS);
	CU_ASSERT(ct_clock__now_ns() - before >= 3 * MS);
	/* 2020 and later. */
	CU_ASSERT(ct_clock__wall_ms() > 1577836800000ll);
}

static void test_descriptors(void)
{
	struct ct_loop *l = new_loop();
	struct probe p = { .l = l, .enough = 2 };
	int fds[2];

	CU_ASSERT_EQUAL_FATAL(pipe(fds), 0);
	CU_ASSERT_EQUAL(ct_loop__add_fd(l, fds[0], EPOLLIN, on_fd, &p, &p.own), 0);
	CU_ASSERT_EQUAL(ct_loop__add_fd(l, fds[0], EPOLLIN, on_fd, &p, NULL), -EEXIST);
	CU_ASSERT_EQUAL(ct_loop__add_fd(l, 12345, EPOLLIN, on_fd, &p, NULL), -EBADF);
	CU_ASSERT_EQUAL(write(fds[1], "ab", 2), 2);
	CU_ASSERT_EQUAL(ct_loop__run(l), 0);
	CU_ASSERT(p.calls == 2 && p.number == fds[0]);
	/* Removed it may be added again. */
	ct_loop__remove(l, &p.own);
	CU_ASSERT_PTR_NULL(p.own);
	ct_loop__remove(l, &p.own);
	p.enough = 3;
	CU_ASSERT_EQUAL(ct_loop__add_fd(l, fds[0], EPOLLIN, on_fd, &p, NULL), 0);
	CU_ASSERT_EQUAL(write(fds[1], "c", 1), 1);
	CU_ASSERT_EQUAL(ct_loop__run(l), 0);
	CU_ASSERT_EQUAL(p.calls, 3);
	ct_loop__free(l);
	close(fds[0]);
	close(fds[1]);
}

/* Both have something to say, and whoever comes first removes itself and the other. */
static void test_removal_in_callback(void)
{
	struct ct_loop *l = new_loop();
	struct probe a = { .l = l }, b = { .l = l };
	struct probe stop = { .l = l, .enough = 1 };
	int fds[2][2];

	CU_ASSERT_EQUAL_FATAL(pipe(fds[0]) | pipe(fds[1]), 0);
	ct_loop__add_fd(l, fds[0][0], EPOLLIN, on_fd, &a, &a.own);
	ct_loop__add_fd(l, fds[1][0], EPOLLIN, on_fd, &b, &b.own);
	a.remove = &b.own;
	b.remove = &a.own;
	CU_ASSERT_EQUAL(write(fds[0][1], "x", 1) + write(fds[1][1], "x", 1), 2);
	ct_loop__add_timer(l, 5 * MS, 0, on_timer, &stop, NULL);
	CU_ASSERT_EQUAL(ct_loop__run(l), 0);
	CU_ASSERT_EQUAL(a.calls + b.calls, 1);
	CU_ASSERT((a.own == NULL) != (b.own == NULL));
	ct_loop__remove(l, &a.own);
	ct_loop__remove(l, &b.own);
	/* A timer that ends itself. */
	a = (struct probe){ .l = l };
	a.remove = &a.own;
	stop.calls = 0;
	ct_loop__add_timer(l, MS, MS, on_timer, &a, &a.own);
	ct_loop__add_timer(l, 10 * MS, 0, on_timer, &stop, NULL);
	CU_ASSERT_EQUAL(ct_loop__run(l), 0);
	CU_ASSERT_EQUAL(a.calls, 1);
	ct_loop__free(l);
	for (int i = 0; i < 4; i++)
		close(fds[i / 2][i % 2]);
}

static void add_another(void *arg)
{
	struct probe *p = arg;

	if (++p->calls == 3)
		ct_loop__stop(p->l);
	else
		ct_loop__add_timer(p->l, 0, 0, add_another, p, NULL);
}

static void test_timers(void)
{
	struct ct_loop *l = new_loop();
	struct probe once = { .l = l }, often = { .l = l, .enough = 4 }, chain = { .l = l };
	uint64_t start = ct_clock__now_ns();

	ct_loop__add_timer(l, 2 * MS, 0, on_timer, &once, &once.own);
	ct_loop__add_timer(l, 5 * MS, 5 * MS, on_timer, &often, &often.own);
	CU_ASSERT_EQUAL(ct_loop__run(l), 0);
	CU_ASSERT_EQUAL(once.calls, 1);
	CU_ASSERT(once.last_ns - start >= 2 * MS);
	CU_ASSERT(often.last_ns - start >= 20 * MS);
	ct_loop__remove(l, &once.own);
	/* What was missed is not made up for. */
	ct_clock__sleep_ns(20 * MS);
	often.enough = 5;
	CU_ASSERT_EQUAL(ct_loop__run(l), 0);
	CU_ASSERT_EQUAL(often.calls, 5);
	ct_loop__remove(l, &often.own);
	/* One that will never come again, and one that never comes. */
	once.calls = 0;
	ct_loop__add_timer(l, 0, UINT64_MAX, on_timer, &once, &once.own);
	ct_loop__add_timer(l, UINT64_MAX - 1, 0, on_timer, &once, NULL);
	for (int i = 0; i < 3; i++) {
		ct_loop__add_timer(l, MS, 0, on_timer, &often, NULL);
		CU_ASSERT_EQUAL(ct_loop__turn(l), 0);
	}
	CU_ASSERT_EQUAL(once.calls, 1);
	ct_loop__set_timer(l, once.own, UINT64_MAX - 1, 0);
	ct_loop__add_timer(l, MS, 0, on_timer, &often, NULL);
	CU_ASSERT_EQUAL(ct_loop__turn(l), 0);
	CU_ASSERT_EQUAL(once.calls, 1);
	ct_loop__remove(l, &once.own);
	/* A timer that adds the next. */
	ct_loop__add_timer(l, 0, 0, add_another, &chain, NULL);
	CU_ASSERT_EQUAL(ct_loop__run(l), 0);
	CU_ASSERT_EQUAL(chain.calls, 3);
	ct_loop__free(l);
}

static int caught_outside;

static void catch_outside(int signal)
{
	caught_outside = signal;
}

static void test_signals(void)
{
	struct ct_loop *l = new_loop();
	struct probe a = { .l = l, .enough = 1 }, b = { .l = l, .enough = 1 }, c = { .l = l };
	sigset_t now;

	signal(SIGUSR1, catch_outside);
	CU_ASSERT_EQUAL(ct_loop__add_signal(l, SIGUSR1, on_signal, &a, &a.own), 0);
	CU_ASSERT_EQUAL(ct_loop__add_signal(l, SIGUSR2, on_signal, &b, &b.own), 0);
	CU_ASSERT_EQUAL(ct_loop__add_signal(l, SIGUSR1, on_signal, &c, &c.own), 0);
	CU_ASSERT_EQUAL(ct_loop__add_signal(l, 4711, on_signal, &c, NULL), -EINVAL);
	CU_ASSERT_FALSE(sigismember(ct_loop__outer_mask(l), SIGUSR1));
	kill(getpid(), SIGUSR1);
	CU_ASSERT_EQUAL(ct_loop__run(l), 0);
	CU_ASSERT(a.calls == 1 && a.number == SIGUSR1 && c.calls == 1 && !b.calls);
	kill(getpid(), SIGUSR2);
	CU_ASSERT_EQUAL(ct_loop__run(l), 0);
	CU_ASSERT(b.calls == 1 && b.number == SIGUSR2 && a.calls == 1);
	CU_ASSERT_EQUAL(caught_outside, 0);
	/* With the last source the signal is the program's again; a pending one arrives. */
	ct_loop__remove(l, &a.own);
	kill(getpid(), SIGUSR1);
	CU_ASSERT_EQUAL(caught_outside, 0);
	ct_loop__remove(l, &c.own);
	CU_ASSERT_EQUAL(caught_outside, SIGUSR1);
	sigprocmask(SIG_SETMASK, NULL, &now);
	CU_ASSERT(!sigismember(&now, SIGUSR1) && sigismember(&now, SIGUSR2));
	ct_loop__free(l);
	sigprocmask(SIG_SETMASK, NULL, &now);
	CU_ASSERT_FALSE(sigismember(&now, SIGUSR2));
	signal(SIGUSR1, SIG_DFL);
}

static int child(uint64_t ns)
{
	int pid = fork();

	if (pid)
		return pid;
	ct_clock__sleep_ns(ns);
	_exit(7);
}

static void test_children(void)
{
	struct ct_loop *l = new_loop();
	struct probe p = { .l = l, .enough = 2 };
	int early = child(0), late = child(500 * MS), status = 0;

	CU_ASSERT_EQUAL(ct_loop__add_child(l, early, on_child, &p, NULL), 0);
	CU_ASSERT_EQUAL(ct_loop__add_child(l, late, on_child, &p, &p.own), 0);
	CU_ASSERT_EQUAL(ct_loop__run(l), 0);
	CU_ASSERT_EQUAL(p.number, late);
	/* They are there to be reaped. */
	CU_ASSERT_EQUAL(waitpid(early, &status, WNOHANG), early);
	CU_ASSERT_EQUAL(waitpid(late, &status, WNOHANG), late);
	CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	ct_loop__remove(l, &p.own);
	/* One that is gone by now has ended, too. */
	p.enough = 3;
	CU_ASSERT_EQUAL(ct_loop__add_child(l, early, on_child, &p, NULL), 0);
	CU_ASSERT_EQUAL(ct_loop__run(l), 0);
	CU_ASSERT_EQUAL(p.calls, 3);
	ct_loop__free(l);
}

static void test_await_child(void)
{
	int pid = child(1000 * MS), status;
	uint64_t start = ct_clock__now_ns();

	CU_ASSERT_FALSE(ct_loop__await_child(pid, 5 * MS));
	CU_ASSERT(ct_clock__now_ns() - start >= 5 * MS);
	kill(pid, SIGKILL);
	CU_ASSERT(ct_loop__await_child(pid, UINT64_MAX));
	CU_ASSERT_EQUAL(waitpid(pid, &status, WNOHANG), pid);
	CU_ASSERT(ct_clock__now_ns() - start < 900 * MS);
	CU_ASSERT(ct_loop__await_child(pid, 0));
}

/* As of a loop within a callback of another's: nothing is freed under anybody's feet. */
static void turn_within(void *arg)
{
	struct probe *p = arg;

	if (p->calls++)
		return;
	ct_loop__remove(p->l, &p->other);
	CU_ASSERT_EQUAL(ct_loop__turn(p->l), 0);
	ct_loop__stop(p->l);
}

static void test_turn_in_turn(void)
{
	struct ct_loop *l = new_loop();
	struct probe p = { .l = l }, other = { .l = l };

	ct_loop__add_timer(l, 0, MS, turn_within, &p, &p.own);
	ct_loop__add_timer(l, 0, MS, on_timer, &other, &p.other);
	CU_ASSERT_EQUAL(ct_loop__run(l), 0);
	CU_ASSERT(p.calls >= 1 && other.calls <= 1);
	ct_loop__free(l);
	ct_loop__free(NULL);
}

static CU_TestInfo tests[] = {
	{ "clock", test_clock },
	{ "descriptors", test_descriptors },
	{ "removal in a callback", test_removal_in_callback },
	{ "timers", test_timers },
	{ "signals", test_signals },
	{ "children", test_children },
	{ "await a child", test_await_child },
	{ "a turn within a turn", test_turn_in_turn },
	CU_TEST_INFO_NULL,
};

UNIT_MAIN("loop", tests)
