/* SPDX-License-Identifier: GPL-2.0-only */
/* The socket and the token without which no page is served, for server.c and child.c. */
#ifndef CT_PAGE_READY_H
#define CT_PAGE_READY_H

#include "http/listen.h"
#include "page/server.h"

struct ct_page_ready {
	struct ct_listener listener;
	char *token;
};

int ct_page_ready__make(const struct ct_page_server_opts *opts, struct ct_page_ready *r,
			struct ct_err *err);
void ct_page_ready__free(struct ct_page_ready *r);

/* Takes over the listener, even on failure. */
int ct_page_ready__serve(struct ct_loop *loop, const struct ct_page_server_opts *opts,
			 struct ct_page_ready *r, struct ct_page_server **s, struct ct_err *err);

#endif
