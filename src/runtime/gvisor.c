/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gVisor: in a cgroup that may be named by any runtime, a program runs on a kernel in user space,
 * which makes its permission checks. The host's kernel sees only the checks of that kernel's own
 * processes (runsc-sandbox, runsc-gofer), which say nothing about what the program needs.
 */
#include "runtime/runtime.h"

/*
 * ID_sandbox:SANDBOX.state (runsc/container/state_file.go), as left by runsc run by hand or by
 * CRI-O, by containerd's shim, and by Docker.
 */
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
