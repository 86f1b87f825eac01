/* SPDX-License-Identifier: GPL-2.0-only */
/* Surveys read from a store. */
#ifndef CT_SURVEY_STORED_H
#define CT_SURVEY_STORED_H

#include "store/store.h"
#include "survey/survey.h"

/*
 * Adds a row for each workload of the query on each host, with its needs if needs is true. What is
 * written at the same time may be missing. Returns 0, or a negative errno with a message; sv is
 * then untouched.
 */
int ct_survey__read(struct ct_store *s, const struct ct_store_query *q, bool needs,
		    struct ct_survey *sv, struct ct_err *err);

enum ct_survey_depth {
	CT_DEPTH_ROWS,	/* no single capabilities */
	CT_DEPTH_REACH, /* how far each need reaches */
	CT_DEPTH_NEEDS, /* everything */
};

/*
 * The same, joined (ct_survey__join()), without reading more than the depth asks for. For a fleet
 * with hundreds of thousands of rows the server adds up what is alike.
 */
int ct_survey__read_joined(struct ct_store *s, const struct ct_store_query *q,
			   enum ct_survey_depth depth, struct ct_survey *sv, struct ct_err *err);

#endif
