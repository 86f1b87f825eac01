/* SPDX-License-Identifier: GPL-2.0-only */
#include "record/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/inherited.h"
#include "base/proc.h"
#include "model/caps.h"

/*
 * What root executes gets the whole bounding set, and what others execute gets what a file gives
 * them within the bounding set. So nothing outside it comes back.
 */
static int limit(uint64_t bounding)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	for (int cap = 0; cap < CT_CAP_MAX; cap++)
		if (!(bounding >> cap & 1) && prctl(PR_CAPBSET_READ, cap, 0, 0, 0) == 1 &&
		    prctl(PR_CAPBSET_DROP, cap, 0, 0, 0))
			return errno;
	if (syscall(SYS_capget, &head, data))
		return errno;
	for (int i = 0; i < 2; i++)
		data[i].inheritable &= (uint32_t)(bounding >> (32 * i));
	return syscall(SYS_capset, &head, data) ? errno : 0;
}

static int redirect(int output)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 ||
	    dup2(output, STDERR_FILENO) < 0)
		return errno;
	return 0;
}

/*
 * While captrim is urgent (base/urgent.h), what it forks gets the nice value 0 and not captrim's
 * own (kernel/sched/core.c:sched_fork, 5.10 to 7.3). On that value it depends whether the command
 * needs SYS_NICE to set another one, so the command gets what it would have without captrim.
 */
static void pass_on_nice(int pid)
{
	int own, childs;

	errno = 0;
	own = getpriority(PRIO_PROCESS, 0);
	childs = getpriority(PRIO_PROCESS, (id_t)pid);
	if (!errno && own != childs)
		(void)setpriority(PRIO_PROCESS, (id_t)pid, own);
}

/* In the child: waits for the go, then becomes the command, or reports why it cannot. */
static void run_child(char **argv, const struct ct_child_opts *opts, int go, int report)
{
	int err = 0;
	char byte;

	if (read(go, &byte, 1) != 1)
		_exit(125); /* the parent gave up */
	sigprocmask(SIG_SETMASK, opts->mask, NULL);
	ct_proc__default_signals();
	ct_inherited__give_back();
	if (opts->bounding)
		err = limit(*opts->bounding);
	if (!err && opts->output)
		err = redirect(opts->output);
	if (!err) {
		execvp(argv[0], argv);
		err = errno;
	}
	if (write(report, &err, sizeof(err)) < 0)
		_exit(125);
	_exit(127);
}

int ct_child__start(struct ct_child *c, char **argv, const struct ct_child_opts *opts,
		    int *exec_errno, struct ct_err *err)
{
	int go[2], report[2], pid, ret = 0;

	*exec_errno = 0;
	if (pipe2(go, O_CLOEXEC))
		return ct_err__set(err, errno, "cannot make a pipe: %s", strerror(errno));
	if (pipe2(report, O_CLOEXEC)) {
		ret = ct_err__set(err, errno, "cannot make a pipe: %s", strerror(errno));
		close(go[0]);
		close(go[1]);
		return ret;
	}
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		close(go[1]); /* or it would wait for itself when we give up */
		run_child(argv, opts, go[0], report[1]);
	}
	close(go[0]);
	close(report[1]);
	if (pid < 0)
		ret = ct_err__set(err, errno, "cannot fork: %s", strerror(errno));
	else
		pass_on_nice(pid);
	if (!ret && opts->cgroup)
		ret = ct_own_cgroup__enter(opts->cgroup, pid, err);
	if (!ret && write(go[1], "", 1) != 1)
		ret = ct_err__set(err, errno, "the command did not start: %s", strerror(errno));
	close(go[1]);
	if (!ret && read(report[0], exec_errno, sizeof(*exec_errno)) == sizeof(*exec_errno)) {
		ct_autofree char *name = ct_printable(argv[0]);

		ret = ct_err__set(err, *exec_errno, "cannot execute %s: %s", name,
				  strerror(*exec_errno));
	}
	close(report[0]);
	if (ret) {
		if (pid > 0)
			waitpid(pid, NULL, 0);
		return ret;
	}
	*c = (struct ct_child){ .pid = pid };
	return 0;
}

bool ct_child__reap(struct ct_child *c)
{
	if (!c->reaped && c->pid > 0 && waitpid(c->pid, &c->status, WNOHANG) == c->pid)
		c->reaped = true;
	return c->reaped;
}

int ct_child__exit_status(const struct ct_child *c)
{
	return WIFSIGNALED(c->status) ? 128 + WTERMSIG(c->status) : WEXITSTATUS(c->status);
}
