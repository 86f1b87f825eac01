/* SPDX-License-Identifier: GPL-2.0-only */
/* Whom to refuse: one cgroup, and who in it is worth watching. */
#ifndef CT_REHEARSE_CONFINED_H
#define CT_REHEARSE_CONFINED_H

#include "cgroup/name.h"
#include "runtime/engine.h"

/* How the user named it: exactly one is set. */
struct ct_confined_name {
	const char *container, *cgroup;
	int pid;
};

struct ct_confined {
	char *id;   /* of its workload in a session */
	char *path; /* of the cgroup in its hierarchy */
	char *dir;  /* and in the file system */
	uint64_t cgroup;
	int pid;	  /* whose end is a sign of trouble; 0: the cgroup's alone */
	uint32_t userns;  /* inode number */
	uint64_t given;	  /* the bounding set of a process there; 0: not known */
	bool host_userns; /* the one that captrim is in */
	bool container;
};

/*
 * e may be NULL unless a container is named. -EINVAL, -ENOENT or -ESRCH with a message;
 * It is neither the root of the hierarchy nor the cgroup that captrim itself runs in.
 */
int ct_confined__find(const struct ct_confined_name *name, struct ct_engine *e,
		      struct ct_confined *t, struct ct_err *err);
void ct_confined__free(struct ct_confined *t);
#define ct_autoconfined __attribute__((cleanup(ct_confined__free)))

#endif
