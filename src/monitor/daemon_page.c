/* SPDX-License-Identifier: GPL-2.0-only */
/* The page for people, served by a child of its own. */
#include "http/http_config.h"
#include "http/listen.h"
#include "monitor/daemon_priv.h"

int ct_daemon__open_page(struct ct_daemon *d, struct ct_err *err)
{
	ct_autohttpconfig struct ct_http_config c = {};
	struct ct_page_server_opts opts = { .store = d->config->store.url };
	int ret = ct_http_config__read(d->config->yaml, d->config->ui, CT_HTTP_UI, &c, err);

	if (ret || (!d->opts->ui && !d->config->ui && !ct_listener__is_inherited("ui")))
		return ret;
	opts.listen = d->opts->ui ? d->opts->ui : c.listen ? c.listen : CT_PAGE_LISTEN;
	opts.token_file = c.token_file;
	opts.hosts = (const char *const *)c.hosts.items;
	ret = ct_page_child__start(&opts, &d->page, err);
	if (!ret)
		ct_warn("the page is at %s, its token in %s", ct_page_child__address(d->page),
			c.token_file ? c.token_file : CT_PAGE_TOKEN);
	return ret;
}
