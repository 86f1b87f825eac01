/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The probe: three attach types for cap_capable, one handler, and the few events that
 * tell whose check it was. User space loads one attach type and all of the events.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

#include "check.h"
#include "acts.h"
#include "exec_file.h"
#include "target_calls.h"

char LICENSE[] SEC("license") = "GPL";

/* Where cap_capable's return address lies, or NULL. */
static __always_inline const void *window_of(void *ctx)
{
	return cfg_window[0] >= 0 ? ctx + window_offset() : NULL;
}

static __always_inline int on_tracepoint(enum way way, void *ctx, const struct cred *cred,
					 struct user_namespace *target, int cap, int ret)
{
	struct check c = { .cred = cred, .target = target, .cap = cap, .granted = !ret };

	return on_check(way, ctx, window_of(ctx), &c);
}

/* Since 6.14 (d48da4d5ed7b). The tracepoint does not carry the options. */
SEC("tp_btf/cap_capable")
int BPF_PROG(on_tp, const struct cred *cred, struct user_namespace *target,
	     const struct user_namespace *capable_ns, int cap, int ret)
{
	return on_tracepoint(WAY_BTF, ctx, cred, target, cap, ret);
}

/*
 * For 6.18. Later kernels (7.3) keep this prototype in BTF alone, without a symbol, and then a call
 * of the function fails to load even where it is not reached.
 */
SEC("tp_btf/cap_capable")
int BPF_PROG(on_tp_impl_call, const struct cred *cred, struct user_namespace *target,
	     const struct user_namespace *capable_ns, int cap, int ret)
{
	return on_tracepoint(WAY_BTF_IMPL_CALL, ctx, cred, target, cap, ret);
}

SEC("fexit/cap_capable")
int BPF_PROG(on_fexit, const struct cred *cred, struct user_namespace *target, int cap,
	     unsigned int opts, int ret)
{
	struct check c = { .cred = cred,
			   .target = target,
			   .cap = cap,
			   .granted = !ret,
			   .opts_known = true,
			   .opts = opts,
			   .unwinds = true };

	/*
	 * Only through window_of(): here ctx points to words, so that an offset would count words.
	 */
	c.window = window_of(ctx);
	return on_check(WAY_PROBE, ctx, NULL, &c);
}

/* Checks between entry and return; the stack must be read at entry, see docs/design.md. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32); /* tid */
	__type(value, struct check);
} pending SEC(".maps");

SEC("kprobe/cap_capable")
int BPF_KPROBE(on_entry, const struct cred *cred, struct user_namespace *target, int cap,
	       unsigned int opts)
{
	struct check c = {
		.cred = cred, .target = target, .cap = cap, .opts_known = true, .opts = opts
	};
	struct task_struct *task = current_task(false);
	__u32 tid = bpf_get_current_pid_tgid();
	__u64 link = 0;
	int nr;

#if defined(__TARGET_ARCH_arm64)
	/*
	 * At the first instruction no frame holds the caller, and pointer authentication has not
	 * signed it.
	 */
	c.caller = link = PT_REGS_RET(ctx);
#else
	bpf_probe_read_kernel(&c.caller, sizeof(c.caller), (void *)PT_REGS_SP(ctx));
#endif
	nr = told_nr(false, task, regs_of(false, task));
	if (cfg_detail) {
		/* Only the caller is looked at, see is_overcommit(). */
	} else if (cred_flags(false, &c, task)) {
		c.site = site_of_stack(ctx, nr, link);
	} else {
		c.site = fingerprint((void *)PT_REGS_SP(ctx), nr, link);
		if (c.site)
			keep_stack(ctx, c.site, link);
	}
	if (bpf_map_update_elem(&pending, &tid, &c, BPF_ANY))
		lost(CT_LOSS_KINDS);
	return 0;
}

SEC("kretprobe/cap_capable")
int BPF_KRETPROBE(on_return, int ret)
{
	__u32 tid = bpf_get_current_pid_tgid();
	struct check *c = bpf_map_lookup_elem(&pending, &tid);

	if (!c)
		return 0;
	c->granted = !ret;
	on_check(WAY_PROBE, ctx, NULL, c);
	bpf_map_delete_elem(&pending, &tid);
	return 0;
}

static __always_inline bool our_hierarchy(struct cgroup *cg)
{
	int h = BPF_CORE_READ(cg, root, hierarchy_id);

	return h == 0 || h == cfg_v1_hierarchy;
}

