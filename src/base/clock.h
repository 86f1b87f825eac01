/* SPDX-License-Identifier: GPL-2.0-only */
/* The two clocks that everything here reads, and nothing else. */
#ifndef CT_BASE_CLOCK_H
#define CT_BASE_CLOCK_H

#include <stdint.h>

#define CT_NS_PER_MS  1000000ull
#define CT_NS_PER_SEC 1000000000ull

/*
 * Nanoseconds of CLOCK_MONOTONIC, which is the clock of the probe's events, too. Times of different
 * boots do not compare.
 */
uint64_t ct_clock__now_ns(void);

/* Milliseconds of the wall clock since the epoch: for what is compared across boots and hosts. */
int64_t ct_clock__wall_ms(void);

/* Sleeps that long, whatever signals arrive. */
void ct_clock__sleep_ns(uint64_t ns);

#endif
