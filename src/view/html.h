/* SPDX-License-Identifier: GPL-2.0-only */
/* The parts that HTML reports and the pages of the daemon (page/) are put together from. */
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

/* Names of capabilities as small labels, those that reach the host first and marked; at most so
 * many of them, 0: all. */
void ct_html__caps(FILE *out, uint64_t set, uint64_t hostwide, int most);

/* ---- what can be taken away from whom: a line a workload ---- */

struct ct_html_row {
	const char *href;  /* of what there is to say of it */
	const char *label; /* these three are raw */
	const char *about; /* may be NULL */
	const char *confidence;
	bool judged; /* the sets are known */
	bool holds_known;
	uint64_t holds, needs, spare, hostwide; /* spare: held for nothing */
	bool incomplete;
	size_t events;	     /* open ones */
	size_t hosts, agree; /* as in survey/survey.h; 0: a host is not spoken of */
};
void ct_html__overview_begin(FILE *out, bool hosts, bool events);
void ct_html__overview_row(FILE *out, const struct ct_html_row *row, bool hosts, bool events);
void ct_html__overview_end(FILE *out);

/* ---- snippets ---- */

struct ct_html_format {
	const char *title;
	const char *name; /* as of --format */
	void (*emit)(const struct ct_report *r, FILE *out);
};
extern const struct ct_html_format ct_html_formats[]; /* title NULL: the end */

/* What a format says of the n-th workload alone. */
char *ct_html__snippet_text(const struct ct_report *r, size_t n, const struct ct_html_format *f);

/* The snippet of the format that it runs by, with its button, and those of all others. */
void ct_html__snippet(FILE *out, const struct ct_report *r, size_t n);
void ct_html__more_snippets(FILE *out, const struct ct_report *r, size_t n);

/* INCOMPLETE, how sure, and the warnings. */
void ct_html__gaps(FILE *out, const struct ct_advice *a);
void ct_html__confidence(FILE *out, const struct ct_advice *a);
void ct_html__warnings(FILE *out, const struct ct_advice *a);

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
