/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Paths that lead through another process's links in procfs. For the kernels of target_calls.h,
 * where BTF pointers can be followed.
 */
#ifndef CT_BPF_TARGET_PATH_H
#define CT_BPF_TARGET_PATH_H

#include "ct/target_call.h"
#include "outcome.h"
#include "path.h"
#include "target.h"

#define AT_FDCWD	 (-100)
#define AF_UNIX		 1
#define PROC_SUPER_MAGIC 0x9fa0
#define PATH_SCANNED	 256
#define NAME_SCANNED	 16
#define UPWARDS_FOLLOWED 3 /* from /proc/PID/task/TID/fd, which is as deep, to /proc/PID */

const volatile struct ct_target_call cfg_target[CT_SYSCALLS];

static __always_inline __u64 target_arg(struct task_struct *task, unsigned int n)
{
	return call_arg(true, is_compat(true, task), regs_of(true, task), n);
}

struct path_text {
	char s[PATH_SCANNED + 2 * NAME_SCANNED]; /* so much is looked at beyond the end */
};
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct path_text);
} path_texts SEC(".maps");

static __always_inline struct inode *inode_of(struct file *file)
{
	return KNOWN(struct file, file)->f_inode;
}

static __always_inline bool in_procfs(const struct inode *inode)
{
	return KNOWN(struct inode, inode)->i_sb->s_magic == PROC_SUPER_MAGIC;
}

static __always_inline struct file *file_at(struct task_struct *task, int fd)
{
	struct fdtable *table = task->files->fdt;
	struct file *file = NULL;

	if (fd >= 0 && fd < table->max_fds)
		bpf_probe_read_kernel(&file, sizeof(file), (void *)table->fd + fd * sizeof(file));
	return file;
}

static __always_inline struct pid *pid_of_inode(struct inode *inode)
{
	struct proc_inode *p = (void *)inode - bpf_core_field_offset(struct proc_inode, vfs_inode);

	return BPF_CORE_READ(p, pid);
}

static __always_inline struct proc_fs_info *procfs_of(struct inode *inode)
{
	return BPF_CORE_READ(inode, i_sb, s_fs_info);
}

/*
 * The first eight characters of a text as a number, for comparing; both architectures are
 * little-endian.
 */
#define LETTER(s, i) ((__u64)((i) < sizeof(s) ? (s)[(i) < sizeof(s) ? (i) : 0] : 0) << 8 * (i))
#define WORD(s)                                                                                    \
	(LETTER(s, 0) | LETTER(s, 1) | LETTER(s, 2) | LETTER(s, 3) | LETTER(s, 4) | LETTER(s, 5) | \
	 LETTER(s, 6) | LETTER(s, 7))
#define STARTS_WITH(w, s) (!(((w) ^ WORD(s)) & (~0ull >> (72 - 8 * sizeof(s)))))

static __always_inline __u64 text_at(const char *s)
{
	__u64 w;

	__builtin_memcpy(&w, s, sizeof(w));
	return w;
}

/*
 * Does a path that goes on like this below /proc/PID pass a link or a directory that asks?
 * nofollow: not if it ends with the link. What fd and ns hold are links
 * (fs/proc/base.c:proc_pid_get_link, fs/proc/namespaces.c); map_files and fdinfo ask for everything
 * in them (proc_map_files_lookup, fs/proc/fd.c:proc_fdinfo_permission).
 */
static __always_inline bool asks_below_pid(__u64 w, bool nofollow)
{
	char at3 = w >> 24, at4 = w >> 32;

	if (STARTS_WITH(w, "exe") || STARTS_WITH(w, "cwd"))
		return at3 == '/' || (!at3 && !nofollow);
	if (STARTS_WITH(w, "root"))
		return at4 == '/' || (!at4 && !nofollow);
	if (STARTS_WITH(w, "fd/") || STARTS_WITH(w, "ns/"))
		return at3 && at3 != '.';
	return STARTS_WITH(w, "fdinfo/") || STARTS_WITH(w, "map_file");
}

/*
 * Files in /proc/PID that ask when they are opened, or when they are read
 * (fs/proc/base.c, task_mmu.c: proc_mem_open, lock_trace, do_io_accounting, proc_pid_wchan).
 * Eight characters tell them apart.
 */
static __always_inline bool file_asks(__u64 name)
{
	switch (name) {
	case WORD("auxv"):
	case WORD("environ"):
	case WORD("fdinfo"):
	case WORD("io"):
	case WORD("map_file"):
	case WORD("maps"):
	case WORD("mem"):
	case WORD("numa_map"):
	case WORD("pagemap"):
	case WORD("personal"):
	case WORD("smaps"):
	case WORD("smaps_ro"):
	case WORD("stack"):
	case WORD("syscall"):
	case WORD("wchan"): return true;
	default: return false;
	}
}

/* The first eight characters. */
static __always_inline __u64 name_of(struct dentry *dentry)
{
	__u64 name[2] = {};

	bpf_probe_read_kernel_str(name, sizeof(name), BPF_CORE_READ(dentry, d_name.name));
	return name[0];
}

