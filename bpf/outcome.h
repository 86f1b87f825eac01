/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What became of a call after a check: how it ended where the check was refused or where a grant
 * may have been in vain, whether a file was created, and what the changed inode looks like. The
 * probe asks the kernel to call it back when the task is about to return to user space
 * (bpf_task_work, 6.18), where the result lies in the registers. Other system calls pay nothing,
 * and a kind about which nothing more can be learnt is not followed any further.
 */
#ifndef CT_BPF_OUTCOME_H
#define CT_BPF_OUTCOME_H

#include "ct/kfunc.h"
#include "maps.h"
#include "path.h"
#include "task.h"

#define BPF_F_NO_PREALLOC   1
#define EPERM		    1
#define EACCES		    13
#define EEXIST		    17
#define ENODEV		    19
#define EISDIR		    21
#define ENODATA		    61
#define ENOUGH_OUTCOMES	    64	     /* of one kind */
#define FMODE_CREATED	    0x100000 /* linux/fs.h, 4.19 to 7.3 */
#define CAP_DAC_OVERRIDE    1
#define CAP_DAC_READ_SEARCH 2
#define CAP_FSETID	    4
#define CAP_NET_ADMIN	    12
#define CAP_SYS_MODULE	    16
#define CAP_SYS_PTRACE	    19
#define CAP_SYS_ADMIN	    21
#define CAP_PERFMON	    38
#define SOCKET_IOCTLS	    0x89 /* linux/sockios.h: the second lowest byte */
#define MOUNTS_LOOKED_AT    4096 /* of one file system, in all mount namespaces */
#define S_IFMT		    0170000
#define S_IFDIR		    0040000
#define S_ISGID		    0002000

const volatile bool cfg_outcomes;
const volatile bool cfg_creations; /* may_open is not inlined */

typedef int (*bpf_task_work_callback_t)(struct bpf_map *map, void *key, void *value);
/* The same function where the verifier hides its last parameter, and before that (6.18). */
static int (*const bpf_task_work_schedule_resume)(
	struct task_struct *task, struct bpf_task_work *tw, void *map__const_map,
	bpf_task_work_callback_t callback) = CT_KFUNC(TASK_WORK_RESUME);
static int (*const bpf_task_work_schedule_resume_impl)(
	struct task_struct *task, struct bpf_task_work *tw, void *map__map,
	bpf_task_work_callback_t callback, void *aux__prog) = CT_KFUNC(TASK_WORK_RESUME_IMPL);

/* A followed call of a task, by the question that it asked and the answer. */
struct followed_id {
	__u64 site;
	__u32 tid;
	__u8 cap, granted, after, pad;
};
struct followed_call {
	struct ct_key key;
	__u64 args[3];
	__u64 checks; /* of this kind within the call */
	struct bpf_task_work work;
};
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct followed_id);
	__type(value, struct followed_call);
} followed_calls SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CT_RESULTS);
	__type(key, struct ct_key);
	__type(value, struct ct_results);
} results SEC(".maps");

/* The files that a task has changed since a check in the same call. */
struct changes {
	__u32 fsuid;
	__u8 own, others; /* whose they are; directories are left out */
	__u8 sgid, no_sgid;
};
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32); /* tid */
	__type(value, struct changes);
} changed_files SEC(".maps");

static __always_inline __u8 selector_kind(const struct ct_key *key)
{
	return (__u32)key->nr < CT_SYSCALLS ? cfg_selector[key->nr & (CT_SYSCALLS - 1)] & 31 :
					      CT_SEL_NONE;
}

/* Was it asked of the task's own credentials, in a call whose meaning is known? */
static __always_inline bool is_plain(const struct ct_key *key)
{
	__u32 abi = key->flags & (CT_F_COMPAT | CT_F_AS_NATIVE);

	return abi != CT_F_COMPAT && !(key->flags & CT_CRED_OTHERS);
}

/*
 * Was the task's own DAC_OVERRIDE asked for in an open with O_CREAT? The kernel asks whether the
 * directory may be written before it looks up the file (fs/namei.c:lookup_open).
 */
static __always_inline bool may_create(const struct ct_key *key)
{
	__u8 kind = selector_kind(key);

	if (key->cap != CAP_DAC_OVERRIDE || !cfg_creations || !is_plain(key))
		return false;
	return kind == CT_SEL_CREAT ||
	       ((kind == CT_SEL_OPEN || kind == CT_SEL_OPENAT2) && key->sel & CT_OPEN_CREAT);
}

