/* SPDX-License-Identifier: GPL-2.0-only */
/* Nomad's own drivers (exec, java, containerd); tasks of its Docker driver are Docker's. */
#include <string.h>

#include "model/caps.h"
#include "runtime/runtime.h"

#define ALLOC 36 /* a uuid's length */

static bool is_nomads(const struct ct_cgroup_part *p)
{
	return ct_cgroup_part__is(p, "nomad") || ct_cgroup_part__is(p, "nomad.slice");
}

/*
 * v2: nomad.slice/{share,reserve}.slice/ALLOC.TASK.scope, before 1.7 without the inner slice; v1:
 * /nomad/{shared,reserved}/ALLOC.TASK, and in old versions /nomad/ALLOC.
 */
static bool is_own(const struct ct_cgroup_at *at, struct ct_cgroup_name *name)
{
	struct ct_cgroup_part part = at->part, alloc;

	if (!is_nomads(&at->parent) && !is_nomads(&at->grandparent))
		return false;
	ct_cgroup_part__cut_suffix(&part, ".scope");
	alloc = part;
	if (alloc.len > ALLOC)
		alloc.len = ALLOC;
	if (!ct_cgroup_part__is_uuid(&alloc, '-') ||
	    (part.len > ALLOC && (part.s[ALLOC] != '.' || part.len == ALLOC + 1)))
		return false;
	ct_cgroup_name__set_id(name, part.s, part.len);
	return true;
}

const struct ct_runtime_type ct_runtime_nomad = {
	.facts = {
		.title = "Nomad",
		/* drivers/shared/capabilities: Docker's less NET_RAW */
		.caps = CT_CAPS_DOCKER_DEFAULT & ~CT_CAP(NET_RAW),
		.profile = CT_PROFILE_MOBY,
	},
	.cgroups = { .is_own = is_own },
};
