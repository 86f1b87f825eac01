/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * File capabilities of what was executed. A program may have ended before its event is
 * read; then its file is found below the root of a relative.
 */
#ifndef CT_RECORD_ROOTS_H
#define CT_RECORD_ROOTS_H

#include "ct/event.h"
#include "model/session.h"

struct ct_roots; /* root directories of containers that are being set up, or just were */

struct ct_roots *ct_roots__new(void);
void ct_roots__free(struct ct_roots *r);

/*
 * Remembers pid's root directory as that of the cgroup's container; the last call counts. Returns
 * true if it is new.
 */
bool ct_roots__keep(struct ct_roots *r, uint64_t cgroup, int pid);

/* Is pid's root directory our own, in whatever mount namespace? */
bool ct_roots__is_ours(const struct ct_roots *r, int pid);
/* Inode number of our mount namespace, whose root ct_roots__fcaps() looks below. */
uint32_t ct_roots__our_mntns(const struct ct_roots *r);

/* The entry point has ended; what is kept would keep its mounts. */
void ct_roots__drop(struct ct_roots *r, uint64_t cgroup);

/* Fills in fcaps, fcaps_effective and setuid of x. 0, or a negative errno: not to be found out. */
int ct_roots__fcaps(struct ct_roots *r, const struct ct_exec_event *e, struct ct_exec *x);

#endif
