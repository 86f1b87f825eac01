/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How long single capability checks take, at a given rate: latency CALLS RATE [getppid]. Each call
 * is syslog(10, 0, 0), which is one check where dmesg_restrict is 1, and is timed by itself. Prints
 * nanoseconds: the rate reached, and the quantiles 50, 90, 99, 99.9 and 99.99 %.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <x86intrin.h>
static uint64_t ticks(void)
{
	unsigned int cpu;
	uint64_t t = __rdtscp(&cpu);

	_mm_lfence();
	return t;
}
#else
static uint64_t ticks(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}
#endif

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static int by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static double ticks_per_ns(void)
{
	uint64_t t = ticks(), ns = now_ns();

	while (now_ns() - ns < 100000000)
		;
	return (double)(ticks() - t) / (double)(now_ns() - ns);
}

int main(int argc, char **argv)
{
	static const double quantiles[] = { 0.5, 0.9, 0.99, 0.999, 0.9999 };
	long n = argc > 1 ? atol(argv[1]) : 2000000, rate = argc > 2 ? atol(argv[2]) : 2000000;
	long call = argc > 3 && !strcmp(argv[3], "getppid") ? SYS_getppid : SYS_syslog;
	uint32_t *took = malloc((size_t)(n > 0 ? n : 1) * sizeof(*took));
	double scale = ticks_per_ns();
	uint64_t slot, next, began;

	if (n < 1000 || rate < 1 || !took || syscall(call, 10, NULL, 0) < 0)
		return 1;
	memset(took, 1, (size_t)n * sizeof(*took)); /* no page faults within the loop */
	slot = (uint64_t)(1e9 / (double)rate * scale);
	next = ticks();
	began = now_ns();
	for (long i = 0; i < n; i++) {
		uint64_t a, b;

		while ((a = ticks()) < next)
			;
		syscall(call, 10, NULL, 0);
		b = ticks();
		took[i] = b - a < UINT32_MAX ? (uint32_t)(b - a) : UINT32_MAX;
		/* What took too long is not made up for. */
		next = b > next + slot ? b : next + slot;
	}
	began = now_ns() - began;
	qsort(took, (size_t)n, sizeof(*took), by_size);
	printf("%.0f", (double)n * 1e9 / (double)began);
	for (size_t i = 0; i < sizeof(quantiles) / sizeof(*quantiles); i++)
		printf(" %.0f", took[(size_t)((double)(n - 1) * quantiles[i])] / scale);
	printf("\n");
	return 0;
}
