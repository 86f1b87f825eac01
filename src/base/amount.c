/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/amount.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DECIMALS 4 /* of a percent: parts in a million */

int ct_number__parse(const char *s, uint64_t *n, const char **end)
{
	uint64_t read;
	char *behind;

	if (!isdigit((unsigned char)*s))
		return -EINVAL;
	errno = 0;
	read = strtoull(s, &behind, 10);
	if (errno)
		return -EINVAL;
	*n = read;
	*end = behind;
	return 0;
}

int ct_size__parse(const char *s, uint64_t *bytes)
{
	static const char units[] = "KMGT";
	const char *unit, *end;
	uint64_t n;

	if (ct_number__parse(s, &n, &end))
		return -EINVAL;
	unit = *end ? strchr(units, toupper((unsigned char)*end)) : NULL;
	if (*end && (!unit || end[1]))
		return -EINVAL;
	for (const char *u = units; unit && u <= unit; u++)
		if (__builtin_mul_overflow(n, 1024ull, &n))
			return -EINVAL;
	*bytes = n;
	return 0;
}

int ct_share__parse(const char *s, uint64_t *ppm)
{
	int decimals = -1; /* no decimal point was read yet */
	uint64_t n = 0;

	if (!isdigit((unsigned char)*s))
		return -EINVAL;
	for (; isdigit((unsigned char)*s) || (*s == '.' && decimals < 0); s++) {
		if (*s == '.' || decimals >= 0)
			decimals++;
		if (*s == '.')
			continue;
		if (decimals > DECIMALS || n > UINT32_MAX)
			return -EINVAL;
		n = n * 10 + (uint64_t)(*s - '0');
	}
	if (decimals == 0 || strcmp(s, "%") != 0)
		return -EINVAL;
	for (int i = decimals < 0 ? 0 : decimals; i < DECIMALS; i++)
		n *= 10;
	*ppm = n;
	return 0;
}
