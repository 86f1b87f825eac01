/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading the current task, in two dialects. A program that the kernel lets
 * follow BTF pointers (btf is true) loads directly, at a nanosecond a field;
 * elsewhere every field is a call of bpf_probe_read_kernel. btf is a constant
 * after inlining, so only one of the two is compiled in.
 */
#ifndef CT_BPF_TASK_H
#define CT_BPF_TASK_H

#include "config.h"
#include "ct/kfunc.h"
#include "numbers.h"

#define PF_IO_WORKER	  0x00000010 /* linux/sched.h, 5.12 */
#define PF_FORKNOEXEC	  0x00000040
#define PF_KTHREAD	  0x00200000
#define PIDTYPE_TGID	  1	 /* linux/pid.h, 4.19 to 7.3 */
#define SIGNAL_GROUP_EXIT 0x4	 /* linux/sched/signal.h, 5.10 to 7.3 */
#define TS_COMPAT	  0x0002 /* x86: 32-bit system call */

#define FIELD(btf, ptr, f) ((btf) ? (ptr)->f : BPF_CORE_READ(ptr, f))

/* 6.2; its result is read like a BTF pointer, at a nanosecond a word. */
static void *(*const bpf_rdonly_cast)(const void *obj, __u32 btf_id) = CT_KFUNC(RDONLY_CAST);

static __always_inline __u64 word_at(const void *p)
{
	struct timespec64 *t = bpf_rdonly_cast(p, bpf_core_type_id_kernel(struct timespec64));

	return t->tv_sec;
}

/* A kernel structure at an address, as if the verifier knew its type. */
#define KNOWN(type, ptr) ((type *)bpf_rdonly_cast(ptr, bpf_core_type_id_kernel(type)))

static __always_inline struct task_struct *current_task(bool btf)
{
	return btf ? bpf_get_current_task_btf() : (struct task_struct *)bpf_get_current_task();
}

#define SUBSYS_INDEX(name)                                          \
	(bpf_core_enum_value_exists(enum cgroup_subsys_id, name) ?  \
		 bpf_core_enum_value(enum cgroup_subsys_id, name) : \
		 0)

/* Position of the chosen controller in css_set.subsys; it differs by kernel configuration. */
static __always_inline int v1_subsys(void)
{
	switch (cfg_v1_controller) {
	case CT_V1_PIDS: return SUBSYS_INDEX(pids_cgrp_id);
	case CT_V1_MEMORY: return SUBSYS_INDEX(memory_cgrp_id);
	case CT_V1_DEVICES: return SUBSYS_INDEX(devices_cgrp_id);
	default: return SUBSYS_INDEX(freezer_cgrp_id);
	}
}

/* The id of the task's v1 cgroup where BTF pointers are followed: saves four calls of a helper. */
static __always_inline __u64 v1_cgroup_of(struct task_struct *task)
{
	__u64 set = word_at(&task->cgroups), at = bpf_core_field_offset(struct css_set, subsys);
	__u64 css = word_at((void *)(set + at + v1_subsys() * sizeof(css)));

	return KNOWN(struct cgroup_subsys_state, (void *)css)->cgroup->kn->id | CT_CGROUP_V1;
}

/* Id of the task's cgroup in the hierarchy that user space chose, see CT_CGROUP_V1. */
static __always_inline __u64 cgroup_of(bool btf, struct task_struct *task)
{
	struct css_set *set = FIELD(btf, task, cgroups);
	struct cgroup *cg = FIELD(btf, set, dfl_cgrp);
	struct cgroup_subsys_state *css;

	if (cfg_v1_controller < 0 || FIELD(btf, cg, level) > 0)
		return btf ? cg->kn->id : BPF_CORE_READ(cg, kn, id);
	if (btf)
		return v1_cgroup_of(task);
	bpf_core_read(&css, sizeof(css), &set->subsys[v1_subsys() & 15]);
	return BPF_CORE_READ(css, cgroup, kn, id) | CT_CGROUP_V1;
}

#define CGROUP_DEPTH 32

static __always_inline struct cgroup_subsys_state *css_of(struct task_struct *task, bool v1)
{
	struct css_set *set = BPF_CORE_READ(task, cgroups);
	struct cgroup_subsys_state *css;

	if (!v1)
		return &BPF_CORE_READ(set, dfl_cgrp)->self;
	bpf_core_read(&css, sizeof(css), &set->subsys[v1_subsys() & 15]);
	return css;
}

/*
 * Is the cgroup whose state lies at this address the one with this id, or below it? It takes plain
 * numbers: see leave_slot().
 */
