/* SPDX-License-Identifier: GPL-2.0-only */
#include "record/restart.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "base/host_root.h"
#include "base/inherited.h"
#include "base/proc.h"
#include "record/recorder_priv.h"
#include "runtime/runtime.h"
#include "runtime/user_unit.h"

#define SLICE_NS      100000000ull /* between two looks at whether all run again */
#define COMPLAINT_MAX 2048
#define WAIT_NS	      120000000000ull /* after which the child finishes by itself */

/* Set in the process that restarts. */
static volatile sig_atomic_t enough;

static void on_term(int sig)
{
	(void)sig;
	enough = 1;
}

/* An engine that described a container can restart it. */
static bool has_api(const struct ct_workload *w)
{
	return w->container.inspected;
}

/* A unit may not have run yet, and then w does not have its runtime. */
static const struct ct_runtime_type *type_of(const struct ct_workload *w)
{
	return ct_runtimes[w->kind == CT_WL_UNIT ? CT_RT_SYSTEMD : w->runtime];
}

static bool has_command(const struct ct_workload *w)
{
	const struct ct_runtime_type *type = type_of(w);

	return type && type->restart[0];
}

static int refuse(const struct ct_workload *w, struct ct_err *err)
{
	ct_autofree char *name = ct_printable(ct_workload__label(w));
	ct_autofree char *engines = ct_runtimes__engines(" and ");

	return ct_err__set(err, EOPNOTSUPP,
			   "%s cannot be restarted from here, only containers of %s and system "
			   "units can: begin to record without --restart, then restart it",
			   name, engines);
}

static int check(const struct ct_workload *w, struct ct_err *err)
{
	if (w->kind == CT_WL_CONTAINER && (has_api(w) || (has_command(w) && !*ct_host__root())))
		return 0;
	if (w->kind == CT_WL_UNIT && !*ct_host__root() &&
	    (!strchr(w->id, '/') || ct_workload__id_is_users(w->id)))
		return 0;
	return refuse(w, err);
}

/* The command's complaint goes where ours would. */
static int run(const char *const *argv, int complaint, struct ct_err *err)
{
	int status, pid = fork();

	if (!pid) {
		ct_proc__default_signals();
		dup2(complaint, STDOUT_FILENO);
		dup2(complaint, STDERR_FILENO);
		execvp(argv[0], (char *const *)argv);
		dprintf(complaint, "%s: %s", argv[0], strerror(errno));
		_exit(127);
	}
	if (pid < 0)
		return ct_err__set(err, errno, "%s: %s", argv[0], strerror(errno));
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status ? -EIO : 0;
}

static int restart_users(const struct ct_workload *w, int complaint, struct ct_err *err)
{
	ct_autostrings struct ct_strings words = {};

	if (ct_user_unit__systemctl(w->id, "restart", &words))
		return ct_err__set(err, ENOENT, "its user is not known here");
	return run((const char *const *)words.items, complaint, err);
}

static int restart_one(const struct ct_workload *w, struct ct_engine *e, int complaint,
		       struct ct_err *err)
{
	const char *argv[CT_RESTART_WORDS + 2] = {};
	size_t n = 0;

	if (w->kind == CT_WL_CONTAINER && e && has_api(w))
		return ct_engine__restart(e, w->id, err);
	if (ct_workload__is_users_unit(w))
		return restart_users(w, complaint, err);
	for (; n < CT_RESTART_WORDS && type_of(w)->restart[n]; n++)
		argv[n] = type_of(w)->restart[n];
	argv[n] = w->id;
	return run(argv, complaint, err);
}

