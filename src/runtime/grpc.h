/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gRPC over a unix socket: HTTP/2 by libcurl, each call a message there and one back. Enough for
 * containerd and the CRI. A server that does not answer in time is not asked again.
 */
#ifndef CT_RUNTIME_GRPC_H
#define CT_RUNTIME_GRPC_H

#include "base/err.h"
#include "base/util.h"

struct ct_grpc;

/* Does not connect yet. socket is copied. */
struct ct_grpc *ct_grpc__new(const char *socket);
void ct_grpc__free(struct ct_grpc *g); /* NULL is allowed */

/*
 * Calls a method, "PACKAGE.SERVICE/METHOD", in a namespace of containerd's (NULL: none). *answer,
 * which is empty, becomes the message that came back; the caller frees. Returns 0, or a negative
 * errno with a message that names the socket: -EACCES and -EOPNOTSUPP also as the server says them,
 * -ESRCH: it knows no such thing; -ETIMEDOUT, and -ECONNABORTED if it has failed before.
 */
int ct_grpc__call(struct ct_grpc *g, const char *method, const char *space,
		  const struct ct_str *request, struct ct_str *answer, struct ct_err *err);

#endif
