/* SPDX-License-Identifier: GPL-2.0-only */
/* What is true of systemd-nspawn and its containers. */
#include <string.h>

#include "base/util.h"
#include "model/caps.h"
#include "runtime/runtime.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* systemd writes a '-' within a machine's name as \x2d. */
static char *unescape(const struct ct_cgroup_part *p)
{
	char *out = ct_xzalloc(p->len + 1), *o = out;
	const char *s = p->s;

	for (size_t i = 0; i < p->len; i++) {
		bool escape = i + 3 < p->len && s[i] == '\\' && s[i + 1] == 'x';
		int high = escape ? hex_digit(s[i + 2]) : -1;
		int low = escape ? hex_digit(s[i + 3]) : -1;

		if (high < 0 || low < 0 || high + low == 0) {
			*o++ = s[i];
			continue;
		}
		*o++ = high << 4 | low;
		i += 3;
	}
	return out;
}

static void take_name(const struct ct_cgroup_part *p, struct ct_cgroup_name *name)
{
	ct_autofree char *id = unescape(p);

	ct_cgroup_name__set_id(name, id, strlen(id));
}

/* What nspawn divided into "payload", the container, and "supervisor", nspawn itself. */
static bool is_payload(const struct ct_cgroup_at *at, struct ct_cgroup_name *name)
{
	struct ct_cgroup_part part = at->parent;

	if (!ct_cgroup_part__is(&at->part, "payload"))
		return false;
	if (!part.len) {
		take_name(&at->part, name);
		return true;
	}
	if (!ct_cgroup_part__cut_prefix(&part, "systemd-nspawn@"))
		ct_cgroup_part__cut_prefix(&part, "machine-");
	if (!ct_cgroup_part__cut_suffix(&part, ".service"))
		ct_cgroup_part__cut_suffix(&part, ".scope");
	take_name(&part, name);
	return true;
}

/* machine-NAME.scope as machined makes it; libvirt's machines are not containers. */
static bool is_machine(const struct ct_cgroup_at *at, struct ct_cgroup_name *name)
{
	struct ct_cgroup_part part = at->part;

	if (!ct_cgroup_part__cut_prefix(&part, "machine-") ||
	    !ct_cgroup_part__cut_suffix(&part, ".scope"))
		return false;
	/* The payload below is looked at next. */
	if (ct_cgroup_part__is(&at->next, "payload") ||
	    ct_cgroup_part__is(&at->next, "supervisor") ||
	    (part.len > strlen("qemu") && !memcmp(part.s, "qemu", strlen("qemu"))))
		return false;
	take_name(&part, name);
	return true;
}

static bool is_own(const struct ct_cgroup_at *at, struct ct_cgroup_name *name)
{
	return is_payload(at, name) || is_machine(at, name);
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
	.cgroups = { .is_own = is_own, .divides_services = true },
};
