/* SPDX-License-Identifier: GPL-2.0-only */
/* captrim page: what a store knows, for people with a browser. */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "base/strings.h"
#include "cmd/cmd.h"
#include "page/server.h"
#include "store/store.h"

static const char *listen_at, *store, *token_file;
static struct ct_strlist hosts;

static const struct ct_opt opts[] = {
	{ 0, "listen", "ADDRESS", CT_OPT_STR, &listen_at, NULL,
	  "HOST:PORT or unix:PATH, in place of " CT_PAGE_LISTEN },
	{ 0, "store", "URL", CT_OPT_STR, &store, NULL,
	  "a file or postgresql://..., in place of " CT_STORE_DEFAULT },
	{ 0, "token-file", "FILE", CT_OPT_STR, &token_file, NULL,
	  "read the token from this file, not from " CT_PAGE_TOKEN },
	{ 0, "host", "NAME", CT_OPT_LIST, &hosts, NULL,
	  "a name by which browsers may ask for the page, beside localhost" },
	{ .name = NULL },
};

const struct ct_command ct_page_command = {
	.name = "page",
	.args = "[OPTION]...",
	.summary = "serve web pages about what is in a store, without watching anything",
	.details = "Which workload can do without what, why it needs the rest, and which events\n"
		   "are open: of the store of a daemon on this host, or of a fleet's. It only\n"
		   "reads. 'captrim monitor --ui' serves the same while it watches.",
	.opts = opts,
};

static void on_signal(void *arg, const struct signalfd_siginfo *info)
{
	(void)info;
	ct_loop__stop(arg);
}

/* Tries the store at once, so that an error is reported here and not only in a browser. */
static int try_store(struct ct_err *err)
{
	ct_autostore struct ct_store *s = NULL;

	return ct_store__open(store, CT_STORE_READ, &s, err);
}

static int serve(struct ct_loop *loop, struct ct_err *err)
{
	struct ct_strings names = { 0 };
	struct ct_page_server_opts o = {
		.listen = listen_at,
		.token_file = token_file,
		.store = store,
	};
	struct ct_source *term = NULL, *interrupt = NULL;
	struct ct_page_server *s = NULL;
	int ret;

	for (size_t i = 0; i < hosts.len; i++)
		ct_strings__add(&names, hosts.items[i]);
	o.hosts = (const char *const *)names.items;
	ret = ct_page_server__new(loop, &o, &s, err);
	if (!ret) {
		ct_autofree char *file = ct_printable(token_file ? token_file : CT_PAGE_TOKEN);
		const char *at = ct_page_server__address(s);

		ct_warn("the page is at %s%s, its token in %s",
			strncmp(at, "unix:", 5) ? "http://" : "", at, file);
		ct_loop__add_signal(loop, SIGTERM, on_signal, loop, &term);
		ct_loop__add_signal(loop, SIGINT, on_signal, loop, &interrupt);
		ret = ct_loop__run(loop);
		ct_loop__remove(loop, &term);
		ct_loop__remove(loop, &interrupt);
	}
	ct_page_server__free(s);
	ct_strings__free(&names);
	return ret;
}

int ct_cmd__page(int argc, char **argv)
{
	ct_autoerr struct ct_err err = { 0 };
	struct ct_strlist rest = { 0 };
	struct ct_loop *loop = NULL;
	int ret = ct_opts__parse(&ct_page_command, argc, argv, &rest, &err);

	if (!ret && rest.len)
		ret = ct_err__set(&err, EINVAL, "page takes no argument");
	ct_strlist__free(&rest);
	if (ret > 0)
		return 0;
	if (ret)
		return ct_cmd__usage(&ct_page_command, &err);
	ret = try_store(&err);
	if (!ret)
		ret = ct_loop__new(&loop, &err);
	if (!ret)
		ret = serve(loop, &err);
	if (ret)
		ct_warn("%s", err.msg ? err.msg : strerror(-ret));
	ct_loop__free(loop);
	ct_strlist__free(&hosts);
	return ret ? CT_EXIT_FAILURE : 0;
}
