/* SPDX-License-Identifier: GPL-2.0-only */
/* Where an engine listens: read from an address, and from what a command line says of it. */
#ifndef CT_RUNTIME_ENDPOINT_H
#define CT_RUNTIME_ENDPOINT_H

#include "base/err.h"
#include "base/util.h"

struct ct_runtime_type;

/* What a command line says about which engine is meant, all borrowed; NULL, or false: nothing. */
struct ct_engine_words {
	const struct ct_runtime_type *type; /* whose client's words these are */
	const char *address;		    /* a path, or unix://, tcp://, ssh:// ... */
	const char *option;		    /* that named the address, for messages */
	const char *context, *config;	    /* Docker's: a context, the directory of its settings */
	const char *connection;		    /* Podman's: a connection by its name */
	bool elsewhere;			    /* Podman's: --remote */
	bool tls, verifies;		    /* --tls, --tlsverify */
	const char *ca, *cert, *key;	    /* files in PEM */
};

/* Those of --socket, or else (NULL) the other ones. */
struct ct_engine_words ct_engine_words__of(const char *socket, const struct ct_engine_words *other);

/* Either a socket or a URL. */
struct ct_endpoint {
	char *said;	       /* what named it, printable, for messages */
	char *socket;	       /* the path of a unix socket */
	char *url;	       /* "http://HOST:PORT" or with https, without a slash at its end */
	char *ca, *cert, *key; /* files in PEM, or NULL */
	bool insecure;	       /* TLS without a look at who answers */
	uint32_t uid;	       /* whose it is, where only that user's containers can be its */
	long patience_ms;      /* for an answer; 0: as usual */
};
void ct_endpoint__free(struct ct_endpoint *e); /* what it holds */
#define ct_autoendpoint __attribute__((cleanup(ct_endpoint__free)))

/*
 * Reads an address into *e, which holds nothing but perhaps said, ca, cert, key and insecure; tls:
 * tcp:// means TLS. A path needs no "unix://". Returns 0, -EREMOTE with the cure where another
 * machine is meant, or -EPROTONOSUPPORT; the message begins with e->said.
 */
int ct_endpoint__parse(const char *address, bool tls, struct ct_endpoint *e, struct ct_err *err);

/* The message, and -EREMOTE, of an engine elsewhere. */
int ct_endpoint__elsewhere(const struct ct_endpoint *e, const char *why, struct ct_err *err);

#endif
