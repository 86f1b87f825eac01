/* SPDX-License-Identifier: GPL-2.0-only */
/* The parts that HTML reports and the pages of the daemon (page/) are made of. */
#ifndef CT_VIEW_HTML_H
#define CT_VIEW_HTML_H

#include <stdio.h>

#include "judge/judge.h"

/*
 * The style sheet and the script, and their hashes "sha256-...": the page's CSP allows nothing
 * else. tests/cli/schema.sh checks that the hashes are right.
 */
extern const char ct_html_style[], ct_html_style_hash[];
extern const char ct_html_script[], ct_html_script_hash[];

/* Text from any source, made printable and escaped, also for use within "quotes". */
void ct_html__text(FILE *out, const char *s);

/* tag and class are not escaped, so they must be our own; class may be NULL. text is escaped. */
void ct_html__element(FILE *out, const char *tag, const char *class, const char *text);

/*
 * Names of capabilities as small labels; those that reach the host come first and are marked. Shows
 * "most" of them, or one more if that makes all of them; 0: all.
 */
void ct_html__caps(FILE *out, uint64_t set, uint64_t hostwide, int most);

/* ---- what can be taken away: a row for each workload ---- */

struct ct_html_row {
	const char *href;  /* to the details */
	const char *label; /* these three are raw */
	const char *about; /* may be NULL */
	const char *confidence;
	bool judged; /* needs, spare and hostwide are known */
	bool holds_known;
	uint64_t holds, needs, spare, hostwide; /* spare: held and not needed */
	bool incomplete;
	size_t events;	     /* open ones */
	size_t hosts, agree; /* as in survey/survey.h; 0 if hosts are not shown */
};
void ct_html__overview_begin(FILE *out, bool hosts, bool events);
void ct_html__overview_row(FILE *out, const struct ct_html_row *row, bool hosts, bool events);
void ct_html__overview_end(FILE *out);

/* ---- snippets ---- */

struct ct_html_format {
	const char *title;
	const char *name; /* as in --format */
	void (*emit)(const struct ct_report *r, FILE *out);
};
extern const struct ct_html_format ct_html_formats[]; /* title NULL: the end */

/* The advice on the n-th workload alone in this format; the caller frees. */
char *ct_html__snippet_text(const struct ct_report *r, size_t n, const struct ct_html_format *f);

/* The snippet in the main format, with a button that copies it; and those in all other formats. */
void ct_html__snippet(FILE *out, const struct ct_report *r, size_t n);
void ct_html__more_snippets(FILE *out, const struct ct_report *r, size_t n);

/* Whether the advice is INCOMPLETE, how sure it is, and its warnings. */
void ct_html__gaps(FILE *out, const struct ct_advice *a);
void ct_html__confidence(FILE *out, const struct ct_advice *a);
void ct_html__warnings(FILE *out, const struct ct_advice *a);

/* Are there so many workloads that a browser would be slow if the page told all details? */
bool ct_html__many(const struct ct_report *r);

/* The result in one sentence; the caller frees. */
char *ct_html__headline(const struct ct_report *r);

/* html_parts.c */
void ct_html__matrix(FILE *out, const struct ct_report *r);
void ct_html__timelines(FILE *out, const struct ct_report *r);

/* html_evidence.c */
void ct_html__evidence(FILE *out, const struct ct_report *r);
void ct_html__trust(FILE *out, const struct ct_report *r);

#endif
