/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * steady DIR FILE CGROUPS CHECKS SECONDS: so many cgroups below DIR, in each a process that causes
 * its share of so many checks a second, of eight kinds, for so long. It says "ready" when all run.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BATCHES 5 /* a second */

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

/* One check each, of CHOWN or FOWNER. */
static void check(const char *file, unsigned int which)
{
	struct timespec now[2] = { { .tv_nsec = UTIME_NOW }, { .tv_nsec = UTIME_NOW } };
	static int fd = -1;

	if (fd < 0)
		fd = open(file, O_RDONLY | O_CLOEXEC);
	switch (which % 8) {
	case 0: (void)!chown(file, 1, (gid_t)-1); break;
	case 1: (void)!fchown(fd, 2, (gid_t)-1); break;
	case 2: (void)!lchown(file, 3, (gid_t)-1); break;
	case 3: (void)!fchownat(AT_FDCWD, file, 4, (gid_t)-1, 0); break;
	case 4: (void)!chmod(file, 0640); break;
	case 5: (void)!fchmod(fd, 0644); break;
	case 6: (void)!utimensat(AT_FDCWD, file, now, 0); break;
	default: (void)!futimens(fd, now);
	}
}

static void work(const char *file, unsigned int rate, unsigned int seconds)
{
	const struct timespec pause = { .tv_nsec = 1000000000 / BATCHES };
	unsigned int done = 0;

	for (unsigned int i = 1; i <= seconds * BATCHES; i++) {
		for (; done < i * rate / BATCHES; done++)
			check(file, done);
		nanosleep(&pause, NULL);
	}
}

static void start(const char *dir, int number, char *const *argv)
{
	char procs[4096];
	int fd;

	snprintf(procs, sizeof(procs), "%s/%d", dir, number);
	if (mkdir(procs, 0755))
		fail(procs);
	strncat(procs, "/cgroup.procs", sizeof(procs) - strlen(procs) - 1);
	if (fork())
		return;
	fd = open(procs, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "0", 1) != 1)
		fail(procs);
	execv("/proc/self/exe", argv);
	fail("/proc/self/exe");
}

int main(int argc, char **argv)
{
	char rate[16], *work_argv[] = { "steady", argv[2], rate, argv[5], NULL };
	int n;

	if (argc == 4) {
		work(argv[1], (unsigned int)atoi(argv[2]), (unsigned int)atoi(argv[3]));
		return 0;
	}
	if (argc != 6)
		return 2;
	n = atoi(argv[3]);
	snprintf(rate, sizeof(rate), "%d", atoi(argv[4]) / n);
	for (int i = 0; i < n; i++)
		start(argv[1], i, work_argv);
	puts("ready");
	fflush(stdout);
	while (wait(NULL) > 0)
		;
	for (int i = 0; i < n; i++) {
		char path[4096];

		snprintf(path, sizeof(path), "%s/%d", argv[1], i);
		rmdir(path);
	}
	return 0;
}
