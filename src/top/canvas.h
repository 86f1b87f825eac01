/* SPDX-License-Identifier: GPL-2.0-only */
/* What is to be on a screen, as lines of text with their looks: no terminal is needed to make it.
 */
#ifndef CT_TOP_CANVAS_H
#define CT_TOP_CANVAS_H

#include <stddef.h>

/* Words carry the meaning: without colour nothing is missing. */
enum ct_ink { CT_INK_PLAIN, CT_INK_BOLD, CT_INK_DIM, CT_INK_GOOD, CT_INK_BAD, CT_INK_BAR };

struct ct_canvas_span {
	enum ct_ink ink;
	char *text; /* printable */
};

struct ct_canvas_line {
	struct ct_canvas_span *spans;
	size_t len, cap;
};

struct ct_canvas {
	struct ct_canvas_line *lines;
	size_t len, cap;
};

/* A new line at the end, empty. */
void ct_canvas__line(struct ct_canvas *f);

/* To the last line; text is made printable. width: cut or filled up to so many columns; 0: as it
 * is. */
void ct_canvas__add(struct ct_canvas *f, enum ct_ink ink, int width, const char *text);

/* Lines of at most width columns: label, and words folded beside it. */
void ct_canvas__fold(struct ct_canvas *f, enum ct_ink ink, const char *label, const char *text,
		     int width);

/* Lines with "\n" behind each, without their looks; the caller frees. */
char *ct_canvas__text(const struct ct_canvas *f);

void ct_canvas__free(struct ct_canvas *f); /* what it holds */
#define ct_autocanvas __attribute__((cleanup(ct_canvas__free)))

#endif
