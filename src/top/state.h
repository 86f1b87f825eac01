/* SPDX-License-Identifier: GPL-2.0-only */
/* captrim top apart from the terminal: what is shown, and what a key does. */
#ifndef CT_TOP_STATE_H
#define CT_TOP_STATE_H

#include "survey/survey.h"
#include "top/canvas.h"

enum ct_top_view { CT_TOP_LIST, CT_TOP_DETAIL, CT_TOP_HELP };

/* Keys that are not characters. */
enum ct_top_key {
	CT_KEY_UP = 0x110000, /* above every Unicode character */
	CT_KEY_DOWN,
	CT_KEY_PAGE_UP,
	CT_KEY_PAGE_DOWN,
	CT_KEY_HOME,
	CT_KEY_END,
	CT_KEY_ENTER,
	CT_KEY_ESCAPE,
	CT_KEY_BACKSPACE,
};

/* What the caller has to do for a key, besides drawing the screen again. */
enum ct_top_act { CT_TOP_NOTHING, CT_TOP_QUIT, CT_TOP_REFRESH, CT_TOP_OPEN };

struct ct_top {
	char *title; /* where the rows come from */
	bool live;   /* rates are known */
	int width, height;
	enum ct_top_view view;
	enum ct_survey_order order;
	struct ct_survey rows; /* all of them, sorted */
	size_t *shown;	       /* indices of the rows that pass the filter */
	size_t nshown;
	char *selected; /* the key of the selected workload; NULL: the first */
	size_t at;	/* index in shown of the selected row */
	size_t first;	/* index in shown of the uppermost row on the screen */
	char filter[64];
	bool typing; /* the filter is being typed */
	bool paused;
	int64_t taken_ms; /* when the rows were taken; 0: not yet */
	char *problem;	  /* why they could not be read last time, printable; NULL: they were */
	bool passing;	  /* it is not of the rows, and goes with the next key */
	struct ct_canvas detail;
	size_t detail_first;
};

void ct_top__init(struct ct_top *t, const char *title, bool live);
void ct_top__free(struct ct_top *t); /* what it holds */

void ct_top__resize(struct ct_top *t, int width, int height);

/* Takes over the rows. If live, the rates are computed from the previous rows. */
void ct_top__set_rows(struct ct_top *t, struct ct_survey *sv, int64_t now_ms);
void ct_top__set_problem(struct ct_top *t, const char *problem);
/* The detail view could not be read: shows the list, and why until the next key. */
void ct_top__set_no_detail(struct ct_top *t, const char *problem);

/* Takes over the lines of the detail view, and shows them. The scroll position stays. */
void ct_top__set_detail(struct ct_top *t, struct ct_canvas *detail);

/* The selected row; NULL if there is none. */
const struct ct_survey_row *ct_top__selected(const struct ct_top *t);

/* key is a character or one of enum ct_top_key. */
enum ct_top_act ct_top__key(struct ct_top *t, int key);

/* Draws the whole screen: height lines, none wider than width. */
void ct_top__draw(const struct ct_top *t, int64_t now_ms, struct ct_canvas *f);

/* detail.c: adds the lines of the detail view. a belongs to r; row may be NULL. */
void ct_top__evidence(const struct ct_report *r, const struct ct_advice *a,
		      const struct ct_survey_row *row, int width, struct ct_canvas *f);

#endif
