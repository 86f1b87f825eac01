/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds the processes that system calls name by their arguments, at the calls' ends, on kernels
 * where functions cannot be traced. Those have the tracepoint cap_capable (6.14), so that BTF
 * pointers can be followed.
 */
#ifndef CT_BPF_TARGET_CALLS_H
#define CT_BPF_TARGET_CALLS_H

#include "ct/target_call.h"
#include "target_path.h"

#define PID_FS_MAGIC	  0x50494446
#define GROUP_SCANNED	  32
#define PTRACE_ATTACH	  16
#define PTRACE_SEIZE	  0x4206
#define PR_SCHED_CORE	  62
#define PIDFS_IOCTL_MAGIC 0xff

/*
 * The end of a call with a path: does that lead to another process? A call that failed counts, too,
 * unless with EACCES, which is how it fails if the comparison does.
 */
static __always_inline int on_path_call(int nr, long ret)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u64 held = task->cred->cap_effective.val;
	const volatile struct ct_target_call *call;

	/*
	 * A task that holds nothing passes only for a target that holds nothing, whatever the
	 * advice.
	 */
	if (ret == -EACCES || nr < 0 || nr >= CT_SYSCALLS || !held)
		return 0;
	call = target_call(nr);
	if (call->how == CT_TARGET_OPEN && ret >= 0) {
		struct file *file = file_at(task, ret);
		struct inode *inode = inode_of(file);

		if (in_procfs(inode))
			on_proc_file(file, inode, held, nr);
	}
	on_path(held, nr, 0);
	if (call->second)
		on_path(held, nr, 1);
	return 0;
}

/* The process of a process descriptor, which is a file of pidfs (6.9). */
static __always_inline struct pid *pid_of_fd(struct task_struct *task, int fd)
{
	struct inode *inode = BPF_CORE_READ(file_at(task, fd), f_inode);

	if (BPF_CORE_READ(inode, i_sb, s_magic) != PID_FS_MAGIC)
		return NULL;
	return BPF_CORE_READ(inode, i_private);
}

/* Is the target one of those that PRIO_USER means? In a user namespace that maps ids it may be. */
static __always_inline bool is_of_user(struct task_struct *task, struct task_struct *target,
				       __u32 who)
{
	const struct cred *cred = BPF_CORE_READ(task, cred);

	if (BPF_CORE_READ(cred, user_ns, level))
		return true;
	return BPF_CORE_READ(target, real_cred, uid.val) ==
	       (who ? who : BPF_CORE_READ(cred, uid.val));
}

/* The process group of this number; 0: the task's own. */
static __always_inline struct pid *group_of(struct task_struct *task, __u32 number)
{
	return number ? find_pid(pidns_of(task), number) :
			BPF_CORE_READ(task, signal, pids[PIDTYPE_PGID]);
}

/*
 * Notes the processes of a group, whose list holds their main threads. Only the first GROUP_SCANNED
 * are looked at.
 */
static __always_inline void on_group(struct pid *pid, __u32 kind, __u64 held, int nr)
{
	struct task_struct *target = task_of(pid, PIDTYPE_PGID);

	for (int i = 0; target && i < GROUP_SCANNED; i++) {
		struct hlist_node *next = NULL;

		note_target((__u64)target, kind, held, nr);
		bpf_core_read(&next, sizeof(next), &target->pid_links[PIDTYPE_PGID].next);
		target = task_of_node(next, PIDTYPE_PGID);
	}
}

/* class: PRIO_PROCESS, PRIO_PGRP, PRIO_USER (linux/resource.h) */
static __always_inline struct task_struct *target_of_class(struct task_struct *task, int class,
							   __u32 who)
{
	struct pid_namespace *ns = pidns_of(task);
	struct task_struct *first;

	if (class == 0)
		return who ? task_of(find_pid(ns, who), PIDTYPE_PID) : NULL;
	if (class != 2)
		return NULL;
	/* PRIO_USER means all processes of a user that the caller sees: one stands for them. */
	first = BPF_CORE_READ(ns, child_reaper);
	return is_of_user(task, first, who) ? first : NULL;
}

