/* SPDX-License-Identifier: GPL-2.0-only */
/* The pages, for the files of page/ alone. Each writes what stands in <main>. */
#ifndef CT_PAGE_PAGE_PRIV_H
#define CT_PAGE_PAGE_PRIV_H

#include <stdio.h>

#include "http/message.h"
#include "page/data.h"

/* What somebody wants to see. Raw; NULL: not said. */
struct ct_page_filter {
	const char *q;	  /* part of a name, an image, a project or a namespace */
	const char *host; /* one of the store's */
	const char *cap;  /* "SYS_ADMIN" */
	const char *what; /* with cap: "needs", "holds", "spare"; else any */
	const char *sort; /* of ct_survey_orders */
	const char *from; /* the number of the first row */
};

extern const char ct_page_style[], ct_page_script[], ct_page_icon[];

/* current: the path of the entry in the menu; title is raw. who: somebody is signed in. */
void ct_page__begin(FILE *out, const char *title, const char *current, bool who);
void ct_page__end(FILE *out, const struct ct_page_data *d);

void ct_page__workloads(FILE *out, struct ct_page_data *d, const struct ct_page_filter *f);
/* False: there is no such workload. */
bool ct_page__workload(FILE *out, struct ct_page_data *d, const char *key, const char *host);
void ct_page__events(FILE *out, const struct ct_page_data *d, bool all);
void ct_page__hosts(FILE *out, const struct ct_page_data *d);
void ct_page__login(FILE *out, const char *problem, const char *back);

/* ---- for the files above ---- */

/* "/w?key=..." and with the host, if there is one. The caller frees. */
char *ct_page__workload_url(const char *key, const char *host);

/* "2026-11-29 00:20 UTC", with the exact time for programs. */
void ct_page__time(FILE *out, int64_t ms);

/* An event as an item of a list; with its workload's name as a link, or without. */
void ct_page__event(FILE *out, const struct ct_page_data *d, const struct ct_page_event *e,
		    bool link);

/* "name=value" pairs as a hidden field; nothing if value is NULL. */
void ct_page__hidden(FILE *out, const char *name, const char *value);

/* timeline.c: when each capability was first and last used. */
void ct_page__timeline(FILE *out, const struct ct_page_data *d, const struct ct_survey_row *row);

#endif
