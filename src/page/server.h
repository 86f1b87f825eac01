/* SPDX-License-Identifier: GPL-2.0-only */
/* The page of a store over HTTP, in this process or in one of its own. */
#ifndef CT_PAGE_SERVER_H
#define CT_PAGE_SERVER_H

#include "base/loop.h"

/* Where the token is, or is made, unless another file is named. */
#define CT_PAGE_TOKEN  "/var/lib/captrim/ui.token"
#define CT_PAGE_LISTEN "127.0.0.1:9470"

struct ct_page_server_opts {
	const char *listen; /* of http/listen.h; a socket "ui" that is handed over goes before it */
	const char *token_file;	  /* has to be there; NULL: CT_PAGE_TOKEN, made if need be */
	const char *store;	  /* URL; NULL: the default */
	const char *const *hosts; /* as of http/httpd.h; may be NULL */
};

struct ct_page_server;

/* Serves as the loop turns. A slow store holds the loop up: see ct_page_child. Returns 0 or a
 * negative errno with a message that names the address or the file and the cure. */
int ct_page_server__new(struct ct_loop *loop, const struct ct_page_server_opts *opts,
			struct ct_page_server **s, struct ct_err *err);
void ct_page_server__free(struct ct_page_server *s); /* may be NULL */
const char *ct_page_server__address(const struct ct_page_server *s);

struct ct_page_child;

/*
 * Serves in a process of its own, so that a slow query, or somebody who finds a way to crash it,
 * costs the caller nothing. It has no capabilities and none of the caller's descriptors, and ends
 * with the caller; if it crashes it is started again, a second later and then ever more seldom.
 * Address and token are opened here, and what is wrong with them is told here. To be called before
 * threads are made, and before a filter forbids processes.
 */
int ct_page_child__start(const struct ct_page_server_opts *opts, struct ct_page_child **c,
			 struct ct_err *err);
/* Warns if nothing serves any more. */
int ct_page_child__watch(struct ct_page_child *c, struct ct_loop *loop);
void ct_page_child__stop(struct ct_page_child *c); /* may be NULL */
const char *ct_page_child__address(const struct ct_page_child *c);

#endif
