/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the pages show, read from a store at one time. Pages are made from this alone, so that they
 * can be tested without a store. All strings are raw and owned; NULL means "not known".
 */
#ifndef CT_PAGE_DATA_H
#define CT_PAGE_DATA_H

#include "survey/survey.h"

struct ct_page_event {
	char *id, *kind, *host, *key, *label;
	char *capability, *verdict, *scope, *text;
	int64_t time_ms, expires_ms, acked_ms; /* wall clock; 0: never, or not yet */
	char *acked_by, *note;
};

struct ct_page_gap {
	char *host, *key, *why, *text;
	int64_t from_ms, to_ms;
};

struct ct_page_host {
	char *name, *kernel, *arch, *backend, *captrim;
	int64_t first_ms, last_ms;
	uint64_t workloads;
};

struct ct_page_data {
	int64_t now_ms;
	struct ct_survey survey;
	struct ct_page_event *events; /* newest first */
	size_t nevents, events_cap;
	struct ct_page_gap *gaps; /* newest first */
	size_t ngaps, gaps_cap;
	struct ct_page_host *hosts;
	size_t nhosts, hosts_cap;
	/* The recordings of one workload, and the advice made from them; NULL: not asked for. */
	struct ct_session *session;
	struct ct_report *report;
	size_t recorded_on; /* how many hosts' recordings these two are made from; 0: all */
};

void ct_page_data__free(struct ct_page_data *d); /* what it holds */
#define ct_autopagedata __attribute__((cleanup(ct_page_data__free)))

bool ct_page_event__is_open(const struct ct_page_event *e, int64_t now_ms);

/* What a page needs to have loaded. All zero: nothing but the hosts. */
struct ct_page_want {
	const char *host; /* only what belongs to this host; NULL: to any */
	const char *key;  /* only this workload, with its recordings; NULL: all, without */
	bool survey, events, gaps;
	bool needs; /* with key: the needs in full; without: how far those of each reach */
	bool whole; /* the recordings of all its hosts, even of thousands */
};

/* Fills d, which is empty. Returns 0, or a negative errno with a message; d is then still empty. */
typedef int (*ct_page_load_fn)(void *arg, const struct ct_page_want *want, struct ct_page_data *d,
			       struct ct_err *err);

#endif
