/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Needs without a check: capset for an explicit set, prctl, and system calls that seccomp profiles
 * allow only to holders of a capability. Only these system calls are watched, each at its end.
 */
#ifndef CT_BPF_ACTS_H
#define CT_BPF_ACTS_H

#include "select.h"
#include "phase.h"

#define PR_CAPBSET_DROP	     24
#define PR_SET_SECUREBITS    28
#define PR_CAP_AMBIENT	     47
#define PR_CAP_AMBIENT_RAISE 2

#define REFUSED_KEPT 8 /* refused acts that are kept of each type and cgroup */

/* Set by user space: numbers of the calls that are treated specially. */
const volatile int cfg_nr_capget = -1, cfg_nr_capset = -1, cfg_nr_prctl = -1;
const volatile int cfg_nr_clone3 = -1;
/* The calls that map memory at an address of the caller's choice, and vm.mmap_min_addr. */
const volatile int cfg_nr_mmap = -1, cfg_nr_mremap = -1, cfg_nr_shmat = -1;
const volatile __u64 cfg_mmap_min;
const volatile __u64 cfg_caps_valid = ~0ull; /* capabilities that this kernel knows */
/* Set by user space: the native calls whose 32-bit counterparts are watched, too. */
const volatile __u8 cfg_is_watched[CT_SYSCALLS];

/*
 * A refused act is not a need, so a few of each type are enough; without a bound any process could
 * fill the map with calls that fail.
 */
static __always_inline bool may_keep_act(struct ct_share *share, const struct ct_act_key *key)
{
	if (key->ok)
		return true;
	if (!share || share->refused[key->type & 31] >= REFUSED_KEPT)
		return false;
	share->refused[key->type & 31]++;
	return true;
}

/* Makes an entry for a new act, or counts one that another processor has just made. */
static __always_inline bool add_act(struct ct_share *share, const struct ct_act_key *key)
{
	__u64 one = 1, *n;

	if (may_take(share, CT_POOL_ACTS, CT_ACTS) &&
	    !bpf_map_update_elem(&acts, key, &one, BPF_NOEXIST)) {
		took(share, CT_POOL_ACTS);
		return true;
	}
	n = bpf_map_lookup_elem(&acts, key);
	if (n)
		__sync_fetch_and_add(n, 1);
	else
		lost_by(share, CT_LOSS_ACTS);
	return false;
}

static __always_inline void act(struct ct_act_key *key, struct task_struct *task)
{
	__u64 *n = bpf_map_lookup_elem(&acts, key);
	struct ct_act_event *e;
	struct ct_share *share;

	if (!n && was_moved_untold(task, &key->cgroup, &key->entry))
		n = bpf_map_lookup_elem(&acts, key);
	if (n) {
		__sync_fetch_and_add(n, 1);
		return;
	}
	share = share_of(key->cgroup);
	if (!may_keep_act(share, key) || !add_act(share, key))
		return;
	e = EVENT_RESERVE(struct ct_act_event, key->cgroup);
	if (!e)
		return;
	fill_header(&e->h, CT_EV_ACT, sizeof(*e), key->cgroup);
	e->key = *key;
	fill_proc(&e->proc, task);
	bpf_ringbuf_submit(e, 0);
}

/* false: nothing worth recording. The kernel takes the option as an int, the rest as longs. */
static __always_inline bool prctl_act(bool compat, struct pt_regs *regs, struct ct_act_key *key)
{
	key->a = call_arg(false, compat, regs, 1);
	switch ((__u32)call_arg(false, compat, regs, 0)) {
	case PR_CAPBSET_DROP: key->type = CT_ACT_BSET_DROP; break;
	case PR_SET_SECUREBITS: key->type = CT_ACT_SECUREBITS; break;
	case PR_CAP_AMBIENT:
		if (key->a != PR_CAP_AMBIENT_RAISE)
			return false;
		key->type = CT_ACT_AMBIENT;
		key->a = call_arg(false, compat, regs, 2);
		break;
	default: return false;
	}
	/* A refused call is one kind, whatever its argument. */
	if (!key->ok)
		key->a = 0;
	return true;
}

/* Is this process id the caller's own, in its PID namespace? 0 means the caller, too. */
static __always_inline bool is_own_pid(struct task_struct *task, __u32 nr)
{
	struct pid *pid = BPF_CORE_READ(task, signal, pids[PIDTYPE_TGID]);
	__u32 level = BPF_CORE_READ(pid, level), own = 0;
	const void *number = __builtin_preserve_access_index(&pid->numbers[0].nr);

	if (!nr)
		return true;
	bpf_probe_read_kernel(&own, sizeof(own), number + level * bpf_core_type_size(struct upid));
	return own == nr;
}

/*
 * Remembers what capget has just reported of the caller's own sets. Nothing (false), if it asked
 * about another process or only for the version (without data, as libcap does at its start). A
 * header of version 1 is answered with 32 bits (kernel/capability.c:capget, 5.10 to 7.3).
 */
