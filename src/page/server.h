/* SPDX-License-Identifier: GPL-2.0-only */
/* Serves the page of a store over HTTP, in this process or in one of its own. */
#ifndef CT_PAGE_SERVER_H
#define CT_PAGE_SERVER_H

#include "base/loop.h"

/* The file that holds the token, and is made if need be, unless another one is named. */
#define CT_PAGE_TOKEN  "/var/lib/captrim/ui.token"
#define CT_PAGE_LISTEN "127.0.0.1:9470"

struct ct_page_server_opts {
	const char *listen;	/* see http/listen.h; a socket "ui" from systemd takes precedence */
	const char *token_file; /* must exist; NULL: CT_PAGE_TOKEN, made if need be */
	const char *store;	/* URL; NULL: the default */
	const char *const *hosts; /* see http/httpd.h; may be NULL */
};

struct ct_page_server;

/*
 * Serves on the loop. A slow store blocks the loop, unlike with ct_page_child. Returns 0 or a
 * negative errno with a message that names the address or the file and the cure.
 */
int ct_page_server__new(struct ct_loop *loop, const struct ct_page_server_opts *opts,
			struct ct_page_server **s, struct ct_err *err);
void ct_page_server__free(struct ct_page_server *s); /* may be NULL */
const char *ct_page_server__address(const struct ct_page_server *s);

struct ct_page_child;

/*
 * Serves in a process of its own, so that neither a slow query nor a crash affects the caller. That
 * process has no capabilities but root's CAP_DAC_OVERRIDE, none of the caller's descriptors except
 * the standard ones, and ends with the caller. If it crashes it is started again, after a second at
 * first and then after ever longer pauses. The socket and the token are opened in the caller, so
 * that errors are returned from here. Call it before threads are made, and before a seccomp filter
 * forbids new processes.
 */
int ct_page_child__start(const struct ct_page_server_opts *opts, struct ct_page_child **c,
			 struct ct_err *err);
/* Makes the loop warn when the process has ended and the page is not served any more. */
int ct_page_child__watch(struct ct_page_child *c, struct ct_loop *loop);
void ct_page_child__stop(struct ct_page_child *c); /* may be NULL */
const char *ct_page_child__address(const struct ct_page_child *c);

#endif