__noinline int is_at_or_below(__u64 address, __u64 id)
{
	struct cgroup_subsys_state *css = (void *)address;

	for (int i = 0; i < CGROUP_DEPTH && css; i++) {
		if (BPF_CORE_READ(css, cgroup, kn, id) == id)
			return 1;
		css = BPF_CORE_READ(css, parent);
	}
	return 0;
}

/* Is the task in the cgroup with this id (CT_CGROUP_V1 as everywhere), or below it? */
static __always_inline bool is_within(struct task_struct *task, __u64 cgroup)
{
	return is_at_or_below((__u64)css_of(task, cgroup & CT_CGROUP_V1), cgroup & ~CT_CGROUP_V1);
}

/* The registers with which the task entered the kernel. */
static __always_inline struct pt_regs *regs_of(bool btf, struct task_struct *task)
{
	if (btf)
		return (struct pt_regs *)bpf_task_pt_regs(task);
	/* 5.10 lacks the helper, and without BTF it cannot be used: the registers end the stack. */
	if (cfg_own_btf && bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_task_pt_regs))
		return (struct pt_regs *)bpf_task_pt_regs(bpf_get_current_task_btf());
	return (struct pt_regs *)(BPF_CORE_READ(task, stack) + cfg_stack_size -
				  bpf_core_type_size(struct pt_regs));
}

/* Which numbers and registers a call uses; the last two are for calls within a call. */
enum abi { ABI_NATIVE, ABI_COMPAT, ABI_SOCKETCALL, ABI_IPC };

#if defined(__TARGET_ARCH_x86)
/* -1 outside of system calls: the entry code sets it (arch/x86/entry). */
static __always_inline int regs_nr(bool btf, struct pt_regs *regs)
{
	return FIELD(btf, regs, orig_ax);
}

static __always_inline __u64 regs_ip(bool btf, struct pt_regs *regs)
{
	return FIELD(btf, regs, ip);
}

static __always_inline __u64 regs_sp(bool btf, struct pt_regs *regs)
{
	return FIELD(btf, regs, sp);
}

static __always_inline __u64 regs_arg(bool btf, struct pt_regs *regs, unsigned int n)
{
	switch (n) {
	case 0: return FIELD(btf, regs, di);
	case 1: return FIELD(btf, regs, si);
	case 2: return FIELD(btf, regs, dx);
	case 3: return FIELD(btf, regs, r10);
	case 4: return FIELD(btf, regs, r8);
	default: return FIELD(btf, regs, r9);
	}
}

/* The registers that regs_arg() leaves out and 32-bit calls have arguments in. */
static __always_inline __u64 regs_others(bool btf, struct pt_regs *regs)
{
	return FIELD(btf, regs, bx) ^ FIELD(btf, regs, cx) << 21 ^ FIELD(btf, regs, bp) << 42;
}

static __always_inline bool is_compat(bool btf, struct task_struct *task)
{
	return FIELD(btf, task, thread_info.status) & TS_COMPAT;
}

/* Where the register of an argument lies. */
static __always_inline const void *native_place(struct pt_regs *regs, unsigned int n)
{
	switch (n) {
	case 0: return __builtin_preserve_access_index(&regs->di);
	case 1: return __builtin_preserve_access_index(&regs->si);
	case 2: return __builtin_preserve_access_index(&regs->dx);
	case 3: return __builtin_preserve_access_index(&regs->r10);
	case 4: return __builtin_preserve_access_index(&regs->r8);
	default: return __builtin_preserve_access_index(&regs->r9);
	}
}

/* The same for a 32-bit call. */
static __always_inline const void *compat_place(struct pt_regs *regs, unsigned int n)
{
	switch (n) {
	case 0: return __builtin_preserve_access_index(&regs->bx);
	case 1: return __builtin_preserve_access_index(&regs->cx);
	case 2: return __builtin_preserve_access_index(&regs->dx);
	case 3: return __builtin_preserve_access_index(&regs->si);
	case 4: return __builtin_preserve_access_index(&regs->di);
	default: return __builtin_preserve_access_index(&regs->bp);
	}
}

/* socketcall and ipc of i386 (arch/x86/entry/syscalls/syscall_32.tbl) stand for many calls. */
static __always_inline enum abi abi_of_compat(int nr)
{
	return nr == 102 ? ABI_SOCKETCALL : nr == 117 ? ABI_IPC : ABI_COMPAT;
}

