/* SPDX-License-Identifier: GPL-2.0-only */
/* Computes selectors, see ct/selector.h. */
#ifndef CT_BPF_SELECT_H
#define CT_BPF_SELECT_H

#include "task.h"

#define O_ACCMODE 00000003
#define O_CREAT	  00000100
#define O_EXCL	  00000200
#define O_TRUNC	  00001000
#define O_NOATIME 01000000
#define O_PATH	  010000000
#if defined(__TARGET_ARCH_arm64)
#define O_DIRECTORY 00040000
#else
#define O_DIRECTORY 00200000
#endif
#define S_IMODE_SPECIAL 07000

#define MAP_ANONYMOUS	0x20 /* asm-generic/mman.h */
#define MAP_HUGETLB	0x40000
#define HUGETLBFS_MAGIC 0x958458f6 /* linux/magic.h */

#define SHM_IDS	  2	 /* ipc/util.h */
#define IPC_INDEX 0x7fff /* linux/ipc_namespace.h, without ipcmni_extend */
#define SHM_LOCK  11	 /* linux/shm.h */
#define SHM_LAST  0x1ff

/* linux/perf_event.h */
#define PERF_FLAG_PID_CGROUP   4
#define PERF_SAMPLES_OF_KERNEL (1 << 5 /* call chain */ | 1 << 11 /* branches */ | 1 << 19)
#define PERF_EXCLUDE_KERNEL    (1ull << 5)
#define PERF_BITS	       (PERF_EXCLUDE_KERNEL | 1ull << 28 /* namespaces */ | 1ull << 33 /* text */)

#define UTIME_NOW      0x3fffffff
#define RLIMIT_MEMLOCK 8 /* asm-generic/resource.h */
#define CLONE_VM       0x00000100

/* linux/capability.h */
#define CAPABILITY_VERSION_1 0x19980330
#define CAPABILITY_VERSION_2 0x20071026
#define CAPABILITY_VERSION_3 0x20080522

static __always_inline __u32 open_bits(__u64 flags)
{
	__u32 sel = 0, acc = flags & O_ACCMODE;

	if (acc == 0 || acc == 2)
		sel |= CT_OPEN_READ;
	if (acc != 0)
		sel |= CT_OPEN_WRITE;
	if (flags & O_CREAT)
		sel |= CT_OPEN_CREAT;
	if (flags & O_TRUNC)
		sel |= CT_OPEN_TRUNC;
	if (flags & O_NOATIME)
		sel |= CT_OPEN_NOATIME;
	if (flags & O_PATH)
		sel |= CT_OPEN_PATH;
	if (flags & O_DIRECTORY)
		sel |= CT_OPEN_DIR;
	if (flags & O_EXCL)
		sel |= CT_OPEN_EXCL;
	return sel;
}

/* Times given by the caller need more permission than "now" (fs/utimes.c). */
static __always_inline __u32 times_bits(enum abi abi, __u64 ptr)
{
	long nsec[4]; /* two of struct timespec */

	if (!ptr)
		return CT_TIMES_NOW;
	/* Some 32-bit calls have times of 32 bits, others of 64. */
	if (abi || bpf_probe_read_user(nsec, sizeof(nsec), (void *)ptr))
		return CT_TIMES_UNKNOWN;
	return nsec[1] == UTIME_NOW && nsec[3] == UTIME_NOW ? CT_TIMES_NOW : CT_TIMES_SET;
}

/*
 * The kernel's id for a number in the caller's user namespace. The initial namespace maps every id
 * to itself in its one extent.
 */
__noinline __u32 map_id(__u64 address, __u32 id)
{
	struct uid_gid_map *map = (void *)address;
	__u32 n = BPF_CORE_READ(map, nr_extents);

	if (id == (__u32)-1)
		return id;
	if (n > 5)
		return -2; /* more than these lie elsewhere (kernel/user_namespace.c:map_id_up) */
	for (__u32 i = 0; i < 5; i++) {
		struct uid_gid_extent e;

		if (i >= n)
			break;
		bpf_core_read(&e, sizeof(e), &map->extent[i]);
		if (id - e.first < e.count)
			return e.lower_first + (id - e.first);
	}
	return -2;
}

