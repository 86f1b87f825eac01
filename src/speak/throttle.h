/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Limits how often events may tell of one workload and one set of capabilities. Each such pair has
 * a bucket of its own, so that a noisy one never uses up what belongs to others. Events that do not
 * pass are counted.
 */
#ifndef CT_SPEAK_THROTTLE_H
#define CT_SPEAK_THROTTLE_H

#include "event/notice.h"

struct ct_throttle;

/* Each bucket lets burst events pass at once, then one every refill_ns; buckets is their number. */
struct ct_throttle *ct_throttle__new(size_t buckets, unsigned int burst, uint64_t refill_ns);
void ct_throttle__free(struct ct_throttle *t); /* t may be NULL */

/* May the event pass? If not, it is counted. now_ns must never go back. */
bool ct_throttle__admit(struct ct_throttle *t, const struct ct_notice *e, uint64_t now_ns);

/*
 * ct_throttle__collect() calls fn for what was held back since its last call: for each of at most
 * max buckets, the fullest first, and once without an example for all others together.
 */
struct ct_throttle_held {
	const struct ct_notice *example; /* one of them, borrowed; NULL: of several pairs */
	uint64_t count;
};
typedef void (*ct_throttle_fn)(void *arg, const struct ct_throttle_held *held);
void ct_throttle__collect(struct ct_throttle *t, size_t max, ct_throttle_fn fn, void *arg);

uint64_t ct_throttle__held(const struct ct_throttle *t); /* events held back, ever */

#endif
