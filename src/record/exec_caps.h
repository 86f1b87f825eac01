/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * File capabilities of what was executed. A program may have ended before its event is
 * read; then its file is found below the root of a relative.
 */
#ifndef CT_RECORD_EXEC_CAPS_H
#define CT_RECORD_EXEC_CAPS_H

#include "ct/event.h"
#include "model/session.h"

struct ct_exec_caps; /* root directories of containers that are being set up, or just were */

struct ct_exec_caps *ct_exec_caps__new(void);
void ct_exec_caps__free(struct ct_exec_caps *r);

/*
 * Remembers pid's root directory as that of the cgroup's container; the last call counts. Returns
 * true if it is new.
 */
bool ct_exec_caps__keep(struct ct_exec_caps *r, uint64_t cgroup, int pid);

/* Is pid's root directory our own, in whatever mount namespace? */
bool ct_exec_caps__is_ours(const struct ct_exec_caps *r, int pid);
/* Inode number of our mount namespace, whose root ct_exec_caps__find() looks below. */
uint32_t ct_exec_caps__our_mntns(const struct ct_exec_caps *r);

/* The entry point has ended; what is kept would keep its mounts. */
void ct_exec_caps__drop(struct ct_exec_caps *r, uint64_t cgroup);

/* Fills in fcaps, fcaps_effective and setuid of x. 0, or a negative errno: not to be found out. */
int ct_exec_caps__find(struct ct_exec_caps *r, const struct ct_exec_event *e, struct ct_exec *x);

#endif
