/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A process that goes on without its main thread. threads exec PROGRAM [ARG...]: another thread
 * executes the program and takes the main thread's place. threads headless FILE UID: the main
 * thread ends, another one changes the file's owner.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char **args;

static void *execute(void *arg)
{
	(void)arg;
	execv(args[2], args + 2);
	_exit(127);
}

static void *work(void *arg)
{
	(void)arg;
	usleep(200000); /* the main thread is gone by then */
	_exit(chown(args[2], atoi(args[3]), -1) ? 1 : 3);
}

int main(int argc, char **argv)
{
	pthread_t thread;

	args = argv;
	if (argc < 4 ||
	    pthread_create(&thread, NULL, !strcmp(argv[1], "exec") ? execute : work, NULL))
		return 126;
	if (!strcmp(argv[1], "exec"))
		pause();
	pthread_exit(NULL);
}
