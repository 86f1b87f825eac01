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
 * before. Standard input and output must be the terminal. Returns -ENOTTY if its type is unknown,
 * -ENOSYS if captrim was built without ncurses, or another negative errno.
 */
int ct_top__run(struct ct_feed *feed, const struct ct_top_opts *opts, struct ct_err *err);

#endif
