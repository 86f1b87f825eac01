/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Everything that the path of a cgroup tells, beside which workload it is: the pod, the user, what
 * runs within the container, and what the path does not tell.
 */
#ifndef CT_RUNTIME_TELLS_H
#define CT_RUNTIME_TELLS_H

#include "cgroup/name.h"

#define CT_TELLS_WORD 128

/* A container, and the pod that it is in. */
struct ct_tells_level {
	struct ct_cgroup_name name;
	/* Kubernetes' uid of it, with dashes, or Podman's id; "" if there is none. */
	char pod[CT_TELLS_WORD];
	const char *qos; /* "guaranteed", "burstable", "besteffort"; NULL: not Kubernetes' */
};

struct ct_tells {
	struct ct_tells_level outer;   /* as ct_cgroup_name__classify() has it */
	struct ct_tells_level inner;   /* the innermost container in it; its id is "": none */
	struct ct_cgroup_beside aside; /* the role is CT_ROLE_WORKLOAD: nothing of that kind */
	char space[CT_TELLS_WORD];     /* containerd's namespace, or "" */
	char task[CT_TELLS_WORD];      /* of Amazon's ECS, or "" */
	struct ct_cgroup_job job;      /* of a cgroup, not of a container; points into the path */
	/* The unit that the container shares, or lies in; "": none. */
	char unit[256];
	bool shares_unit;
	long uid;	 /* of the user whose slice it is in; -1: nobody's */
	bool relative;	 /* seen from another cgroup: what stands above is not known */
	const char *sub; /* below the innermost container or the unit, in the path; "" */
};

void ct_tells__of(const char *path, const struct ct_cgroup_owner *const *owners, size_t n,
		  struct ct_tells *t);

/*
 * The uid of the pod that a container's cgroup is in, as Kubernetes writes it, into uid; "" where
 * the path has none. If pods are nested, that of the outermost.
 */
void ct_tells__pod(const char *path, char uid[CT_TELLS_WORD]);

/* The QoS class of the pods below a cgroup of the kubelet's: "burstable", ...; NULL: any. */
const char *ct_tells__qos(const char *path);

/*
 * All of *t in printable words key=value; what the path does not tell comes last, as
 * unknown=WORD,WORD. The caller frees.
 */
char *ct_tells__text(const struct ct_tells *t, const char *path);

#endif
