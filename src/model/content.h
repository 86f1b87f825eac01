/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The content of a kind, an act or an exec: everything that distinguishes it from others, wherever
 * and whenever it was seen, so without the ids that are valid for one boot only. A call path is
 * identified by the names of its functions instead of their addresses.
 */
#ifndef CT_MODEL_CONTENT_H
#define CT_MODEL_CONTENT_H

#include "model/session.h"

/* A fingerprint of a stack's function names, which replaces that of its addresses. */
uint64_t ct_stack__hash(char *const *names, size_t len);

/* Replaces ids that are valid for one boot only by what is valid everywhere, or by 0. */
void ct_kind__forget_boot(struct ct_kind *k);
void ct_act__forget_boot(struct ct_act *a);
void ct_workload__forget_boot(struct ct_workload *w); /* of all its kinds and acts */

/* Compares all of a key but the ids that are valid for one boot only; negative, 0 or positive. */
int ct_key__compare(const struct ct_key *a, const struct ct_key *b);

/*
 * For qsort(): by the content alone; 0: they are the same. Of execs that are the same, the first
 * one stands for all, with a count.
 */
int ct_kind__by_content(const void *a, const void *b);
int ct_act__by_content(const void *a, const void *b);
int ct_exec__by_content(const void *a, const void *b);

/*
 * The same, but these also distinguish what the judge distinguishes: kinds by whether none, some or
 * all of their calls ended in a certain way and, in older recordings, by the sample's credentials;
 * acts by whether the refused process went on; execs by all of their credentials. Members that a
 * newer captrim wrote distinguish them, too.
 */
int ct_kind__by_finding(const void *a, const void *b);
int ct_act__by_finding(const void *a, const void *b);
int ct_exec__by_finding(const void *a, const void *b);
int ct_exit__by_finding(const void *a, const void *b);

/* Equal for items of the same content, once the ids of their boot are forgotten. */
uint32_t ct_kind__hash(const void *k);
uint32_t ct_act__hash(const void *a);
uint32_t ct_exec__hash(const void *x);
uint32_t ct_exit__hash(const void *x);

/* Like strcmp(), but NULL comes first. */
int ct_content__compare_text(const char *a, const char *b);

#endif
