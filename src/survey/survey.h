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
	char *host, *store; /* that it was read from: of several of one name */
	enum ct_workload_kind kind;
	enum ct_runtime runtime;
	char *image, *digest, *project, *service, *space, *container;
	bool holds_known;
	uint64_t holds; /* the bounding sets it ran with, together */
	bool judged;	/* the members up to confidence are known */
	uint64_t needs; /* what to give it */
	uint64_t optional;
	uint64_t met; /* of a deployment file: needs that something else meets, which it gives */
	unsigned int gaps; /* of enum ct_gap; 0: the advice is complete */
	enum ct_confidence confidence;
	uint64_t checks, watched_ns;
	double per_sec;		    /* checks; 0 where that is not known */
	int64_t first_ms, last_ms;  /* wall clock; 0: not known */
	struct ct_survey_cap *caps; /* in kernel order, once each */
	size_t ncaps, caps_cap;
	/* Of rows that were joined, or stand for hosts that are alike: on how many hosts it was
	 * seen, and how many of these need just what all of them together need. 1 and 1 otherwise.
	 */
	size_t hosts, agree;
};

struct ct_survey {
	struct ct_survey_row *rows;
	size_t len, cap;
};

/* An empty row at the end, hosts and agree 1. */
struct ct_survey_row *ct_survey__add(struct ct_survey *sv);
void ct_survey__free(struct ct_survey *sv); /* what it holds */
#define ct_autosurvey __attribute__((cleanup(ct_survey__free)))

/* The entry of a capability, made if need be. */
struct ct_survey_cap *ct_survey_row__cap(struct ct_survey_row *row, int cap);

/* What is known of the same workload on another host; hosts and agree stay as they are. Takes over
 * what is better of from. */
void ct_survey_row__join(struct ct_survey_row *into, struct ct_survey_row *from);

/* What is known of the capability on another host, too. Takes over what is better of from. */
void ct_survey_row__join_cap(struct ct_survey_row *into, struct ct_survey_cap *from);
void ct_survey_cap__free(struct ct_survey_cap *c); /* what it holds */

/* A row for each advice; host may be NULL. */
void ct_survey__add_report(struct ct_survey *sv, const struct ct_report *r, const char *host);

/* Makes the rows of a workload on several hosts one: what any of them needs, it needs. Does nothing
 * to what was joined already. */
void ct_survey__join(struct ct_survey *sv);

/* What it holds for nothing. */
uint64_t ct_survey_row__spare(const struct ct_survey_row *row);

/* Of a set, the capabilities that can reach the whole host. */
uint64_t ct_survey__hostwide(uint64_t set);

/*
 * The needs that reach the host, by the use that was seen, else by what the capability can.
 */
uint64_t ct_survey_row__host_needs(const struct ct_survey_row *row);

/* "changing a file's owner (nginx, 5 checks)"; raw, the caller frees. */
char *ct_survey_cap__why(const struct ct_survey_cap *c);

/* Is this one of the names by which people call it? Its key, label, service, container, or its unit
 * with or without ".service". Exact. */
bool ct_survey_row__is_called(const struct ct_survey_row *row, const char *name);

/* Is one of the rows called so? */
bool ct_survey__has(const struct ct_survey *sv, const char *name);

enum ct_survey_order { CT_SURVEY_GAIN, CT_SURVEY_NAME, CT_SURVEY_NEEDS, CT_SURVEY_RECENT };
extern const char *const ct_survey_orders[]; /* "gain" ..., NULL: in the order of the enum */

/*
 * gain: by what can be taken away, host-wide capabilities first, then those of which that is not
 * known; needs: likewise by what is needed. Rows that are alike go by label, host and key, so the
 * order is always the same.
 */
void ct_survey__sort(struct ct_survey *sv, enum ct_survey_order order);

/* "web, db and 3 others", printable: what there is, for a message. The caller frees; NULL: none. */
char *ct_survey__names(const struct ct_survey *sv);

/* Leaves the rows for which fn is true. */
void ct_survey__keep(struct ct_survey *sv, bool (*fn)(struct ct_survey_row *row, const void *arg),
		     const void *arg);

/*
 * Leaves the rows of these names, exact. -ENOENT if one of them names nothing: err lists what there
 * is, sv is untouched then. No names: all stay.
 */
int ct_survey__choose(struct ct_survey *sv, const char *const *names, size_t n, struct ct_err *err);

#endif
