/* SPDX-License-Identifier: GPL-2.0-only */
/* Points in time as people write and read them: wall clock, milliseconds since the epoch. */
#ifndef CT_BASE_MOMENT_H
#define CT_BASE_MOMENT_H

#include <stdint.h>

/* For a message: what ct_moment__parse() understands. */
#define CT_MOMENT_FORMS "2026-11-01, '2026-11-01 14:30', 7d (ago), monday, yesterday, today, now"

/*
 * "2026-11-01" (its begin), "2026-11-01 14:30", "2026-11-01T14:30:05", with "Z" behind for UTC,
 * else by the local clock; "7d", "2h", "30m" ago; "monday": when the last one began, today's if it
 * is Monday; "yesterday", "today", "now". Returns 0 or -EINVAL, *ms untouched then.
 */
int ct_moment__parse(const char *s, int64_t now_ms, int64_t *ms);

/* "2026-11-01 14:30" by the local clock; the caller frees. */
char *ct_moment__text(int64_t ms);

/* RFC 3339 in UTC, "2026-11-01T14:30:05.000Z", within the years that it can write; the caller
 * frees. */
char *ct_moment__utc(int64_t ms);

/* RFC 3339 in any zone; what is below a millisecond is left out. Returns 0 or -EINVAL. */
int ct_moment__parse_utc(const char *s, int64_t *ms);

#endif
