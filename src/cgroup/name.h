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

/*
 * Understands (with examples; v1 and v2, cgroupfs and systemd drivers):
 *   /docker/ID  /system.slice/docker-ID.scope  /libpod_parent/libpod-ID
 *   /machine.slice/libpod-ID.scope[/container]  /user.slice/.../libpod-ID.scope
 *   /kubepods/burstable/podUID/ID  /kubepods.slice/.../cri-containerd-ID.scope
 *   /.../crio-ID.scope  /NAMESPACE/NAME under containerd (only when given as such)
 *   /lxc.payload.NAME  /lxc/NAME  /machine.slice/machine-NAME.scope  .../payload
 *   /system.slice/NAME.service  /user.slice/user-N.slice/session-N.scope
 *   64 hex digits anywhere (--cgroup-parent): a container of CT_RT_NONE
 * conmon's own cgroup (libpod-conmon-ID) is not the container's.
 * The outermost container wins; a unit counts only without one. The units of a
 * user's own systemd are named after it: "user@1000.service/foo.service".
 * containerd's NAMESPACE is "default" or "k8s.io", other names could be anything.
 * Always succeeds: anything else is a CT_WL_CGROUP named by its path; a name
 * longer than id ends in a hash.
 */
void ct_cgroup_name__classify(const char *path, struct ct_cgroup_name *name);

/* The same of a path whose container is none: a name alone does not make one. */
void ct_cgroup_name__classify_plain(const char *path, struct ct_cgroup_name *name);

/*
 * The unit that systemd's tools mean by a name: one without a unit's suffix gets the given one
 * (".service"). The caller frees.
 */
char *ct_unit__name(const char *name, const char *suffix);

/* Does what starts processes in this cgroup give them a set of its own? */
bool ct_cgroup_name__has_own_set(const struct ct_cgroup_name *name);

#endif