static __always_inline __u64 id_of(struct cgroup *cg)
{
	return BPF_CORE_READ(cg, kn, id) |
	       (BPF_CORE_READ(cg, root, hierarchy_id) ? CT_CGROUP_V1 : 0);
}

SEC("tp_btf/cgroup_mkdir")
int BPF_PROG(on_cgroup_mkdir, struct cgroup *cg, const char *path)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	__u64 id = id_of(cg), by = cgroup_of(false, task);
	struct ct_group g = {}, *maker;
	struct ct_cgroup_event *e;
	__u32 entry;

	if (!our_hierarchy(cg))
		return 0;
	if (entering_alive)
		whose(BPF_CORE_READ(task, tgid), &by, &entry);
	maker = bpf_map_lookup_elem(&groups, &by);
	g.inside = maker && maker->inside;
	if (bpf_map_update_elem(&groups, &id, &g, BPF_ANY))
		lost(CT_LOSS_PROCS);
	e = EVENT_RESERVE(struct ct_cgroup_event, id);
	if (!e)
		return 0;
	fill_header(&e->h, CT_EV_CGROUP, sizeof(*e), id);
	e->inside = g.inside;
	e->uid = BPF_CORE_READ(task, real_cred, fsuid.val); /* as in cgroup_kn_set_ugid() */
	if (bpf_probe_read_kernel_str(e->path, sizeof(e->path), path) < 0)
		e->path[0] = 0;
	bpf_ringbuf_submit(e, 0);
	return 0;
}

SEC("tp_btf/cgroup_rmdir")
int BPF_PROG(on_cgroup_rmdir, struct cgroup *cg, const char *path)
{
	__u64 id = id_of(cg);
	struct ct_event *e;

	if (!our_hierarchy(cg))
		return 0;
	bpf_map_delete_elem(&groups, &id);
	e = EVENT_RESERVE(struct ct_event, id);
	if (!e)
		return 0;
	fill_header(e, CT_EV_GONE, sizeof(*e), id);
	bpf_ringbuf_submit(e, 0);
	return 0;
}

SEC("tp_btf/cgroup_attach_task")
int BPF_PROG(on_cgroup_attach, struct cgroup *to, const char *path, struct task_struct *task,
	     bool threadgroup)
{
	if (our_hierarchy(to))
		on_move(task, to);
	return 0;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_process_fork, struct task_struct *parent, struct task_struct *child)
{
	on_fork(parent, child);
	return 0;
}

/* Notes the cgroups of the processes that were there before the probe. */
SEC("iter/task")
int note_homes(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	__u64 cgroup;
	__u32 tgid;

	if (!task || BPF_CORE_READ(task, flags) & PF_KTHREAD)
		return 0;
	tgid = BPF_CORE_READ(task, tgid);
	if ((__u32)BPF_CORE_READ(task, pid) != tgid)
		return 0;
	cgroup = cgroup_of(false, task);
	bpf_map_update_elem(&homes, &tgid, &cgroup, BPF_NOEXIST);
	return 0;
}

/*
 * The program that systemd (since 255) executes between fork and the service's own. The manager
 * holds it open and executes it by /proc/self/fd/N, so that only the file itself has a name.
 */
const char executor[] = "systemd-executor";

static __always_inline bool is_executor(struct linux_binprm *bprm)
{
	char name[sizeof(executor) + 1] = {}; /* a longer name is a different one */
	char other = 0;

	bpf_probe_read_kernel_str(name, sizeof(name),
				  BPF_CORE_READ(bprm, file, f_path.dentry, d_name.name));
	for (int i = 0; i < (int)sizeof(executor); i++)
		other |= name[i] ^
			 executor[i]; /* each branch would double what is to be verified */
	return !other;
}

static __always_inline void fill_namespaces(struct ct_exec_event *e, struct task_struct *task)
{
	struct net *net = BPF_CORE_READ(task, nsproxy, net_ns);

	e->mntns_inum = mntns_of(task);
	e->port_start = ~0u;
	if (bpf_core_field_exists(net->ipv4.sysctl_ip_prot_sock))
		e->port_start = BPF_CORE_READ(net, ipv4.sysctl_ip_prot_sock);
	e->ping_low = BPF_CORE_READ(net, ipv4.ping_group_range.range[0].val);
	e->ping_high = BPF_CORE_READ(net, ipv4.ping_group_range.range[1].val);
}

#define FOUR_GIB (1ull << 32)