struct ids {
	__u32 real, eff, saved, fs;
	__u32 arg[3];
};

static __always_inline bool among(__u32 id, const struct ids *o)
{
	return id == (__u32)-1 || id == o->real || id == o->eff || id == o->saved;
}

/*
 * What a set*id call owes to the capability (kernel/sys.c, 5.10 to 7.3). The kernel may ask before
 * it looks, so only the arguments and the ids tell.
 */
static __always_inline __u32 setid_class(__u8 kind, const struct ids *o)
{
	__u32 a = o->arg[0], b = o->arg[1], c = o->arg[2];

	switch (kind) {
	case CT_SEL_UID: /* without the capability only the effective id changes, not all three */
		if (a != o->real && a != o->saved)
			return CT_SETID_NEEDED;
		return a == o->real && a == o->saved ? CT_SETID_NOOP : CT_SETID_SILENT;
	case CT_SEL_REUID: /* real may become the old real or effective id, not the saved one */
		if (a != (__u32)-1 && a != o->real && a != o->eff)
			return CT_SETID_NEEDED;
		return among(b, o) ? CT_SETID_NOOP : CT_SETID_NEEDED;
	case CT_SEL_RESUID:
		return among(a, o) && among(b, o) && among(c, o) ? CT_SETID_NOOP : CT_SETID_NEEDED;
	default: /* setfsuid: refusal is silent, the old id is returned */
		return among(a, o) || a == o->fs ? CT_SETID_NOOP : CT_SETID_SILENT;
	}
}

static __always_inline __u32 setid_bits(bool btf, enum abi abi, struct task_struct *task,
					struct pt_regs *regs, __u8 kind)
{
	const struct cred *cred = BPF_CORE_READ(task, real_cred);
	struct user_namespace *ns = BPF_CORE_READ(cred, user_ns);
	bool gid = kind & 1; /* the enum alternates uid, gid */
	struct uid_gid_map *map = gid ? &ns->gid_map : &ns->uid_map;
	struct ids o;

	if (gid) {
		o.real = BPF_CORE_READ(cred, gid.val);
		o.eff = BPF_CORE_READ(cred, egid.val);
		o.saved = BPF_CORE_READ(cred, sgid.val);
		o.fs = BPF_CORE_READ(cred, fsgid.val);
	} else {
		o.real = BPF_CORE_READ(cred, uid.val);
		o.eff = BPF_CORE_READ(cred, euid.val);
		o.saved = BPF_CORE_READ(cred, suid.val);
		o.fs = BPF_CORE_READ(cred, fsuid.val);
	}
	for (int i = 0; i < 3; i++)
		o.arg[i] = map_id((__u64)map, call_arg(btf, abi, regs, i));
	return setid_class(gid ? kind - 1 : kind, &o);
}

static __always_inline __u32 first_word(__u64 ptr)
{
	char text[5] = {};
	__u32 word;

	if (!ptr)
		return 0;
	if (bpf_probe_read_user_str(text, sizeof(text), (void *)ptr) < 0)
		return CT_WORD_UNKNOWN;
	word = (__u8)text[0] | (__u8)text[1] << 8 | (__u8)text[2] << 16 |
	       (__u32)(__u8)text[3] << 24;
	return word == CT_WORD_OVERLAY ? word : CT_WORD_OTHER;
}

/*
 * struct nlmsghdr begins with its length and type; anything else that is sent is not a message. Of
 * several messages in one buffer, each with a type of its own, none is named.
 */
static __always_inline __u32 nlmsg_type(__u64 buf, __u64 len)
{
	struct {
		__u32 len;
		__u16 type, flags;
		__u32 seq, pid;
	} h;

	if (bpf_probe_read_user(&h, sizeof(h), (void *)buf) || h.len < sizeof(h) || h.len > len)
		return CT_NLMSG_NONE;
	return len - h.len < sizeof(h) ? h.type : CT_NLMSG_SEVERAL;
}

