/* SPDX-License-Identifier: GPL-2.0-only */
/* The cgroups of this host: from ids to paths. */
#ifndef CT_CGROUP_CGROUPS_H
#define CT_CGROUP_CGROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ct_cgroups; /* id -> path; ids of v1 hierarchies carry CT_CGROUP_V1 */

struct ct_cgroups *ct_cgroups__new(void);
void ct_cgroups__free(struct ct_cgroups *c);

/*
 * Reads what exists now in the v2 tree and in the v1 hierarchy that the probe uses. Returns 0, or a
 * negative errno if not all of it could be read.
 */
int ct_cgroups__scan(struct ct_cgroups *c);

/*
 * Sets the kernel's path of our cgroup namespace's root. Paths in the kernel's events are then cut
 * to begin there, as all other paths do that we see.
 */
void ct_cgroups__set_root(struct ct_cgroups *c, const char *root, size_t len);

/*
 * If that root is not known yet, it is learnt from the first event about a cgroup that we can see:
 * the end of the event's path is looked up in our own tree. Until then nothing is said to be gone.
 */
void ct_cgroups__await_root(struct ct_cgroups *c);
void ct_cgroups__learn_root(struct ct_cgroups *c, uint64_t id, const char *path);

const char *ct_cgroups__from_root(const struct ct_cgroups *c, const char *path);

/* Copies path. A later path for the same id replaces the earlier one. */
void ct_cgroups__add(struct ct_cgroups *c, uint64_t id, const char *path, bool inside);

/* Treats the cgroup as if the watched command had made it. */
void ct_cgroups__set_inside(struct ct_cgroups *c, uint64_t id);

/* The uid that a cgroup's directory belongs to; 0 until it is set. */
void ct_cgroups__set_owner(struct ct_cgroups *c, uint64_t id, uint32_t uid);

/* The same for a cgroup that was seen being made: uid made it, whoever it is given to later. */
void ct_cgroups__set_maker(struct ct_cgroups *c, uint64_t id, uint32_t uid);

/*
 * The uid of the user whose engine made the container in this cgroup; 0: root's engine, or unknown.
 * A cgroup below a user's own systemd is that user's, unless root made it.
 */
uint32_t ct_cgroups__user_of(const struct ct_cgroups *c, const char *path);

/* NULL when unknown; owned by c. */
const char *ct_cgroups__path(const struct ct_cgroups *c, uint64_t id);

/* Was it made by a descendant of the watched command, or is it treated as if it were? */
bool ct_cgroups__inside(const struct ct_cgroups *c, uint64_t id);

/* Number of processes in the cgroup with this path and below; 0 when it is gone. */
int ct_cgroups__processes(const struct ct_cgroups *c, const char *path);

/* Makes "/a/b" of "/sys/fs/cgroup/a/b/", as people write it; "/a/b" stays. The caller frees. */
char *ct_cgroups__plain(const struct ct_cgroups *c, const char *path);

/*
 * Finds the directory and the id of the cgroup with that path. Returns 0 or -ENOENT. The caller
 * frees *dir.
 */
int ct_cgroups__find(const struct ct_cgroups *c, const char *path, char **dir, uint64_t *id);

/* Number of processes in the cgroup of that id and below; 0 when it is gone or unknown. */
int ct_cgroups__processes_of(const struct ct_cgroups *c, uint64_t id);

/* PID of a process in the cgroup of that id or below; 0: none, or the cgroup is unknown. */
int ct_cgroups__process_of(const struct ct_cgroups *c, uint64_t id);

/* Drops a cgroup that is gone and that nothing will ask for any more. */
void ct_cgroups__forget(struct ct_cgroups *c, uint64_t id);

/* Calls fn for every known cgroup that does not exist any more. fn must not forget any of them. */
typedef void (*ct_cgroup_id_fn)(void *arg, uint64_t id);
void ct_cgroups__each_gone(const struct ct_cgroups *c, ct_cgroup_id_fn fn, void *arg);

typedef void (*ct_cgroup_fn)(void *arg, const char *path, bool inside);
void ct_cgroups__each(const struct ct_cgroups *c, ct_cgroup_fn fn, void *arg);

#endif
