/* SPDX-License-Identifier: GPL-2.0-only */
/* containerd by itself: of Kubernetes (k3s, microk8s), ctr and nerdctl. */
#include "model/caps.h"
#include "runtime/runtime.h"

#define TASKS "containerd/io.containerd.runtime.v2.task/*/%s/config.json"

static const struct ct_bundle_place bundles[] = {
	{ .pattern = "/run/" TASKS },
	{ .pattern = "/run/k3s/" TASKS },
	{ .pattern = "/var/snap/microk8s/common/run/" TASKS },
	{ 0 },
};

/* ctr and nerdctl with cgroupfs: /NAMESPACE/NAME. Other names of namespaces could be anything. */
static bool is_in_namespace(const struct ct_cgroup_at *at)
{
	struct ct_cgroup_part part = at->part;

	return at->depth == 1 &&
	       (ct_cgroup_part__is(&at->parent, "default") ||
		ct_cgroup_part__is(&at->parent, "k8s.io")) &&
	       !ct_cgroup_part__cut_suffix(&part, ".service");
}

/* Below kubepods the other runtimes put a prefix before the id. */
static bool is_own(const struct ct_cgroup_at *at, struct ct_cgroup_name *name)
{
	if (!is_in_namespace(at) && !(at->in_kubepods && ct_cgroup_part__is_id(&at->part)))
		return false;
	ct_cgroup_name__set_id(name, at->part.s, at->part.len);
	return true;
}

const struct ct_runtime_type ct_runtime_containerd = {
	.facts = {
		.title = "containerd",
		.caps = CT_CAPS_CONTAINERD_DEFAULT,
		.order = CT_GRANT_DROPS_LAST,
		.profile = CT_PROFILE_MOBY,
	},
	.cgroups = {
		.prefixes = (const char *const[]){ "cri-containerd-", "nerdctl-", NULL },
		.notation = "cri-containerd",
		.is_own = is_own,
	},
	.bundles = bundles,
	.client = "nerdctl",
};
