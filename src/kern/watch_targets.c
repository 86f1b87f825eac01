/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Watches comparisons with what another process holds: at the functions that compare, where
 * functions can be traced, which is exact and costs nothing else; elsewhere at the ends of the
 * system calls that lead there.
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "ct/target_call.h"
#include "kern/probe_priv.h"
#include "kern/selectors.h"

#define COMPARES "cap_ptrace_access_check"

#define CALL(name, event, how, kind, arg, dir, flags, second, nofollow)  \
	{                                                                \
		name, event,                                             \
		{                                                        \
			how, kind, arg, dir, flags, second, {}, nofollow \
		}                                                        \
	}
#define LOOKS(name, event, how, arg, dir, flags, second, nofollow) \
	CALL(name, event, how, CT_TARGET_LOOK, arg, dir, flags, second, nofollow)
#define NO_ARG			       CT_TARGET_NO_ARG
#define PATH(name, how, arg)	       LOOKS(name, NULL, how, arg, NO_ARG, NO_ARG, 0, 0)
#define PATH_OF(name, event, how, arg) LOOKS(name, event, how, arg, NO_ARG, NO_ARG, 0, 0)
#define PATHS(name, how, second)       LOOKS(name, NULL, how, 0, NO_ARG, NO_ARG, second, 0)
#define PATHS_AT(name, how, second)    LOOKS(name, NULL, how, 1, 0, NO_ARG, second, 0)
#define NUMBER(name, how, kind, arg)   CALL(name, NULL, how, kind, arg, NO_ARG, NO_ARG, 0, 0)
#define PATH_AT(name, how, dir, flags, nofollow) \
	LOOKS(name, NULL, how, dir + 1, dir, flags, 0, nofollow)
#define LOOK(name, how, arg)	 NUMBER(name, how, CT_TARGET_LOOK, arg)
#define SCHEDULE(name, how, arg) NUMBER(name, how, CT_TARGET_SCHEDULE, arg)

