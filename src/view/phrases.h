/* SPDX-License-Identifier: GPL-2.0-only */
/* Phrases that the text report and the HTML report share. All strings are raw: escape them. */
#ifndef CT_VIEW_PHRASES_H
#define CT_VIEW_PHRASES_H

#include "judge/judge.h"

/*
 * What calls did after a refusal: "; of the calls watched 3 failed, 1 went on", or "". The caller
 * frees, here and below.
 */
char *ct_view__outcome(const struct ct_outcome *o);

/* "nginx:1.27, docker, watched for 2 min 3 s, 14,203 checks" */
char *ct_view__about(const struct ct_advice *a);

/* "chown to another owner (chown, 12 checks)"; cv may be NULL. */
char *ct_view__reason(const struct ct_cap_verdict *cv);

/* "required", "doubtful", "optional" or "unneeded", never more than 8 characters. Static. */
const char *ct_view__verdict_word(const struct ct_cap_verdict *cv);

/* "minimal after 4 runs of: curl ..." */
char *ct_view__verified(const struct ct_verified *v);

/* What was lost and what that means, or NULL if nothing was. */
char *ct_view__losses(const struct ct_report *r);

#define CT_VIEW_MANY 20 /* up to so many names of a set are listed */

/* "CHOWN KILL", "all but KILL", "no capability" */
char *ct_view__set(uint64_t set);

#endif
