/* SPDX-License-Identifier: GPL-2.0-only */
/* The parts of the HTML report, private to html*.c. */
#ifndef CT_VIEW_HTML_H
#define CT_VIEW_HTML_H

#include <stdio.h>

#include "judge/judge.h"

/*
 * The style sheet, the script, and their hashes, which are all that the page's CSP allows:
 * "sha256-...", compared by tests/cli/schema.sh.
 */
extern const char ct_html_style[], ct_html_style_hash[];
extern const char ct_html_script[], ct_html_script_hash[];

/* Text from anywhere, made printable and escaped; also right within "quotes". */
void ct_html__text(FILE *out, const char *s);

/* class may be NULL; both it and tag are ours, text is anybody's. */
void ct_html__element(FILE *out, const char *tag, const char *class, const char *text);

/* So many workloads that a browser would take long over all there is to say of each. */
bool ct_html__many(const struct ct_report *r);

/* What was found, in one sentence. The caller frees. */
char *ct_html__headline(const struct ct_report *r);

/* html_parts.c */
void ct_html__matrix(FILE *out, const struct ct_report *r);
void ct_html__timelines(FILE *out, const struct ct_report *r);

/* html_evidence.c */
void ct_html__evidence(FILE *out, const struct ct_report *r);
void ct_html__trust(FILE *out, const struct ct_report *r);

#endif
