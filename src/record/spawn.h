/* SPDX-License-Identifier: GPL-2.0-only */
/* Starts the watched command in its cgroup, where it waits until all is ready. */
#ifndef CT_RECORD_SPAWN_H
#define CT_RECORD_SPAWN_H

#include <signal.h>

#include "cgroup/own.h"

struct ct_child {
	int pid;
	int status; /* as wait(2) reports it, once reaped */
	bool reaped;
};

struct ct_child_opts {
	const struct ct_own_cgroup *cgroup; /* where it shall run, or NULL */
	const sigset_t *mask;
	const uint64_t *bounding; /* capabilities outside it are dropped; NULL: none are */
	int output; /* descriptor for its output, with /dev/null as its input; 0: both are ours */
};

/*
 * Forks, sets the child up as opts say, and lets it execute argv. Returns 0, or a negative errno
 * with a message; *exec_errno is then the positive errno of execvp when that was what failed, else
 * 0.
 */
int ct_child__start(struct ct_child *c, char **argv, const struct ct_child_opts *opts,
		    int *exec_errno, struct ct_err *err);

/* Collects the exit status if there is one; never blocks. Returns c->reaped. */
bool ct_child__reap(struct ct_child *c);

/* As a shell gives it: the exit status, or 128 plus the signal. */
int ct_child__exit_status(const struct ct_child *c);

#endif
