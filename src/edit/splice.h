/* SPDX-License-Identifier: GPL-2.0-only */
/* Changes to a text, each in its place; what no change touches stays byte for byte. */
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

/* Takes text. What changes nothing is left out. Insertions in one place keep their order. */
void ct_splices__add(struct ct_splices *s, const char *old, size_t start, size_t end, char *text);
/* Moves those of from, which are all behind those of s, to its end. */
void ct_splices__append(struct ct_splices *s, struct ct_splices *from);
void ct_splices__free(struct ct_splices *s);

/* Is any byte of [start, end) replaced? */
bool ct_splices__touch(const struct ct_splices *s, size_t start, size_t end);

/* The new text, or -EINVAL when two changes overlap. The caller frees. */
int ct_splices__apply(struct ct_splices *s, const char *old, size_t len, struct ct_str *out);

/*
 * A unified diff, as patch(1) reads it, with three lines around each change. In colour,
 * that is for a terminal, control characters are made visible.
 */
void ct_diff__write(FILE *out, const struct ct_term *term, const char *name, const char *old,
		    size_t old_len, const char *new_text, size_t new_len,
		    const struct ct_splices *s);

#endif
