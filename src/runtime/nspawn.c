/* SPDX-License-Identifier: GPL-2.0-only */
/* What is true of systemd-nspawn and its containers. */
#include <string.h>

#include "base/util.h"
#include "model/caps.h"
#include "runtime/runtime.h"

static void take_name(const struct ct_cgroup_part *p, struct ct_cgroup_name *name)
{
	ct_autofree char *id = ct_cgroup_part__unescape(p);

	ct_cgroup_name__set_id(name, id, strlen(id));
}

static bool is_unit_to_divide(struct ct_cgroup_part p)
{
	return (ct_cgroup_part__cut_suffix(&p, ".service") ||
		ct_cgroup_part__cut_suffix(&p, ".scope")) &&
	       !ct_cgroup_part__cut_prefix(&p, "user@");
}

/*
 * Cuts a unit's name down to the machine's: systemd-nspawn@NAME.service, NixOS'
 * container@NAME.service, or machine-NAME.scope as machined makes it. False: it is none of these,
 * and only the unit's suffix was cut off.
 */
static bool cut_to_machine(struct ct_cgroup_part *unit)
{
	bool cut = ct_cgroup_part__cut_prefix(unit, "systemd-nspawn@") ||
		   ct_cgroup_part__cut_prefix(unit, "container@") ||
		   ct_cgroup_part__cut_prefix(unit, "machine-");

	if (!ct_cgroup_part__cut_suffix(unit, ".service"))
		ct_cgroup_part__cut_suffix(unit, ".scope");
	return cut;
}

/*
 * nspawn divides the cgroup of its unit into "payload", the container, and "supervisor", nspawn
 * itself. Only units are divided: a cgroup of that name deeper in a service is the service's own.
 */
static bool is_payload(const struct ct_cgroup_at *at, struct ct_cgroup_name *name)
{
	struct ct_cgroup_part part = at->parent;

	if (!ct_cgroup_part__is(&at->part, "payload"))
		return false;
	if (at->below_service > 1 || (part.len && !is_unit_to_divide(part)))
		return false;
	if (!part.len) {
		take_name(&at->part, name);
		return true;
	}
	cut_to_machine(&part);
	take_name(&part, name);
	return true;
}

/* machine-NAME.scope as machined makes it, or as libvirt does, see libvirt.c. */
static bool is_machine(const struct ct_cgroup_at *at, struct ct_cgroup_name *name)
{
	struct ct_cgroup_part part = at->part;

	if (at->below_service || !ct_cgroup_part__cut_prefix(&part, "machine-") ||
	    !ct_cgroup_part__cut_suffix(&part, ".scope"))
		return false;
	/* The payload below it is looked at in its turn. */
	if (ct_cgroup_part__is(&at->next, "payload") || ct_cgroup_part__is(&at->next, "supervisor"))
		return false;
	take_name(&part, name);
	return true;
}

static bool is_own(const struct ct_cgroup_at *at, struct ct_cgroup_name *name)
{
	return is_payload(at, name) || is_machine(at, name);
}

/*
 * nspawn itself, beside its payload: in a unit with one of the names above, or in any unit of
 * machine.slice or of a pod (rkt's pods were machines). Elsewhere other programs use the name
 * "supervisor", too.
 */
static bool is_beside(const struct ct_cgroup_at *at, struct ct_cgroup_beside *beside)
{
	struct ct_cgroup_part part = at->parent;

	if (!ct_cgroup_part__is(&at->part, "supervisor") || !is_unit_to_divide(part) ||
	    (!cut_to_machine(&part) && !ct_cgroup_part__is(&at->grandparent, "machine.slice") &&
	     !at->in_kubepods))
		return false;
	beside->role = CT_ROLE_MONITOR;
	take_name(&part, &beside->name);
	return true;
}

const struct ct_runtime_type ct_runtime_nspawn = {
	.facts = {
		.title = "systemd-nspawn",
		/* src/nspawn/nspawn.c, arg_caps_retain; NET_ADMIN with a network of its own */
		.caps = CT_CAP(AUDIT_CONTROL) | CT_CAP(AUDIT_WRITE) | CT_CAP(CHOWN) |
			CT_CAP(DAC_OVERRIDE) | CT_CAP(DAC_READ_SEARCH) | CT_CAP(FOWNER) |
			CT_CAP(FSETID) | CT_CAP(IPC_OWNER) | CT_CAP(KILL) | CT_CAP(LEASE) |
			CT_CAP(LINUX_IMMUTABLE) | CT_CAP(MKNOD) | CT_CAP(NET_BIND_SERVICE) |
			CT_CAP(NET_BROADCAST) | CT_CAP(NET_RAW) | CT_CAP(SETFCAP) |
			CT_CAP(SETGID) | CT_CAP(SETPCAP) | CT_CAP(SETUID) | CT_CAP(SYS_ADMIN) |
			CT_CAP(SYS_BOOT) | CT_CAP(SYS_CHROOT) | CT_CAP(SYS_NICE) |
			CT_CAP(SYS_PTRACE) | CT_CAP(SYS_RESOURCE) | CT_CAP(SYS_TTY_CONFIG),
		.profile = CT_PROFILE_MOBY,
	},
	.cgroups = { .is_own = is_own, .is_beside = is_beside, .divides_services = true, .by_name = true },
};
