/* SPDX-License-Identifier: GPL-2.0-only */
/* libvirt: its containers (the LXC driver), and its virtual machines, which are not containers. */
#include <string.h>

#include "base/util.h"
#include "runtime/runtime.h"

/* Cuts off what libvirt puts before a machine's name: "lxc-" or "qemu-", and mostly a number. */
static bool cut_driver(struct ct_cgroup_part *p, const char *driver)
{
	size_t digits;

	if (!ct_cgroup_part__cut_prefix(p, driver) || !ct_cgroup_part__cut_prefix(p, "-"))
		return false;
	digits = strspn(p->s, "0123456789");
	if (digits && digits + 1 < p->len && p->s[digits] == '-') {
		p->s += digits + 1;
		p->len -= digits + 1;
	}
	return true;
}

/*
 * systemd: machine-DRIVER\x2dNUMBER\x2dNAME.scope. cgroupfs: /machine/DRIVER-NUMBER-NAME or
 * /machine/NAME, with .libvirt-DRIVER behind it, and before 1.0.4 /libvirt/DRIVER/NAME.
 */
static bool is_of(const struct ct_cgroup_at *at, const char *driver, struct ct_cgroup_name *name)
{
	ct_autofree char *suffix = ct_xasprintf(".libvirt-%s", driver), *plain = NULL;
	struct ct_cgroup_part part = at->part;

	if (ct_cgroup_part__is(&at->grandparent, "libvirt") &&
	    ct_cgroup_part__is(&at->parent, driver)) {
		ct_cgroup_name__set_id(name, part.s, part.len);
		return true;
	}
	if (ct_cgroup_part__cut_suffix(&part, suffix)) {
		cut_driver(&part, driver);
		ct_cgroup_name__set_id(name, part.s, part.len);
		return true;
	}
	if (!ct_cgroup_part__cut_prefix(&part, "machine-") ||
	    !ct_cgroup_part__cut_suffix(&part, ".scope"))
		return false;
	plain = ct_cgroup_part__unescape(&part);
	part = (struct ct_cgroup_part){ plain, strlen(plain), 0 };
	if (!cut_driver(&part, driver))
		return false;
	ct_cgroup_name__set_id(name, part.s, part.len);
	return true;
}

static bool is_own(const struct ct_cgroup_at *at, struct ct_cgroup_name *name)
{
	return is_of(at, "lxc", name);
}

static bool is_beside(const struct ct_cgroup_at *at, struct ct_cgroup_beside *beside)
{
	struct ct_cgroup_part part = at->part, program = at->parent;

	beside->role = CT_ROLE_MACHINE;
	/* Firecracker's jailer names its directory after the program: /firecracker-v1.7/ID. */
	if (at->depth == 1 && (ct_cgroup_part__is(&at->parent, "firecracker") ||
			       ct_cgroup_part__cut_prefix(&program, "firecracker-"))) {
		ct_cgroup_name__set_id(&beside->name, part.s, part.len);
		return true;
	}
	if (ct_cgroup_part__cut_prefix(&part, "systemd-vmspawn@") &&
	    ct_cgroup_part__cut_suffix(&part, ".service")) {
		ct_autofree char *name = ct_cgroup_part__unescape(&part);

		ct_cgroup_name__set_id(&beside->name, name, strlen(name));
		return true;
	}
	part = at->part;
	/* Proxmox starts machines without libvirt: /qemu.slice/NUMBER.scope. */
	if (ct_cgroup_part__is(&at->parent, "qemu.slice") &&
	    ct_cgroup_part__cut_suffix(&part, ".scope")) {
		ct_cgroup_name__set_id(&beside->name, part.s, part.len);
		return true;
	}
	return is_of(at, "qemu", &beside->name) || is_of(at, "ch", &beside->name);
}

const struct ct_runtime_type ct_runtime_libvirt = {
	.facts = {
		.title = "libvirt",
		.profile = CT_PROFILE_MOBY,
	},
	.cgroups = { .is_own = is_own, .is_beside = is_beside, .by_name = true },
};
