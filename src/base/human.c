/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/human.h"

#include <inttypes.h>

#include "base/util.h"

char *ct_human__count(uint64_t n, const char *one, const char *many)
{
	char digits[32], *p = digits + sizeof(digits);
	uint64_t rest = n;

	*--p = '\0';
	for (int i = 0; i == 0 || rest; i++, rest /= 10) {
		if (i && i % 3 == 0)
			*--p = ',';
		*--p = (char)('0' + rest % 10);
	}
	return ct_xasprintf("%s %s", p, n == 1 ? one : many);
}

char *ct_human__duration(uint64_t ns)
{
	/* Rounded to milliseconds first, since those are what JSON keeps. */
	uint64_t ms = (ns + 500000) / 1000000, s = (ms + 500) / 1000;

	if (ms < 1000)
		return ct_xasprintf("%" PRIu64 " ms", ms);
	if (s < 60)
		return ct_xasprintf("%" PRIu64 " s", s);
	if (s < 3600)
		return ct_xasprintf("%" PRIu64 " min %" PRIu64 " s", s / 60, s % 60);
	if (s < 86400)
		return ct_xasprintf("%" PRIu64 " h %" PRIu64 " min", s / 3600, s / 60 % 60);
	return ct_xasprintf("%" PRIu64 " d %" PRIu64 " h", s / 86400, s / 3600 % 24);
}
