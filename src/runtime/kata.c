/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kata Containers: a virtual machine for each pod. The guest's kernel checks what the containers
 * do, and nobody else sees it; the host's kernel sees the processes of the machine itself.
 */
#include "base/host_root.h"
#include "base/util.h"
#include "runtime/runtime.h"

/* Kata 1 and 2 (virtcontainers/pkg/resourcecontrol): kata_ID for the sandbox, and /vc/ID. */
static const char sandbox[] = "kata_";

/* Kata 3 leaves the names of cgroups to the runtime above, but keeps state for each sandbox. */
static bool has_state(const struct ct_cgroup_part *id)
{
	static const char *const places[] = { "/run/kata/", "/run/vc/sbs/",
					      "/sys/fs/cgroup/kata_overhead/" };

	for (size_t i = 0; i < CT_ARRAY_SIZE(places); i++) {
		ct_autofree char *path = ct_xasprintf("%s%.*s", places[i], (int)id->len, id->s);

		if (ct_host__has(path))
			return true;
	}
	return false;
}

static bool is_own(const struct ct_cgroup_at *at, struct ct_cgroup_name *name)
{
	struct ct_cgroup_part part = at->part;
	bool is = ct_cgroup_part__cut_prefix(&part, sandbox) ||
		  ct_cgroup_part__is(&at->parent, "vc");

	/* In systemd's names the prefix of the runtime above stands between kata_ and the id. */
	ct_cgroup_part__cut_suffix(&part, ".scope");
	ct_cgroup_part__cut_prefix(&part, "cri-containerd-");
	ct_cgroup_part__cut_prefix(&part, "crio-");
	if (!ct_cgroup_part__is_id(&part) || (!is && (at->nested || !has_state(&part))))
		return false;
	ct_cgroup_name__set_id(name, part.s, part.len);
	return true;
}

/* The host's side of a sandbox: shim and hypervisor. */
static bool is_beside(const struct ct_cgroup_at *at, struct ct_cgroup_beside *beside)
{
	struct ct_cgroup_part part = at->part;

	ct_cgroup_part__cut_suffix(&part, ".scope");
	if (ct_cgroup_part__is(&at->parent, "kata_overhead") ||
	    ct_cgroup_part__is(&at->parent, "kata-overhead.slice")) {
		ct_cgroup_part__cut_prefix(&part, "runtime-rs-");
		/* The name of a sandbox that nobody gave a path. */
		if (ct_cgroup_part__is(&part, "kata_sandboxed_pod"))
			part.len = 0;
		ct_cgroup_part__cut_prefix(&part, "kata-");
		ct_cgroup_part__cut_prefix(&part, sandbox);
	} else if (!ct_cgroup_part__cut_prefix(&part, "kata_overhead_") &&
		   !(at->depth && ct_cgroup_part__is(&at->first, "kata_overhead"))) {
		return false;
	}
	if (part.len && !ct_cgroup_part__is_id(&part))
		return false;
	beside->role = CT_ROLE_MONITOR;
	ct_cgroup_name__set_id(&beside->name, part.s, part.len);
	return true;
}

const struct ct_runtime_type ct_runtime_kata = {
	.facts = {
		.title = "Kata Containers",
		.in_guest = true,
		.profile = CT_PROFILE_MOBY,
	},
	.has_api = true,
	.cgroups = { .is_own = is_own, .is_beside = is_beside },
};
