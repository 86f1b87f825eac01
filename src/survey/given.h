/* SPDX-License-Identifier: GPL-2.0-only */
/* What deployment files give, as rows beside those of what was seen. */
#ifndef CT_SURVEY_GIVEN_H
#define CT_SURVEY_GIVEN_H

#include "base/opt.h"
#include "judge/judge.h"
#include "survey/survey.h"

/*
 * Adds a row for each container, service or unit of the file; its key is that of the advice which
 * belongs to it. r may be NULL: then the keys are the names. Returns 0 or a negative errno with a
 * message that names file, line and cure.
 */
int ct_survey__add_given(struct ct_survey *sv, const char *path, const struct ct_report *r,
			 struct ct_err *err);

#endif
