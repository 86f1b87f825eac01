/* SPDX-License-Identifier: GPL-2.0-only */
/* The cgroup that is made for a watched command. */
#ifndef CT_CGROUP_OWN_H
#define CT_CGROUP_OWN_H

#include <stdint.h>

#include "base/err.h"

/* A cgroup of our own for one command. */
struct ct_own_cgroup {
	char *dir;  /* in the file system */
	char *path; /* in its hierarchy */
	uint64_t id;
};

/* Makes it below our own cgroup, or at the root where that is not allowed. */
int ct_own_cgroup__make(struct ct_own_cgroup *c, struct ct_err *err);
int ct_own_cgroup__enter(const struct ct_own_cgroup *c, int pid, struct ct_err *err);
/* Number of processes in it and below; 0 when it is gone. */
int ct_own_cgroup__processes(const struct ct_own_cgroup *c);
/* Sends a signal to every process in it and below. */
void ct_own_cgroup__signal(const struct ct_own_cgroup *c, int sig);
/* Removes it with everything below. Processes still in it are moved to its parent. */
void ct_own_cgroup__remove(struct ct_own_cgroup *c);

#endif
