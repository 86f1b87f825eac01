/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The page in processes of its own: one that serves, and a keeper that starts it again when it has
 * crashed. The daemon cannot do that itself, because it may not create processes once it has given
 * up the privileges that it does not need.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "page/ready.h"

#define FIRST_WAIT CT_NS_PER_SEC
#define LAST_WAIT  (300 * CT_NS_PER_SEC)

struct ct_page_child {
	struct ct_loop *loop; /* NULL: the keeper is not watched */
	struct ct_source *ended;
	char *address;
	int pid; /* of the keeper; 0: it has ended */
};

static void on_signal(void *arg, const struct signalfd_siginfo *info)
{
	(void)info;
	ct_loop__stop(arg);
}

/* Lets this process end with its parent, however that ends. False if it has ended already. */
static bool follow(int parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	return getppid() == parent;
}

/*
 * Closes all descriptors but the standard ones and the socket, and gives up all capabilities. Root
 * keeps CAP_DAC_OVERRIDE, because the store's files may belong to another user. Returns the
 * socket's new descriptor, or a negative errno.
 */
static int let_go(int fd)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };
	int kept = dup2(fd, STDERR_FILENO + 1);

	if (kept < 0)
		return -errno;
	fcntl(kept, F_SETFD, FD_CLOEXEC);
	closefrom(kept + 1);
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (!geteuid())
		data[0].effective = data[0].permitted = 1u << CAP_DAC_OVERRIDE;
	/* It fails where CAP_DAC_OVERRIDE is not held; then nothing is kept. */
	if (syscall(SYS_capset, &head, data)) {
		memset(data, 0, sizeof(data));
		syscall(SYS_capset, &head, data);
	}
	return kept;
}

static int serve(const struct ct_page_server_opts *opts, struct ct_page_ready *r)
{
	struct ct_source *term = NULL, *interrupt = NULL;
	ct_autoerr struct ct_err err = { 0 };
	struct ct_page_server *s = NULL;
	struct ct_loop *loop;

	if (ct_loop__new(&loop, &err) || ct_page_ready__serve(loop, opts, r, &s, &err)) {
		ct_warn("%s", err.msg);
		return 1;
	}
	ct_loop__add_signal(loop, SIGTERM, on_signal, loop, &term);
	ct_loop__add_signal(loop, SIGINT, on_signal, loop, &interrupt);
	return ct_loop__run(loop) ? 1 : 0;
}

static int wait_for(int pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

/* Starts the serving process again whenever it fails. Returns when that has ended as it should. */
static void keep(const struct ct_page_server_opts *opts, struct ct_page_ready *r)
{
	uint64_t wait = FIRST_WAIT;

	for (;;) {
		uint64_t start = ct_clock__now_ns();
		int me = getpid(), pid = fork(), status;

		if (!pid)
			_exit(follow(me) ? serve(opts, r) : 0);
		status = pid < 0 ? -1 : wait_for(pid);
		if (!status)
			return; /* it was told to end */
		/* A process that served for a while did not fail because of how it was started. */
		if (ct_clock__now_ns() - start > LAST_WAIT)
			wait = FIRST_WAIT;
		ct_warn("the process that serves the page ended (%s %d); the next one starts in %d "
			"s",
			WIFSIGNALED(status) ? "signal" : "status",
			WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
			(int)(wait / CT_NS_PER_SEC));
		ct_clock__sleep_ns(wait);
		wait = 2 * wait < LAST_WAIT ? 2 * wait : LAST_WAIT;
	}
}

static void run(const struct ct_page_server_opts *opts, struct ct_page_ready *r, int parent)
{
	sigset_t none;

	if (!follow(parent))
		return;
	prctl(PR_SET_NAME, "captrim-page");
	signal(SIGHUP, SIG_IGN); /* it tells the daemon to reload its configuration */
	signal(SIGINT, SIG_IGN); /* this process ends with the daemon */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	r->listener.fd = let_go(r->listener.fd);
	free(ct_steal(r->listener.path)); /* so that it is not removed here */
	if (r->listener.fd >= 0)
		keep(opts, r);
}

int ct_page_child__start(const struct ct_page_server_opts *opts, struct ct_page_child **out,
			 struct ct_err *err)
{
	struct ct_page_ready r;
	struct ct_page_child *c;
	int parent = getpid(), pid, ret = ct_page_ready__make(opts, &r, err);

	if (ret)
		return ret;
	fflush(stdout);
	pid = fork();
	if (!pid) {
		run(opts, &r, parent);
		_exit(0);
	}
	if (pid < 0) {
		ret = ct_err__set(err, errno, "cannot start the process for the page: %s",
				  strerror(errno));
	} else {
		c = ct_xzalloc(sizeof(*c));
		c->pid = pid;
		c->address = ct_xstrdup(r.listener.text);
		*out = c;
		/* A later run removes the path when it finds that nobody serves it. */
		free(ct_steal(r.listener.path));
	}
	ct_page_ready__free(&r);
	return ret;
}

static void on_ended(void *arg, int pid)
{
	struct ct_page_child *c = arg;

	wait_for(pid);
	ct_loop__remove(c->loop, &c->ended);
	c->pid = 0;
	ct_warn("nothing serves the page any more; the next start of the daemon brings it back");
}

int ct_page_child__watch(struct ct_page_child *c, struct ct_loop *loop)
{
	c->loop = loop;
	return ct_loop__add_child(loop, c->pid, on_ended, c, &c->ended);
}

void ct_page_child__stop(struct ct_page_child *c)
{
	if (!c)
		return;
	if (c->loop)
		ct_loop__remove(c->loop, &c->ended);
	if (c->pid) {
		kill(c->pid, SIGTERM); /* the serving process ends with the keeper */
		wait_for(c->pid);
	}
	free(c->address);
	free(c);
}

const char *ct_page_child__address(const struct ct_page_child *c)
{
	return c->address;
}
