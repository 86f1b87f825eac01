/* SPDX-License-Identifier: GPL-2.0-only */
/* Other processes: KILL, SYS_PTRACE; and what /proc tells of them. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "case.h"

#ifndef SYS_process_madvise
#define SYS_process_madvise 440
#endif

/* signals */

static bool kill_own_child(void)
{
	int status;
	pid_t pid = sleeper();

	TRY(kill(pid, SIGTERM));
	TRY(waitpid(pid, &status, 0));
	return WIFSIGNALED(status);
}

static bool kill_other(void)
{
	int status;
	pid_t pid = bobs("sleep", NULL);

	TRY(kill(pid, SIGTERM));
	TRY(waitpid(pid, &status, 0));
	return WIFSIGNALED(status);
}

static bool kill_0_other(void)
{
	TRY(kill(bobs("sleep", NULL), 0));
	return true;
}

static bool kill_continue_other_same_session(void)
{
	TRY(kill(bobs("sleep", NULL), SIGCONT));
	return true;
}

static bool pidfd_signal_other(void)
{
	int fd = TRY(syscall(SYS_pidfd_open, bobs("sleep", NULL), 0));

	TRY(syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 0));
	return true;
}

static bool pidfd_signal_own(void)
{
	int fd = TRY(syscall(SYS_pidfd_open, sleeper(), 0));

	TRY(syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 0));
	return true;
}

/* The owner of a descriptor gets a signal if it may be sent to it; failing to is not told. */
static bool wait_for_other(void)
{
	int status;
	pid_t pid = TRY(fork());

	if (pid == 0) {
		execl("/t/as-bob", "as-bob", "/t/helper", "true", NULL);
		_exit(1);
	}
	TRY(waitpid(pid, &status, 0));
	return status == 0;
}

/* ptrace and memory */

static bool trace(pid_t pid)
{
	TRY(ptrace(PTRACE_SEIZE, pid, 0, 0));
	return true;
}

