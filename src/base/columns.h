/* SPDX-License-Identifier: GPL-2.0-only */
/* How wide text is on a terminal. Without a locale, so that it is the same everywhere. */
#ifndef CT_BASE_COLUMNS_H
#define CT_BASE_COLUMNS_H

/* Columns of UTF-8 text as ct_printable() makes it. */
int ct_columns__of(const char *printable);

/* The text, or as much of it as fits with "~" behind it; never wider. The caller frees. */
char *ct_columns__cut(const char *printable, int width);

#endif
