/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The page: what the store knows, for people with a browser. It only reads. Everything is made on
 * the server and complete without a script; whoever has not brought the token gets the form that
 * asks for it, and nothing else.
 */
#ifndef CT_PAGE_PAGE_H
#define CT_PAGE_PAGE_H

#include "http/message.h"
#include "page/data.h"

struct ct_page;

struct ct_page_opts {
	const char *token; /* needed; copied */
	ct_page_load_fn load;
	void *arg; /* of load */
	/* Clock of sessions: nanoseconds; NULL: ct_clock__now_ns */
	uint64_t (*now_ns)(void);
};

struct ct_page *ct_page__new(const struct ct_page_opts *opts);
void ct_page__free(struct ct_page *p); /* may be NULL */

/* A ct_http_fn; arg is the page. */
void ct_page__respond(void *arg, const struct ct_http_request *req, struct ct_http_response *res);

#endif
