/* SPDX-License-Identifier: GPL-2.0-only */
#include "page/server.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "http/httpd.h"
#include "http/token.h"
#include "page/from_store.h"
#include "page/page.h"

#define FIRST_WAIT CT_NS_PER_SEC
#define LAST_WAIT  (300 * CT_NS_PER_SEC)

struct ct_page_server {
	struct ct_httpd *httpd;
	struct ct_page *page;
	char *store;
};

/* What has to be right before anything is served. */
struct ready {
	struct ct_listener listener;
	char *token;
};

static void free_ready(struct ready *r)
{
	ct_listener__close(&r->listener);
	free(r->token);
}

static int make_ready(const struct ct_page_server_opts *opts, struct ready *r, struct ct_err *err)
{
	int ret;

	*r = (struct ready){ .listener.fd = -1 };
	if (opts->token_file)
		ret = ct_token__read(opts->token_file, &r->token, err);
	else
		ret = ct_token__ensure(CT_PAGE_TOKEN, &r->token, err);
	if (!ret)
		ret = ct_listener__open(opts->listen ? opts->listen : CT_PAGE_LISTEN, "ui",
					&r->listener, err);
	if (ret)
		free_ready(r);
	return ret;
}

static int serve(struct ct_loop *loop, const struct ct_page_server_opts *opts, struct ready *r,
		 struct ct_page_server **out, struct ct_err *err)
{
	struct ct_page_server *s = ct_xzalloc(sizeof(*s));
	struct ct_page_opts page = { .token = r->token, .load = ct_page__load };
	struct ct_httpd_opts httpd = {
		.listener = &r->listener,
		.token = r->token,
		.own_login = true,
		.hosts = opts->hosts,
	};
	int ret;

	s->store = opts->store ? ct_xstrdup(opts->store) : NULL;
	page.arg = s->store;
	s->page = ct_page__new(&page);
	ret = ct_httpd__new(loop, &httpd, ct_page__respond, s->page, &s->httpd, err);
	if (ret)
		ct_page_server__free(s);
	else
		*out = s;
	return ret;
}

int ct_page_server__new(struct ct_loop *loop, const struct ct_page_server_opts *opts,
			struct ct_page_server **s, struct ct_err *err)
{
	struct ready r;
	int ret = make_ready(opts, &r, err);

	if (ret)
		return ret;
	ret = serve(loop, opts, &r, s, err);
	free_ready(&r);
	return ret;
}

void ct_page_server__free(struct ct_page_server *s)
{
	if (!s)
		return;
	ct_httpd__free(s->httpd);
	ct_page__free(s->page);
	free(s->store);
	free(s);
}

const char *ct_page_server__address(const struct ct_page_server *s)
{
	return ct_httpd__address(s->httpd);
}

/* ---- in a process of its own ---- */

struct ct_page_child {
	struct ct_loop *loop;
	struct ct_source *ended, *again;
	struct ready ready;
	char *store;
	struct ct_strings hosts;
	int pid; /* 0: none */
	uint64_t started_ns, wait_ns;
};

static void on_signal(void *arg, const struct signalfd_siginfo *info)
{
	(void)info;
	ct_loop__stop(arg);
}

/* Nothing of the caller's stays open but what people see and the socket. */
static int keep_only(int fd)
{
	int kept = dup2(fd, 3);

	if (kept < 0)
		return -errno;
	fcntl(kept, F_SETFD, FD_CLOEXEC);
	syscall(SYS_close_range, 4u, ~0u, 0u);
	return kept;
}