static const struct {
	const char *name, *event; /* event: the tracepoint's name, if it differs */
	struct ct_target_call call;
} calls[] = {
	LOOKS("open", NULL, CT_TARGET_OPEN, 0, NO_ARG, 1, 0, O_NOFOLLOW),
	PATH("creat", CT_TARGET_OPEN, 0),
	PATH_AT("openat", CT_TARGET_OPEN, 0, 2, O_NOFOLLOW),
	PATH_AT("openat2", CT_TARGET_OPEN, 0, NO_ARG, 0),
	PATH("readlink", CT_TARGET_READLINK, 0),
	PATH_AT("readlinkat", CT_TARGET_READLINK, 0, NO_ARG, 0),
	PATH_OF("stat", "newstat", CT_TARGET_FOLLOW, 0),
	PATH_OF("lstat", "newlstat", CT_TARGET_NOFOLLOW, 0),
	PATH_AT("newfstatat", CT_TARGET_FOLLOW, 0, 3, AT_SYMLINK_NOFOLLOW),
	PATH_AT("statx", CT_TARGET_FOLLOW, 0, 2, AT_SYMLINK_NOFOLLOW),
	PATH("statfs", CT_TARGET_FOLLOW, 0),
	PATH("access", CT_TARGET_FOLLOW, 0),
	PATH_AT("faccessat", CT_TARGET_FOLLOW, 0, NO_ARG, 0),
	PATH_AT("faccessat2", CT_TARGET_FOLLOW, 0, 3, AT_SYMLINK_NOFOLLOW),
	PATH("chdir", CT_TARGET_FOLLOW, 0),
	PATH("chroot", CT_TARGET_FOLLOW, 0),
	PATHS("pivot_root", CT_TARGET_FOLLOW, 1),
	PATH("truncate", CT_TARGET_FOLLOW, 0),
	PATH("chmod", CT_TARGET_FOLLOW, 0),
	PATH_AT("fchmodat", CT_TARGET_FOLLOW, 0, NO_ARG, 0),
	PATH_AT("fchmodat2", CT_TARGET_FOLLOW, 0, 3, AT_SYMLINK_NOFOLLOW),
	PATH("chown", CT_TARGET_FOLLOW, 0),
	PATH("lchown", CT_TARGET_NOFOLLOW, 0),
	PATH_AT("fchownat", CT_TARGET_FOLLOW, 0, 4, AT_SYMLINK_NOFOLLOW),
	PATH("utime", CT_TARGET_FOLLOW, 0),
	PATH("utimes", CT_TARGET_FOLLOW, 0),
	PATH_AT("futimesat", CT_TARGET_FOLLOW, 0, NO_ARG, 0),
	PATH_AT("utimensat", CT_TARGET_FOLLOW, 0, 3, AT_SYMLINK_NOFOLLOW),
	PATH("mkdir", CT_TARGET_NOFOLLOW, 0),
	PATH_AT("mkdirat", CT_TARGET_NOFOLLOW, 0, NO_ARG, 0),
	PATH("mknod", CT_TARGET_NOFOLLOW, 0),
	PATH_AT("mknodat", CT_TARGET_NOFOLLOW, 0, NO_ARG, 0),
	PATH("rmdir", CT_TARGET_NOFOLLOW, 0),
	PATH("unlink", CT_TARGET_NOFOLLOW, 0),
	PATH_AT("unlinkat", CT_TARGET_NOFOLLOW, 0, NO_ARG, 0),
	PATH("symlink", CT_TARGET_NOFOLLOW, 1),
	PATH_AT("symlinkat", CT_TARGET_NOFOLLOW, 1, NO_ARG, 0),
	PATHS("link", CT_TARGET_NOFOLLOW, 1),
	PATHS_AT("linkat", CT_TARGET_FOLLOW, 3),
	PATHS("rename", CT_TARGET_NOFOLLOW, 1),
	PATHS_AT("renameat", CT_TARGET_NOFOLLOW, 3),
	PATHS_AT("renameat2", CT_TARGET_NOFOLLOW, 3),
	PATH("getxattr", CT_TARGET_FOLLOW, 0),
	PATH("lgetxattr", CT_TARGET_NOFOLLOW, 0),
	PATH("listxattr", CT_TARGET_FOLLOW, 0),
	PATH("llistxattr", CT_TARGET_NOFOLLOW, 0),
	PATH("setxattr", CT_TARGET_FOLLOW, 0),
	PATH("lsetxattr", CT_TARGET_NOFOLLOW, 0),
	PATH("removexattr", CT_TARGET_FOLLOW, 0),
	PATH("lremovexattr", CT_TARGET_NOFOLLOW, 0),
	PATH_AT("getxattrat", CT_TARGET_FOLLOW, 0, 2, AT_SYMLINK_NOFOLLOW),
	PATH_AT("listxattrat", CT_TARGET_FOLLOW, 0, 2, AT_SYMLINK_NOFOLLOW),
	PATH_AT("setxattrat", CT_TARGET_FOLLOW, 0, 2, AT_SYMLINK_NOFOLLOW),
	PATH_AT("removexattrat", CT_TARGET_FOLLOW, 0, 2, AT_SYMLINK_NOFOLLOW),
	PATH_AT("file_getattr", CT_TARGET_FOLLOW, 0, 4, AT_SYMLINK_NOFOLLOW),
	PATH_AT("file_setattr", CT_TARGET_FOLLOW, 0, 4, AT_SYMLINK_NOFOLLOW),
	PATH_AT("name_to_handle_at", CT_TARGET_FOLLOW, 0, NO_ARG, 0),
	PATH("inotify_add_watch", CT_TARGET_FOLLOW, 1),
	PATH_AT("fanotify_mark", CT_TARGET_FOLLOW, 3, NO_ARG, 0),
	PATHS("mount", CT_TARGET_FOLLOW, 1),
	PATH_OF("umount2", "umount", CT_TARGET_FOLLOW, 0),
	PATHS_AT("move_mount", CT_TARGET_FOLLOW, 3),
	PATH_AT("open_tree", CT_TARGET_FOLLOW, 0, 2, AT_SYMLINK_NOFOLLOW),
	PATH_AT("open_tree_attr", CT_TARGET_FOLLOW, 0, 2, AT_SYMLINK_NOFOLLOW),
	PATH_AT("fspick", CT_TARGET_FOLLOW, 0, NO_ARG, 0),
	PATH_AT("mount_setattr", CT_TARGET_FOLLOW, 0, 2, AT_SYMLINK_NOFOLLOW),
	PATH("quotactl", CT_TARGET_FOLLOW, 1),
	PATH("acct", CT_TARGET_FOLLOW, 0),
	PATH("swapon", CT_TARGET_FOLLOW, 0),
	PATH("swapoff", CT_TARGET_FOLLOW, 0),
	PATH("bind", CT_TARGET_SOCKET, 1),
	PATH("connect", CT_TARGET_SOCKET, 1),
	LOOK("ptrace", CT_TARGET_PTRACE, 1),
	LOOK("process_vm_readv", CT_TARGET_PID, 0),
	LOOK("process_vm_writev", CT_TARGET_PID, 0),
	LOOK("process_madvise", CT_TARGET_PIDFD, 0),
	LOOK("pidfd_getfd", CT_TARGET_PIDFD, 0),
	LOOK("setns", CT_TARGET_PIDFD, 0),
	LOOK("ioctl", CT_TARGET_IOCTL, 0),
	LOOK("kcmp", CT_TARGET_KCMP, 1),
	LOOK("get_robust_list", CT_TARGET_PID, 0),
	LOOK("move_pages", CT_TARGET_PID, 0),
	LOOK("migrate_pages", CT_TARGET_PID, 0),
	LOOK("perf_event_open", CT_TARGET_PERF, 1),
	LOOK("prctl", CT_TARGET_PRCTL, 2),
	SCHEDULE("setpriority", CT_TARGET_PRIORITY, 1),
	SCHEDULE("ioprio_set", CT_TARGET_IOPRIO, 1),
	SCHEDULE("sched_setscheduler", CT_TARGET_PID, 0),
	SCHEDULE("sched_setparam", CT_TARGET_PID, 0),
	SCHEDULE("sched_setattr", CT_TARGET_PID, 0),
	SCHEDULE("sched_setaffinity", CT_TARGET_PID, 0),
};

