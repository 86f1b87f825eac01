/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The page shows in a browser what the store knows, and changes nothing in it. Everything is made
 * on the server and complete without a script. A visitor who has not shown the token gets only the
 * form that asks for it.
 */
#ifndef CT_PAGE_PAGE_H
#define CT_PAGE_PAGE_H

#include "http/message.h"
#include "page/data.h"

struct ct_page;

struct ct_page_opts {
	const char *token; /* required; copied */
	ct_page_load_fn load;
	void *arg; /* of load */
	/* The clock, in nanoseconds, by which visitors are forgotten; NULL: ct_clock__now_ns */
	uint64_t (*now_ns)(void);
};

struct ct_page *ct_page__new(const struct ct_page_opts *opts);
void ct_page__free(struct ct_page *p); /* may be NULL */

/* A ct_http_fn; arg is the page. */
void ct_page__respond(void *arg, const struct ct_http_request *req, struct ct_http_response *res);

#endif