static __always_inline void look_at(struct pid *pid, __u64 held, int nr)
{
	note_target((__u64)task_of(pid, PIDTYPE_PID), CT_TARGET_LOOK, held, nr);
}

/*
 * A file of procfs was opened. With hidepid everything below /proc/PID asks (proc_pid_permission).
 */
static __always_inline void on_proc_file(struct file *file, struct inode *inode, __u64 held, int nr)
{
	struct pid *pid = pid_of_inode(inode);

	if (pid && (file_asks(name_of(BPF_CORE_READ(file, f_path.dentry))) ||
		    BPF_CORE_READ(procfs_of(inode), hide_pid)))
		look_at(pid, held, nr);
}

#define NUMBERS_LOOKED_AT 3 /* of one path */

/* Does a component of the path begin with a digit? Looks at eight bytes at a time. */
__noinline int has_number(const struct path_text *t, int len)
{
	const __u64 ones = 0x0101010101010101ull, low = 0x7f7f7f7f7f7f7f7full;
	__u64 begins = 1ull << 7; /* top bits: a component begins with this byte */

	if (!t)
		return 0;
	for (int i = 0; i < PATH_SCANNED; i += 8) {
		__u64 w, end, slash, digit;

		if (i >= len)
			break;
		w = text_at(t->s + i);
		end = ~(((w & low) + low) | w | low);
		w &= (end & -end) - 1; /* beyond the end are letters of an earlier path */
		slash = w ^ ones * '/';
		slash = ~(((slash & low) + low) | slash | low);
		digit = (w ^ ones * '0') & ones * 0xf0; /* and six others, which do no harm */
		digit = ~(((digit & low) + low) | digit | low);
		if ((begins | slash << 8) & digit)
			return 1;
		begins = slash >> 56;
	}
	return 0;
}

struct number_search {
	__u32 next; /* the character to be looked at */
	__u32 found;
	__u32 found_fd; /* it is the number of a descriptor: "fd" comes before it */
	/* The component before this one is "fd", this one is, and it is not another process's. */
	__u32 fd_before, fd_now;
	__u32 last;   /* the last number */
	__u32 value;  /* the same, if what follows may belong to it; else 0 */
	__u32 digits; /* value of the component so far */
	__u32 length; /* length of the component so far */
	__u32 number; /* the component is a number so far */
	__u32 dots;   /* the component is nothing but dots so far */
	bool nofollow;
};

/*
 * A component has ended. The number before the name of a link is that of the process; "." and empty
 * components between them do not matter, and ".." may lead back to the process.
 */
static __always_inline void end_component(struct number_search *s)
{
	if (s->number && s->length)
		s->value = s->last = s->digits;
	else if (s->dots && s->length == 2)
		s->value = s->last;
	else if (!s->dots)
		s->value = 0;
}

/* Looks at one character; 1: a number was found, or the path has ended. */
static long next_letter(__u32 index, void *arg)
{
	struct number_search *s = arg;
	__u32 zero = 0, i = s->next++;
	struct path_text *t = bpf_map_lookup_elem(&path_texts, &zero);
	__u64 w;
	char c;

	(void)index;
	if (!t || i >= PATH_SCANNED)
		return 1;
	c = t->s[i];
	if (!c)
		return 1;
	if (c != '/') {
		s->number &= within(c, '0', 10);
		s->dots &= within(c, '.', 1);
		s->digits = (s->digits * 10 + (c - '0')) * s->number;
		s->length++;
		return 0;
	}
	end_component(s);
	w = text_at(t->s + i + 1);
	s->found = s->fd_before || asks_below_pid(w, s->nofollow) ? s->value + nothing : nothing;
	s->found_fd = s->fd_before;
	s->fd_before = s->fd_now;
	s->fd_now = within(w << 40, WORD("fd/") << 40, 1) & within(s->value, 0, 1);
	s->number = s->dots = 1 + nothing; /* see on_check() */
	s->digits = s->length = nothing;
	return s->found > 0;
}

/*
 * Finds the next number of a process whose links the path goes through, as in "proc/12/exe", or of
 * a descriptor, as in "self/fd/7/exe"; found is 0 where there is none.
 */
static __always_inline void find_number(struct number_search *s)
{
	s->found = 0;
	bpf_loop(PATH_SCANNED, next_letter, s, 0);
}

/* The directory that a relative path begins at, or the file that an empty one means. */
static __always_inline struct dentry *base_of(struct task_struct *task, __u8 dir)
{
	int fd = AT_FDCWD;

	if (dir != CT_TARGET_NO_ARG)
		fd = target_arg(task, dir);
	if (fd == AT_FDCWD)
		return BPF_CORE_READ(task, fs, pwd.dentry);
	return BPF_CORE_READ(file_at(task, fd), f_path.dentry);
}