/* The header of capget and capset, and which capabilities its version can name. */
struct capheader {
	__u32 version, pid;
	__u64 mask;
};

/* false: the kernel refuses such a version, or the memory cannot be read. */
static __always_inline bool read_capheader(__u64 ptr, struct capheader *h)
{
	__u32 words[2];

	if (bpf_probe_read_user(words, sizeof(words), (void *)ptr))
		return false;
	h->version = words[0];
	h->pid = words[1];
	h->mask = words[0] == CAPABILITY_VERSION_1 ? (__u32)~0 : ~0ull;
	return words[0] == CAPABILITY_VERSION_1 || words[0] == CAPABILITY_VERSION_2 ||
	       words[0] == CAPABILITY_VERSION_3;
}

/* capset's data: {effective, permitted, inheritable}, and since version 2 their upper halves. */
struct capdata {
	__u64 effective, permitted, inheritable;
};

static __always_inline bool read_capdata(__u64 header, __u64 ptr, struct capdata *caps)
{
	struct capheader h;
	__u32 low[3], high[3] = {};

	if (!read_capheader(header, &h) || bpf_probe_read_user(low, sizeof(low), (void *)ptr))
		return false;
	if (h.version != CAPABILITY_VERSION_1 &&
	    bpf_probe_read_user(high, sizeof(high), (void *)ptr + sizeof(low)))
		return false;
	caps->effective = low[0] | (__u64)high[0] << 32;
	caps->permitted = low[1] | (__u64)high[1] << 32;
	caps->inheritable = low[2] | (__u64)high[2] << 32;
	return true;
}

/* security/commoncap.c:cap_capset, 5.10 to 7.3 */
static __always_inline __u32 capset_class(struct task_struct *task, __u64 header, __u64 ptr)
{
	const struct cred *cred = BPF_CORE_READ(task, real_cred);
	struct capdata new;

	if (!read_capdata(header, ptr, &new))
		return CT_CAPSET_BEYOND;
	return new.inheritable & ~(CAPS_OF(cred, cap_inheritable) | CAPS_OF(cred, cap_permitted)) ?
		       CT_CAPSET_BEYOND :
		       CT_CAPSET_WITHIN;
}

/*
 * The flags of clone3 that ask for something. Those of the upper half are put into the lowest bits,
 * which clone takes for a signal and clone3 refuses (kernel/fork.c:clone3_args_valid, 5.10 to 7.3).
 */
static __always_inline __u32 clone3_bits(__u64 flags)
{
	__u32 sel = flags & CT_CLONE3_NAMESPACES;

	if (flags >> 32 & 1)
		sel |= CT_CLONE3_CLEAR_SIGHAND;
	if (flags >> 32 & 2)
		sel |= CT_CLONE3_INTO_CGROUP;
	if (flags >> 34)
		sel |= CT_CLONE3_OTHER;
	if (!(flags & CLONE_VM))
		sel |= CT_CLONE3_FORK;
	return sel;
}

/* With huge pages more is mapped than was asked for (mm/mmap.c:ksys_mmap_pgoff, 5.10 to 7.3). */
static __always_inline bool may_map_huge_pages(struct task_struct *task, __u64 flags, __u32 fd)
{
	struct inode *inode;

	if (flags & MAP_ANONYMOUS)
		return flags & MAP_HUGETLB;
	inode = BPF_CORE_READ(file_of(task, fd), f_inode);
	return !inode || BPF_CORE_READ(inode, i_sb, s_magic) == HUGETLBFS_MAGIC;
}

/*
 * Would RLIMIT_MEMLOCK allow to lock so much more? mm/mmap.c:mlock_future_ok asks for the
 * capability before it looks (6.12). Nothing can change in between, because the task holds the
 * memory map's lock for writing.
 */