/*
 * Is the task still within the call, and not on its way back, where deferred work is done? Until
 * the call has ended, the result is what the entry code set it to (arch/x86/entry, 5.10 to 7.3).
 */
static __always_inline bool is_within_call(struct pt_regs *regs)
{
	return (long)FIELD(true, regs, ax) == -ENOSYS;
}
#elif defined(__TARGET_ARCH_arm64)
static __always_inline int regs_nr(bool btf, struct pt_regs *regs)
{
	return FIELD(btf, regs, syscallno);
}

static __always_inline __u64 regs_ip(bool btf, struct pt_regs *regs)
{
	return FIELD(btf, regs, pc);
}

static __always_inline __u64 regs_sp(bool btf, struct pt_regs *regs)
{
	return FIELD(btf, regs, sp);
}

static __always_inline __u64 regs_arg(bool btf, struct pt_regs *regs, unsigned int n)
{
	__u64 v = 0;

	/*
	 * regs[0] may hold the return value already. Both are read in the same way, or the compiler
	 * merges a load by BTF and one from the stack into one instruction, which the verifier
	 * refuses.
	 */
	(void)btf;
	if (n == 0)
		bpf_core_read(&v, sizeof(v), &regs->orig_x0);
	else
		bpf_core_read(&v, sizeof(v), &regs->regs[n & 7]);
	return v;
}

static __always_inline __u64 regs_others(bool btf, struct pt_regs *regs)
{
	(void)btf, (void)regs;
	return 0;
}

static __always_inline bool is_compat(bool btf, struct task_struct *task)
{
	return FIELD(btf, task, thread_info.flags) & (1ul << 22); /* TIF_32BIT */
}

static __always_inline const void *native_place(struct pt_regs *regs, unsigned int n)
{
	return n ? __builtin_preserve_access_index(&regs->regs[n & 7]) :
		   __builtin_preserve_access_index(&regs->orig_x0);
}

static __always_inline const void *compat_place(struct pt_regs *regs, unsigned int n)
{
	return native_place(regs, n);
}

/* The 32-bit ABI that arm64 runs has neither (arch/arm/tools/syscall.tbl: oabi). */
static __always_inline enum abi abi_of_compat(int nr)
{
	(void)nr;
	return ABI_COMPAT;
}

static __always_inline bool is_within_call(struct pt_regs *regs)
{
	(void)regs; /* the registers do not tell */
	return true;
}
#endif

/*
 * Arguments of 32-bit calls have 32 bits, which come first in the memory of a register. A call that
 * socketcall makes has its arguments in a list (net/socket.c), one that ipc makes has them after
 * its own number (ipc/syscall.c). What cannot be read has all bits set.
 */
static __noinline __u64 compat_arg(enum abi abi, struct pt_regs *regs, unsigned int n)
{
	__u32 v = 0;

	if (abi == ABI_SOCKETCALL) {
		bpf_probe_read_kernel(&v, sizeof(v), compat_place(regs, 1));
		if (bpf_probe_read_user(&v, sizeof(v), (void *)((__u64)v + n * sizeof(v))))
			v = ~0u;
		return v;
	}
	bpf_probe_read_kernel(&v, sizeof(v), compat_place(regs, n + (abi == ABI_IPC)));
	return v;
}

static __always_inline __u64 call_arg(bool btf, enum abi abi, struct pt_regs *regs, unsigned int n)
{
	return abi ? compat_arg(abi, regs, n) : regs_arg(btf, regs, n);
}

/* kernel_cap_t changed its type in 6.3 (f122a08b197d), never its size. */
#define CAPS_OF(ptr, set)                                          \
	({                                                         \
		const struct cred *cred_ = (ptr);                  \
		__u64 caps_ = 0;                                   \
		bpf_core_read(&caps_, sizeof(caps_), &cred_->set); \
		caps_;                                             \
	})

#define USERNS_NESTING 33 /* the kernel's own limit (kernel/user_namespace.c) */

/*
 * The owner of a user namespace may, from the namespace that it was made in, do everything in it
 * and below it, whatever the capability sets say (security/commoncap.c:cap_capable, 5.10 to 7.3).
 */
static __noinline int owns(const struct cred *cred, struct user_namespace *target)
{
	struct user_namespace *mine = BPF_CORE_READ(cred, user_ns), *parent;
	__u32 euid = BPF_CORE_READ(cred, euid.val);

	for (int i = 0; i < USERNS_NESTING && target && target != mine; i++) {
		parent = BPF_CORE_READ(target, parent);
		if (parent == mine)
			return BPF_CORE_READ(target, owner.val) == euid;
		target = parent;
	}
	return 0;
}

