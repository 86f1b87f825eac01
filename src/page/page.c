/* SPDX-License-Identifier: GPL-2.0-only */
#include "page/page.h"

#include <malloc.h>
#include <string.h>

#include "base/clock.h"
#include "emit/emit.h"
#include "http/token.h"
#include "page/page_priv.h"
#include "page/visitors.h"
#include "view/html.h"

#define COOKIE "captrim"
#define MANY   10000 /* rows from which on their memory is given back to the kernel */

/* Only resources of this server, nothing inline, no framing, and forms are sent only to it. */
#define POLICY                                                                      \
	"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; " \
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

struct ct_page {
	char *token;
	ct_page_load_fn load;
	void *arg;
	uint64_t (*now_ns)(void);
	struct ct_visitors visitors;
};

struct ct_page *ct_page__new(const struct ct_page_opts *opts)
{
	struct ct_page *p = ct_xzalloc(sizeof(*p));

	p->token = ct_xstrdup(opts->token);
	p->load = opts->load;
	p->arg = opts->arg;
	p->now_ns = opts->now_ns ? opts->now_ns : ct_clock__now_ns;
	return p;
}

void ct_page__free(struct ct_page *p)
{
	if (!p)
		return;
	ct_visitors__free(&p->visitors);
	free(p->token);
	free(p);
}

/* An HTML response that is being written; finish() makes it the response's body. */
struct writing {
	FILE *out;
	char *text;
	size_t len;
};

static FILE *begin(struct writing *w)
{
	w->out = ct_xmemstream(&w->text, &w->len);
	return w->out;
}

static void finish(struct writing *w, struct ct_http_response *res, unsigned int status)
{
	ct_xmemstream_end(w->out, &w->text);
	ct_str__free(&res->body);
	res->body = (struct ct_str){ .s = w->text, .len = w->len, .cap = w->len + 1 };
	res->status = status;
	ct_http__add_header(res, "Content-Type", "text/html; charset=utf-8");
	ct_http__add_header(res, "Content-Security-Policy", POLICY);
	ct_http__add_header(res, "X-Frame-Options", "DENY");
	ct_http__add_header(res, "Cross-Origin-Opener-Policy", "same-origin");
	ct_http__add_header(res, "Cross-Origin-Resource-Policy", "same-origin");
}

static void say(struct ct_http_response *res, unsigned int status, const char *title,
		const char *text)
{
	struct writing w = { 0 };
	FILE *out = begin(&w);

	ct_page__begin(out, title, NULL, true);
	ct_html__element(out, "h1", NULL, title);
	ct_html__element(out, "p", NULL, text);
	ct_page__end(out, NULL);
	finish(&w, res, status);
}

static void ask_for_token(struct ct_http_response *res, unsigned int status, const char *problem,
			  const char *back)
{
	struct writing w = { 0 };
	FILE *out = begin(&w);

	ct_page__begin(out, "Sign in", NULL, false);
	ct_page__login(out, problem, back);
	ct_page__end(out, NULL);
	finish(&w, res, status);
	if (status == 401)
		ct_http__add_header(res, "WWW-Authenticate", "Bearer realm=\"captrim\"");
}

static bool serve_file(const struct ct_http_request *req, struct ct_http_response *res)
{
	static const struct {
		const char *path, *type, *text, *more;
	} files[] = {
		{ "/style.css", "text/css; charset=utf-8", ct_html_style, ct_page_style },
		{ "/script.js", "text/javascript; charset=utf-8", ct_html_script, ct_page_script },
		{ "/icon.svg", "image/svg+xml", ct_page_icon, "" },
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(files); i++) {
		if (strcmp(req->path, files[i].path))
			continue;
		ct_http__add_header(res, "Content-Type", files[i].type);
		ct_str__add(&res->body, files[i].text);
		ct_str__add(&res->body, files[i].more);
		return true;
	}
	return false;
}

