/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * POST requests by libcurl on the loop, one after the other, over a connection that is kept.
 * Redirections are not followed. Of an answer only the status counts; a caller that wants to know
 * more gets the body.
 */
#ifndef CT_SINK_POST_H
#define CT_SINK_POST_H

#include "base/loop.h"
#include "sink/sink_priv.h"

struct ct_post;

/* Checks the keys that all senders over HTTP share: one of url and url_file, and the timeout. */
int ct_post__check(const struct ct_sink_config *c, struct ct_err *err);

/* answer: the body, never NULL. */
typedef void (*ct_post_fn)(struct ct_sink *s, const struct ct_sink_result *r, const char *answer);

/*
 * Reads the files with secrets. path, unless it is NULL, is appended to a URL that ends with the
 * host. At the end of each request fn is called, or ct_sink__done() if fn is NULL.
 */
int ct_post__new(struct ct_sink *s, const char *path, ct_post_fn fn, struct ct_post **p,
		 struct ct_err *err);
void ct_post__free(struct ct_post *p); /* ends a request in progress; p may be NULL */

/* Fails if a file with a secret cannot be read, or does not hold what it must. */
int ct_post__look(const struct ct_sink_config *c, struct ct_err *err);

/* Reads the files with secrets again; on failure the old secrets stay in use. */
int ct_post__reload(struct ct_post *p, struct ct_err *err);

/*
 * Starts a request. headers are complete lines, with NULL at the end. Returns -EINPROGRESS if fn
 * will be called, else -EIO. A request that is still in progress is cancelled; fn is not called for
 * it.
 */
int ct_post__send(struct ct_post *p, const char *const *headers, const char *body, size_t len,
		  struct ct_err *err);

/*
 * Reads a secret from a file: its only line, without the spaces around it; the caller frees. Fails
 * if others may access the file (-EPERM), or with another negative errno; the message names the
 * file and the cure.
 */
int ct_post__secret(const char *path, char **secret, struct ct_err *err);

#endif
