/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cases NAME		does one case: 0 done, 1 not done, 77 cannot be tried here
 * cases --list		their names
 * cases --each NAME...	one process for each, prints "NAME STATUS"
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "case.h"

static const struct test_case *const areas[] = {
	identity_cases, file_cases, proc_cases, sched_cases, net_cases,
	ipc_cases, mount_cases, caps_cases, acts_cases, misc_cases,
	question_cases, rule_cases, compat_cases, pair_cases, target_cases, whose_cases,
	passing_cases,
};

#define N_AREAS (sizeof(areas) / sizeof(areas[0]))

void not_done(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	_exit(1);
}

void skip(const char *why)
{
	fprintf(stderr, "cannot be tried: %s\n", why);
	_exit(77);
}

mode_t mode_of(const char *path)
{
	struct stat st;

	TRY(lstat(path, &st));
	return st.st_mode & 07777;
}

bool opens(const char *path, int flags)
{
	int fd = open(path, flags);

	if (fd < 0) {
		perror(path);
		return false;
	}
	close(fd);
	return true;
}

void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		not_done(path);
	close(fd);
}

static ssize_t take(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY);
	ssize_t n, len = 0;

	if (fd < 0)
		return -1;
	while ((size_t)len < size - 1 &&
	       (n = read(fd, buf + len, size - 1 - len)) > 0)
		len += n;
	close(fd);
	buf[len] = 0;
	return len;
}

long number_in(const char *path)
{
	char buf[64];

	if (take(path, buf, sizeof(buf)) <= 0)
		return -1;
	return strtol(buf, NULL, 0);
}

bool contains(const char *path, const char *text)
{
	static char buf[65536];

	if (take(path, buf, sizeof(buf)) < 0)
		not_done(path);
	return memmem(buf, sizeof(buf), text, strlen(text)) != NULL;
}

bool exits_0(pid_t pid)
{
	int status;

	TRY(waitpid(pid, &status, 0));
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		_exit(77);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool in_child(bool (*done)(void))
{
	pid_t pid = TRY(fork());

	if (pid == 0)
		_exit(done() ? 0 : 1);
	return exits_0(pid);
}

bool runs(char *const argv[])
{
	pid_t pid = TRY(fork());

	if (pid == 0) {
		execv(argv[0], argv);
		not_done(argv[0]);
	}
	return exits_0(pid);
}

pid_t sleeper(void)
{
	pid_t pid = TRY(fork());

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	return pid;
}

pid_t helper(char *const argv[], int *id)
{
	char buf[32] = "";
	int p[2];
	pid_t pid;

	TRY(pipe(p));
	pid = TRY(fork());
	if (pid == 0) {
		dup2(p[1], 1);
		close(p[0]);
		close(p[1]);
		execv(argv[0], argv);
		not_done(argv[0]);
	}
	close(p[1]);
	if (read(p[0], buf, sizeof(buf) - 1) <= 0)
		not_done(argv[0]);
	close(p[0]);
	if (id)
		*id = atoi(buf);
	return pid;
}

pid_t bobs(const char *role, int *id)
{
	return helper((char *[]){ "/t/as-bob", "/t/helper", (char *)role, NULL }, id);
}

const char *proc_path(pid_t pid, const char *file)
{
	static char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	return path;
}

static int capcall(long nr, struct caps *c)
{
	struct __user_cap_header_struct h = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct d[2];
	int i;

	for (i = 0; i < 2; i++) {
		d[i].effective = c->effective >> 32 * i;
		d[i].permitted = c->permitted >> 32 * i;
		d[i].inheritable = c->inheritable >> 32 * i;
	}
	if (syscall(nr, &h, d) < 0)
		return -1;
	memset(c, 0, sizeof(*c));
	for (i = 0; i < 2; i++) {
		c->effective |= (unsigned long long)d[i].effective << 32 * i;
		c->permitted |= (unsigned long long)d[i].permitted << 32 * i;
		c->inheritable |= (unsigned long long)d[i].inheritable << 32 * i;
	}
	return 0;
}

int get_caps(struct caps *c)
{
	memset(c, 0, sizeof(*c));
	return capcall(SYS_capget, c);
}

int set_caps(struct caps c)
{
	return capcall(SYS_capset, &c);
}

static const struct test_case *find(const char *name)
{
	const struct test_case *c;
	size_t i;

	for (i = 0; i < N_AREAS; i++)
		for (c = areas[i]; c->name; c++)
			if (!strcmp(c->name, name))
				return c;
	return NULL;
}

static void list(void)
{
	const struct test_case *c;
	size_t i;

	for (i = 0; i < N_AREAS; i++)
		for (c = areas[i]; c->name; c++)
			puts(c->name);
}

static int one(const char *name)
{
	const struct test_case *c = find(name);
	char dir[128];

	if (!c) {
		fprintf(stderr, "no case '%s'\n", name);
		return 2;
	}
	snprintf(dir, sizeof(dir), "/w/%s", name);
	TRY(chdir(dir));
	umask(022);
	alarm(10);
	return c->done() ? 0 : 1;
}

static void each(char **names)
{
	int status;
	pid_t pid;

	for (; *names; names++) {
		pid = TRY(fork());
		if (pid == 0) {
			execl("/t/cases", "cases", *names, NULL);
			not_done("/t/cases");
		}
		TRY(waitpid(pid, &status, 0));
		printf("%s %d\n", *names,
		       WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
		fflush(stdout);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "--list"))
		list();
	else if (argc > 2 && !strcmp(argv[1], "--each"))
		each(argv + 2);
	else if (argc == 2)
		return one(argv[1]);
	else
		return 2;
	return 0;
}
