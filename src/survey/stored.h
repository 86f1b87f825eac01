/* SPDX-License-Identifier: GPL-2.0-only */
/* Surveys out of a store. */
#ifndef CT_SURVEY_STORED_H
#define CT_SURVEY_STORED_H

#include "store/store.h"
#include "survey/survey.h"

/*
 * Adds a row for each workload of the query on each host, with its needs if needs is true. What is
 * written at that time may be missing. Returns 0 or a negative errno with a message, sv untouched
 * then.
 */
int ct_survey__read(struct ct_store *s, const struct ct_store_query *q, bool needs,
		    struct ct_survey *sv, struct ct_err *err);

#endif