static __always_inline bool capget_act(bool compat, struct task_struct *task, struct pt_regs *regs,
				       __u32 tgid, struct ct_act_key *key)
{
	const struct cred *cred = BPF_CORE_READ(task, real_cred);
	struct capheader h;
	struct asker me;

	if (!call_arg(false, compat, regs, 1) ||
	    !read_capheader(call_arg(false, compat, regs, 0), &h) || !is_own_pid(task, h.pid))
		return false;
	me.permitted = CAPS_OF(cred, cap_permitted) & h.mask;
	me.effective = CAPS_OF(cred, cap_effective) & h.mask;
	me.inheritable = CAPS_OF(cred, cap_inheritable) & h.mask;
	bpf_map_update_elem(&askers, &tgid, &me, BPF_ANY);
	key->type = CT_ACT_CAPGET;
	key->a = me.permitted;
	return key->a;
}

/* What a successful capset asked for is what the caller holds now (cap_capset, 5.10 to 7.3). */
static __always_inline bool asked_by_capset(bool compat, const struct cred *cred,
					    struct pt_regs *regs, struct ct_act_key *key)
{
	struct capdata asked;

	if (key->ok) {
		key->a = CAPS_OF(cred, cap_permitted);
		key->b = CAPS_OF(cred, cap_effective);
		key->c = CAPS_OF(cred, cap_inheritable);
		return true;
	}
	if (!read_capdata(call_arg(false, compat, regs, 0), call_arg(false, compat, regs, 1),
			  &asked))
		return false;
	key->a = asked.permitted & cfg_caps_valid;
	key->b = asked.effective & cfg_caps_valid;
	key->c = asked.inheritable & cfg_caps_valid;
	return true;
}

static __always_inline bool capset_act(bool compat, struct task_struct *task, struct pt_regs *regs,
				       __u32 tgid, struct ct_act_key *key)
{
	struct asker *known = bpf_map_lookup_elem(&askers, &tgid);

	if (!asked_by_capset(compat, BPF_CORE_READ(task, real_cred), regs, key))
		return false;
	key->type = CT_ACT_CAPSET;
	if (known) {
		key->asked = CT_ASKED_GOT;
		key->got_permitted = known->permitted;
		key->got_effective = known->effective;
		key->got_inheritable = known->inheritable;
	}
	return true;
}

static __always_inline bool fill_act(bool compat, struct task_struct *task, struct pt_regs *regs,
				     __u32 tgid, long ret, struct ct_act_key *key)
{
	if (key->nr == cfg_nr_capget)
		return key->ok && capget_act(compat, task, regs, tgid, key);
	if (key->nr == cfg_nr_capset)
		return capset_act(compat, task, regs, tgid, key);
	if (key->nr == cfg_nr_prctl)
		return prctl_act(compat, regs, key);
	if (key->nr == cfg_nr_mmap || key->nr == cfg_nr_mremap || key->nr == cfg_nr_shmat) {
		key->type = CT_ACT_LOW_MAP;
		return true;
	}
	key->type = CT_ACT_SYSCALL;
	key->sel = selector_of(false, compat, task, regs, key->nr);
	/* Docker and Podman answer EPERM to a gated call, ENOSYS to one too new for them. */
	if (!key->ok && ret != -EPERM && ret != -ENOSYS)
		key->ok = CT_ACT_LET_THROUGH;
	return true;
}

/* nr: the native call's number */
static __always_inline int on_syscall_exit(bool compat, int nr, long ret)
{
	struct task_struct *task;
	struct pt_regs *regs;
	struct ct_act_key key = {};
	const struct cred *cred;
	__u32 tgid;

	/* These are the only frequent calls, and nearly all of them are of no interest. */
	if ((nr == cfg_nr_mmap || nr == cfg_nr_mremap || nr == cfg_nr_shmat) &&
	    (__u64)ret >= cfg_mmap_min)
		return 0;
	/* clone3 also returns in the child, where its arguments may be gone already. */
	if (!ret && nr == cfg_nr_clone3)
		return 0;
	task = (struct task_struct *)bpf_get_current_task();
	tgid = BPF_CORE_READ(task, tgid);
	if (tgid == cfg_self)
		return 0;
	key.cgroup = cgroup_of(false, task);
	if (entering_alive)
		whose(tgid, &key.cgroup, &key.entry);
	regs = regs_of(false, task);
	key.nr = nr;
	key.ok = ret >= 0 ? CT_ACT_OK : 0;
	if (!fill_act(compat, task, regs, tgid, ret, &key))
		return 0;
	cred = BPF_CORE_READ(task, real_cred);
	key.before = CAPS_OF(cred, cap_bset);
	key.level = BPF_CORE_READ(cred, user_ns, level);
	key.seccomp = 0;
	if (bpf_core_field_exists(task->seccomp))
		key.seccomp = 1 + BPF_CORE_READ(task, seccomp.mode);
	act(&key, task);
	return 0;
}

#endif
