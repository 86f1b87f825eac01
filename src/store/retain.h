/* SPDX-License-Identifier: GPL-2.0-only */
/* Removing what is old, in a file and on a server. */
#ifndef CT_STORE_RETAIN_H
#define CT_STORE_RETAIN_H

#include "store/db.h"

/*
 * What was not seen for so long has ended: a quiet workload that runs is stored once a day, and
 * what it needs is not sent to a server again.
 */
#define CT_RETAIN_QUIET_MS (48 * 3600 * 1000ll)

/*
 * Both clocks when they were last compared. Before until_ms, of the boot clock, nothing is removed
 * for its age.
 */
struct ct_clock_doubt {
	int64_t wall_ms, boot_ms, until_ms;
};

/*
 * Compares the clock with the last stored time. If they are far apart, the host was off for long,
 * or its clock is wrong since it booted: then the clock is in doubt for a day.
 */
void ct_retain__begin(struct ct_clock_doubt *d, int64_t stored_ms, int64_t now_ms);

/*
 * May anything be removed for its age? If the clock jumps forward for a while, everything looks
 * old. So after a jump nothing may for a day, in which somebody can set the clock right. *d starts
 * as {}.
 */
bool ct_retain__trusts(struct ct_clock_doubt *d, int64_t now_ms);

/*
 * Removes what was last seen before that time, of one host or of all (""). To be called within a
 * transaction.
 */
int ct_retain__before(struct ct_db *db, int64_t before_ms, const char *host, struct ct_err *err);

#endif
