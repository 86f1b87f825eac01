/* SPDX-License-Identifier: GPL-2.0-only */
/* Listening sockets: at an address, at a path, or opened by systemd. */
#ifndef CT_HTTP_LISTEN_H
#define CT_HTTP_LISTEN_H

#include <stdbool.h>

#include "base/err.h"

struct ct_listener {
	int fd;
	char *text; /* "127.0.0.1:9469", "unix:/run/captrim/metrics", printable */
	char *path; /* of a unix socket that was made here; else NULL */
	bool local; /* reachable from this machine only */
	bool unix_; /* a unix socket, which no browser can reach */
};

/*
 * Opens a listening socket. address is HOST:PORT, where HOST is a numeric address ("[::1]:9469"),
 * "localhost", or nothing or "*" for all addresses; or unix:PATH, with mode 0660, where a socket
 * that nobody serves is replaced. Port 0 stands for any free port; text says which. If systemd has
 * passed a socket under this name (LISTEN_FDS, LISTEN_FDNAMES), that one is used and the address,
 * which may then be NULL, is ignored. Returns 0 or a negative errno; -ENOENT if there is neither.
 */
int ct_listener__open(const char *address, const char *name, struct ct_listener *l,
		      struct ct_err *err);

/* Has systemd passed a socket under this name? */
bool ct_listener__is_inherited(const char *name);

/* Fails unless the address is well formed. Opens nothing; it is for checking a configuration. */
int ct_listener__check(const char *address, struct ct_err *err);

/* -EPERM: what is served at an address that others reach needs a token. */
int ct_listener__needs_token(const char *address, struct ct_err *err);

/* Can the address be reached from this machine alone? False if it is malformed. Opens nothing. */
bool ct_listener__is_local(const char *address);

/* Closes the socket, and removes its path, if there is one. */
void ct_listener__close(struct ct_listener *l);

#endif