static __always_inline __u32 lock_class(struct task_struct *task, __u64 len, __u64 flags, __u32 fd)
{
	__u64 limit = BPF_CORE_READ(task, signal, rlim[RLIMIT_MEMLOCK].rlim_cur) >> cfg_page_shift;
	__u64 locked = BPF_CORE_READ(task, mm, locked_vm);
	__u64 pages = len >> cfg_page_shift;

	if (len & ((1ull << cfg_page_shift) - 1))
		pages++;
	if (locked > limit || pages > limit - locked || may_map_huge_pages(task, flags, fd))
		return CT_LOCK_UNKNOWN;
	return CT_LOCK_WITHIN;
}

/*
 * May the caller lock or unlock the segment as its owner or creator? ipc/shm.c:shmctl_do_lock asks
 * for the capability first (5.10 to 7.3), and the lock that it holds keeps the owner from changing.
 * A separate function, so that the verifier goes through it once.
 */
__noinline int owns_segment(int id, __u32 command)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct ipc_namespace *ns = BPF_CORE_READ(task, nsproxy, ipc_ns);
	__u32 euid = BPF_CORE_READ(task, cred, euid.val);
	struct kern_ipc_perm *perm;

	perm = find_in((unsigned long)BPF_CORE_READ(ns, ids[SHM_IDS].ipcs_idr.idr_rt.xa_head),
		       id & IPC_INDEX);
	if (!perm || BPF_CORE_READ(perm, id) != id)
		return 0;
	if (euid != BPF_CORE_READ(perm, uid.val) && euid != BPF_CORE_READ(perm, cuid.val))
		return 0;
	return command != SHM_LOCK || BPF_CORE_READ(task, signal, rlim[RLIMIT_MEMLOCK].rlim_cur);
}

static __always_inline __u32 shm_bits(__u32 id, __u32 command)
{
	if (command > SHM_LAST)
		return ~0u;
	return owns_segment(id, command) ? command | CT_SHM_OWN : command;
}

/*
 * Does the task measure itself, and nothing of the kernel? perf_check_permission asks for PERFMON
 * before it sees that, and then nothing else asks (kernel/events/core.c, 5.10 to 7.3).
 */
static __always_inline __u32 perf_class(__u64 ptr, __u32 pid, __u64 flags)
{
	struct {
		__u64 id, config, period, sample_type, read_format, bits;
	} attr;

	if (pid || flags & PERF_FLAG_PID_CGROUP ||
	    bpf_probe_read_user(&attr, sizeof(attr), (void *)ptr) ||
	    attr.sample_type & PERF_SAMPLES_OF_KERNEL)
		return CT_PERF_OTHER;
	return (attr.bits & PERF_BITS) == PERF_EXCLUDE_KERNEL ? CT_PERF_SELF : CT_PERF_OTHER;
}

/* All that the kernel does not know is one kind, or a caller could make millions of them. */
static __always_inline __u32 masked(__u32 index, __u8 kind, __u32 arg)
{
	__u32 mask = cfg_selector_mask[index & (CT_SYSCALLS - 1)];

	if (kind == CT_SEL_BITS)
		return arg & mask;
	return arg & ~mask ? ~0u : arg;
}

#define BPF_MAP_CREATE	     0	/* linux/bpf.h */
#define BPF_ATTR_MAX_ENTRIES 12 /* where max_entries lies in union bpf_attr */

static __always_inline __u32 bpf_class(__u32 command, __u64 attr)
{
	__u32 n;

	if (command == BPF_MAP_CREATE &&
	    !bpf_probe_read_user(&n, sizeof(n), (void *)attr + BPF_ATTR_MAX_ENTRIES) && n &&
	    !(n & (n - 1)))
		return command | CT_BPF_POWER_OF_TWO;
	return command;
}

