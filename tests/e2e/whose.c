/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Processes that are moved between cgroups, for whose.sh. Each needs CHOWN, for the file that it
 * gives away, where and as whom its first argument says. Prints nothing unless something fails.
 *
 *	whose HOW FILE DIRECTORY...	directories are cgroups in the v2 tree
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *file;

static void put(const char *dir, const char *name, const char *text)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, text, strlen(text)) < 0) {
		perror(path);
		exit(2);
	}
	close(fd);
}

static void move(const char *dir, const char *name, pid_t id)
{
	char text[32];

	snprintf(text, sizeof(text), "%d", id);
	put(dir, name, text);
}

static void give_away(void)
{
	if (chown(file, 1001, -1)) {
		perror(file);
		exit(1);
	}
}

static void execute(const char *program)
{
	char *const argv[] = { (char *)program, "1001", (char *)file, NULL };

	execv(program, argv);
	perror(program);
	exit(2);
}

static void wait_for(pid_t pid)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) < 0 || !WIFEXITED(status) || WEXITSTATUS(status))
		exit(3);
}

static void *in_thread(void *dir)
{
	move(dir, "cgroup.threads", (pid_t)syscall(SYS_gettid));
	give_away();
	return NULL;
}

static pid_t clone_into(const char *dir)
{
	struct clone_args a = { .flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD };

	a.cgroup = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return syscall(SYS_clone3, &a, sizeof(a));
}

/* The child waits until it was moved. */
static pid_t fork_into(const char *dir, void (*child)(void))
{
	int go[2];
	pid_t pid;
	char c;

	if (pipe2(go, O_CLOEXEC))
		exit(2);
	pid = fork();
	if (!pid) {
		close(go[1]);
		(void)!read(go[0], &c, 1);
		child();
		exit(0);
	}
	move(dir, "cgroup.procs", pid);
	close(go[1]);
	close(go[0]);
	return pid;
}

static void work_and_execute(void)
{
	give_away();
	execute("/bin/true");
}

static void execute_chown(void)
{
	execute("/bin/chown");
}

/* It goes on working when what it starts has executed and is gone. */
static void work_and_start(void)
{
	pid_t pid = fork();

	if (!pid)
		execute("/bin/true");
	wait_for(pid);
	give_away();
}

static void start_grandchild(void)
{
	pid_t pid = fork();

	if (!pid)
		give_away();
	else
		wait_for(pid);
}

int main(int argc, char **argv)
{
	const char *how = argc > 3 ? argv[1] : "", *dir = argc > 3 ? argv[3] : NULL;
	pthread_t thread;
	pid_t pid;

	file = argc > 3 ? argv[2] : "";
	if (!strcmp(how, "parent")) {
		wait_for(fork_into(dir, give_away));
	} else if (!strcmp(how, "self")) {
		pid = fork();
		if (!pid) {
			move(dir, "cgroup.procs", getpid());
			give_away();
			return 0;
		}
		wait_for(pid);
	} else if (!strcmp(how, "clone")) {
		pid = clone_into(dir);
		if (!pid) {
			give_away();
			return 0;
		}
		wait_for(pid);
	} else if (!strcmp(how, "clone-execute")) {
		pid = clone_into(dir);
		if (!pid)
			work_and_execute();
		wait_for(pid);
	} else if (!strcmp(how, "sibling")) {
		move(argv[4], "cgroup.procs", getpid());
		wait_for(fork_into(dir, give_away));
	} else if (!strcmp(how, "thread")) {
		put(dir, "cgroup.type", "threaded");
		if (pthread_create(&thread, NULL, in_thread, (void *)dir))
			return 2;
		pthread_join(thread, NULL);
	} else if (!strcmp(how, "executed")) {
		wait_for(fork_into(dir, execute_chown));
	} else if (!strcmp(how, "set-up")) {
		wait_for(fork_into(dir, work_and_execute));
	} else if (!strcmp(how, "works-on")) {
		wait_for(fork_into(dir, work_and_start));
	} else if (!strcmp(how, "grandchild")) {
		wait_for(fork_into(dir, start_grandchild));
	} else if (!strcmp(how, "go")) {
		move(dir, "cgroup.procs", getpid());
		give_away();
	} else if (!strcmp(how, "go-execute")) {
		move(dir, "cgroup.procs", getpid());
		execute("/bin/chown");
	} else {
		fprintf(stderr, "whose HOW FILE DIRECTORY...\n");
		return 2;
	}
	return 0;
}
