/* SPDX-License-Identifier: GPL-2.0-only */
#include "page/server.h"

#include "http/httpd.h"
#include "http/token.h"
#include "page/from_store.h"
#include "page/page.h"
#include "page/ready.h"

struct ct_page_server {
	struct ct_httpd *httpd;
	struct ct_page *page;
	char *store;
};

void ct_page_ready__free(struct ct_page_ready *r)
{
	ct_listener__close(&r->listener);
	free(r->token);
}

int ct_page_ready__make(const struct ct_page_server_opts *opts, struct ct_page_ready *r,
			struct ct_err *err)
{
	int ret;

	*r = (struct ct_page_ready){ .listener.fd = -1 };
	if (opts->token_file)
		ret = ct_token__read(opts->token_file, &r->token, err);
	else
		ret = ct_token__ensure(CT_PAGE_TOKEN, &r->token, err);
	if (!ret)
		ret = ct_listener__open(opts->listen ? opts->listen : CT_PAGE_LISTEN, "ui",
					&r->listener, err);
	if (ret)
		ct_page_ready__free(r);
	return ret;
}

int ct_page_ready__serve(struct ct_loop *loop, const struct ct_page_server_opts *opts,
			 struct ct_page_ready *r, struct ct_page_server **out, struct ct_err *err)
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
	struct ct_page_ready r;
	int ret = ct_page_ready__make(opts, &r, err);

	if (ret)
		return ret;
	ret = ct_page_ready__serve(loop, opts, &r, s, err);
	ct_page_ready__free(&r);
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
