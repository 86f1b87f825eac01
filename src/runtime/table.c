/* SPDX-License-Identifier: GPL-2.0-only */
/* All runtimes, in the order in which they are asked. */
#include "base/util.h"
#include "model/caps.h"
#include "runtime/runtime.h"

const struct ct_runtime_type *const ct_runtimes[] = {
#define CT_RUNTIME(id, object, name) [CT_RT_##id] = &ct_runtime_##object,
#include "model/runtimes.def"
#undef CT_RUNTIME
	NULL,
};

static const struct ct_cgroup_owner *const owners[] = {
#define CT_RUNTIME(id, object, name) [CT_RT_##id] = &ct_runtime_##object.cgroups,
#include "model/runtimes.def"
#undef CT_RUNTIME
};

const struct ct_runtime_facts *ct_runtimes__facts(enum ct_runtime rt)
{
	static const struct ct_runtime_facts unknown = {
		.title = "the container runtime",
		.caps = CT_CAPS_DOCKER_DEFAULT,
		.profile = CT_PROFILE_MOBY,
	};

	return rt != CT_RT_NONE ? &ct_runtimes[rt]->facts : &unknown;
}

bool ct_runtimes__remembers(const struct ct_engine *e, enum ct_runtime rt)
{
	return e && rt != CT_RT_NONE && e->runtime == rt && ct_runtimes[rt]->remembers;
}

void ct_runtimes__classify(const char *path, struct ct_cgroup_name *name)
{
	ct_cgroup_name__classify(path, owners, CT_ARRAY_SIZE(owners), name);
}
