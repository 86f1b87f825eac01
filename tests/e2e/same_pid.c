/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * same_pid DIR FILE ROUNDS: processes that all have the same pid, one after the other, each in a
 * cgroup of its own below DIR: ROUND-setup changes the owner of FILE and executes what needs
 * nothing; ROUND-ends changes it and ends; ROUND-owner executes what changes it; ROUND-child was
 * made there by a program that had come before it, and changes it; ROUND-capable, as nobody,
 * executes what has a capability of its file. Status 3: no process may choose its pid here.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

static const char *const does[] = { "setup", "ends", "child", "owner", "capable" };
#define HOW_MANY 5

static pid_t pid; /* of all of them */

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

/* This program once more, which holds NET_RAW. */
static void make_capable(const char *path)
{
	struct vfs_cap_data cap = { .magic_etc = VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE,
				    .data[0].permitted = 1u << CAP_NET_RAW };
	int in = open("/proc/self/exe", O_RDONLY),
	    out = open(path, O_WRONLY | O_CREAT | O_EXCL, 0755);
	struct stat st;

	if (in < 0 || out < 0 || fstat(in, &st) ||
	    sendfile(out, in, NULL, (size_t)st.st_size) != st.st_size || fchmod(out, 0755) ||
	    close(out) || setxattr(path, "security.capability", &cap, sizeof(cap), 0))
		fail(path);
}

/* As fork(), but the child has that pid. */
static long make_process(void)
{
	struct clone_args args = { .exit_signal = SIGCHLD,
				   .set_tid = (uintptr_t)&pid,
				   .set_tid_size = 1 };

	return syscall(SYS_clone3, &args, sizeof(args));
}

/* 0: the process with that pid has ended well. */
static int ends_well(void)
{
	int status;

	return waitpid(pid, &status, 0) != pid || status;
}

static int work(const char *procs, const char *what, const char *file, const char *capable)
{
	int fd = open(procs, O_WRONLY | O_CLOEXEC);
	char number[16];
	int capable_too = !strcmp(what, "capable");
	int early = !strcmp(what, "setup") || !strcmp(what, "ends");

	if (fd < 0 || write(fd, "0", 1) != 1)
		return 1;
	if (early && chown(file, 1, (gid_t)-1))
		return 1;
	if (!strcmp(what, "ends"))
		return 0;
	if (capable_too && setresuid(65534, 65534, 65534))
		return 1;
	snprintf(number, sizeof(number), "%d", pid);
	execl(capable_too ? capable : "/proc/self/exe", "same_pid", what, file, number, NULL);
	return 1;
}

static int executed(const char *what, const char *file)
{
	long made;

	/* /proc/self/exe is looked up by pid: until the recorder has done so, it must be this one's. */
	usleep(200000);
	made = strcmp(what, "child") ? 0 : make_process();
	if (made)
		return made != pid || ends_well();
	if (!strcmp(what, "child"))
		return chown(file, 3, (gid_t)-1);
	if (!strcmp(what, "owner"))
		return chown(file, 2, (gid_t)-1);
	if (!strcmp(what, "capable"))
		return socket(AF_INET, SOCK_RAW, IPPROTO_ICMP) < 0;
	return 0;
}

/* Of a process that has just ended. */
static pid_t free_pid(void)
{
	pid_t was = fork();

	if (!was)
		_exit(0);
	if (was < 0 || waitpid(was, NULL, 0) != was)
		fail("fork");
	return was;
}

int main(int argc, char **argv)
{
	char capable[4096], dir[4096], procs[4200];
	int status;

	if (argc == 4 && *argv[1] != '/') {
		pid = atoi(argv[3]);
		return executed(argv[1], argv[2]);
	}
	if (argc != 4)
		return 2;
	snprintf(capable, sizeof(capable), "%s.capable", argv[2]);
	make_capable(capable);
	pid = free_pid();
	for (int i = 0; i < HOW_MANY * atoi(argv[3]); i++) {
		const char *what = does[i % HOW_MANY];
		long made;

		snprintf(dir, sizeof(dir), "%s/%d-%s", argv[1], i / HOW_MANY, what);
		snprintf(procs, sizeof(procs), "%s/cgroup.procs", dir);
		if (mkdir(dir, 0755))
			fail(dir);
		/* The one that makes a child with that pid has another. */
		made = strcmp(what, "child") ? make_process() : fork();
		if (made < 0 && !i)
			return 3;
		if (!made)
			_exit(work(procs, what, argv[2], capable));
		if (!strcmp(what, "child") ? waitpid((pid_t)made, &status, 0) != made || status :
					     made != pid || ends_well())
			fail(what);
	}
	return 0;
}