/*
 * A grant that lets a path be walked or a file be opened may be in vain: much of procfs asks a
 * second question, and refuses with the error that a refusal gives here
 * (fs/namei.c:generic_permission). And a look into another process may be refused by a security
 * module other than the one that asked for the capability.
 */
static __always_inline bool may_be_in_vain(const struct ct_key *key)
{
	const __u64 caps = 1ull << CAP_DAC_OVERRIDE | 1ull << CAP_DAC_READ_SEARCH |
			   1ull << CAP_SYS_PTRACE | 1ull << CAP_SYS_ADMIN | 1ull << CAP_PERFMON;

	return caps >> (key->cap & 63) & 1 && key->flags & CT_F_GRANTED && is_plain(key);
}

/* fs/namei.c:may_linkat asks before it looks whether the file is the caller's own. */
static __always_inline bool may_link_own(const struct ct_key *key)
{
	return key->cap == CAP_DAC_OVERRIDE && key->flags & CT_F_GRANTED &&
	       selector_kind(key) == CT_SEL_LINK && is_plain(key);
}

/*
 * Is a fingerprint of the innermost frames not enough? A call that may create or link a file asks
 * about the directory and about the file, and the two paths may differ only further out (overlayfs
 * adds a frame). And where credentials other than the task's own were checked, the function that
 * put them in force decides whose need it is. It may lie far out, because overlayfs calls through
 * the VFS.
 */
static __always_inline bool needs_whole_path(const struct ct_key *key)
{
	return key->flags & CT_CRED_OTHERS || may_create(key) || may_link_own(key);
}

/* fs/posix_acl.c:posix_acl_update_mode asks before it looks at the mode. */
static __always_inline bool may_lack_sgid(const struct ct_key *key)
{
	return key->cap == CAP_FSETID && key->flags & CT_F_GRANTED &&
	       selector_kind(key) == CT_SEL_XATTR && is_plain(key);
}

/* fs/xattr.c:simple_xattr_list asks before it looks whether there is an attribute to be hidden. */
static __always_inline bool may_list_nothing(const struct ct_key *key)
{
	return key->cap == CAP_SYS_ADMIN && key->flags & CT_F_GRANTED &&
	       selector_kind(key) == CT_SEL_LIST && is_plain(key);
}

/* fs/xattr.c:xattr_permission refuses with the error of an attribute that does not exist. */
static __always_inline bool may_lack_attribute(const struct ct_key *key)
{
	return key->cap == CAP_SYS_ADMIN && key->flags & CT_F_GRANTED &&
	       selector_kind(key) == CT_SEL_ATTR && is_plain(key);
}

/*
 * net/core/dev_ioctl.c:dev_load asks whether it may load a module for an interface that does not
 * exist; how the call ends shows whether it existed after that.
 */
static __always_inline bool may_lack_device(const struct ct_key *key)
{
	return (key->cap == CAP_NET_ADMIN || key->cap == CAP_SYS_MODULE) &&
	       key->flags & CT_F_GRANTED && selector_kind(key) == CT_SEL_ARG &&
	       key->sel >> 8 == SOCKET_IOCTLS && is_plain(key);
}

/* Does it matter how the call ends? */
static __always_inline bool wants_ending(const struct ct_key *key)
{
	return !(key->flags & CT_F_GRANTED) || may_be_in_vain(key) || may_lack_device(key);
}

/* Could following such a call tell anything? */
static __always_inline bool wants_outcome(const struct ct_key *key)
{
	return wants_ending(key) || may_lack_sgid(key) || may_list_nothing(key);
}

/* Would another call of this kind tell nothing new? One in which the check mattered is enough. */
static __always_inline bool is_settled(const struct ct_key *key, const struct ct_results *r)
{
	if (!(key->flags & CT_F_GRANTED) &&
	    r->ok + r->eperm + r->eacces + r->other < ENOUGH_OUTCOMES)
		return false;
	if (may_be_in_vain(key) && !r->ok && !r->eperm && !r->other)
		return false;
	if (may_lack_device(key) && !r->ok)
		return false;
	if (may_lack_attribute(key) && !r->ok && r->other == r->nodata)
		return false;
	if (may_create(key) && !r->made)
		return false;
	if (may_link_own(key) && !r->other_file)
		return false;
	if (may_list_nothing(key) && !r->listed)
		return false;
	return !may_lack_sgid(key) || r->sgid;
}

