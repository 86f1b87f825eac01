/* SPDX-License-Identifier: GPL-2.0-only */
/* Removing what is old, in a file and on a server. */
#ifndef CT_STORE_RETAIN_H
#define CT_STORE_RETAIN_H

#include "store/db.h"

/* Both clocks when they were last compared, and until when nothing is removed for its age. */
struct ct_clock_doubt {
	int64_t wall_ms, boot_ms, until_ms;
};

/*
 * At the beginning the clock is compared with the last time that was stored: a host that was off
 * for long, or one whose clock is wrong since it booted.
 */
void ct_retain__begin(struct ct_clock_doubt *d, int64_t stored_ms, int64_t now_ms);

/*
 * If the clock jumps forward for a while, everything looks old. So after a jump nothing goes for
 * its age before a day has passed, in which somebody may set it right. Starts as {}.
 */
bool ct_retain__trusts(struct ct_clock_doubt *d, int64_t now_ms);

/* Within a transaction: all that was last seen before that time, of one host or of all (""). */
int ct_retain__before(struct ct_db *db, int64_t before_ms, const char *host, struct ct_err *err);

#endif
