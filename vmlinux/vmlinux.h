/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The few kernel structures that the probe reads, kept by hand and the same for
 * every architecture: CO-RE finds the true offsets in the running kernel's BTF,
 * so only the names of structures and fields matter here, never their order.
 */
#ifndef __VMLINUX_H__
#define __VMLINUX_H__

typedef unsigned char __u8;
typedef signed char __s8;
typedef unsigned short __u16;
typedef signed short __s16;
typedef unsigned int __u32;
typedef signed int __s32;
typedef unsigned long long __u64;
typedef signed long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;
typedef _Bool bool;
#define true 1
#define false 0
#define NULL ((void *)0)

/* uapi/linux/bpf.h, as far as the probe needs it */
enum bpf_map_type {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PERCPU_HASH = 5,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_LRU_HASH = 9,
	BPF_MAP_TYPE_RINGBUF = 27,
};

enum { BPF_ANY, BPF_NOEXIST, BPF_EXIST };
enum { BPF_RB_AVAIL_DATA, BPF_RB_RING_SIZE };

enum bpf_func_id { BPF_FUNC_get_current_task_btf = 158, BPF_FUNC_task_pt_regs = 175 };

/* Only the names matter, the kernel's own values are put in at load. */
enum cgroup_subsys_id { pids_cgrp_id, memory_cgrp_id, devices_cgrp_id, freezer_cgrp_id };

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct { __u32 val; } kuid_t;
typedef struct { __u32 val; } kgid_t;
/* {__u32 cap[2]} before 6.3, a __u64 since: 8 bytes either way. */
typedef struct { __u64 val; } kernel_cap_t;

/* Any structure that begins with eight bytes does. */
struct timespec64 {
	__s64 tv_sec;
};

struct uid_gid_extent {
	__u32 first, lower_first, count;
};

struct uid_gid_map {
	__u32 nr_extents;
	struct uid_gid_extent extent[5];
};

struct ns_common {
	unsigned int inum;
};

struct user_namespace {
	struct uid_gid_map uid_map, gid_map;
	struct user_namespace *parent;
	int level;
	kuid_t owner;
	struct ns_common ns;
};

struct cred {
	kuid_t uid, suid, euid, fsuid;
	kgid_t gid, sgid, egid, fsgid;
	unsigned int securebits;
	kernel_cap_t cap_inheritable, cap_permitted, cap_effective, cap_bset, cap_ambient;
	struct user_namespace *user_ns;
};

struct kernfs_node {
	const char *name;
	__u64 id;
};

struct cgroup_root {
	int hierarchy_id;
};

struct cgroup_subsys_state {
	struct cgroup *cgroup;
	struct cgroup_subsys_state *parent;
};

struct cgroup {
	struct cgroup_subsys_state self;
	struct kernfs_node *kn;
	struct cgroup_root *root;
	int level;
};

struct css_set {
	struct cgroup_subsys_state *subsys[16];
	struct cgroup *dfl_cgrp;
};

struct mnt_namespace {
	struct ns_common ns;
};

struct xarray {
	void *xa_head;
};

struct xa_node {
	unsigned char shift;
	void *slots[64];
};

struct idr {
	struct xarray idr_rt;
};

struct kern_ipc_perm {
	int id;
	kuid_t uid, cuid;
};

struct ipc_ids {
	struct idr ipcs_idr;
};

struct ipc_namespace {
	struct ipc_ids ids[3];
};

struct pid_namespace {
	struct idr idr;
	struct task_struct *child_reaper;
	struct pid_namespace *parent;
	struct ns_common ns;
};

struct ping_group_range {
	kgid_t range[2];
};

struct netns_ipv4 {
	int sysctl_ip_prot_sock;
	struct ping_group_range ping_group_range;
};

struct net {
	struct ns_common ns;
	struct netns_ipv4 ipv4;
};

struct nsproxy {
	struct mnt_namespace *mnt_ns;
	struct ipc_namespace *ipc_ns;
	struct pid_namespace *pid_ns_for_children;
	struct net *net_ns;
};

struct mm_struct {
	unsigned long task_size;
	unsigned long arg_start, arg_end;
	unsigned long locked_vm;
};

struct thread_info {
	__u32 status; /* x86: TS_COMPAT */
	unsigned long flags;
};

