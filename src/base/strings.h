/* SPDX-License-Identifier: GPL-2.0-only */
/* A list that owns its strings, and ends with NULL as soon as it has one. */
#ifndef CT_BASE_STRINGS_H
#define CT_BASE_STRINGS_H

#include "base/util.h"

struct ct_strings {
	char **items;
	size_t len, cap;
};

void ct_strings__take(struct ct_strings *l, char *s); /* the list owns s from then on */
void ct_strings__add(struct ct_strings *l, const char *s);
void ct_strings__addf(struct ct_strings *l, const char *fmt, ...) CT_PRINTF(2, 3);
void ct_strings__add_all(struct ct_strings *l, const char *const *strings);

/* The list's own copy of s, or NULL. */
const char *ct_strings__find(const struct ct_strings *l, const char *s);

void ct_strings__free(struct ct_strings *l);
#define ct_autostrings __attribute__((cleanup(ct_strings__free)))

/* Joins the strings of an array that ends with NULL; the caller frees. NULL if there are none. */
char *ct_strings__join(char *const *strings, const char *between);

#endif
