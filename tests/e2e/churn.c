/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * churn DIR FILE EXECS CGROUPS: starts a program so many times, and spread among them makes so many
 * cgroups below DIR that live for a moment. In number i a process changes the owner of FILE i % 5 + 1
 * times before it executes a program, as a runtime's set-up would, and as many times afterwards. Every
 * tenth does the same in DIR/live, which stays.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void start_program(void)
{
	char *argv[] = { "true", NULL };
	int pid;

	errno = posix_spawn(&pid, "/bin/true", NULL, NULL, argv, environ);
	if (errno || waitpid(pid, NULL, 0) != pid)
		fail("/bin/true");
}

static void change_owner(const char *file, int times)
{
	for (int i = 0; i < times; i++)
		if (chown(file, (uid_t)(1 + i), (gid_t)-1))
			fail(file);
}

static void work_in(const char *dir, const char *file, int times)
{
	char procs[4096], count[16];
	int pid = fork(), fd;

	if (pid < 0)
		fail("fork");
	if (pid) {
		waitpid(pid, NULL, 0);
		return;
	}
	snprintf(procs, sizeof(procs), "%s/cgroup.procs", dir);
	fd = open(procs, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "0", 1) != 1)
		fail(procs);
	change_owner(file, times);
	snprintf(count, sizeof(count), "%d", times);
	execl("/proc/self/exe", "churn", file, count, NULL);
	fail("/proc/self/exe");
}

static void live_and_go(const char *dir, const char *file, int i)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%d", dir, i);
	if (mkdir(path, 0755))
		fail(path);
	work_in(path, file, i % 5 + 1);
	/* An ended process may count for some milliseconds yet. */
	for (int tries = 0; rmdir(path); tries++) {
		if (errno != EBUSY || tries == 1000)
			fail(path);
		usleep(1000);
	}
}

int main(int argc, char **argv)
{
	int execs, cgroups, each;
	char live[4096];

	if (argc == 3) {
		change_owner(argv[1], atoi(argv[2]));
		return 0;
	}
	if (argc != 5)
		return 2;
	execs = atoi(argv[3]);
	cgroups = atoi(argv[4]);
	each = cgroups ? execs / cgroups : execs;
	snprintf(live, sizeof(live), "%s/live", argv[1]);
	if (mkdir(live, 0755) && errno != EEXIST)
		fail(live);
	for (int i = 0; i < cgroups; i++) {
		live_and_go(argv[1], argv[2], i);
		if (i % 10 == 0)
			work_in(live, argv[2], i % 5 + 1);
		for (int k = 0; k < each; k++)
			start_program();
		execs -= each;
	}
	while (execs-- > 0)
		start_program();
	return 0;
}
