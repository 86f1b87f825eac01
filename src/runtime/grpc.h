/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gRPC over a unix socket: HTTP/2 by libcurl, and in each call one message to the server and one
 * back, which is enough for containerd and the CRI. A server that does not answer in time is not
 * asked again.
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
 * Calls a method, "PACKAGE.SERVICE/METHOD", in a namespace of containerd's (NULL: none). The answer
 * is put into *answer, which is empty and which the caller frees. Returns 0, or a negative errno
 * with a message that names the socket: -EACCES and -EOPNOTSUPP may also come from the server;
 * -ESRCH: the server knows no such object; -ETIMEDOUT; -ECONNABORTED: it has failed before, and was
 * not asked.
 */
int ct_grpc__call(struct ct_grpc *g, const char *method, const char *space,
		  const struct ct_str *request, struct ct_str *answer, struct ct_err *err);

#endif