/* What an XArray holds at an index (lib/xarray.c:xas_load, 5.10 to 7.3); entry: its head. */
static __always_inline void *find_in(unsigned long entry, __u32 index)
{
	for (int i = 0; i < 6; i++) {
		struct xa_node *node = (void *)(entry & ~3ul);
		__u32 shift, slot;

		if ((entry & 3) != 2 || entry < 4096)
			break;
		shift = BPF_CORE_READ(node, shift) & 31;
		slot = index >> shift;
		if (i == 0 && slot > 63)
			return NULL;
		bpf_core_read(&entry, sizeof(entry), &node->slots[slot & 63]);
	}
	return entry & 3 ? NULL : (void *)entry;
}

static __always_inline struct file *file_of(struct task_struct *task, long fd)
{
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	struct file **slot = BPF_CORE_READ(table, fd), *file = NULL;

	if (fd < BPF_CORE_READ(table, max_fds))
		bpf_probe_read_kernel(&file, sizeof(file), slot + fd);
	return file;
}

static __always_inline bool no_new_privs(bool btf, struct task_struct *task)
{
	return FIELD(btf, task, atomic_flags) & 1; /* PFA_NO_NEW_PRIVS */
}

static __always_inline void fill_creds(struct ct_creds *c, struct task_struct *task)
{
	const struct cred *cred = BPF_CORE_READ(task, real_cred);

	c->uid = BPF_CORE_READ(cred, uid.val);
	c->gid = BPF_CORE_READ(cred, gid.val);
	c->euid = BPF_CORE_READ(cred, euid.val);
	c->egid = BPF_CORE_READ(cred, egid.val);
	c->suid = BPF_CORE_READ(cred, suid.val);
	c->sgid = BPF_CORE_READ(cred, sgid.val);
	c->fsuid = BPF_CORE_READ(cred, fsuid.val);
	c->fsgid = BPF_CORE_READ(cred, fsgid.val);
	c->inheritable = CAPS_OF(cred, cap_inheritable);
	c->permitted = CAPS_OF(cred, cap_permitted);
	c->effective = CAPS_OF(cred, cap_effective);
	c->bounding = CAPS_OF(cred, cap_bset);
	c->ambient = CAPS_OF(cred, cap_ambient);
	c->securebits = BPF_CORE_READ(cred, securebits);
	c->userns_level = BPF_CORE_READ(cred, user_ns, level);
	c->no_new_privs = no_new_privs(false, task);
	c->seccomp = 0;
	if (bpf_core_field_exists(task->seccomp))
		c->seccomp = BPF_CORE_READ(task, seccomp.mode);
	c->pad = 0;
}

#define PIDNS_NESTING 8 /* levels of PID namespaces that are searched for user space's */

/*
 * The number of a task or of its thread group's leader in user space's PID namespace; 0 if it has
 * none there.
 */
static __always_inline __u32 number_of(struct task_struct *task, bool leader)
{
	struct pid *pid;
	__u32 level;

	if (!cfg_pidns)
		return leader ? BPF_CORE_READ(task, tgid) : BPF_CORE_READ(task, pid);
	pid = leader ? BPF_CORE_READ(task, group_leader, thread_pid) :
		       BPF_CORE_READ(task, thread_pid);
	level = BPF_CORE_READ(pid, level);
	for (__u32 i = 1; i < PIDNS_NESTING && i <= level; i++) {
		struct upid *at = (void *)pid + bpf_core_field_offset(struct pid, numbers) +
				  i * bpf_core_type_size(struct upid);

		if (BPF_CORE_READ(at, ns, ns.inum) == cfg_pidns)
			return BPF_CORE_READ(at, nr);
	}
	return 0;
}

static __always_inline void fill_proc(struct ct_proc *p, struct task_struct *task)
{
	struct task_struct *parent = BPF_CORE_READ(task, real_parent, group_leader);

	p->pid = number_of(task, true);
	p->tid = number_of(task, false);
	p->ppid = number_of(parent, true);
	p->pad = 0;
	bpf_core_read(p->comm, sizeof(p->comm), &task->comm);
	bpf_core_read(p->pcomm, sizeof(p->pcomm), &parent->comm);
}

static __always_inline void fill_header(struct ct_event *h, __u32 type, __u32 size, __u64 cgroup)
{
	h->type = type;
	h->size = size;
	h->ns = bpf_ktime_get_ns();
	h->cgroup = cgroup;
}

#endif
