/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The workloads of a host or a fleet as rows: what each holds, needs, and could do without. Filled
 * from a report or from a store; readers (list, diff, top, the page) show it. All strings are raw
 * and owned, NULL is "not known".
 */
#ifndef CT_SURVEY_SURVEY_H
#define CT_SURVEY_SURVEY_H

#include "base/err.h"
#include "judge/judge.h"

/* What is known of one capability of a workload. */
struct ct_survey_cap {
	int cap;
	enum ct_verdict verdict;
	enum ct_scope scope;
	uint64_t granted, denied;
	bool chosen; /* it is in the set */
	/* Wall clock; 0: not known. since_ms: when its verdict became what it is. */
	int64_t first_ms, last_ms, since_ms;
	char *site, *syscall, *process;
	char *text; /* why, for people, without a full stop */
};

struct ct_survey_row {
	char *key;	    /* model/identity.h: the same on every host */
	char *label;	    /* what people call it */
	char *host, *store; /* where it was read, to tell several of one name apart */
	enum ct_workload_kind kind;
	enum ct_runtime runtime;
	char *image, *digest, *project, *service, *space, *container;
	bool holds_known;
	uint64_t holds; /* the bounding sets it ran with, together */
	bool judged;	/* the members up to confidence are known */
	uint64_t needs; /* what to give it */
	uint64_t optional;
	uint64_t met;	   /* of a deployment file: needs met by something else that it gives */
	unsigned int gaps; /* of enum ct_gap; 0: the advice is complete */
	enum ct_confidence confidence;
	uint64_t checks, watched_ns;
	double per_sec;		    /* checks; 0 where that is not known */
	int64_t first_ms, last_ms;  /* wall clock; 0: not known */
	struct ct_survey_cap *caps; /* in kernel order, once each */
	size_t ncaps, caps_cap;
	/*
	 * For rows that were joined, or that stand for hosts that are alike: on how many hosts the
	 * workload was seen, and how many of these need exactly what all of them together need.
	 * Otherwise 1 and 1.
	 */
	size_t hosts, agree;
};

struct ct_survey {
	struct ct_survey_row *rows;
	size_t len, cap;
};

/* Adds an empty row at the end, with hosts and agree 1. */
struct ct_survey_row *ct_survey__add(struct ct_survey *sv);
void ct_survey__free(struct ct_survey *sv); /* what it holds */
#define ct_autosurvey __attribute__((cleanup(ct_survey__free)))

/* The entry of a capability, made if need be. */
struct ct_survey_cap *ct_survey_row__cap(struct ct_survey_row *row, int cap);

/*
 * Adds what is known of the same workload on another host, and takes over from it what is better.
 * hosts and agree stay as they are.
 */
void ct_survey_row__join(struct ct_survey_row *into, struct ct_survey_row *from);

/* Adds what is known of the capability on another host, and takes over from it what is better. */
void ct_survey_row__join_cap(struct ct_survey_row *into, struct ct_survey_cap *from);
void ct_survey_cap__free(struct ct_survey_cap *c); /* what it holds */

/* Adds a row for each recommendation; host may be NULL. */
void ct_survey__add_report(struct ct_survey *sv, const struct ct_report *r, const char *host);

/*
 * Makes one row of the rows of a workload on several hosts: it needs what any of them needs. Rows
 * that were joined before stay as they are.
 */
void ct_survey__join(struct ct_survey *sv);

/* What it holds without needing it; 0 if what it holds or what it needs is not known. */
uint64_t ct_survey_row__spare(const struct ct_survey_row *row);

/* What it needs without holding it: what it was refused. 0 if either is not known. */
uint64_t ct_survey_row__lacks(const struct ct_survey_row *row);

/* The capabilities of a set that can reach the whole host. */
uint64_t ct_survey__hostwide(uint64_t set);

/* The needs that reach the host, by the use that was seen or else by what the capability allows. */
uint64_t ct_survey_row__host_needs(const struct ct_survey_row *row);

/* "changing a file's owner (nginx, 5 checks)"; raw, the caller frees. */
char *ct_survey_cap__why(const struct ct_survey_cap *c);

/*
 * Is this exactly one of the names by which people call it: its key, label, service, container, or
 * its unit with or without ".service"?
 */
bool ct_survey_row__is_called(const struct ct_survey_row *row, const char *name);

/* Does one of the rows have that name? */
bool ct_survey__has(const struct ct_survey *sv, const char *name);

enum ct_survey_order { CT_SURVEY_GAIN, CT_SURVEY_NAME, CT_SURVEY_NEEDS, CT_SURVEY_RECENT };
extern const char *const ct_survey_orders[]; /* "gain" ..., by the enum; NULL at the end */

/*
 * gain: by what can be taken away, host-wide capabilities first; last come the rows of which that
 * is not known. needs: likewise by what is needed. Rows that are alike go by label, host and key,
 * so the order is always the same.
 */
void ct_survey__sort(struct ct_survey *sv, enum ct_survey_order order);

/*
 * "web, db and 3 others", printable: the workloads that there are, for a message. The caller frees.
 * NULL: there are none.
 */
char *ct_survey__names(const struct ct_survey *sv);

/* Keeps only the rows for which fn is true. */
void ct_survey__keep(struct ct_survey *sv, bool (*fn)(struct ct_survey_row *row, const void *arg),
		     const void *arg);

/*
 * Keeps only the rows of these names, which are exact; without names all stay. Returns -ENOENT if
 * one of them names nothing: err then lists what there is, and sv is untouched.
 */
int ct_survey__choose(struct ct_survey *sv, const char *const *names, size_t n, struct ct_err *err);

#endif