const volatile bool cfg_watches_compat; /* on_compat_exit is loaded, and what sees comparisons */

static __always_inline __u32 exec_flags(struct task_struct *task, struct linux_binprm *bprm)
{
	__u32 flags = 0;

	if (BPF_CORE_READ_BITFIELD_PROBED(bprm, secureexec))
		flags |= CT_EXEC_F_SECURE;
	/* The size of its address space tells a program's ABI, on every architecture. */
	if (!cfg_watches_compat && BPF_CORE_READ(task, mm, task_size) <= FOUR_GIB)
		flags |= CT_EXEC_F_32BIT;
	return flags;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_process_exec, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	unsigned long start = BPF_CORE_READ(task, mm, arg_start);
	unsigned long len = BPF_CORE_READ(task, mm, arg_end) - start;
	__u32 tgid = BPF_CORE_READ(task, tgid);
	__u64 cgroup = cgroup_of(false, task);
	struct ct_exec_event *e;
	struct ct_entering *n;

	bpf_map_delete_elem(&askers, &tgid);
	bpf_map_delete_elem(&headless, &tgid);
	n = entering_alive ? bpf_map_lookup_elem(&entering, &tgid) : NULL;
	/*
	 * Nothing may come between this and the test of its result. Otherwise the verifiers of 5.10
	 * and 6.1 forget that event_reserve() has found the event to be there, and follow the other
	 * branch, too.
	 */
	e = EVENT_RESERVE(struct ct_exec_event, cgroup);
	if (!e) {
		/* The phase has to change all the same; the command line is not known. */
		if (n)
			entry_after_exec(task, n, argv_hash(NULL, 0), is_executor(bprm));
		return 0;
	}
	e->was = e->entry = CT_ENTRY_MAIN;
	e->entered = cgroup;
	if (n)
		whose(tgid, &e->entered, &e->was);
	if (!CT_IS_PENDING(e->was))
		cgroup = e->entered;
	fill_header(&e->h, CT_EV_EXEC, sizeof(*e), cgroup);
	fill_proc(&e->proc, task);
	fill_creds(&e->creds, task);
	fill_namespaces(e, task);
	e->flags = exec_flags(task, bprm);
	e->pad = 0;
	fill_file(e, task, bprm);
	if (len >= sizeof(e->argv))
		len = sizeof(e->argv) - 1;
	e->argv_len = len;
	if (bpf_probe_read_user(e->argv, len & (CT_TEXT_LEN - 1), (void *)start))
		e->argv_len = 0;
	if (n)
		e->entry = entry_after_exec(task, n, argv_hash(e->argv, e->argv_len),
					    is_executor(bprm));
	bpf_ringbuf_submit(e, 0);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_process_exit, struct task_struct *task)
{
	__u32 tgid = BPF_CORE_READ(task, tgid);
	int code;
	__u64 cgroup;
	struct ct_group *g;
	struct ct_exit_event *e;
	__u32 entry = CT_ENTRY_MAIN;
	bool is_main;

	if (!ends_process(task, tgid))
		return 0;
	code = exit_code_of(task);
	cgroup = cgroup_of(false, task);
	if (entering_alive) {
		whose(tgid, &cgroup, &entry);
		entering_del(tgid);
	}
	bpf_map_delete_elem(&homes, &tgid);
	bpf_map_delete_elem(&askers, &tgid);
	g = bpf_map_lookup_elem(&groups, &cgroup);
	/* An orderly end is of interest only for an entry point. */
	is_main = g && g->main == tgid;
	if (!code && !is_main)
		return 0;
	e = EVENT_RESERVE(struct ct_exit_event, cgroup);
	if (!e)
		return 0;
	fill_header(&e->h, CT_EV_EXIT, sizeof(*e), cgroup);
	fill_proc(&e->proc, task);
	e->entry = entry;
	e->code = code;
	e->is_main = is_main;
	e->pad = 0;
	bpf_ringbuf_submit(e, 0);
	return 0;
}

SEC("tp_btf/inode_set_ctime_to_ts")
int BPF_PROG(on_ctime_set, struct inode *inode)
{
	return on_change(inode);
}

SEC("tp_btf/ctime_ns_xchg")
int BPF_PROG(on_ctime_change, struct inode *inode)
{
	return on_change(inode);
}

SEC("tp_btf/ctime_xchg_skip")
int BPF_PROG(on_ctime_kept, struct inode *inode)
{
	return on_change(inode);
}