/* Does a relative path that begins in /proc/PID or below it lead to something that asks? */
static __always_inline bool asks_from(struct dentry *base, const char *s, bool nofollow, bool reads)
{
	__u64 name;

	if (s[0] == '.' && s[1] == '/')
		s += 2;
	for (int i = 0; i < UPWARDS_FOLLOWED && STARTS_WITH(text_at(s), "../"); i++) {
		base = BPF_CORE_READ(base, d_parent);
		s += 3;
	}
	name = name_of(base);
	if (!s[0]) /* the link itself, opened by O_PATH */
		return reads;
	if (s[0] == '.')
		return false;
	if (name == WORD("fd") || name == WORD("ns")) {
		for (int i = 1; nofollow && i < NAME_SCANNED; i++)
			if (!s[i] || s[i] == '/')
				return s[i];
		return true;
	}
	return name == WORD("map_file") || name == WORD("fdinfo") ||
	       asks_below_pid(text_at(s), nofollow);
}

/*
 * A path that goes on from an open directory, with the text at `rest`. Functions of plain numbers,
 * like these two, are verified once.
 */
__noinline int look_from(__u32 fd, __u32 rest, __u32 nofollow, __u64 held, int nr)
{
	struct file *file = file_at(bpf_get_current_task_btf(), fd);
	struct inode *inode = inode_of(file);
	struct pid *pid = in_procfs(inode) ? pid_of_inode(inode) : NULL;
	__u32 zero = 0;
	struct path_text *t = bpf_map_lookup_elem(&path_texts, &zero);

	if (t && pid && rest < PATH_SCANNED - 8 &&
	    asks_from(BPF_CORE_READ(file, f_path.dentry), t->s + rest, nofollow, false))
		look_at(pid, held, nr);
	return 0;
}

/* ns: address of a PID namespace */
__noinline int look_at_number(__u64 ns, __u32 number, __u64 held, int nr)
{
	look_at(find_pid((struct pid_namespace *)ns, number), held, nr);
	return 0;
}

/* A path with a number in it. ns: the PID namespace of the procfs that it begins in, or NULL. */
static __always_inline void on_numbered(struct task_struct *task, const struct path_text *t,
					__u64 held, int nr, bool nofollow, struct pid_namespace *ns)
{
	struct number_search s = { .number = 1, .dots = 1, .nofollow = nofollow };
	struct pid_namespace *mine = ns ?: pidns_of(task), *host = host_pidns(mine);
	/* A procfs elsewhere than at /proc may be another namespace's, most likely the host's. */
	bool elsewhere = !ns && host != mine && !STARTS_WITH(text_at(t->s), "/proc/");

	for (int i = 0; i < NUMBERS_LOOKED_AT; i++) {
		find_number(&s);
		if (!s.found)
			return;
		if (s.found_fd) {
			look_from(s.found, s.next, nofollow, held, nr);
			continue;
		}
		look_at_number((__u64)mine, s.found, held, nr);
		if (elsewhere)
			look_at_number((__u64)host, s.found, held, nr);
	}
}

static __always_inline const volatile struct ct_target_call *target_call(int nr)
{
	__u64 index = nr;

	asm volatile("%0 &= %1" : "+r"(index) : "i"(CT_SYSCALLS - 1)); /* for the verifier */
	return &cfg_target[index];
}

/* Where the path of a Unix socket's address lies (linux/un.h); NULL: it has none. */
static __always_inline __u64 path_of_socket(__u64 address)
{
	__u16 family = 0;

	bpf_probe_read_user(&family, sizeof(family), (void *)address);
	return family == AF_UNIX ? address + sizeof(family) : 0;
}

/*
 * A separate function, so that the verifier goes through it once; second: the call's second path.
 */
__noinline int on_path(__u64 held, int nr, __u32 second)
{
	struct task_struct *task = bpf_get_current_task_btf();
	const volatile struct ct_target_call *call = target_call(nr);
	struct pid_namespace *ns = NULL;
	bool nofollow = call->how == CT_TARGET_NOFOLLOW && !second;
	__u8 arg = second ? call->second : call->arg, dir = call->dir;
	struct path_text *t;
	struct dentry *base;
	struct inode *inode;
	__u32 zero = 0;
	__u64 at;
	long len;

	t = bpf_map_lookup_elem(&path_texts, &zero);
	if (!t)
		return 0;
	if (second && dir != CT_TARGET_NO_ARG)
		dir = arg - 1;
	at = target_arg(task, arg);
	if (call->how == CT_TARGET_SOCKET)
		at = path_of_socket(at);
	len = bpf_probe_read_user_str(t->s, PATH_SCANNED, (void *)at);
	if (len <= 0 || (t->s[0] == '/' && !has_number(t, len)))
		return 0;
	if (call->flags != CT_TARGET_NO_ARG && target_arg(task, call->flags) & call->nofollow)
		nofollow = true;
	if (t->s[0] != '/') {
		base = base_of(task, dir);
		inode = BPF_CORE_READ(base, d_inode);
		if (inode && in_procfs(inode)) {
			struct pid *pid = pid_of_inode(inode);

			if (pid &&
			    asks_from(base, t->s, nofollow, call->how == CT_TARGET_READLINK)) {
				look_at(pid, held, nr);
				return 0;
			}
			ns = BPF_CORE_READ(procfs_of(inode), pid_ns);
		}
		if (!has_number(t, len))
			return 0;
	}
	on_numbered(task, t, held, nr, nofollow, ns);
	return 0;
}

#endif
