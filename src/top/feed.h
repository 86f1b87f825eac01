/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the live table gets its rows from: a store, or a probe of its own. */
#ifndef CT_TOP_FEED_H
#define CT_TOP_FEED_H

#include "base/loop.h"
#include "record/recorder.h"
#include "store/store.h"
#include "survey/survey.h"
#include "top/canvas.h"

struct ct_feed {
	char *title;	      /* "the store /var/lib/..."; raw, owned */
	bool live;	      /* checks are counted as they happen */
	struct ct_loop *loop; /* to be turned; belongs to the feed */
	/* Adds a row for each workload. 0, or 1: it is as it was, and no row is added; or -errno.
	 */
	int (*renew)(struct ct_feed *f, struct ct_survey *sv, struct ct_err *err);
	/* The lines of the detail view of a workload. */
	int (*detail)(struct ct_feed *f, const struct ct_survey_row *row, int width,
		      struct ct_canvas *out, struct ct_err *err);
	void (*close)(struct ct_feed *f);
};

/* What the query borrows lives as long as the feed. url: as of ct_store__open(). */
int ct_feed__open_store(const char *url, const struct ct_store_query *q, struct ct_feed **f,
			struct ct_err *err);

/*
 * Attaches, as root: what is seen from now on, in memory. Of how only the attach type and the
 * engine to be asked are taken.
 */
int ct_feed__open_live(const struct ct_recorder_opts *how, struct ct_feed **f, struct ct_err *err);

void ct_feed__close(struct ct_feed *f); /* f may be NULL */

#endif
