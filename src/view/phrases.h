/* SPDX-License-Identifier: GPL-2.0-only */
/* The words that the text report and the HTML report share. All strings are raw: escape them. */
#ifndef CT_VIEW_PHRASES_H
#define CT_VIEW_PHRASES_H

#include "judge/judge.h"

/* How refused calls went on: "; of the calls 3 failed, 1 went on", or "". The caller frees. */
char *ct_view__outcome(const struct ct_outcome *o);

/* "nginx:1.27, docker, watched for 2 min 3 s, 14,203 checks"; the caller frees, here and below. */
char *ct_view__about(const struct ct_advice *a);

/* "chown to another owner (chown, 12 checks)"; cv may be NULL. */
char *ct_view__reason(const struct ct_cap_verdict *cv);

/* "required", "doubtful", "optional", "unneeded", never more than 8 characters. */
const char *ct_view__verdict_word(const struct ct_cap_verdict *cv);

/* "minimal after 4 runs of: curl ..." */
char *ct_view__verified(const struct ct_verified *v);

/* What was lost and what it means, or NULL when nothing was. */
char *ct_view__losses(const struct ct_report *r);

#define CT_VIEW_MANY 20 /* so many names of a set are still read */

/* "CHOWN KILL", "all but KILL", "no capability"; the caller frees. */
char *ct_view__set(uint64_t set);

#endif
