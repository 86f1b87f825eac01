/* SPDX-License-Identifier: GPL-2.0-only */
/* What is true of Docker and its containers. */
#include "model/caps.h"
#include "runtime/docker_api.h"
#include "runtime/docker_context.h"
#include "runtime/runtime.h"

#define TASKS "io.containerd.runtime.v2.task/moby/%s/config.json"

static const struct ct_bundle_place bundles[] = {
	{ .pattern = "/run/docker/containerd/daemon/" TASKS },
	{ .pattern = "/run/containerd/" TASKS },
	{ .pattern = "/run/snap.docker/containerd/daemon/" TASKS },
	{ .pattern = "/run/docker/runtime-*/moby/%s/state.json", .state = true },
	{ 0 },
};

const struct ct_runtime_type ct_runtime_docker = {
	.facts = {
		.title = "Docker",
		.caps = CT_CAPS_DOCKER_DEFAULT,
		.order = CT_GRANT_ADDS_LAST,
		.profile = CT_PROFILE_MOBY,
		/* moby asks a list of its own which names there are: up to 20.10 it ends with
		 * AUDIT_READ. */
		.names_all_since = 23,
	},
	.cgroups = {
		.prefixes = (const char *const[]){ "docker-", NULL },
		.notation = "docker",
		.parent = "docker",
	},
	.bundles = bundles,
	.engine = &ct_docker_api,
	.socket = "/var/run/docker.sock",
	.client = "docker",
	.compose = "docker-compose",
	.named = ct_docker_context__named,
	.by_environment = true,
	.remembers = true,
};
