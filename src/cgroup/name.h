/* SPDX-License-Identifier: GPL-2.0-only */
/* What the path of a cgroup tells: the container or unit it belongs to. */
#ifndef CT_CGROUP_NAME_H
#define CT_CGROUP_NAME_H

#include "model/session.h"

/* What a cgroup path alone tells. */
struct ct_cgroup_name {
	enum ct_workload_kind kind;
	enum ct_runtime runtime;
	char id[256];	 /* container id, unit name, or the path itself */
	size_t root_len; /* of the path up to the workload's own cgroup, below that is part of it */
};

/* One component of a path; s points into it and is not NUL-terminated. */
struct ct_cgroup_part {
	const char *s;
	size_t len;
	size_t end; /* offset behind it in the path */
};
bool ct_cgroup_part__is(const struct ct_cgroup_part *p, const char *word);
/* Returns false and changes nothing if the component lacks it or consists of nothing else. */
bool ct_cgroup_part__cut_prefix(struct ct_cgroup_part *p, const char *prefix);
bool ct_cgroup_part__cut_suffix(struct ct_cgroup_part *p, const char *suffix);

/* Is it a whole id as runtimes write them, with that many digits in lower case? */
#define CT_CGROUP_ID 64
bool ct_cgroup_part__is_id(const struct ct_cgroup_part *p);

/* A component and what is around it: len is 0 where there is none. */
struct ct_cgroup_at {
	struct ct_cgroup_part parent, part, next;
	size_t depth;	  /* 0: at the root */
	bool in_kubepods; /* below a cgroup of the kubelet's */
	bool in_service;  /* below a system service */
};

/* Which cgroups are a runtime's containers. An id has 12 digits at least. */
struct ct_cgroup_owner {
	const char *const *prefixes; /* of PREFIX-ID and PREFIX-ID.scope, with the '-' */
	const char *notation;	     /* SLICE:NOTATION:ID, see name.c; also below services */
	const char *parent;	     /* PARENT/ID */
	const char *split;	     /* the prefix of containers that divide a service with it */
	/* Anything else; sets the id. Asked below services only with divides_services. */
	bool (*is_own)(const struct ct_cgroup_at *at, struct ct_cgroup_name *name);
	bool divides_services;
};

/* What does not fit ends in a hash of the whole. */
void ct_cgroup_name__set_id(struct ct_cgroup_name *name, const char *s, size_t len);

/*
 * Understands v1 and v2, cgroupfs and systemd drivers. owners are by enum ct_runtime, NULL for
 * those without cgroups of their own. A path is read component by component from the root: the
 * first component that is a container wins, whatever runs below it (systemd, another Docker, a
 * Kubernetes node); 64 hex digits that are nobody's are a container of CT_RT_NONE. Only without
 * one does a systemd unit count, the outermost; units of a user's own systemd are named after it:
 * "user@1000.service/foo.service". Always succeeds: anything else is a CT_WL_CGROUP named by its
 * path.
 */
void ct_cgroup_name__classify(const char *path, const struct ct_cgroup_owner *const *owners,
			      size_t n, struct ct_cgroup_name *name);

/* The same of a path whose container is none: a name alone does not make one. */
void ct_cgroup_name__classify_plain(const char *path, struct ct_cgroup_name *name);

/*
 * The unit that systemd's tools mean by a name: one without a unit's suffix gets the given one
 * (".service"). The caller frees.
 */
char *ct_unit_name__complete(const char *name, const char *suffix);

/* Does what starts processes in this cgroup give them a set of its own? */
bool ct_cgroup_name__has_own_set(const struct ct_cgroup_name *name);

#endif
