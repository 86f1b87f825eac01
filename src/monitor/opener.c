/* SPDX-License-Identifier: GPL-2.0-only */
#include "monitor/opener.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/files.h"
#include "model/caps.h"
#include "monitor/opener_work.h"
#include "monitor/privileges.h"
#include "monitor/sandbox.h"

/* Less than callers wait for the opener (record/file_caps.c, runtime/oci_priv.h). */
#define LOOK_MS	 200
#define FILES_MS 800

struct ct_opener {
	pthread_mutex_t lock;
	int socket;  /* requests and answers */
	int control; /* a byte: replace the worker; end of file: exit */
	int pid;
	uint32_t seq;
	struct ct_opener_stats stats;
	struct ct_files_opener files;
};

/* ---- the opener's processes ---- */

static int start_worker(int socket)
{
	int parent = getpid(), pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == parent)
		ct_opener_work__run(socket);
	_exit(0);
}

/* A killed worker may hang for long: it is left behind, and reaped when it has ended. */
static void supervise(int socket, int control)
{
	int worker = start_worker(socket);
	char byte;

	while (read(control, &byte, 1) > 0) {
		if (worker > 0)
			kill(worker, SIGKILL);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		worker = start_worker(socket);
	}
	if (worker > 0)
		kill(worker, SIGKILL);
}

/* Signals to the daemon are not for us: we end when it does. */
static void ignore_signals(void)
{
	static const int ignored[] = {
		SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGPIPE
	};
	sigset_t none;

	for (size_t i = 0; i < CT_ARRAY_SIZE(ignored); i++)
		signal(ignored[i], SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static _Noreturn void become_opener(int socket, int control)
{
	enum { SOCKET = 3, CONTROL, REST };
	ct_autoerr struct ct_err err = {};
	int s = fcntl(socket, F_DUPFD, REST), c = fcntl(control, F_DUPFD, REST);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "captrim-opener");
	ignore_signals();
	if (dup2(s, SOCKET) < 0 || dup2(c, CONTROL) < 0)
		_exit(1);
	closefrom(REST);
	if (ct_privileges__limit(CT_OPENER_CAPS, &err) || ct_sandbox__opener(&err)) {
		ct_warn("the opener of files: %s", err.msg);
		_exit(1);
	}
	supervise(SOCKET, CONTROL);
	_exit(0);
}

/* ---- asking ---- */

static bool await(int fd, uint64_t until)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	uint64_t now = ct_clock__now_ns();
	int left = now < until ? (int)((until - now) / CT_NS_PER_MS) + 1 : 0;

	return poll(&p, 1, left) > 0;
}

static void replace_worker(struct ct_opener *o)
{
	o->stats.late++;
	if (send(o->control, "", 1, MSG_NOSIGNAL | MSG_DONTWAIT) == 1)
		o->stats.replaced++;
}

/* Waits for the answer to our request. A late answer to an earlier one is dropped. */
static int receive(struct ct_opener *o, struct ct_opener_answer *a, uint64_t until, int *fd)
{
	ssize_t n;

	do {
		if (!await(o->socket, until)) {
			replace_worker(o);
			return -ETIMEDOUT;
		}
		n = ct_opener_work__receive(o->socket, a, sizeof(*a), fd);
		if (n <= 0)
			return n ? (int)n : -EPIPE;
		if ((size_t)n >= offsetof(struct ct_opener_answer, text) && a->seq == o->seq)
			return 0;
		if (*fd >= 0)
			close(*fd);
	} while (ct_clock__now_ns() < until);
	replace_worker(o);
	return -ETIMEDOUT;
}

static int ask(struct ct_opener *o, uint32_t op, int root, const char *path,
	       struct ct_opener_answer *a, int *fd)
{
	uint64_t limit = op & (CT_OPENER_READ | CT_OPENER_EACH) ? FILES_MS : LOOK_MS;
	struct ct_opener_request q = { .op = op };
	size_t len = strlen(path);
	int ret;

