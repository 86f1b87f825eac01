/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A small HTTP server on a ct_loop, over libmicrohttpd: it needs no thread, and no timer while
 * nobody is connected. It takes GET, HEAD and POST, limits the size of requests and the number of
 * connections, and drops slow clients.
 */
#ifndef CT_HTTP_HTTPD_H
#define CT_HTTP_HTTPD_H

#include "base/loop.h"
#include "http/listen.h"
#include "http/message.h"

struct ct_httpd;

/* Fills in the response. It must not wait for anything, and must not free the server. */
typedef void (*ct_http_fn)(void *arg, const struct ct_http_request *req,
			   struct ct_http_response *res);

struct ct_httpd_opts {
	const char *listen; /* see http/listen.h; NULL: only the socket called name */
	const char *name;   /* of a socket from systemd: "metrics", "ui" */
	/* An open one to be used instead of both. It is taken over, even on failure. */
	struct ct_listener *listener;
	const char *token; /* NULL: none; the address must then be a local one */
	bool own_login;	   /* the handler also gets requests without the token: see trusted */
	/*
	 * Further names that a Host header may have: those of this machine, or of a proxy in front
	 * of it. NULL, or with NULL at the end. Numeric addresses and localhost are always
	 * accepted.
	 */
	const char *const *hosts;
};

/* Returns 0, or -ENOSYS and the cure if captrim was built without libmicrohttpd. */
int ct_httpd__available(struct ct_err *err);

/*
 * Opens the socket and serves it on the loop. All options are copied. Returns 0 or a negative errno
 * with a message that names the address and the cure; -ENOSYS if captrim was built without
 * libmicrohttpd.
 */
int ct_httpd__new(struct ct_loop *loop, const struct ct_httpd_opts *opts, ct_http_fn fn, void *arg,
		  struct ct_httpd **d, struct ct_err *err);

/* Ends all connections. To be called before the loop is freed; d may be NULL. */
void ct_httpd__free(struct ct_httpd *d);

/* The address where it listens, printable, with the port that was chosen. Belongs to d. */
const char *ct_httpd__address(const struct ct_httpd *d);

/* Is this the token? The time taken does not tell where they differ. */
bool ct_httpd__knows(const struct ct_httpd *d, const char *token);

/* Replaces the token, which is copied; NULL: none. */
void ct_httpd__set_token(struct ct_httpd *d, const char *token);

/* Does this Host header name this server? hosts is as in the options. */
bool ct_httpd__host_is_ours(const char *header, const char *const *hosts);

#endif
