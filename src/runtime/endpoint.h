/* SPDX-License-Identifier: GPL-2.0-only */
/* Where an engine listens: what an address and a command line say of it. */
#ifndef CT_RUNTIME_ENDPOINT_H
#define CT_RUNTIME_ENDPOINT_H

#include "base/err.h"
#include "base/util.h"

struct ct_runtime_type;

/* What a command line says about which engine is meant, all borrowed; NULL or false: nothing. */
struct ct_engine_words {
	const struct ct_runtime_type *type; /* whose client's words these are */
	const char *address;		    /* a path, or unix://, tcp://, ssh:// ... */
	const char *option;		    /* the option that gave the address, for messages */
	const char *context, *config;	    /* Docker's: a context, the directory of its settings */
	const char *connection;		    /* Podman's: a connection by its name */
	bool elsewhere;			    /* Podman's: --remote */
	bool tls, verifies;		    /* --tls, --tlsverify */
	const char *ca, *cert, *key;	    /* files in PEM */
};

/* The words of --socket with that value, or (socket NULL) *other; other may be NULL, too. */
struct ct_engine_words ct_engine_words__of(const char *socket, const struct ct_engine_words *other);

/* Either a socket or a URL. */
struct ct_endpoint {
	char *said;	       /* what the user named it by, printable, for messages */
	char *socket;	       /* the path of a unix socket */
	char *url;	       /* "http://HOST:PORT" or with https, without a slash at its end */
	char *ca, *cert, *key; /* files in PEM, or NULL */
	bool insecure;	       /* TLS without a check of who answers */
	uint32_t uid;	       /* the user whose containers alone it may have, see engine.h */
	long patience_ms;      /* time for an answer; 0: the usual */
};
void ct_endpoint__free(struct ct_endpoint *e); /* what it holds */
#define ct_autoendpoint __attribute__((cleanup(ct_endpoint__free)))

/*
 * Reads an address into *e, in which at most said, ca, cert, key and insecure are set. tls: tcp://
 * means TLS. A path needs no "unix://". Returns 0, -EREMOTE with the cure if another machine is
 * meant, -EHOSTUNREACH if its host is not known, or -EPROTONOSUPPORT; the message begins with
 * e->said.
 */
int ct_endpoint__parse(const char *address, bool tls, struct ct_endpoint *e, struct ct_err *err);

/* Sets the message of an engine on another machine, and returns -EREMOTE. */
int ct_endpoint__elsewhere(const struct ct_endpoint *e, const char *why, struct ct_err *err);

#endif