	*fd = -1;
	if (len >= sizeof(q.path))
		return -ENAMETOOLONG;
	memcpy(q.path, path, len);
	pthread_mutex_lock(&o->lock);
	o->stats.asked++;
	q.seq = ++o->seq;
	ret = ct_opener_work__send(o->socket, &q, offsetof(struct ct_opener_request, path) + len,
				   root);
	if (!ret)
		ret = receive(o, a, ct_clock__now_ns() + limit * CT_NS_PER_MS, fd);
	if (!ret && a->result == -EACCES)
		o->stats.refused++;
	pthread_mutex_unlock(&o->lock);
	return ret ? ret : a->result;
}

static int ask_for_fd(struct ct_opener *o, uint32_t op, int root, const char *path)
{
	struct ct_opener_answer *a = ct_xzalloc(sizeof(*a));
	int fd, ret = ask(o, op, root, path, a, &fd);

	free(a);
	if (ret >= 0)
		return fd >= 0 ? fd : -EPROTO;
	return ret;
}

static int open_file(void *arg, const char *path, int flags)
{
	if (flags & O_PATH)
		return ask_for_fd(arg, CT_OPENER_LOOK, -1, path);
	return (flags & O_ACCMODE) == O_RDONLY ? ask_for_fd(arg, CT_OPENER_READ, -1, path) :
						 -EACCES;
}

static int open_in_root(void *arg, int root, const char *path)
{
	return ask_for_fd(arg, CT_OPENER_IN_ROOT, root, path);
}

static ssize_t read_link(void *arg, const char *path, char *text, size_t size)
{
	struct ct_opener_answer *a = ct_xzalloc(sizeof(*a));
	int fd, ret = ask(arg, CT_OPENER_LINK, -1, path, a, &fd);

	if (ret >= 0 && (size_t)ret < size) {
		memcpy(text, a->text, (size_t)ret);
		text[ret] = '\0';
	} else if (ret >= 0) {
		ret = -ENAMETOOLONG;
	}
	free(a);
	return ret;
}

static void each(void *arg, const char *pattern, void (*fn)(void *arg, const char *path),
		 void *fn_arg)
{
	struct ct_opener_answer *a = ct_xzalloc(sizeof(*a));
	int fd, ret = ask(arg, CT_OPENER_EACH, -1, pattern, a, &fd);

	a->text[sizeof(a->text) - 1] = '\0';
	for (int at = 0; at < ret; at += (int)strlen(a->text + at) + 1)
		fn(fn_arg, a->text + at);
	free(a);
}

int ct_opener__start(struct ct_opener **out, struct ct_err *err)
{
	struct ct_opener *o = ct_xzalloc(sizeof(*o));
	int sockets[2] = { -1, -1 }, control[2] = { -1, -1 }, parent = getpid();

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, control) || (o->pid = fork()) < 0) {
		int code = errno;

		for (size_t i = 0; i < 2; i++) {
			ct_cleanup__close(&sockets[i]);
			ct_cleanup__close(&control[i]);
		}
		free(o);
		return ct_err__set(err, code, "cannot start the opener of files: %s",
				   strerror(code));
	}
	if (!o->pid) {
		if (getppid() == parent)
			become_opener(sockets[1], control[1]);
		_exit(1);
	}
	close(sockets[1]);
	close(control[1]);
	pthread_mutex_init(&o->lock, NULL);
	o->socket = sockets[0];
	o->control = control[0];
	o->files = (struct ct_files_opener){ open_file, open_in_root, read_link, each, o };
	ct_files__set_opener(&o->files);
	*out = o;
	return 0;
}

void ct_opener__stop(struct ct_opener *o)
{
	if (!o)
		return;
	ct_files__set_opener(NULL);
	close(o->socket);
	close(o->control);
	waitpid(o->pid, NULL, 0);
	pthread_mutex_destroy(&o->lock);
	free(o);
}

void ct_opener__stats(const struct ct_opener *o, struct ct_opener_stats *stats)
{
	*stats = o->stats;
}

int ct_opener__pid(const struct ct_opener *o)
{
	return o->pid;
}
