/* SPDX-License-Identifier: GPL-2.0-only */
#include "runtime/inner_state.h"

#include <fcntl.h>
#include <string.h>

#include "base/files.h"
#include "base/host_root.h"
#include "base/util.h"
#include "cgroup/name.h"
#include "runtime/docker_state.h"
#include "runtime/oci_priv.h"

#define TASKS "io.containerd.runtime.v2.task/"

/* Where a bundle's config.json is, with the id in place of %s. */
static const char *const bundles[] = {
	"/run/docker/containerd/daemon/" TASKS "moby/%s/config.json",
	"/run/containerd/" TASKS "moby/%s/config.json",
	"/run/containerd/" TASKS "k8s.io/%s/config.json",
	"/run/k3s/containerd/" TASKS "k8s.io/%s/config.json",
	"/run/containerd/" TASKS "default/%s/config.json",
	"/var/lib/containers/storage/overlay-containers/%s/userdata/config.json",
	"/var/lib/containers/storage/vfs-containers/%s/userdata/config.json",
};

static char *fill_in(const char *pattern, const char *id)
{
	const char *hole = strstr(pattern, "%s");

	return ct_xasprintf("%.*s%s%s", (int)(hole - pattern), pattern, id, hole + strlen("%s"));
}

/*
 * Opens a file below root as *fd, and returns its path in /proc/self/fd, since its own would lead
 * to a file of the host. The caller frees. NULL: none.
 */
static char *find_file(int root, const char *pattern, const char *id, int *fd)
{
	ct_autofree char *path = fill_in(pattern, id);

	*fd = ct_files__open_in_root(root, path);
	return *fd < 0 ? NULL : ct_xasprintf("/proc/self/fd/%d", *fd);
}

static bool read_dockers(int root, struct ct_workload *w)
{
	ct_autoclose int fd = -1;
	ct_autofree char *path = find_file(root, "/var/lib/docker/containers/%s/config.v2.json",
					   w->id, &fd);

	return path && ct_docker_state__read(path, w->cgroup_path, &w->container);
}

static bool read_bundle(int root, const char *cgroup, struct ct_workload *w)
{
	for (size_t i = 0; i < CT_ARRAY_SIZE(bundles); i++) {
		ct_autoclose int fd = -1;
		ct_autofree char *path = find_file(root, bundles[i], w->id, &fd);
		ct_autoerr struct ct_err err = {};

		if (path && !ct_oci__read(path, cgroup, w, &err))
			return true;
	}
	return false;
}

bool ct_inner_state__read(int pid, const char *cgroup, struct ct_workload *w)
{
	const struct ct_cgroup_part id = { w->id, strlen(w->id), 0 };
	ct_autofree char *path = ct_host__proc((unsigned int)pid, "root");
	ct_autoclose int root = ct_files__open(path, O_PATH);
	bool found;

	if (root < 0 || !ct_cgroup_part__is_id(&id))
		return false;
	found = read_bundle(root, cgroup, w);
	return read_dockers(root, w) || found;
}
