/* SPDX-License-Identifier: GPL-2.0-only */
/* Colours and width of a terminal. Never colour alone: words carry the meaning. */
#ifndef CT_BASE_TERM_H
#define CT_BASE_TERM_H

#include <stdbool.h>
#include <stdio.h>

enum ct_color { CT_COLOR_AUTO, CT_COLOR_ALWAYS, CT_COLOR_NEVER };
extern const char *const ct_color_choices[]; /* "auto", "always", "never", NULL */

struct ct_term {
	bool color;
	int width; /* columns; 80 when the stream is not a terminal */
};

/* Honours NO_COLOR (when not empty) and TERM=dumb under CT_COLOR_AUTO. */
struct ct_term ct_term__of(FILE *f, enum ct_color when);

/* Escape sequences, "" without colour. Colour-blind safe: bold, blue, orange, dim. */
const char *ct_term__bold(const struct ct_term *t);
const char *ct_term__good(const struct ct_term *t);
const char *ct_term__bad(const struct ct_term *t);
const char *ct_term__dim(const struct ct_term *t);
const char *ct_term__reset(const struct ct_term *t);

#endif
