/* SPDX-License-Identifier: GPL-2.0-only */
/* All runtimes, in the order in which they are asked. */
#include "model/caps.h"
#include "runtime/runtime.h"

const struct ct_runtime_type *const ct_runtimes[] = {
#define CT_RUNTIME(id, object, name) [CT_RT_##id] = &ct_runtime_##object,
#include "model/runtimes.def"
#undef CT_RUNTIME
	NULL,
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
	return e && rt != CT_RT_NONE && ct_engine__is_of((struct ct_engine *)e, rt) &&
	       ct_runtimes[rt]->remembers;
}