static pid_t undumpable_sleeper(void)
{
	int p[2];
	char c;
	pid_t pid;

	TRY(pipe(p));
	pid = TRY(fork());
	if (pid == 0) {
		prctl(PR_SET_DUMPABLE, 0);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (write(p[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	if (read(p[0], &c, 1) != 1)
		exit(1);
	return pid;
}

static bool ptrace_own(void)
{
	return trace(sleeper());
}

static bool ptrace_own_undumpable(void)
{
	return trace(undumpable_sleeper());
}

static bool ptrace_other(void)
{
	return trace(bobs("sleep", NULL));
}

static bool tracee_execs(void)
{
	int status;
	pid_t pid = TRY(fork());

	if (pid == 0) {
		TRY(ptrace(PTRACE_TRACEME, 0, 0, 0));
		execl("/t/helper", "helper", "true", NULL);
		_exit(1);
	}
	TRY(waitpid(pid, &status, 0));
	if (!WIFSTOPPED(status))
		return false;
	TRY(ptrace(PTRACE_CONT, pid, 0, 0));
	return exits_0(pid);
}

/* A traced program gains nothing by its set-user-ID bit unless the tracer holds SYS_PTRACE. */
static bool tracee_execs_setuid(void)
{
	int status;
	pid_t pid = TRY(fork());

	if (pid == 0) {
		TRY(ptrace(PTRACE_TRACEME, 0, 0, 0));
		execl("/t/as-bob", "as-bob", "/t/helper", "true", NULL);
		_exit(1);
	}
	TRY(waitpid(pid, &status, 0));
	if (!WIFSTOPPED(status))
		return false;
	return contains(proc_path(pid, "status"), "Uid:\t0\t1001\t1001");
}

static bool read_memory(pid_t pid)
{
	static char here[] = "secret";
	char copy[sizeof(here)] = "";
	struct iovec to = { copy, sizeof(copy) }, from = { here, sizeof(here) };

	TRY(process_vm_readv(pid, &to, 1, &from, 1, 0));
	return !strcmp(copy, here);
}

static bool vm_readv_own(void)
{
	return read_memory(sleeper());
}

/* Is there memory at an address? EFAULT means no. */
static int probe_address(void)
{
	char copy[4];
	struct iovec to = { copy, 4 }, from = { NULL, 4 };

	return process_vm_readv(getpid(), &to, 1, &from, 1, 0) < 0 ? errno : 0;
}

static bool vm_readv_probes(void)
{
	return probe_address() == EFAULT;
}

static bool vm_readv_probes_or_not(void)
{
	return probe_address() != 0;
}

/* The helper is another program, so there need be nothing at that address: EFAULT comes after the permission. */
static bool vm_readv_other(void)
{
	char copy[4];
	struct iovec to = { copy, 4 }, from = { NULL, 4 };

	return process_vm_readv(bobs("sleep", NULL), &to, 1, &from, 1, 0) < 0 && errno == EFAULT;
}

static bool kcmp_own(void)
{
	pid_t pid = sleeper();

	TRY(syscall(SYS_kcmp, getpid(), pid, 0 /* KCMP_FILE */, 0, 0));
	return true;
}

static bool pidfd_getfd_own(void)
{
	int fd = TRY(syscall(SYS_pidfd_open, sleeper(), 0));

	TRY(syscall(SYS_pidfd_getfd, fd, 0, 0));
	return true;
}

/* /proc */

static bool link_of(pid_t pid, const char *file)
{
	char buf[256];

	TRY(readlink(proc_path(pid, file), buf, sizeof(buf)));
	return true;
}

static bool proc_exe_own(void)
{
	return link_of(sleeper(), "exe");
}

static bool proc_exe_other(void)
{
	return link_of(bobs("sleep", NULL), "exe");
}

static bool proc_exe_own_undumpable(void)
{
	return link_of(undumpable_sleeper(), "exe");
}

static bool proc_cwd_other(void)
{
	return link_of(bobs("sleep", NULL), "cwd");
}

static bool proc_ns_other(void)
{
	return link_of(bobs("sleep", NULL), "ns/net");
}

static bool proc_fd_other(void)
{
	return link_of(bobs("sleep", NULL), "fd/0");
}

static bool proc_environ_own(void)
{
	return opens(proc_path(sleeper(), "environ"), O_RDONLY);
}

static bool proc_environ_other(void)
{
	return opens(proc_path(bobs("sleep", NULL), "environ"), O_RDONLY);
}

static bool proc_maps_other(void)
{
	return opens(proc_path(bobs("sleep", NULL), "maps"), O_RDONLY);
}

static bool proc_io_other(void)
{
	return contains(proc_path(bobs("sleep", NULL), "io"), "rchar");
}

static bool proc_status_other(void)
{
	return contains(proc_path(bobs("sleep", NULL), "status"), "Uid:\t1001");
}

/* As ps reads it: fields that only a tracer may see are 0 for the others. */
static bool proc_stat_other(void)
{
	return contains(proc_path(bobs("sleep", NULL), "stat"), "(helper)");
}

static bool proc_cmdline_other(void)
{
	return contains(proc_path(bobs("sleep", NULL), "cmdline"), "sleep");
}

/* As ps, pgrep and killall look through /proc, reading what they may. */
static bool proc_walk(void)
{
	DIR *d = opendir("/proc");
	struct dirent *e;
	char buf[256];
	int seen = 0;
	pid_t bob = bobs("sleep", NULL);

	while ((e = readdir(d))) {
		pid_t pid = atoi(e->d_name);

		if (pid <= 0)
			continue;
		if (readlink(proc_path(pid, "exe"), buf, sizeof(buf)) < 0)
			buf[0] = 0;
		seen += pid == bob && contains(proc_path(pid, "stat"), "helper");
	}
	return seen == 1;
}

static bool proc_stack_own(void)
{
	return contains("/proc/self/stack", "[<");
}

/* Without SYS_ADMIN the frame numbers are there, and 0. */
static bool proc_pagemap_frames(void)
{
	static char page[4096];
	uint64_t entry = 0;
	int fd = TRY(open("/proc/self/pagemap", O_RDONLY));

	page[0] = 1;
	TRY(pread(fd, &entry, sizeof(entry), (uintptr_t)page / 4096 * 8));
	return entry & ((1ULL << 55) - 1);
}

static bool proc_oom_score_raise(void)
{
	put("/proc/self/oom_score_adj", "500");
	return number_in("/proc/self/oom_score_adj") == 500;
}

static bool proc_oom_score_raise_and_back(void)
{
	long before = number_in("/proc/self/oom_score_adj");
	char text[16];

	snprintf(text, sizeof(text), "%ld", before);
	put("/proc/self/oom_score_adj", "500");
	put("/proc/self/oom_score_adj", text);
	return number_in("/proc/self/oom_score_adj") == before;
}

static bool proc_oom_score_lower(void)
{
	put("/proc/self/oom_score_adj", "-500");
	return number_in("/proc/self/oom_score_adj") == -500;
}

static bool proc_oom_score_of_other(void)
{
	const char *path = proc_path(bobs("sleep", NULL), "oom_score_adj");

	put(path, "500");
	return number_in(path) == 500;
}

static bool fork_and_exec(void)
{
	int i;

	for (i = 0; i < 5; i++)
		if (!runs((char *[]){ "/t/helper", "true", NULL }))
			return false;
	return true;
}

const struct test_case proc_cases[] = {
	CASE(kill_own_child),
	CASE(kill_other),
	CASE(kill_0_other),
	CASE(kill_continue_other_same_session),
	CASE(pidfd_signal_other),
	CASE(pidfd_signal_own),
	CASE(wait_for_other),
	CASE(ptrace_own),
	CASE(ptrace_own_undumpable),
	CASE(ptrace_other),
	CASE(tracee_execs),
	CASE(tracee_execs_setuid),
	CASE(vm_readv_own),
	CASE(vm_readv_other),
	CASE(vm_readv_probes),
	CASE(vm_readv_probes_or_not),
	CASE(kcmp_own),
	CASE(pidfd_getfd_own),
	CASE(proc_exe_own),
	CASE(proc_exe_other),
	CASE(proc_exe_own_undumpable),
	CASE(proc_cwd_other),
	CASE(proc_ns_other),
	CASE(proc_fd_other),
	CASE(proc_environ_own),
	CASE(proc_environ_other),
	CASE(proc_maps_other),
	CASE(proc_io_other),
	CASE(proc_status_other),
	CASE(proc_stat_other),
	CASE(proc_cmdline_other),
	CASE(proc_walk),
	CASE(proc_stack_own),
	CASE(proc_pagemap_frames),
	CASE(proc_oom_score_raise),
	CASE(proc_oom_score_raise_and_back),
	CASE(proc_oom_score_lower),
	CASE(proc_oom_score_of_other),
	CASE(fork_and_exec),
	{ NULL, NULL }
};
