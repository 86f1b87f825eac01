/* SPDX-License-Identifier: GPL-2.0-only */
/* How wide text is on a terminal, whatever the locale, so that it is the same everywhere. */
#ifndef CT_BASE_COLUMNS_H
#define CT_BASE_COLUMNS_H

/* The number of columns of UTF-8 text that comes from ct_printable(). */
int ct_columns__of(const char *printable);

/* The text, if need be cut and marked with "~" to fit into width columns. The caller frees. */
char *ct_columns__cut(const char *printable, int width);

#endif
