/* SPDX-License-Identifier: GPL-2.0-only */
/* What engines inside a container keep about their own containers, read from outside. */
#ifndef CT_RUNTIME_INNER_STATE_H
#define CT_RUNTIME_INNER_STATE_H

#include "model/session.h"

/*
 * Fills in what the usual places below the root directory of process pid say of the container
 * w->id, whose cgroup has that path. No link is followed out of that root; what is there is only
 * its owner's word. False: nothing about the container is kept there.
 */
bool ct_inner_state__read(int pid, const char *cgroup, struct ct_workload *w);

#endif
