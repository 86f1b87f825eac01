/* SPDX-License-Identifier: GPL-2.0-only */
/* What OCI bundles say of containers whose engine does not answer. */
#ifndef CT_RUNTIME_OCI_H
#define CT_RUNTIME_OCI_H

#include "base/err.h"
#include "model/session.h"

/*
 * An OCI bundle's config.json (runc, crun, podman's userdata, containerd's task
 * directory): configured bounding set, user, annotations' image name, namespaces ("host" or
 * "private"), no_new_privs, seccomp (default or custom by its size), and, where containers/storage
 * keeps them, Podman's name and image; of a pod's container what pod_notes.h says. cgroup: the
 * path of its cgroup, or NULL. Returns 0 or a negative errno.
 */
int ct_oci__read(const char *config_json, const char *cgroup, struct ct_workload *w,
		 struct ct_err *err);

/*
 * Looks for the config.json of a container id in the usual places of Podman, CRI-O, containerd
 * and Docker's containerd, and in the state of runc and crun, which names the bundle wherever it
 * is. CT_RT_NONE: in all of them. An id that is a name, as ct_cgroup_name has it, counts only where
 * the bundle names this cgroup (a path, NULL: not known). *found, if it is not NULL, is set to the
 * runtime that had it. The caller frees. NULL: not found.
 */
char *ct_oci__find(enum ct_runtime rt, const char *id, const char *cgroup, enum ct_runtime *found);

/*
 * A name that was given to a container, unless *name is known or there is none: names are free in
 * each namespace of containerd's, so that it is NAMESPACE:NAME but in "default". May be NULL; what
 * has another character in it than letters, digits and "._-" is not taken.
 */
void ct_oci__take_spaced(char **name, const char *space, const char *given);

/* Is a program of this name one that starts containers from bundles? */
bool ct_oci__is_runtime(const char *program);

/* Has root a container of that id, whose bundle says that it is in this very cgroup? */
bool ct_oci__knows(enum ct_runtime rt, const char *id, const char *cgroup);

/*
 * Is the first process of such a container, as its runtime has noted it for root, in this very
 * cgroup or below? That cannot be had by making a cgroup of the same name.
 */
bool ct_oci__lives_in(enum ct_runtime rt, const char *id, const char *cgroup);

/*
 * Has root started a container of that id with a low-level runtime (runc, crun, youki), whose state
 * says that its first process is in this very cgroup or below? Nobody need have said which runtime.
 */
bool ct_oci__started(const char *id, const char *cgroup);

/*
 * What root has started with runsc has a kernel of its own, which checks what it does: the
 * workload's runtime is gVisor then, whatever name the engine knows runsc by. cgroup: a path, NULL:
 * not known.
 */
void ct_oci__tell_sandbox(struct ct_workload *w, const char *cgroup);

/* Has root had containers in the namespace that the id begins with, "NAMESPACE/NAME"? */
bool ct_oci__has_space(enum ct_runtime rt, const char *id);

#endif
