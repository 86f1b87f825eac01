/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * asks N: makes 2 N checks for SYS_ADMIN on one processor, half of them in a thread that interrupts
 * the other as often as it can, and nothing else that names sethostname. So it is known how many
 * checks a recording has to hold, and a kernel that can be preempted is preempted in the midst of
 * the probe.
 */
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int number;

/* Asked before the length is looked at (kernel/sys.c:sethostname). */
static void ask(void)
{
	syscall(SYS_sethostname, "", -1);
}

static void *interrupt(void *arg)
{
	const struct sched_param first = { .sched_priority = 1 };
	const struct timespec pause = { .tv_nsec = 50000 };

	(void)arg;
	if (sched_setscheduler(0, SCHED_FIFO, &first))
		abort();
	for (int i = 0; i < number; i++) {
		nanosleep(&pause, NULL);
		ask();
	}
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t thread;
	cpu_set_t one;

	if (argc != 2)
		return 2;
	number = atoi(argv[1]);
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	if (sched_setaffinity(0, sizeof(one), &one) ||
	    pthread_create(&thread, NULL, interrupt, NULL))
		return 1;
	for (int i = 0; i < number; i++)
		ask();
	return pthread_join(thread, NULL) ? 1 : 0;
}
