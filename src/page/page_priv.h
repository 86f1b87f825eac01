/* SPDX-License-Identifier: GPL-2.0-only */
/* The pages, for the files of page/ alone. Each function writes the content of <main>. */
#ifndef CT_PAGE_PAGE_PRIV_H
#define CT_PAGE_PAGE_PRIV_H

#include <stdio.h>

#include "http/message.h"
#include "page/data.h"

/* What the visitor wants to see. The strings are raw; NULL: not given. */
struct ct_page_filter {
	const char *q;	  /* part of a name, an image, a project or a namespace */
	const char *host; /* a host of the store */
	const char *cap;  /* "SYS_ADMIN" */
	const char *what; /* with cap: "needs", "holds" or "spare"; else: needs or holds it */
	const char *sort; /* one of ct_survey_orders */
	const char *from; /* the number of the first row */
};

extern const char ct_page_style[], ct_page_script[], ct_page_icon[];

/*
 * current is the path of the page's entry in the menu, or NULL; title is raw. The menu is only
 * there if who is true: the visitor is signed in.
 */
void ct_page__begin(FILE *out, const char *title, const char *current, bool who);
void ct_page__end(FILE *out, const struct ct_page_data *d);

void ct_page__workloads(FILE *out, struct ct_page_data *d, const struct ct_page_filter *f);
/* Returns false if there is no such workload. */
bool ct_page__workload(FILE *out, struct ct_page_data *d, const char *key, const char *host);
void ct_page__events(FILE *out, const struct ct_page_data *d, bool all);
void ct_page__hosts(FILE *out, const struct ct_page_data *d);
void ct_page__login(FILE *out, const char *problem, const char *back);

/* ---- for the files above ---- */

/* "/w?key=...", with "&host=..." unless host is NULL. The caller frees. */
char *ct_page__workload_url(const char *key, const char *host);

/* "2026-11-29 00:20 UTC", as a <time> element with the exact time for programs. */
void ct_page__time(FILE *out, int64_t ms);

/* An event as an item of a list. If link is true it names the workload, as a link, and the host. */
void ct_page__event(FILE *out, const struct ct_page_data *d, const struct ct_page_event *e,
		    bool link);

/* A hidden field of a form; nothing if value is NULL. */
void ct_page__hidden(FILE *out, const char *name, const char *value);

/* timeline.c: when each capability was first and last used. */
void ct_page__timeline(FILE *out, const struct ct_page_data *d, const struct ct_survey_row *row);

#endif
