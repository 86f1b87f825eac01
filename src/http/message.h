/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * HTTP requests and responses as plain values, so that pages and metrics can be tested with
 * requests made by hand, without the server (http/httpd.h).
 */
#ifndef CT_HTTP_MESSAGE_H
#define CT_HTTP_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strings.h"
#include "base/util.h"

struct ct_http_pair {
	const char *name, *value; /* value may be NULL, as in "?name" */
};
struct ct_http_pairs {
	struct ct_http_pair *items;
	size_t len, cap;
};

/* All text comes from the client: it must not be trusted, and is valid during the call only. */
struct ct_http_request {
	const char *method; /* "GET", "HEAD" or "POST" */
	const char *path;   /* decoded, without the query */
	struct ct_http_pairs headers, query, cookies;
	const char *body; /* of a POST, with a NUL behind it; else NULL */
	size_t body_len;
	bool trusted; /* it came with the token, or none is required */
};

/* The value of the first item of this name, "" if it has no value; NULL if there is no item. */
const char *ct_http__query(const struct ct_http_request *req, const char *name);
const char *ct_http__header(const struct ct_http_request *req, const char *name); /* in any case */
const char *ct_http__cookie(const struct ct_http_request *req, const char *name);

/*
 * A field of a form that was posted (application/x-www-form-urlencoded); the caller frees. NULL if
 * there is none, or if it contains a NUL.
 */
char *ct_http__form(const struct ct_http_request *req, const char *name);

bool ct_http__is(const struct ct_http_request *req, const char *method);

/*
 * Does the Accept header name this media type, and not with "q=0"? Other parameters and preferences
 * are ignored.
 */
bool ct_http__accepts(const struct ct_http_request *req, const char *type);

struct ct_http_response {
	unsigned int status; /* 200 unless changed */
	struct ct_str body;
	struct ct_strings headers; /* name, value, name, value ... */
};

/* value must be our own or made safe: the server drops a header that contains a line end. */
void ct_http__add_header(struct ct_http_response *res, const char *name, const char *value);

/* Sets the status, and makes a short plain text the body. */
void ct_http__say(struct ct_http_response *res, unsigned int status, const char *text);

void ct_http_response__free(struct ct_http_response *res); /* what it holds */

/* Appends text as a part of a URL: all but letters, digits and "-._~" is written as %XX. */
void ct_http__add_url(struct ct_str *out, const char *text);

#endif
