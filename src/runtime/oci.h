/* SPDX-License-Identifier: GPL-2.0-only */
/* What OCI bundles say of containers whose engine does not answer. */
#ifndef CT_RUNTIME_OCI_H
#define CT_RUNTIME_OCI_H

#include "base/err.h"
#include "model/session.h"

/*
 * Reads an OCI bundle's config.json (runc, crun, podman's userdata, containerd's task directory):
 * configured bounding set, user, the image's name in annotations, namespaces ("host" or "private"),
 * no_new_privs, seccomp (default or custom by its size), Podman's name and image where
 * containers/storage keeps them, and of a pod's container what pod_notes.h says. cgroup: the path
 * of its cgroup, or NULL. Returns 0 or a negative errno.
 */
int ct_oci__read(const char *config_json, const char *cgroup, struct ct_workload *w,
		 struct ct_err *err);

/*
 * Looks for the config.json of a container in the usual places of that runtime (CT_RT_NONE: of
 * all), and in the state of low-level runtimes such as runc and crun, which names the bundle
 * wherever it is. An id that is a name, as ct_cgroup_name has it, counts only if the bundle, or the
 * place of the container's first process, agrees with cgroup (a path, NULL: not known). *found,
 * unless found is NULL, is set to the runtime that had it. The caller frees. NULL: not found.
 */
char *ct_oci__find(enum ct_runtime rt, const char *id, const char *cgroup, enum ct_runtime *found);

/*
 * Sets *name, unless it is known, to the name that was given to a container (NULL: none). Each
 * namespace of containerd's has names of its own, so it is NAMESPACE:NAME, but NAME alone in
 * "default" (space may be NULL for that). Text with other characters than letters, digits and "._-"
 * is not taken.
 */
void ct_oci__take_spaced(char **name, const char *space, const char *given);

/* Is this the name of a program that starts containers from bundles? */
bool ct_oci__is_runtime(const char *program);

/* Does root have a container of that id whose bundle says that it is in this very cgroup? */
bool ct_oci__knows(enum ct_runtime rt, const char *id, const char *cgroup);

/*
 * Is the first process of root's container of that id, as its runtime has noted it, in this cgroup
 * or below? Nobody can feign that by making a cgroup of the same name.
 */
bool ct_oci__lives_in(enum ct_runtime rt, const char *id, const char *cgroup);

/*
 * Has root started a container of that id with some low-level runtime (runc, crun, youki, runsc),
 * whose state says that its first process is in this cgroup or below?
 */
bool ct_oci__started(const char *id, const char *cgroup);

/*
 * Sets the workload's runtime to gVisor if root has started it with runsc, whatever name its engine
 * knows runsc by: it has a kernel of its own then, which makes its permission checks. cgroup: a
 * path, NULL: not known.
 */
void ct_oci__tell_sandbox(struct ct_workload *w, const char *cgroup);

/* Has root had containers in the namespace of this id, "NAMESPACE/NAME"? */
bool ct_oci__has_space(enum ct_runtime rt, const char *id);

#endif
