/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Protocol Buffers' encoding, as far as the few messages to and from runtimes need it. Fields that
 * nobody asks for are skipped. Whatever a server sends, nothing beyond its end is read.
 */
#ifndef CT_RUNTIME_PROTO_H
#define CT_RUNTIME_PROTO_H

#include "base/util.h"

/* A message that is being read; at first it is { data, len }. */
struct ct_proto {
	const char *at;
	size_t left;
	bool broken; /* it ended in the middle of a field, or its encoding is invalid */
};

struct ct_proto_field {
	uint64_t number;
	bool is_bytes; /* text or a nested message; else it is a number */
	uint64_t value;
	const char *bytes; /* not NUL-terminated */
	size_t len;
};

/* Reads the next field; false at the end, and where the message is broken. */
bool ct_proto__next(struct ct_proto *p, struct ct_proto_field *f);

/* A field as a message of its own. */
struct ct_proto ct_proto__of(const struct ct_proto_field *f);

/* A text field's value; a NUL in it ends it. The caller frees. */
char *ct_proto__text(const struct ct_proto_field *f);

/* The first field of that number that is text or a message; false: there is none. */
bool ct_proto__find(struct ct_proto message, uint64_t number, struct ct_proto_field *f);

/* Adds an entry of a map of texts as a line KEY=VALUE, if it can be read back from that. */
void ct_proto__add_entry(const struct ct_proto_field *f, struct ct_str *lines);

/* Adds a field to a message that is being written. */
void ct_proto__put(struct ct_str *message, unsigned int number, const char *bytes, size_t len);

#endif
