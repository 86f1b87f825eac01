/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gVisor: below any runtime's name for the cgroup a program runs on a kernel in user space, which
 * checks itself what that does. What this kernel sees are the checks of that kernel's own processes
 * (runsc-sandbox, runsc-gofer), which tell nothing of what the program needs.
 */
#include "runtime/runtime.h"

/* ID_sandbox:SANDBOX.state (runsc/container/state_file.go): by hand and of CRI-O; of the shim; of
 * Docker. */
static const struct ct_bundle_place bundles[] = {
	{ .pattern = "/run/runsc/%s_sandbox:*.state", .state = true },
	{ .pattern = "/run/containerd/runsc/*/%s_sandbox:*.state", .state = true },
	{ .pattern = "/run/docker/runtime-*/moby/%s_sandbox:*.state", .state = true },
	{ 0 },
};

const struct ct_runtime_type ct_runtime_gvisor = {
	.facts = {
		.title = "gVisor",
		.in_guest = true,
		.profile = CT_PROFILE_MOBY,
	},
	.bundles = bundles,
};
