/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a short-lived program was allowed by its file can be read while it runs, or a little later
 * by its relatives. On a busy host a recorder that waits for its turn comes too late, so it runs
 * before ordinary programs while it records: a few microseconds for each event.
 */
#ifndef CT_BASE_URGENT_H
#define CT_BASE_URGENT_H

/*
 * The calling thread goes first until the end. What it forks does not. Without CAP_SYS_NICE, or
 * where another policy than the usual one was chosen for captrim, nothing changes.
 */
void ct_urgent__begin(void);
void ct_urgent__end(void);

/* A thread that works for one that goes first goes first, too, and no longer than that one. */
void ct_urgent__follow(void);

#endif
