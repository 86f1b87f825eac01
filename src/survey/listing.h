/* SPDX-License-Identifier: GPL-2.0-only */
/* A survey as people and programs read it. What is written is printable. */
#ifndef CT_SURVEY_LISTING_H
#define CT_SURVEY_LISTING_H

#include <stdio.h>

#include "base/term.h"
#include "survey/survey.h"

#define CT_LIST_SCHEMA "captrim.list/1"

/* A line for each workload, at most width columns; 0: however long it gets. */
void ct_survey__table(const struct ct_survey *sv, FILE *out, const struct ct_term *term, int width);

/* All that is known of each workload. */
void ct_survey__details(const struct ct_survey *sv, FILE *out, const struct ct_term *term);

/* One document, indented. */
void ct_survey__json(const struct ct_survey *sv, FILE *out);

/*
 * "SYS_ADMIN NET_RAW KILL +4": the names of a set, those first that reach the host, as many as fit
 * into width columns (0: all). The caller frees.
 */
char *ct_survey__set_text(uint64_t set, int width);

/*
 * What it holds: "14", "all", or "?" if that is not known. What it needs: "4", "4, 1 HOST", or "-"
 * if it was not judged. The caller frees.
 */
char *ct_survey_row__holds_text(const struct ct_survey_row *row);
char *ct_survey_row__needs_text(const struct ct_survey_row *row);

/*
 * What can be taken away, in at most width columns (0: any number). For an incomplete
 * recommendation without names, since what they stand for may be needed. The caller frees.
 */
char *ct_survey_row__spare_text(const struct ct_survey_row *row, int width);

/* "start not seen, losses": short words for gaps; NULL: there are none. The caller frees. */
char *ct_survey__gaps_text(unsigned int gaps);

#endif
