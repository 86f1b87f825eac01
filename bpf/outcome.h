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

#define BPF_F_NO_PREALLOC 1
#define ENOUGH_OUTCOMES	  64	   /* of one kind */
#define FMODE_CREATED	  0x100000 /* linux/fs.h, 4.19 to 7.3 */
#define SOCKET_IOCTLS	  0x89	   /* linux/sockios.h: the second lowest byte */
#define MOUNTS_LOOKED_AT  4096	   /* of one file system, in all mount namespaces */
#define S_IFMT		  0170000
#define S_IFDIR		  0040000
#define S_ISGID		  0002000

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
	__u32 questions; /* enum question */
	__u32 checks;	 /* of this kind within the call */
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

/* What a check's path and arguments leave open, and what becomes of the call may settle. */
enum question {
	/*
	 * Is the file of an open with O_CREAT there already? The kernel asks whether the directory
	 * may be written before it looks up the file (fs/namei.c:lookup_open).
	 */
	Q_CREATED = 1 << 0,
	/*
	 * Was the grant in vain, which let a path be walked or a file be opened? Much of procfs
	 * asks a second question, and refuses with the error that a refusal gives here
	 * (fs/namei.c:generic_permission). And a look into another process may be refused by a
	 * security module other than the one that asked for the capability.
	 */
	Q_IN_VAIN = 1 << 1,
	/* fs/namei.c:may_linkat asks before it looks whether the file is the caller's own. */
	Q_LINKED_OWN = 1 << 2,
	/* fs/posix_acl.c:posix_acl_update_mode asks before it looks at the mode. */
	Q_HAS_SGID = 1 << 3,
	/* fs/xattr.c:simple_xattr_list asks before it looks whether there is one to be hidden. */
	Q_LISTED = 1 << 4,
	/* fs/xattr.c:xattr_permission refuses with the error of an attribute that is not there. */
	Q_HAS_ATTRIBUTE = 1 << 5,
	/*
	 * net/core/dev_ioctl.c:dev_load asks whether it may load a module for an interface that
	 * does not exist; how the call ends shows whether it existed after that.
	 */
	Q_HAS_DEVICE = 1 << 6,
	/* It was refused: did the call fail? */
	Q_FAILED = 1 << 7,
};
#define Q_ENDING  (Q_FAILED | Q_IN_VAIN | Q_HAS_DEVICE) /* does it matter how the call ends? */
#define Q_OUTCOME (Q_ENDING | Q_HAS_SGID | Q_LISTED) /* could following the call tell anything? */

/*
 * The questions (enum question) about a check of the task's own credentials, in a call whose
 * meaning is known. Of others, only how a refused one ended. A separate function, which is verified
 * once.
 */
__noinline int questions_about(__u32 cap, __u32 flags, int nr, __u32 sel)
{
	const __u64 vain = BIT(DAC_OVERRIDE) | BIT(DAC_READ_SEARCH) | BIT(SYS_PTRACE) |
			   BIT(SYS_ADMIN) | BIT(PERFMON);
	__u32 abi = flags & (CT_F_COMPAT | CT_F_AS_NATIVE), index = nr & (CT_SYSCALLS - 1);
	bool granted = flags & CT_F_GRANTED;
	int open = granted ? 0 : Q_FAILED;
	__u8 kind;

	if (abi == CT_F_COMPAT || flags & CT_CRED_OTHERS)
		return open;
	barrier_var(index); /* or clang leaves out what the verifier wants to see */
	kind = (__u32)nr < CT_SYSCALLS ? cfg_selector[index] & 31 : CT_SEL_NONE;
	if (granted && vain >> (cap & 63) & 1)
		open |= Q_IN_VAIN;
	if (cap == CAP_DAC_OVERRIDE) {
		if (granted && kind == CT_SEL_LINK)
			open |= Q_LINKED_OWN;
		if (cfg_creations &&
		    (kind == CT_SEL_CREAT ||
		     ((kind == CT_SEL_OPEN || kind == CT_SEL_OPENAT2) && sel & CT_OPEN_CREAT)))
			open |= Q_CREATED;
	} else if (!granted) {
		return open;
	} else if (cap == CAP_FSETID && kind == CT_SEL_XATTR) {
		open |= Q_HAS_SGID;
	} else if (cap == CAP_SYS_ADMIN && kind == CT_SEL_LIST) {
		open |= Q_LISTED;
	} else if (cap == CAP_SYS_ADMIN && kind == CT_SEL_ATTR) {
		open |= Q_HAS_ATTRIBUTE;
	} else if ((cap == CAP_NET_ADMIN || cap == CAP_SYS_MODULE) && kind == CT_SEL_ARG &&
		   sel >> 8 == SOCKET_IOCTLS) {
		open |= Q_HAS_DEVICE;
	}
	return open;
}

