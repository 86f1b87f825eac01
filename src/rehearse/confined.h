/* SPDX-License-Identifier: GPL-2.0-only */
/* The target of a rehearsal: one cgroup, and the process in it that is worth watching. */
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
	char *dir;  /* of the cgroup in the file system */
	uint64_t cgroup;
	int pid;	  /* whose end is a sign of trouble; 0: only an empty cgroup is */
	uint32_t userns;  /* inode number */
	uint64_t given;	  /* the bounding set of a process there; 0: not known */
	bool host_userns; /* userns is the one that captrim is in */
	bool container;
};

/*
 * Finds what name means, which must be neither the root of the hierarchy nor a cgroup that captrim
 * itself runs in. e may be NULL unless a container is named. Returns 0, or -EINVAL, -ENOENT or
 * -ESRCH with a message.
 */
int ct_confined__find(const struct ct_confined_name *name, struct ct_engine *e,
		      struct ct_confined *t, struct ct_err *err);
void ct_confined__free(struct ct_confined *t);
#define ct_autoconfined __attribute__((cleanup(ct_confined__free)))

#endif