struct seccomp {
	int mode;
};

struct mnt_idmap { /* 6.5 */
	struct uid_gid_map uid_map;
};

struct vfsmount {
	struct mnt_idmap *mnt_idmap;
};

struct mount {
	struct vfsmount mnt;
	struct mount *mnt_next_for_sb;
};

struct super_block {
	unsigned int s_dev;
	unsigned long s_magic;
	void *s_fs_info;
	struct mount *s_mounts;
};

struct rw_semaphore {
	struct {
		long counter;
	} owner;
};

struct address_space {
	struct inode *host;
};

struct inode {
	unsigned short i_mode;
	kuid_t i_uid;
	kgid_t i_gid;
	struct super_block *i_sb;
	unsigned long i_ino; /* u64 in 7.3 */
	struct rw_semaphore i_rwsem;
	struct address_space i_data;
	void *i_private;
};

struct qstr {
	const unsigned char *name;
};

struct dentry {
	struct dentry *d_parent;
	struct qstr d_name;
	struct inode *d_inode;
};

struct path {
	struct dentry *dentry;
};

struct file {
	unsigned int f_mode;
	struct path f_path;
	struct inode *f_inode;
};

struct fs_struct {
	struct path pwd;
};

struct proc_inode {
	struct pid *pid;
	struct inode vfs_inode;
};

enum proc_hidepid { HIDEPID_OFF };

struct proc_fs_info {
	struct pid_namespace *pid_ns;
	enum proc_hidepid hide_pid;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

struct kernel_siginfo {
	int si_signo;
};

struct sigaction {
	void *sa_handler;
};

struct k_sigaction {
	struct sigaction sa;
};

struct sighand_struct {
	struct k_sigaction action[64];
};

typedef struct { unsigned long sig[1]; } sigset_t;

struct hlist_node {
	struct hlist_node *next;
};

struct hlist_head {
	struct hlist_node *first;
};

struct upid {
	int nr;
	struct pid_namespace *ns;
};

struct pid {
	unsigned int level;
	struct hlist_head tasks[4];
	struct upid numbers[1];
};

struct rlimit {
	unsigned long rlim_cur, rlim_max;
};

typedef struct {
	int counter;
} atomic_t;

struct signal_struct {
	atomic_t live;
	int group_exit_code;
	unsigned int flags;
	struct pid *pids[4];
	struct rlimit rlim[16];
};

struct task_struct {
	struct thread_info thread_info;
	unsigned int flags;
	void *stack;
	int pid, tgid;
	int exit_code;
	unsigned long atomic_flags;
	char comm[16];
	struct task_struct *real_parent;
	struct task_struct *group_leader;
	const struct cred *real_cred, *cred;
	struct pid *thread_pid;
	struct hlist_node pid_links[4];
	struct fs_struct *fs;
	struct css_set *cgroups;
	struct nsproxy *nsproxy;
	struct mm_struct *mm;
	struct files_struct *files;
	struct signal_struct *signal;
	struct sighand_struct *sighand;
	sigset_t blocked, real_blocked;
	struct seccomp seccomp;
};

struct linux_binprm {
	unsigned int execfd_creds : 1;
	unsigned int secureexec : 1;
	struct file *file;
	const char *filename;
	const char *interp;
	int execfd;
};

/* Context of a program that walks over all tasks. */
struct bpf_iter__task {
	struct task_struct *task;
};

#if defined(__TARGET_ARCH_x86)
struct pt_regs {
	unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8;
	unsigned long ax, cx, dx, si, di, orig_ax, ip, cs, flags, sp, ss;
};
#elif defined(__TARGET_ARCH_arm64)
struct user_pt_regs {
	__u64 regs[31], sp, pc, pstate;
};
struct pt_regs {
	__u64 regs[31], sp, pc, pstate;
	__u64 orig_x0;
	__s32 syscallno;
};
#endif

/* Passed through to callbacks only. */
struct bpf_map {
};

/* 6.18; a map's value holds it. */
struct bpf_task_work {
	__u64 __opaque;
};

struct trace_entry {
	int pid;
};

/* Argument block of syscalls:sys_exit_*. */
struct trace_event_raw_sys_exit {
	struct trace_entry ent;
	long id;
	long ret;
};

#pragma clang attribute pop

#endif