static int run_child(struct ct_page_child *c, int parent)
{
	struct ct_page_server_opts opts = {
		.store = c->store,
		.hosts = (const char *const *)c->hosts.items,
	};
	struct ct_page_server *s = NULL;
	ct_autoerr struct ct_err err = { 0 };
	struct ct_source *term = NULL, *interrupt = NULL;
	struct ct_loop *loop;
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		return 0;
	prctl(PR_SET_NAME, "captrim-page");
	signal(SIGHUP, SIG_IGN); /* the caller's to read its configuration anew */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	c->ready.listener.fd = keep_only(c->ready.listener.fd);
	/* The path is the caller's to remove. */
	free(ct_steal(c->ready.listener.path));
	if (ct_loop__new(&loop, &err) || serve(loop, &opts, &c->ready, &s, &err)) {
		ct_warn("%s", err.msg);
		return 1;
	}
	ct_loop__add_signal(loop, SIGTERM, on_signal, loop, &term);
	ct_loop__add_signal(loop, SIGINT, on_signal, loop, &interrupt);
	ct_loop__run(loop);
	return 0;
}

static void start_again(void *arg);

static void on_ended(void *arg, int pid)
{
	struct ct_page_child *c = arg;
	int status = 0;

	waitpid(pid, &status, 0);
	ct_loop__remove(c->loop, &c->ended);
	c->pid = 0;
	/* Who served for a while had no trouble with beginning. */
	if (ct_clock__now_ns() - c->started_ns > LAST_WAIT)
		c->wait_ns = FIRST_WAIT;
	ct_warn("the process that serves the page ended (%s %d); it is started again in %d s",
		WIFSIGNALED(status) ? "signal" : "status",
		WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
		(int)(c->wait_ns / CT_NS_PER_SEC));
	ct_loop__remove(c->loop, &c->again);
	ct_loop__add_timer(c->loop, c->wait_ns, 0, start_again, c, &c->again);
	c->wait_ns = 2 * c->wait_ns < LAST_WAIT ? 2 * c->wait_ns : LAST_WAIT;
}

static int start(struct ct_page_child *c)
{
	int parent = getpid(), pid;

	fflush(stdout);
	pid = fork();
	if (!pid)
		_exit(run_child(c, parent));
	if (pid < 0)
		return -errno;
	c->pid = pid;
	c->started_ns = ct_clock__now_ns();
	return ct_loop__add_child(c->loop, pid, on_ended, c, &c->ended);
}

static void start_again(void *arg)
{
	struct ct_page_child *c = arg;

	if (!start(c))
		return;
	ct_loop__remove(c->loop, &c->again);
	ct_loop__add_timer(c->loop, c->wait_ns, 0, start_again, c, &c->again);
}

int ct_page_child__start(struct ct_loop *loop, const struct ct_page_server_opts *opts,
			 struct ct_page_child **out, struct ct_err *err)
{
	struct ct_page_child *c = ct_xzalloc(sizeof(*c));
	int ret = make_ready(opts, &c->ready, err);

	if (ret) {
		free(c);
		return ret;
	}
	c->loop = loop;
	c->wait_ns = FIRST_WAIT;
	c->store = opts->store ? ct_xstrdup(opts->store) : NULL;
	if (opts->hosts)
		ct_strings__add_all(&c->hosts, opts->hosts);
	ret = start(c);
	if (ret) {
		ct_page_child__stop(c);
		return ct_err__set(err, -ret, "cannot start the process for the page: %s",
				   strerror(-ret));
	}
	*out = c;
	return 0;
}

void ct_page_child__stop(struct ct_page_child *c)
{
	if (!c)
		return;
	ct_loop__remove(c->loop, &c->ended);
	ct_loop__remove(c->loop, &c->again);
	if (c->pid) {
		kill(c->pid, SIGTERM);
		if (!ct_loop__await_child(c->pid, 5 * CT_NS_PER_SEC))
			kill(c->pid, SIGKILL);
		waitpid(c->pid, NULL, 0);
	}
	free_ready(&c->ready);
	ct_strings__free(&c->hosts);
	free(c->store);
	free(c);
}

const char *ct_page_child__address(const struct ct_page_child *c)
{
	return c->ready.listener.text;
}

int ct_page_child__pid(const struct ct_page_child *c)
{
	return c->pid;
}
