/* SPDX-License-Identifier: GPL-2.0-only */
/* Sessions at random, the same for the same seed. */
#ifndef CT_UNIT_RANDOM_H
#define CT_UNIT_RANDOM_H

#include <inttypes.h>
#include <linux/mempolicy.h>
#include <sys/prctl.h>

#include "build.h"
#include "ct/selector.h"
#include "sessions.h"

static uint32_t seed; /* of the session in hand */
static bool calm;     /* few things happen that concern a recording as a whole */

static inline uint32_t below(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

#define OVERLAY " ovl_fill_super vfs_get_tree path_mount"
static const struct {
	int cap;
	const char *syscall, *stack;
} ways[] = {
	{ CAP_CHOWN, "chown", "capable_wrt_inode_uidgid setattr_prepare ext4_setattr" },
	{ CAP_FSETID, "fchown", "capable_wrt_inode_uidgid setattr_copy ext4_setattr" },
	{ CAP_FSETID, "chmod", "capable_wrt_inode_uidgid setattr_prepare" },
	{ CAP_DAC_READ_SEARCH, "openat", "capable_wrt_inode_uidgid generic_permission" },
	{ CAP_DAC_READ_SEARCH, "openat", "capable_wrt_inode_uidgid generic_permission may_open" },
	{ CAP_DAC_OVERRIDE, "openat", "capable_wrt_inode_uidgid generic_permission" },
	{ CAP_DAC_OVERRIDE, "openat", "ns_capable generic_permission" },
	{ CAP_DAC_OVERRIDE, "openat",
	  "capable_wrt_inode_uidgid generic_permission inode_permission path_openat" },
	{ CAP_DAC_OVERRIDE, "openat",
	  "capable_wrt_inode_uidgid generic_permission ovl_permission" },
	{ CAP_DAC_OVERRIDE, "openat",
	  "capable_wrt_inode_uidgid generic_permission inode_permission ovl_permission" },
	{ CAP_DAC_READ_SEARCH, "mount", "capable ovl_can_decode_fh ovl_lower_dir" OVERLAY },
	{ CAP_DAC_READ_SEARCH, "mount", "capable ovl_can_decode_fh ovl_verify_set_fh" OVERLAY },
	{ CAP_SYS_ADMIN, "mount", "ns_capable path_mount" },
	{ CAP_SYS_ADMIN, "fsopen", "ns_capable __x64_sys_fsopen" },
	{ CAP_SYS_ADMIN, "fsconfig", "ns_capable vfs_cmd_create" },
	{ CAP_SETPCAP, "capset", "ns_capable cap_capset" },
	{ CAP_SETPCAP, "prctl", "ns_capable cap_task_prctl" },
	{ CAP_SETUID, "setuid", "ns_capable_setid __sys_setuid" },
	{ CAP_NET_RAW, "setsockopt", "ns_capable sk_setsockopt" },
	{ CAP_SYS_NICE, "setpriority", "ns_capable set_one_prio" },
	{ CAP_SYS_ADMIN, "mmap", "cap_vm_enough_memory __vm_enough_memory" },
	{ CAP_SYS_ADMIN, "frobnicate", "capable nobody_knows_this" },
	{ CAP_SYS_RESOURCE, "prlimit64", "capable do_prlimit" },
	{ CAP_KILL, "kill", "ns_capable check_kill_permission" },
	{ CAP_SYS_BOOT, "reboot", "ns_capable __do_sys_reboot" },
	{ CAP_SYS_ADMIN, "write", "ns_capable map_write proc_uid_map_write" },
};

static inline uint32_t random_entry(void)
{
	static const uint32_t entries[] = { CT_ENTRY_MAIN,
					    CT_ENTRY_MAIN,
					    CT_ENTRY_MAIN,
					    CT_ENTRY_MAIN,
					    CT_ENTRY_SETUP,
					    CT_ENTRY_ENTERED,
					    77,
					    78 };

	return entries[below(calm ? 5 : 8)];
}

static inline uint64_t random_set(void)
{
	return below(3) ? CT_CAPS_DOCKER_DEFAULT : below(2) ? CT_CAPS_ALL : CT_CAP(CHOWN);
}

static inline void random_outcome(struct ct_kind *k)
{
	struct ct_outcome *o = &k->outcome;
	uint64_t *const of[] = { &o->ok, &o->eperm, &o->eacces, &o->other, &o->found, &o->made };

	if (below(3))
		*of[below(6)] = below(2) ? k->count : 1 + below(3);
	if (!below(3))
		*of[below(6)] = below(2) ? k->count : 1 + below(3);
}

static inline void random_kind(struct ct_workload *w)
{
	static const uint16_t alike[] = { 0, 0, 0, CT_F_CRED_DERIVED, CT_F_CRED_FOREIGN };
	static const uint32_t selectors[] = { 0, 1, 2, CT_WORD_OVERLAY, PR_SET_SECUREBITS };
	size_t i = below(CT_ARRAY_SIZE(ways));
	struct ct_kind *k = build_check(w, ways[i].cap, ways[i].syscall, ways[i].stack);

	k->key.entry = random_entry();
	k->key.sel = selectors[below(5)];
	k->key.flags = (uint16_t)(alike[below(5)] | (below(4) ? CT_F_GRANTED : 0) |
				  (below(2) ? CT_F_CREDS : 0) | (below(2) ? CT_F_EUID0 : 0));
	k->key.effective = random_set();
	k->key.from = below(4) ? 0 : 1;
	k->key.level = (uint8_t)(k->key.from + !below(4));
	k->key.after = calm || below(8) ? 0 : CAP_DAC_READ_SEARCH + 1;
	k->sampled = below(5);
	if (!k->sampled)
		k->creds = (struct ct_creds){ 0 };
	else if (below(2))
		k->creds.euid = 33;
	else if (below(2))
		k->creds.userns_level = 1;
	k->count = 1 + below(4);
	random_outcome(k);
}

static inline void random_act(struct ct_workload *w)
{
	static const char *const calls[] = { "unshare", "set_mempolicy", "bpf", "clone",
					     "set_mempolicy" };
	uint32_t what = calm ? 3 + below(3) : below(6);
	struct ct_act *a;

	if (what == 0) {
		a = build_act(w, CT_ACT_CAPSET, "capset");
		a->key.a = 1u << below(3);
		a->key.c = below(2) ? 0 : CT_CAP(SYS_ADMIN);
		a->key.asked = (uint8_t)below(2);
	} else if (what == 1) {
		a = build_act(w, CT_ACT_AMBIENT, "prctl");
		a->key.a = below(3);
	} else if (what == 2) {
		a = build_act(w, CT_ACT_SECUREBITS, "prctl");
	} else if (what == 3) {
		a = build_act(w, CT_ACT_TARGET, "readlink");
		a->key.sel = 1 + below(2);
		a->key.a = random_set();
	} else {
		a = build_act(w, CT_ACT_SYSCALL, calls[below(5)]);
		a->key.sel = below(2) ? 0 : MPOL_PREFERRED_MANY;
	}
	a->key.ok = below(3) != 0;
	a->key.entry = random_entry();
	a->held = a->key.entry == CT_ENTRY_ENTERED ? random_set() : 0;
	a->key.level = below(5) ? 0 : 1;
	a->count = 1 + below(3);
	a->proc.pid = 10 + below(3);
}

static inline void random_exec(struct ct_workload *w)
{
	static const uint32_t entries[] = { CT_ENTRY_MAIN, 77, 78 };
	uint32_t entry = entries[below(calm ? 1 : 3)];
	struct ct_exec *x;

	if (entry == CT_ENTRY_MAIN)
		x = build_exec(w, entry, below(2) ? "/bin/ping" : "/bin/sh",
			       below(3) ? 0 : CT_CAP(NET_RAW));
	else
		x = build_exec(w, entry, entry == 77 ? "/bin/check" : "/bin/other", 0);
	x->was = below(4) ? CT_ENTRY_SETUP : entry;
	if (!below(6))
		x->creds.bounding = random_set();
	if (!below(8))
		x->creds.userns_level = 1;
	if (!below(8))
		x->creds.securebits = 1; /* NOROOT */
}

/* Of few settings, so that some are equal. */
static inline void random_setting(struct ct_workload *w)
{
	w->container.userns = CT_NO;
	if (calm ? below(12) : below(4))
		return;
	w->configured = below(4) ? CT_CAPS_DOCKER_DEFAULT : CT_CAPS_ALL;
	w->configured_known = below(5);
	w->start_seen = below(4) ? CT_YES : CT_UNKNOWN;
	w->end_seen = below(3) ? CT_YES : CT_NO;
	w->end_code = below(3) ? 0 : 1 << 8;
	w->sysctls.known = below(4);
	w->container.userns = below(3) ? CT_NO : CT_UNKNOWN;
	if (!below(3))
		w->container.health = ct_xstrdup("/bin/check");
	if (!below(6))
		w->container.network = ct_xstrdup(below(2) ? "host" : "bridge");
	w->lost = !below(8);
	w->compat = !below(8);
	w->left_out = !below(8);
	if (!below(6))
		w->sent = ct_xstrdup(below(2) ? "a, b" : "b, c");
}

static inline void random_workload(struct ct_session *s, const char *id)
{
	static const char *const names[] = { "web", "db" };
	struct ct_workload *w = build_container(s, id);

	free(w->container.name);
	w->container.name = ct_xstrdup(names[below(2)]);
	if (!below(3)) {
		w->container.project = ct_xstrdup("shop");
		w->container.service = ct_xstrdup(below(2) ? "front" : "back");
	}
	random_setting(w);
	for (uint32_t n = below(8); n; n--)
		random_kind(w);
	for (uint32_t n = below(4); n; n--)
		random_act(w);
	for (uint32_t n = calm ? 0 : below(3); n; n--)
		random_exec(w);
	for (uint32_t n = below(3); n; n--) {
		struct ct_exit *x = ct_workload__add_exit(w);

		x->pid = 10 + below(3);
		x->code = below(2) ? 1 << 8 : 0;
		x->comm = ct_xstrdup("prog");
	}
}

static inline struct ct_session *random_session(unsigned int which)
{
	struct ct_session *s = ct_session__new();

	s->host.start_ms = 1000 + which;
	s->host.syscalls = below(8) ? CT_YES : CT_NO;
	s->host.kernel = ct_xstrdup(below(8) ? "6.1.0" : "6.18.0");
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