/* ---- signing in and out ---- */

static void set_cookie(const struct ct_http_request *req, struct ct_http_response *res,
		       const char *name)
{
	const char *proto = ct_http__header(req, "X-Forwarded-Proto");
	ct_autofree char *value =
		ct_xasprintf(COOKIE "=%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%d%s", name,
			     *name ? CT_VISITORS_HOURS * 3600 : 0,
			     proto && !strcmp(proto, "https") ? "; Secure" : "");

	ct_http__add_header(res, "Set-Cookie", value);
}

/* Is it a path on this server, and nothing that a browser would take for another server? */
static bool is_here(const char *path)
{
	if (!path || path[0] != '/' || path[1] == '/')
		return false;
	for (const char *c = path; *c; c++)
		if (*c <= ' ' || *c > '~' || *c == '\\')
			return false;
	return true;
}

static void go(struct ct_http_response *res, const char *path)
{
	ct_http__say(res, 303, "");
	ct_http__add_header(res, "Location", path);
}

/* Browsers say in a header whether a form was sent from this site. */
static bool is_ours(const struct ct_http_request *req)
{
	const char *site = ct_http__header(req, "Sec-Fetch-Site");

	return !site || !strcmp(site, "same-origin") || !strcmp(site, "none");
}

static void sign_in(struct ct_page *p, const struct ct_http_request *req,
		    struct ct_http_response *res)
{
	ct_autofree char *token = ct_http__form(req, "token"), *back = ct_http__form(req, "back");
	uint64_t now = p->now_ns();

	if (!ct_visitors__may_try(&p->visitors, now)) {
		ask_for_token(res, 429, "Too many wrong tokens. Wait a minute.", back);
	} else if (!ct_token__equal(p->token, token)) {
		ct_visitors__count_wrong(&p->visitors, now);
		ask_for_token(res, 401, "That is not the token.", back);
	} else {
		set_cookie(req, res, ct_visitors__add(&p->visitors, now));
		go(res, is_here(back) ? back : "/");
	}
}

static void on_post(struct ct_page *p, const struct ct_http_request *req,
		    struct ct_http_response *res)
{
	if (!is_ours(req)) {
		ct_http__say(res, 403, "That form was sent by another site.");
	} else if (!strcmp(req->path, "/login")) {
		sign_in(p, req, res);
	} else if (!strcmp(req->path, "/logout")) {
		ct_visitors__forget(&p->visitors, ct_http__cookie(req, COOKIE));
		set_cookie(req, res, "");
		go(res, "/");
	} else {
		ct_http__add_header(res, "Allow", "GET, HEAD");
		ct_http__say(res, 405, "There is nothing to be posted here.");
	}
}

/* ---- pages ---- */

static const char *chosen(const struct ct_http_request *req, const char *name)
{
	const char *value = ct_http__query(req, name);

	return value && *value ? value : NULL;
}

static void show(struct writing *w, const struct ct_http_request *req, struct ct_page_data *d,
		 bool *found)
{
	const struct ct_page_filter f = {
		.q = chosen(req, "q"),
		.host = chosen(req, "host"),
		.cap = chosen(req, "cap"),
		.what = chosen(req, "what"),
		.sort = chosen(req, "sort"),
		.from = chosen(req, "from"),
	};

	if (!strcmp(req->path, "/")) {
		ct_page__begin(w->out, "Workloads", "/", true);
		ct_page__workloads(w->out, d, &f);
	} else if (!strcmp(req->path, "/events")) {
		ct_page__begin(w->out, "Events", "/events", true);
		ct_page__events(w->out, d, chosen(req, "all") != NULL);
	} else if (!strcmp(req->path, "/hosts")) {
		ct_page__begin(w->out, "Hosts", "/hosts", true);
		ct_page__hosts(w->out, d);
	} else {
		ct_page__begin(w->out, d->survey.len ? d->survey.rows[0].label : "Workload", NULL,
			       true);
		*found = ct_page__workload(w->out, d, chosen(req, "key"), f.host);
	}
	ct_page__end(w->out, d);
}

