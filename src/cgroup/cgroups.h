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

/* Reads what exists now in the v2 tree and in the v1 hierarchy that the probe uses. */
void ct_cgroups__scan(struct ct_cgroups *c);

/*
 * What the kernel calls the root of our cgroup namespace, once it is known: the paths in its
 * events are made to begin there, as all others that we see do.
 */
void ct_cgroups__set_root(struct ct_cgroups *c, const char *root, size_t len);

/*
 * Where it is not known yet, it is learnt from the first cgroup of ours that an event tells of: by
 * the path's end it is found in what we see. Until then it is not known what is gone.
 */
void ct_cgroups__await_root(struct ct_cgroups *c);
void ct_cgroups__learn_root(struct ct_cgroups *c, uint64_t id, const char *path);

const char *ct_cgroups__from_root(const struct ct_cgroups *c, const char *path);

/* path is copied. A later one for the same id wins. */
void ct_cgroups__add(struct ct_cgroups *c, uint64_t id, const char *path, bool inside);

/* As if the watched command had made it. */
void ct_cgroups__set_inside(struct ct_cgroups *c, uint64_t id);

/* The uid that a cgroup's directory belongs to; 0 until it is set. */
void ct_cgroups__set_owner(struct ct_cgroups *c, uint64_t id, uint32_t uid);
uint32_t ct_cgroups__owner_of(const struct ct_cgroups *c, const char *path);

/* The same of one that was seen being made: uid is who made it, whomever it was given to later. */
void ct_cgroups__set_maker(struct ct_cgroups *c, uint64_t id, uint32_t uid);

/*
 * The user by whose engine the container in this cgroup was made; 0: by root's, or it is not known.
 * A cgroup below a user's own systemd is that user's, but for those that root made there.
 */
uint32_t ct_cgroups__user_of(const struct ct_cgroups *c, const char *path);

/* NULL when unknown; owned by c. */
const char *ct_cgroups__path(const struct ct_cgroups *c, uint64_t id);

/* Was it made by a descendant of the watched command, or is as if? */
bool ct_cgroups__inside(const struct ct_cgroups *c, uint64_t id);

/* Processes in the cgroup with this path and below; 0 when it is gone. */
int ct_cgroups__processes(const struct ct_cgroups *c, const char *path);

/* "/sys/fs/cgroup/a/b/", as people have it, is "/a/b"; "/a/b" stays. The caller frees. */
char *ct_cgroups__plain(const struct ct_cgroups *c, const char *path);

/* Directory of a cgroup with that path, and its id; -ENOENT. The caller frees *dir. */
int ct_cgroups__find(const struct ct_cgroups *c, const char *path, char **dir, uint64_t *id);

/* The same by id; 0 when it is unknown, too. */
int ct_cgroups__processes_of(const struct ct_cgroups *c, uint64_t id);

/* A process in the cgroup of that id or below; 0: none, or the cgroup is unknown. */
int ct_cgroups__process_of(const struct ct_cgroups *c, uint64_t id);

/* It is gone, and nothing will ask for it any more. */
void ct_cgroups__forget(struct ct_cgroups *c, uint64_t id);

/* Looks which of those that are known do not exist any more. fn may not forget them. */
typedef void (*ct_cgroup_id_fn)(void *arg, uint64_t id);
void ct_cgroups__each_gone(const struct ct_cgroups *c, ct_cgroup_id_fn fn, void *arg);

typedef void (*ct_cgroup_fn)(void *arg, const char *path, bool inside);
void ct_cgroups__each(const struct ct_cgroups *c, ct_cgroup_fn fn, void *arg);

#endif
