/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a kind, an act or an exec is, wherever and whenever it was seen: everything that tells it
 * from others but the ids that hold for one boot. A call path is known by the names of its
 * functions instead of their addresses.
 */
#ifndef CT_MODEL_CONTENT_H
#define CT_MODEL_CONTENT_H

#include "model/session.h"

/* A fingerprint of a stack's names, which takes the place of one of its addresses. */
uint64_t ct_stack__hash(char *const *names, size_t len);

/* Replaces ids that hold for one boot by what holds everywhere, or by 0. */
void ct_kind__forget_boot(struct ct_kind *k);
void ct_act__forget_boot(struct ct_act *a);
void ct_workload__forget_boot(struct ct_workload *w); /* of all its kinds and acts */

/* By all of a key but the ids that hold for one boot; negative, 0 or positive. */
int ct_key__compare(const struct ct_key *a, const struct ct_key *b);

/*
 * For qsort(), by nothing but the content; 0: they are the same. Of execs that are the same the
 * first one stands for all, with a count.
 */
int ct_kind__by_content(const void *a, const void *b);
int ct_act__by_content(const void *a, const void *b);
int ct_exec__by_content(const void *a, const void *b);

/*
 * The same, but these also distinguish what the judge distinguishes: kinds by whether none, some or
 * all of their calls ended in a way and, in older recordings, by the sample's credentials; acts by
 * whether the refused process went on; execs by all of their credentials. Members that a newer
 * captrim wrote distinguish them, too.
 */
int ct_kind__by_finding(const void *a, const void *b);
int ct_act__by_finding(const void *a, const void *b);
int ct_exec__by_finding(const void *a, const void *b);
int ct_exit__by_finding(const void *a, const void *b);

/* Equal for what has the same content, once the ids of its boot are forgotten. */
uint32_t ct_kind__hash(const void *k);
uint32_t ct_act__hash(const void *a);
uint32_t ct_exec__hash(const void *x);
uint32_t ct_exit__hash(const void *x);

/* As strcmp, where NULL comes first. */
int ct_content__compare_text(const char *a, const char *b);

#endif
