/* SPDX-License-Identifier: GPL-2.0-only */
/* The monotonic clock and the wall clock. */
#ifndef CT_BASE_CLOCK_H
#define CT_BASE_CLOCK_H

#include <stdint.h>

#define CT_NS_PER_MS  1000000ull
#define CT_NS_PER_SEC 1000000000ull

/*
 * Nanoseconds of CLOCK_MONOTONIC, which is also the clock of the probe's events. Times of different
 * boots cannot be compared.
 */
uint64_t ct_clock__now_ns(void);

/* Its time after that many nanoseconds; UINT64_MAX, which never comes, if that is too far away. */
uint64_t ct_clock__after_ns(uint64_t ns);

/* Time of the wall clock since the epoch, to be compared across boots and hosts. */
int64_t ct_clock__wall_ns(void);
int64_t ct_clock__wall_ms(void);

/*
 * Milliseconds since the boot. Unlike CLOCK_MONOTONIC it also counts the time that the machine
 * sleeps.
 */
int64_t ct_clock__boot_ms(void);

/* Sleeps for all of that time, even if signals arrive. */
void ct_clock__sleep_ns(uint64_t ns);

#endif
