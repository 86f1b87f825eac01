/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A process outside of the workload, of the same user, that holds what the workload was not given:
 * the runtime's supervisor, which is root's and seen with the host's PID namespace. The kernel
 * compares the permitted sets first, and asks only if it holds more.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "case.h"

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif
#define PIDFD_GET_UTS_NAMESPACE _IO(0xff, 10)

/* A field of /proc/PID/status below dir; -1: there is none. */
static bool status_of(const char *dir, const char *pid, const char *field, char *value, size_t size)
{
	char path[300], line[256], form[64];
	bool found = false;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s/status", dir, pid);
	snprintf(form, sizeof(form), "%s: %%%zus", field, size - 1);
	f = fopen(path, "re");
	if (!f)
		return false;
	while (!found && fgets(line, sizeof(line), f))
		found = sscanf(line, form, value) == 1;
	fclose(f);
	return found;
}

/* The nearest ancestor that runs another program than this one. */
static pid_t outside(void)
{
	char pid[32], name[64] = "";

	snprintf(pid, sizeof(pid), "%d", getppid());
	while (status_of("/proc", pid, "Name", name, sizeof(name)) && !strcmp(name, "cases"))
		status_of("/proc", pid, "PPid", pid, sizeof(pid));
	if (strncmp(name, "containerd-shim", 15) && strncmp(name, "conmon", 6))
		skip("no supervisor is seen");
	return atoi(pid);
}

static bool link_read(int dir, const char *path)
{
	char text[4096];

	return TRY(readlinkat(dir, path, text, sizeof(text))) > 0;
}

/* Reads at least a byte, where there may be none. */
static bool file_read(const char *path)
{
	char text[256];
	int fd = TRY(open(path, O_RDONLY | O_CLOEXEC));

	TRY(read(fd, text, sizeof(text)));
	close(fd);
	return true;
}

