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

static __always_inline void act(const struct ct_act_key *key, struct task_struct *task)
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
	fill_proc(&e->proc, task);
	bpf_ringbuf_submit(e, 0);
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
	struct capdata asked;
	struct asker me, *known;

	if (tgid == cfg_self || is_compat(false, task))
		return 0;
	key.cgroup = cgroup_of(false, task);
	key.entry = newcomers_alive ? entry_of(tgid) : CT_ENTRY_MAIN;
	/* A runtime's own are many, and nobody's need. */
	if (key.entry == CT_ENTRY_SETUP)
		return 0;
	key.nr = nr;
	key.ok = ret >= 0;
	if (nr == cfg_nr_capget) {
		me.euid = BPF_CORE_READ(cred, euid.val);
		me.permitted = CAPS_OF(cred, cap_permitted);
		me.pad = 0;
		/* Without data it only asks for the version (libcap does so at start). */
		if (!ret && regs_arg(false, regs, 1))
			bpf_map_update_elem(&askers, &tgid, &me, BPF_ANY);
		return 0;
	}
	if (nr == cfg_nr_capset) {
		if (!read_capdata(regs_arg(false, regs, 1), &asked))
			return 0;
		key.type = CT_ACT_CAPSET;
		key.a = asked.permitted;
		key.b = asked.effective;
		key.c = asked.inheritable;
		/*
		 * Who became another user since (keepcaps) wants what it asks for, unless that
		 * is all it was told it has.
		 */
		known = bpf_map_lookup_elem(&askers, &tgid);
		key.asked = known && (known->euid == BPF_CORE_READ(cred, euid.val) ||
				      known->permitted == key.a);
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
	act(&key, task);
	return 0;
}

#endif
