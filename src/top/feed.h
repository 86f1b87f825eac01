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
	struct ct_loop *loop; /* for the caller to run; belongs to the feed */
	/*
	 * Adds a row for each workload and returns 0. Returns 1 if nothing has changed; no row is
	 * added then. Or a negative errno.
	 */
	int (*renew)(struct ct_feed *f, struct ct_survey *sv, struct ct_err *err);
	/* Adds the lines of a workload's detail view. Returns 0 or a negative errno. */
	int (*detail)(struct ct_feed *f, const struct ct_survey_row *row, int width,
		      struct ct_canvas *out, struct ct_err *err);
	void (*close)(struct ct_feed *f);
};

/* What the query borrows must live as long as the feed. url is as in ct_store__open(). */
int ct_feed__open_store(const char *url, const struct ct_store_query *q, struct ct_feed **f,
			struct ct_err *err);

/*
 * Attaches a probe, which needs root, and keeps in memory what is seen from then on. Of "how", only
 * the backend and the engine are used.
 */
int ct_feed__open_live(const struct ct_recorder_opts *how, struct ct_feed **f, struct ct_err *err);

void ct_feed__close(struct ct_feed *f); /* f may be NULL */

#endif