/*
 * Is a fingerprint of the innermost frames not enough? A call that may create or link a file asks
 * about the directory and about the file, and the two paths may differ only further out (overlayfs
 * adds a frame). And where credentials other than the task's own were checked, the function that
 * put them in force decides whose need it is. It may lie far out, because overlayfs calls through
 * the VFS.
 */
static __always_inline bool needs_whole_path(const struct ct_key *key, __u32 questions)
{
	return key->flags & CT_CRED_OTHERS || questions & (Q_CREATED | Q_LINKED_OWN);
}

/* Would another call of this kind tell nothing new? One in which the check mattered is enough. */
static __always_inline bool is_settled(__u32 questions, const struct ct_results *r)
{
	__u32 answered = 0;

	if (r->ok + r->eperm + r->eacces + r->other >= ENOUGH_OUTCOMES)
		answered |= Q_FAILED;
	if (r->ok || r->eperm || r->other)
		answered |= Q_IN_VAIN;
	if (r->ok)
		answered |= Q_HAS_DEVICE;
	if (r->ok || r->other != r->nodata)
		answered |= Q_HAS_ATTRIBUTE;
	if (r->made)
		answered |= Q_CREATED;
	if (r->other_file)
		answered |= Q_LINKED_OWN;
	if (r->listed)
		answered |= Q_LISTED;
	if (r->sgid)
		answered |= Q_HAS_SGID;
	return !(questions & ~answered);
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
static __always_inline void add_changes(struct ct_results *r, __u32 questions, __u32 tid,
					__u64 checks)
{
	struct changes none = {}, *c = bpf_map_lookup_elem(&changed_files, &tid);

	if (!c)
		c = &none;
	if (questions & Q_LINKED_OWN)
		__sync_fetch_and_add(c->own && !c->others ? &r->own_file : &r->other_file, checks);
	if (questions & Q_HAS_SGID)
		__sync_fetch_and_add(c->no_sgid && !c->sgid ? &r->no_sgid : &r->sgid, checks);
}

#define STACK_SEARCHED 64 /* words above cap_capable */

struct locked {
	const void *stack;
	int mode;
};

/* Looks at one word of the stack; 1: the search is over. */
static long look_for_locked(__u32 i, void *arg)
{
	struct locked *l = arg;
	struct inode *inode;

	if (bpf_probe_read_kernel(&inode, sizeof(inode), l->stack + i * sizeof(inode)))
		return 1;
	if (inode && BPF_CORE_READ(inode, i_data.host) == inode &&
	    (BPF_CORE_READ(inode, i_rwsem.owner.counter) & ~7ull) == bpf_get_current_task())
		l->mode |= BPF_CORE_READ(inode, i_mode);
	return 0;
}

/*
 * Finds the mode of the file that gets an ACL. The task has locked it for writing, and by then its
 * inode lies on the stack (fs/posix_acl.c:vfs_set_acl, 6.2 to 7.3): an address whose i_data.host is
 * itself and whose lock this very task holds can be nothing else. Needed where the call changes
 * nothing, so that no change is seen. 0: not found.
 */
static int mode_of_locked(const void *stack)
{
	struct locked l = { .stack = stack };
	struct inode *inode = NULL;

	if (!stack || !bpf_core_field_exists(inode->i_rwsem.owner))
		return 0;
	bpf_loop(STACK_SEARCHED, look_for_locked, &l, 0);
	return l.mode;
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
	if (r && call->questions & Q_ENDING)
		add_ending(r, ret, call->checks);
	if (r && call->questions & Q_CREATED)
		add_creation(r, task, ret);
	if (r && call->questions & Q_LISTED)
		__sync_fetch_and_add(ret ? &r->listed : &r->empty, call->checks);
	if (r && call->questions & (Q_LINKED_OWN | Q_HAS_SGID))
		add_changes(r, call->questions, task->pid, call->checks);
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
static __always_inline bool watch_outcome(bool impl, const struct ct_key *key, __u32 questions,
					  __u32 tid, struct pt_regs *regs, const void *stack)
{
	int mode;
	struct followed_id id = { key->site, tid, key->cap, key->flags & CT_F_GRANTED, key->after };
	struct ct_results *r = bpf_map_lookup_elem(&results, key);
	struct changes none = {};
	struct followed_call *call;

	if (r && is_settled(questions, r))
		return true;
	call = bpf_map_lookup_elem(&followed_calls, &id);
	if (call) { /* the same call has asked this before */
		call->checks++;
		return false;
	}
	if (questions & (Q_LINKED_OWN | Q_HAS_SGID)) {
		none.fsuid = bpf_get_current_task_btf()->real_cred->fsuid.val;
		mode = questions & Q_HAS_SGID ? mode_of_locked(stack) : 0;
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
	call->questions = questions;
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
