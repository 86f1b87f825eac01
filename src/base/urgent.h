/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The capabilities that a short-lived program got from its file can only be read while it runs, or
 * a little later through related processes. On a busy host a recorder that waits for its turn comes
 * too late, so while it records it runs before ordinary programs, for a few microseconds per event.
 */
#ifndef CT_BASE_URGENT_H
#define CT_BASE_URGENT_H

/*
 * Between the two, the calling thread runs before ordinary programs, but not what it forks. Nothing
 * changes without CAP_SYS_NICE, or if captrim runs under another scheduling policy than
 * SCHED_OTHER.
 */
void ct_urgent__begin(void);
void ct_urgent__end(void);

/* Gives the calling thread the priority that the thread it works for has at this moment. */
void ct_urgent__follow(void);

#endif
