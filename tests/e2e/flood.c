/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * flood CGROUP runs PROGRAMS: one in CGROUP executes so many, one after the other.
 * flood CGROUP PROGRAMS SETS: in CGROUP so many programs, each with a command line of its own, ask
 * for 62 signals that they may not send, and one asks for as many different sets of capabilities.
 * So many kinds of checks and of acts no workload has.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

/* Of pid 1, which is not this user's: each is refused, but for the one that may go anywhere in the
 * sender's session. */
static int ask_for_signals(void)
{
	for (int sig = 1; sig < SIGRTMAX; sig++)
		if (sig != SIGCONT && !kill(1, sig))
			return 1;
	return 0;
}

static int ask_for_sets(unsigned int n)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct has[2], wants[2];

	if (syscall(SYS_capget, &header, has))
		fail("capget");
	for (unsigned int i = 0; i < n; i++) {
		memcpy(wants, has, sizeof(wants));
		wants[0].effective &= ~(i << 5);
		if (syscall(SYS_capset, &header, wants))
			fail("capset");
	}
	return 0;
}

static int run_programs(int n)
{
	char *argv[] = { "true", NULL };
	int pid, status;

	while (n-- > 0)
		if (posix_spawn(&pid, "/bin/true", NULL, NULL, argv, environ) ||
		    waitpid(pid, &status, 0) != pid || status)
			return 1;
	return 0;
}

static int executed(const char *what, int number)
{
	if (!strcmp(what, "signals"))
		return ask_for_signals();
	if (!strcmp(what, "sets"))
		return ask_for_sets((unsigned int)number);
	return run_programs(number);
}

static void start(const char *procs, const char *what, int number)
{
	int pid = fork(), status, fd;
	char text[16];

	if (pid < 0)
		fail("fork");
	if (pid) {
		if (waitpid(pid, &status, 0) != pid || status)
			fail(what);
		return;
	}
	fd = open(procs, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "0", 1) != 1)
		fail(procs);
	if (!strcmp(what, "signals") && setresuid(65534, 65534, 65534))
		fail("setresuid");
	snprintf(text, sizeof(text), "%d", number);
	execl("/proc/self/exe", "flood", what, text, NULL);
	fail("/proc/self/exe");
}

int main(int argc, char **argv)
{
	char procs[4096];

	if (argc == 3)
		return executed(argv[1], atoi(argv[2]));
	if (argc != 4)
		return 2;
	snprintf(procs, sizeof(procs), "%s/cgroup.procs", argv[1]);
	if (!strcmp(argv[2], "runs")) {
		start(procs, "runs", atoi(argv[3]));
		return 0;
	}
	for (int i = 0; i < atoi(argv[2]); i++)
		start(procs, "signals", i);
	start(procs, "sets", atoi(argv[3]));
	return 0;
}
