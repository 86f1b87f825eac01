/* SPDX-License-Identifier: GPL-2.0-only */
/* What is true of Podman and its containers. */
#include "model/caps.h"
#include "runtime/docker_api.h"
#include "runtime/podman_remote.h"
#include "runtime/runtime.h"

#define DATA "containers/storage/*-containers/%s/userdata/config.json"

static const struct ct_bundle_place bundles[] = {
	{ .pattern = "/var/lib/" DATA },
	{ .pattern = "/run/crun/%s/status", .state = true },
	{ .pattern = "/run/runc/%s/state.json", .state = true },
	{ .pattern = "/home/*/.local/share/" DATA, .users = true },
	{ .pattern = "/run/user/*/crun/%s/status", .state = true, .users = true },
	{ .pattern = "/run/user/*/runc/%s/state.json", .state = true, .users = true },
	{ 0 },
};

const struct ct_runtime_type ct_runtime_podman = {
	.facts = {
		.title = "Podman",
		.caps = CT_CAPS_PODMAN_DEFAULT,
		.order = CT_GRANT_ADDS_LAST,
		.why_not_both = "podman refuses to add and to drop it",
		.users_hold_set = true,
		.profile = CT_PROFILE_COMMON,
	},
	/* conmon's own cgroup, libpod-conmon-ID, is not the container's. */
	.cgroups = {
		.prefixes = (const char *const[]){ "libpod-", NULL },
		.parent = "libpod",	    /* rootless, without systemd */
		.split = "libpod-payload-", /* of Quadlet, too */
	},
	.bundles = bundles,
	.engine = &ct_docker_api,
	.socket = "/run/podman/podman.sock",
	.named = ct_podman_remote__named,
	.client = "podman",
	.restart = { "podman", "restart", "--" },
};
