/* SPDX-License-Identifier: GPL-2.0-only */
/* LXC, and LXD and Incus, which use it. */
#include <string.h>

#include "base/host_root.h"
#include "base/util.h"
#include "runtime/runtime.h"

static bool is_configured(const char *name)
{
	static const char *const places[] = {
		"/var/lib/lxc/%s/config",
		"/var/lib/incus/containers/%s",
		"/var/lib/lxd/containers/%s",
		"/var/snap/lxd/common/lxd/containers/%s",
	};

	for (size_t i = 0; i < CT_ARRAY_SIZE(places); i++) {
		const char *hole = strstr(places[i], "%s");
		ct_autofree char *path = ct_xasprintf("%.*s%s%s", (int)(hole - places[i]),
						      places[i], name, hole + 2);

		if (ct_host__has(path))
			return true;
	}
	return false;
}

/*
 * If a cgroup of that name was left over, LXC takes NAME-1, up to NAME-999 (cgfsng.c). Only LXC's
 * configuration tells that from a container whose own name ends in such a number.
 */
static void cut_number(char *name)
{
	char *dash = strrchr(name, '-');
	size_t len = dash ? strspn(dash + 1, "0123456789") : 0;

	if (!len || len > 3 || dash[1 + len] || dash[1] == '0' || dash == name ||
	    is_configured(name))
		return;
	*dash = '\0';
	if (!is_configured(name))
		*dash = '-';
}

/* Other services may name the cgroups that were delegated to them as they like. */
static bool is_lxcs_service(const struct ct_cgroup_at *at)
{
	static const char *const names[] = { "lxc.service", "incus.service", "lxd.service",
					     "snap.lxd.daemon.service" };
	struct ct_cgroup_part instance = at->parent;

	if (at->below_service != 1)
		return false;
	for (size_t i = 0; i < CT_ARRAY_SIZE(names); i++)
		if (ct_cgroup_part__is(&at->parent, names[i]))
			return true;
	return ct_cgroup_part__cut_prefix(&instance, "lxc@");
}

/*
 * /lxc.payload.NAME, /lxc.payload/NAME and /lxc/NAME; with lxc.cgroup.relative beside the monitor
 * in the service that started it, lxc@NAME.service or incus.service. Nobody gives a container a
 * full id for a name: that is one of an engine that used LXC.
 */
static bool is_own(const struct ct_cgroup_at *at, struct ct_cgroup_name *name)
{
	struct ct_cgroup_part part = at->part;

	if (at->below_service && !is_lxcs_service(at))
		return false;
	/*
	 * lxc.cgroup.pattern = lxc/%n makes /lxc/NAME/payload, beside /lxc/NAME/monitor. It cannot
	 * be told from a cgroup "payload" that the container NAME made itself.
	 */
	if (ct_cgroup_part__is(&at->grandparent, "lxc") && ct_cgroup_part__is(&part, "payload")) {
		ct_cgroup_name__set_id(name, at->parent.s, at->parent.len);
		return true;
	}
	if (ct_cgroup_part__is(&at->parent, "lxc") && ct_cgroup_part__is(&at->next, "payload"))
		return false;
	if (!ct_cgroup_part__cut_prefix(&part, "lxc.payload.") &&
	    !ct_cgroup_part__is(&at->parent, "lxc") &&
	    !ct_cgroup_part__is(&at->parent, "lxc.payload"))
		return false;
	if (ct_cgroup_part__is_id(&at->part))
		return false;
	ct_cgroup_name__set_id(name, part.s, part.len);
	if (!at->nested)
		cut_number(name->id);
	return true;
}

/* LXC's own cgroups: those of the monitor, and of what moves the container's first process. */
static bool is_beside(const struct ct_cgroup_at *at, struct ct_cgroup_beside *beside)
{
	struct ct_cgroup_part part = at->part;

	if (!ct_cgroup_part__cut_prefix(&part, "lxc.monitor.") &&
	    !ct_cgroup_part__cut_prefix(&part, "lxc.pivot.") &&
	    !ct_cgroup_part__is(&at->parent, "lxc.monitor"))
		return false;
	beside->role = CT_ROLE_MONITOR;
	ct_cgroup_name__set_id(&beside->name, part.s, part.len);
	return true;
}

const struct ct_runtime_type ct_runtime_lxc = {
	.facts = {
		.title = "LXC",
		.profile = CT_PROFILE_MOBY,
	},
	.cgroups = { .is_own = is_own, .is_beside = is_beside, .divides_services = true, .by_name = true },
};