static int dir_of(const char *file)
{
	return TRY(open(proc_path(outside(), file), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

/* links */

static bool outside_exe(void)
{
	return link_read(AT_FDCWD, proc_path(outside(), "exe"));
}

static bool outside_root_relative(void)
{
	TRY(chdir(proc_path(outside(), "")));
	return link_read(AT_FDCWD, "root");
}

static bool outside_cwd_by_fd(void)
{
	return link_read(dir_of(""), "cwd");
}

static bool outside_fd_listed(void)
{
	return link_read(dir_of("fd"), "1");
}

static bool outside_task_fd(void)
{
	char file[64];
	pid_t pid = outside();

	snprintf(file, sizeof(file), "task/%d/fd/1", pid);
	return link_read(AT_FDCWD, proc_path(pid, file));
}

static bool outside_link_by_path_fd(void)
{
	int fd = TRY(open(proc_path(outside(), "exe"), O_PATH | O_NOFOLLOW | O_CLOEXEC));

	return link_read(fd, "");
}

static bool outside_ns(void)
{
	return link_read(AT_FDCWD, proc_path(outside(), "ns/mnt"));
}

static bool outside_ns_opened(void)
{
	TRY(open(proc_path(outside(), "ns/net"), O_RDONLY | O_CLOEXEC));
	return true;
}

static bool outside_exe_stat(void)
{
	struct stat st;

	TRY(stat(proc_path(outside(), "exe"), &st));
	return true;
}

static bool outside_exe_lstat(void)
{
	struct stat st;

	TRY(lstat(proc_path(outside(), "exe"), &st));
	return true;
}

static bool outside_through_root(void)
{
	struct stat st;

	TRY(stat(proc_path(outside(), "root/etc"), &st));
	return true;
}

static bool outside_symlinked_maps(void)
{
	TRY(symlink(proc_path(outside(), ""), "link"));
	return file_read("link/maps");
}

/* /proc of the host, where it is no /proc */
static bool outside_elsewhere(void)
{
	char name[64], path[300], text[4096];
	struct dirent *e;
	DIR *d = opendir("/host/proc");

	while (d && (e = readdir(d)) != NULL) {
		if (!status_of("/host/proc", e->d_name, "Name", name, sizeof(name)) ||
		    strncmp(name, "containerd-shim", 15))
			continue;
		snprintf(path, sizeof(path), "/host/proc/%s/exe", e->d_name);
		if (readlink(path, text, sizeof(text)) > 0)
			return true;
		if (errno != ENOENT && errno != ESRCH) /* it has ended */
			not_done(path);
	}
	skip("no supervisor is seen");
}

/* files */

static bool outside_environ(void)
{
	return file_read(proc_path(outside(), "environ"));
}

static bool outside_maps(void)
{
	return file_read(proc_path(outside(), "maps"));
}

static bool outside_io(void)
{
	return file_read(proc_path(outside(), "io"));
}

static bool outside_mem(void)
{
	TRY(open(proc_path(outside(), "mem"), O_RDONLY | O_CLOEXEC));
	return true;
}

static bool outside_syscall(void)
{
	return file_read(proc_path(outside(), "syscall"));
}

static bool outside_stat(void)
{
	return file_read(proc_path(outside(), "stat"));
}

static bool outside_cmdline(void)
{
	return file_read(proc_path(outside(), "cmdline"));
}

/* paths that lead through another's root, also where nothing is at their ends */

static bool outside_attribute_absent(void)
{
	return getxattr(proc_path(outside(), "root/"), "user.captrim", NULL, 0) < 0 && errno == ENODATA;
}

static bool outside_file_absent(void)
{
	return access(proc_path(outside(), "root/captrim-is-not-there"), F_OK) < 0 && errno == ENOENT;
}

static bool outside_statfs(void)
{
	struct statfs fs;

	TRY(statfs(proc_path(outside(), "root/"), &fs));
	return true;
}

static bool outside_watched(void)
{
	TRY(inotify_add_watch(TRY(inotify_init1(0)), proc_path(outside(), "root/"), IN_CREATE));
	return true;
}

static bool outside_socket_absent(void)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	snprintf(a.sun_path, sizeof(a.sun_path), "%s", proc_path(outside(), "root/captrim-is-not-there"));
	return connect(TRY(socket(AF_UNIX, SOCK_STREAM, 0)), (void *)&a, sizeof(a)) < 0 &&
	       errno == ENOENT;
}

static bool outside_exe_by_call32(void)
{
	return call32_reads_link(proc_path(outside(), "exe"));
}

/* calls */

static bool outside_ptrace(void)
{
	pid_t pid = outside();
	int status;

	TRY(ptrace(PTRACE_SEIZE, pid, 0, 0));
	TRY(ptrace(PTRACE_INTERRUPT, pid, 0, 0));
	TRY(waitpid(pid, &status, __WALL));
	TRY(ptrace(PTRACE_DETACH, pid, 0, 0));
	return true;
}

static bool outside_kcmp(void)
{
	TRY(syscall(SYS_kcmp, getpid(), outside(), KCMP_VM, 0, 0));
	return true;
}

static bool outside_robust_list(void)
{
	void *head;
	size_t len;

	TRY(syscall(SYS_get_robust_list, outside(), &head, &len));
	return true;
}

static bool outside_move_pages(void)
{
	TRY(syscall(SYS_move_pages, outside(), 0, NULL, NULL, NULL, 0));
	return true;
}

static int outside_pidfd(void)
{
	return TRY(syscall(SYS_pidfd_open, outside(), 0));
}

static bool outside_getfd(void)
{
	TRY(syscall(SYS_pidfd_getfd, outside_pidfd(), 1, 0));
	return true;
}

static bool outside_pidfd_ns(void)
{
	int fd = ioctl(outside_pidfd(), PIDFD_GET_UTS_NAMESPACE, 0);

	if (fd < 0 && errno == ENOTTY)
		skip("this kernel does not know it (6.11)");
	TRY(fd);
	return true;
}

/* scheduling */

static bool outside_nice(void)
{
	pid_t pid = outside();

	TRY(setpriority(PRIO_PROCESS, pid, getpriority(PRIO_PROCESS, pid)));
	return true;
}

static bool outside_affinity(void)
{
	pid_t pid = outside();
	cpu_set_t set;

	TRY(sched_getaffinity(pid, sizeof(set), &set));
	TRY(sched_setaffinity(pid, sizeof(set), &set));
	return true;
}

static bool outside_scheduler(void)
{
	struct sched_param p = {};

	TRY(sched_setscheduler(outside(), SCHED_OTHER, &p));
	return true;
}

static bool outside_ioprio(void)
{
	TRY(syscall(SYS_ioprio_set, 1, outside(), 2 << 13 | 4));
	return true;
}

static bool outside_ioprio_and_exe(void)
{
	return outside_ioprio() && outside_exe();
}

/* the workload's own */

static bool inside_exe(void)
{
	return link_read(AT_FDCWD, proc_path(sleeper(), "exe"));
}

static bool inside_ptrace(void)
{
	pid_t pid = sleeper();

	TRY(ptrace(PTRACE_SEIZE, pid, 0, 0));
	return true;
}

static bool inside_nice(void)
{
	pid_t pid = sleeper();

	TRY(setpriority(PRIO_PROCESS, pid, getpriority(PRIO_PROCESS, pid)));
	return true;
}

const struct test_case target_cases[] = {
	CASE(outside_exe),
	CASE(outside_root_relative),
	CASE(outside_cwd_by_fd),
	CASE(outside_fd_listed),
	CASE(outside_task_fd),
	CASE(outside_link_by_path_fd),
	CASE(outside_ns),
	CASE(outside_ns_opened),
	CASE(outside_exe_stat),
	CASE(outside_exe_lstat),
	CASE(outside_through_root),
	CASE(outside_symlinked_maps),
	CASE(outside_elsewhere),
	CASE(outside_environ),
	CASE(outside_maps),
	CASE(outside_io),
	CASE(outside_mem),
	CASE(outside_syscall),
	CASE(outside_stat),
	CASE(outside_cmdline),
	CASE(outside_attribute_absent),
	CASE(outside_file_absent),
	CASE(outside_statfs),
	CASE(outside_watched),
	CASE(outside_socket_absent),
	CASE(outside_exe_by_call32),
	CASE(outside_ptrace),
	CASE(outside_kcmp),
	CASE(outside_robust_list),
	CASE(outside_move_pages),
	CASE(outside_getfd),
	CASE(outside_pidfd_ns),
	CASE(outside_nice),
	CASE(outside_affinity),
	CASE(outside_scheduler),
	CASE(outside_ioprio),
	CASE(outside_ioprio_and_exe),
	CASE(inside_exe),
	CASE(inside_ptrace),
	CASE(inside_nice),
	{ NULL, NULL }
};
