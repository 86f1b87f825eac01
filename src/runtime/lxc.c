/* SPDX-License-Identifier: GPL-2.0-only */
/* LXC, and LXD and Incus, which use it. */
#include "runtime/runtime.h"

/*
 * /lxc.payload.NAME, /lxc.payload/NAME and /lxc/NAME; lxc.monitor.NAME is LXC's own. A whole id is
 * not a name that people give: engines have used LXC, too.
 */
static bool is_own(const struct ct_cgroup_at *at, struct ct_cgroup_name *name)
{
	struct ct_cgroup_part part = at->part;

	if (!ct_cgroup_part__cut_prefix(&part, "lxc.payload.") &&
	    !ct_cgroup_part__is(&at->parent, "lxc") &&
	    !ct_cgroup_part__is(&at->parent, "lxc.payload"))
		return false;
	if (ct_cgroup_part__is_id(&at->part))
		return false;
	ct_cgroup_name__set_id(name, part.s, part.len);
	return true;
}

const struct ct_runtime_type ct_runtime_lxc = {
	.facts = {
		.title = "LXC",
		.profile = CT_PROFILE_MOBY,
	},
	.cgroups = { .is_own = is_own },
};
