/* SPDX-License-Identifier: GPL-2.0-only */
/* What engines within a container keep of their containers, read from outside. */
#ifndef CT_RUNTIME_INNER_STATE_H
#define CT_RUNTIME_INNER_STATE_H

#include "model/session.h"

/*
 * Fills in what is found in the usual places below the root of process pid of the container w->id,
 * whose cgroup has that path. No link leads out of that root; what is there is its owner's word.
 * False: nothing is kept there of it.
 */
bool ct_inner_state__read(int pid, const char *cgroup, struct ct_workload *w);

#endif