/*
 * Counts what came of O_CREAT. EEXIST and EISDIR mean that the file was there. However many checks
 * of this kind a call makes, at most one is about the directory. The others are about the file
 * itself (where may_open is inlined, one stack leads to both), which nothing here explains.
 */
static __always_inline void add_creation(struct ct_results *r, struct task_struct *task, long ret)
{
	struct file *file = ret >= 0 ? file_of(task, ret) : NULL;

	if (ret == -EEXIST || ret == -EISDIR)
		__sync_fetch_and_add(&r->found, 1);
	else if (file)
		__sync_fetch_and_add(
			BPF_CORE_READ(file, f_mode) & FMODE_CREATED ? &r->made : &r->found, 1);
}

static __always_inline void add_ending(struct ct_results *r, long ret, __u64 checks)
{
	__sync_fetch_and_add(ret == -EPERM	     ? &r->eperm :
			     ret == -EACCES	     ? &r->eacces :
			     ret < 0 && ret >= -4095 ? &r->other :
						       &r->ok,
			     checks);
	if (ret == -ENODATA || ret == -ENODEV)
		__sync_fetch_and_add(&r->nodata, checks);
}

/*
 * A call that was not seen to change anything, or that changed files of both sorts, counts as the
 * worse of the two.
 */
static __always_inline void add_changes(struct ct_results *r, const struct ct_key *key, __u32 tid,
					__u64 checks)
{
	struct changes none = {}, *c = bpf_map_lookup_elem(&changed_files, &tid);

	if (!c)
		c = &none;
	if (may_link_own(key))
		__sync_fetch_and_add(c->own && !c->others ? &r->own_file : &r->other_file, checks);
	if (may_lack_sgid(key))
		__sync_fetch_and_add(c->no_sgid && !c->sgid ? &r->no_sgid : &r->sgid, checks);
}

#define STACK_SEARCHED 64 /* words above cap_capable */

/*
 * Finds the mode of the file that gets an ACL. The task has locked it for writing, and by then its
 * inode lies on the stack (fs/posix_acl.c:vfs_set_acl, 6.2 to 7.3): an address whose i_data.host is
 * itself and whose lock this very task holds can be nothing else. Needed where the call changes
 * nothing, so that no change is seen. 0: not found.
 */
static __noinline int mode_of_locked(const void *stack)
{
	__u64 task = bpf_get_current_task();
	struct inode *inode = NULL;
	int mode = 0;

	if (!stack || !bpf_core_field_exists(inode->i_rwsem.owner))
		return 0;
	for (int i = 0; i < STACK_SEARCHED; i++) {
		if (bpf_probe_read_kernel(&inode, sizeof(inode), stack + i * sizeof(inode)))
			break;
		if (inode && BPF_CORE_READ(inode, i_data.host) == inode &&
		    (BPF_CORE_READ(inode, i_rwsem.owner.counter) & ~7ull) == task)
			mode |= BPF_CORE_READ(inode, i_mode);
	}
	return mode;
}

static __always_inline struct ct_results *results_of(const struct ct_key *key)
{
	struct ct_results zero = {}, *r = bpf_map_lookup_elem(&results, key);
	struct ct_share *share;

	if (!r) {
		share = share_of(key->cgroup);
		if (may_take(share, CT_POOL_RESULTS, CT_RESULTS) &&
		    !bpf_map_update_elem(&results, key, &zero, BPF_NOEXIST))
			took(share, CT_POOL_RESULTS);
		r = bpf_map_lookup_elem(&results, key);
	}
	if (!r)
		lost(CT_LOSS_OUTCOMES);
	return r;
}

/* The callback comes through an interrupt. If that is late, the registers show another call. */
static __always_inline bool is_same_call(const struct followed_call *call, struct task_struct *task,
					 struct pt_regs *regs)
{
	return told_nr(true, task, regs) == call->key.nr &&
	       regs_arg(true, regs, 0) == call->args[0] &&
	       regs_arg(true, regs, 1) == call->args[1] && regs_arg(true, regs, 2) == call->args[2];
}

static int on_return_to_user(struct bpf_map *map, void *key, void *value)
{
	struct followed_call *call = value;
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);
	struct ct_results *r = NULL;
	long ret = PT_REGS_RC_CORE(regs);

	if (is_same_call(call, task, regs))
		r = results_of(&call->key);
	else
		lost(CT_LOSS_OUTCOMES);
	if (r && wants_ending(&call->key))
		add_ending(r, ret, call->checks);
	if (r && may_create(&call->key))
		add_creation(r, task, ret);
	if (r && may_list_nothing(&call->key))
		__sync_fetch_and_add(ret ? &r->listed : &r->empty, call->checks);
	if (r && (may_link_own(&call->key) || may_lack_sgid(&call->key)))
		add_changes(r, &call->key, task->pid, call->checks);
	bpf_map_delete_elem(&followed_calls, key);
	return 0;
}

