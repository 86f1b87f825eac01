/* SPDX-License-Identifier: GPL-2.0-only */
/* systemd as what starts units; their cgroups are known by the suffix, see cgroup/name.c. */
#include "model/caps.h"
#include "runtime/runtime.h"

const struct ct_runtime_type ct_runtime_systemd = {
	.facts = {
		.title = "systemd",
		.caps = CT_CAPS_SYSTEMD_DEFAULT,
		.profile = CT_PROFILE_MOBY, /* it has none: units have no default filter */
	},
	.restart = { "systemctl", "restart", "--" },
};
