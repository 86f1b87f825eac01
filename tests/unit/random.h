/* SPDX-License-Identifier: GPL-2.0-only */
/* Sessions at random, the same for the same seed. */
#ifndef CT_UNIT_RANDOM_H
#define CT_UNIT_RANDOM_H

#include <inttypes.h>

#include "build.h"
#include "sessions.h"

static uint32_t seed; /* of the session in hand */

static inline uint32_t below(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

static const struct {
	int cap;
	const char *syscall, *stack;
} ways[] = {
	{ CAP_CHOWN, "chown", "capable_wrt_inode_uidgid setattr_prepare ext4_setattr" },
	{ CAP_FSETID, "fchown", "capable_wrt_inode_uidgid setattr_copy ext4_setattr" },
	{ CAP_FSETID, "chmod", "capable_wrt_inode_uidgid setattr_prepare" },
	{ CAP_DAC_READ_SEARCH, "openat", "capable_wrt_inode_uidgid generic_permission" },
	{ CAP_DAC_OVERRIDE, "openat", "capable_wrt_inode_uidgid generic_permission" },
	{ CAP_DAC_OVERRIDE, "openat",
	  "capable_wrt_inode_uidgid generic_permission ovl_permission" },
	{ CAP_SETPCAP, "capset", "ns_capable cap_capset" },
	{ CAP_SETUID, "setuid", "ns_capable_setid __sys_setuid" },
	{ CAP_NET_RAW, "setsockopt", "ns_capable sk_setsockopt" },
	{ CAP_SYS_NICE, "setpriority", "ns_capable set_one_prio" },
	{ CAP_SYS_ADMIN, "mmap", "cap_vm_enough_memory __vm_enough_memory" },
	{ CAP_SYS_ADMIN, "frobnicate", "capable nobody_knows_this" },
	{ CAP_SYS_RESOURCE, "prlimit64", "capable do_prlimit" },
	{ CAP_KILL, "kill", "ns_capable check_kill_permission" },
};

static inline void random_kind(struct ct_workload *w)
{
	static const uint32_t entries[] = { CT_ENTRY_MAIN, CT_ENTRY_MAIN, CT_ENTRY_SETUP, 77 };
	static const uint8_t alike[] = { 0, 0, 0, CT_F_CRED_DERIVED, CT_F_CRED_FOREIGN };
	size_t i = below(CT_ARRAY_SIZE(ways));
	struct ct_kind *k = build_check(w, ways[i].cap, ways[i].syscall, ways[i].stack);

	k->key.entry = entries[below(4)];
	k->key.sel = below(3);
	k->key.flags = alike[below(5)] | (below(4) ? CT_F_GRANTED : 0);
	k->sampled = below(5);
	if (!k->sampled)
		k->creds = (struct ct_creds){ 0 };
	else if (below(2))
		k->creds.euid = 33;
	k->count = 1 + below(9);
}

static inline void random_act(struct ct_workload *w)
{
	static const char *const calls[] = { "unshare", "set_mempolicy", "bpf", "clone" };
	uint32_t what = below(3);
	struct ct_act *a;

	if (what == 0) {
		a = build_act(w, CT_ACT_CAPSET, "capset");
		a->key.a = 1u << below(14);
		a->key.c = below(2) ? 0 : CT_CAP(SYS_ADMIN);
		a->key.asked = below(2);
	} else if (what == 1) {
		a = build_act(w, CT_ACT_AMBIENT, "prctl");
		a->key.a = below(41);
	} else {
		a = build_act(w, CT_ACT_SYSCALL, calls[below(4)]);
		a->key.sel = below(2);
	}
	a->count = 1 + below(3);
}

static inline void random_workload(struct ct_session *s, const char *id)
{
	static const char *const names[] = { "web", "db", "cache" };
	struct ct_workload *w = build_container(s, id);

	free(w->container.name);
	w->container.name = ct_xstrdup(names[below(3)]);
	if (!below(3)) {
		w->container.project = ct_xstrdup("shop");
		w->container.service = ct_xstrdup(below(2) ? "front" : "back");
	}
	w->configured = below(3) ? CT_CAPS_DOCKER_DEFAULT : CT_CAPS_ALL;
	w->configured_known = below(4);
	w->end_seen = below(2) ? CT_YES : CT_NO;
	w->end_code = below(3) << 8;
	w->sysctls.known = below(2);
	for (uint32_t n = below(6); n; n--)
		random_kind(w);
	for (uint32_t n = below(3); n; n--)
		random_act(w);
	if (!below(4))
		build_exec(w, CT_ENTRY_MAIN, "/bin/ping", CT_CAP(NET_RAW));
}

static inline struct ct_session *random_session(unsigned int which)
{
	struct ct_session *s = ct_session__new();

	for (uint32_t n = 1 + below(3); n; n--) {
		ct_autofree char *id = ct_xasprintf("%u-%" PRIu32, which, n);

		random_workload(s, id);
	}
	return s;
}

/* Sessions cannot be copied, but written and read. */
static inline struct ct_session *copy_of(const struct ct_session *s)
{
	ct_autofree char *text = session_text(s);
	struct ct_session *copy = NULL;

	CU_ASSERT_EQUAL_FATAL(session_parse(text, strlen(text), &copy, NULL), 0);
	return copy;
}

#endif
