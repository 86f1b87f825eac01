/* SPDX-License-Identifier: GPL-2.0-only */
/* The cheapest set that meets every need. */
#ifndef CT_JUDGE_HITTING_SET_H
#define CT_JUDGE_HITTING_SET_H

#include <stddef.h>
#include <stdint.h>

/*
 * Each need is a set of which one member suffices. Returns the set of least
 * weight that hits all; seen: capabilities that were granted in the recording, preferred
 * among equals. have: members that are in the set anyway and cost nothing.
 */
uint64_t ct_hitting_set__cheapest(const uint64_t *needs, size_t n, uint64_t have, uint64_t seen);

/* What a capability costs in such a set: its risk. */
unsigned int ct_hitting_set__weight(int cap);

#endif
