/* SPDX-License-Identifier: GPL-2.0-only */
#include "metrics/serve.h"

#include <string.h>

#include "base/clock.h"
#include "http/httpd.h"
#include "http/token.h"

#define OPENMETRICS "application/openmetrics-text"

struct ct_metrics_server {
	struct ct_httpd *httpd;
	struct ct_metrics *metrics;
	ct_metrics_fill_fn fill;
	void *arg;
};

void ct_metrics__respond(struct ct_metrics *m, const struct ct_http_request *req,
			 struct ct_http_response *res)
{
	bool open = ct_http__accepts(req, OPENMETRICS);

	ct_http__add_header(res, "Content-Type",
			    open ? OPENMETRICS "; version=1.0.0; charset=utf-8" :
				   "text/plain; version=0.0.4; charset=utf-8");
	ct_metrics__write(m, open ? CT_OPENMETRICS : CT_PROMETHEUS_TEXT, ct_clock__now_ns(),
			  &res->body);
}

static void on_request(void *arg, const struct ct_http_request *req, struct ct_http_response *res)
{
	const struct ct_metrics_server *s = arg;

	if (ct_http__is(req, "POST")) {
		ct_http__add_header(res, "Allow", "GET, HEAD");
		ct_http__say(res, 405, "There is nothing to be posted here.");
	} else if (strcmp(req->path, "/metrics")) {
		ct_http__say(res, 404, "There is nothing but /metrics here.");
	} else {
		if (s->fill)
			s->fill(s->arg, s->metrics);
		ct_metrics__respond(s->metrics, req, res);
	}
}

int ct_metrics_server__new(struct ct_loop *loop, const struct ct_metrics_server_opts *opts,
			   struct ct_metrics *m, ct_metrics_fill_fn fill, void *arg,
			   struct ct_metrics_server **out, struct ct_err *err)
{
	struct ct_httpd_opts o = {
		.listen = opts->listen,
		.name = "metrics",
		.hosts = opts->hosts,
	};
	ct_autofree struct ct_metrics_server *s = ct_xzalloc(sizeof(*s));
	ct_autofree char *token = NULL;
	int ret = 0;

	*s = (struct ct_metrics_server){ .metrics = m, .fill = fill, .arg = arg };
	if (opts->token_file)
		ret = ct_token__read(opts->token_file, &token, err);
	o.token = token;
	if (!ret)
		ret = ct_httpd__new(loop, &o, on_request, s, &s->httpd, err);
	if (ret)
		return ret;
	*out = ct_steal(s);
	return 0;
}

void ct_metrics_server__free(struct ct_metrics_server *s)
{
	if (!s)
		return;
	ct_httpd__free(s->httpd);
	free(s);
}

const char *ct_metrics_server__address(const struct ct_metrics_server *s)
{
	return ct_httpd__address(s->httpd);
}
