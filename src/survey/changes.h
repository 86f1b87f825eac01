/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between two looks at workloads: at two times, on two hosts, of two images, or
 * between what a deployment file gives and what is needed. Computes only.
 */
#ifndef CT_SURVEY_CHANGES_H
#define CT_SURVEY_CHANGES_H

#include "base/term.h"
#include "survey/survey.h"

#define CT_DIFF_SCHEMA "captrim.diff/1"

enum ct_side_kind { CT_SIDE_TIME, CT_SIDE_HOST, CT_SIDE_IMAGE, CT_SIDE_FILE };

/* One side; it does not own what it was read from. */
struct ct_side {
	enum ct_side_kind kind;
	const char *text;    /* as it was typed */
	int64_t ms;	     /* for a time: wall clock */
	struct ct_survey sv; /* owned */
};

enum ct_change_kind {
	CT_CHANGE_SAME,
	CT_CHANGE_OTHER,
	CT_CHANGE_ONLY_A, /* of two times: not seen any more */
	CT_CHANGE_ONLY_B, /* of two times: new */
};

struct ct_survey_change {
	enum ct_change_kind kind;
	const struct ct_survey_row *a, *b; /* borrowed from the sides; NULL: not there */
	uint64_t needs_added, needs_gone;  /* where both sides are judged */
	uint64_t holds_added, holds_gone;  /* where both are known and are not times */
	uint64_t lacks, spare;		   /* where one is a file: given too little, too much */
};

struct ct_changes {
	const struct ct_side *a, *b;
	struct ct_survey_change *items; /* those that differ first, then by label */
	size_t len, cap;
	size_t same; /* how many of them do not differ */
};

/* Leaves what was known at that time: takes out later workloads and needs. */
void ct_survey__as_of(struct ct_survey *sv, int64_t ms);

/*
 * Keeps only what ran an image. spec: "nginx", "nginx:1.27", "nginx@sha256:..." or both; a digest
 * may be cut to 12 digits of its hash.
 */
void ct_survey__of_image(struct ct_survey *sv, const char *spec);

/* Joins all rows into one with that name. */
void ct_survey__as_one(struct ct_survey *sv, const char *name);

/* Compares rows that have the same key. */
void ct_changes__find(const struct ct_side *a, const struct ct_side *b, struct ct_changes *out);
void ct_changes__free(struct ct_changes *c); /* what it holds */

void ct_changes__text(const struct ct_changes *c, FILE *out, const struct ct_term *term);
void ct_changes__json(const struct ct_changes *c, FILE *out);

static inline void ct_side__free(struct ct_side *s)
{
	ct_survey__free(&s->sv);
}
#define ct_autoside __attribute__((cleanup(ct_side__free)))

#endif
