/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A task looks into another process, or changes its scheduling: the kernel compares the permitted
 * sets first and asks for a capability only if the other process holds more than the caller
 * (security/commoncap.c:cap_ptrace_access_check, cap_safe_nice). A recording with all capabilities
 * shows no such check, and yet a smaller set fails if the other process keeps what it holds. So
 * each comparison that was passed is recorded, if the other process is not of the same cgroup.
 *
 * Where functions can be traced, the comparisons themselves are. Elsewhere the ends of the system
 * calls that lead to them are watched, and the process is found by their arguments.
 */
#ifndef CT_BPF_TARGET_H
#define CT_BPF_TARGET_H

#include "ct/target_call.h"
#include "acts.h"
#include "path.h"

#define PTRACE_MODE_NOAUDIT 0x04 /* linux/ptrace.h */
#define PTRACE_MODE_FSCREDS 0x08
#define PIDTYPE_PID	    0
#define PIDTYPE_PGID	    2

/*
 * Records a comparison of the target's set with this one of the caller's, if it was passed. If it
 * was not, the kernel asked.
 */
static __always_inline int keep_target(struct task_struct *other, __u32 kind, __u64 held, int nr)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	const struct cred *mine = BPF_CORE_READ(task, real_cred), *theirs;
	struct user_namespace *where;
	struct ct_act_key key = { .type = CT_ACT_TARGET, .ok = 1, .sel = kind, .nr = nr };
	__u32 tgid = BPF_CORE_READ(task, tgid);

	if (!other || BPF_CORE_READ(other, tgid) == tgid || tgid == cfg_self)
		return 0;
	theirs = BPF_CORE_READ(other, real_cred);
	key.a = CAPS_OF(theirs, cap_permitted);
	if (!key.a || key.a & ~held)
		return 0;
	where = BPF_CORE_READ(theirs, user_ns);
	key.cgroup = cgroup_of(false, task);
	if (where == BPF_CORE_READ(mine, user_ns)) {
		key.b = cgroup_of(false, other);
		if (key.b == key.cgroup)
			return 0;
	} else if (kind == CT_TARGET_LOOK || owns(mine, where)) {
		/* Across user namespaces a look always asks, and the owner may do anything. */
		return 0;
	} /* else wherever the target is: it keeps what it holds there, whatever is advised */
	if (entering_alive)
		whose(tgid, &key.cgroup, &key.entry);
	key.before = CAPS_OF(mine, cap_bset);
	key.c = held;
	key.level = BPF_CORE_READ(mine, user_ns, level);
	act(&key, task);
	return 0;
}

/* A separate function, so that the verifier goes through it once; target: an address, or 0. */
__noinline int note_target(__u64 target, __u32 kind, __u64 held, int nr)
{
	return keep_target((void *)target, kind, held, nr);
}

/* A comparison seen where it is made. */
static __always_inline void on_comparison(struct task_struct *target, __u32 kind, unsigned int mode)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	const struct cred *cred = BPF_CORE_READ(task, cred);

	if (BPF_CORE_READ(task, flags) & PF_KTHREAD)
		return;
	keep_target(target, kind,
		    mode & PTRACE_MODE_FSCREDS ? CAPS_OF(cred, cap_effective) :
						 CAPS_OF(cred, cap_permitted),
		    told_nr(false, task, regs_of(false, task)));
}

static __always_inline struct task_struct *task_of_node(struct hlist_node *node, int type)
{
	return node ? (void *)node - bpf_core_field_offset(struct task_struct, pid_links) -
			       type * sizeof(struct hlist_node) * 2 : /* next and pprev */
		       NULL;
}

/* The task whose own pid this is, or the first one of a group; NULL: it is gone. */
static __always_inline struct task_struct *task_of(struct pid *pid, int type)
{
	struct hlist_node *first = NULL;

	if (pid)
		bpf_core_read(&first, sizeof(first), &pid->tasks[type].first);
	return task_of_node(first, type);
}

/* kernel/pid.c:find_pid_ns, 5.10 to 7.3 */
static __always_inline struct pid *find_pid(struct pid_namespace *ns, __u32 nr)
{
	return find_in((unsigned long)BPF_CORE_READ(ns, idr.idr_rt.xa_head), nr);
}

static __always_inline struct pid_namespace *pidns_of(struct task_struct *task)
{
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	struct upid *last = (void *)pid + bpf_core_field_offset(struct pid, numbers) +
			    (BPF_CORE_READ(pid, level) & 31) * bpf_core_type_size(struct upid);

	return BPF_CORE_READ(last, ns);
}

static __always_inline struct pid_namespace *host_pidns(struct pid_namespace *ns)
{
	for (int i = 0; i < 32; i++) { /* MAX_PID_NS_LEVEL */
		struct pid_namespace *parent = BPF_CORE_READ(ns, parent);

		if (!parent)
			break;
		ns = parent;
	}
	return ns;
}

#endif