static __always_inline struct task_struct *target_by_number(struct task_struct *task, __s32 n)
{
	return n > 0 ? task_of(find_pid(pidns_of(task), n), PIDTYPE_PID) : NULL;
}

static __always_inline struct task_struct *target_of(struct task_struct *task,
						     const volatile struct ct_target_call *call,
						     __u64 held)
{
	__u32 n = target_arg(task, call->arg), first = target_arg(task, 0);

	switch (call->how) {
	case CT_TARGET_PRIORITY: return target_of_class(task, first, n);
	case CT_TARGET_IOPRIO: return target_of_class(task, first - 1, n);
	case CT_TARGET_PIDFD: return task_of(pid_of_fd(task, n), PIDTYPE_PID);
	case CT_TARGET_IOCTL:
		if ((target_arg(task, 1) >> 8 & 0xff) != PIDFS_IOCTL_MAGIC)
			return NULL;
		return task_of(pid_of_fd(task, n), PIDTYPE_PID);
	case CT_TARGET_PTRACE:
		if (first != PTRACE_ATTACH && first != PTRACE_SEIZE)
			return NULL;
		break;
	case CT_TARGET_PERF: /* who may watch everything is not compared (perf_check_permission) */
		if (target_arg(task, 4) & PERF_FLAG_PID_CGROUP ||
		    held & (BIT(PERFMON) | BIT(SYS_ADMIN)))
			return NULL;
		break;
	case CT_TARGET_PRCTL:
		if (first != PR_SCHED_CORE)
			return NULL;
		break;
	default: break;
	}
	return target_by_number(task, n);
}

/* The end of a call with a number. */
static __always_inline int on_number_call(int nr, long ret)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u64 held = task->cred->cap_permitted.val;
	const volatile struct ct_target_call *call;
	int class;

	/* A bad address (process_vm_readv) is found only after the comparison. */
	if ((ret < 0 && ret != -EFAULT) || nr < 0 || nr >= CT_SYSCALLS || !held)
		return 0;
	call = target_call(nr);
	class = target_arg(task, 0) - (call->how == CT_TARGET_IOPRIO);
	if ((call->how == CT_TARGET_PRIORITY || call->how == CT_TARGET_IOPRIO) && class == 1)
		on_group(group_of(task, target_arg(task, 1)), call->kind, held, nr);
	note_target((__u64)target_of(task, call, held), call->kind, held, nr);
	if (call->how == CT_TARGET_KCMP)
		note_target((__u64)target_by_number(task, target_arg(task, 0)), call->kind, held,
			    nr);
	return 0;
}

/* The end of a 32-bit call, which the tracepoints of single calls leave out. */
static __always_inline int on_compat_call(struct pt_regs *regs, long ret)
{
	int nr = native_nr(regs_nr(true, regs));
	__u8 how;

	if (nr < 0 || nr >= CT_SYSCALLS)
		return 0;
	how = target_call(nr)->how;
	if (how == CT_TARGET_NONE)
		return 0;
	return how <= CT_TARGET_PATHS_END ? on_path_call(nr, ret) : on_number_call(nr, ret);
}

/*
 * A program was executed by this name. The call's arguments are gone by then, and so are the sets
 * that were compared; they lay within the bounding set.
 */
static __always_inline int on_executed(struct task_struct *task, struct linux_binprm *bprm)
{
	__u64 held = CAPS_OF(BPF_CORE_READ(task, real_cred), cap_bset);
	__u32 zero = 0;
	struct path_text *t = bpf_map_lookup_elem(&path_texts, &zero);
	int nr = regs_nr(true, regs_of(true, task));
	long len;

	if (!t)
		return 0;
	len = bpf_probe_read_kernel_str(t->s, PATH_SCANNED, BPF_CORE_READ(bprm, filename));
	if (len > 0 && t->s[0] == '/' && has_number(t, len))
		on_numbered(task, t, held, is_compat(true, task) ? native_nr(nr) : nr, false, NULL);
	return 0;
}

#endif