/* All that the restarting process does; returns its exit status. */
static int restart_all(struct ct_workload *const *w, size_t n, const struct ct_engine_words *words,
		       int complaint)
{
	struct sigaction act = { .sa_handler = on_term, .sa_flags = SA_RESTART };
	ct_autoerr struct ct_err err = {};
	struct ct_engine *e = NULL;
	sigset_t none;
	int ret = 0;

	/* Signals from the terminal must not reach this process. */
	setpgid(0, 0);
	/* Podman has no daemon: a container gets what its client has. */
	ct_inherited__give_back();
	sigaction(SIGTERM, &act, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (size_t i = 0; i < n && !ret && !e; i++)
		if (w[i]->kind == CT_WL_CONTAINER && has_api(w[i]))
			ret = ct_runtimes__connect(words, &e, &err);
	for (size_t i = 0; i < n && !ret && !enough; i++) {
		ct_autofree char *name = ct_printable(ct_workload__label(w[i]));

		ret = restart_one(w[i], e, complaint, &err);
		if (ret)
			dprintf(complaint, "%s; %s could not be restarted, and may not run now",
				err.msg ? err.msg : "", name);
	}
	ct_engine__close(e);
	return ret ? 1 : 0;
}

int ct_restart__begin(struct ct_workload *const *w, size_t n, const struct ct_engine_words *words,
		      struct ct_restart *r, struct ct_err *err)
{
	int fds[2], ret = 0;

	for (size_t i = 0; i < n && !ret; i++)
		ret = check(w[i], err);
	if (ret)
		return ret;
	if (pipe2(fds, O_CLOEXEC))
		return ct_err__set(err, errno, "cannot make a pipe: %s", strerror(errno));
	*r = (struct ct_restart){ .pid = fork(), .fd = fds[0] };
	if (!r->pid)
		_exit(restart_all(w, n, words, fds[1]));
	close(fds[1]);
	if (r->pid > 0)
		return 0;
	ret = ct_err__set(err, errno, "cannot start a process: %s", strerror(errno));
	close(fds[0]);
	*r = (struct ct_restart){ .fd = -1 };
	return ret;
}

/*
 * What was written until the process ended, on one line. The pipe may stay open for longer, if a
 * client left a daemon behind.
 */
static char *read_complaint(int fd)
{
	char buf[COMPLAINT_MAX + 1];
	ssize_t n;

	fcntl(fd, F_SETFL, O_NONBLOCK);
	n = read(fd, buf, COMPLAINT_MAX);
	buf[n > 0 ? n : 0] = '\0';
	for (char *p = buf; *p; p++)
		if (*p == '\n')
			*p = ' ';
	return ct_printable(buf);
}

int ct_restart__look(struct ct_restart *r, struct ct_err *err)
{
	ct_autofree char *complaint = NULL;
	int status;

	if (waitpid(r->pid, &status, WNOHANG) != r->pid)
		return 1;
	complaint = read_complaint(r->fd);
	close(r->fd);
	*r = (struct ct_restart){ .fd = -1 };
	return status ? ct_err__set(err, EIO, "%s",
				    *complaint ? complaint : "restarting ended unexpectedly") :
			0;
}

int ct_restart__end(struct ct_restart *r, struct ct_err *err)
{
	int ret;

	if (r->pid <= 0)
		return 0;
	kill(r->pid, SIGTERM);
	ct_loop__await_child(r->pid, WAIT_NS);
	ret = ct_restart__look(r, err);
	if (ret != 1)
		return ret;
	close(r->fd);
	return ct_err__set(err, ETIMEDOUT,
			   "the restart is still in progress, and process %d completes it", r->pid);
}

static void say_restarted(struct ct_workload *const *w, size_t n)
{
	struct ct_str names = {};
	bool containers = false;

	for (size_t i = 0; i < n; i++) {
		ct_autofree char *name = ct_printable(ct_workload__label(w[i]));

		ct_str__addf(&names, "%s%s", i ? ", " : "", name);
		containers |= w[i]->kind == CT_WL_CONTAINER;
	}
	ct_warn("restarting %s", names.s);
	if (containers)
		ct_warn("a restarted container keeps its files, so that what a new one does once, "
			"such as giving them their owners, is not seen: recreate the container "
			"while it is watched to record that");
	ct_str__free(&names);
}

/* In the order in which they were made, since a stack's later containers need its earlier ones. */
static struct ct_workload **in_order(const struct ct_recorder *r, size_t *n)
{
	struct ct_workload **w;

	*n = r->session->nworkloads;
	w = ct_xzalloc((*n + 1) * sizeof(struct ct_workload *));
	for (size_t i = 0; i < *n; i++)
		w[i] = r->session->workloads[r->opts.project ? *n - 1 - i : i];
	return w;
}

int ct_recorder__restart(struct ct_recorder *r, struct ct_err *err)
{
	ct_autoerr struct ct_err failure = {};
	struct ct_restart restart = {};
	size_t n;
	ct_autofree struct ct_workload **w = in_order(r, &n);
	int ret;

	if (!n)
		return ct_err__set(err, ENOENT,
				   "no container of project %s is running: start it with 'captrim "
				   "run -- docker compose up'",
				   r->opts.project);
	ret = ct_restart__begin(w, n, &r->opts.engine, &restart, err);
	if (ret)
		return ret;
	/* The first start of a container may need more than any later one. */
	for (size_t i = 0; i < n; i++)
		if (w[i]->kind == CT_WL_CONTAINER)
			w[i]->container.ran_before = CT_YES;
	if (!r->opts.quiet)
		say_restarted(w, n);
	while ((ret = ct_restart__look(&restart, err)) == 1) {
		if (ct_recorder__loop(r, SLICE_NS) == 1)
			continue;
		if (!r->opts.quiet)
			ct_warn("waiting for the restart in progress to finish");
		if (ct_restart__end(&restart, &failure))
			ct_warn("%s", failure.msg);
		return ct_err__set(err, EINTR, "aborted: nothing was written");
	}
	return ret;
}
