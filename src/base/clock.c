/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/clock.h"

#include <errno.h>
#include <time.h>

uint64_t ct_clock__now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * CT_NS_PER_SEC + (uint64_t)t.tv_nsec;
}

uint64_t ct_clock__after_ns(uint64_t ns)
{
	uint64_t at;

	return __builtin_add_overflow(ct_clock__now_ns(), ns, &at) ? UINT64_MAX : at;
}

int64_t ct_clock__wall_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * (int64_t)CT_NS_PER_SEC + t.tv_nsec;
}

int64_t ct_clock__wall_ms(void)
{
	return ct_clock__wall_ns() / (int64_t)CT_NS_PER_MS;
}

int64_t ct_clock__boot_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / (int64_t)CT_NS_PER_MS;
}

void ct_clock__sleep_ns(uint64_t ns)
{
	struct timespec left = { (time_t)(ns / CT_NS_PER_SEC), (long)(ns % CT_NS_PER_SEC) };

	while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR)
		;
}
