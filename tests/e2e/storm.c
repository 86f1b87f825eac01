/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * storm DIR THREADS SECONDS: as many threads as a large machine has processors make cgroups below
 * DIR, with a process in each that asks for SYS_PACCT twice, which hardly anybody else does, and is
 * gone. Prints how many cgroups there were, and how many in a second.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *dir;
static struct timespec start;
static int seconds;
static atomic_ulong made;

static double passed(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - start.tv_sec) + (double)(now.tv_nsec - start.tv_nsec) / 1e9;
}

/* It may only do what a signal handler may: the other threads held locks. */
static void ask(const char *procs)
{
	int fd = open(procs, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "0", 1) != 1)
		_exit(1);
	/* Accounting is off, or it is now. */
	_exit(acct(NULL) || acct(NULL));
}

static void *work(void *arg)
{
	size_t thread = (size_t)arg;

	for (unsigned long n = 0; passed() < seconds; n++) {
		char path[256], procs[300];
		int pid, status;

		snprintf(path, sizeof(path), "%s/%zu-%lu", dir, thread, n);
		snprintf(procs, sizeof(procs), "%s/cgroup.procs", path);
		if (mkdir(path, 0755))
			break;
		pid = fork();
		if (!pid)
			ask(procs);
		if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
			exit(1);
		/* It may still be busy with the last of its process. */
		while (rmdir(path))
			usleep(100);
		atomic_fetch_add(&made, 1);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	size_t threads = argc == 4 ? strtoul(argv[2], NULL, 10) : 0;
	pthread_t *all = calloc(threads + 1, sizeof(*all));

	if (!threads || !all)
		return 2;
	dir = argv[1];
	seconds = atoi(argv[3]);
	clock_gettime(CLOCK_MONOTONIC, &start);
	for (size_t i = 0; i < threads; i++)
		if (pthread_create(&all[i], NULL, work, (void *)i))
			return 1;
	for (size_t i = 0; i < threads; i++)
		pthread_join(all[i], NULL);
	printf("%lu %.0f\n", made, (double)made / passed());
	return 0;
}
