/* SPDX-License-Identifier: GPL-2.0-only */
/* What a cgroup's path tells: the container or unit that the cgroup belongs to. */
#ifndef CT_CGROUP_NAME_H
#define CT_CGROUP_NAME_H

#include "model/session.h"

/* What a cgroup path alone tells. */
struct ct_cgroup_name {
	enum ct_workload_kind kind;
	enum ct_runtime runtime;
	char id[256];	 /* container id, unit name, or the path itself */
	size_t root_len; /* path length of the workload's own cgroup; all below is part of it */
	/*
	 * The path looks like a container's, but others may make such a path: it counts only if the
	 * engine or its state knows this very cgroup.
	 */
	bool guessed;
	/* Guessed because it is below a service, to which the cgroup may have been delegated. */
	bool in_service;
};

/* One component of a path; s points into it and is not NUL-terminated. */
struct ct_cgroup_part {
	const char *s;
	size_t len;
	size_t end; /* offset in the path, behind the component */
};
bool ct_cgroup_part__is(const struct ct_cgroup_part *p, const char *word);
/*
 * Returns false and changes nothing if the component lacks the prefix or suffix, or is nothing
 * else.
 */
bool ct_cgroup_part__cut_prefix(struct ct_cgroup_part *p, const char *prefix);
bool ct_cgroup_part__cut_suffix(struct ct_cgroup_part *p, const char *suffix);

/* Is it a whole id as runtimes write them: CT_CGROUP_ID hexadecimal digits in lower case? */
#define CT_CGROUP_ID 64
bool ct_cgroup_part__is_id(const struct ct_cgroup_part *p);

/* Is it such an id, or one that tools have shortened to no fewer than 12 digits? */
bool ct_cgroup_part__is_short_id(const struct ct_cgroup_part *p);

/* Is it exactly len hexadecimal digits in lower case? */
bool ct_cgroup_part__is_hex(const struct ct_cgroup_part *p, size_t len);

/*
 * Undoes systemd's escapes: it writes a '-' within a word, and all that paths must not contain, as
 * "\x2d". The caller frees.
 */
char *ct_cgroup_part__unescape(const struct ct_cgroup_part *p);

/* Is it 8-4-4-4-12 hexadecimal digits in lower case, with this character between the groups? */
bool ct_cgroup_part__is_uuid(const struct ct_cgroup_part *p, char between);

/* Is it exactly len digits in base 36, as in ids of BuildKit and Swarm? */
bool ct_cgroup_part__is_base36(const struct ct_cgroup_part *p, size_t len);

/* "kubepods", "kubepods.slice", and "kubelet-kubepods.slice" of a kubelet with a --cgroup-root. */
bool ct_cgroup_part__is_kubepods(const struct ct_cgroup_part *p);

/* Does it end in a suffix of systemd's units? Slices do not count. */
bool ct_cgroup_part__is_unit(const struct ct_cgroup_part *p);

/* A component and what is around it; a part with a len of 0 does not exist. */
struct ct_cgroup_at {
	struct ct_cgroup_part first, grandparent, parent, part, next;
	size_t depth;		       /* 0: at the root, or at the root of the outer container */
	bool nested;		       /* within a container */
	bool in_kubepods;	       /* below a cgroup of the kubelet */
	size_t below_service;	       /* levels below a system service; 0: in none */
	struct ct_cgroup_part service; /* that service; len is 0: none */
	bool in_engines;	       /* that service runs an engine, see services */
	struct ct_cgroup_part manager; /* the user's systemd above it; len is 0: none */
};

/* What a cgroup made by a runtime may be, other than a container. */
enum ct_cgroup_role {
	CT_ROLE_WORKLOAD, /* a container after all, or no runtime made it */
	CT_ROLE_MONITOR,  /* what looks after a container: conmon, a virtual machine's host side */
	CT_ROLE_MOUNT,	  /* a mount that systemd made a unit of */
	CT_ROLE_POD,	  /* a pod's own level, above its containers */
	CT_ROLE_MACHINE,  /* a virtual machine */
	CT_ROLE_CLIENT,	  /* a runtime's own process, perhaps with a container that has no cgroup */
};
struct ct_cgroup_beside {
	enum ct_cgroup_role role;
	struct ct_cgroup_name name; /* of what it was made for; the id may be empty */
};

