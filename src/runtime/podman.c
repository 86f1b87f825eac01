/* SPDX-License-Identifier: GPL-2.0-only */
/* What is true of Podman and its containers. */
#include <string.h>

#include "model/caps.h"
#include "runtime/docker_api.h"
#include "runtime/podman_remote.h"
#include "runtime/runtime.h"

#define DATA "containers/storage/*-containers/%s/userdata/config.json"

static const struct ct_bundle_place bundles[] = {
	{ .pattern = "/var/lib/" DATA },
	{ .pattern = "/run/crun/%s/status", .state = true },
	{ .pattern = "/run/runc/%s/state.json", .state = true },
	{ .pattern = "/run/youki/%s/state.json", .state = true },
	{ .pattern = "/home/*/.local/share/" DATA, .users = true },
	{ .pattern = "/run/user/*/crun/%s/status", .state = true, .users = true },
	{ .pattern = "/run/user/*/runc/%s/state.json", .state = true, .users = true },
	{ 0 },
};

/* A pod's own cgroup has its id: machine-libpod_pod_ID.slice, user-libpod_pod_ID.slice, or /ID. */
static bool is_pod(const struct ct_cgroup_at *at, struct ct_cgroup_name *name)
{
	static const char word[] = "libpod_pod_";
	struct ct_cgroup_part part = at->part;
	const char *found = memmem(part.s, part.len, word, strlen(word));

	if (found && ct_cgroup_part__cut_suffix(&part, ".slice")) {
		part.len -= (size_t)(found - part.s) + strlen(word);
		part.s = found + strlen(word);
	} else if (!ct_cgroup_part__is(&at->parent, "libpod_parent")) {
		return false;
	}
	if (!ct_cgroup_part__is_id(&part))
		return false;
	ct_cgroup_name__set_id(name, part.s, part.len);
	return true;
}

/* podman-PID.scope, into which a podman command moves itself where it may not make cgroups. */
static bool is_client(struct ct_cgroup_part p)
{
	return ct_cgroup_part__cut_suffix(&p, ".scope") &&
	       ct_cgroup_part__cut_prefix(&p, "podman-") && strspn(p.s, "0123456789") == p.len;
}

/*
 * The cgroup of conmon where a container divides a service with it. Podman 2 called it
 * "supervisor", which is not looked for: many services have that name for a cgroup of their own
 * (DelegateSubgroup= in systemd.resource-control(5)).
 */
static bool is_supervisor(const struct ct_cgroup_at *at)
{
	struct ct_cgroup_part parent = at->parent;

	return ct_cgroup_part__cut_suffix(&parent, ".service") &&
	       ct_cgroup_part__is(&at->part, "runtime");
}

/* With cgroupfs all conmons share one cgroup (moveConmonToCgroupAndSignal in libpod). */
static bool is_conmons(const struct ct_cgroup_at *at)
{
	return ct_cgroup_part__is(&at->parent, "libpod_parent") &&
	       ct_cgroup_part__is(&at->part, "conmon");
}

/* What keeps a user's namespaces alive: podman-pause-HEX.scope, rootless-netns-HEX.scope. */
static bool is_keeper(struct ct_cgroup_part p)
{
	return ct_cgroup_part__cut_suffix(&p, ".scope") &&
	       (ct_cgroup_part__cut_prefix(&p, "podman-pause-") ||
		ct_cgroup_part__cut_prefix(&p, "rootless-netns-")) &&
	       ct_cgroup_part__is_hex(&p, p.len);
}

/* ID.service, ID-HEX.service and ID-startup-HEX.service, which check a container's health. */
static bool is_health_check(struct ct_cgroup_part p, struct ct_cgroup_name *name)
{
	struct ct_cgroup_part id = { p.s, CT_CGROUP_ID, 0 };

	if (!ct_cgroup_part__cut_suffix(&p, ".service") || p.len < CT_CGROUP_ID ||
	    !ct_cgroup_part__is_id(&id) || (p.len > CT_CGROUP_ID && p.s[CT_CGROUP_ID] != '-'))
		return false;
	ct_cgroup_name__set_id(name, id.s, id.len);
	return true;
}

static bool is_beside(const struct ct_cgroup_at *at, struct ct_cgroup_beside *beside)
{
	if (is_pod(at, &beside->name))
		beside->role = CT_ROLE_POD;
	else if (is_client(at->part))
		beside->role = CT_ROLE_CLIENT;
	else if (is_supervisor(at) || is_conmons(at) || is_keeper(at->part) ||
		 is_health_check(at->part, &beside->name))
		beside->role = CT_ROLE_MONITOR;
	else
		return false;
	return true;
}

const struct ct_runtime_type ct_runtime_podman = {
	.facts = {
		.title = "Podman",
		.caps = CT_CAPS_PODMAN_DEFAULT,
		.order = CT_GRANT_ADDS_LAST,
		.why_not_both = "podman refuses a capability that is both added and dropped",
		.users_hold_set = true,
		.profile = CT_PROFILE_COMMON,
	},
	.cgroups = {
		.prefixes = (const char *const[]){ "libpod-", NULL },
		.parent = "libpod",	    /* rootless, without systemd */
		.split = "libpod-payload-", /* of Quadlet, too */
		.monitors = (const char *const[]){ "libpod-conmon-", NULL },
		.is_beside = is_beside,
	},
	.bundles = bundles,
	.engine = &ct_docker_api,
	.socket = "/run/podman/podman.sock",
	.users_socket = "/run/user/*/podman/podman.sock",
	.named = ct_podman_remote__named,
	.client = "podman",
	.restart = { "podman", "restart", "--" },
};
