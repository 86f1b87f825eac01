/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Talos, which has no systemd: machined starts its services, each in a cgroup of its own
 * (talos pkg/machinery/constants: CgroupInit, CgroupSystem, CgroupPodRuntimeRoot).
 */
#include "runtime/runtime.h"

/* Others have cgroups of these names as well: what runs in a container often moves to /init. */
static bool is_own(const struct ct_cgroup_at *at, struct ct_cgroup_name *name)
{
	if (!(at->depth == 0 && ct_cgroup_part__is(&at->part, "init")) &&
	    !(at->depth == 1 && (ct_cgroup_part__is(&at->parent, "system") ||
				 ct_cgroup_part__is(&at->parent, "podruntime"))))
		return false;
	name->kind = CT_WL_UNIT;
	name->guessed = true;
	ct_cgroup_name__set_id(name, at->part.s, at->part.len);
	return true;
}

const struct ct_runtime_type ct_runtime_talos = {
	.facts = {
		.title = "Talos",
		.profile = CT_PROFILE_MOBY,
	},
	.cgroups = { .is_own = is_own },
	.os = "talos",
};
