/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages to a socket that may be slow, or away: unix:/PATH and udp:HOST:PORT take datagrams,
 * tcp:HOST:PORT is a connection that is kept. Names are looked up aside, and nothing waits.
 */
#ifndef CT_SINK_WIRE_H
#define CT_SINK_WIRE_H

#include "base/loop.h"

struct ct_wire;

/* Is it such an address? -EINVAL with a message that has the cure. */
int ct_wire__check(const char *address, struct ct_err *err);

/* fn is called for a message whose end was not known at once; error: 0 or a negative errno. */
typedef void (*ct_wire_fn)(void *arg, int error, const char *why);
struct ct_wire *ct_wire__new(struct ct_loop *l, const char *address, ct_wire_fn fn, void *arg);
void ct_wire__free(struct ct_wire *w); /* w may be NULL */

bool ct_wire__is_stream(const struct ct_wire *w);

/*
 * One message after the other. 0: the kernel has it; -EINPROGRESS: fn will be called; another
 * negative errno with a message. What a stream's other end had not read when it went away is lost.
 */
int ct_wire__send(struct ct_wire *w, const char *data, size_t len, struct ct_err *err);

#endif
