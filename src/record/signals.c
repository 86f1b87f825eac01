/* SPDX-License-Identifier: GPL-2.0-only */
/* The signals that end a recording. */
#include <errno.h>
#include <signal.h>
#include <sys/signalfd.h>

#include "base/clock.h"
#include "record/recorder_priv.h"

#define AT_ONCE_NS 100000000ull	 /* signals that come within that time are one */
#define LATE_NS	   1000000000ull /* so long the second one may take after the recording */

static const int signals[] = { SIGINT, SIGTERM, SIGHUP };

/*
 * A signal from the terminal reached the command, too; one sent to us alone did not. timeout(1)
 * sends its signal to its child and then to the group of both, a shell passes on the hangup that
 * its terminal has sent to all, and systemd may send SIGHUP after SIGTERM: none of these is a user
 * who wants to abort.
 */
static void on_signal(void *arg, const struct signalfd_siginfo *info)
{
	struct ct_recorder *r = arg;

	if (r->signals && ct_clock__now_ns() - r->ended_ns < AT_ONCE_NS)
		return;
	r->signals++;
	r->ended_ns = ct_clock__now_ns();
	r->cut_short |= r->child.pid > 0 && !ct_child__reap(&r->child);
	if (r->child.pid > 0 && !r->child.reaped && info->ssi_code <= 0)
		kill(r->child.pid, info->ssi_signo);
}

/* Under nohup a hangup ends nothing. */
static bool is_left_to_others(int signal)
{
	struct sigaction old;

	return signal == SIGHUP && !sigaction(signal, NULL, &old) && old.sa_handler == SIG_IGN;
}

/* When the recording was ended by a signal, CLOCK_MONOTONIC. */
static volatile uint64_t ended_ns;

/*
 * The recording still has to be written. Whoever sends two signals may get no processor in between
 * while captrim, which runs before ordinary programs, does all the rest.
 */
static void on_late_signal(int signal)
{
	struct sigaction usual = { .sa_handler = SIG_DFL };

	if (ct_clock__now_ns() - ended_ns < LATE_NS)
		return;
	sigaction(signal, &usual, NULL);
	raise(signal);
}

/* Unless somebody else handles it after the recording. */
static void expect_late(int signal)
{
	struct sigaction late = { .sa_handler = on_late_signal, .sa_flags = SA_RESTART }, old;

	if (!sigaction(signal, NULL, &old) && old.sa_handler == SIG_DFL)
		sigaction(signal, &late, NULL);
}

int ct_recorder__catch_signals(struct ct_recorder *r)
{
	int ret = 0;

	for (size_t i = 0; i < CT_ARRAY_SIZE(signals) && !ret; i++)
		if (!is_left_to_others(signals[i]))
			ret = ct_loop__add_signal(r->loop, signals[i], on_signal, r,
						  &r->on_signals[i]);
	return ret;
}

void ct_recorder__release_signals(struct ct_recorder *r)
{
	const struct timespec now = {};
	sigset_t late;

	sigemptyset(&late);
	for (size_t i = 0; i < CT_ARRAY_SIZE(signals); i++)
		if (r->on_signals[i])
			sigaddset(&late, signals[i]);
	while (sigtimedwait(&late, NULL, &now) > 0)
		;
	ended_ns = r->ended_ns;
	for (size_t i = 0; i < CT_ARRAY_SIZE(signals) && r->signals; i++)
		if (r->on_signals[i])
			expect_late(signals[i]);
	for (size_t i = 0; i < CT_ARRAY_SIZE(signals); i++)
		ct_loop__remove(r->loop, &r->on_signals[i]);
}
