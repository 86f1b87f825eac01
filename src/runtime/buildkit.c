/* SPDX-License-Identifier: GPL-2.0-only */
/* BuildKit: each step of a build runs in a container that has no name. */
#include "model/caps.h"
#include "runtime/runtime.h"

#define ID 25 /* digits in base 36 (identity.NewID of moby/buildkit) */

/*
 * Below "buildkit", at the root or in the engine's own parent cgroup: /docker/buildkit/ID. With
 * systemd the engine's prefix stands before the id: docker-ID.scope.
 */
static bool is_own(const struct ct_cgroup_at *at, struct ct_cgroup_name *name)
{
	struct ct_cgroup_part part = at->part;

	if (!ct_cgroup_part__is(&at->parent, "buildkit")) {
		if (!ct_cgroup_part__cut_suffix(&part, ".scope") ||
		    (!ct_cgroup_part__cut_prefix(&part, "docker-") &&
		     !ct_cgroup_part__cut_prefix(&part, "buildkit-")))
			return false;
	}
	if (!ct_cgroup_part__is_base36(&part, ID))
		return false;
	ct_cgroup_name__set_id(name, part.s, part.len);
	return true;
}

const struct ct_runtime_type ct_runtime_buildkit = {
	.facts = {
		.title = "BuildKit",
		.caps = CT_CAPS_CONTAINERD_DEFAULT,
		.profile = CT_PROFILE_MOBY,
	},
	.cgroups = {
		.is_own = is_own,
		.services = (const char *const[]){ "buildkit.service", "buildkitd.service", NULL },
		.ids_are_random = true,
	},
};
