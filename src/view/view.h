/* SPDX-License-Identifier: GPL-2.0-only */
/* The report for people, and the one place that knows every format. */
#ifndef CT_VIEW_VIEW_H
#define CT_VIEW_VIEW_H

#include "emit/emit.h"

void ct_view__text(const struct ct_report *r, FILE *out, const struct ct_term *term, bool verbose);
void ct_view__html(const struct ct_report *r, FILE *out);

/*
 * Writes the report in the given format to path ("-" or NULL: standard output). A file is written
 * under another name and then renamed, so that it is either complete or untouched. Returns 0 or a
 * negative errno with a message.
 */
int ct_view__write(const struct ct_report *r, const struct ct_emit_opts *opts, const char *path,
		   struct ct_err *err);

#endif
