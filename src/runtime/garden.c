/* SPDX-License-Identifier: GPL-2.0-only */
/* Garden, the runtime of Cloud Foundry and of Concourse's workers. */
#include <stdio.h>

#include "model/caps.h"
#include "runtime/runtime.h"

#define HANDLE 28 /* 8-4-4-4-4 digits: a uuid without its last 8 */

/*
 * Below "garden", at the root or in its own service: /system.slice/garden.service/garden/HANDLE.
 * "good" or "bad" stands between them where guardian throttles containers that use too much of the
 * CPU.
 */
static bool is_below_garden(const struct ct_cgroup_at *at)
{
	return ct_cgroup_part__is(&at->parent, "garden") ||
	       (ct_cgroup_part__is(&at->grandparent, "garden") &&
		(ct_cgroup_part__is(&at->parent, "good") ||
		 ct_cgroup_part__is(&at->parent, "bad")));
}

static bool is_own(const struct ct_cgroup_at *at, struct ct_cgroup_name *name)
{
	struct ct_cgroup_part part = at->part;
	char whole[64];

	if (!is_below_garden(at))
		return false;
	/* Diego puts this before the handles of containers that it checks health with. */
	ct_cgroup_part__cut_prefix(&part, "executor-healthcheck-");
	if (part.len == HANDLE) {
		snprintf(whole, sizeof(whole), "%.*s00000000", HANDLE, part.s);
		part = (struct ct_cgroup_part){ whole, HANDLE + 8, 0 };
	}
	if (!ct_cgroup_part__is_uuid(&part, '-'))
		return false;
	ct_cgroup_name__set_id(name, at->part.s, at->part.len);
	return true;
}

const struct ct_runtime_type ct_runtime_garden = {
	.facts = {
		.title = "Garden",
		/* guardian, gardener/bundlerules: UnprivilegedMaxCaps */
		.caps = CT_CAPS_DOCKER_DEFAULT,
		.profile = CT_PROFILE_MOBY,
	},
	.cgroups = { .is_own = is_own, .divides_services = true },
};
