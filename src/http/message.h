/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What was asked and what is answered over HTTP, as plain values: pages and metrics are tested with
 * requests made by hand, and the server (http/httpd.h) is one way to get them.
 */
#ifndef CT_HTTP_MESSAGE_H
#define CT_HTTP_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strings.h"
#include "base/util.h"

struct ct_http_pair {
	const char *name, *value; /* value may be NULL: "?name" */
};
struct ct_http_pairs {
	struct ct_http_pair *items;
	size_t len, cap;
};

/* All text is the client's: never to be trusted, and valid during the call only. */
struct ct_http_request {
	const char *method; /* "GET", "HEAD" or "POST" */
	const char *path;   /* decoded, without the query */
	struct ct_http_pairs headers, query, cookies;
	const char *body; /* of a POST, with a NUL behind it; else NULL */
	size_t body_len;
	bool trusted; /* it brought the token, or none is asked for */
};

/* The value of the first of that name, "" where it has none; NULL: there is none. */
const char *ct_http__query(const struct ct_http_request *req, const char *name);
const char *ct_http__header(const struct ct_http_request *req, const char *name); /* any case */
const char *ct_http__cookie(const struct ct_http_request *req, const char *name);

/* A field of a form that was posted (application/x-www-form-urlencoded); the caller frees. NULL:
 * there is none, or it holds a NUL. */
char *ct_http__form(const struct ct_http_request *req, const char *name);

bool ct_http__is(const struct ct_http_request *req, const char *method);

/* Does the request's Accept name this media type, and not with "q=0"? Other parameters and
 * preferences are not looked at. */
bool ct_http__accepts(const struct ct_http_request *req, const char *type);

struct ct_http_response {
	unsigned int status; /* 200 unless changed */
	struct ct_str body;
	struct ct_strings headers; /* name, value, name, value ... */
};

/* value is ours or was made safe: the server drops what holds a line end. */
void ct_http__add_header(struct ct_http_response *res, const char *name, const char *value);

/* A short answer of plain text, in place of whatever the body was. */
void ct_http__say(struct ct_http_response *res, unsigned int status, const char *text);

void ct_http_response__free(struct ct_http_response *res); /* what it holds */

/* Text as a part of a URL: all but letters, digits and "-._~" as %XX. */
void ct_http__add_url(struct ct_str *out, const char *text);

#endif
