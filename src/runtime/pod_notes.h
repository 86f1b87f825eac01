/* SPDX-License-Identifier: GPL-2.0-only */
/* Which pod a container belongs to, by its bundle or by the kubelet's links to its log. */
#ifndef CT_RUNTIME_POD_NOTES_H
#define CT_RUNTIME_POD_NOTES_H

#include "model/session.h"

struct json_t;

/*
 * Reads the annotations that containerd or CRI-O wrote into a bundle: name
 * (NAMESPACE/POD/CONTAINER, where a pod's sandbox has POD for its container), the pod's uid, owner
 * and labels, and whether it runs in a virtual machine. Only what the pod's author cannot write is
 * believed, and only if the uid agrees with the one in the path of the cgroup (cgroup; NULL, or
 * without a uid: the cgroupsPath of the bundle).
 */
void ct_pod_notes__read(const struct json_t *config, const char *cgroup, struct ct_workload *w);

/*
 * The same for what a server said, which is believed if the uid agrees and all names are valid.
 * Strings may be NULL. labels: all of the pod's, one KEY=VALUE a line.
 */
void ct_pod_notes__take(const char *space, const char *pod, const char *container, const char *uid,
			const char *labels, const char *cgroup, struct ct_container *c);

/*
 * The same by /var/log/containers/POD_NAMESPACE_CONTAINER-ID.log, which the kubelet makes for every
 * runtime. Does nothing if the container's pod is known, or if its cgroup is not in a pod's.
 */
void ct_pod_notes__from_logs(const char *id, const char *cgroup, struct ct_container *c);

#endif
