/* SPDX-License-Identifier: GPL-2.0-only */
/* Paths of cgroups in their hierarchy. */
#ifndef CT_CGROUP_PATH_H
#define CT_CGROUP_PATH_H

#include <stdbool.h>

/* Is path the cgroup dir, or one below it? */
bool ct_cgroup_path__below(const char *path, const char *dir);

/*
 * Makes an absolute path of one that procfs shows relative to the cgroup namespace with that root:
 * "/../x" leads out of it. The caller frees.
 */
char *ct_cgroup_path__resolve(const char *root, const char *path);

/*
 * The cgroup of a process in the hierarchy that captrim uses ("0::" on v2 and hybrid). Returns 0,
 * or -ESRCH when the process is gone, or another negative errno. The caller frees *path.
 */
int ct_cgroup_path__of_pid(int pid, char **path);

#endif
