/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file that appears under its name only when complete: written beside the
 * target, synced, renamed. "-" and /dev/stdout are standard output; devices,
 * FIFOs and sockets are written directly, and so is what a dangling link names.
 */
#ifndef CT_BASE_OUTFILE_H
#define CT_BASE_OUTFILE_H

#include <stdio.h>

#include "base/err.h"

struct ct_outfile;

/* The stream belongs to *f and is closed with it. An existing target keeps its mode. */
int ct_outfile__open(const char *path, struct ct_outfile **f, FILE **stream, struct ct_err *err);

/* The same, but only its owner may read a new file (0600): under sudo, the user who called it. */
int ct_outfile__open_private(const char *path, struct ct_outfile **f, FILE **stream,
			     struct ct_err *err);

/*
 * Checks before long work whether path could be opened. Nothing is left behind or changed. Returns
 * 0, or a negative errno with the message that ct_outfile__open() would give.
 */
int ct_outfile__check(const char *path, struct ct_err *err);

/*
 * Could the daemon write to this file, as far as can be told without opening or making anything?
 * The directories that a service manager makes for it need not be there yet. Returns 0 or a
 * negative errno.
 */
int ct_outfile__look(const char *path);

/*
 * Finishes f, and frees it in any case. Returns 0, or a negative errno for the first write to the
 * stream that failed; then nothing is left beside the target, which is untouched unless it is
 * written directly.
 */
int ct_outfile__commit(struct ct_outfile *f, struct ct_err *err);

/* Does all of it: opens, lets fn write, and commits. */
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
