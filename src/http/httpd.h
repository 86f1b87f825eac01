/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A small HTTP server over libmicrohttpd that lives on a ct_loop: no thread, no timer while nobody
 * is connected. GET, HEAD and POST; requests and their number are bounded, slow clients are
 * dropped.
 */
#ifndef CT_HTTP_HTTPD_H
#define CT_HTTP_HTTPD_H

#include "base/loop.h"
#include "http/listen.h"
#include "http/message.h"

struct ct_httpd;

/* Fills in the answer, and does not wait for anything. Must not free the server. */
typedef void (*ct_http_fn)(void *arg, const struct ct_http_request *req,
			   struct ct_http_response *res);

struct ct_httpd_opts {
	const char *listen; /* see http/listen.h; NULL: the socket called name, or nothing */
	const char *name;   /* of a socket that systemd hands over: "metrics", "ui" */
	/* One that is open already, instead of both. It is taken over, whatever is returned. */
	struct ct_listener *listener;
	const char *token; /* NULL: none; then the address has to be a local one */
	bool own_login;	   /* the handler answers also who has not brought the token: see trusted */
	/* What else a Host header may say: names of this machine, or of a proxy before it. NULL at
	 * the end, or NULL. Numeric addresses and localhost are always right. */
	const char *const *hosts;
};

/* -ENOSYS where captrim was built without libmicrohttpd, with the cure. */
int ct_httpd__available(struct ct_err *err);

/*
 * Opens the socket and serves it as the loop turns. All options are copied. Returns 0 or a negative
 * errno with a message that names the address and the cure; -ENOSYS where captrim was built
 * without libmicrohttpd.
 */
int ct_httpd__new(struct ct_loop *loop, const struct ct_httpd_opts *opts, ct_http_fn fn, void *arg,
		  struct ct_httpd **d, struct ct_err *err);

/* Ends all connections. d may be NULL. Before the loop is freed. */
void ct_httpd__free(struct ct_httpd *d);

/* Where it listens, printable, with the port that was chosen. The server's. */
const char *ct_httpd__address(const struct ct_httpd *d);

/* Is this the token? Takes the same time wherever they differ. */
bool ct_httpd__knows(const struct ct_httpd *d, const char *token);

/* Another token from now on. */
void ct_httpd__set_token(struct ct_httpd *d, const char *token);

/* Could this Host header come from somebody who means this server? hosts as in the options. */
bool ct_httpd__host_is_ours(const char *header, const char *const *hosts);

#endif