/* One format of one workload's advice for programs: as plain text, or JSON if none is named. */
static void send_raw(const struct ct_http_request *req, const struct ct_page_data *d,
		     struct ct_http_response *res)
{
	const char *name = chosen(req, "format");
	const struct ct_html_format *f = ct_html_formats;

	while (f->title && (!name || strcmp(f->name, name)))
		f++;
	if (!d->report || !d->report->nadvices || (name && !f->title)) {
		ct_http__say(res, 404, "There is no such workload, or no such format.");
		return;
	}
	ct_http__add_header(res, "Content-Type",
			    f->title ? "text/plain; charset=utf-8" : "application/json");
	res->body.s = ct_html__snippet_text(
		d->report, 0, f->title ? f : &(struct ct_html_format){ .emit = ct_emit__json });
	res->body.len = strlen(res->body.s);
}

static bool find_page(const struct ct_http_request *req, struct ct_page_want *want)
{
	*want = (struct ct_page_want){ .host = chosen(req, "host"), .key = NULL };
	if (!strcmp(req->path, "/")) {
		want->survey = want->needs = want->events = true;
	} else if (!strcmp(req->path, "/events")) {
		want->events = true;
	} else if (!strcmp(req->path, "/hosts")) {
		want->gaps = true;
	} else if (!strcmp(req->path, "/w") || !strcmp(req->path, "/raw")) {
		want->key = chosen(req, "key");
		want->survey = want->needs = want->events = want->gaps = true;
		want->whole = !strcmp(req->path, "/raw");
		return want->key != NULL;
	} else {
		return false;
	}
	return true;
}

static void on_get(struct ct_page *p, const struct ct_http_request *req,
		   struct ct_http_response *res)
{
	ct_autopagedata struct ct_page_data d = { 0 };
	ct_autoerr struct ct_err err = { 0 };
	struct ct_page_want want;
	struct writing w = { 0 };
	bool found = true;
	size_t rows = 0;

	if (!find_page(req, &want)) {
		say(res, 404, "There is no such page",
		    "The menu above leads to those that there "
		    "are.");
	} else if (p->load(p->arg, &want, &d, &err)) {
		say(res, 503, "The store cannot be read", err.msg ? err.msg : "");
	} else if (!strcmp(req->path, "/raw")) {
		send_raw(req, &d, res);
	} else {
		rows = d.survey.len; /* before the rows of several hosts are joined */
		begin(&w);
		show(&w, req, &d, &found);
		finish(&w, res, found ? 200 : 404);
	}
	if (rows > MANY) {
		ct_page_data__free(&d);
		malloc_trim(0); /* the next page may not be asked for until tomorrow */
	}
}

/* The address to return to once the visitor has shown the token. */
static char *destination(const struct ct_http_request *req)
{
	struct ct_str s = { 0 };

	ct_str__add(&s, req->path);
	for (size_t i = 0; i < req->query.len; i++) {
		ct_str__add(&s, i ? "&" : "?");
		ct_http__add_url(&s, req->query.items[i].name);
		ct_str__add(&s, "=");
		ct_http__add_url(&s, req->query.items[i].value ? req->query.items[i].value : "");
	}
	return s.s;
}

void ct_page__respond(void *arg, const struct ct_http_request *req, struct ct_http_response *res)
{
	struct ct_page *p = arg;

	if (ct_http__is(req, "POST")) {
		on_post(p, req, res);
	} else if (serve_file(req, res)) {
		return;
	} else if (req->trusted ||
		   ct_visitors__know(&p->visitors, ct_http__cookie(req, COOKIE), p->now_ns())) {
		on_get(p, req, res);
	} else {
		ct_autofree char *back = destination(req);

		ask_for_token(res, 401, NULL, back);
	}
}