SEC("tp_btf/signal_generate")
int BPF_PROG(on_signal, int sig, struct kernel_siginfo *info, struct task_struct *target, int group,
	     int result)
{
	struct ct_act_key key = { .type = CT_ACT_RELOAD, .nr = CT_NR_NONE, .ok = 1 };

	if (sig == SIGCONT)
		on_continue(target);
	if (sig != SIGHUP || !is_handled_hangup(info, target, result))
		return 0;
	key.cgroup = cgroup_of(false, target);
	if (entering_alive)
		whose(BPF_CORE_READ(target, tgid), &key.cgroup, &key.entry);
	if (!CT_IS_PENDING(key.entry))
		act(&key, target);
	return 0;
}

/* Attached to syscalls:sys_exit_NAME of each watched system call. */
SEC("tp/syscalls/sys_exit_capset")
int on_sys_exit(struct trace_event_raw_sys_exit *ctx)
{
	return on_syscall_exit(false, ctx->id, ctx->ret);
}

/*
 * Asked at the end of every system call, so memory is read without a helper where the kernel can
 * (5.11).
 */
static __always_inline bool current_is_compat(void)
{
	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_get_current_task_btf))
		return is_compat(true, bpf_get_current_task_btf());
	return is_compat(false, (struct task_struct *)bpf_get_current_task());
}

/*
 * The tracepoints of single calls leave out 32-bit calls
 * (kernel/trace/trace_syscalls.c:trace_get_syscall_nr, 5.10 to 7.3), so these are seen by the one
 * for the end of every call.
 */
SEC("tp_btf/sys_exit")
int BPF_PROG(on_compat_exit, struct pt_regs *regs, long ret)
{
	__u32 index;
	int nr;

	if (!current_is_compat())
		return 0;
	nr = native_nr(regs_nr(true, regs));
	index = nr & (CT_SYSCALLS - 1);
	barrier_var(index);
	if (nr < 0 || !cfg_is_watched[index])
		return 0;
	return on_syscall_exit(true, nr, ret);
}

/* Attached to syscalls:sys_exit_NAME of each call that compares, if functions cannot be traced. */
SEC("tp/syscalls/sys_exit_openat")
int on_path_exit(struct trace_event_raw_sys_exit *ctx)
{
	return on_path_call(ctx->id, ctx->ret);
}

SEC("tp/syscalls/sys_exit_ptrace")
int on_number_exit(struct trace_event_raw_sys_exit *ctx)
{
	return on_number_call(ctx->id, ctx->ret);
}

SEC("tp_btf/sys_exit")
int BPF_PROG(on_compat_target, struct pt_regs *regs, long ret)
{
	return current_is_compat() ? on_compat_call(regs, ret) : 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_executed_path, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	return on_executed(task, bprm);
}

SEC("fexit/cap_ptrace_access_check")
int BPF_PROG(on_look, struct task_struct *child, unsigned int mode, int ret)
{
	if (!ret && !(mode & PTRACE_MODE_NOAUDIT))
		on_comparison(child, CT_TARGET_LOOK, mode);
	return 0;
}

SEC("fexit/cap_task_setscheduler")
int BPF_PROG(on_setscheduler, struct task_struct *p, int ret)
{
	if (!ret)
		on_comparison(p, CT_TARGET_SCHEDULE, 0);
	return 0;
}

SEC("fexit/cap_task_setioprio")
int BPF_PROG(on_setioprio, struct task_struct *p, int ioprio, int ret)
{
	if (!ret)
		on_comparison(p, CT_TARGET_SCHEDULE, 0);
	return 0;
}

SEC("fexit/cap_task_setnice")
int BPF_PROG(on_setnice, struct task_struct *p, int nice, int ret)
{
	if (!ret)
		on_comparison(p, CT_TARGET_SCHEDULE, 0);
	return 0;
}

/* The same at entry, where there are only kprobes. */
SEC("kprobe/cap_ptrace_access_check")
int BPF_KPROBE(on_look_entry, struct task_struct *child, unsigned int mode)
{
	if (!(mode & PTRACE_MODE_NOAUDIT))
		on_comparison(child, CT_TARGET_LOOK, mode);
	return 0;
}

/* Attached to each of the three scheduling functions above. */
SEC("kprobe/cap_task_setnice")
int BPF_KPROBE(on_schedule_entry, struct task_struct *p)
{
	on_comparison(p, CT_TARGET_SCHEDULE, 0);
	return 0;
}

#include "bare.h"
