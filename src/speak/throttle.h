/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How often one workload may be told of for one capability. Each pair has a bucket of its own, so
 * that one which is loud never uses up what is another's; what does not pass is counted.
 */
#ifndef CT_SPEAK_THROTTLE_H
#define CT_SPEAK_THROTTLE_H

#include "event/notice.h"

struct ct_throttle;

/* burst at once, then one every refill_ns; at most so many buckets. */
struct ct_throttle *ct_throttle__new(size_t buckets, unsigned int burst, uint64_t refill_ns);
void ct_throttle__free(struct ct_throttle *t); /* t may be NULL */

/* May it pass? If not, it is counted. now_ns never goes back. */
bool ct_throttle__admit(struct ct_throttle *t, const struct ct_notice *e, uint64_t now_ns);

/* What was held back since the last call: most first, those beyond max in one without an example.
 */
struct ct_throttle_held {
	const struct ct_notice *example; /* one of them, borrowed; NULL: of several workloads */
	uint64_t count;
};
typedef void (*ct_throttle_fn)(void *arg, const struct ct_throttle_held *held);
void ct_throttle__collect(struct ct_throttle *t, size_t max, ct_throttle_fn fn, void *arg);

uint64_t ct_throttle__held(const struct ct_throttle *t); /* in all, ever */

#endif
