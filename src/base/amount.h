/* SPDX-License-Identifier: GPL-2.0-only */
/* Amounts as people write them: sizes and shares. Durations are in base/opt.h. */
#ifndef CT_BASE_AMOUNT_H
#define CT_BASE_AMOUNT_H

#include <stdint.h>

/*
 * Parses the digits that s begins with; *end points past them. Returns 0, or -EINVAL if there are
 * none or the number is too large, and then leaves *n and *end untouched.
 */
int ct_number__parse(const char *s, uint64_t *n, const char **end);

/* "64M", "2G", "512K", "4096" (bytes; K is 1024). Returns 0, or -EINVAL and leaves *bytes alone. */
int ct_size__parse(const char *s, uint64_t *bytes);

/* "2%", "0.5%", "150%" to parts in a million. Returns 0, or -EINVAL and leaves *ppm alone. */
int ct_share__parse(const char *s, uint64_t *ppm);

#endif
