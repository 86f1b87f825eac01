/* SPDX-License-Identifier: GPL-2.0-only */
/* captrim top without its terminal: what is shown, and what a key does. */
#ifndef CT_TOP_STATE_H
#define CT_TOP_STATE_H

#include "survey/survey.h"
#include "top/canvas.h"

enum ct_top_view { CT_TOP_LIST, CT_TOP_DETAIL, CT_TOP_HELP };

/* Keys beside characters. */
enum ct_top_key {
	CT_KEY_UP = 0x110000, /* behind the last character */
	CT_KEY_DOWN,
	CT_KEY_PAGE_UP,
	CT_KEY_PAGE_DOWN,
	CT_KEY_HOME,
	CT_KEY_END,
	CT_KEY_ENTER,
	CT_KEY_ESCAPE,
	CT_KEY_BACKSPACE,
};

/* What is to be done for a key, beside drawing anew. */
enum ct_top_act { CT_TOP_NOTHING, CT_TOP_QUIT, CT_TOP_REFRESH, CT_TOP_OPEN };

struct ct_top {
	char *title; /* where the rows come from */
	bool live;   /* rates are known */
	int width, height;
	enum ct_top_view view;
	enum ct_survey_order order;
	struct ct_survey rows; /* sorted; all of them */
	size_t *shown;	       /* numbers of those that the filter lets through */
	size_t nshown;
	char *selected; /* its key; NULL: the first */
	size_t at;	/* the selected one, among the shown */
	size_t first;	/* the uppermost that is to be seen */
	char filter[64];
	bool typing; /* the filter */
	bool paused;
	int64_t taken_ms; /* when the rows were taken; 0: not yet */
	char *problem;	  /* why the last try gave none, printable; NULL: it did */
	struct ct_canvas detail;
	size_t detail_first;
};

void ct_top__init(struct ct_top *t, const char *title, bool live);
void ct_top__free(struct ct_top *t); /* what it holds */

void ct_top__resize(struct ct_top *t, int width, int height);

/* Takes the rows. Rates are worked out from what was there before. */
void ct_top__set_rows(struct ct_top *t, struct ct_survey *sv, int64_t now_ms);
void ct_top__set_problem(struct ct_top *t, const char *problem);

/* Takes the lines of the detail view, and shows them. Where it was scrolled to stays. */
void ct_top__set_detail(struct ct_top *t, struct ct_canvas *detail);

/* The selected row; NULL: there is none. */
const struct ct_survey_row *ct_top__selected(const struct ct_top *t);

/* key: a character or of enum ct_top_key. */
enum ct_top_act ct_top__key(struct ct_top *t, int key);

/* All lines of the screen, height of them, none wider than width. */
void ct_top__draw(const struct ct_top *t, int64_t now_ms, struct ct_canvas *f);

/* detail.c: the lines of the detail view. a is of r; row may be NULL. */
void ct_top__evidence(const struct ct_report *r, const struct ct_advice *a,
		      const struct ct_survey_row *row, int width, struct ct_canvas *f);

#endif