/* nr: the native call's number */
static __always_inline __u32 selector_of(bool btf, enum abi abi, struct task_struct *task,
					 struct pt_regs *regs, int nr)
{
	__u32 index = nr & (CT_SYSCALLS - 1);
	__u8 how, kind;
	__u64 arg, user[3];

	barrier_var(index); /* or clang leaves out what the verifier wants to see */
	how = (__u32)nr < CT_SYSCALLS ? cfg_selector[index] : 0;
	kind = how & 31;

	if (kind == CT_SEL_NONE || kind == CT_SEL_LINK || kind == CT_SEL_XATTR ||
	    kind == CT_SEL_LIST || kind == CT_SEL_ATTR)
		return 0;
	if (kind >= CT_SEL_UID && kind <= CT_SEL_FSGID)
		return setid_bits(btf, abi, task, regs, kind);
	if (kind == CT_SEL_EXEC)
		return CT_EXEC_PRIVS +
		       no_new_privs(btf, task); /* or CT_EXEC_NNP, without a branch */
	arg = call_arg(btf, abi, regs, how >> 5);
	switch (kind) {
	case CT_SEL_PAIR: return arg << 16 | (call_arg(btf, abi, regs, (how >> 5) + 1) & 0xffff);
	case CT_SEL_OPEN: return open_bits(arg);
	case CT_SEL_MODE:
	case CT_SEL_CREAT: return arg & S_IMODE_SPECIAL;
	case CT_SEL_TIMES: return times_bits(abi, arg);
	case CT_SEL_OPENAT2:
	case CT_SEL_CLONE3: /* both structures begin with 64 bits of flags */
		if (bpf_probe_read_user(user, sizeof(user[0]), (void *)arg))
			return ~0u;
		return kind == CT_SEL_OPENAT2 ? open_bits(user[0]) : clone3_bits(user[0]);
	case CT_SEL_CAPSET: return capset_class(task, call_arg(btf, abi, regs, 0), arg);
	case CT_SEL_WORD: return first_word(arg);
	case CT_SEL_LOCK: /* of mmap: flags and descriptor */
		return lock_class(task, arg, call_arg(btf, abi, regs, 3),
				  call_arg(btf, abi, regs, 4));
	case CT_SEL_SHM: return shm_bits(call_arg(btf, abi, regs, 0), arg);
	case CT_SEL_PERF: /* attributes, process, processor, group, flags */
		return perf_class(arg, call_arg(btf, abi, regs, 1), call_arg(btf, abi, regs, 4));
	case CT_SEL_BPF: return bpf_class(masked(index, kind, arg), call_arg(btf, abi, regs, 1));
	case CT_SEL_NLMSG: return nlmsg_type(arg, call_arg(btf, abi, regs, (how >> 5) + 1));
	default: return masked(index, kind, arg);
	}
}

/* Set by user space: 1 + the native call that does the same as a 32-bit one; 0: none does. */
const volatile __u16 cfg_native_nr[CT_SYSCALLS];

/* -1: none, or it is not known. */
static __always_inline int native_nr(int compat)
{
	__u32 index = compat & (CT_SYSCALLS - 1);

	barrier_var(index);
	return (__u32)compat < CT_SYSCALLS ? cfg_native_nr[index] - 1 : -1;
}

/* The same for calls that socketcall or ipc makes, by their own numbers. */
const volatile __u16 cfg_native_inner[2][CT_INNER_CALLS];

/*
 * The native call that a 32-bit one is recorded as (-1: none), and where the latter has its
 * arguments.
 */
static __always_inline int native_of(struct pt_regs *regs, int compat, enum abi *abi)
{
	__u32 call;

	*abi = abi_of_compat(compat);
	if (*abi == ABI_COMPAT)
		return native_nr(compat);
	call = compat_arg(ABI_COMPAT, regs, 0);
	if (*abi == ABI_IPC)
		call &= 0xffff; /* above it is a version (ipc/syscall.c) */
	if (call >= CT_INNER_CALLS)
		return -1;
	return cfg_native_inner[*abi == ABI_IPC][call] - 1;
}

#endif
