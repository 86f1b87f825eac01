/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * File capabilities of what was executed. A program may have ended before its event is read; then
 * its file is looked for below the root of a relative.
 */
#ifndef CT_RECORD_EXEC_CAPS_H
#define CT_RECORD_EXEC_CAPS_H

#include "ct/event.h"
#include "model/session.h"

struct ct_exec_caps; /* root directories of containers that are being set up, or just were */

struct ct_exec_caps *ct_exec_caps__new(void);
void ct_exec_caps__free(struct ct_exec_caps *r);

/*
 * Remembers pid's root directory, unless it is our own, as that of the cgroup's container; the last
 * call counts. Returns true if none was known before.
 */
bool ct_exec_caps__keep(struct ct_exec_caps *r, uint64_t cgroup, int pid);

/* Is pid's root directory our own, in whatever mount namespace? */
bool ct_exec_caps__is_ours(const struct ct_exec_caps *r, int pid);
/* Inode number of our mount namespace, whose root ct_exec_caps__find() looks below. */
uint32_t ct_exec_caps__our_mntns(const struct ct_exec_caps *r);

/* Forgets the root when the entry point has ended: the descriptor would keep its mounts alive. */
void ct_exec_caps__drop(struct ct_exec_caps *r, uint64_t cgroup);

/* Fills in fcaps, fcaps_effective and setuid of x. A negative errno: they cannot be found out. */
int ct_exec_caps__find(struct ct_exec_caps *r, const struct ct_exec_event *e, struct ct_exec *x);

#endif