/* Attaches a program to find out: neither a successful load nor the version tells. */
static bool can_trace_functions(void)
{
	const struct bpf_insn code[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_TRACE_FEXIT);
	ct_autoclose int prog = -1, link = -1;
	int id = libbpf_find_vmlinux_btf_id(COMPARES, BPF_TRACE_FEXIT);

	if (id <= 0)
		return false;
	opts.attach_btf_id = id;
	prog = bpf_prog_load(BPF_PROG_TYPE_TRACING, NULL, "GPL", code, CT_ARRAY_SIZE(code), &opts);
	if (prog >= 0)
		link = bpf_raw_tracepoint_open(NULL, prog);
	return link >= 0;
}

static bool has_kprobes(void)
{
	return !access("/sys/bus/event_source/devices/kprobe/type", R_OK);
}

void ct_watch_targets__choose(struct ct_probe *p, bool wanted)
{
	struct probe_bpf *s = p->skel;
	bool functions = wanted && can_trace_functions();
	bool kprobes = wanted && !functions && has_kprobes();

	p->target_calls = wanted && !functions && !kprobes;
	bpf_program__set_autoload(s->progs.on_look, functions);
	bpf_program__set_autoload(s->progs.on_setscheduler, functions);
	bpf_program__set_autoload(s->progs.on_setioprio, functions);
	bpf_program__set_autoload(s->progs.on_setnice, functions);
	bpf_program__set_autoload(s->progs.on_look_entry, kprobes);
	bpf_program__set_autoload(s->progs.on_schedule_entry, kprobes);
	bpf_program__set_autoload(s->progs.on_path_exit, p->target_calls);
	bpf_program__set_autoload(s->progs.on_number_exit, p->target_calls);
	bpf_program__set_autoload(s->progs.on_executed_path, p->target_calls);
	bpf_program__set_autoload(s->progs.on_compat_target,
				  p->target_calls &&
					  bpf_program__autoload(s->progs.on_compat_exit));
	/* These are attached many times. */
	bpf_program__set_autoattach(s->progs.on_path_exit, false);
	bpf_program__set_autoattach(s->progs.on_number_exit, false);
	bpf_program__set_autoattach(s->progs.on_schedule_entry, false);
	for (size_t i = 0; p->target_calls && i < CT_ARRAY_SIZE(calls); i++) {
		int nr = ct_syscall__number(calls[i].name);

		if (nr >= 0 && nr < CT_SYSCALLS)
			memcpy((void *)&s->rodata->cfg_target[nr], &calls[i].call,
			       sizeof(calls[i].call));
	}
}

/* The calls with a path, or those with a number. */
static int attach_calls(struct ct_probe *p, bool path, const struct bpf_program *prog,
			struct ct_err *err)
{
	const char *names[CT_ARRAY_SIZE(calls) + 1];
	size_t n = 0;

	for (size_t i = 0; i < CT_ARRAY_SIZE(calls); i++)
		if (path == (calls[i].call.how <= CT_TARGET_PATHS_END))
			names[n++] = calls[i].event ? calls[i].event : calls[i].name;
	names[n] = NULL;
	return ct_watch__attach(p, prog, names, err);
}

static int attach_kprobes(struct ct_probe *p, struct ct_err *err)
{
	static const char *const functions[] = { "cap_task_setscheduler", "cap_task_setioprio",
						 "cap_task_setnice" };

	for (size_t i = 0; i < CT_ARRAY_SIZE(functions) && p->nwatched < CT_WATCHED_MAX; i++) {
		struct bpf_link *link = bpf_program__attach_kprobe(p->skel->progs.on_schedule_entry,
								   false, functions[i]);

		if (!link)
			return ct_err__set(err, errno, "cannot watch the function %s: %s",
					   functions[i], strerror(errno));
		p->watched[p->nwatched++] = link;
	}
	return 0;
}

int ct_watch_targets__attach(struct ct_probe *p, struct ct_err *err)
{
	int ret = 0;

	if (p->target_calls) {
		ret = attach_calls(p, true, p->skel->progs.on_path_exit, err);
		return ret ? ret : attach_calls(p, false, p->skel->progs.on_number_exit, err);
	}
	if (bpf_program__autoload(p->skel->progs.on_schedule_entry))
		ret = attach_kprobes(p, err);
	return ret;
}
