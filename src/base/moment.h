/* SPDX-License-Identifier: GPL-2.0-only */
/* Points in time as people write and read them: wall clock, milliseconds since the epoch. */
#ifndef CT_BASE_MOMENT_H
#define CT_BASE_MOMENT_H

#include <stdint.h>

/* For a message: what ct_moment__parse() understands. */
#define CT_MOMENT_FORMS "2026-11-01, '2026-11-01 14:30', 7d (ago), monday, yesterday, today, now"

/*
 * Parses "2026-11-01" (the start of that day), "2026-11-01 14:30" or "2026-11-01T14:30:05" in local
 * time, or in UTC if a time is followed by "Z"; "7d", "2h", "30m" (ago); "monday" (the start of the
 * last Monday, of today if that is one), "yesterday", "today" (their starts); "now". Returns 0, or
 * -EINVAL and leaves *ms alone.
 */
int ct_moment__parse(const char *s, int64_t now_ms, int64_t *ms);

/* "2026-11-01 14:30" in local time; the caller frees. */
char *ct_moment__text(int64_t ms);

/* RFC 3339 in UTC, "2026-11-01T14:30:05.000Z", clamped to the years that it can write; the caller
 * frees. */
char *ct_moment__utc(int64_t ms);

/* Parses RFC 3339 in any time zone, dropping fractions of a millisecond. Returns 0 or -EINVAL. */
int ct_moment__parse_utc(const char *s, int64_t *ms);

#endif
