/* SPDX-License-Identifier: GPL-2.0-only */
/* Further questions about a recommendation, asked by formats, reports, patches and checks alike. */
#ifndef CT_JUDGE_QUESTIONS_H
#define CT_JUDGE_QUESTIONS_H

#include "judge/judge.h"

/* ---- of a capability ---- */

/* NULL when the advice says nothing of that capability. */
const struct ct_cap_verdict *ct_advice__cap(const struct ct_advice *a, int cap);

/* How far its use reached where one was seen, else how far it can reach; a may be NULL. */
enum ct_scope ct_advice__scope(const struct ct_advice *a, int cap);

/* Those of given that can stand in for cap where it is missing; 0: there are none. */
uint64_t ct_advice__stand_ins(const struct ct_advice *a, int cap, uint64_t given);

/* Is the need uncertain? The most important reason decides: if it is sure, so is the need. */
bool ct_cap_verdict__is_doubtful(const struct ct_cap_verdict *cv);

/* ---- sets ---- */

/* Of the set, those whose need is doubtful, and those whose use reached beyond the container. */
uint64_t ct_advice__doubtful(const struct ct_advice *a);
uint64_t ct_advice__hostwide(const struct ct_advice *a);

/* Used, and not in the set because programs manage without. */
uint64_t ct_advice__left_out(const struct ct_advice *a);

/* Of the set, those that no file's capabilities or set-uid bit give to a user other than root. */
uint64_t ct_advice__roots_only(const struct ct_advice *a);

/* The same where the entry point was not root: adding them does nothing. */
uint64_t ct_advice__powerless(const struct ct_advice *a);

/* ---- of the workload ---- */

/*
 * Would it run with no_new_privs? No: a program in it gained rights by a set-uid bit or file
 * capabilities. Likely: none was seen to, but not all of it was seen.
 */
enum ct_nnp { CT_NNP_NO, CT_NNP_LIKELY, CT_NNP_YES };
enum ct_nnp ct_advice__nnp(const struct ct_report *r, const struct ct_advice *a);

/* The same for Kubernetes, whose allowPrivilegeEscalation: false contradicts SYS_ADMIN. */
enum ct_nnp ct_advice__no_escalation(const struct ct_report *r, const struct ct_advice *a);

/* ---- warnings ---- */

bool ct_advice__warns(const struct ct_advice *a, const char *code);

/*
 * Low-signal warnings, true of nearly every workload: shown on request (-v, JSON, HTML), and by
 * formats whose target differs in just that.
 */
bool ct_warning__is_aside(const struct ct_warning *w);

/* Good to know, and no danger where it was recorded. */
bool ct_warning__is_note(const struct ct_warning *w);

#endif
