/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file that appears under its name only when complete: written beside the
 * target, synced, renamed. "-" and /dev/stdout are standard output; devices,
 * FIFOs and sockets are written directly.
 */
#ifndef CT_BASE_OUTFILE_H
#define CT_BASE_OUTFILE_H

#include <stdio.h>

#include "base/err.h"

struct ct_outfile;

/* The stream belongs to *f and ends with it. An existing target keeps its mode. */
int ct_outfile__open(const char *path, struct ct_outfile **f, FILE **stream, struct ct_err *err);

/* The same, but a new file may be read by its owner alone (0600): under sudo whoever called it. */
int ct_outfile__open_private(const char *path, struct ct_outfile **f, FILE **stream,
			     struct ct_err *err);

/*
 * Before long work: could path be opened now? Nothing is left behind or changed. 0, or
 * negative errno and the message that ct_outfile__open would give.
 */
int ct_outfile__check(const char *path, struct ct_err *err);

/*
 * Finishes and frees f, whatever is returned: 0, or the first error of any write to
 * the stream, and then the target is untouched and nothing is left beside it.
 */
int ct_outfile__commit(struct ct_outfile *f, struct ct_err *err);

/* All of it: opens, lets fn write, and commits. */
int ct_outfile__write(const char *path, void (*fn)(FILE *out, void *arg), void *arg,
		      struct ct_err *err);

/* Leaves the target as it was and frees f, which may be NULL. */
void ct_outfile__abort(struct ct_outfile *f);

static inline void ct_outfile__cleanup(struct ct_outfile **f)
{
	ct_outfile__abort(*f);
}
/* Commit with ct_outfile__commit(ct_steal(f), err). */
#define ct_autooutfile __attribute__((cleanup(ct_outfile__cleanup)))

#endif