static __always_inline int call_back(bool impl, struct followed_call *call)
{
	struct task_struct *task = bpf_get_current_task_btf();

	return impl ? bpf_task_work_schedule_resume_impl(task, &call->work, &followed_calls,
							 on_return_to_user, NULL) :
		      bpf_task_work_schedule_resume(task, &call->work, &followed_calls,
						    on_return_to_user);
}

/*
 * Initial value of a followed call. Not on the stack, see no_share; and not of its own type,
 * because no constant may hold a bpf_task_work.
 */
static const __u64 no_call[sizeof(struct followed_call) / sizeof(__u64)] = {};

/* Follows this call. true: calls of this kind need not be followed any more. */
static __always_inline bool watch_outcome(bool impl, const struct ct_key *key, __u32 tid,
					  struct pt_regs *regs, const void *stack)
{
	int mode;
	struct followed_id id = { key->site, tid, key->cap, key->flags & CT_F_GRANTED, key->after };
	struct ct_results *r = bpf_map_lookup_elem(&results, key);
	struct changes none = {};
	struct followed_call *call;

	if (r && is_settled(key, r))
		return true;
	call = bpf_map_lookup_elem(&followed_calls, &id);
	if (call) { /* the same call has asked this before */
		call->checks++;
		return false;
	}
	if (may_link_own(key) || may_lack_sgid(key)) {
		none.fsuid = bpf_get_current_task_btf()->real_cred->fsuid.val;
		mode = may_lack_sgid(key) ? mode_of_locked(stack) : 0;
		none.sgid = !!(mode & S_ISGID);
		none.no_sgid = mode && !none.sgid;
		bpf_map_update_elem(&changed_files, &tid, &none, BPF_ANY);
	}
	if (bpf_map_update_elem(&followed_calls, &id, no_call, BPF_NOEXIST)) {
		lost(CT_LOSS_OUTCOMES);
		return false;
	}
	call = bpf_map_lookup_elem(&followed_calls, &id);
	if (!call)
		return false;
	call->key = *key;
	for (int i = 0; i < 3; i++)
		call->args[i] = regs_arg(true, regs, i);
	call->checks = 1;
	if (call_back(impl, call)) {
		lost(CT_LOSS_OUTCOMES);
		bpf_map_delete_elem(&followed_calls, &id);
	}
	return false;
}

struct mounts {
	struct mount *next;
	bool mapped;
};

static long look_at_mount(__u32 i, struct mounts *m)
{
	struct mount *mount = m->next;

	if (!mount)
		return 1;
	m->mapped = BPF_CORE_READ(mount, mnt.mnt_idmap, uid_map.nr_extents) > 0;
	m->next = BPF_CORE_READ(mount, mnt_next_for_sb);
	return m->mapped;
}

/*
 * May the inode's file system be mounted somewhere with other owners (mount_setattr)? Then the
 * inode does not tell whose the file is for a task that acts through that mount.
 */
static __always_inline bool may_be_mapped(struct inode *inode)
{
	struct mounts m = {};

	/* This list exists since 6.17; the one before it is not read. */
	if (!bpf_core_field_exists(m.next->mnt_next_for_sb))
		return true;
	m.next = BPF_CORE_READ(inode, i_sb, s_mounts);
	bpf_loop(MOUNTS_LOOKED_AT, look_at_mount, &m, 0);
	return m.mapped || m.next;
}

/* The current task changes this inode: seen where its time of change is set (6.13). */
static __always_inline int on_change(struct inode *inode)
{
	__u32 tid = bpf_get_current_pid_tgid();
	struct changes *c = bpf_map_lookup_elem(&changed_files, &tid);

	if (!c)
		return 0;
	if (inode->i_mode & S_ISGID)
		c->sgid = 1;
	else
		c->no_sgid = 1;
	if ((inode->i_mode & S_IFMT) == S_IFDIR)
		return 0;
	if (inode->i_uid.val == c->fsuid && !may_be_mapped(inode))
		c->own = 1;
	else
		c->others = 1;
	return 0;
}

#endif
