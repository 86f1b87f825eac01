/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Refusing capabilities to one cgroup through the BPF LSM. Nothing is pinned: when this
 * process ends, for whatever reason, so does the refusing.
 */
#ifndef CT_KERN_REFUSE_H
#define CT_KERN_REFUSE_H

#include "kern/probe.h"

struct ct_refuser;

struct ct_refuse_opts {
	uint64_t cgroup; /* and everything below it */
	uint64_t caps;	 /* refused to it */
	uint64_t given;	 /* the bounding set of its main process */
	uint32_t userns; /* inode number of the workload's user namespace */
	bool container;	 /* its runtime has given up what it holds itself before it executes */
};

/* A process that hangs refuses no longer than this after its last ct_refuser__extend. */
#define CT_REFUSE_LEASE_NS 3000000000ull

/*
 * Loads, attaches and makes sure that the kernel asks; refuses nothing yet. p, which may be NULL,
 * knows which processes are a runtime's set-up, and must outlive the refuser. Returns 0, or a
 * negative errno and a message that names the step, the error and the cure.
 */
int ct_refuser__open(struct ct_probe *p, const struct ct_refuse_opts *opts, struct ct_refuser **r,
		     struct ct_err *err);
void ct_refuser__close(struct ct_refuser *r);

/* Refuses from now on until the lease is over. */
void ct_refuser__extend(struct ct_refuser *r);

/* Refuses no more: at once, without a system call. */
void ct_refuser__lift(struct ct_refuser *r);

/* What was refused until now, by capability. */
void ct_refuser__read(const struct ct_refuser *r, struct ct_refused refused[CT_CAP_MAX]);

/* Checks that were let through because the lease was over. */
uint64_t ct_refuser__lapsed(const struct ct_refuser *r);

/* Could this host refuse? Returns 0 or a negative errno with a message. */
int ct_refuser__try(struct ct_err *err);

#endif
