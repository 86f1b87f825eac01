/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages to a socket whose other end may be slow or absent: unix:/PATH and udp:HOST:PORT take
 * datagrams, tcp:HOST:PORT is a connection that is kept. Names are looked up asynchronously, and
 * nothing blocks.
 */
#ifndef CT_SINK_WIRE_H
#define CT_SINK_WIRE_H

#include "base/loop.h"

struct ct_wire;

/* Returns 0 for such an address, else -EINVAL and a message with the cure. */
int ct_wire__check(const char *address, struct ct_err *err);

/* fn is called at the end of each message for which ct_wire__send() returned -EINPROGRESS. */
typedef void (*ct_wire_fn)(void *arg, int error, const char *why);
struct ct_wire *ct_wire__new(struct ct_loop *l, const char *address, ct_wire_fn fn, void *arg);
void ct_wire__free(struct ct_wire *w); /* w may be NULL */

bool ct_wire__is_stream(const struct ct_wire *w);

/*
 * Sends one message; it must not be called while another one is in progress. Returns 0 if the
 * kernel has taken it, -EINPROGRESS if fn will be called with 0 or a negative errno, or another
 * negative errno with a message. What the other end of a stream has not read when it goes away is
 * lost.
 */
int ct_wire__send(struct ct_wire *w, const char *data, size_t len, struct ct_err *err);

#endif
