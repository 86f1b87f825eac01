/* SPDX-License-Identifier: GPL-2.0-only */
#include "judge/hitting_set.h"

#include "base/util.h"
#include "model/caps.h"

#define EXACT_MAX 16 /* capabilities in question for which all subsets are tried */

/*
 * Weight is risk. Within a class: reading is less than overriding, a raw socket
 * less than the whole network's configuration, and nothing equals SYS_ADMIN.
 */
unsigned int ct_hitting_set__weight(int cap)
{
	const struct ct_cap_info *info = ct_cap__info(cap);
	unsigned int w = !info || info->risk == CT_RISK_HIGH ? 1000 :
			 info->risk == CT_RISK_MEDIUM	     ? 100 :
							       10;

	if (cap == CAP_SYS_ADMIN)
		w = 5000;
	if (cap == CAP_DAC_OVERRIDE || cap == CAP_NET_ADMIN || cap == CAP_SYS_RESOURCE ||
	    cap == CAP_SYS_PTRACE)
		w += 20;
	return w;
}

static unsigned int weight(int cap, uint64_t seen)
{
	return ct_hitting_set__weight(cap) + (seen >> cap & 1 ? 0 : 1);
}

static unsigned int weight_of_set(uint64_t set, uint64_t seen)
{
	unsigned int sum = 0;

	ct_caps__for_each(cap, set)
		sum += weight(cap, seen);
	return sum;
}

static bool hits_all(uint64_t set, const uint64_t *needs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!(needs[i] & set))
			return false;
	return true;
}

/* The n-th subset of set. */
static uint64_t subset(uint64_t set, unsigned int n)
{
	uint64_t out = 0;

	ct_caps__for_each(cap, set) {
		if (n & 1)
			out |= 1ull << cap;
		n >>= 1;
	}
	return out;
}

static unsigned int hits(int cap, const uint64_t *needs, size_t n, uint64_t have)
{
	unsigned int count = 0;

	for (size_t i = 0; i < n; i++)
		count += !(needs[i] & have) && (needs[i] >> cap & 1);
	return count;
}

/*
 * For too many to try them all: takes what meets most for its weight, then drops what that made
 * needless.
 */
static uint64_t greedy(const uint64_t *needs, size_t n, uint64_t have, uint64_t seen)
{
	const uint64_t kept = have;

	while (!hits_all(have, needs, n)) {
		unsigned int best_hits = 0, best_weight = 1;
		int best = -1;

		ct_caps__for_each(cap, ~have) {
			unsigned int h = hits(cap, needs, n, have), w = weight(cap, seen);

			if (h * best_weight > best_hits * w) {
				best = cap;
				best_hits = h;
				best_weight = w;
			}
		}
		if (best < 0)
			return have; /* a need that nothing meets */
		have |= 1ull << best;
	}
	ct_caps__for_each(cap, have & ~kept)
		if (hits_all(have & ~(1ull << cap), needs, n))
			have &= ~(1ull << cap);
	return have;
}

uint64_t ct_hitting_set__cheapest(const uint64_t *needs, size_t n, uint64_t have, uint64_t seen)
{
	uint64_t open = 0, best = 0;
	unsigned int best_weight = ~0u;

	for (size_t i = 0; i < n; i++)
		if (ct_caps__count(needs[i]) == 1)
			have |= needs[i];
	for (size_t i = 0; i < n; i++)
		if (!(needs[i] & have))
			open |= needs[i];
	if (!open)
		return have;
	if (ct_caps__count(open) > EXACT_MAX)
		return greedy(needs, n, have, seen);
	for (unsigned int i = 0; i < 1u << ct_caps__count(open); i++) {
		uint64_t set = subset(open, i);
		unsigned int w = weight_of_set(set, seen);

		if (w < best_weight && hits_all(set | have, needs, n)) {
			best = set;
			best_weight = w;
		}
	}
	return have | best;
}
