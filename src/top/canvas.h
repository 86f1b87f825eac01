/* SPDX-License-Identifier: GPL-2.0-only */
/* What a screen is to show, as lines of text with attributes. It can be made without a terminal. */
#ifndef CT_TOP_CANVAS_H
#define CT_TOP_CANVAS_H

#include <stddef.h>

/* Words carry the meaning: without colour, no information is missing. */
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

/* Adds an empty line at the end. */
void ct_canvas__line(struct ct_canvas *f);

/*
 * Appends text, made printable, to the last line. It is cut or padded to width columns, or left as
 * it is if width is 0.
 */
void ct_canvas__add(struct ct_canvas *f, enum ct_ink ink, int width, const char *text);

/* Adds lines of at most width columns: the label, and text folded into a column beside it. */
void ct_canvas__fold(struct ct_canvas *f, enum ct_ink ink, const char *label, const char *text,
		     int width);

/* The lines without attributes, each with "\n" at its end; the caller frees. */
char *ct_canvas__text(const struct ct_canvas *f);

void ct_canvas__free(struct ct_canvas *f); /* what it holds */
#define ct_autocanvas __attribute__((cleanup(ct_canvas__free)))

#endif
