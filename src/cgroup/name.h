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
	/*
	 * The path looks like it, but others may make the same: it counts only where the engine or
	 * its state knows that very cgroup.
	 */
	bool guessed;
	/* That because it is below a service, to which the cgroup may have been delegated. */
	bool in_service;
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

/* The same, or one that tools have shortened, to 12 digits at least. */
bool ct_cgroup_part__is_short_id(const struct ct_cgroup_part *p);

/* So many hexadecimal digits in lower case. */
bool ct_cgroup_part__is_hex(const struct ct_cgroup_part *p, size_t len);

/* systemd writes a '-' within a word as "\x2d", and likewise all that paths must not have. The
 * caller frees. */
char *ct_cgroup_part__unescape(const struct ct_cgroup_part *p);

/* 8-4-4-4-12 digits in lower case, with "-" between them, or another character. */
bool ct_cgroup_part__is_uuid(const struct ct_cgroup_part *p, char between);

/* So many digits in base 36, as BuildKit and Swarm make ids. */
bool ct_cgroup_part__is_base36(const struct ct_cgroup_part *p, size_t len);

/* "kubepods", "kubepods.slice", and "kubelet-kubepods.slice" of a kubelet with a --cgroup-root. */
bool ct_cgroup_part__is_kubepods(const struct ct_cgroup_part *p);

/* A component as a unit's: does it end in a suffix of units, of which slices are none? */
bool ct_cgroup_part__is_unit(const struct ct_cgroup_part *p);

/* A component and what is around it: len is 0 where there is none. */
struct ct_cgroup_at {
	struct ct_cgroup_part first, grandparent, parent, part, next;
	size_t depth;		       /* 0: at the root, or at that of the container around it */
	bool nested;		       /* within a container */
	bool in_kubepods;	       /* below a cgroup of the kubelet's */
	size_t below_service;	       /* so many levels below a system service; 0: in none */
	struct ct_cgroup_part service; /* that service; len is 0: none */
	bool in_engines;	       /* it is one of an engine's, see services */
	struct ct_cgroup_part manager; /* the user's systemd that it is below; len is 0: none */
};

/* What a cgroup that a runtime made may be, if it is not a container. */
enum ct_cgroup_role {
	CT_ROLE_WORKLOAD, /* a container all the same, or nothing of a runtime's */
	CT_ROLE_MONITOR,  /* what looks after a container: conmon, a virtual machine's host side */
	CT_ROLE_MOUNT,	  /* a mount that systemd made a unit of */
	CT_ROLE_POD,	  /* a pod's own level, above its containers */
	CT_ROLE_MACHINE,  /* a virtual machine */
	CT_ROLE_CLIENT,	  /* a runtime's own process, perhaps with a container that has no cgroup */
};
struct ct_cgroup_beside {
	enum ct_cgroup_role role;
	struct ct_cgroup_name name; /* of what it was made for: the id may be empty */
};

/* Which cgroups are a runtime's containers. An id has 12 digits at least. */
struct ct_cgroup_owner {
	const char *const *prefixes; /* of PREFIX-ID and PREFIX-ID.scope, with the '-' */
	const char *notation;	     /* SLICE:NOTATION:ID, see name.c; also below services */
	const char *parent;	     /* PARENT/ID */
	const char *split;	     /* the prefix of containers that divide a service with it */
	/*
	 * Services of engines, a '*' in them for any word: below those are containers, of whichever
	 * runtime, as elsewhere. NULL: none.
	 */
	const char *const *services;
	/* Its ids are as random as whole ones, though shorter. */
	bool ids_are_random;
	/* Ids are names that people give, and two users may give the same. */
	bool by_name;
	/* Anything else; sets the id. Asked below services only with divides_services. */
	bool (*is_own)(const struct ct_cgroup_at *at, struct ct_cgroup_name *name);
	bool divides_services;
	/*
	 * Cgroups that a runtime makes beside its containers. They belong to none, whatever their
	 * names; the id is that of the one they were made for.
	 */
	const char *const *monitors; /* of PREFIX-ID and PREFIX-ID.scope, with the '-' */
	bool (*is_beside)(const struct ct_cgroup_at *at, struct ct_cgroup_beside *beside);
};

/* What does not fit ends in a hash of the whole. */
void ct_cgroup_name__set_id(struct ct_cgroup_name *name, const char *s, size_t len);

/*
 * Understands v1 and v2, cgroupfs and systemd drivers. owners are by enum ct_runtime, NULL for
 * those without cgroups of their own. A path is read component by component from the root: the
 * first component that is a container wins, whatever runs below it (systemd, another Docker, a
 * Kubernetes node); 64 hex digits that are nobody's are a container of CT_RT_NONE. Only without
 * one does a systemd unit count, the outermost; units of a user's own systemd are named after it:
 * "user@1000.service/foo.service", and so are containers whose ids are but names. Always succeeds:
 * anything else is a CT_WL_CGROUP named by its path.
 */
void ct_cgroup_name__classify(const char *path, const struct ct_cgroup_owner *const *owners,
			      size_t n, struct ct_cgroup_name *name);

/*
 * The first container in the path behind offset pos, which is 0 or the end of another container's
 * root: so those are found that run within it. False: there is none.
 */
bool ct_cgroup_name__find(const char *path, size_t pos, const struct ct_cgroup_owner *const *owners,
			  size_t n, struct ct_cgroup_name *name);

/* What a runtime made beside its containers; false: nothing of that kind. */
bool ct_cgroup_name__beside(const char *path, const struct ct_cgroup_owner *const *owners, size_t n,
			    struct ct_cgroup_beside *beside);

/* Walks over a path's components; *pos is 0 at first. False at the end. */
bool ct_cgroup_part__next(const char *path, size_t *pos, struct ct_cgroup_part *p);

/* The same of a path whose container is none: a name alone does not make one. */
void ct_cgroup_name__classify_plain(const char *path, struct ct_cgroup_name *name);

/*
 * Who made a cgroup that is neither a container's nor just a unit's: a batch system for a job, an
 * init for a service, the kubelet above its pods.
 */
struct ct_cgroup_job {
	const char *of;				  /* "slurm", "htcondor", ...; NULL: nobody known */
	struct ct_cgroup_part job, step, service; /* len is 0: none */
	struct ct_cgroup_part user;		  /* the uid in digits; len is 0: not told */
	size_t end;				  /* of the job's own cgroup in the path */
};

/* False: nothing of that kind, and *job is empty. */
bool ct_cgroup_name__job(const char *path, struct ct_cgroup_job *job);

/* Does what starts processes in this cgroup give them a set of its own? */
bool ct_cgroup_name__has_own_set(const struct ct_cgroup_name *name);

#endif
