/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One capability check a call, as often as asked: syslog(10, 0, 0) where dmesg_restrict is 1.
 * Prints nanoseconds a call.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	long n = argc > 1 ? atol(argv[1]) : 2000000;
	struct timespec a, b;

	if (n <= 0 || syscall(SYS_syslog, 10, NULL, 0) < 0)
		return 1;
	clock_gettime(CLOCK_MONOTONIC, &a);
	for (long i = 1; i < n; i++) /* the first was above */
		syscall(SYS_syslog, 10, NULL, 0);
	clock_gettime(CLOCK_MONOTONIC, &b);
	printf("%.2f\n", ((b.tv_sec - a.tv_sec) * 1e9 + (b.tv_nsec - a.tv_nsec)) / n);
	return 0;
}
