/* SPDX-License-Identifier: GPL-2.0-only */
/* Starting the watched command in its cgroup, stopped until all is ready. */
#ifndef CT_RECORD_SPAWN_H
#define CT_RECORD_SPAWN_H

#include <signal.h>
#include "record/cgroups.h"

struct ct_child {
	int pid;
	int pidfd;  /* readable when it has ended */
	int status; /* as wait(2) reports it, once reaped */
	bool reaped;
};

/*
 * Forks, moves the child into the cgroup (if that is not NULL) and lets it execute argv with the
 * given signal mask. Returns 0, or a negative errno with a message; *exec_errno is then
 * the positive errno of execvp when that was what failed, else 0.
 */
int ct_child__start(struct ct_child *c, char **argv, const struct ct_own_cgroup *cgroup,
		    const sigset_t *mask, int *exec_errno, struct ct_err *err);

/* Collects the exit status if there is one; never blocks. Returns c->reaped. */
bool ct_child__reap(struct ct_child *c);

/* As a shell would say it: the exit status, or 128 plus the signal. */
int ct_child__exit_status(const struct ct_child *c);

#endif