/* Which cgroups are a runtime's containers. An id has at least 12 digits. */
struct ct_cgroup_owner {
	const char *const *prefixes; /* of PREFIX-ID and PREFIX-ID.scope, with the '-' */
	const char *notation;	     /* SLICE:NOTATION:ID, see name.c; also below services */
	const char *parent;	     /* PARENT/ID */
	const char *split;	     /* prefix of containers made by splitting a service's cgroup */
	/*
	 * Services that run engines; a '*' in the name stands for any word. Below them, containers
	 * of any runtime are recognised as they are elsewhere. NULL: none.
	 */
	const char *const *services;
	/* Its ids are shorter than whole ones, but as random. */
	bool ids_are_random;
	/* Ids are names given by people, and two users may give the same one. */
	bool by_name;
	/* Anything else; sets the id. Asked below services only with divides_services. */
	bool (*is_own)(const struct ct_cgroup_at *at, struct ct_cgroup_name *name);
	bool divides_services;
	/*
	 * Cgroups that the runtime makes beside its containers. Whatever their names, they are part
	 * of no container; the id is that of the container they were made for.
	 */
	const char *const *monitors; /* of PREFIX-ID and PREFIX-ID.scope, with the '-' */
	bool (*is_beside)(const struct ct_cgroup_at *at, struct ct_cgroup_beside *beside);
};

/* Copies the id. One that is too long is cut and ends in a hash of the whole. */
void ct_cgroup_name__set_id(struct ct_cgroup_name *name, const char *s, size_t len);

/*
 * Tells what a path is, of v1 or v2, made by the cgroupfs or the systemd driver. owners is indexed
 * by enum ct_runtime, NULL for runtimes without cgroups of their own.
 *
 * A path is read component by component from the root: the first component that is a container
 * wins, whatever runs below it (systemd, another Docker, a Kubernetes node). 64 hex digits that
 * belong to no runtime are a container of CT_RT_NONE. If there is no container, the outermost
 * systemd unit counts. Units of a user's own systemd are named after it,
 * "user@1000.service/foo.service", and so are containers whose ids are only names. Always succeeds:
 * anything else is a CT_WL_CGROUP named by its path.
 */
void ct_cgroup_name__classify(const char *path, const struct ct_cgroup_owner *const *owners,
			      size_t n, struct ct_cgroup_name *name);

/*
 * Finds the first container in the path behind offset pos. pos is 0, or the end of another
 * container's root in order to find a container that runs within it. Returns false if there is
 * none.
 */
bool ct_cgroup_name__find(const char *path, size_t pos, const struct ct_cgroup_owner *const *owners,
			  size_t n, struct ct_cgroup_name *name);

/* Finds a cgroup that a runtime made beside its containers; false: it is none. */
bool ct_cgroup_name__beside(const char *path, const struct ct_cgroup_owner *const *owners, size_t n,
			    struct ct_cgroup_beside *beside);

/* Walks over a path's components; *pos is 0 at first. False at the end. */
bool ct_cgroup_part__next(const char *path, size_t *pos, struct ct_cgroup_part *p);

/* Classifies a path that is not a container's, although its name may look like one. */
void ct_cgroup_name__classify_plain(const char *path, struct ct_cgroup_name *name);

/*
 * Who made a cgroup that is neither a container's nor just a unit's: a batch system for a job, an
 * init system for a service, the kubelet above its pods.
 */
struct ct_cgroup_job {
	const char *of;				  /* "slurm", "htcondor", ...; NULL: unknown */
	struct ct_cgroup_part job, step, service; /* len is 0: none */
	struct ct_cgroup_part user;		  /* the uid in digits; len is 0: unknown */
	size_t end;				  /* end of the job's own cgroup in the path */
};

/* Returns false, and an empty *job, if it is nothing of that kind. */
bool ct_cgroup_name__job(const char *path, struct ct_cgroup_job *job);

/* Does what starts processes in this cgroup give them a capability set of their own? */
bool ct_cgroup_name__has_own_set(const struct ct_cgroup_name *name);

#endif
