/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Copies what this host stored to PostgreSQL, in a thread with connections of its own. The file is
 * the spool: it holds state, not a queue, so that its size does not depend on how long the server
 * is away.
 */
#ifndef CT_STORE_PUSH_H
#define CT_STORE_PUSH_H

#include "store/store.h"

struct ct_store_push;

struct ct_store_push_opts {
	const char *local;	   /* the file; NULL: CT_STORE_DEFAULT */
	const char *url;	   /* postgresql://... */
	uint64_t counters_ms;	   /* how often what is not news is sent; 0: 15 minutes */
	unsigned int rows_per_sec; /* at most, to catch up; 0: 2000 */
	int64_t retain_age_ms; /* what is older, and than 48 hours, is removed there; 0: nothing */
	bool doubts_clock;     /* as ct_store__doubts_clock() says */
};

struct ct_store_push_status {
	bool connected;
	uint64_t rows, batches, failures; /* sent; transactions; attempts that failed */
	uint64_t pending;		  /* workloads, events and gaps that wait */
	int64_t pushed_ms;		  /* wall clock of the last success; 0: none yet */
	char why[256];			  /* of the last failure, printable; "": none since */
};

/*
 * Starts the thread; the server need not answer yet. -EINVAL: the URL is wrong; -ENOSYS: built
 * without PostgreSQL.
 */
int ct_store_push__start(const struct ct_store_push_opts *o, struct ct_store_push **p,
			 struct ct_err *err);

/* Something is new: send it now. Never blocks. */
void ct_store_push__news(struct ct_store_push *p);

/* Any thread. Never waits for the server. */
void ct_store_push__status(struct ct_store_push *p, struct ct_store_push_status *out);

/* Sends what waits, for at most timeout_ms, and ends the thread. p may be NULL. */
void ct_store_push__stop(struct ct_store_push *p, unsigned int timeout_ms);

#endif
