/* SPDX-License-Identifier: GPL-2.0-only */
/* Whom to refuse: one cgroup, and who in it is worth watching. */
#ifndef CT_REHEARSE_SCOPE_H
#define CT_REHEARSE_SCOPE_H

#include "cgroup/name.h"
#include "runtime/docker.h"

/* How the user named it: exactly one is set. */
struct ct_target_name {
	const char *container, *cgroup;
	int pid;
};

struct ct_target {
	char *id;   /* of its workload in a session */
	char *path; /* of the cgroup in its hierarchy */
	char *dir;  /* and in the file system */
	uint64_t cgroup;
	int pid;	  /* whose end is a sign of trouble; 0: the cgroup's alone */
	uint32_t userns;  /* inode number */
	uint64_t given;	  /* the bounding set of a process there; 0: not known */
	bool host_userns; /* the one that captrim is in */
};

/*
 * d may be NULL unless a container is named. -EINVAL, -ENOENT or -ESRCH with a message;
 * the hierarchy's root is not a target, nor is the cgroup that captrim itself runs in.
 */
int ct_target__find(const struct ct_target_name *name, struct ct_docker *d, struct ct_target *t,
		    struct ct_err *err);
void ct_target__free(struct ct_target *t);
#define ct_autotarget __attribute__((cleanup(ct_target__free)))

#endif
