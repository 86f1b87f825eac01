/* SPDX-License-Identifier: GPL-2.0-only */
/* What is true of Docker and its containers. */
#include <string.h>

#include "model/caps.h"
#include "runtime/docker_api.h"
#include "runtime/docker_context.h"
#include "runtime/runtime.h"

#define TASK_ID 32 /* digits */

#define TASKS "io.containerd.runtime.v2.task/moby/%s/config.json"

static const struct ct_bundle_place bundles[] = {
	{ .pattern = "/run/docker/containerd/daemon/" TASKS },
	{ .pattern = "/run/containerd/" TASKS },
	{ .pattern = "/run/snap.docker/containerd/daemon/" TASKS },
	{ .pattern = "/run/docker/runtime-*/moby/%s/state.json", .state = true },
	{ .pattern = "/run/user/*/docker/containerd/daemon/" TASKS, .users = true },
	{ 0 },
};

/* The id of a task of Amazon's ECS; v1: /ecs/TASK/ID, v2: ecstasks.slice/ecstasks-TASK.slice. */
static bool is_task_id(const struct ct_cgroup_part *p)
{
	return ct_cgroup_part__is_uuid(p, '-') || ct_cgroup_part__is_hex(p, TASK_ID);
}

/* /ecs/TASK/ID, or /ecs/CLUSTER/TASK/ID where the task's own name includes the cluster. */
static bool is_below_task(const struct ct_cgroup_at *at)
{
	return is_task_id(&at->parent) &&
	       (ct_cgroup_part__is(&at->grandparent, "ecs") ||
		(at->depth == 3 && ct_cgroup_part__is(&at->first, "ecs")));
}

/* TASK-NUMBER of ECS on Fargate, run by Docker or containerd: the path does not tell which. */
static bool is_fargates(const struct ct_cgroup_at *at)
{
	struct ct_cgroup_part task = { at->part.s, TASK_ID, 0 };

	return (ct_cgroup_part__is(&at->parent, "ecs") || is_below_task(at)) &&
	       at->part.len > TASK_ID + 1 && at->part.s[TASK_ID] == '-' &&
	       ct_cgroup_part__is_hex(&task, TASK_ID) &&
	       strspn(at->part.s + TASK_ID + 1, "0123456789") == at->part.len - TASK_ID - 1;
}

/*
 * Containers whose parent cgroup says who asked Docker for them: ECS, and the runners of GitHub,
 * whose daemon has it as its --cgroup-parent. Docker once had a driver that used LXC, with the
 * parent "lxc".
 */
static bool is_own(const struct ct_cgroup_at *at, struct ct_cgroup_name *name)
{
	if (is_fargates(at)) {
		name->runtime = CT_RT_NONE;
		ct_cgroup_name__set_id(name, at->part.s, at->part.len);
		return true;
	}
	/* buildx starts BuildKit in a container below /docker/buildx. */
	if (!ct_cgroup_part__is_id(&at->part) ||
	    !(is_below_task(at) ||
	      (ct_cgroup_part__is(&at->grandparent, "docker") &&
	       ct_cgroup_part__is(&at->parent, "buildx")) ||
	      (at->depth == 1 && (ct_cgroup_part__is(&at->parent, "actions_job") ||
				  ct_cgroup_part__is(&at->parent, "lxc")))))
		return false;
	ct_cgroup_name__set_id(name, at->part.s, at->part.len);
	return true;
}

static bool is_beside(const struct ct_cgroup_at *at, struct ct_cgroup_beside *beside)
{
	struct ct_cgroup_part part = at->part;

	if (ct_cgroup_part__is(&at->parent, "ecs") ||
	    (at->depth == 2 && ct_cgroup_part__is(&at->first, "ecs"))) {
		if (!is_task_id(&part))
			return false;
	} else if (!ct_cgroup_part__cut_prefix(&part, "ecstasks-") ||
		   !ct_cgroup_part__cut_suffix(&part, ".slice")) {
		return false;
	}
	beside->role = CT_ROLE_POD;
	ct_cgroup_name__set_id(&beside->name, part.s, part.len);
	return true;
}

const struct ct_runtime_type ct_runtime_docker = {
	.facts = {
		.title = "Docker",
		.caps = CT_CAPS_DOCKER_DEFAULT,
		.order = CT_GRANT_ADDS_LAST,
		.profile = CT_PROFILE_MOBY,
		/* moby has its own list of names, which ends with AUDIT_READ up to 20.10. */
		.names_all_since = 23,
	},
	.cgroups = {
		.prefixes = (const char *const[]){ "docker-", NULL },
		.notation = "docker",
		.parent = "docker",
		/* moby's issue 17653; balena's engine is a Docker under another name */
		.services = (const char *const[]){ "docker.service", "balena-engine.service",
						   "balena.service", "snap.docker.dockerd.service",
						   NULL },
		.is_own = is_own,
		.is_beside = is_beside,
	},
	.bundles = bundles,
	.engine = &ct_docker_api,
	.socket = "/var/run/docker.sock",
	.users_socket = "/run/user/*/docker.sock",
	.client = "docker",
	.compose = "docker-compose",
	.named = ct_docker_context__named,
	.by_environment = true,
	.remembers = true,
};
