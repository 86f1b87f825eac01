/* SPDX-License-Identifier: GPL-2.0-only */
/* Changes to a text, each at its place; all other bytes stay as they are. */
#ifndef CT_EDIT_SPLICE_H
#define CT_EDIT_SPLICE_H

#include <stdio.h>

#include "base/term.h"
#include "base/util.h"

struct ct_splice {
	size_t start, end; /* bytes replaced; equal: an insertion */
	char *text;
};

struct ct_splices {
	struct ct_splice *items;
	size_t len, cap;
};

/* Takes ownership of text; drops a change without effect. Insertions at one place keep order. */
void ct_splices__add(struct ct_splices *s, const char *old, size_t start, size_t end, char *text);
/* Moves from's changes, whose places are all behind those of s, to the end of s. */
void ct_splices__append(struct ct_splices *s, struct ct_splices *from);
void ct_splices__free(struct ct_splices *s);

/* Is any byte of [start, end) replaced? */
bool ct_splices__touch(const struct ct_splices *s, size_t start, size_t end);

/* Sets *out to the new text, which the caller frees. Returns 0, or -EINVAL if changes overlap. */
int ct_splices__apply(struct ct_splices *s, const char *old, size_t len, struct ct_str *out);

/*
 * Writes a unified diff, as patch(1) reads it, with three lines around each change. On a terminal,
 * and in colour, characters that control it or reorder text are made visible.
 */
void ct_diff__write(FILE *out, const struct ct_term *term, const char *name, const char *old,
		    size_t old_len, const char *new_text, size_t new_len,
		    const struct ct_splices *s);

#endif
