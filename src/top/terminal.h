/* SPDX-License-Identifier: GPL-2.0-only */
/* The live table on a terminal. */
#ifndef CT_TOP_TERMINAL_H
#define CT_TOP_TERMINAL_H

#include "top/feed.h"
#include "top/state.h"

struct ct_top_opts {
	enum ct_survey_order order;
	uint64_t interval_ns; /* between two readings */
	bool color;
};

/*
 * Shows the feed until the user, a signal or a hang-up ends it; the terminal is then as it was
 * before. Standard input and output are one. -ENOTTY: it is of a kind that is not known; -ENOSYS:
 * built without ncurses.
 */
int ct_top__run(struct ct_feed *feed, const struct ct_top_opts *opts, struct ct_err *err);

#endif
