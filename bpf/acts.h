/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Needs without a check: capset for an explicit set, prctl, and system calls
 * that seccomp profiles allow only to holders of a capability. Seen at the end
 * of just these system calls.
 */
#ifndef CT_BPF_ACTS_H
#define CT_BPF_ACTS_H

#include "select.h"
#include "phase.h"

#define PR_CAPBSET_DROP	     24
#define PR_SET_SECUREBITS    28
#define PR_CAP_AMBIENT	     47
#define PR_CAP_AMBIENT_RAISE 2

/* Set by user space: numbers of the calls with a meaning of their own. */
const volatile int cfg_nr_capget = -1, cfg_nr_capset = -1, cfg_nr_prctl = -1;
const volatile int cfg_nr_clone3 = -1;

static __always_inline void act(const struct ct_act_key *key)
{
	__u64 one = 1, *n = bpf_map_lookup_elem(&acts, key);
	struct ct_act_event *e;

	if (n) {
		__sync_fetch_and_add(n, 1);
		return;
	}
	if (bpf_map_update_elem(&acts, key, &one, BPF_NOEXIST)) {
		lost(CT_LOSS_ACTS);
		return;
	}
	e = EVENT_RESERVE(struct ct_act_event);
	if (!e)
		return;
	fill_header(&e->h, CT_EV_ACT, sizeof(*e), key->cgroup);
	e->key = *key;
	fill_proc(&e->proc, (struct task_struct *)bpf_get_current_task());
	bpf_ringbuf_submit(e, 0);
}

/* capset's data: two halves of {effective, permitted, inheritable} (version 3). */
static __always_inline bool read_capdata(__u64 ptr, struct ct_act_key *key)
{
	__u32 d[6];

	if (bpf_probe_read_user(d, sizeof(d), (void *)ptr))
		return false;
	key->b = d[0] | (__u64)d[3] << 32;
	key->a = d[1] | (__u64)d[4] << 32;
	key->c = d[2] | (__u64)d[5] << 32;
	return true;
}

/* false: nothing worth recording. */
static __always_inline bool prctl_act(struct pt_regs *regs, struct ct_act_key *key)
{
	key->a = regs_arg(false, regs, 1);
	switch (regs_arg(false, regs, 0)) {
	case PR_CAPBSET_DROP: key->type = CT_ACT_BSET_DROP; return true;
	case PR_SET_SECUREBITS: key->type = CT_ACT_SECUREBITS; return true;
	case PR_CAP_AMBIENT:
		key->type = CT_ACT_AMBIENT;
		key->a = regs_arg(false, regs, 2);
		return regs_arg(false, regs, 1) == PR_CAP_AMBIENT_RAISE;
	default: return false;
	}
}

static __always_inline int on_syscall_exit(int nr, long ret)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct pt_regs *regs = regs_of(false, task);
	__u32 tgid = BPF_CORE_READ(task, tgid);
	const struct cred *cred = BPF_CORE_READ(task, real_cred);
	struct ct_act_key key = {};
	__u32 euid, *asker;

	if (tgid == cfg_self || is_compat(false, task))
		return 0;
	key.cgroup = cgroup_of(false, task);
	key.entry = newcomers_alive ? entry_of(tgid) : CT_ENTRY_MAIN;
	/* A runtime's own are many, and nobody's need. */
	if (key.entry == CT_ENTRY_SETUP)
		return 0;
	key.nr = nr;
	key.ok = ret >= 0;
	euid = BPF_CORE_READ(cred, euid.val);
	if (nr == cfg_nr_capget) {
		/* Without data it only asks for the version (libcap does so at start). */
		if (!ret && regs_arg(false, regs, 1))
			bpf_map_update_elem(&askers, &tgid, &euid, BPF_ANY);
		return 0;
	}
	if (nr == cfg_nr_capset) {
		key.type = CT_ACT_CAPSET;
		/* What it learned before a change of user (keepcaps) it knows no longer. */
		asker = bpf_map_lookup_elem(&askers, &tgid);
		key.asked = asker && *asker == euid;
		if (!read_capdata(regs_arg(false, regs, 1), &key))
			return 0;
	} else if (nr == cfg_nr_prctl) {
		if (!prctl_act(regs, &key))
			return 0;
	} else {
		/* clone3 returns in the child, too, when its arguments may be gone already. */
		if (!ret && nr == cfg_nr_clone3)
			return 0;
		key.type = CT_ACT_SYSCALL;
		key.sel = selector_of(false, task, regs, nr);
	}
	key.before = CAPS_OF(cred, cap_bset);
	act(&key);
	return 0;
}

#endif
