/* SPDX-License-Identifier: GPL-2.0-only */
/* The metrics over HTTP: /metrics in a format that the client accepts. */
#ifndef CT_METRICS_SERVE_H
#define CT_METRICS_SERVE_H

#include "base/loop.h"
#include "http/message.h"
#include "metrics/metrics.h"

/* Called before each answer, to set the current values. */
typedef void (*ct_metrics_fill_fn)(void *arg, struct ct_metrics *m);

struct ct_metrics_server_opts {
	const char *listen;	/* see http/httpd.h; NULL: the socket "metrics" from systemd */
	const char *token_file; /* NULL: none */
	const char *const *hosts;
};

struct ct_metrics_server;

/*
 * Serves m, which is borrowed, on the loop. Returns 0 or a negative errno with a message that names
 * the address or the file and the cure; -ENOENT if there is neither an address nor a socket.
 */
int ct_metrics_server__new(struct ct_loop *loop, const struct ct_metrics_server_opts *opts,
			   struct ct_metrics *m, ct_metrics_fill_fn fill, void *arg,
			   struct ct_metrics_server **s, struct ct_err *err);
void ct_metrics_server__free(struct ct_metrics_server *s); /* may be NULL */
const char *ct_metrics_server__address(const struct ct_metrics_server *s);

/* Makes one answer, without a server. */
void ct_metrics__respond(struct ct_metrics *m, const struct ct_http_request *req,
			 struct ct_http_response *res);

#endif
