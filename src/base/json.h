/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A streaming JSON writer: it takes care of commas, escapes and indentation. Strings of any bytes
 * give valid JSON: broken UTF-8 becomes U+FFFD. Documents may follow one another; the caller writes
 * the newlines between or after them.
 */
#ifndef CT_BASE_JSON_H
#define CT_BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct ct_json {
	FILE *out;
	int indent; /* spaces per level, 0: everything on one line */
	int depth;
	bool first; /* nothing was written at this level yet */
};

#define CT_JSON(file, spaces) ((struct ct_json){ .out = (file), .indent = (spaces), .first = true })

/* key is NULL inside arrays and at the top. */
void ct_json__object(struct ct_json *j, const char *key);
void ct_json__end_object(struct ct_json *j);
void ct_json__array(struct ct_json *j, const char *key);
void ct_json__end_array(struct ct_json *j);
void ct_json__str(struct ct_json *j, const char *key, const char *value); /* NULL: null */
void ct_json__int(struct ct_json *j, const char *key, int64_t value);
void ct_json__uint(struct ct_json *j, const char *key, uint64_t value);
void ct_json__bool(struct ct_json *j, const char *key, bool value);
/* The same, but nothing is written for NULL or for 0. */
void ct_json__opt_str(struct ct_json *j, const char *key, const char *value);
void ct_json__opt_uint(struct ct_json *j, const char *key, uint64_t value);
/* A value that is JSON already. */
void ct_json__raw(struct ct_json *j, const char *key, const char *value);

#endif
