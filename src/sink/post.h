/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * POST requests by libcurl on the loop, one after the other, over a connection that is kept.
 * Redirections are not followed, and answers are only looked at for their status.
 */
#ifndef CT_SINK_POST_H
#define CT_SINK_POST_H

#include "base/loop.h"
#include "sink/sink_priv.h"

struct ct_post;

/* The keys that all senders over HTTP share: url or url_file, and sane values of the others. */
int ct_post__check(const struct ct_sink_config *c, struct ct_err *err);

/* answer: the beginning of the body, never NULL. */
typedef void (*ct_post_fn)(struct ct_sink *s, const struct ct_sink_result *r, const char *answer);

/*
 * Reads the files of secrets. path is put behind a URL that ends with the host; NULL: nothing. fn
 * is called at the end of each request; NULL: ct_sink__done().
 */
int ct_post__new(struct ct_sink *s, const char *path, ct_post_fn fn, struct ct_post **p,
		 struct ct_err *err);
void ct_post__free(struct ct_post *p); /* ends a request in progress; p may be NULL */

/* Reads the files of secrets again; on failure the old ones stay. */
int ct_post__reload(struct ct_post *p, struct ct_err *err);

/* headers: complete lines, NULL at the end. -EINPROGRESS: fn will be called. One in progress is
 * ended without a word. */
int ct_post__send(struct ct_post *p, const char *const *headers, const char *body, size_t len,
		  struct ct_err *err);

/*
 * The only line of a file that not everybody may read, without the spaces around it; the caller
 * frees. A negative errno comes with a message that names the file and the cure.
 */
int ct_post__secret(const char *path, char **secret, struct ct_err *err);

#endif
