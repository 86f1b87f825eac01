/* SPDX-License-Identifier: GPL-2.0-only */
/* Sockets to be served: an address, a path, or one that systemd has opened for us. */
#ifndef CT_HTTP_LISTEN_H
#define CT_HTTP_LISTEN_H

#include <stdbool.h>

#include "base/err.h"

struct ct_listener {
	int fd;
	char *text; /* "127.0.0.1:9469", "unix:/run/captrim/metrics", printable */
	char *path; /* of a socket that we made in the file system; else NULL */
	bool local; /* reachable from this machine only */
	bool unix_; /* no browser gets there */
};

/*
 * address: HOST:PORT, where HOST is a numeric address ("[::1]:9469"), "localhost", or nothing or
 * "*" for all; unix:PATH (0660; a socket that nobody serves any more is replaced). A socket that
 * systemd hands over under that name (LISTEN_FDS, LISTEN_FDNAMES) is taken instead, whatever the
 * address, which may be NULL then. Port 0 is any that is free: text says which. Returns 0 or a
 * negative errno; -ENOENT if there is neither an address nor such a socket.
 */
int ct_listener__open(const char *address, const char *name, struct ct_listener *l,
		      struct ct_err *err);

/* Does systemd hand over a socket under that name? */
bool ct_listener__is_inherited(const char *name);

/* Is the address well formed? For checking a configuration; nothing is opened. */
int ct_listener__check(const char *address, struct ct_err *err);

/* Closes it, and removes the path. */
void ct_listener__close(struct ct_listener *l);

#endif
