/* SPDX-License-Identifier: GPL-2.0-only */
#include "runtime/asked.h"

#include <errno.h>
#include <string.h>

#include "base/host_root.h"
#include "runtime/containerd_api.h"
#include "runtime/cri.h"
#include "runtime/runtime.h"

#define USUAL "/run/containerd/containerd.sock"

struct ct_asked {
	struct ct_grpc *cri; /* NULL: not to be asked */
	struct ct_grpc *own; /* the last containerd that was asked */
	char *own_socket;
};

struct ct_asked *ct_asked__new(const char *cri)
{
	struct ct_asked *a = ct_xzalloc(sizeof(*a));

	if (cri)
		a->cri = ct_grpc__new(strncmp(cri, "unix://", 7) ? cri : cri + 7);
	return a;
}

void ct_asked__free(struct ct_asked *a)
{
	if (!a)
		return;
	ct_grpc__free(a->cri);
	ct_grpc__free(a->own);
	free(a->own_socket);
	free(a);
}

int ct_asked__check(struct ct_asked *a, struct ct_err *err)
{
	return a && a->cri ? ct_cri__check(a->cri, err) : 0;
}

/*
 * A bundle is at STATE/io.containerd.runtime.v2.task/NAMESPACE/ID/config.json, and the socket at
 * STATE/containerd.sock, wherever STATE is. False: it is another runtime's bundle.
 */
static bool split_bundle(const char *config, char **socket, char **space)
{
	static const char tasks[] = "/io.containerd.runtime.v2.task/";
	const char *at = strstr(config, tasks), *end;

	end = at ? strchr(at + strlen(tasks), '/') : NULL;
	if (!end)
		return false;
	*space = ct_xstrndup(at + strlen(tasks), (size_t)(end - at) - strlen(tasks));
	*socket = ct_xasprintf("%.*s/containerd.sock", (int)(at - config), config);
	return true;
}

/* Is the id, in whichever namespace, a random one rather than a name that somebody gave? */
static bool is_numbered(const char *id)
{
	const char *slash = strchr(id, '/'), *plain = slash ? slash + 1 : id;
	const struct ct_cgroup_part part = { plain, strlen(plain), 0 };

	return ct_cgroup_part__is_id(&part);
}

static struct ct_grpc *connection(struct ct_asked *a, const char *socket)
{
	if (!a->own || strcmp(a->own_socket, socket) != 0) {
		ct_autofree char *there = ct_host__path(socket);

		ct_grpc__free(a->own);
		free(a->own_socket);
		a->own = ct_grpc__new(there);
		a->own_socket = ct_xstrdup(socket);
	}
	return a->own;
}

bool ct_asked__describe(struct ct_asked *a, const char *config, struct ct_workload *w,
			const char *cgroup)
{
	ct_autofree char *socket = NULL, *space = NULL;
	const struct ct_cgroup_part id = { w->id, strlen(w->id), 0 };
	const char *slash = strchr(w->id, '/');
	ct_autoerr struct ct_err err = {};
	int ret;

	if (!a)
		return true;
	if (a->cri && ct_cgroup_part__is_id(&id) &&
	    !ct_cri__describe(a->cri, w->id, cgroup, &w->container, &err))
		return true;
	if (w->runtime == CT_RT_NONE || !ct_runtimes[w->runtime]->has_api)
		return true;
	/* A container that has ended has no bundle, but containerd knows it for a while yet. */
	if (!config || !split_bundle(config, &socket, &space)) {
		socket = ct_xstrdup(USUAL);
		space = slash		     ? ct_xstrndup(w->id, (size_t)(slash - w->id)) :
			w->container.pod_uid ? ct_xstrdup("k8s.io") :
					       ct_xstrdup("default");
	}
	ret = ct_containerd_api__describe(connection(a, socket), space, slash ? slash + 1 : w->id,
					  cgroup, &w->container, &err);
	return ret != -ESRCH || w->container.name || !is_numbered(w->id);
}
